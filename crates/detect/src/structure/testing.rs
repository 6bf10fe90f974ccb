//! Runs one inspector on one text, for tests.

use unkeyed_model::{Origin, Span};

use super::{Candidate, Draft, Inspector, Outcome};
use crate::rule::Rule;

/// The draft that `inspector` makes of a text that is all secret.
pub(super) fn inspected(inspector: Inspector, text: &str) -> Option<Draft> {
    inspected_in(inspector, "", text.as_bytes(), Span::new(0, text.len()))
}

/// The draft that `inspector` makes of `secret` (its first occurrence) in the file `path`.
pub(super) fn inspected_at(inspector: Inspector, path: &str, text: &str, secret: &str) -> Option<Draft> {
    let start = text.find(secret).expect("the secret stands in the text");
    inspected_in(inspector, path, text.as_bytes(), Span::new(start, start + secret.len()))
}

/// The same, by span.
pub(super) fn inspected_in(inspector: Inspector, path: &str, text: &[u8], secret: Span) -> Option<Draft> {
    run(inspector, path, text, secret, secret)
}

/// The same for a pattern that starts at `whole` (its first occurrence), before the secret.
pub(super) fn inspected_from(inspector: Inspector, path: &str, text: &str, whole: &str, secret: &str) -> Option<Draft> {
    let whole = text.find(whole).expect("the match starts in the text");
    let start = whole + text[whole..].find(secret).expect("the secret stands in the text");
    let end = start + secret.len();
    run(inspector, path, text.as_bytes(), Span::new(whole, end), Span::new(start, end))
}

fn run(inspector: Inspector, path: &str, text: &[u8], whole: Span, secret: Span) -> Option<Draft> {
    let rule = Rule::named("test.rule");
    let origin = Origin { path: path.into(), ..Origin::default() };
    let candidate = Candidate { text, whole, secret, origin: &origin, rule: &rule };
    let mut draft = Draft::new(&rule, secret);
    (inspector(&candidate, &mut draft) == Outcome::Keep).then_some(draft)
}
