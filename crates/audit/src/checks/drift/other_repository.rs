//! # What it finds
//!
//! A trust that names a GitHub repository other than this one, although it seems to be meant for this one: the name is
//! the same under another owner, or a workload of this repository uses the principal and no trust of it names this
//! repository.
//!
//! # Why it matters
//!
//! After a rename or a transfer the old name can be registered by somebody else, who then sends the trusted subject.
//! Since 2026-07-15 a renamed repository also sends another form of subject, so that the trust here is dead and access
//! happens another way.
//!
//! # Instead
//!
//! Update the trust to the repository's present name, better to its numeric id, and delete the old one.

use unkeyed_model::{Level, TrustBinding};

use super::is_renamed;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::trust_aws::named_repository;
use crate::checks::view::View;
use crate::checks::{standards, subjects};
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-DRIFT-01",
    title: "trust names another repository",
    level: Level::Warning,
    standards: standards::DRIFT,
    source: include_str!("other_repository.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let Some(here) = view.context.estate.repository.as_ref().and_then(|repository| repository.slug_on("github.com")) else { return };
    for (key, trusts) in view.trusted() {
        let used = !view.users(key).is_empty();
        let all_elsewhere =
            trusts.iter().all(|trust| named(trust).is_some_and(|names| !names.iter().any(|name| name.eq_ignore_ascii_case(here))));
        for trust in trusts {
            let names = named(trust).unwrap_or_default();
            let Some(other) = names.iter().find(|name| is_renamed(name, here) || (used && all_elsewhere)) else { continue };
            let why = if is_renamed(other, here) { "the same name under another owner" } else { "though this repository uses it" };
            let message = format!("The trust of {} ({}) names {other}, not {here}: {why}.", view.name(key), spot(&trust.location),);
            sink.principal(key, &Statement::new(CHECK.level, &trust.location, message));
        }
    }
}

/// The repositories that a trust in GitHub names; `None` if it may admit others or can't be told.
fn named(trust: &TrustBinding) -> Option<Vec<String>> {
    if Shared::of_value(&trust.issuer) != Some(Shared::GitHub) {
        return None;
    }
    let names: Option<Vec<String>> = subjects::of(trust).iter().map(|subject| named_repository(&subject.text)).collect();
    names.filter(|names| !names.is_empty())
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform, SubjectRule};

    use super::*;
    use crate::checks::testing::{exact, findings, levels, with_trust};

    fn trusting(subject: &str) -> Estate {
        with_trust(Platform::Aws, |trust| trust.subject = exact(subject))
    }

    #[test]
    fn the_same_name_under_another_owner_is_a_warning() {
        let mut estate = trusting("repo:oldco/api:environment:prod");
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
        estate.facts.workloads.clear();
        assert_eq!(findings(&CHECK, &estate)[0].workload, None);
    }

    #[test]
    fn another_repository_is_one_only_if_the_principal_is_used_here() {
        let mut estate = trusting("repo:acme/old-api:environment:prod");
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
        estate.facts.workloads.clear();
        assert!(levels(&CHECK, &estate).is_empty());
    }

    #[test]
    fn this_repository_in_either_form_is_fine() {
        assert!(levels(&CHECK, &trusting("repo:acme/api:environment:prod")).is_empty());
        assert!(levels(&CHECK, &trusting("repo:acme@1/api@2:environment:prod")).is_empty());
    }

    #[test]
    fn without_a_remote_or_a_known_subject_nothing_is_said() {
        let mut estate = trusting("repo:oldco/api:environment:prod");
        estate.repository = None;
        assert!(levels(&CHECK, &estate).is_empty());
        let unknown = with_trust(Platform::Aws, |trust| trust.subject = SubjectRule::Unknown("var.subject".into()));
        assert!(levels(&CHECK, &unknown).is_empty());
    }
}
