//! Templates of texts that Terraform and the like fill in (`app.yml.tpl`): what one is given under the name of a credential belongs to
//! whoever renders it.
//!
//! A template is a component and never judged alone. The decision a reader would question: the name in front of a placeholder tells
//! what it is, and not the value that some caller hands in, which may be called anything.

use std::collections::BTreeMap;
use std::ops::Range;

use unkeyed_model::{Content, Facts, Location, Reference, Span, StoreKind, Unit, Workload, WorkloadKind, has_extension};

use crate::facts as shared;
use crate::given;
use crate::place;
use crate::policy_document::hole;

/// Extensions of templates.
const EXTENSIONS: &[&str] = &["tpl", "tftpl", "tmpl"];

/// Whether a file is called like a template.
pub(crate) fn is_one(path: &str) -> bool {
    has_extension(path, EXTENSIONS)
}

/// Files called like one that have a placeholder of Terraform's, and none of Go's.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let holds = |sign: &[u8]| memchr::memmem::find(unit.bytes(), sign).is_some();
    (is_one(unit.origin().file_name()) && holds(b"${") && !holds(b"{{")).then(|| unit.origin().path.clone())
}

/// Reads such files.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    place::each(units, |place, facts| {
        let location = place.bare(Span::new(0, place.text().len()));
        let mut workload = Workload::new(WorkloadKind::Repository, format!("repo:{}#template", place.path()), "template", location);
        workload.component = true;
        workload.references = filled(place.text(), &|range| place.at(Span::new(range.start, range.end), "template"));
        if !workload.references.is_empty() {
            facts.workloads.push(workload);
        }
    })
}

/// What is put into a text under the name of a credential.
pub(crate) fn filled(text: &str, locate: &dyn Fn(Range<usize>) -> Location) -> Vec<Reference> {
    let (holed, places) = holed(text);
    let mut found = Vec::new();
    for (name, range) in given::values(&holed) {
        for placeholder in hole::holes(&holed[range]) {
            let Some(range) = places.get(placeholder) else { continue };
            let reference = shared::reference(StoreKind::Parameter, placeholder, locate(range.clone()));
            found.push(Reference { content: Content::Durable, ..shared::received_by(reference, &name) });
        }
    }
    found
}

/// The text with each placeholder that is a mere name as a hole, and where each name first stands.
fn holed(text: &str) -> (String, BTreeMap<&str, Range<usize>>) {
    let (mut out, mut places) = (String::with_capacity(text.len()), BTreeMap::new());
    let mut pieces = text.split("${");
    out.push_str(pieces.next().unwrap_or_default());
    let mut start = out.len();
    for piece in pieces {
        let is_name = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte));
        match piece.split_once('}').filter(|(name, _)| is_name(name)) {
            // `$${` stands for itself.
            Some((name, rest)) if !out.ends_with('$') => {
                places.entry(name).or_insert(start..start + name.len() + "${}".len());
                out.push_str(&hole::hole(name));
                out.push_str(rest);
            }
            _ => {
                out.push_str("${");
                out.push_str(piece);
            }
        }
        start += "${".len() + piece.len();
    }
    (out, places)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    #[test]
    fn what_a_template_is_given_under_the_name_of_a_credential() {
        let of = |path: &str, text: &str| -> Vec<String> {
            let unit = Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes().to_vec());
            let Some(group) = crate::group(&unit) else { return Vec::new() };
            let facts = crate::read(&group, std::slice::from_ref(&unit));
            assert!(facts.workloads.iter().all(|workload| workload.component));
            facts.workloads.iter().flat_map(|workload| &workload.references).map(|used| used.name.clone()).collect()
        };
        assert_eq!(of("app.yml.tpl", "db:\n  user: ${user}\n  password: ${x}\n"), ["x"]);
        assert_eq!(of("env.tftpl", "STAGE=${stage}\nAPI_TOKEN=${key}\nURL=https://u:${pw}@h\n"), ["key", "pw"]);
        assert_eq!(of("app.yml.tpl", "stage: ${stage}\npassword: $${x}\n"), [""; 0]);
        assert_eq!(of("app.yml.tpl", "password: ${x}\n{{- end }}\n"), [""; 0]);
        assert_eq!(of("app.yml", "password: ${x}\n"), [""; 0]);
    }
}
