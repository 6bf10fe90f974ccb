//! # What it finds
//!
//! The annotation `azure.workload.identity/service-account-token-expiration` with more than an hour (a note), or with a length
//! that the webhook refuses: less than an hour or more than a day (a warning).
//!
//! # Why it matters
//!
//! The token can be exchanged at Entra from anywhere until it ends. With a length that is refused the pod gets no token,
//! and access happens another way or not at all.
//!
//! # Instead
//!
//! 3600 seconds, which is the default and the least (Azure AD Workload Identity, "Service account labels and annotations").

use unkeyed_model::{Level, Platform};

use super::{DAY, HOUR, Pods, length, sessions};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-AZ-03",
    title: "token for an Azure identity lives longer than an hour",
    level: Level::Note,
    standards: standards::LIFETIME,
    source: include_str!("azure_projected.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let pods = Pods::new(view);
    for (session, seconds) in sessions(view, Platform::K8s, &["azure.workload.identity/service-account-token-expiration"]) {
        let (level, why) = match seconds {
            HOUR => continue,
            seconds if (HOUR..=DAY).contains(&seconds) => (CHECK.level, "longer than the hour that is the default"),
            _ => (Level::Warning, "which the webhook refuses: it takes an hour to a day"),
        };
        let place = &session.location;
        let message = format!(
            "Tokens of {} for its Azure identity are asked for {} ({}), {why}.",
            view.name(&session.principal),
            length(seconds),
            spot(place)
        );
        pods.say(sink, &session.principal, place, &Statement::new(level, place, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{lasting_for, levels};

    fn account(seconds: Option<u64>) -> Vec<Level> {
        let setting = "azure.workload.identity/service-account-token-expiration";
        levels(&CHECK, &lasting_for("k8s:sa/shop/web", Platform::K8s, setting, seconds))
    }

    #[test]
    fn the_level_depends_on_the_length() {
        assert_eq!(account(Some(86_400)), [Level::Note]);
        assert_eq!(account(Some(172_800)), [Level::Warning]);
        assert_eq!(account(Some(600)), [Level::Warning]);
    }

    #[test]
    fn an_hour_is_fine_and_a_template_unknown() {
        assert!(account(Some(3_600)).is_empty());
        assert!(account(None).is_empty());
    }
}
