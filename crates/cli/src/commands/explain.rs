//! `unkeyed explain ID`: the manual page of a check or a rule.

use std::io::Write as _;

use anyhow::bail;
use unkeyed_detect::RuleSet;
use unkeyed_model::{CheckInfo, RuleInfo};

use super::rules::load;
use crate::Exit;
use crate::args::RuleArgs;

/// Prints the page.
pub(crate) fn run(id: &str, args: &RuleArgs) -> anyhow::Result<Exit> {
    let page = page(id, &load(args)?)?;
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}", page.trim_end())?;
    Ok(Exit::Ok)
}

/// The page of a check, a rule, a use by name, a declaration, or a kind that only structure shows.
fn page(id: &str, rules: &RuleSet) -> anyhow::Result<String> {
    let checks = unkeyed_audit::checks();
    if let Some(check) = checks.iter().find(|check| check.id.eq_ignore_ascii_case(id)) {
        return Ok(check_page(check));
    }
    let infos = rules.infos();
    if let Some(rule) = infos.iter().find(|rule| rule.id.eq_ignore_ascii_case(id)) {
        return Ok(rule_page(rule));
    }
    let lower = id.to_ascii_lowercase();
    if let Some((kind, what)) = unkeyed_detect::kinds().iter().find(|(kind, _)| *kind == lower) {
        return Ok(format!(
            "{kind}: {what}\n\nA kind, not a rule: what a rule found turns out to be one by its structure, position or partner.\n"
        ));
    }
    let declared = unkeyed_parse::declared_kinds().any(|kind| kind == lower).then(|| format!("declared.{lower}"));
    if let Some(info) = unkeyed_audit::guidance(declared.as_deref().unwrap_or(&lower)) {
        return Ok(rule_page(&info));
    }
    let kinds = unkeyed_detect::kinds().iter().map(|(kind, _)| *kind);
    let known = checks.iter().map(|check| check.id).chain(infos.iter().map(|rule| rule.id.as_str())).chain(kinds);
    let near: Vec<_> = known.filter(|known| known.to_ascii_lowercase().contains(&lower)).take(8).collect();
    let hint =
        if near.is_empty() { "`unkeyed rules list` names the rules".to_owned() } else { format!("did you mean {}?", near.join(", ")) };
    bail!("no check, rule or kind has the id `{id}`; {hint}")
}

fn check_page(check: &CheckInfo) -> String {
    let standards: Vec<_> = check.standards.iter().map(|standard| format!("{} {}", standard.taxonomy, standard.id)).collect();
    format!("{}: {}\n\n{}\n\nLevel: {}\nStandards: {}\n", check.id, check.title, check.doc.trim(), check.level, standards.join(", "))
}

fn rule_page(rule: &RuleInfo) -> String {
    let RuleInfo { id, name, description, reference, remediation, .. } = rule;
    let facts = [("Instead", &remediation.instead), ("Revoke", &remediation.revoke), ("Source", reference)];
    let facts = facts.iter().filter(|(_, text)| !text.is_empty()).map(|(what, text)| format!("{:9}{text}\n", format!("{what}:")));
    format!("{id}: {name}\n\n{description}\n\n{}", facts.collect::<String>())
}

#[cfg(test)]
mod tests {
    use unkeyed_model::StoreKind;

    use super::*;

    #[test]
    fn every_id_that_a_report_can_contain_has_a_page() {
        let rules = RuleSet::builtin().unwrap();
        let mut ids: Vec<String> = unkeyed_audit::checks().iter().map(|check| check.id.to_owned()).collect();
        ids.extend(rules.infos().iter().map(|info| info.id.clone()));
        ids.extend(unkeyed_detect::kinds().iter().map(|(kind, _)| (*kind).to_owned()));
        ids.extend(StoreKind::ALL.iter().map(|store| format!("ref.{store}")));
        ids.extend(unkeyed_parse::declared_kinds().flat_map(|kind| [kind.to_owned(), format!("declared.{kind}")]));
        for id in ids {
            let page = page(&id, &rules).unwrap();
            let title = page.lines().next().unwrap();
            assert!(
                title.to_ascii_lowercase().contains(&id.to_ascii_lowercase())
                    && title.split_once(": ").is_some_and(|(_, name)| !name.is_empty()),
                "{id}: {title}"
            );
        }
    }

    #[test]
    fn what_is_not_known_is_refused_with_what_is_near() {
        let rules = RuleSet::builtin().unwrap();
        assert!(page("pat-classic", &rules).unwrap_err().to_string().contains("did you mean github.pat-classic?"));
        for id in ["ref.nothing", "declared.", "declared.x", "x.y", ""] {
            assert!(page(id, &rules).is_err(), "{id}");
        }
    }
}
