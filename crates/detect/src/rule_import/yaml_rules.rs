//! The YAML of noseyparker and kingfisher: `rules:` with an expression of Rust's syntax, examples, and what kingfisher adds
//! (entropy, confidence, requirements of the secret's characters).

use std::sync::Arc;

use unkeyed_model::Confidence;

use super::Stated;
use super::carry::{Dialect, Foreign, regex};
use super::groups::SecretIn;
use super::stated_id;
use super::tree::{Kind, Node};
use crate::allow::{Allowance, Test};
use crate::rule::Examples;

const RULE_KEYS: &[&str] = &[
    "name",
    "id",
    "pattern",
    "description",
    "references",
    "examples",
    "negative_examples",
    "categories",
    "min_entropy",
    "confidence",
    "visible",
    "prevalidated",
    "pattern_requirements",
];
/// What a rule does with what it found: send it somewhere. That is not done here.
const ONLINE_KEYS: &[&str] = &["validation", "revocation", "depends_on_rule", "tls_mode", "access_map"];
const REQUIREMENTS: &[(&str, &str)] = &[("min_digits", "0-9"), ("min_uppercase", "A-Z"), ("min_lowercase", "a-z")];
/// What counts as a special character unless the rule says.
const SPECIAL: &str = "!@#$%^&*()_+-=[]{}|;:'\",.<>?/\\`~";

/// The rules of a file; remarks on the file itself go to `about_file`.
pub(super) fn rules(root: &Node, about_file: &mut Vec<(usize, String)>) -> Vec<Stated> {
    let documents = if let Kind::List(documents) = &root.kind { documents.as_slice() } else { std::slice::from_ref(root) };
    let mut found = Vec::new();
    for document in documents {
        for key in document.unknown(&["rules"]) {
            let line = document.get(key).map_or(document.line, |node| node.line);
            about_file.push((line, format!("{key} has no effect; every rule of the file is used")));
        }
        let rules = document.list_at("rules");
        if let Some(rule) = rules.iter().find(|rule| ONLINE_KEYS.iter().any(|key| rule.get(key).is_some())) {
            about_file.push((rule.line, "validation and revocation have no effect: nothing is sent anywhere".into()));
        }
        found.extend(rules.iter().enumerate().map(|(at, rule)| (rule.line, stated_id(rule, at), foreign(rule))));
    }
    found
}

fn foreign(rule: &Node) -> Result<Foreign, String> {
    let id = rule.text_at("id")?.ok_or("it has no id")?;
    if rule.is_at("visible", "false") {
        return Err("it reports nothing by itself (visible: false)".into());
    }
    let known = [RULE_KEYS, ONLINE_KEYS].concat();
    let mut lost: Vec<String> = rule.unknown(&known).map(|key| format!("{key} has no effect")).collect();
    let allow = rule.get("pattern_requirements").map(|stated| requirements(stated, &mut lost)).transpose()?;
    let confidence = match rule.text_at("confidence")?.as_deref() {
        None | Some("medium") => Confidence::Medium,
        Some("high") => Confidence::High,
        Some("low") => Confidence::Low,
        Some(other) => return Err(format!("confidence {other:?} is not known")),
    };
    let name = rule.text_at("name")?.unwrap_or_default();
    Ok(Foreign {
        name: if name.is_empty() { id.clone() } else { name },
        id,
        description: rule.text_at("description")?.unwrap_or_default(),
        reference: rule.texts_at("references")?.into_iter().next().unwrap_or_default(),
        dialect: Dialect::Rust,
        pattern: rule.text_at("pattern")?.ok_or("it has no pattern")?,
        secret: SecretIn::NamedOrFirst("TOKEN"),
        confidence,
        min_entropy: rule.number_at("min_entropy")?.unwrap_or(0.0),
        keywords: Vec::new(),
        path: None,
        allow: allow.into_iter().map(Arc::new).collect(),
        examples: Examples { matching: rule.texts_at("examples")?, other: rule.texts_at("negative_examples")? },
        lost,
    })
}

/// What excuses a secret that lacks a required character, or has a forbidden word.
fn requirements(stated: &Node, lost: &mut Vec<String>) -> Result<Allowance, String> {
    let mut tests = Vec::new();
    let special = stated.text_at("special_chars")?.unwrap_or_else(|| SPECIAL.to_owned());
    let special: String = special.chars().filter(char::is_ascii).flat_map(|character| ['\\', character]).collect();
    for (key, class) in REQUIREMENTS.iter().map(|(key, class)| (*key, *class)).chain([("min_special_chars", special.as_str())]) {
        if let Some(least) = stated.number_at::<u16>(key)?.filter(|&least| least > 0) {
            tests.push(Test::Value(regex(&format!("(?s)\\A(?:[^{class}]*[{class}]){{0,{}}}[^{class}]*\\z", least - 1), Dialect::Rust)?));
        }
    }
    tests.extend(stated.texts_at("ignore_if_contains")?.into_iter().map(|word| Test::Word(word.to_lowercase().into_bytes())));
    let known = ["min_digits", "min_uppercase", "min_lowercase", "min_special_chars", "special_chars", "ignore_if_contains"];
    lost.extend(stated.unknown(&known).map(|key| format!("pattern_requirements.{key} has no effect")));
    Ok(Allowance { groups: vec![tests], ..Allowance::default() })
}
