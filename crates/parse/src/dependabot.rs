//! The private registries that Dependabot logs in to (GitHub docs, "Configuring access to private registries for Dependabot"): one
//! workload per file, which GitHub runs.
//!
//! The decision a reader would question: what updates public packages only is no workload, because nothing of it authenticates.

use unkeyed_model::{Content, Facts, Reference, StoreKind, Unit, Workload, WorkloadKind};

use crate::credential_name::is_credential;
use crate::facts as shared;
use crate::place::{self, Place};
use crate::yaml;

/// `.github/dependabot.yml`.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let path = &unit.origin().path;
    let is_one = |file: &str| path.strip_suffix(file).is_some_and(|root| root.is_empty() || root.ends_with('/'));
    [".github/dependabot.yml", ".github/dependabot.yaml"].iter().any(|file| is_one(file)).then(|| path.clone())
}

/// Reads such files.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    place::each(units, file)
}

fn file(place: &Place<'_>, facts: &mut Facts) {
    let mut documents = yaml::parse(place);
    facts.skipped.append(&mut documents.skipped);
    let Some(registries) = documents.nodes.first().and_then(|root| root.get("registries")) else { return };
    let location = place.at(registries.span, "registries");
    let mut workload = Workload::new(WorkloadKind::GhaJob, format!("gha:{}#updates", place.path()), "updates", location.clone());
    workload.extents.push(location);
    for registry in registries.entries() {
        let destination = registry.value.str("url").map(|url| shared::registry(host(url)));
        for entry in registry.value.entries().iter().filter(|entry| is_credential(entry.name()) || entry.name() == "key") {
            let at = place.at(entry.value.span, place::under(&format!("registries.{}", registry.name()), entry.name()));
            let text = entry.value.text().unwrap_or_default().trim();
            match secret(text) {
                Some(name) => workload.references.push(Reference {
                    content: Content::Durable,
                    destination: destination.clone(),
                    ..shared::received_by(shared::reference(StoreKind::GhaSecret, name, at), entry.name())
                }),
                None if !text.is_empty() && !entry.value.is_null() => facts.slots.push(shared::slot(entry.name(), at)),
                None => {}
            }
        }
    }
    if !workload.references.is_empty() || !facts.slots.is_empty() {
        facts.workloads.push(workload);
    }
}

/// The name in `${{secrets.NAME}}`.
fn secret(text: &str) -> Option<&str> {
    text.strip_prefix("${{")?.strip_suffix("}}")?.trim().strip_prefix("secrets.")
}

fn host(url: &str) -> &str {
    url.split("://").last().unwrap_or(url).split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    #[test]
    fn registries_that_are_logged_in_to_with_stored_values() {
        let of = |registry: &str| -> Vec<String> {
            let text = format!("version: 2\nregistries:\n  npm: {registry}\nupdates: []\n");
            let origin = Origin { path: ".github/dependabot.yml".into(), ..Origin::default() };
            let facts = crate::testing::read(&[Unit::new(Arc::new(origin), text.as_bytes().to_vec())]);
            let slots = facts.slots.iter().map(|slot| text[slot.location.region.span.start..slot.location.region.span.end].to_owned());
            facts.workloads.iter().flat_map(|one| &one.references).map(|used| used.name.clone()).chain(slots).collect()
        };
        let url = "type: npm-registry, url: 'https://npm.example.com'";
        assert_eq!(of(&format!("{{{url}, token: '${{{{secrets.NPM}}}}'}}")), ["NPM"]);
        assert_eq!(of(&format!("{{{url}, username: bot, password: fixture-dead-1}}")), ["fixture-dead-1"]);
        assert_eq!(of(&format!("{{{url}}}")), [""; 0]);
        assert_eq!(of("{type: npm-registry, tenant-id: '${{vars.T}}', client-id: '${{vars.C}}'}"), [""; 0]);
    }
}
