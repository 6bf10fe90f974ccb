//! # What it finds
//!
//! A workload that names an identity under one account, project or tenant, while the only identity of that name is defined here under
//! another, and nobody uses that one. So is a job that gives Terraform's providers one tenant of Entra, while those of the inputs name
//! another themselves, which is what they use.
//!
//! # Why it matters
//!
//! After a move to another account one side was updated and the other was not. Either access fails, or the workload still
//! becomes the old identity, which nobody governs any more.
//!
//! # Instead
//!
//! The same account on both sides. If the old identity still exists, delete it.

use std::collections::BTreeSet;

use unkeyed_model::{IdentityPath, Level, Location, Platform, Principal, TrustBinding};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-DRIFT-04",
    title: "identity of another account than the one defined",
    level: Level::Warning,
    standards: standards::DRIFT,
    source: include_str!("other_account.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let defined: Vec<&Principal> = view.facts().principals.iter().filter(|principal| principal.key.contains('#')).collect();
    for linked in &view.context.workloads {
        for (path, link) in linked.paths().filter(|(_, link)| link.principal.is_none()) {
            let Some((account, name)) = path.principal.known().and_then(|text| home(path.platform, text)) else { continue };
            let Some(place) = path.consumer.as_ref().or(path.capability.as_ref()).filter(|_| link.grants.is_empty()) else { continue };
            let Some((other, principal)) = elsewhere(&defined, path, account, name).filter(|(_, p)| view.users(&p.key).is_empty()) else {
                continue;
            };
            let message = format!(
                "{} becomes {name} of {account} ({}), but {name} is defined for {other} ({}).",
                linked.workload.name,
                spot(place),
                spot(&principal.location),
            );
            let statement = Statement::new(CHECK.level, place, message).with(&principal.location, "the definition");
            sink.workload(&linked.workload.id, statement);
        }
    }
    providers(view, sink);
    tenants(view, sink);
    terraform_tenants(view, sink);
}

/// Workloads that become a role in one account, while the role trusts the identity provider of another: a role's provider
/// is always of its own account (IAM User Guide, "Create a role for OpenID Connect federation").
fn providers(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        for (path, link) in linked.paths().filter(|(path, _)| path.platform == Platform::Aws) {
            let Some((account, name)) = path.principal.known().and_then(|text| home(path.platform, text)) else { continue };
            let Some(place) = path.consumer.as_ref().or(path.capability.as_ref()) else { continue };
            let trusts = link.trusts.iter().filter_map(|&at| view.facts().trusts.get(at));
            let owned = trusts.filter_map(|trust| {
                let (_, owner) = trust.settings.iter().find(|(name, _)| name == "provider-account")?;
                Some((trust, owner.known()?))
            });
            let owned: Vec<(&TrustBinding, &str)> = owned.collect();
            // A role of the same name may be made in each of several accounts.
            if owned.iter().any(|(_, owner)| *owner == account) {
                continue;
            }
            let Some((trust, other)) = owned.first() else { continue };
            let message = format!(
                "{} becomes {name} of {account} ({}), but its trust is in an identity provider of {other} ({}).",
                linked.workload.name,
                spot(place),
                spot(&trust.location),
            );
            let statement = Statement::new(CHECK.level, place, message).with(&trust.location, "the trust");
            sink.workload(&linked.workload.id, statement);
        }
    }
}

/// The one principal of that name whose own account is another.
fn elsewhere<'p>(defined: &[&'p Principal], path: &IdentityPath, account: &str, name: &str) -> Option<(&'p str, &'p Principal)> {
    let same_name = defined.iter().filter(|principal| principal.platform == path.platform);
    let homes = same_name.filter_map(|principal| {
        let mut own = principal.names.iter().filter_map(|text| home(path.platform, text));
        own.find(|(_, own)| *own == name).map(|(own, _)| (own, *principal))
    });
    let homes: Vec<(&str, &Principal)> = homes.collect();
    match homes[..] {
        [(own, principal)] if own != account => Some((own, principal)),
        _ => None,
    }
}

/// Account and name in the full name of an identity: of a role's ARN, of a service account's e-mail.
fn home(platform: Platform, text: &str) -> Option<(&str, &str)> {
    match platform {
        Platform::Aws => {
            let (account, role) = text.strip_prefix("arn:")?.split_once(":iam::")?.1.split_once(":role/")?;
            Some((account, role.rsplit('/').next()?))
                .filter(|(account, _)| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))
        }
        Platform::Gcp => {
            let (name, project) = text.strip_suffix(".iam.gserviceaccount.com")?.split_once('@')?;
            Some((project, name))
        }
        _ => None,
    }
}

/// Workloads that sign in at another tenant of Entra than the one where their identity is defined.
fn tenants(view: &View<'_>, sink: &mut Sink<'_>) {
    let tenant = |workload: &unkeyed_model::Workload| -> BTreeSet<String> {
        let named = workload.traits.iter().filter(|(name, value, _)| name == "azure-tenant" && is_guid(value));
        named.map(|(_, value, _)| value.to_ascii_lowercase()).collect()
    };
    for linked in &view.context.workloads {
        let own = tenant(&linked.workload);
        let Some((_, _, place)) = linked.workload.traits.iter().find(|(name, value, _)| name == "azure-tenant" && is_guid(value)) else {
            continue;
        };
        for (_, link) in linked.paths().filter(|(path, _)| path.platform == Platform::Azure) {
            let Some(principal) = link.principal.as_deref().and_then(|key| view.principal(key)) else { continue };
            let run = format!("{}#run", principal.key.split('#').next().unwrap_or_default());
            let Some(definer) = view.context.workloads.iter().find(|other| other.workload.id == run) else { continue };
            let theirs = tenant(&definer.workload);
            if own.len() == 1 && theirs.len() == 1 && own != theirs {
                let message = format!(
                    "{} signs in at the tenant {} ({}), but {} is defined in {}.",
                    linked.workload.name,
                    own.first().map_or("", String::as_str),
                    spot(place),
                    view.name(&principal.key),
                    theirs.first().map_or("", String::as_str),
                );
                let statement = Statement::new(CHECK.level, place, message).with(&principal.location, "the definition");
                sink.workload(&linked.workload.id, statement);
            }
        }
    }
}

/// Jobs that name a tenant to Terraform's providers (`ARM_TENANT_ID`) which none of the providers here names.
fn terraform_tenants(view: &View<'_>, sink: &mut Sink<'_>) {
    let named = |linked: &'_ crate::context::Linked, is_run: bool| {
        let name = if is_run { "azure-tenant" } else { "terraform-tenant" };
        let own = linked.workload.traits.iter().filter(move |(known, value, _)| known == name && is_guid(value));
        own.map(|(_, value, place)| (value.to_ascii_lowercase(), place.clone())).collect::<Vec<_>>()
    };
    let runs = || view.context.workloads.iter().filter(|linked| linked.workload.id.ends_with("#run"));
    // A run whose providers name none takes the job's, and which run is a job's isn't told.
    if runs().any(|linked| named(linked, true).is_empty()) {
        return;
    }
    let theirs: Vec<(String, Location)> = runs().flat_map(|linked| named(linked, true)).collect();
    let Some((other, written)) = theirs.first() else { return };
    for linked in &view.context.workloads {
        for (own, place) in named(linked, false).iter().filter(|(own, _)| theirs.iter().all(|(other, _)| other != own)) {
            let message = format!(
                "{} gives Terraform the tenant {own} ({}), but its provider names {other} ({}).",
                linked.workload.name,
                spot(place),
                spot(written),
            );
            let statement = Statement::new(CHECK.level, place, message).with(written, "the provider");
            sink.workload(&linked.workload.id, statement);
        }
    }
}

fn is_guid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Value, Workload, WorkloadKind};

    use super::*;
    use crate::checks::testing::{KEY, levels, one_path, says};
    use crate::testing;

    fn named(platform: Platform, here: &str, defined: &str) -> Estate {
        let mut estate = one_path(platform);
        estate.facts.workloads[0].identity_paths[0].principal = Value::literal(here);
        estate.facts.principals[0].names = vec![defined.into()];
        estate
    }

    const HERE: &str = "arn:aws:iam::111122223333:role/deploy";

    #[test]
    fn another_account_or_project_is_a_warning() {
        assert_eq!(levels(&CHECK, &named(Platform::Aws, HERE, "arn:aws:iam::444455556666:role/ci/deploy")), [Level::Warning]);
        let gcp = named(Platform::Gcp, "ci@acme-new.iam.gserviceaccount.com", "ci@acme-old.iam.gserviceaccount.com");
        assert_eq!(levels(&CHECK, &gcp), [Level::Warning]);
    }

    #[test]
    fn another_tenant_is_a_warning() {
        let tenant = |last: &str| format!("1f0e7a52-3c4d-4b7e-9a61-0000000000{last}");
        let mut estate = one_path(Platform::Azure);
        estate.facts.workloads[0].traits.push(says("azure-tenant", &tenant("01")));
        let place = testing::place("infra/main.tf", 0, 10);
        let mut run = Workload::new(WorkloadKind::Terraform, format!("{}#run", KEY.split('#').next().unwrap()), "run", place);
        run.traits.push(says("azure-tenant", &tenant("02")));
        estate.facts.workloads.push(run);
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
        estate.facts.workloads[1].traits[0].1 = tenant("01");
        assert!(levels(&CHECK, &estate).is_empty());
    }

    #[test]
    fn another_tenant_for_terraform_is_a_warning_unless_a_provider_names_it() {
        let tenant = |last: &str| format!("1f0e7a52-3c4d-4b7e-9a61-0000000000{last}");
        let mut estate = one_path(Platform::Azure);
        estate.facts.workloads[0].traits.push(says("terraform-tenant", &tenant("01")));
        assert!(levels(&CHECK, &estate).is_empty());
        let mut run = Workload::new(WorkloadKind::Terraform, "tf:infra#run", "run", testing::place("infra/main.tf", 0, 10));
        run.traits.push(says("azure-tenant", &tenant("02")));
        estate.facts.workloads.push(run);
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
        let mut another = estate.clone();
        another.facts.workloads.push(Workload::new(WorkloadKind::Terraform, "tf:dns#run", "run", testing::place("dns/main.tf", 0, 10)));
        assert!(levels(&CHECK, &another).is_empty());
        estate.facts.workloads[1].traits.push(says("azure-tenant", &tenant("01")));
        assert!(levels(&CHECK, &estate).is_empty());
    }

    #[test]
    fn a_provider_of_another_account_is_a_warning_unless_one_is_of_this() {
        let mut estate = named(Platform::Aws, HERE, HERE);
        let provider = |account: &str| ("provider-account".to_owned(), Value::literal(account));
        estate.facts.trusts[0].settings.push(provider("444455556666"));
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
        let mut own = estate.facts.trusts[0].clone();
        own.id.push('1');
        own.settings = vec![provider("111122223333")];
        estate.facts.trusts.push(own);
        assert!(levels(&CHECK, &estate).is_empty());
    }

    #[test]
    fn the_same_account_is_fine_and_so_is_another_role() {
        assert!(levels(&CHECK, &named(Platform::Aws, HERE, HERE)).is_empty());
        assert!(levels(&CHECK, &named(Platform::Aws, HERE, "arn:aws:iam::444455556666:role/build")).is_empty());
    }

    #[test]
    fn an_account_that_is_not_known_says_nothing() {
        assert!(levels(&CHECK, &named(Platform::Aws, HERE, "deploy")).is_empty());
        let mut unknown = named(Platform::Aws, HERE, "arn:aws:iam::444455556666:role/deploy");
        unknown.facts.workloads[0].identity_paths[0].principal = Value::unknown("secrets.ROLE");
        assert!(levels(&CHECK, &unknown).is_empty());
    }
}
