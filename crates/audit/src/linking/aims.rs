//! Whether a trust was written for a workload although it doesn't admit it: same issuer, same repository or account.
//!
//! Without this a subject with a typing error would read like a trust for somebody else, and the workload like one whose
//! trust is kept elsewhere.

use unkeyed_model::{PredictedToken, SubjectRule, TrustBinding};

use crate::trust_match::issuer;

/// Whether the trust means the holder of the token.
pub(super) fn aims_at(trust: &TrustBinding, token: &PredictedToken) -> bool {
    let (SubjectRule::Exact(subjects) | SubjectRule::Glob(subjects)) = &trust.subject else { return false };
    let Some(holder) = token.subject.known().map(holder) else { return false };
    issuer::same(&token.issuer, &trust.issuer) != Some(false) && subjects.iter().any(|subject| self::holder(subject) == holder)
}

/// The part of a subject that names who, without when: repository, project, service account.
fn holder(subject: &str) -> &str {
    let parts = if subject.starts_with("system:serviceaccount:") { 4 } else { 2 };
    let end = subject.match_indices(':').nth(parts - 1).map_or(subject.len(), |(at, _)| at);
    &subject[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{federated, trust};
    use unkeyed_model::Platform;

    fn aims(subject: &str) -> bool {
        let mut trust = trust(Platform::Azure, "p");
        trust.subject = SubjectRule::Exact(vec![subject.into()]);
        aims_at(&trust, &federated(Platform::Azure, "azure", "p").tokens[0])
    }

    #[test]
    fn the_same_repository_in_another_state_is_meant() {
        assert!(aims("repo:acme/api:*") && aims("repo:acme/api:ref:refs/heads/master") && aims("repo:acme/api"));
        assert!(!aims("repo:acme/web:environment:prod") && !aims("repo:acme/*"));
        assert_eq!(holder("system:serviceaccount:prod:api"), "system:serviceaccount:prod:api");
    }
}
