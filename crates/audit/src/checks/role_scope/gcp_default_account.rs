//! # What it finds
//!
//! A Google Cloud workload that runs as the project's default compute service account
//! (`PROJECT_NUMBER-compute@developer.gserviceaccount.com`) with the access scope `cloud-platform`, because it names no other.
//!
//! # Why it matters
//!
//! Every workload without an account of its own shares that one, and in most projects it is Editor of the project (Google
//! Cloud, "Default service accounts"). The scope lets the token use all of it.
//!
//! # Instead
//!
//! A service account for each workload with the roles it uses, and
//! `constraints/iam.automaticIamGrantsForDefaultServiceAccounts` against the grant.

use unkeyed_model::{Level, Platform, Value, Workload};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards::{csf, cwe, nhi, tenet};
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-GCP-03",
    title: "runs as the default compute service account",
    level: Level::Warning,
    standards: &[nhi("NHI5:2025"), nhi("NHI9:2025"), cwe("CWE-250"), csf("PR.AA-05"), tenet("tenet-3")],
    source: include_str!("gcp_default_account.rs"),
    run,
};

/// Of the default account, in every project.
const DEFAULT: &str = "-compute@developer.gserviceaccount.com";

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        let workload = &linked.workload;
        let unnamed = workload.traits.iter().find(|(name, ..)| name == "default-service-account").map(|(_, _, place)| place);
        let named = || {
            let path = workload.identity_paths.iter().find(|path| path.platform == Platform::Gcp && is_default(&path.principal))?;
            path.consumer.as_ref()
        };
        let Some(place) = unnamed.or_else(named).filter(|_| has_all_scopes(workload)) else { continue };
        let message = format!("{} ({}) runs as the project's default compute service account.", workload.name, spot(place));
        sink.workload(&workload.id, Statement::new(CHECK.level, place, message));
    }
}

fn is_default(principal: &Value) -> bool {
    principal.known().is_some_and(|name| name.ends_with(DEFAULT))
}

/// Without scopes of its own the platform gives all (Cloud Run, functions); a list may hold less.
fn has_all_scopes(workload: &Workload) -> bool {
    let mut scopes = workload.traits.iter().filter(|(name, ..)| name == "access-scope").map(|(_, scope, _)| scope.as_str()).peekable();
    scopes.peek().is_none() || scopes.any(|scope| scope.rsplit('/').next() == Some("cloud-platform"))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{levels, says, with_job};

    fn machine(traits: &[(&str, &str)]) -> Estate {
        with_job(Platform::Gcp, |job| job.traits.extend(traits.iter().map(|(name, value)| says(name, value))))
    }

    #[test]
    fn the_default_account_with_all_scopes_is_a_warning() {
        let scope = ("access-scope", "https://www.googleapis.com/auth/cloud-platform");
        assert_eq!(levels(&CHECK, &machine(&[("default-service-account", "true"), scope])), [Level::Warning]);
        assert_eq!(levels(&CHECK, &machine(&[("default-service-account", "true")])), [Level::Warning]);
        let named = with_job(Platform::Gcp, |job| {
            job.identity_paths[0].principal = Value::literal("123456789012-compute@developer.gserviceaccount.com");
        });
        assert_eq!(levels(&CHECK, &named), [Level::Warning]);
    }

    #[test]
    fn an_account_of_its_own_or_few_scopes_are_fine() {
        assert!(levels(&CHECK, &machine(&[("access-scope", "cloud-platform")])).is_empty());
        let few = [("default-service-account", "true"), ("access-scope", "https://www.googleapis.com/auth/logging.write")];
        assert!(levels(&CHECK, &machine(&few)).is_empty());
    }

    #[test]
    fn an_account_or_a_scope_that_is_not_known_says_nothing() {
        let unknown = with_job(Platform::Gcp, |job| job.identity_paths[0].principal = Value::unknown("var.account"));
        assert!(levels(&CHECK, &unknown).is_empty());
        assert!(levels(&CHECK, &machine(&[("default-service-account", "true"), ("access-scope", "${var.scopes}")])).is_empty());
    }
}
