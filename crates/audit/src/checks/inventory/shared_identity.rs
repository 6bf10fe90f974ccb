//! # What it finds
//!
//! One role, managed identity or service account that several workloads use.
//!
//! # Why it matters
//!
//! Its grants are the sum of what each of them needs, its trail can't tell them apart, and removing it for one breaks
//! the others.
//!
//! # Instead
//!
//! An identity for each workload.

use std::collections::BTreeMap;

use unkeyed_model::{IdentityPath, Level, Platform};

use crate::checks::check::{Check, Sink, Statement, list};
use crate::checks::mixed_mode;
use crate::checks::standards::{ai, csf, cwe, nhi};
use crate::checks::view::View;
use crate::context::{Linked, LinkedPath};

pub(super) const CHECK: Check = Check {
    id: "INV-03",
    title: "one identity for several workloads",
    level: Level::Warning,
    standards: &[nhi("NHI9:2025"), cwe("CWE-269"), csf("ID.AM-02"), ai("GOVERN 1.6")],
    source: include_str!("shared_identity.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let mut users: BTreeMap<(Platform, &str), Vec<(&Linked, &IdentityPath)>> = BTreeMap::new();
    for linked in &view.context.workloads {
        for (path, link) in linked.paths() {
            let Some(key) = identity(path, link).filter(|_| mixed_mode::paths(linked).any(|used| used == path)) else { continue };
            let users = users.entry((path.platform, key)).or_default();
            if users.last().is_none_or(|(last, _)| last.workload.id != linked.workload.id) {
                users.push((linked, path));
            }
        }
    }
    for ((_, key), users) in users.iter().filter(|(_, users)| users.len() > 1) {
        let names: Vec<&str> = users.iter().map(|(linked, _)| linked.workload.id.as_str()).collect();
        for (linked, path) in users {
            let Some(place) = path.consumer.as_ref() else { continue };
            let message = format!("{} is used by {} workloads: {}.", view.name(key), users.len(), list(&names));
            sink.workload(&linked.workload.id, Statement::new(CHECK.level, place, message));
        }
    }
}

/// Who the workload becomes: the principal of the inputs, else the name it uses.
fn identity<'a>(path: &'a IdentityPath, link: &'a LinkedPath) -> Option<&'a str> {
    link.principal.as_deref().or_else(|| path.principal.known()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Value};

    use super::*;
    use crate::checks::testing::{findings, levels, one_path};

    fn two(change: impl FnOnce(&mut IdentityPath)) -> Estate {
        let mut estate = one_path(Platform::Aws);
        let mut second = estate.facts.workloads[0].clone();
        (second.id, second.name) = ("gha:.github/workflows/other.yml#other".into(), "other".into());
        change(&mut second.identity_paths[0]);
        estate.facts.workloads.push(second);
        estate
    }

    #[test]
    fn a_shared_identity_is_a_warning_for_each() {
        let found = findings(&CHECK, &two(|_| {}));
        assert_eq!(found.len(), 2);
        assert!(found[0].message.contains("deploy.yml#deploy and gha:"), "{}", found[0].message);
    }

    #[test]
    fn an_identity_of_ones_own_is_fine() {
        assert!(levels(&CHECK, &one_path(Platform::Aws)).is_empty());
        assert!(levels(&CHECK, &two(|path| path.principal = Value::literal("other-role"))).is_empty());
    }

    #[test]
    fn unknown_and_unused_identities_are_not_the_same() {
        assert!(levels(&CHECK, &two(|path| path.principal = Value::unknown("a secret"))).is_empty());
        assert!(levels(&CHECK, &two(|path| path.consumer = None)).is_empty());
    }
}
