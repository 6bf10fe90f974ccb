//! What starts a workflow, and which subjects GitHub will put into the tokens of its jobs.
//!
//! Source: GitHub docs, "OpenID Connect reference", example subject claims. A job with an environment has one form;
//! otherwise each event contributes the form that its ref gives. Whether `pull_request_target` yields the
//! `pull_request` or the `ref` form is not documented, so both are predicted.

use unkeyed_model::Value;

use crate::tree::{Entry, Node};

/// One event with its filters.
pub(super) struct Event<'a> {
    pub(super) name: &'a str,
    /// The scalar or key that names it.
    pub(super) at: &'a Node,
    filters: Option<&'a Node>,
}

/// The events of a workflow's `on:`.
pub(super) fn events(workflow: &Node) -> Vec<Event<'_>> {
    // YAML 1.1 tools that rewrite a workflow turn the key `on` into `true`.
    let Some(on) = workflow.get("on").or_else(|| workflow.get("true")) else { return Vec::new() };
    let named = on.one_or_many().iter().filter_map(|node| Some(Event { name: node.text()?, at: node, filters: None }));
    let mapped =
        on.entries().iter().map(|Entry { key, value, .. }| Event { name: key.text().unwrap_or_default(), at: key, filters: Some(value) });
    named.chain(mapped).collect()
}

/// The `sub` claims that the events lead to when the job has no environment; holes as in `PredictedToken`.
pub(super) fn subjects(events: &[Event<'_>], condition: &Condition) -> Vec<Value> {
    let mut found: Vec<String> = Vec::new();
    for event in events.iter().filter(|event| condition.allows_event(event.name)) {
        found.extend(refs(event).into_iter().map(|reference| match reference {
            Some(reference) => format!("repo:{{repository}}:ref:{}", reference.replace(':', "%3A")),
            None => "repo:{repository}:pull_request".to_owned(),
        }));
    }
    found.retain(|subject| condition.allows_ref(subject));
    if let (Some(reference), true) = (&condition.reference, found.iter().any(|subject| subject.contains(":ref:"))) {
        found = vec![format!("repo:{{repository}}:ref:{reference}")];
    }
    found.sort();
    found.dedup();
    found.into_iter().map(Value::literal).collect()
}

/// The refs an event runs on; `None` stands for the `pull_request` form.
fn refs(event: &Event<'_>) -> Vec<Option<String>> {
    let branch = || Some("refs/heads/{branch}".to_owned());
    let tag = || Some("refs/tags/{tag}".to_owned());
    match event.name {
        "push" => pushed(event),
        "pull_request" => vec![None],
        "pull_request_review" | "pull_request_review_comment" => vec![None, Some("refs/pull/{any}/merge".into())],
        "pull_request_target" => {
            let mut refs = patterns(event, "branches", "refs/heads/", "{branch}");
            if refs.is_empty() {
                refs.push(branch());
            }
            refs.push(None);
            refs
        }
        "release" => vec![tag()],
        "create" | "workflow_dispatch" | "deployment" | "deployment_status" => vec![branch(), tag()],
        "merge_group" => vec![Some("refs/heads/gh-readonly-queue/{any}".into())],
        // A reusable workflow has the subjects of whoever calls it.
        "workflow_call" => Vec::new(),
        // schedule, workflow_run, issue_comment and the rest run on the default branch.
        _ => vec![branch()],
    }
}

/// A push filtered by branches only doesn't run for tags, and the other way round.
fn pushed(event: &Event<'_>) -> Vec<Option<String>> {
    let has = |key: &str| event.filters.is_some_and(|filters| filters.get(key).is_some());
    let mut refs = patterns(event, "branches", "refs/heads/", "{branch}");
    refs.extend(patterns(event, "tags", "refs/tags/", "{tag}"));
    let branches = has("branches") || has("branches-ignore");
    let tags = has("tags") || has("tags-ignore");
    if has("branches-ignore") || (!branches && !tags) {
        refs.push(Some("refs/heads/{branch}".into()));
    }
    if has("tags-ignore") || (!branches && !tags) {
        refs.push(Some("refs/tags/{tag}".into()));
    }
    refs
}

/// The refs of a filter's patterns; `hole` for a pattern that only says "some".
fn patterns(event: &Event<'_>, key: &str, prefix: &str, hole: &str) -> Vec<Option<String>> {
    let Some(filter) = event.filters.and_then(|filters| filters.get(key)) else { return Vec::new() };
    let texts = filter.one_or_many().iter().filter_map(Node::text).filter(|text| !text.starts_with('!'));
    texts.map(|text| Some(format!("{prefix}{}", filled(text, hole)))).collect()
}

/// Filter patterns (`*`, `**`, `?`, `+`, `[]`) as text with holes.
fn filled(pattern: &str, hole: &str) -> String {
    if pattern.contains(['?', '+', '[', '\\']) || pattern.chars().all(|c| matches!(c, '*' | '/')) {
        return hole.to_owned();
    }
    pattern.replace("**", "*").replace('*', "{any}")
}

/// What a job's `if` says about event and ref; anything more complicated than a conjunction restricts nothing.
#[derive(Default)]
pub(super) struct Condition {
    event: Option<String>,
    not_events: Vec<String>,
    reference: Option<String>,
    tags_only: bool,
}

impl Condition {
    pub(super) fn new(text: &str) -> Self {
        let mut condition = Self::default();
        if text.contains("||") {
            return condition;
        }
        for part in text.trim().trim_start_matches("${{").trim_end_matches("}}").split("&&") {
            condition.learn(part.trim());
        }
        condition
    }

    fn learn(&mut self, part: &str) {
        let quoted = |side: &str| side.trim().strip_prefix('\'')?.strip_suffix('\'').map(str::to_owned);
        if let Some((left, right)) = part.split_once("==") {
            match (left.trim(), quoted(right)) {
                ("github.event_name", Some(event)) => self.event = Some(event),
                ("github.ref", Some(reference)) => self.reference = Some(reference),
                ("github.ref_name", Some(name)) => self.reference = Some(format!("refs/heads/{name}")),
                _ => {}
            }
        } else if let Some((left, right)) = part.split_once("!=") {
            if let ("github.event_name", Some(event)) = (left.trim(), quoted(right)) {
                self.not_events.push(event);
            }
        } else if part.starts_with("startsWith(github.ref,") && part.contains("'refs/tags/") {
            self.tags_only = true;
        }
    }

    fn allows_event(&self, event: &str) -> bool {
        self.event.as_ref().is_none_or(|only| only == event) && !self.not_events.iter().any(|not| not == event)
    }

    fn allows_ref(&self, subject: &str) -> bool {
        (!self.tags_only || subject.contains(":ref:refs/tags/")) && (self.reference.is_none() || subject.contains(":ref:"))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    use super::*;
    use crate::place::Place;

    fn predicted(on: &str, condition: &str) -> Vec<String> {
        let unit = Unit::new(Arc::new(Origin::default()), on.as_bytes());
        let place = Place::new(&unit).ok().unwrap();
        let root = crate::yaml::parse(&place).nodes.remove(0);
        let found = subjects(&events(&root), &Condition::new(condition));
        found.iter().filter_map(Value::known).map(|subject| subject.replacen("repo:{repository}:", "", 1)).collect()
    }

    #[test]
    fn each_event_gives_its_subjects() {
        assert_eq!(predicted("on: push", ""), ["ref:refs/heads/{branch}", "ref:refs/tags/{tag}"]);
        assert_eq!(predicted("on: {push: {branches: [main, 'rel/**', '!x']}}", ""), ["ref:refs/heads/main", "ref:refs/heads/rel/{any}"]);
        assert_eq!(predicted("on: {push: {tags: ['v*']}}", ""), ["ref:refs/tags/v{any}"]);
        assert_eq!(predicted("on: {push: {paths: ['src/**']}}", ""), ["ref:refs/heads/{branch}", "ref:refs/tags/{tag}"]);
        assert_eq!(predicted("on: [pull_request, release]", ""), ["pull_request", "ref:refs/tags/{tag}"]);
        assert_eq!(predicted("on: {pull_request_target: {branches: main}}", ""), ["pull_request", "ref:refs/heads/main"]);
        assert_eq!(predicted("on:\n  schedule:\n    - cron: '0 0 * * *'\n", ""), ["ref:refs/heads/{branch}"]);
        assert!(predicted("on: workflow_call", "").is_empty());
    }

    #[test]
    fn a_condition_narrows() {
        assert_eq!(predicted("on: [push, pull_request]", "github.ref == 'refs/heads/main'"), ["ref:refs/heads/main"]);
        assert_eq!(predicted("on: [push, pull_request]", "${{ github.event_name != 'push' }}"), ["pull_request"]);
        assert_eq!(predicted("on: push", "startsWith(github.ref, 'refs/tags/')"), ["ref:refs/tags/{tag}"]);
        assert_eq!(predicted("on: [push, pull_request]", "a || github.event_name == 'push'").len(), 3);
    }
}
