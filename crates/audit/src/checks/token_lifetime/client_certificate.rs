//! # What it finds
//!
//! A cert-manager `Certificate` for client authentication that lives longer than a day; longer than 90 days is an error. One
//! that states no duration lives 90 days.
//!
//! # Why it matters
//!
//! The key lies in a Secret and in every copy of it, and proves the workload's identity until the certificate ends.
//! cert-manager renews by itself, so that nothing is gained by months.
//!
//! # Instead
//!
//! `duration: 1h` to `24h` with `privateKey.rotationPolicy: Always`, better the CSI driver of cert-manager, which keeps key and
//! certificate in the pod's memory.

use unkeyed_model::{Level, Platform, TtlBasis};

use super::{DAY, Pods, length, sessions};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-CERT-01",
    title: "client certificate lives longer than a day",
    level: Level::Warning,
    standards: standards::LIFETIME,
    source: include_str!("client_certificate.rs"),
    run,
};

const LONGEST: u64 = 90 * DAY;

/// How session policies name whose certificate it is: the Secret that holds it.
const SECRET: &str = "k8s:secret/";

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let pods = Pods::new(view);
    for (session, seconds) in sessions(view, Platform::K8s, &["client-certificate"]).filter(|(_, seconds)| *seconds > DAY) {
        let place = &session.location;
        let unless = if session.basis == TtlBasis::Declared { "" } else { ", the default" };
        let name = session.principal.strip_prefix(SECRET).unwrap_or_else(|| view.name(&session.principal));
        let message = format!("The client certificate {name} ({}) lives {}{unless}.", spot(place), length(seconds));
        let level = if seconds > LONGEST { Level::Error } else { CHECK.level };
        let statement = Statement::new(level, place, message);
        match session.principal.strip_prefix(SECRET) {
            Some(secret) => pods.say_of_secret(sink, secret, &statement),
            None => pods.say(sink, &session.principal, place, &statement),
        }
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{findings, lasting_for, levels};
    use crate::testing;

    fn certificate(seconds: Option<u64>) -> Estate {
        lasting_for("k8s:secret/shop/web-client", Platform::K8s, "client-certificate", seconds)
    }

    #[test]
    fn days_are_a_warning_and_more_than_ninety_an_error() {
        assert_eq!(levels(&CHECK, &certificate(Some(90 * DAY))), [Level::Warning]);
        assert_eq!(levels(&CHECK, &certificate(Some(365 * DAY))), [Level::Error]);
    }

    #[test]
    fn it_concerns_whoever_uses_the_secret() {
        let mut estate = certificate(Some(90 * DAY));
        let mut reference = testing::reference(unkeyed_model::StoreKind::K8sSecret, "web-client");
        reference.namespace = Some("shop".into());
        estate.facts.workloads[0].references.push(reference);
        assert!(findings(&CHECK, &estate)[0].workload.is_some());
    }

    #[test]
    fn a_day_is_fine_and_a_template_unknown() {
        assert!(levels(&CHECK, &certificate(Some(DAY))).is_empty());
        assert!(levels(&CHECK, &certificate(None)).is_empty());
    }
}
