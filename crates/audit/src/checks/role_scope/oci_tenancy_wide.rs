//! # What it finds
//!
//! An OCI policy statement that lets a group manage a family in the whole tenancy, or one for `any-user` or `any-group`
//! without a `where` clause on `request.principal`. Reading `secret-family` in the tenancy is a warning.
//!
//! # Why it matters
//!
//! A tenancy-wide `manage` includes deleting and sharing everything of that family. `any-user` without a clause means
//! every principal of the tenancy, and with cross-tenancy statements of others too.
//!
//! # Instead
//!
//! `in compartment …` with the least verb, and `where all { request.principal.type = …, request.principal.id = … }`.

use unkeyed_model::{Level, Platform, ResourceScope, RoleGrant};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-OCI-02",
    title: "statement for everybody, or for the whole tenancy",
    level: Level::Error,
    standards: standards::ROLE,
    source: include_str!("oci_tenancy_wide.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for grant in view.grants(Platform::Oci) {
        let Some((level, why)) = excess(grant) else { continue };
        let message = format!("{} may {} ({}), {why}.", view.name(&grant.principal), grant.actions.join(", "), spot(&grant.location));
        sink.principal(&grant.principal, &Statement::new(level, &grant.location, message));
    }
}

fn excess(grant: &RoleGrant) -> Option<(Level, &'static str)> {
    let anybody = ["any-user", "any-group"].iter().any(|who| grant.principal.ends_with(who));
    // What a template puts into the clause may say who.
    let says_who = |condition: &String| condition.contains("${") || condition.to_ascii_lowercase().contains("request.principal");
    let bound = grant.condition.as_ref().is_some_and(says_who);
    if anybody && !bound {
        return Some((CHECK.level, "and no clause says who: every principal can"));
    }
    if grant.scope != ResourceScope::Tenancy || grant.condition.is_some() {
        return None;
    }
    grant.actions.iter().find_map(|action| match action.to_ascii_lowercase().split_once(' ')? {
        ("manage", "all-resources") => None,
        ("manage", _) => Some((CHECK.level, "and that in the whole tenancy")),
        ("read", "secret-family" | "secret-bundles") => Some((Level::Warning, "so that every secret of the tenancy can be read")),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{levels, with_grant};

    fn allowed(principal: &str, action: &str, scope: ResourceScope, condition: Option<&str>) -> Estate {
        with_grant(Platform::Oci, |grant| {
            grant.principal = principal.into();
            grant.actions = vec![action.into()];
            grant.scope = scope;
            grant.condition = condition.map(str::to_owned);
        })
    }

    #[test]
    fn too_many_people_or_too_much_room_is_an_error() {
        assert_eq!(levels(&CHECK, &allowed("oci:any-user", "use objects", ResourceScope::Compartment, None)), [Level::Error]);
        assert_eq!(levels(&CHECK, &allowed("g", "manage object-family", ResourceScope::Tenancy, None)), [Level::Error]);
        assert_eq!(levels(&CHECK, &allowed("g", "read secret-family", ResourceScope::Tenancy, None)), [Level::Warning]);
    }

    #[test]
    fn bound_or_narrow_statements_are_fine() {
        let clause = Some("ALL {request.principal.type='workload'}");
        assert!(levels(&CHECK, &allowed("oci:any-user", "use objects", ResourceScope::Compartment, clause)).is_empty());
        assert!(levels(&CHECK, &allowed("g", "manage object-family", ResourceScope::Compartment, None)).is_empty());
        assert!(levels(&CHECK, &allowed("g", "read buckets", ResourceScope::Tenancy, None)).is_empty());
    }

    #[test]
    fn an_unknown_place_says_nothing() {
        assert!(levels(&CHECK, &allowed("g", "manage object-family", ResourceScope::Unknown, None)).is_empty());
    }
}
