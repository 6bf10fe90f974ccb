//! Joins the parts of one credential that stand in the same text (DOMAIN §2.1): key id, secret and session token; access and
//! refresh token; what a finding names as its part.
//!
//! Parts belong together when they stand near each other in one block. Every part looks at a few neighbours only, so the
//! cost stays linear in the number of drafts.

use memchr::memmem;
use unkeyed_model::{Confidence, Custody, Destination, Lifetime, Origin, Role, Span, VendorDefault};

use crate::overlap::Spans;
use crate::structure::{Draft, context, decode};

/// Farthest distance between an id and its secret. A Kubernetes `env` list with comments fits.
const REACH: usize = 600;
/// How many neighbours on each side are considered.
const NEIGHBOURS: usize = 4;
/// The longest session an assumed role may have; session tokens of users live longer (36 h), but say so less often.
const SESSION_SECONDS: u64 = 12 * 3600;
/// Names of the end of a temporary key, as the CLI, the SDKs and their helpers write it.
const ENDS: &[&str] = &[
    "Expiration",
    "aws_expiration",
    "aws_session_expiration",
    "x_security_token_expires",
    "AWS_CREDENTIAL_EXPIRATION",
    "expires_at",
    "expiry",
];

/// Joins drafts that are parts of one credential.
pub(crate) fn pair(drafts: &mut Vec<Draft>, text: &[u8], _origin: &Origin) {
    if drafts.len() < 2 {
        return;
    }
    let mut taken = vec![false; drafts.len()];
    join_keys(drafts, text, &mut taken);
    join_refresh_tokens(drafts, text, &mut taken);
    absorb_parts(drafts, &mut taken);
    let mut taken = taken.into_iter();
    drafts.retain(|_| !taken.next().unwrap_or(false));
}

/// Positions of the drafts of some kinds, in order of place.
fn of_kind(drafts: &[Draft], is_it: impl Fn(&Draft) -> bool) -> Vec<usize> {
    let mut found: Vec<usize> = (0..drafts.len()).filter(|&at| is_it(&drafts[at])).collect();
    found.sort_by_key(|&at| drafts[at].secret);
    found
}

/// Cloud access keys: an id, a secret, and for temporary ones a session token and an end.
fn join_keys(drafts: &mut [Draft], text: &[u8], taken: &mut [bool]) {
    let ids = of_kind(drafts, |draft| matches!(&*draft.kind, "aws.access-key-id" | "aws.temp-incomplete" | "gcp.hmac-key-id"));
    let secrets = of_kind(drafts, |draft| &*draft.kind == "aws.access-key");
    let tokens = of_kind(drafts, |draft| &*draft.kind == "aws.session-token");
    for secret in secrets {
        let place = drafts[secret].secret;
        let token = nearest(drafts, &tokens, taken, text, place);
        let beside = drafts[secret].related.first().copied();
        let id = match beside {
            Some(span) => ids.iter().copied().find(|&id| drafts[id].secret == span),
            None => nearest(drafts, &ids, taken, text, place),
        };
        let id_kind = id.map(|id| drafts[id].kind.clone());
        let is_temporary = token.is_some() || id_kind.as_deref() == Some("aws.temp-incomplete");
        if let Some(id) = id {
            take_id(drafts, secret, id, text);
            taken[id] = true;
        }
        if id_kind.as_deref() == Some("gcp.hmac-key-id") {
            drafts[secret].kind = "gcp.hmac-key".into();
        } else if is_temporary {
            let token_place = token.map(|token| drafts[token].secret);
            token.into_iter().for_each(|token| taken[token] = true);
            make_temporary(&mut drafts[secret], token_place, text);
        }
    }
}

/// The id proves that the secret is one, and says where it leads.
fn take_id(drafts: &mut [Draft], secret: usize, id: usize, text: &[u8]) {
    let (place, destination) = (drafts[id].secret, drafts[id].destination.clone());
    let is_example = context::slice(text, place).ends_with(b"EXAMPLE");
    let joined = &mut drafts[secret];
    joined.confidence = if is_example { Confidence::Low } else { Confidence::High };
    joined.verified_structure = !is_example;
    if !joined.related.contains(&place) {
        joined.related.push(place);
    }
    joined.destination = destination.or_else(|| joined.destination.take()).or_else(|| Some(Destination::new("aws", "")));
}

/// A temporary key lives until the end beside it; without its session token it can't be used.
fn make_temporary(draft: &mut Draft, token: Option<Span>, text: &[u8]) {
    let near = context::around(text, draft.secret, REACH, 3 * REACH);
    let block = context::siblings(text, draft.secret.start.saturating_sub(1));
    let range = Span::new(near.start.max(block.start), near.end.min(block.end));
    let end = context::assigned_bytes(text, range, ENDS).and_then(decode::time);
    draft.lifetime =
        Lifetime { expires: end, vendor_default: VendorDefault::Short(SESSION_SECONDS), paired: end.is_some(), ..Lifetime::default() };
    match token {
        Some(token) => {
            draft.kind = "aws.temp-key".into();
            draft.related.push(token);
        }
        None => {
            draft.kind = "aws.temp-incomplete".into();
            draft.confidence = Confidence::Low;
            draft.notes.push("a temporary key without its session token can't be used".into());
        }
    }
}

/// The free draft of `candidates` that belongs to what stands at `place`: in the same block before in another, before it
/// rather than after, then the nearest.
fn nearest(drafts: &[Draft], candidates: &[usize], taken: &[bool], text: &[u8], place: Span) -> Option<usize> {
    let split = candidates.partition_point(|&at| drafts[at].secret < place);
    let first = split.saturating_sub(NEIGHBOURS);
    let last = candidates.len().min(split + NEIGHBOURS);
    let free = candidates[first..last].iter().copied().filter(|&at| !taken[at]);
    let ranked = free.filter_map(|at| {
        let other = drafts[at].secret;
        let gap = if other < place { Span::new(other.end, place.start) } else { Span::new(place.end, other.start) };
        let between = context::slice(text, gap);
        let is_near = gap.start <= gap.end && gap.len() <= REACH && !crosses_section(between);
        is_near.then(|| (leaves_block(between), other > place, gap.len(), at))
    });
    ranked.min().map(|(.., at)| at)
}

/// Whether an INI section or a YAML document starts in between.
fn crosses_section(between: &[u8]) -> bool {
    let header = memmem::find_iter(between, b"\n[")
        .any(|found| memchr::memchr2(b']', b'\n', &between[found + 2..]).is_some_and(|end| between[found + 2 + end] == b']'));
    header || memmem::find(between, b"\n---").is_some()
}

fn leaves_block(between: &[u8]) -> bool {
    memchr::memchr2(b'{', b'}', between).is_some() || memmem::find(between, b"\n\n").is_some()
}

/// An access token beside the refresh token that renews it is one credential, and as durable as the refresh token.
fn join_refresh_tokens(drafts: &mut [Draft], text: &[u8], taken: &mut [bool]) {
    let refresh = of_kind(drafts, |draft| draft.role == Role::Refresh && !draft.typed_position);
    if refresh.is_empty() {
        return;
    }
    let renewed = ["gcp.access-token", "gcp.id-token", "azure.entra-token", "aws.sso-access-token", "jwt.token", "jwt.encrypted"];
    let access = of_kind(drafts, |draft| renewed.contains(&&*draft.kind));
    for at in refresh {
        let Some(object) = object_of(drafts[at].secret, text) else { continue };
        let first = access.partition_point(|&other| drafts[other].secret.start < object.start);
        let object_end = context::closed(text, object);
        let inside = access[first..].iter().copied().take(NEIGHBOURS).take_while(|&other| object_end.contains(drafts[other].secret));
        let mine: Vec<usize> = inside
            .filter(|&other| !taken[other] && object_of(drafts[other].secret, text).is_some_and(|other| other.start == object.start))
            .collect();
        for other in mine {
            taken[other] = true;
            let place = drafts[other].secret;
            drafts[at].related.push(place);
        }
    }
}

/// The JSON object of a value that stands in quotes.
fn object_of(value: Span, text: &[u8]) -> Option<Span> {
    let quote = value.start.checked_sub(1).filter(|&at| text.get(at) == Some(&b'"'))?;
    context::object(text, quote)
}

/// What another draft names as its part is not reported again: the id in a presigned URL, the client secret in a user's file.
/// Public halves stay, since they carry lifetimes for others.
fn absorb_parts(drafts: &[Draft], taken: &mut [bool]) {
    let mut parts = Spans::default();
    let owners = drafts.iter().zip(&*taken).filter(|(draft, taken)| !**taken && !draft.typed_position);
    owners.flat_map(|(draft, _)| &draft.related).for_each(|&part| parts.add(part));
    for (draft, taken) in drafts.iter().zip(taken) {
        let is_public_half = matches!(draft.role, Role::Identifier | Role::TrustAnchor) || draft.custody == Custody::EncryptedAtRest;
        let owns_itself = draft.related.iter().any(|part| part.overlaps(draft.secret));
        *taken |= !is_public_half && !owns_itself && parts.overlap(draft.secret);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Rule;

    /// Marks `kind:value` pairs in a text as drafts and pairs them.
    fn paired(text: &str, parts: &[(&str, &str)]) -> Vec<Draft> {
        let mut drafts: Vec<Draft> = Vec::new();
        for (kind, value) in parts {
            for (start, _) in text.match_indices(value) {
                drafts.push(Draft::new(&Rule::named(kind), Span::new(start, start + value.len())));
            }
        }
        pair(&mut drafts, text.as_bytes(), &Origin::default());
        drafts
    }

    fn kinds(drafts: &[Draft]) -> Vec<&str> {
        drafts.iter().map(|draft| &*draft.kind).collect()
    }

    const KEYS: [(&str, &str); 3] = [("aws.access-key-id", "AKIA"), ("aws.access-key", "SECRET"), ("aws.session-token", "TOKEN")];

    #[test]
    fn id_and_secret_are_one_key() {
        let drafts = paired("[a]\nid = AKIA\nkey = SECRET\n", &KEYS);
        assert_eq!(kinds(&drafts), ["aws.access-key"]);
        assert_eq!((drafts[0].confidence, drafts[0].related.len()), (Confidence::High, 1));
    }

    #[test]
    fn sections_keep_keys_apart() {
        let drafts = paired("[a]\nid = AKIA\n[b]\nkey = SECRET\n", &KEYS);
        assert_eq!(kinds(&drafts), ["aws.access-key-id", "aws.access-key"]);
    }

    #[test]
    fn each_secret_takes_the_id_of_its_own_block() {
        let text = r#"[{"k": "SECRET", "id": "AKIA"}, {"id": "AKIA", "k": "SECRET"}]"#;
        let drafts = paired(text, &KEYS);
        assert_eq!(kinds(&drafts), ["aws.access-key"; 2]);
        let ids: Vec<usize> = text.match_indices("AKIA").map(|(at, _)| at).collect();
        assert_eq!([drafts[0].related[0].start, drafts[1].related[0].start], ids[..]);
    }

    #[test]
    fn far_away_is_no_pair() {
        let text = format!("AKIA{}SECRET", " ".repeat(REACH + 1));
        assert_eq!(kinds(&paired(&text, &KEYS)).len(), 2);
    }

    #[test]
    fn a_session_token_makes_the_key_temporary() {
        let text = r#"{"Credentials": {"AccessKeyId": "ASIA", "SecretAccessKey": "SECRET", "SessionToken": "TOKEN", "Expiration": "2026-03-04T12:00:00Z"}}"#;
        let parts = [("aws.temp-incomplete", "ASIA"), ("aws.access-key", "\"SECRET"), ("aws.session-token", "\"TOKEN")];
        let drafts = paired(text, &parts);
        assert_eq!(kinds(&drafts), ["aws.temp-key"]);
        assert!(drafts[0].lifetime.paired);
        assert_eq!(drafts[0].lifetime.expires, "2026-03-04T12:00:00Z".parse().ok());
    }

    #[test]
    fn without_its_session_token_it_is_useless() {
        let drafts = paired("ASIA SECRET", &[("aws.temp-incomplete", "ASIA"), ("aws.access-key", "SECRET")]);
        assert_eq!((kinds(&drafts), drafts[0].confidence), (vec!["aws.temp-incomplete"], Confidence::Low));
        assert_eq!(drafts[0].lifetime.vendor_default, VendorDefault::Short(SESSION_SECONDS));
    }

    #[test]
    fn hmac_keys_of_google_look_the_same() {
        let drafts = paired("GOOG SECRET", &[("gcp.hmac-key-id", "GOOG"), ("aws.access-key", "SECRET")]);
        assert_eq!(kinds(&drafts), ["gcp.hmac-key"]);
    }

    #[test]
    fn an_access_token_belongs_to_its_refresh_token() {
        let text = r#"{"access_token": "ACCESS", "refresh_token": "REFRESH", "in": {"access_token": "OTHER"}}"#;
        let mut drafts: Vec<Draft> = ["ACCESS", "REFRESH", "OTHER"]
            .iter()
            .map(|value| {
                let start = text.find(value).unwrap();
                let mut draft = Draft::new(&Rule::named("gcp.access-token"), Span::new(start, start + value.len()));
                if *value == "REFRESH" {
                    draft.role = Role::Refresh;
                    draft.kind = "gcp.refresh-token".into();
                }
                draft
            })
            .collect();
        pair(&mut drafts, text.as_bytes(), &Origin::default());
        assert_eq!(kinds(&drafts), ["gcp.refresh-token", "gcp.access-token"]);
        assert_eq!(drafts[0].related.len(), 1);
    }

    #[test]
    fn parts_are_not_reported_again() {
        let text = "https://host/?id=AKIA&sig=SIG";
        let mut drafts = vec![
            Draft::new(&Rule::named("aws.access-key-id"), Span::new(17, 21)),
            Draft::new(&Rule::named("aws.presigned-url"), Span::new(26, 29)),
        ];
        drafts[1].related.push(Span::new(0, text.len()));
        pair(&mut drafts, text.as_bytes(), &Origin::default());
        assert_eq!(kinds(&drafts), ["aws.presigned-url"]);
    }
}
