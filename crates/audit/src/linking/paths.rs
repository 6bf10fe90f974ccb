//! Brings the two halves of identity evidence together: a job may grant the token, and an action it uses exchange it.

use unkeyed_model::{IdentityPath, Platform, PredictedToken, Workload};

/// Gives paths with a consumer but no capability the capability of a path that has nothing but it.
pub(crate) fn complete(workload: &mut Workload) {
    let (mut capabilities, mut paths): (Vec<_>, Vec<_>) = std::mem::take(&mut workload.identity_paths).into_iter().partition(is_bare);
    let mut used = vec![false; capabilities.len()];
    for path in paths.iter_mut().filter(|path| path.capability.is_none() && path.consumer.is_some()) {
        if let Some(at) = capabilities.iter().position(|bare| may_serve(bare, path)) {
            supply(path, &capabilities[at]);
            used[at] = true;
        }
    }
    // A capability that a complete path of the same issuer already rests on says nothing new.
    for (bare, used) in capabilities.iter().zip(&mut used) {
        *used |= paths.iter().any(|path| path.consumer.is_some() && path.capability == bare.capability && may_serve(bare, path));
    }
    let mut unused = used.iter().map(|used| !used);
    capabilities.retain(|_| unused.next().unwrap_or(true));
    paths.append(&mut capabilities);
    workload.identity_paths = distinct(paths);
}

/// One path for each identity, however many steps take it: the first that has both halves of the evidence.
fn distinct(paths: Vec<IdentityPath>) -> Vec<IdentityPath> {
    let mut kept: Vec<IdentityPath> = Vec::new();
    for path in paths {
        let counts = |path: &IdentityPath| path.capability.is_some() && path.consumer.is_some();
        let elsewhere = |other: &&mut IdentityPath| {
            let moved = IdentityPath { capability: path.capability.clone(), consumer: path.consumer.clone(), ..(**other).clone() };
            moved == path
        };
        match kept.iter_mut().find(elsewhere) {
            Some(known) if counts(known) || !counts(&path) => {}
            Some(known) => *known = path,
            None => kept.push(path),
        }
    }
    kept
}

/// A capability without a consumer.
fn is_bare(path: &IdentityPath) -> bool {
    path.capability.is_some() && path.consumer.is_none()
}

/// Whether the token that `bare` may have is the one that `path` consumes.
fn may_serve(bare: &IdentityPath, path: &IdentityPath) -> bool {
    let issuers = |path: &IdentityPath| path.tokens.iter().filter_map(|token| token.issuer.known().map(str::to_owned)).collect::<Vec<_>>();
    let (one, other) = (issuers(bare), issuers(path));
    // A CI job's permission is for any platform; what a pod is labelled with is for one.
    let platform = bare.platform == path.platform || bare.platform == Platform::Github;
    platform && bare.kind == path.kind && (one.is_empty() || other.is_empty() || one.iter().any(|issuer| other.contains(issuer)))
}

/// Completes `path`: the subject is the job's, the audience is what the consumer asks for.
fn supply(path: &mut IdentityPath, bare: &IdentityPath) {
    path.capability.clone_from(&bare.capability);
    let audience = path.tokens.iter().find(|token| token.audience.known().is_some()).map(|token| token.audience.clone());
    if path.tokens.iter().all(|token| token.subject.known().is_none()) && !bare.tokens.is_empty() {
        let with_audience = |token: &PredictedToken| PredictedToken {
            audience: audience.clone().unwrap_or_else(|| token.audience.clone()),
            ..token.clone()
        };
        path.tokens = bare.tokens.iter().map(with_audience).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use unkeyed_model::Value;

    #[test]
    fn a_jobs_permission_completes_the_exchange_in_its_action() {
        let mut exchange = testing::federated(Platform::Aws, "aws", "role");
        exchange.capability = None;
        exchange.tokens[0].subject = Value::unknown("depends on the caller");
        let mut permission = testing::federated(Platform::Github, "unknown", "");
        permission.consumer = None;
        permission.tokens[0].audience = Value::literal("https://github.com/acme");
        let mut job = testing::job("deploy");
        job.identity_paths = vec![permission.clone(), exchange.clone()];
        complete(&mut job);
        assert_eq!(job.identity_paths.len(), 1);
        assert_eq!(job.identity_paths[0].capability, permission.capability);
        assert_eq!(job.identity_paths[0].tokens[0].subject, permission.tokens[0].subject);
        assert_eq!(job.identity_paths[0].tokens[0].audience, exchange.tokens[0].audience);
    }

    #[test]
    fn a_label_for_one_platform_completes_no_login_to_another() {
        let mut label = testing::federated(Platform::Azure, "azure", "");
        label.consumer = None;
        let mut login = testing::federated(Platform::Gcp, "gcp", "sa");
        login.capability = None;
        let mut job = testing::job("deploy");
        job.identity_paths = vec![label.clone(), login.clone()];
        complete(&mut job);
        assert!(job.identity_paths.iter().all(|path| path.capability.is_none() || path.consumer.is_none()));
        login.platform = Platform::Azure;
        job.identity_paths = vec![label, login];
        complete(&mut job);
        assert!(job.identity_paths.len() == 1 && job.identity_paths[0].capability.is_some());
    }

    #[test]
    fn one_identity_taken_by_two_steps_is_one_path() {
        let mut half = testing::federated(Platform::Aws, "aws", "role");
        half.consumer = None;
        half.capability = Some(testing::place("w.yml", 1, 2));
        let mut later = testing::federated(Platform::Aws, "aws", "role");
        later.consumer = Some(testing::place("w.yml", 70, 80));
        let first = testing::federated(Platform::Aws, "aws", "role");
        let mut job = testing::job("deploy");
        job.identity_paths = vec![first.clone(), later, testing::federated(Platform::Aws, "aws", "other")];
        complete(&mut job);
        assert_eq!(job.identity_paths.len(), 2);
        assert_eq!(distinct(vec![half, first.clone()]), [first]);
    }

    #[test]
    fn a_permission_of_another_issuer_completes_nothing() {
        let mut exchange = testing::federated(Platform::Aws, "aws", "role");
        exchange.capability = None;
        let mut permission = testing::federated(Platform::Github, "unknown", "");
        permission.consumer = None;
        permission.tokens[0].issuer = Value::literal("https://gitlab.com");
        let mut job = testing::job("deploy");
        job.identity_paths = vec![exchange, permission];
        complete(&mut job);
        assert!(job.identity_paths.iter().all(|path| path.capability.is_none() || path.consumer.is_none()));
    }
}
