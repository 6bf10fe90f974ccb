//! `unkeyed explain`: the manual page of a check, a rule or a word of a report.

mod exit_codes;
mod reference;

use anyhow::bail;
use unkeyed_detect::RuleSet;
use unkeyed_model::{CheckInfo, RuleInfo};
use unkeyed_report::manual::{Entry, manual};

use super::rules::load;
use crate::args::{Reference, RuleArgs};
use crate::{Exit, output, suggest};

/// Prints the page.
pub(crate) fn run(id: &str, args: &RuleArgs) -> anyhow::Result<Exit> {
    output::page(&page(id, &load(args)?)?)?;
    Ok(Exit::Ok)
}

/// Prints the reference of all that there is of something.
pub(crate) fn reference(what: Reference, args: &RuleArgs) -> anyhow::Result<Exit> {
    output::page(&match what {
        Reference::Checks => reference::checks(),
        Reference::Rules => reference::rules(&load(args)?),
        Reference::Words => reference::words(),
    })?;
    Ok(Exit::Ok)
}

/// The page of a check, a rule, a use by name, a declaration, a kind that only structure shows, or a word.
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
    let words = manual();
    if let Some(word) = words.iter().find(|word| word.word.eq_ignore_ascii_case(id)) {
        return Ok(word_page(word));
    }
    if lower == exit_codes::WORD {
        return Ok(exit_codes::page());
    }
    let kinds = unkeyed_detect::kinds().iter().map(|(kind, _)| *kind);
    let known = checks.iter().map(|check| check.id).chain(infos.iter().map(|rule| rule.id.as_str())).chain(kinds);
    let known = known.chain(words.iter().map(|word| word.word)).chain([exit_codes::WORD]);
    let near = suggest::hint(id, known);
    let hint = if near.is_empty() { "; `unkeyed explain --all checks`, `rules` or `words` lists them" } else { &near };
    bail!("no check, rule, kind or word of a report is called `{id}`{hint}")
}

fn word_page(Entry { word, topic, meaning, advice }: &Entry) -> String {
    format!("{word}: a {}\n\n{}\n\n{advice}\n", topic.as_str(), sentence(meaning))
}

/// A phrase as a sentence.
fn sentence(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let end = if phrase.ends_with('.') { "" } else { "." };
    format!("{}{}{end}", first.collect::<String>(), letters.as_str())
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
        ids.extend(manual().iter().map(|entry| entry.word.to_owned()));
        ids.push(exit_codes::WORD.into());
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
        let refused = |id: &str| page(id, &rules).unwrap_err().to_string();
        for (id, meant) in [
            ("pat-classic", "did you mean `github.pat-classic`"),
            ("aws.acess-key", "did you mean `aws.access-key"),
            ("TB-AWS-3", "`TB-AWS-03`"),
            ("mixd-mode", "did you mean `mixed-mode`?"),
            ("exit-code", "did you mean `exit-codes`?"),
        ] {
            assert!(refused(id).contains(meant), "{id}: {}", refused(id));
        }
        for id in ["ref.nothing", "declared.", "declared.x", "x.y", ""] {
            assert!(page(id, &rules).is_err(), "{id}");
        }
    }
}
