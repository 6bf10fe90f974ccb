//! Environment files and dumps of environments: one workload per file.
//!
//! `.env.example` and its like are not read as workloads: nothing runs with them. They are still scanned as text.

mod lines;

use unkeyed_model::{Content, Custody, Facts, Reference, StoreKind, Surface, Unit, Value, Workload, WorkloadKind};

use self::lines::{Assignment, assignments};
use crate::environment::{self, Variable};
use crate::facts;
use crate::interpolation::interpolations;
use crate::place::Place;

/// Parts of a name that mark an example.
const EXAMPLES: &[&str] = &["example", "sample", "template", "dist", "defaults", "schema", "tpl", "tmpl"];
/// Extensions of source files that happen to be called `.env.ts` and the like.
const SOURCES: &[&str] = &[
    "ts", "js", "mjs", "cjs", "py", "rb", "php", "rs", "go", "md", "html", "json", "yml", "yaml", "toml", "enc", "age", "gpg", "j2", "erb",
];

/// `.env`, `.env.*`, `*.env`, `.envrc`, and whatever was read from an environment.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let name = origin.file_name();
    let named = name == ".env" || name == ".envrc" || name.starts_with(".env.") || (name.ends_with(".env") && name.len() > 4);
    let is_example = name.split(['.', '-', '_']).any(|part| EXAMPLES.contains(&part));
    let is_source = name.rsplit('.').next().is_some_and(|extension| SOURCES.contains(&extension));
    (origin.surface == Surface::EnvDump || (named && !is_example && !is_source)).then(|| origin.path.clone())
}

/// Reads one file.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    for unit in units {
        match Place::new(unit) {
            Ok(place) => file(&place, &mut facts),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts
}

fn file(place: &Place<'_>, facts: &mut Facts) {
    let found = assignments(place.text());
    if found.is_empty() {
        return;
    }
    let mut location = place.whole();
    location.key_path = None;
    let mut workload = Workload::new(WorkloadKind::Env, format!("env:{}", place.path()), place.path(), location);
    workload.extents.push(place.bare(unkeyed_model::Span::new(0, place.text().len())));
    let mut variables = Vec::with_capacity(found.len());
    for assignment in &found {
        let text = place.slice(assignment.value);
        let location = place.at(assignment.value, assignment.name);
        let references = if assignment.literal { Vec::new() } else { interpolations(text) };
        let value = match references.first() {
            None => Value::literal(text),
            Some(first) => Value::unknown(format!("`{}` is set elsewhere", first.name)),
        };
        variables.push(Variable { name: assignment.name.to_owned(), value, location: location.clone() });
        if !references.is_empty() {
            used(place, assignment, text, &mut workload);
        } else if let Some(reference) = stored_elsewhere(assignment.name, text, &location) {
            workload.references.push(reference);
        } else if facts::is_credential_variable(assignment.name) && !text.trim().is_empty() {
            facts.slots.push(facts::slot(assignment.name, location));
        }
    }
    workload.identity_paths = environment::identity_paths(&variables);
    facts.workloads.push(workload);
}

/// References to further variables.
fn used(place: &Place<'_>, assignment: &Assignment<'_>, text: &str, workload: &mut Workload) {
    for found in interpolations(text) {
        let start = assignment.value.start;
        let span = unkeyed_model::Span::new(start + found.range.start, start + found.range.end);
        workload.references.extend(facts::environment_reference(&found.name, assignment.name, place.at(span, assignment.name)));
    }
}

/// Values that only say where the credential is: `op://…`, a path to a key file.
pub(crate) fn stored_elsewhere(name: &str, text: &str, location: &unkeyed_model::Location) -> Option<Reference> {
    let managed = ["op://", "vault://", "awssm://", "gcpsm://", "azkv://", "doppler://", "infisical://"];
    if managed.iter().any(|scheme| text.starts_with(scheme)) {
        let custody = if text.starts_with("vault://") { Custody::VaultUnknown } else { Custody::VaultStatic };
        let mut reference = facts::received_by(facts::fetch(StoreKind::CloudSecretManager, text, custody, location.clone()), name);
        reference.content = Content::Durable;
        return Some(reference);
    }
    let is_path = text.len() > 1
        && (text.starts_with('/') || text.starts_with("./") || text.starts_with("~/"))
        && !text.contains(char::is_whitespace);
    let names_file = matches!(name, "GOOGLE_APPLICATION_CREDENTIALS" | "KUBECONFIG" | "AWS_SHARED_CREDENTIALS_FILE" | "OCI_CLI_KEY_FILE");
    let holds_path = is_path || (names_file && !text.trim_start().starts_with('{') && !text.is_empty());
    (holds_path && (names_file || facts::is_credential_variable(name)))
        .then(|| facts::received_by(facts::reference(StoreKind::File, text, location.clone()), name))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Role};

    use super::*;

    fn read_text(name: &str, text: &str) -> (bool, Facts) {
        let unit = Unit::new(Arc::new(Origin { path: name.into(), ..Origin::default() }), text.as_bytes().to_vec());
        (claims(&unit).is_some(), read(&[unit]))
    }

    #[test]
    fn names_decide_what_is_read() {
        for name in [".env", "a/.env.production", "prod.env", ".envrc"] {
            assert!(read_text(name, "A=1").0, "{name}");
        }
        for name in [".env.example", ".env.ts", "env", ".env.sample.local", "x.environment"] {
            assert!(!read_text(name, "A=1").0, "{name}");
        }
    }

    #[test]
    fn literals_references_and_identities() {
        let text = "# c\nexport DB_PASSWORD='pä ss' # note\nPORT=80\nVAULT_TOKEN=\"abc\"\nAPI_KEY=${OTHER}\nS=op://v/i/f\nAWS_WEB_IDENTITY_TOKEN_FILE=/t\nAWS_ROLE_ARN=arn:aws:iam::111122223333:role/r\n";
        let (_, facts) = read_text(".env", text);
        let slots: Vec<_> = facts
            .slots
            .iter()
            .map(|slot| (slot.name.as_str(), &text[slot.location.region.span.start..slot.location.region.span.end], slot.role))
            .collect();
        assert_eq!(slots, [("DB_PASSWORD", "pä ss", Role::Access), ("VAULT_TOKEN", "abc", Role::Bootstrap)]);
        let workload = &facts.workloads[0];
        assert_eq!(workload.id, "env:.env");
        assert_eq!(workload.references[0].name, "OTHER");
        assert_eq!((workload.references[1].name.as_str(), workload.references[1].custody), ("op://v/i/f", Custody::VaultStatic));
        assert_eq!(workload.identity_paths[0].destination.name, "111122223333");
    }
}
