//! # What it finds
//!
//! A Kubernetes API server that extends the tokens of pods to a year: `--service-account-extend-token-expiration` is `true`,
//! which is also the default.
//!
//! # Why it matters
//!
//! The kubelet renews a pod's token every hour, but the one it replaces stays valid for a year while its pod lives. A
//! copy of it is as good as a durable credential.
//!
//! # Instead
//!
//! `--service-account-extend-token-expiration=false` (kube-apiserver reference; CIS Kubernetes Benchmark). Clients that never
//! read the token file again have to be updated first.

use unkeyed_model::{Level, Platform, TtlBasis};

use super::{DAY, sessions, stated};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-K8S-02",
    title: "API server makes tokens of pods live a year",
    level: Level::Warning,
    standards: standards::LIFETIME,
    source: include_str!("k8s_api_server.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let extended = sessions(view, Platform::K8s, &["service-account-extend-token-expiration"]).filter(|(_, seconds)| *seconds > DAY);
    for (session, _) in extended {
        let why = if session.basis == TtlBasis::Declared { "is set" } else { "is true unless it is set to false" };
        let message = format!(
            "The API server {} ({}) makes tokens of pods valid for a year: --service-account-extend-token-expiration {why}.",
            view.name(&session.principal),
            spot(&session.location),
        );
        sink.alone(Statement::new(CHECK.level, &session.location, message));
    }
    for linked in &view.context.workloads {
        for (_, place) in stated(&linked.workload, "pod-token-seconds").filter(|(seconds, _)| *seconds > DAY) {
            let message = format!(
                "{} runs an API server ({}) that makes tokens of pods valid for a year: --service-account-extend-token-expiration is not false.",
                linked.workload.name,
                spot(place),
            );
            sink.workload(&linked.workload.id, Statement::new(CHECK.level, place, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{lasting_for, levels, says, with_job};

    fn server(seconds: Option<u64>) -> Vec<Level> {
        let setting = "service-account-extend-token-expiration";
        levels(&CHECK, &lasting_for("k8s:kube-system/Pod/kube-apiserver", Platform::K8s, setting, seconds))
    }

    #[test]
    fn a_year_is_a_warning() {
        assert_eq!(server(Some(365 * DAY)), [Level::Warning]);
        let started = with_job(Platform::K8s, |job| job.traits.push(says("pod-token-seconds", "31536000")));
        assert_eq!(levels(&CHECK, &started), [Level::Warning]);
    }

    #[test]
    fn an_hour_is_fine_and_a_template_unknown() {
        assert!(server(Some(3_600)).is_empty());
        assert!(server(None).is_empty());
    }
}
