//! CODEOWNERS files of GitHub and GitLab.

use unkeyed_model::{Facts, OwnerRule, Span, Unit};

use crate::place::Place;

/// `CODEOWNERS` at the root of a repository, in `.github`, `.gitlab` or `docs`.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    (unit.origin().file_name() == "CODEOWNERS").then(|| unit.origin().path.clone())
}

/// Reads one file.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    for unit in units {
        match Place::new(unit) {
            Ok(place) => facts.owners.append(&mut rules(&place)),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts
}

fn rules(place: &Place<'_>) -> Vec<OwnerRule> {
    let mut found = Vec::new();
    let mut section_owners: Vec<String> = Vec::new();
    let mut at = 0;
    for line in place.text().split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.split(" #").next().unwrap_or_default().trim();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        if let Some(section) = section(body) {
            section_owners = section;
            continue;
        }
        let mut words = words(body).into_iter();
        let Some(pattern) = words.next() else { continue };
        let words: Vec<String> = words.collect();
        // GitLab: a line without owners has those of its section; GitHub: nobody owns it any more.
        let owners = if words.is_empty() { section_owners.clone() } else { words };
        let from = start + line.len() - line.trim_start().len();
        found.push(OwnerRule { pattern, owners, location: place.bare(Span::new(from, from + body.len())) });
    }
    found
}

/// `[Section][2] @default-owners`, `^[Optional]`: the default owners.
fn section(line: &str) -> Option<Vec<String>> {
    let rest = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?;
    let (_, owners) = rest.split_once(']')?;
    Some(words(owners).into_iter().filter(|word| !word.starts_with('[')).collect())
}

/// Words separated by blanks; a backslash keeps a blank inside a pattern.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut escaped = false;
    for character in line.chars() {
        match character {
            '\\' if !escaped => escaped = true,
            c if c.is_whitespace() && !escaped => {
                if words.last().is_some_and(|word| !word.is_empty()) {
                    words.push(String::new());
                }
            }
            c => {
                if escaped && !c.is_whitespace() && c != '#' {
                    words.last_mut().into_iter().for_each(|word| word.push('\\'));
                }
                escaped = false;
                words.last_mut().into_iter().for_each(|word| word.push(c));
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::Origin;

    use super::*;

    #[test]
    fn patterns_and_owners() {
        let text = "# head\n*  @acme/all # rest\n/infra/ @acme/ops ops@example.org\nwith\\ blank @x\n/free\n[Docs][2] @writers\ndocs/\n\\";
        let unit = Unit::new(Arc::new(Origin { path: ".github/CODEOWNERS".into(), ..Origin::default() }), text.as_bytes());
        let facts = read(std::slice::from_ref(&unit));
        let found: Vec<_> = facts.owners.iter().map(|rule| (rule.pattern.as_str(), rule.owners.join(" "))).collect();
        let expected =
            [("*", "@acme/all"), ("/infra/", "@acme/ops ops@example.org"), ("with blank", "@x"), ("/free", ""), ("docs/", "@writers")];
        assert_eq!(found.iter().map(|(pattern, owners)| (*pattern, owners.as_str())).collect::<Vec<_>>(), expected);
        assert_eq!(facts.owners[1].location.region.line, 3);
    }
}
