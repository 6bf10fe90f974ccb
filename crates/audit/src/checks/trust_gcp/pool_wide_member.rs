//! # What it finds
//!
//! A service account that every identity of a workload identity pool may act as
//! (`principalSet://…/workloadIdentityPools/POOL/*`), or that everybody may (`allUsers`, `allAuthenticatedUsers`).
//!
//! # Why it matters
//!
//! Whatever the pool lets in, today or after the next provider is added, has this service account's power.
//!
//! # Instead
//!
//! `principalSet://…/attribute.repository_id/ID`, or `principal://…/subject/SUBJECT`.

use unkeyed_model::{Level, Platform, Value};

use super::member;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-GCP-03",
    title: "every identity of a pool may act as the service account",
    level: Level::Error,
    standards: standards::TRUST_SHARED,
    source: include_str!("pool_wide_member.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in view.trusts(Platform::Gcp) {
        let Some(member) = member(trust).and_then(Value::known).filter(|member| is_everybody(member)) else { continue };
        let message = format!(
            "{member} may act as {} ({}): all that the pool lets in has its power.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

fn is_everybody(member: &str) -> bool {
    (member.starts_with("principalSet://") && member.ends_with("/*")) || matches!(member, "allUsers" | "allAuthenticatedUsers")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{gcp, levels};

    const POOL: &str = "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci";

    #[test]
    fn a_whole_pool_is_an_error() {
        assert_eq!(levels(&CHECK, &gcp(&format!("{POOL}/*"), None)), [Level::Error]);
        assert_eq!(levels(&CHECK, &gcp("allUsers", None)), [Level::Error]);
    }

    #[test]
    fn one_repository_is_fine() {
        assert!(levels(&CHECK, &gcp(&format!("{POOL}/attribute.repository/acme/api"), None)).is_empty());
    }

    #[test]
    fn an_unknown_member_says_nothing() {
        let mut estate = gcp("x", None);
        estate.facts.trusts[1].settings[0].1 = Value::unknown("local.member");
        assert!(levels(&CHECK, &estate).is_empty());
    }
}
