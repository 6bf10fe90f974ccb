//! # What it finds
//!
//! A pool provider whose `allowed_audiences` hold a value that tokens for somebody else carry: the address of an owner on
//! GitHub or of a GitLab server, `sts.amazonaws.com`, `api://AzureADTokenExchange`, the API server's, Vault's, Sigstore's.
//!
//! # Why it matters
//!
//! A token that the workload sends to that other party is accepted here as well, so that the party, or whoever reads its
//! logs, can present it to Google Cloud.
//!
//! # Instead
//!
//! Leave `allowed_audiences` out: the provider's own name
//! (`https://iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/P/providers/Q`) is demanded then.

use unkeyed_model::{Level, Value};

use super::providers;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-GCP-06",
    title: "audience is another party's",
    level: Level::Warning,
    standards: standards::TRUST,
    source: include_str!("audience.rs"),
    run,
};

/// Audiences that others ask for.
const OTHERS: [&str; 8] = [
    "sts.amazonaws.com",
    "api://AzureADTokenExchange",
    "sigstore",
    "vault",
    "https://vault",
    "https://kubernetes.default.svc",
    "https://kubernetes.default.svc.cluster.local",
    "https://gitlab.com",
];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for provider in providers(view) {
        let trust = provider.trust;
        let audiences = trust.audiences.iter().flatten().filter_map(Value::known);
        let Some(audience) = audiences.into_iter().find(|audience| is_of_others(audience)) else { continue };
        let message = format!(
            "The provider of {} ({}) accepts the audience \"{audience}\", which tokens for another party carry.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principals(&provider.principals(), &Statement::new(CHECK.level, &trust.location, message));
    }
}

fn is_of_others(audience: &str) -> bool {
    // `https://github.com/OWNER` is what GitHub puts in when nothing is asked for.
    let owner = audience.strip_prefix("https://github.com/").is_some_and(|owner| !owner.trim_end_matches('/').contains('/'));
    owner || OTHERS.contains(&audience.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{gcp, levels};

    fn accepting(audience: Option<Value>) -> Vec<Level> {
        let mut estate = gcp("principal://x/subject/y", Some("assertion.repository_owner_id == '7'"));
        estate.facts.trusts[0].audiences = audience.map(|audience| vec![audience]);
        levels(&CHECK, &estate)
    }

    #[test]
    fn another_partys_audience_is_a_warning() {
        for audience in ["https://github.com/acme", "sts.amazonaws.com", "https://gitlab.com/"] {
            assert_eq!(accepting(Some(Value::literal(audience))), [Level::Warning], "{audience}");
        }
    }

    #[test]
    fn the_default_ones_own_and_the_unknown_are_fine() {
        let own = "https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/github";
        assert!(accepting(Some(Value::literal(own))).is_empty());
        assert!(accepting(Some(Value::literal("https://gcp.acme.example"))).is_empty());
        assert!(accepting(Some(Value::unknown("var.audience"))).is_empty());
        assert!(accepting(None).is_empty());
    }
}
