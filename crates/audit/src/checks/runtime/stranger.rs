//! # What it finds
//!
//! An exchange that a log recorded, for an identity that scanned workloads become, with a subject that none of them
//! presents.
//!
//! # Why it matters
//!
//! Somebody else has the workload's power: another branch, another repository, another service account. The trust let it
//! in, so the trust is wider than this workload, or the identity is shared.
//!
//! # Instead
//!
//! If it belongs there, give it an identity of its own. If it doesn't, narrow the trust to the subject that is meant,
//! and look up what the session did.

use unkeyed_model::{Level, ObservedAct};

use super::{times, users};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "OB-02",
    title: "identity was taken by somebody else",
    level: Level::Warning,
    standards: standards::TRUST_SHARED,
    source: include_str!("stranger.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for (at, seen) in view.facts().observed.iter().enumerate() {
        let Some(subject) = seen.subject.as_ref().filter(|_| seen.act == ObservedAct::Exchange && seen.allowed > 0) else { continue };
        let users = users(view, seen);
        // Only who presents tokens could be told from others.
        let predicted = users.iter().any(|user| user.paths().any(|(path, link)| !path.tokens.is_empty() && link.counts));
        let ours = users.iter().any(|user| user.paths.iter().any(|path| path.observed.contains(&at)));
        if ours || !predicted {
            continue;
        }
        let message = format!(
            "\"{subject}\" became {} {} ({}), but no workload here presents that subject.",
            view.name(&seen.principal),
            times(seen.allowed, seen),
            spot(&seen.location)
        );
        sink.principal(&seen.principal, &Statement::new(CHECK.level, &seen.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform};

    use super::*;
    use crate::checks::testing::{KEY, levels, one_path, with_observed};

    fn with(subject: &str) -> Estate {
        with_observed(one_path(Platform::Aws), KEY, |seen| seen.subject = Some(subject.to_owned()))
    }

    #[test]
    fn another_subject_is_a_warning() {
        assert_eq!(levels(&CHECK, &with("repo:acme/api:pull_request")), [Level::Warning]);
    }

    #[test]
    fn an_identity_that_is_only_named_is_told_by_its_name() {
        let named = |subject: &str| {
            let mut estate = with(subject);
            estate.facts.trusts.clear();
            estate.facts.principals.clear();
            let arn = "arn:aws:iam::111122223333:role/elsewhere";
            estate.facts.workloads[0].identity_paths[0].principal = unkeyed_model::Value::literal(arn);
            estate.facts.observed[0].principal = arn.into();
            levels(&CHECK, &estate)
        };
        assert_eq!(named("repo:acme/wiki:environment:prod"), [Level::Warning]);
        assert!(named("repo:acme/api:environment:prod").is_empty());
    }

    #[test]
    fn its_own_subject_is_fine() {
        assert!(levels(&CHECK, &with("repo:acme/api:environment:prod")).is_empty());
    }

    #[test]
    fn without_a_subject_nothing_can_be_told() {
        assert!(levels(&CHECK, &with_observed(one_path(Platform::Aws), KEY, |_| {})).is_empty());
    }
}
