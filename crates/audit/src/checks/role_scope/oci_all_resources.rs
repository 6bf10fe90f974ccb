//! # What it finds
//!
//! An OCI policy statement that lets a group manage `all-resources`: in the tenancy an error, in one compartment a
//! warning.
//!
//! # Why it matters
//!
//! It is the administrator's statement. In the tenancy it includes users, policies and the trusts themselves.
//!
//! # Instead
//!
//! The verb and the family the workload needs, in its compartment, with a `where` clause on the resource.

use unkeyed_model::{Level, Platform, ResourceScope};

use super::reach;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-OCI-01",
    title: "statement allows to manage all resources",
    level: Level::Error,
    standards: standards::ROLE,
    source: include_str!("oci_all_resources.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    // A role that amounts to the same is RS-OCI-03's.
    for grant in view.grants(Platform::Oci).filter(|grant| grant.role.is_none()) {
        if !grant.actions.iter().any(|action| action.eq_ignore_ascii_case("manage all-resources")) {
            continue;
        }
        let level = match grant.scope {
            ResourceScope::Tenancy if grant.condition.is_none() => CHECK.level,
            ResourceScope::Tenancy | ResourceScope::Compartment => Level::Warning,
            _ => continue,
        };
        let message = format!(
            "{} may manage all-resources in {} ({}), as an administrator may.",
            view.name(&grant.principal),
            reach(grant.scope),
            spot(&grant.location),
        );
        sink.principal(&grant.principal, &Statement::new(level, &grant.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{levels, with_grant};

    fn allowed(action: &str, scope: ResourceScope) -> Estate {
        with_grant(Platform::Oci, |grant| {
            grant.actions = vec![action.into()];
            grant.scope = scope;
        })
    }

    #[test]
    fn everything_in_the_tenancy_is_an_error_and_in_a_compartment_a_warning() {
        assert_eq!(levels(&CHECK, &allowed("manage all-resources", ResourceScope::Tenancy)), [Level::Error]);
        assert_eq!(levels(&CHECK, &allowed("manage all-resources", ResourceScope::Compartment)), [Level::Warning]);
    }

    #[test]
    fn less_is_fine_and_an_unknown_place_says_nothing() {
        assert!(levels(&CHECK, &allowed("use objects", ResourceScope::Compartment)).is_empty());
        assert!(levels(&CHECK, &allowed("manage all-resources", ResourceScope::Unknown)).is_empty());
    }
}
