//! # What it finds
//!
//! A Kubernetes service-account token that is made to be kept: a Secret of type `kubernetes.io/service-account-token`, which
//! never ends, or a request for more than a day (`kubectl create token --duration`, `kubernetes_token_request`).
//!
//! # Why it matters
//!
//! Such a token is bound to no pod. It is copied into a pipeline or a dashboard and works from there, whatever becomes of
//! the workload it was made for.
//!
//! # Instead
//!
//! Inside the cluster a projected token. From outside, the identity of the caller: OIDC authentication of the API server
//! (`AuthenticationConfiguration`), or the cloud's own exchange (`aws eks get-token`, `kubelogin`, `gke-gcloud-auth-plugin`).

use unkeyed_model::{Level, Platform};

use super::{DAY, Pods, length, sessions, stated};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-K8S-03",
    title: "service-account token is made to be kept",
    level: Level::Error,
    standards: standards::LIFETIME,
    source: include_str!("k8s_token.rs"),
    run,
};

/// What is said of a token that a script asks for.
const REQUESTED: &str = "service-account-token-seconds";

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let pods = Pods::new(view);
    for declared in view.facts().declarations.iter().filter(|declared| declared.kind == "k8s.sa-token-secret") {
        let message = format!("{} ({}) makes the cluster issue a token that never ends.", declared.name, spot(&declared.location));
        let statement = Statement::new(CHECK.level, &declared.location, message);
        match &declared.principal {
            Some(principal) => sink.principal(principal, &statement),
            None => pods.say_of_secret(sink, &declared.name, &statement),
        }
    }
    for (session, seconds) in sessions(view, Platform::K8s, &["token-request"]).filter(|(_, seconds)| *seconds > DAY) {
        let place = &session.location;
        let message =
            format!("A token of {} is asked for {} ({}), bound to no pod.", view.name(&session.principal), length(seconds), spot(place));
        pods.say(sink, &session.principal, place, &Statement::new(CHECK.level, place, message));
    }
    for linked in &view.context.workloads {
        for (seconds, place) in stated(&linked.workload, REQUESTED).filter(|(seconds, _)| *seconds > DAY) {
            let message = format!(
                "{} asks for a service-account token of {} ({}), bound to no pod.",
                linked.workload.name,
                length(seconds),
                spot(place)
            );
            sink.workload(&linked.workload.id, Statement::new(CHECK.level, place, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{findings, lasting_for, levels, one_path, says, with_job};
    use crate::testing;

    fn script(seconds: &str) -> Estate {
        with_job(Platform::K8s, |job| job.traits.push(says(REQUESTED, seconds)))
    }

    #[test]
    fn tokens_that_are_kept_are_errors() {
        let mut estate = one_path(Platform::K8s);
        let declared = testing::declaration("k8s.sa-token-secret", "shop/web-token", testing::place("token.yaml", 0, 9));
        estate.facts.declarations.push(declared);
        assert_eq!(levels(&CHECK, &estate), [Level::Error]);
        assert_eq!(levels(&CHECK, &lasting_for("k8s:sa/shop/web", Platform::K8s, "token-request", Some(31_536_000))), [Level::Error]);
        let found = findings(&CHECK, &script("31536000"));
        assert!(found[0].level == Level::Error && found[0].workload.is_some());
    }

    #[test]
    fn a_secret_concerns_whoever_uses_it() {
        let mut estate = one_path(Platform::K8s);
        let mut reference = testing::reference(unkeyed_model::StoreKind::K8sSecret, "web-token");
        reference.namespace = Some("shop".into());
        estate.facts.workloads[0].references.push(reference);
        let declared = testing::declaration("k8s.sa-token-secret", "shop/web-token", testing::place("token.yaml", 0, 9));
        estate.facts.declarations.push(declared);
        assert!(findings(&CHECK, &estate)[0].workload.is_some());
    }

    #[test]
    fn a_short_request_is_fine_and_an_unknown_one_unknown() {
        assert!(levels(&CHECK, &lasting_for("k8s:sa/shop/web", Platform::K8s, "token-request", Some(3_600))).is_empty());
        assert!(levels(&CHECK, &lasting_for("k8s:sa/shop/web", Platform::K8s, "token-request", None)).is_empty());
        assert!(levels(&CHECK, &script("3600")).is_empty());
        assert!(levels(&CHECK, &script("$DURATION")).is_empty());
    }
}
