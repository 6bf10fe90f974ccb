//! Tokens in a program's cache file, with their end beside them.

use super::{Candidate, Draft, Outcome, context, decode};

/// Names under which caches keep the end of a token.
const ENDS: &[&str] = &["expiresAt", "expires_at", "expires_on", "expiration", "expiry", "token_expiry", "expireTime"];

/// Reads the sibling end, if there is one.
pub(crate) fn inspect(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let range = context::siblings(candidate.text, candidate.whole.start);
    if let Some(end) = context::assigned_bytes(candidate.text, range, ENDS).and_then(decode::time) {
        draft.lifetime.expires = Some(end);
        draft.lifetime.paired = true;
    }
    Outcome::Keep
}

#[cfg(test)]
mod tests {
    use super::super::testing::inspected_from;
    use super::*;

    #[test]
    fn the_sibling_end_is_read() {
        let text = r#"{"startUrl":"https://a","accessToken":"dead","expiresAt":"2026-03-04T12:00:00UTC"}"#;
        let draft = inspected_from(inspect, "", text, "\"accessToken\"", "dead").unwrap();
        assert_eq!(draft.lifetime.expires, decode::epoch(1_772_625_600));
        assert!(draft.lifetime.paired);
    }
}
