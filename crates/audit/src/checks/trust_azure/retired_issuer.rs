//! # What it finds
//!
//! A federated credential for Azure Pipelines that trusts the issuer `https://vstoken.dev.azure.com/…`, and a service connection
//! whose own tokens are of that issuer.
//!
//! # Why it matters
//!
//! Azure DevOps signs for its service connections under Entra's own issuer instead, and the old one is to be switched off
//! (Microsoft, "Manually set up a workload identity service connection"; 2027-07-01 is announced): deployments will
//! stop, and somebody will reach for a client secret.
//!
//! # Instead
//!
//! Convert the service connection, and put the issuer and the subject that it shows then
//! (`https://login.microsoftonline.com/TENANT/v2.0`) into the credential.

use std::collections::BTreeSet;

use unkeyed_model::{Level, Value};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::issuer;

pub(super) const CHECK: Check = Check {
    id: "TB-AZ-07",
    title: "issuer of Azure DevOps is being retired",
    level: Level::Warning,
    standards: standards::DRIFT,
    source: include_str!("retired_issuer.rs"),
    run,
};

const RETIRED: &str = "vstoken.dev.azure.com";

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let is_retired = |issuer: &Value| issuer.known().is_some_and(|issuer| issuer::normal(issuer).split('/').next() == Some(RETIRED));
    for trust in super::federated(view).filter(|trust| is_retired(&trust.issuer)) {
        let message = format!(
            "The federated credential of {} ({}) trusts {RETIRED}, which Azure DevOps gives up in favour of Entra's issuer.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
    let mut told = BTreeSet::new();
    for linked in &view.context.workloads {
        for (path, _) in linked.paths().filter(|(path, _)| path.tokens.iter().any(|token| is_retired(&token.issuer))) {
            let Some(place) = path.capability.as_ref().or(path.consumer.as_ref()) else { continue };
            let message = format!(
                "{} signs in with tokens of {RETIRED} ({}), which Azure DevOps gives up in favour of Entra's issuer.",
                linked.workload.name,
                spot(place),
            );
            told.insert(place);
            sink.workload(&linked.workload.id, Statement::new(CHECK.level, place, message));
        }
    }
    // A service connection that no pipeline here uses.
    for connection in view.facts().workloads.iter().filter(|workload| workload.component) {
        let retired = connection.identity_paths.iter().filter(|path| path.tokens.iter().any(|token| is_retired(&token.issuer)));
        for place in retired.filter_map(|path| path.capability.as_ref()).filter(|place| !told.contains(place)) {
            let message = format!(
                "The service connection {} ({}) has tokens of {RETIRED}, which Azure DevOps gives up in favour of Entra's issuer.",
                connection.name,
                spot(place),
            );
            sink.alone(Statement::new(CHECK.level, place, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{levels, with_trust};

    fn levels_for(issuer: Value) -> Vec<Level> {
        levels(&CHECK, &with_trust(Platform::Azure, |trust| trust.issuer = issuer))
    }

    #[test]
    fn only_the_old_issuer_is_reported() {
        assert_eq!(levels_for(Value::literal("https://vstoken.dev.azure.com/7f2c9a10-0000-4000-8000-000000000001")), [Level::Warning]);
        assert!(levels_for(Value::literal("https://login.microsoftonline.com/7f2c9a10-0000-4000-8000-000000000001/v2.0")).is_empty());
        assert!(levels_for(Value::unknown("var.issuer")).is_empty());
    }

    #[test]
    fn so_is_a_connection_that_signs_in_with_its_tokens() {
        let mut estate = with_trust(Platform::Azure, |_| {});
        for path in estate.facts.workloads.iter_mut().flat_map(|workload| &mut workload.identity_paths) {
            path.tokens.iter_mut().for_each(|token| token.issuer = Value::literal("https://vstoken.dev.azure.com/x"));
        }
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
    }
    #[test]
    fn and_a_connection_that_no_pipeline_uses() {
        let mut estate = with_trust(Platform::Azure, |_| {});
        let connection = &mut estate.facts.workloads[0];
        connection.component = true;
        connection.identity_paths[0].tokens.iter_mut().for_each(|token| token.issuer = Value::literal("https://vstoken.dev.azure.com/x"));
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
    }
}
