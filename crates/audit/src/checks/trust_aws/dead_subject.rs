//! # What it finds
//!
//! An AWS trust whose condition can never be met: a `*` or `?` under `StringEquals`, where it is an ordinary character; a
//! text that GitHub never puts into a subject (`repo:ORG/REPO:refs/heads/main` without `ref:`, `repo:ORG/REPO:main`,
//! `repo:ORG/REPO` alone); or a condition key of another issuer than the one that is trusted, which no token of it has.
//!
//! # Why it matters
//!
//! The trust is dead. If deployments work all the same, they reach AWS another way, usually with a stored key; if
//! they don't, somebody will soon loosen the condition in a hurry.
//!
//! # Instead
//!
//! Write the exact subject, or use `StringLike` if a wildcard is meant. `gh api repos/OWNER/NAME/actions/oidc/customization/sub`
//! shows which template the repository uses.

use unkeyed_model::{Claim, Level, TrustBinding};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::subjects::{self, Subject};
use crate::checks::view::View;
use crate::trust_match::condition::{self, How};
use crate::trust_match::issuer::{self, Shared};
use crate::trust_match::pattern::{Case, Pattern, Wild, certain};

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-17",
    title: "trust can never be met",
    level: Level::Error,
    standards: standards::DRIFT,
    source: include_str!("dead_subject.rs"),
    run,
};

/// The subjects GitHub sends by default (docs.github.com, "OpenID Connect reference").
const GITHUB: [&str; 5] = [
    "repo:{owner}/{any}:environment:{any}",
    "repo:{owner}/{any}:ref:refs/heads/{any}",
    "repo:{owner}/{any}:ref:refs/tags/{any}",
    "repo:{owner}/{any}:ref:refs/pull/{any}",
    "repo:{owner}/{any}:pull_request",
];

/// Claims that a repository may put into its subject instead; with one of them anything is possible.
const CUSTOM: [&str; 14] = [
    "actor:",
    "actor_id:",
    "base_ref:",
    "context:",
    "enterprise:",
    "event_name:",
    "head_ref:",
    "job_workflow_ref:",
    "repository_id:",
    "repository_owner",
    "repository_visibility:",
    "repository:",
    "runner_environment:",
    "workflow",
];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view) {
        let subjects = subjects::of(trust);
        for (subject, why) in subjects.iter().filter_map(|subject| Some((subject, death(trust, subject)?))) {
            let message = format!(
                "The trust of {} ({}) demands the subject \"{}\", {why}: it can never be met, so access happens another way or not at all.",
                view.name(&trust.principal),
                spot(&trust.location),
                subject.text,
            );
            sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
        }
        if let Some(key) = foreign_key(trust) {
            let message = format!(
                "The trust of {} ({}) tests {key}, which tokens of {} never have: access happens another way or not at all.",
                view.name(&trust.principal),
                spot(&trust.location),
                trust.issuer.known().map_or("its issuer", issuer::normal),
            );
            sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
        }
    }
}

/// A condition key that names another issuer than the trusted one, under an operator that demands it. Keys are
/// `ISSUER:CLAIM`, the issuer without a scheme (IAM User Guide, "AWS OIDC federation context keys").
fn foreign_key(trust: &TrustBinding) -> Option<&str> {
    // A scheme that no issuer has is TB-AWS-08's.
    let own = issuer::normal(trust.issuer.known()?).trim_start_matches("http://");
    let names_issuer = |prefix: &str| prefix.contains('.') && !prefix.contains("${");
    let foreign = |claim: &&Claim| {
        let prefix = claim.name.rsplit_once(':').map_or("", |(prefix, _)| prefix);
        let demands = !claim.if_exists && claim.set_qualifier.as_deref() != Some("ForAllValues");
        // Auth0's issuers end with a slash, and so do their keys; a scheme no key has.
        let same = !prefix.starts_with("https://") && issuer::normal(prefix).eq_ignore_ascii_case(own);
        names_issuer(prefix) && demands && matches!(condition::how(claim), Some((_, false))) && !same
    };
    let tested = names_issuer(own).then(|| trust.claims.iter().find(foreign))?;
    tested.map(|claim| claim.name.as_str())
}

/// Whether no token can meet the trust.
pub(super) fn is_dead(trust: &TrustBinding) -> bool {
    let subjects = subjects::of(trust);
    foreign_key(trust).is_some() || (!subjects.is_empty() && subjects.iter().all(|subject| death(trust, subject).is_some()))
}

fn death(trust: &TrustBinding, subject: &Subject) -> Option<&'static str> {
    let issuer = Shared::of_value(&trust.issuer);
    if subject.how == How::Is && certain(&subject.text).contains(['*', '?']) {
        return Some("in which * and ? are ordinary characters under StringEquals");
    }
    // `OWNER/REPO:…`: whatever a repository puts into its subject, the claim's name stands first.
    let is_nameless = subject.text.split_once(':').is_some_and(|(name, _)| name.contains('/') && !name.contains(['*', '?', '$', '{']));
    if issuer == Some(Shared::GitHub) && is_nameless {
        return Some("which GitHub never issues");
    }
    let custom = !subject.text.starts_with("repo:") || CUSTOM.iter().any(|claim| subject.text.contains(claim));
    if issuer != Some(Shared::GitHub) || custom || subject.text.contains("${") {
        return None;
    }
    let wild = match subject.how {
        How::Is | How::Folded => Wild::Nothing,
        How::Like => Wild::StarAndMark,
        _ => return None,
    };
    let pattern = Pattern::of_trust(&subject.text, wild)?;
    let possible =
        GITHUB.iter().any(|template| Pattern::of_template(template, Case::Strict, |_| None).is_some_and(|token| token.meets(&pattern)));
    (!possible).then_some("which GitHub never issues")
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Platform, SubjectRule};

    use super::*;
    use crate::checks::testing::{claim, exact, glob, levels, with_trust};

    fn levels_for(subject: SubjectRule) -> Vec<Level> {
        levels(&CHECK, &with_trust(Platform::Aws, |trust| trust.subject = subject))
    }

    #[test]
    fn a_star_under_string_equals_is_dead() {
        assert_eq!(levels_for(exact("repo:acme/*")), [Level::Error]);
        assert_eq!(levels_for(exact("repo:acme/api:ref:refs/heads/*")), [Level::Error]);
    }

    #[test]
    fn what_github_never_issues_is_dead() {
        for subject in [
            "acme/api:environment:prod",
            "repo:acme/api:refs/heads/main",
            "repo:acme/api:main",
            "repo:acme/api:ref:main",
            "repo:acme:environment:prod",
            "repo:acme/api",
        ] {
            assert_eq!(levels_for(exact(subject)), [Level::Error], "{subject}");
        }
        assert_eq!(levels_for(glob("repo:acme/api:branch/*")), [Level::Error]);
    }

    #[test]
    fn a_key_of_another_issuer_is_dead() {
        let keyed = |name: &str, operator: &str| {
            let change = |trust: &mut TrustBinding| trust.claims = vec![claim(name, operator, "sts.amazonaws.com")];
            levels(&CHECK, &with_trust(Platform::Aws, change))
        };
        for key in ["token.actions.githubuser.content.com:aud", "https://token.actions.githubusercontent.com:aud"] {
            assert_eq!(keyed(key, "StringEquals"), [Level::Error], "{key}");
        }
        assert!(keyed("token.actions.githubusercontent.com:aud", "StringEquals").is_empty());
        assert!(keyed("token.actions.githubusercontent.com/:aud", "StringEquals").is_empty());
        assert!(keyed("gitlab.com:aud", "StringNotEquals").is_empty());
        assert!(keyed("${var.issuer}:aud", "StringEquals").is_empty());
        assert!(keyed("aws:RequestedRegion", "StringEquals").is_empty());
    }

    #[test]
    fn what_can_be_issued_lives() {
        for subject in ["repo:acme/api:environment:prod", "repo:acme/api:ref:refs/heads/a/b", "repo:acme@1/api@2:pull_request"] {
            assert!(levels_for(exact(subject)).is_empty(), "{subject}");
        }
        assert!(levels_for(glob("repo:acme/*")).is_empty() && levels_for(glob("repo:*")).is_empty());
    }

    #[test]
    fn a_custom_template_or_an_unknown_subject_can_not_be_told() {
        assert!(levels_for(exact("repo:acme/api:job_workflow_ref:acme/ci/.github/workflows/x.yml@refs/heads/main")).is_empty());
        assert!(levels_for(exact("repository_owner:acme")).is_empty());
        assert!(levels_for(SubjectRule::Unknown("var.subject".into())).is_empty());
    }
}
