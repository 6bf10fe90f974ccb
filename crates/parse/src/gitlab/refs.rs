//! On which branches and tags a job runs, for the subject of its tokens.
//!
//! GitLab docs, "OpenID Connect (OIDC) authentication using ID tokens": `project_path:GROUP/PROJECT:ref_type:TYPE:ref:NAME`.

use unkeyed_model::Value;

use super::config::{Part, find};
use crate::tree::Node;

/// The subjects of a job's tokens.
pub(super) fn subjects(parts: &[Part<'_>]) -> Vec<Value> {
    let mut refs = Vec::new();
    if let Some(rules) = find(parts, "rules") {
        rules.node.items().iter().for_each(|rule| by_rule(rule, &mut refs));
    } else if let Some(only) = find(parts, "only") {
        let names = only.node.get("refs").unwrap_or(only.node);
        names.one_or_many().iter().for_each(|name| by_name(name.text().unwrap_or_default(), &mut refs));
    }
    if refs.is_empty() {
        refs = vec![branch("{branch}"), tag()];
    }
    refs.sort();
    refs.dedup();
    refs.into_iter().map(|end| Value::literal(format!("project_path:{{repository}}:{end}"))).collect()
}

fn branch(name: &str) -> String {
    format!("ref_type:branch:ref:{name}")
}

fn tag() -> String {
    "ref_type:tag:ref:{tag}".to_owned()
}

/// `rules:if`: the branches that it names; else tags, branches or both.
fn by_rule(rule: &Node, refs: &mut Vec<String>) {
    if rule.str("when") == Some("never") {
        return;
    }
    let condition: String = rule.str("if").unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
    let named = ["$CI_COMMIT_BRANCH==", "$CI_COMMIT_REF_NAME=="].iter().flat_map(|test| condition.split(test).skip(1));
    let literals: Vec<String> = named.filter_map(literal).map(|name| branch(&name)).collect();
    let about_tags = condition.contains("$CI_COMMIT_TAG") && !condition.contains("$CI_COMMIT_TAG==null");
    let about_branches =
        ["$CI_COMMIT_BRANCH", "$CI_COMMIT_REF_NAME", "$CI_DEFAULT_BRANCH", "merge_request"].iter().any(|word| condition.contains(word));
    let all_named = !literals.is_empty() && !condition.contains("==$") && !condition.contains("=~");
    refs.extend(literals);
    if about_tags || (!about_branches && !all_named) {
        refs.push(tag());
    }
    if !all_named && (about_branches || !about_tags) {
        refs.push(branch("{branch}"));
    }
}

/// The quoted text at the start.
fn literal(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    text[1..].split(quote).next().map(str::to_owned)
}

/// A name of `only`: a keyword, a pattern, or a branch or tag of that name.
fn by_name(name: &str, refs: &mut Vec<String>) {
    match name {
        "tags" => refs.push(tag()),
        "branches" | "merge_requests" | "external_pull_requests" => refs.push(branch("{branch}")),
        _ if name.starts_with('/')
            || matches!(name, "web" | "schedules" | "api" | "triggers" | "pipelines" | "pushes" | "chat" | "external") =>
        {
            refs.extend([branch("{branch}"), tag()]);
        }
        _ => refs.push(branch(name.split('@').next().unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    use super::*;
    use crate::place::Place;
    use crate::yaml;

    fn refs(rule: &str) -> Vec<String> {
        let unit = Unit::new(Arc::new(Origin::default()), rule.as_bytes());
        let place = Place::new(&unit).ok().unwrap();
        let mut found = Vec::new();
        by_rule(&yaml::parse(&place).nodes[0], &mut found);
        found
    }

    #[test]
    fn conditions_name_branches_tags_or_neither() {
        let (any, tag) = ("ref_type:branch:ref:{branch}", "ref_type:tag:ref:{tag}");
        assert_eq!(refs("if: $CI_COMMIT_BRANCH == \"main\""), ["ref_type:branch:ref:main"]);
        let either = refs("if: $CI_COMMIT_BRANCH == 'main' || $CI_COMMIT_REF_NAME == 'next'");
        assert_eq!(either, ["ref_type:branch:ref:main", "ref_type:branch:ref:next"]);
        assert_eq!(refs("if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"), [any]);
        assert_eq!(refs("if: $CI_COMMIT_BRANCH =~ /^release/"), [any]);
        assert_eq!(refs("if: $CI_COMMIT_TAG"), [tag]);
        assert_eq!(refs("if: $CI_PIPELINE_SOURCE == \"merge_request_event\""), [any]);
        assert_eq!(refs("if: $DEPLOY == 'yes'"), [tag, any]);
        assert!(refs("{if: $CI_COMMIT_TAG, when: never}").is_empty());
    }
}
