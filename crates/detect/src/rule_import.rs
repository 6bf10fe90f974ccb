//! Rule files of other scanners: gitleaks' TOML, and the YAML of noseyparker and kingfisher.
//!
//! One decision a reader would question: a rule that would not mean the same here is refused, and the rest of its file is used;
//! a broken file of our own is refused as a whole. What another program's file says beyond our reach (live validation, git
//! commits, rules that need a second rule) is no fault of its author; what was left out is told rule by rule.
//!
//! Formats: <https://github.com/gitleaks/gitleaks#configuration>, <https://mongodb.github.io/kingfisher/rules/overview>,
//! <https://github.com/praetorian-inc/noseyparker/blob/main/docs/RULES.md>.

mod carry;
mod gitleaks;
mod go_syntax;
mod groups;
mod prefix;
#[cfg(test)]
mod tests;
mod tree;
mod yaml_rules;

use crate::rule::{Rule, RuleFile};
use crate::rule_error::Problem;
use carry::Foreign;
use tree::Node;

/// Who wrote a rule file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// This program's own format.
    Own,
    Gitleaks,
    /// noseyparker or kingfisher.
    Yaml,
}

/// The format of a file, by the words at the starts of its lines; by its name only if they tell nothing.
pub(crate) fn format(file: &RuleFile) -> Format {
    let starts = |words: &[&str]| file.text.lines().any(|line| words.iter().any(|word| line.starts_with(word)));
    if starts(&["[[rule]]", "provider ="]) {
        Format::Own
    } else if starts(&["[[rules]]", "[extend]", "[allowlist]", "[[allowlists]]"]) {
        Format::Gitleaks
    } else if [".yml", ".yaml"].iter().any(|end| file.name.ends_with(end)) || starts(&["rules:", "- rules:", "\"rules\":", "{\"rules\":"]) {
        Format::Yaml
    } else {
        Format::Own
    }
}

/// The rules of a file that can be used. What could not be carried over goes to `remarks`; `problems` are reasons to refuse it all.
pub(crate) fn read(file: &RuleFile, format: Format, problems: &mut Vec<Problem>, remarks: &mut Vec<Problem>) -> Vec<Rule> {
    let at = |line, rule, what| Problem { file: file.name.clone(), line, rule, what };
    let parsed = if format == Format::Yaml { tree::yaml(&file.text) } else { tree::toml(&file.text) };
    let root = match parsed {
        Ok(root) => root,
        Err((line, what)) => {
            problems.push(at(line, None, what));
            return Vec::new();
        }
    };
    let mut about_file = Vec::new();
    let found = if format == Format::Yaml { yaml_rules::rules(&root, &mut about_file) } else { gitleaks::rules(&root, &mut about_file) };
    remarks.extend(about_file.into_iter().map(|(line, what)| at(line, None, what)));
    if found.is_empty() {
        problems.push(at(1, None, "no rules are in it; what it allows in other rules belongs into unkeyed.toml".into()));
    }
    let mut rules = Vec::new();
    for (line, id, foreign) in found {
        match foreign.and_then(|foreign| carry::rule(file, line, foreign)) {
            Ok((rule, lost)) => {
                remarks.extend(lost.into_iter().map(|what| at(line, Some(rule.info.id.clone()), what)));
                rules.push(rule);
            }
            Err(why) => remarks.push(at(line, Some(id), format!("not used: {why}"))),
        }
    }
    rules
}

/// A rule's line, its id as written, and what it says or why it can't be used.
type Stated = (usize, String, Result<Foreign, String>);

/// The id under which a rule that may be malformed is spoken of.
fn stated_id(node: &Node, at: usize) -> String {
    match node.get("id").and_then(Node::text) {
        Some(id) if id.len() <= 200 => id.chars().map(|character| if character.is_control() { '?' } else { character }).collect(),
        _ => format!("number {}", at + 1),
    }
}
