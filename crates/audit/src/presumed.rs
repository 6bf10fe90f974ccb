//! The name of a repository that no git remote tells.
//!
//! One decision a reader would question: a tree without a remote whose trusts all name one repository is taken to be that
//! repository, and the report says so. Trusts that lie beside the workflows that use them are written for these workflows; an
//! export or a copy without `.git` would otherwise never be judged. Trusts that name two repositories tell nothing.

use std::collections::BTreeSet;

use unkeyed_model::{Estate, Repository, Skip, SkipReason, SubjectRule, TrustBinding, Value};

use crate::trust_match::issuer::Shared;

/// Names the repository of an estate that has no remote.
pub(crate) fn name(estate: &mut Estate) {
    let is_known = estate.repository.as_ref().is_some_and(|repository| repository.remote.is_some());
    if is_known || !asks_for_a_name(estate) {
        return;
    }
    let named: BTreeSet<String> = estate.facts.trusts.iter().flat_map(repositories).collect();
    let Some(remote) = named.first().filter(|_| named.len() == 1) else { return };
    let detail = format!("no git remote was read: tokens are taken to be those of {remote}, the only repository that trusts name");
    estate.facts.skipped.push(Skip { path: ".".into(), why: SkipReason::NotSupplied, detail });
    estate.repository.get_or_insert_with(Repository::default).remote = Some(remote.clone());
}

/// Whether a token carries the repository's name.
fn asks_for_a_name(estate: &Estate) -> bool {
    let tokens = estate.facts.workloads.iter().flat_map(|workload| &workload.identity_paths).flat_map(|path| &path.tokens);
    tokens.filter_map(|token| token.subject.known()).any(|subject| subject.contains("{repository"))
}

/// The repositories that a trust names, as a remote would be.
fn repositories(trust: &TrustBinding) -> Vec<String> {
    let (host, key) = match Shared::of_value(&trust.issuer) {
        Some(Shared::GitHub) => ("github.com", "repo:"),
        Some(Shared::GitLab) => ("gitlab.com", "project_path:"),
        _ => return Vec::new(),
    };
    let subjects = match &trust.subject {
        SubjectRule::Exact(subjects) | SubjectRule::Glob(subjects) => subjects.as_slice(),
        _ => &[],
    };
    let of_subject = |subject: &String| subject.strip_prefix(key)?.split(':').next().map(str::to_owned);
    let claims = trust.claims.iter().filter(|claim| {
        let name = claim.name.rsplit(['.', ':']).next().unwrap_or_default();
        matches!(name, "repository" | "project_path") && !claim.operator.contains('!') && !claim.operator.contains("Not")
    });
    let of_claims = claims.flat_map(|claim| claim.values.iter().filter_map(Value::known).map(str::to_owned));
    subjects.iter().filter_map(of_subject).chain(of_claims).filter_map(|name| Some(format!("{host}/{}", plain(&name)?))).collect()
}

/// A name without the ids of GitHub's immutable form; `None` if it is a pattern or depends on what is not known.
fn plain(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split('/').map(|part| part.split('@').next().unwrap_or(part)).collect();
    let is_name = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    (parts.len() > 1 && parts.iter().all(is_name)).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use unkeyed_model::Platform;

    fn exact(subject: &str) -> SubjectRule {
        SubjectRule::Exact(vec![subject.to_owned()])
    }

    fn glob(subject: &str) -> SubjectRule {
        SubjectRule::Glob(vec![subject.to_owned()])
    }

    fn presumed(rules: &[SubjectRule]) -> Option<String> {
        let (mut estate, mut job) = (testing::estate(), testing::job("deploy"));
        estate.repository = None;
        job.identity_paths.push(testing::federated(Platform::Aws, "aws", "deploy"));
        job.identity_paths[0].tokens[0].subject = Value::literal("repo:{repository}:environment:prod");
        estate.facts.workloads.push(job);
        let trust = testing::trust(Platform::Aws, "deploy");
        let issuer = Value::literal("https://token.actions.githubusercontent.com");
        let with = |rule: &SubjectRule| TrustBinding { subject: rule.clone(), issuer: issuer.clone(), claims: Vec::new(), ..trust.clone() };
        estate.facts.trusts = rules.iter().map(with).collect();
        name(&mut estate);
        let is_said = estate.facts.skipped.iter().any(|skip| skip.why == SkipReason::NotSupplied && skip.detail.contains("acme/api"));
        let remote = estate.repository.and_then(|repository| repository.remote);
        assert_eq!(is_said, remote.is_some());
        remote
    }

    #[test]
    fn a_tree_is_the_only_repository_that_its_trusts_name() {
        let named = Some("github.com/acme/api".to_owned());
        assert_eq!(presumed(&[exact("repo:acme/api:environment:prod")]), named);
        assert_eq!(presumed(&[exact("repo:acme@12/api@34:ref:refs/heads/main"), glob("repo:acme/api:*")]), named);
        assert_eq!(presumed(&[exact("repo:acme/api:pull_request"), exact("repo:acme/web:pull_request")]), None);
        assert_eq!(presumed(&[glob("repo:acme/*")]), None);
        assert_eq!(presumed(&[exact("repo:${var.repository}:ref:refs/heads/main")]), None);
        assert_eq!(presumed(&[SubjectRule::Any]), None);
    }
}
