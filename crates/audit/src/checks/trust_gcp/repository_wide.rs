//! # What it finds
//!
//! A service account that every repository of an owner may act as (an error, or a warning if it only reads), or every branch
//! and environment of one repository: a warning where a pattern on the subject lets them in, a note where the member is the
//! repository itself, as Google's own examples have it.
//!
//! # Why it matters
//!
//! Whoever may create a repository, or push a branch, gets the service account before any review.
//!
//! # Instead
//!
//! `principal://…/subject/repo:OWNER/REPO:environment:ENV`, or a condition of the provider on `assertion.ref` or
//! `assertion.environment` beside the repository.

use unkeyed_model::{Level, TrustBinding};

use super::{federated, member};
use crate::checks::breadth::Breadth;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::privilege::Privilege;
use crate::checks::view::View;
use crate::checks::{standards, subjects};
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-GCP-12",
    title: "member is a whole organisation or repository",
    level: Level::Error,
    standards: standards::TRUST_UNREVIEWED,
    source: include_str!("repository_wide.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let has_members = federated(view).any(|trust| member(trust).is_some());
    // A provider by whose condition alone the pattern stands counts where nothing says who comes through it.
    let counts = |trust: &&TrustBinding| member(trust).is_some() || (!has_members && subjects::has_pattern(trust));
    for trust in federated(view).filter(counts).filter(|trust| Shared::of_value(&trust.issuer).is_some()) {
        let Some(widest) = subjects::widest(trust) else { continue };
        let (level, who) = match (widest.breadth, view.privilege(&trust.principal)) {
            (Breadth::Tenant, Privilege::Writes) => (CHECK.level, "any repository of that owner"),
            (Breadth::Tenant, Privilege::Reads | Privilege::Unknown) => (Level::Warning, "any repository of that owner"),
            (Breadth::Project, _) if subjects::of(trust).is_empty() => (Level::Note, "any branch or environment of it"),
            (Breadth::Project, _) => (Level::Warning, "any branch or environment of it"),
            _ => continue,
        };
        let message =
            format!("{} may be acted as by {} ({}): {who} gets it.", view.name(&trust.principal), widest.admits, spot(&trust.location),);
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, SubjectRule, Value};

    use super::*;
    use crate::checks::testing::{claim, gcp, levels};

    fn acting(claims: &[(&str, &str)]) -> Estate {
        let mut estate = gcp("principalSet://x", None);
        estate.facts.trusts[1].subject = SubjectRule::Any;
        grant(&mut estate, "roles/run.admin");
        estate.facts.trusts[1].claims = claims.iter().map(|(name, value)| claim(&format!("assertion.{name}"), "==", value)).collect();
        estate
    }

    fn grant(estate: &mut Estate, role: &str) {
        estate.facts.grants[0].actions.clear();
        estate.facts.grants[0].role = Some(Value::literal(role));
    }

    #[test]
    fn the_level_depends_on_breadth_and_power() {
        let mut owner = acting(&[("repository_owner", "acme")]);
        assert_eq!(levels(&CHECK, &owner), [Level::Error]);
        grant(&mut owner, "roles/run.viewer");
        assert_eq!(levels(&CHECK, &owner), [Level::Warning]);
        assert_eq!(levels(&CHECK, &acting(&[("repository", "acme/api")])), [Level::Note]);
        let mut pattern = acting(&[]);
        pattern.facts.trusts[1].subject = SubjectRule::Expression("assertion.sub.startsWith('repo:acme/api:')".into());
        assert_eq!(levels(&CHECK, &pattern), [Level::Warning]);
    }

    #[test]
    fn a_pattern_of_a_provider_counts_where_no_member_is_known() {
        let provider = |condition: &str| {
            let mut estate = gcp("principalSet://x", Some(condition));
            estate.facts.trusts.truncate(1);
            estate.facts.trusts[0].subject = SubjectRule::Expression(condition.to_owned());
            levels(&CHECK, &estate)
        };
        assert_eq!(provider("assertion.sub.startsWith('repo:acme/')"), [Level::Warning]);
        assert_eq!(provider("assertion.repository.matches('^acme/.*$')"), [Level::Warning]);
        assert!(provider("assertion.sub == 'repo:acme/api:environment:prod'").is_empty());
        assert!(provider("assertion.repository == 'acme/api'").is_empty());
    }

    #[test]
    fn one_subject_or_one_ref_is_fine() {
        assert!(levels(&CHECK, &gcp("principal://x/subject/y", None)).is_empty());
        assert!(levels(&CHECK, &acting(&[("repository", "acme/api"), ("ref", "refs/heads/main")])).is_empty());
    }

    #[test]
    fn an_unknown_member_says_nothing() {
        assert!(levels(&CHECK, &acting(&[])).is_empty());
        let mut unknown = acting(&[("repository", "x")]);
        unknown.facts.trusts[1].claims[0].values = vec![Value::unknown("var.repository")];
        assert!(levels(&CHECK, &unknown).is_empty());
    }
}
