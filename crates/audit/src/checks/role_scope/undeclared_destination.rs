//! # What it finds
//!
//! An identity whose grants reach an account, project, subscription or compartment that the policy's inventory doesn't name
//! for its workload. Only workloads with `destinations` in the inventory are judged.
//!
//! # Why it matters
//!
//! The inventory says where a workload is approved to go. Power over anything else is either forgotten there or
//! forgotten in the grants.
//!
//! # Instead
//!
//! Take the grant away, or add the destination to the inventory, where somebody answers for it.

use unkeyed_model::{Level, Value};

use super::container;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::globs::Glob;

pub(super) const CHECK: Check = Check {
    id: "RS-DST-01",
    title: "grants reach a destination that is not declared",
    level: Level::Warning,
    standards: standards::ROLE,
    source: include_str!("undeclared_destination.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let entries = view.context.policy.inventory.iter().filter(|entry| !entry.destinations.is_empty());
    let inventory: Vec<(Glob, &[String])> = entries.map(|entry| (Glob::name(&entry.workload), entry.destinations.as_slice())).collect();
    for linked in &view.context.workloads {
        let declared: Vec<&String> =
            inventory.iter().filter(|(glob, _)| glob.matches(&linked.workload.id)).flat_map(|(_, destinations)| *destinations).collect();
        if declared.is_empty() {
            continue;
        }
        let mut said: Vec<String> = Vec::new();
        for grant in linked.paths.iter().flat_map(|path| &path.grants).filter_map(|&at| view.facts().grants.get(at)) {
            for reached in grant.resources.iter().filter_map(Value::known).filter_map(|text| container(grant, text)) {
                if said.contains(&reached) || declared.iter().any(|destination| covers(destination, &reached)) {
                    continue;
                }
                let message = format!(
                    "{} may act in {reached} as {} ({}), which the inventory doesn't name among its destinations.",
                    linked.workload.name,
                    view.name(&grant.principal),
                    spot(&grant.location),
                );
                sink.workload(&linked.workload.id, Statement::new(CHECK.level, &grant.location, message));
                said.push(reached);
            }
        }
    }
}

/// Whether a declared destination (`aws`, `aws:111122223333`, `aws:111122223333/role/deploy`) is or lies in what is reached.
fn covers(declared: &str, reached: &str) -> bool {
    let rest = declared.strip_prefix(reached);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        || reached.split(':').next() == Some(declared)
        || Glob::name(declared).matches(reached)
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{InventoryEntry, Platform};

    use super::*;
    use crate::checks::testing::{findings_under, with_grant};

    fn declaring(destinations: &[&str], resource: Value) -> usize {
        let estate = with_grant(Platform::Aws, |grant| grant.resources = vec![resource]);
        let entry = InventoryEntry {
            workload: "gha:**".into(),
            destinations: destinations.iter().map(|text| (*text).to_owned()).collect(),
            ..InventoryEntry::default()
        };
        findings_under(&CHECK, &estate, vec![entry]).len()
    }

    fn topic() -> Value {
        Value::literal("arn:aws:sns:eu-west-1:444455556666:orders")
    }

    #[test]
    fn an_undeclared_account_is_a_warning() {
        assert_eq!(declaring(&["aws:111122223333"], topic()), 1);
        assert_eq!(declaring(&["gcp:acme"], topic()), 1);
    }

    #[test]
    fn a_declared_one_is_fine() {
        for declared in ["aws:444455556666", "aws:444455556666/role/deploy", "aws", "aws:4444*"] {
            assert_eq!(declaring(&[declared], topic()), 0, "{declared}");
        }
    }

    #[test]
    fn without_an_inventory_or_an_account_nothing_is_said() {
        assert_eq!(declaring(&[], topic()), 0);
        assert_eq!(declaring(&["aws:111122223333"], Value::unknown("var.topic")), 0);
        assert_eq!(declaring(&["aws:111122223333"], Value::literal("arn:aws:s3:::acme")), 0);
    }
}
