//! The rules of `rules/*.toml` are well made, and prove themselves through the real engine.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use unkeyed_detect::RuleSet;

#[test]
fn they_are_well_made() {
    let problems = builtin().lint();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn their_examples_hold() {
    let failures = builtin().test();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn builtin() -> RuleSet {
    let rules = RuleSet::builtin();
    assert!(rules.is_ok(), "{}", rules.unwrap_err());
    rules.unwrap()
}
