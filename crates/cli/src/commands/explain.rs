//! `unkeyed explain ID`: the manual page of a check or a rule.

use std::io::Write as _;

use anyhow::bail;
use unkeyed_model::{CheckInfo, RuleInfo};

use super::rules::load;
use crate::Exit;
use crate::args::RuleArgs;

/// Prints the page.
pub(crate) fn run(id: &str, args: &RuleArgs) -> anyhow::Result<Exit> {
    let page = page(id, args)?;
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}", page.trim_end())?;
    Ok(Exit::Ok)
}

fn page(id: &str, args: &RuleArgs) -> anyhow::Result<String> {
    let checks = unkeyed_audit::checks();
    if let Some(check) = checks.iter().find(|check| check.id.eq_ignore_ascii_case(id)) {
        return Ok(check_page(check));
    }
    let rules = load(args)?;
    let infos = rules.infos();
    if let Some(rule) = infos.iter().find(|rule| rule.id.eq_ignore_ascii_case(id)) {
        return Ok(rule_page(rule));
    }
    let lower = id.to_ascii_lowercase();
    let near: Vec<_> = checks
        .iter()
        .map(|check| check.id)
        .chain(infos.iter().map(|rule| rule.id.as_str()))
        .filter(|known| known.to_ascii_lowercase().contains(&lower))
        .take(8)
        .collect();
    let hint =
        if near.is_empty() { "`unkeyed rules list` names the rules".to_owned() } else { format!("did you mean {}?", near.join(", ")) };
    bail!("no check or rule has the id `{id}`; {hint}")
}

fn check_page(check: &CheckInfo) -> String {
    let standards: Vec<_> = check.standards.iter().map(|standard| format!("{} {}", standard.taxonomy, standard.id)).collect();
    format!("{}: {}\n\n{}\n\nLevel: {}\nStandards: {}\n", check.id, check.title, check.doc.trim(), check.level, standards.join(", "))
}

fn rule_page(rule: &RuleInfo) -> String {
    let RuleInfo { id, name, description, reference, remediation, .. } = rule;
    format!("{id}: {name}\n\n{description}\n\nInstead: {}\nRevoke:  {}\nSource:  {reference}\n", remediation.instead, remediation.revoke)
}
