//! # What it finds
//!
//! A Kubernetes service account with an AWS role (`eks.amazonaws.com/role-arn`) whose tokens live longer than a day, or
//! for which nothing is set, so that they live a day (a note).
//!
//! # Why it matters
//!
//! Whoever copies the token file can become the role from anywhere until the token ends, and again each time a session
//! runs out. The webhook of EKS asks for 86400 seconds unless the annotation says otherwise (amazon-eks-pod-identity-webhook,
//! README).
//!
//! # Instead
//!
//! `eks.amazonaws.com/token-expiration: "3600"`; the kubelet renews the token by itself. Or EKS Pod Identity, whose tokens
//! are bound to their pod.

use unkeyed_model::{Level, Platform, TtlBasis};

use super::{DAY, Pods, length, sessions};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-AWS-04",
    title: "token for an AWS role lives a day or longer",
    level: Level::Error,
    standards: standards::LIFETIME,
    source: include_str!("aws_irsa.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let pods = Pods::new(view);
    for (session, seconds) in sessions(view, Platform::K8s, &["eks.amazonaws.com/token-expiration"]) {
        let place = &session.location;
        let (level, why) = match session.basis {
            TtlBasis::Declared if seconds > DAY => (CHECK.level, "so that a copy is good for days"),
            TtlBasis::Declared => continue,
            _ => (Level::Note, "the default, because nothing is set"),
        };
        let message =
            format!("Tokens of {} for its AWS role live {} ({}), {why}.", view.name(&session.principal), length(seconds), spot(place));
        pods.say(sink, &session.principal, place, &Statement::new(level, place, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Use};

    use super::*;
    use crate::checks::testing::{findings, lasting_for, levels};

    fn account(seconds: Option<u64>, basis: TtlBasis) -> Estate {
        let mut estate = lasting_for("k8s:sa/shop/web", Platform::K8s, "eks.amazonaws.com/token-expiration", seconds);
        estate.facts.sessions[0].basis = basis;
        estate
    }

    #[test]
    fn more_than_a_day_is_an_error_and_nothing_a_note() {
        assert_eq!(levels(&CHECK, &account(Some(604_800), TtlBasis::Declared)), [Level::Error]);
        assert_eq!(levels(&CHECK, &account(Some(86_400), TtlBasis::VendorDefault)), [Level::Note]);
    }

    #[test]
    fn it_concerns_the_pods_of_the_account() {
        let mut estate = account(Some(604_800), TtlBasis::Declared);
        assert_eq!(findings(&CHECK, &estate)[0].workload, None);
        estate.facts.workloads[0].uses.push((Use::ServiceAccount, "shop/web".into()));
        assert!(findings(&CHECK, &estate)[0].workload.is_some());
    }

    #[test]
    fn a_short_length_is_fine_and_an_unreadable_one_unknown() {
        assert!(levels(&CHECK, &account(Some(3_600), TtlBasis::Declared)).is_empty());
        assert!(levels(&CHECK, &account(None, TtlBasis::Declared)).is_empty());
    }
}
