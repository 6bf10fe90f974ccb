//! Logs of any length and shape.

use std::sync::Arc;

use unkeyed_model::{Facts, Origin, SkipReason};

use super::{LogReader, MAX_DIFFERENT, records};

fn event(subject: &str, code: &str) -> String {
    format!(
        "{{\"eventSource\":\"sts.amazonaws.com\",\"eventName\":\"AssumeRoleWithWebIdentity\",\"eventTime\":\"2026-11-20T08:00:00Z\",\
         \"userIdentity\":{{\"userName\":\"{subject}\"}},\"errorCode\":\"{code}\",\"requestParameters\":{{\"roleArn\":\"arn:aws:iam::735190246811:role/x\"}}}}"
    )
}

fn read(text: &str, part: usize) -> Option<Facts> {
    let mut log = LogReader::of(&Arc::new(Origin::default()), text.as_bytes())?;
    text.as_bytes().chunks(part).for_each(|bytes| log.push(bytes));
    Some(log.finish())
}

fn told(facts: &Facts) -> Vec<(Option<&str>, u64, u64, u32)> {
    facts.observed.iter().map(|seen| (seen.subject.as_deref(), seen.allowed, seen.denied, seen.location.region.line)).collect()
}

#[test]
fn events_are_counted_however_they_are_wrapped_and_cut() {
    let (one, other) = (event("a", ""), event("b", "AccessDenied"));
    let lines = format!("{one}\n{other}\n{one}\n");
    let list = format!("{{\"Records\": [\n{one},\n{other},\n{one}]}}");
    let bare = format!("[{one},\n{other},{one}]");
    for (text, line) in [(lines, 2), (list, 3), (bare, 2)] {
        for part in [1, 7, 4096] {
            let facts = read(&text, part).unwrap();
            assert_eq!(told(&facts), [(Some("a"), 2, 0, line - 1), (Some("b"), 0, 1, line)], "{part} {text}");
            assert_eq!((facts.evidence[0].records, facts.skipped.len()), (3, 0));
        }
    }
}

#[test]
fn what_is_no_log_is_none() {
    for text in ["", "{}", "[1, 2]", "{\"eventName\": \"x\"}", "just text with { in it", "\"{"] {
        assert!(read(text, 3).is_none(), "{text}");
    }
}

#[test]
fn an_event_that_is_broken_off_costs_only_itself() {
    let (one, other) = (event("a", ""), event("b", ""));
    let facts = read(&format!("{}\n{other}\n{}", &one[..40], &one[..60]), 5).unwrap();
    assert_eq!(told(&facts).len(), 1);
    assert_eq!(facts.skipped.iter().map(|skip| skip.why).collect::<Vec<_>>(), [SkipReason::NotUnderstood]);
}

#[test]
fn limits_are_said() {
    let huge = event(&"x".repeat(records::MAX_BYTES), "");
    let facts = read(&format!("{}\n{huge}\n{}\n", event("a", ""), event("b", "")), 1 << 16).unwrap();
    assert_eq!((told(&facts).len(), facts.skipped[0].why), (2, SkipReason::Limit));
    let many: String = (0..=MAX_DIFFERENT).map(|at| event(&format!("s{at}"), "") + "\n").collect();
    let facts = read(&many, 1 << 16).unwrap();
    assert_eq!((facts.observed.len(), facts.skipped[0].why), (MAX_DIFFERENT, SkipReason::Limit));
}

#[test]
fn vault_tells_uses_of_the_root_token_and_who_was_refused() {
    let event = |inside: &str| format!("{{\"time\":\"2026-11-20T08:00:00Z\",\"type\":\"response\",{inside}}}\n");
    let root = event("\"auth\":{\"policies\":[\"root\"]},\"request\":{\"path\":\"sys/mounts\"}");
    let other = event("\"auth\":{\"policies\":[\"deploy\"]},\"request\":{\"path\":\"sys/mounts\"}");
    let refused = event("\"error\":\"no\",\"request\":{\"path\":\"auth/jwt/login\",\"data\":{\"role\":\"deploy\"}}");
    let hashed = refused.replace("\"role\":\"deploy\"", "\"role\":\"hmac-sha256:1f\"");
    let facts = read(&format!("{root}{other}{refused}{hashed}"), 4096).unwrap();
    let seen: Vec<_> = facts.observed.iter().map(|seen| (seen.principal.as_str(), seen.credential.as_deref(), seen.denied)).collect();
    assert!(seen.contains(&("root", Some("vault.root-token"), 0)) && seen.contains(&("deploy", None, 1)), "{seen:?}");
    assert!(seen.contains(&("a role that is not told", None, 1)) && seen.len() == 3, "{seen:?}");
}

#[test]
fn a_log_of_spire_is_read_as_text_too() {
    let line = "time=\"2026-11-20T02:00:00Z\" level=info msg=\"API accessed\" method=BatchNewX509SVID \
                spiffe_id=\"spiffe://acme/ns/ci/sa/deploy\" status=success subsystem_name=api type=audit\n";
    let start = "time=\"2026-11-20T01:00:00Z\" level=info msg=\"Starting\" subsystem_name=api\n".repeat(super::MAX_LEAD + 1);
    for part in [1, 9, 4096] {
        let facts = read(&format!("{start}{line}{line}"), part).unwrap();
        let seen: Vec<_> = facts.observed.iter().map(|seen| (seen.principal.as_str(), seen.allowed, seen.location.region.line)).collect();
        assert_eq!(seen, [("spiffe://acme/ns/ci/sa/deploy", 2, 52)]);
        assert_eq!((facts.evidence[0].records, facts.skipped.len()), (2, 0));
    }
    assert!(read(&start, 4096).is_none());
}
