//! gitleaks' TOML: `[[rules]]` with a Go expression, entropy, keywords, a path, and allow-lists of rule or file.

use std::sync::Arc;

use unkeyed_model::Confidence;

use super::Stated;
use super::carry::{Dialect, Foreign, regex};
use super::groups::SecretIn;
use super::stated_id;
use super::tree::Node;
use crate::allow::{Allowance, Test};
use crate::rule::Examples;

const RULE_KEYS: &[&str] = &[
    "id",
    "description",
    "regex",
    "path",
    "secretGroup",
    "entropy",
    "keywords",
    "tags",
    "allowlist",
    "allowlists",
    "skipReport",
    "required",
];
const ALLOW_KEYS: &[&str] =
    &["id", "description", "condition", "matchCondition", "commits", "paths", "regexes", "regexTarget", "stopwords", "targetRules"];

/// The rules of a file; remarks on the file itself go to `about_file`.
pub(super) fn rules(root: &Node, about_file: &mut Vec<(usize, String)>) -> Vec<Stated> {
    if let Some(extend) = root.get("extend") {
        let what = "[extend] has no effect: only the rules that are written in this file are carried over";
        about_file.push((extend.line, what.into()));
    }
    let mut shared = Vec::new();
    for list in ["allowlist", "allowlists"].iter().filter_map(|key| root.get(key)).flat_map(Node::items) {
        let carried = allowance(list, &mut |what| about_file.push((list.line, format!("allow-list: {what}"))));
        match carried.and_then(|allowance| Ok((list.texts_at("targetRules")?, allowance))) {
            Ok((targets, allowance)) => shared.push((targets, Arc::new(allowance))),
            Err(why) => about_file.push((list.line, format!("allow-list not used: {why}"))),
        }
    }
    let rules = root.list_at("rules");
    rules.iter().enumerate().map(|(at, rule)| (rule.line, stated_id(rule, at), foreign(rule, &shared))).collect()
}

/// An allow-list of the file, and the rules it is for; for all if none are named.
type Shared = (Vec<String>, Arc<Allowance>);

fn foreign(rule: &Node, shared: &[Shared]) -> Result<Foreign, String> {
    let id = rule.text_at("id")?.ok_or("it has no id")?;
    let pattern = rule.text_at("regex")?.ok_or("it has no regex: files are not reported for their names alone")?;
    if rule.is_at("skipReport", "true") {
        return Err("it reports nothing by itself (skipReport)".into());
    }
    if rule.get("required").is_some() {
        return Err("it needs a match of another rule nearby (required), which would be ignored".into());
    }
    let mut lost: Vec<String> = rule.unknown(RULE_KEYS).map(|key| format!("{key} has no effect")).collect();
    let mut allow = Vec::new();
    for list in ["allowlist", "allowlists"].iter().filter_map(|key| rule.get(key)).flat_map(Node::items) {
        match allowance(list, &mut |what| lost.push(format!("allow-list: {what}"))) {
            Ok(allowance) => allow.push(Arc::new(allowance)),
            Err(why) => lost.push(format!("allow-list of line {} not used: {why}", list.line)),
        }
    }
    let for_this = |(targets, _): &&Shared| targets.is_empty() || targets.contains(&id);
    allow.extend(shared.iter().filter(for_this).map(|(_, allowance)| Arc::clone(allowance)));
    let description = rule.text_at("description")?.unwrap_or_default();
    Ok(Foreign {
        name: if description.is_empty() { id.clone() } else { description.clone() },
        description,
        id,
        reference: String::new(),
        dialect: Dialect::Go,
        pattern,
        secret: match rule.number_at::<u32>("secretGroup")? {
            None | Some(0) => SecretIn::First,
            Some(number) => SecretIn::Group(number),
        },
        confidence: Confidence::Medium,
        min_entropy: entropy(rule.number_at::<f64>("entropy")?.unwrap_or(0.0)),
        keywords: rule.texts_at("keywords")?,
        path: rule.text_at("path")?,
        allow,
        examples: Examples::default(),
        lost,
    })
}

/// gitleaks drops what has this entropy or less; here what has less than the minimum is dropped.
fn entropy(stated: f64) -> f64 {
    if stated > 0.0 { stated.next_up() } else { 0.0 }
}

fn allowance(list: &Node, lost: &mut dyn FnMut(String)) -> Result<Allowance, String> {
    let condition = list.text_at("condition")?.or(list.text_at("matchCondition")?).unwrap_or_default();
    let all = matches!(condition.as_str(), "AND" | "and" | "&&");
    list.unknown(ALLOW_KEYS).for_each(|key| lost(format!("{key} has no effect")));
    if !list.texts_at("commits")?.is_empty() {
        if all {
            return Err("it asks for commits, which are not known here".into());
        }
        lost("its commits have no effect".into());
    }
    let target = list.text_at("regexTarget")?.unwrap_or_default();
    let expression = match target.as_str() {
        "" | "secret" => Test::Value,
        "match" => Test::Match,
        "line" => Test::Line,
        _ => return Err(format!("regexTarget {target:?} is not known")),
    };
    let compiled = |key: &str, test: fn(_) -> Test| -> Result<Vec<Test>, String> {
        list.texts_at(key)?.iter().map(|source| regex(source, Dialect::Go).map(test)).collect()
    };
    let words = list.texts_at("stopwords")?.into_iter().map(|word| Test::Word(word.to_lowercase().into_bytes())).collect();
    Ok(Allowance { groups: vec![compiled("paths", Test::Path)?, compiled("regexes", expression)?, words], all, is_adjustment: false })
}
