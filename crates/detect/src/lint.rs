//! What a rule lacks to be a good one. What it lacks to work at all is an error when it is loaded.

mod generic;
mod lead;

use crate::rule::Rule;
use crate::rule_error::Problem;

/// What is wrong with a rule.
pub(crate) fn lint(rule: &Rule) -> Vec<Problem> {
    if rule.is_foreign {
        // Its format has no place for what is asked here.
        return Vec::new();
    }
    let info = &rule.info;
    let texts = [
        ("name", &info.name, "what people call it"),
        ("description", &info.description, "what it is and how long it lives"),
        ("reference", &info.reference, "the vendor's page on format or lifetime"),
        ("instead", &info.remediation.instead, "the identity-based replacement"),
        ("revoke", &info.remediation.revoke, "where it is revoked"),
    ];
    let mut found: Vec<String> =
        texts.iter().filter(|(_, text, _)| text.trim().is_empty()).map(|(key, _, what)| format!("{key} is missing; say {what}")).collect();
    if !info.reference.is_empty() && !info.reference.starts_with("https://") {
        found.push("reference is no https:// address; name the vendor's page".into());
    }
    if rule.examples.matching.is_empty() {
        found.push("match is empty; give at least one text that the rule must find".into());
    }
    if rule.examples.other.is_empty() {
        found.push("no_match is empty; give at least one text that looks similar and is none".into());
    }
    if !rule.is_lifetime_stated {
        found.push("lifetime is missing; say what the vendor says, or \"unstated\" if it says nothing".into());
    }
    found.extend(generic::problem(rule));
    found.extend(rule.pattern.compile_problem());
    let problem = |what| Problem { file: rule.file.clone(), line: rule.line, rule: Some(info.id.clone()), what };
    found.into_iter().map(problem).collect()
}
