//! The rules of `rules/*.toml` are well made, and prove themselves through the real engine.

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
    RuleSet::builtin().unwrap_or_else(|error| panic!("{error}"))
}
