//! # What it finds
//!
//! A token that is made for several parties at once (`aud: [a, b]` of a GitLab job, `jwt_extra_audiences` of spiffe-helper), and
//! trusts of different platforms that accept the same audience of the same issuer.
//!
//! # Why it matters
//!
//! The audience is what keeps a party from using the token elsewhere. Whoever of them is broken into, or only writes tokens
//! to its logs, gives away access to all the others.
//!
//! # Instead
//!
//! One token for each party, with an audience that only that party accepts.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Level, TrustBinding, Value};

use super::traits;
use crate::checks::check::{Check, Sink, Statement, list, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::issuer;

pub(super) const CHECK: Check = Check {
    id: "TB-AUD-01",
    title: "one token serves several parties",
    level: Level::Warning,
    standards: standards::TRUST_SHARED,
    source: include_str!("several_audiences.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        for (audiences, place) in traits(&linked.workload, "audiences") {
            let message = format!("{} gets one token for {audiences} ({}).", linked.workload.name, spot(place));
            sink.workload(&linked.workload.id, Statement::new(CHECK.level, place, message));
        }
    }
    for ((issuer, audience), trusts) in accepted(view) {
        let platforms: BTreeSet<&str> = trusts.iter().map(|trust| trust.platform.as_str()).collect();
        let Some(first) = trusts.first().filter(|_| platforms.len() > 1) else { continue };
        let platforms: Vec<&str> = platforms.into_iter().collect();
        let message =
            format!("Tokens of {issuer} for \"{audience}\" are accepted by {} alike ({}).", list(&platforms), spot(&first.location),);
        let mut statement = Statement::new(CHECK.level, &first.location, message);
        for other in &trusts[1..] {
            statement = statement.with(&other.location, "accepts it too");
        }
        let keys: Vec<&str> = trusts.iter().map(|trust| trust.principal.as_str()).collect();
        sink.principals(&keys, &statement);
    }
}

/// Trusts by issuer and audience.
fn accepted<'a>(view: &View<'a>) -> BTreeMap<(&'a str, &'a str), Vec<&'a TrustBinding>> {
    let mut accepted: BTreeMap<(&str, &str), Vec<&TrustBinding>> = BTreeMap::new();
    for trust in view.facts().trusts.iter().filter(|trust| trust.trusted == "oidc") {
        let Some(issuer) = trust.issuer.known() else { continue };
        for audience in trust.audiences.iter().flatten().filter_map(Value::known) {
            accepted.entry((issuer::normal(issuer), audience)).or_default().push(trust);
        }
    }
    accepted
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{levels, one_path, says, with_job};

    #[test]
    fn a_token_for_two_is_a_warning() {
        let two = with_job(Platform::Aws, |job| job.traits.push(says("audiences", "vault, sts.amazonaws.com")));
        assert_eq!(levels(&CHECK, &two), [Level::Warning]);
        assert!(levels(&CHECK, &one_path(Platform::Aws)).is_empty());
    }

    #[test]
    fn an_audience_that_two_platforms_accept_is_a_warning() {
        let with = |platform, audience: Value| {
            let mut estate = one_path(Platform::Aws);
            let mut other = estate.facts.trusts[0].clone();
            other.platform = platform;
            other.audiences = Some(vec![audience]);
            estate.facts.trusts.push(other);
            levels(&CHECK, &estate)
        };
        assert_eq!(with(Platform::Vault, Value::literal("sts.amazonaws.com")), [Level::Warning]);
        assert!(with(Platform::Aws, Value::literal("sts.amazonaws.com")).is_empty());
        assert!(with(Platform::Vault, Value::literal("vault")).is_empty());
        assert!(with(Platform::Vault, Value::unknown("var.audience")).is_empty());
    }
}
