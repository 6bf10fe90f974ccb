//! What real tools write, through the built-in rules: the credential is found, each decoding is named, and the place is that
//! of the encoded bytes. Every secret here was made at random.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Write as _;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use unkeyed_detect::{Detector, FingerprintKey, RuleSet, Scratch};
use unkeyed_model::{DecodeStep, Match, Origin, SkipReason, Unit};

const TOKEN: &str = "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";

const KEY: [&str; 3] = [
    "MHcCAQEEIMkVbBa80dx8m1vRCmkNIArqgTIZDhgDRhSQXV8SH1JIoAoGCCqGSM49",
    "AwEHoUQDQgAER3wX87Y20Q1nQS4RbrYneE7bDyukDXQGv8u4hlzWXiNRshWtrxOX",
    "vrVJfQt6BwzhpDxJliISDaUsNZHMG/QLIw==",
];

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(RuleSet::builtin().unwrap(), FingerprintKey::new(b"")).unwrap());

fn scan(text: &str, scratch: &mut Scratch) -> Vec<Match> {
    let unit = Unit::new(Arc::new(Origin { path: "x".into(), ..Origin::default() }), text.as_bytes());
    let mut found = Vec::new();
    DETECTOR.scan(&unit, &[], scratch, &mut |one| found.push(one));
    found
}

/// The encoded bytes of the only finding of that rule, and how it was decoded.
fn covered<'a>(rule: &str, text: &'a str) -> (&'a str, Vec<DecodeStep>) {
    let mut found = scan(text, &mut Scratch::default());
    let all: Vec<_> = found.iter().map(|one| one.rule.id.clone()).collect();
    found.retain(|one| one.rule.id == rule);
    assert_eq!(found.len(), 1, "{all:?}");
    let span = found[0].location.region.span;
    (&text[span.start..span.end], found.remove(0).location.decoded_via)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

#[test]
fn a_helm_release_secret() {
    let manifest = format!("apiVersion: v1\nkind: Secret\ndata:\n  token: {}\n", STANDARD.encode(format!("GITHUB_TOKEN={TOKEN}")));
    let release = serde_json::json!({
        "name": "shop",
        "config": { "ci": { "githubToken": "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" } },
        "manifest": manifest,
    });
    let blob = STANDARD.encode(STANDARD.encode(gzip(release.to_string().as_bytes())));
    let text = format!("apiVersion: v1\nkind: Secret\ntype: helm.sh/release.v1\ndata:\n  release: {blob}\n");
    let found = scan(&text, &mut Scratch::default());
    let mut seen: Vec<_> = found.iter().map(|one| (one.rule.id.as_str(), one.location.decoded_via.as_slice())).collect();
    seen.sort_by_key(|(_, via)| via.len());
    use DecodeStep::{Base64, Gzip};
    assert_eq!(
        seen,
        [("github.pat-classic", [Base64, Base64, Gzip].as_slice()), ("github.pat-classic", [Base64, Base64, Gzip, Base64].as_slice())],
        "both stand in one compressed part"
    );
    let span = found[0].location.region.span;
    assert!(blob.starts_with(&text[span.start..span.end]) && span.len() + 4 > blob.trim_end_matches('=').len());
}

#[test]
fn a_bomb_is_unpacked_within_the_budget_and_that_is_said() {
    let bomb = gzip(&vec![b'x'; 3 << 20]);
    let mut scratch = Scratch::default();
    scan(&format!("data: {}\n", STANDARD.encode(&bomb)), &mut scratch);
    let notices = scratch.take_notices();
    assert!(notices.iter().any(|skip| skip.why == SkipReason::Limit && skip.detail.starts_with("of a gzip part only")), "{notices:?}");
}

#[test]
fn a_powershell_command() {
    let wide: Vec<u8> = format!("$env:GH_TOKEN = '{TOKEN}'; gh api user").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let text = format!("powershell.exe -NoProfile -EncodedCommand {}\n", STANDARD.encode(wide));
    let (encoded, via) = covered("github.pat-classic", &text);
    assert_eq!(via, [DecodeStep::Base64, DecodeStep::Utf16le]);
    // 80 bytes in groups of three, the first and last of which they share.
    assert!((107..=112).contains(&encoded.len()), "{}", encoded.len());
}

#[test]
fn a_mail() {
    let (start, end) = TOKEN.split_at(17);
    let text =
        format!("Subject: access\nContent-Transfer-Encoding: quoted-printable\n\nUse it like this: token=3D{start}=\r\n{end}\r\nBye\r\n");
    let (encoded, via) = covered("github.pat-classic", &text);
    assert_eq!((encoded, via), (format!("{start}=\r\n{end}").as_str(), vec![DecodeStep::QuotedPrintable]));
}

#[test]
fn an_attribute_with_json() {
    let text = format!("<app data-settings=\"{{&quot;token&quot;:&quot;gh&#112;_{}&quot;}}\"></app>\n", &TOKEN[4..]);
    let (encoded, via) = covered("github.pat-classic", &text);
    assert_eq!((encoded, via), (format!("gh&#112;_{}", &TOKEN[4..]).as_str(), vec![DecodeStep::Entities]));
}

#[test]
fn a_jwt_inside_json_inside_base64() {
    let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let jwt = format!(
        "{}.{}.{}",
        part(serde_json::json!({ "alg": "HS256", "typ": "JWT" })),
        part(serde_json::json!({ "sub": "svc-billing", "iat": 1_770_000_000, "jti": "k2v8" })),
        "q3Wn0vYxT7hZpKc5LdRbUeGm2sJf8Ai4QoXt6yBw1Hk"
    );
    let text = format!("session = {}\n", STANDARD.encode(serde_json::json!({ "session": { "access_token": jwt } }).to_string()));
    let found = scan(&text, &mut Scratch::default());
    assert!(found.iter().any(|one| one.rule.provider == "jwt" && one.location.decoded_via == [DecodeStep::Base64]), "{found:?}");
    let span = found[0].location.region.span;
    let decoded = STANDARD.decode(text["session = ".len()..].trim_end()).unwrap();
    assert!(span.len() >= jwt.len() * 4 / 3 && decoded.len() > jwt.len());
}

#[test]
fn a_private_key_on_one_line() {
    let pem = format!("-----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----\n", KEY.join("\n"));
    for (text, steps) in [
        (serde_json::json!({ "private_key": pem }).to_string(), 1),
        (format!("DEPLOY_KEY=\"{}\"\n", pem.replace('\n', "\\n")), 1),
        (format!("DEPLOY_KEY={}\n", pem.replace('\n', "\\n")), 1),
        (serde_json::json!({ "body": serde_json::json!({ "key": pem }).to_string() }).to_string(), 2),
        (format!("key: {}\n", STANDARD.encode(&pem)), 1),
    ] {
        let found = scan(&text, &mut Scratch::default());
        let keys: Vec<_> = found.iter().filter(|one| one.rule.id.contains("private-key")).collect();
        assert_eq!(keys.len(), 1, "{text}: {:?}", found.iter().map(|one| &one.rule.id).collect::<Vec<_>>());
        let location = &keys[0].location;
        assert!(location.decoded_via.len() <= steps, "{text}: {:?}", location.decoded_via);
        assert!(location.region.span.len() > 200, "the whole key");
    }
}

/// What writes bytes as text.
type Encoder = (&'static str, fn(&[u8]) -> String);

/// Each encoding by itself; those of bytes, and those of text.
const ENCODERS: [Encoder; 11] = [
    ("base64", |bytes| STANDARD.encode(bytes)),
    ("base64url", |bytes| URL_SAFE_NO_PAD.encode(bytes)),
    ("wrapped base64", |bytes| {
        let lines: Vec<_> = STANDARD.encode(bytes).into_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        lines.join("\n")
    }),
    ("hexadecimal", |bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
    ("percent", |bytes| {
        bytes.iter().map(|byte| if byte.is_ascii_alphanumeric() { char::from(*byte).into() } else { format!("%{byte:02X}") }).collect()
    }),
    ("every byte in percent", |bytes| bytes.iter().map(|byte| format!("%{byte:02X}")).collect()),
    ("escapes of JSON", |bytes| serde_json::json!(String::from_utf8_lossy(bytes)).to_string()),
    ("escapes of Unicode", |bytes| String::from_utf8_lossy(bytes).encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()),
    ("character references", |bytes| bytes.iter().map(|byte| format!("&#{byte};")).collect()),
    ("gzip in base64", |bytes| STANDARD.encode(gzip(bytes))),
    ("UTF-16 in base64", |bytes| {
        STANDARD.encode(String::from_utf8_lossy(bytes).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
    }),
];

#[test]
fn each_encoding_of_a_token_a_password_and_a_key_and_each_pair_of_encodings() {
    let pem = format!("-----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----\n", KEY.join("\n"));
    let kinds = [
        ("github.pat-classic", format!("export GITHUB_TOKEN={TOKEN} && ./deploy --region eu-west-1\n")),
        ("generic.", "database:\n  host: db.acme.net\n  password: kW3xqz9VtdQp\n".to_owned()),
        ("x509.private-key", pem),
    ];
    let mut missed = Vec::new();
    let mut look = |name: &str, rule: &str, encoded: &str| {
        let found = scan(&format!("first line\ndata = {encoded}\nlast line\n"), &mut Scratch::default());
        if !found.iter().any(|one| one.rule.id.starts_with(rule)) {
            missed.push(format!("{rule} in {name}"));
        }
    };
    for (rule, text) in &kinds {
        for (name, encode) in ENCODERS {
            look(name, rule, &encode(text.as_bytes()));
        }
    }
    for (outer, around) in ENCODERS {
        for (inner, encode) in ENCODERS {
            // Nobody writes UTF-16 as UTF-16 again, nor breaks the lines of what has lines.
            if !(outer.starts_with("UTF-16") && inner == outer || outer.starts_with("wrapped") || inner.starts_with("wrapped")) {
                look(&format!("{inner} in {outer}"), kinds[0].0, &around(encode(kinds[0].1.as_bytes()).as_bytes()));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn no_prefix_panics() {
    let inner = format!("{{\"a\":\"{TOKEN}\",\"b\":\"&quot;=3D\\u0041 and so on, and more of it\"}}");
    let text =
        format!("{}\n{}\n{inner}\nquoted-printable=\n", STANDARD.encode(STANDARD.encode(gzip(inner.as_bytes()))), STANDARD.encode(&inner));
    let mut scratch = Scratch::default();
    for end in (0..text.len()).step_by(5) {
        scan(&text[..end], &mut scratch);
    }
}
