//! What makes a match less sure without making it none: where the file lies, and that the other side is a local emulator
//! or a host that is reserved for documentation.

use unkeyed_model::{Confidence, Origin, Span};

use crate::structure::Draft;

/// Remark on credentials of local development servers; it begins with the reason code (DOMAIN §9.8) by which judgement knows it.
const LOCAL: &str = "local-emulator: it opens a server on the same machine";
/// How far on its line an address may stand from the credential.
const REACH: usize = 200;
/// Names of emulators that run on the same machine.
const EMULATORS: &[&str] = &["localstack", "azurite"];
/// Names of this machine.
const LOCAL_HOSTS: &[&str] = &["localhost", "127.0.0.1", "0.0.0.0", "[::1]", "host.docker.internal", "host.minikube.internal"];
/// Words in a path that say that its content is for show or for tests.
const SHOW: &[&str] =
    &["example", "examples", "fixture", "fixtures", "mock", "mocks", "sample", "samples", "test", "testdata", "testing", "tests"];

/// The confidence of a match in a file: `high` becomes `medium` under a path for examples, tests and fixtures. No further: what
/// is shown elsewhere is not hidden there.
pub(crate) fn at_path(confidence: Confidence, origin: &Origin) -> Confidence {
    if !is_for_show(&origin.path) {
        return confidence;
    }
    confidence.min(Confidence::Medium)
}

const fn one_step_lower(confidence: Confidence) -> Confidence {
    match confidence {
        Confidence::High => Confidence::Medium,
        Confidence::Medium | Confidence::Low => Confidence::Low,
    }
}

/// Whether a word of the path says so; words end at punctuation and before capitals (`LoginTest.java`).
fn is_for_show(path: &str) -> bool {
    path.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| {
        let cut = part.rfind(|c: char| c.is_ascii_uppercase()).unwrap_or(0);
        let is = |word: &str| SHOW.binary_search(&word.to_ascii_lowercase().as_str()).is_ok();
        is(part) || is(&part[cut..])
    })
}

/// Marks a generic credential whose server is this machine, and doubts one whose server nobody runs. The database of a site often
/// runs beside it, so that its password is `medium` at most; a Vault on this machine and an emulator are for development (DOMAIN §9.8).
pub(crate) fn mark_host(draft: &mut Draft, text: &[u8]) {
    let destination = draft.destination.as_ref();
    let is_vault = destination.is_some_and(|destination| destination.kind == "vault");
    let named = |hosts| destination.is_some_and(|destination| is_named(&destination.name, hosts));
    let on_line = |hosts| draft.typed_position && is_on_line(text, draft.secret, hosts);
    let (emulator, local) = (named(EMULATORS) || on_line(EMULATORS), named(LOCAL_HOSTS) || on_line(LOCAL_HOSTS));
    if emulator || local {
        let most = if emulator || is_vault { Confidence::Low } else { Confidence::Medium };
        draft.confidence = draft.confidence.min(most);
        draft.notes.push(LOCAL.into());
    } else if draft.typed_position && host_of_userinfo(text, draft.secret).is_some_and(is_reserved) {
        draft.confidence = one_step_lower(draft.confidence);
    }
}

/// The host in `user:secret@host`.
fn host_of_userinfo(text: &[u8], secret: Span) -> Option<&[u8]> {
    let rest = text.get(secret.end..)?.strip_prefix(b"@")?;
    let length = rest.iter().take(REACH).take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-').count();
    Some(&rest[..length])
}

/// RFC 2606 and RFC 6761.
fn is_reserved(host: &[u8]) -> bool {
    let host = String::from_utf8_lossy(host).to_ascii_lowercase();
    ["example.com", "example.org", "example.net", "example", "invalid", "test"]
        .iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Whether a host, with or without a port, is one of these.
fn is_named(host: &str, hosts: &[&str]) -> bool {
    let bare = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())).map_or(host, |(bare, _)| bare);
    hosts.iter().any(|local| bare.eq_ignore_ascii_case(local) || *local == "localhost" && bare.ends_with(".localhost"))
}

/// Whether one of these hosts stands on the credential's line, beginning after something that a host begins after.
fn is_on_line(text: &[u8], secret: Span, hosts: &[&str]) -> bool {
    let head = secret.start.saturating_sub(REACH);
    let start = memchr::memrchr(b'\n', &text[head..secret.start]).map_or(head, |at| head + at + 1);
    let tail = secret.end.saturating_add(REACH).min(text.len());
    let end = memchr::memchr(b'\n', &text[secret.end..tail]).map_or(tail, |at| secret.end + at);
    [&text[start..secret.start], &text[secret.end..end]].iter().any(|part| {
        hosts.iter().any(|host| {
            memchr::memmem::find_iter(part, host).any(|at| {
                let before = at.checked_sub(1).map(|at| part[at]);
                let after = part.get(at + host.len());
                before.is_none_or(|byte| b"/@= \"':,(".contains(&byte))
                    && after.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-')
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Destination;

    use super::*;
    use crate::rule::Rule;

    #[test]
    fn paths_for_show_lower_by_one_step() {
        let at = |path: &str| at_path(Confidence::High, &Origin { path: path.into(), ..Origin::default() });
        for path in [
            "examples/a.env",
            "src/test/java/A.java",
            ".env.example",
            "pkg/a_test.go",
            "LoginTest.java",
            "__tests__/a.js",
            "fixtures/key.pem",
        ] {
            assert_eq!(at(path), Confidence::Medium, "{path}");
        }
        for path in ["src/latest/a.py", "contest/a.env", "attestation.yml", "a/b/Protest.java"] {
            assert_eq!(at(path), Confidence::High, "{path}");
        }
        let shown = Origin { path: "tests/a.py".into(), ..Origin::default() };
        assert_eq!(at_path(Confidence::Medium, &shown), Confidence::Medium, "what is shown elsewhere is not hidden here");
    }

    fn mark(text: &str, secret: &str, destination: Option<Destination>) -> Draft {
        let rule = Rule::named("generic.password");
        let start = text.find(secret).unwrap();
        let mut draft = Draft { destination, ..Draft::new(&rule, Span::new(start, start + secret.len())) };
        (draft.typed_position, draft.confidence) = (true, Confidence::High);
        mark_host(&mut draft, text.as_bytes());
        assert!(draft.notes.iter().all(|note| note.starts_with("local-emulator: ")), "judgement knows it by this");
        draft
    }

    fn marked(text: &str, secret: &str) -> bool {
        let draft = mark(text, secret, None);
        assert_eq!(draft.notes.is_empty(), draft.confidence == Confidence::High);
        !draft.notes.is_empty()
    }

    #[test]
    fn emulators_and_a_local_vault_are_for_development() {
        let confidence = |text: &str, destination| mark(text, "hunter2", destination).confidence;
        assert_eq!(confidence("http://u:hunter2@localstack:4566/", None), Confidence::Low);
        assert_eq!(confidence("http://u:hunter2@127.0.0.1:4566/", None), Confidence::Medium);
        assert_eq!(confidence("VAULT_TOKEN=hunter2", Some(Destination::new("vault", "http://localhost:8200"))), Confidence::High);
        assert_eq!(confidence("VAULT_TOKEN=hunter2", Some(Destination::new("vault", "localhost:8200"))), Confidence::Low);
        assert_eq!(confidence("PGPASSWORD=hunter2", Some(Destination::new("db", "localhost:5432"))), Confidence::Medium);
    }

    #[test]
    fn reserved_hosts_are_doubted() {
        let doubted = |text: &str| {
            let rule = Rule::named("generic.uri");
            let start = text.find("hunter2").unwrap();
            let mut draft = Draft::new(&rule, Span::new(start, start + 7));
            draft.typed_position = true;
            mark_host(&mut draft, text.as_bytes());
            (draft.confidence, draft.notes.len())
        };
        assert_eq!(doubted("https://u:hunter2@mail.example.com/"), (Confidence::Low, 0));
        assert_eq!(doubted("https://u:hunter2@myexample.com/"), (Confidence::Medium, 0));
    }

    #[test]
    fn local_servers_are_remarked() {
        assert!(marked("url: postgres://app:hunter2@localhost:5432/db", "hunter2"));
        assert!(marked("Server=127.0.0.1;Password=hunter2", "hunter2"));
        assert!(marked("curl -u admin:hunter2 http://localhost/x", "hunter2"));
        assert!(!marked("url: postgres://app:hunter2@db.localhost.acme.net/db", "hunter2"));
        assert!(!marked("url: postgres://app:hunter2@db/x\n# not localhost", "hunter2"));
    }
}
