//! # What it finds
//!
//! A batch job that renews its access with a refresh token.
//!
//! # Why it matters
//!
//! A refresh token outlives every run and is good for new access tokens anywhere: renewal no longer proves that the same
//! workload still asks. It is a durable credential in the place of an identity.
//!
//! # Instead
//!
//! Ask again with a fresh assertion for each run: a projected token, an ID token of the pipeline, the platform's identity.

use unkeyed_model::{Class, Custody, Level, Location, Role};

use super::is_batch;
use crate::checks::check::{Check, Sink, Statement, called, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-BJ-02",
    title: "batch job renews with a refresh token",
    level: Level::Error,
    standards: standards::LIFETIME,
    source: include_str!("batch_refresh.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in view.context.workloads.iter().filter(|linked| is_batch(&linked.workload)) {
        let mut said: Vec<&Location> = Vec::new();
        for artifact in linked.artifacts.iter().filter_map(|&at| view.context.artifacts.get(at)) {
            let named = artifact.name.as_deref().is_some_and(names_refresh_token);
            let spent = matches!(artifact.class, Class::Public | Class::Expired);
            let Some((place, _)) = artifact.locations.first().filter(|_| (artifact.role == Role::Refresh || named) && !spent) else {
                continue;
            };
            let message = format!("{} renews its access with {} ({}).", linked.workload.name, called(artifact), spot(place));
            sink.workload(&linked.workload.id, Statement::new(CHECK.level, place, message));
            said.push(place);
        }
        for used in linked.workload.references.iter().filter(|used| used.custody != Custody::RuntimeMinted) {
            let words = [used.used_as.as_deref(), used.key.as_deref(), Some(used.name.as_str())];
            let Some(name) = words.into_iter().flatten().find(|word| names_refresh_token(word)) else { continue };
            if !said.contains(&&used.location) {
                let message = format!("{} renews its access with {name} ({}).", linked.workload.name, spot(&used.location));
                sink.workload(&linked.workload.id, Statement::new(CHECK.level, &used.location, message));
            }
        }
    }
}

fn names_refresh_token(name: &str) -> bool {
    name.to_ascii_lowercase().replace('-', "_").contains("refresh_token")
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Artifact, Platform};

    use super::*;
    use crate::checks::testing::{artifact, findings_with, with_job};

    fn held(id: &str, change: impl FnOnce(&mut Artifact)) -> Vec<Level> {
        let estate = with_job(Platform::Gcp, |job| job.id = id.into());
        let mut token = artifact("generic.token", Class::Durable, &estate);
        change(&mut token);
        findings_with(&CHECK, &estate, vec![token]).into_iter().map(|finding| finding.level).collect()
    }

    const NIGHTLY: &str = "k8s:data/CronJob/nightly";

    #[test]
    fn a_refresh_token_is_an_error() {
        assert_eq!(held(NIGHTLY, |token| token.role = Role::Refresh), [Level::Error]);
        assert_eq!(held(NIGHTLY, |token| token.name = Some("BOX_REFRESH_TOKEN".into())), [Level::Error]);
    }

    #[test]
    fn one_that_is_used_by_name_is_an_error_too() {
        let mut reference = crate::testing::reference(unkeyed_model::StoreKind::K8sSecret, "box");
        reference.used_as = Some("BOX_REFRESH_TOKEN".into());
        let estate = with_job(Platform::Gcp, |job| {
            job.id = NIGHTLY.into();
            job.references.push(reference);
        });
        assert_eq!(crate::checks::testing::levels(&CHECK, &estate), [Level::Error]);
    }

    #[test]
    fn other_credentials_and_other_workloads_are_other_checks_business() {
        assert!(held(NIGHTLY, |_| {}).is_empty());
        assert!(held("k8s:shop/Deployment/web", |token| token.role = Role::Refresh).is_empty());
    }

    #[test]
    fn one_that_has_ended_says_nothing() {
        let ended = |token: &mut Artifact| (token.role, token.class) = (Role::Refresh, Class::Expired);
        assert!(held(NIGHTLY, ended).is_empty());
    }
}
