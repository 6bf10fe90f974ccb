//! Lists of containers of Amazon ECS in a file of their own, which a task definition is made of (`file`, `templatefile`): the
//! environment of whoever draws the file in.
//!
//! The decision a reader would question: a placeholder outside of quotes is a number, but for one that is a whole environment.

use unkeyed_model::{Facts, SkipReason, StoreKind, Unit, has_extension};

use super::documents::{self, ENVIRONMENTS, SECRETS};
use super::dump::Dump;
use crate::facts as shared;
use crate::place::Place;
use crate::yaml;

/// What the definition of a container holds beside its image.
const MARKS: &[&str] = &["\"essential\"", "\"portMappings\"", "\"logConfiguration\"", "\"mountPoints\"", "\"environment\"", "\"secrets\""];

/// JSON that begins as a list of them, or a template of such.
pub(super) fn is_one(unit: &Unit<'_>, head: &[u8]) -> bool {
    let holds = |mark: &str| memchr::memmem::find(head, mark.as_bytes()).is_some();
    let is_named = has_extension(unit.origin().file_name(), &["json", "tpl", "tftpl", "tmpl"]);
    let begins = head.trim_ascii_start().strip_prefix(b"[").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"{"));
    is_named && begins && holds("\"image\"") && MARKS.iter().any(|mark| holds(mark))
}

/// Reads one.
pub(super) fn read(place: &Place<'_>, facts: &mut Facts) {
    let mut documents = yaml::parse_text(place, &without_numbers(place.text()));
    if !documents.skipped.is_empty() || documents.nodes.len() != 1 {
        return facts.skipped.push(place.skip(SkipReason::NotUnderstood, "a list of containers that only its template makes"));
    }
    let root = documents.nodes.remove(0);
    let mut dump = Dump::new(place, None, root.span);
    for container in root.items() {
        documents::below(place, container, &mut dump);
        for entry in container.entries().iter().filter(|entry| [ENVIRONMENTS, SECRETS].concat().contains(&entry.name())) {
            if entry.value.text().is_some_and(|text| !text.is_empty()) && !entry.value.is_null() {
                let at = place.at(entry.value.span, entry.name());
                dump.workload.references.push(shared::environment(StoreKind::Parameter, entry.name(), at));
            }
        }
    }
    dump.conclude(facts);
}

/// The text with placeholders outside of quotes as plain words of the same length.
fn without_numbers(text: &str) -> String {
    let (mut out, mut quoted, mut rest) = (String::with_capacity(text.len()), false, text);
    while let Some(character) = rest.chars().next() {
        let length = match (character, quoted) {
            ('\\', true) => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            ('"', _) => {
                quoted = !quoted;
                1
            }
            ('$', false) => {
                let end = rest.find('}').map_or(1, |end| end + 1);
                out.push_str(&"x".repeat(end));
                rest = &rest[end..];
                continue;
            }
            _ => character.len_utf8(),
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    fn read(name: &str, text: &str) -> Option<unkeyed_model::Facts> {
        let unit = Unit::new(Arc::new(Origin { path: name.into(), ..Origin::default() }), text.as_bytes().to_vec());
        let group = crate::group(&unit)?;
        (group.format == "ecs-tasks").then(|| crate::read(&group, std::slice::from_ref(&unit)))
    }

    #[test]
    fn a_list_of_containers_is_an_environment() {
        let of = |rest: &str| -> Vec<String> {
            let text =
                format!("[\n  {{ \"name\": \"${{app}}\", \"image\": \"${{repo}}:1\", \"cpu\": ${{cpu}}, \"essential\": true{rest} }}\n]\n");
            let facts = read("task.json.tpl", &text).unwrap();
            assert_eq!(facts.workloads[0].id, "env:task.json.tpl");
            facts.workloads[0].references.iter().map(|used| used.name.clone()).collect()
        };
        assert_eq!(of(""), [""; 0]);
        assert_eq!(of(", \"environment\": [{\"name\": \"STAGE\", \"value\": \"${stage}\"}]"), [""; 0]);
        assert_eq!(of(", \"environment\": ${env}"), ["environment"]);
        assert_eq!(of(", \"environment\": [{\"name\": \"DB_PASSWORD\", \"value\": \"${pw}\"}]").len(), 1);
        assert_eq!(of(", \"secrets\": [{\"name\": \"DB\", \"valueFrom\": \"/prod/db\"}]"), ["/prod/db"]);
    }

    #[test]
    fn other_lists_are_none() {
        assert!(read("a.json", "[{\"name\": \"a\", \"image\": \"b\"}]").is_none());
        assert!(read("a.json", "{\"image\": \"b\", \"essential\": true}").is_none());
        let directive = read("a.json.tpl", "[{\"image\": \"b\", \"essential\": true %{ if x }, \"a\": 1 %{ endif }}]").unwrap();
        assert_eq!((directive.workloads.len(), directive.skipped.len()), (0, 1));
    }
}
