//! Ways in without a stored secret.

use unkeyed_model::{IdentityKind, IdentityPath, Platform, PredictedToken, Reach, Ttl, TtlBasis, Value};

use super::make::{at, known, to};

/// A GitHub job that becomes an AWS role.
pub(super) fn aws_role(path: &str, role: &str) -> IdentityPath {
    IdentityPath {
        kind: IdentityKind::Federated,
        platform: Platform::Aws,
        mechanism: "aws-actions/configure-aws-credentials role-to-assume".into(),
        reach: Reach::Destination,
        destination: to("aws", "111122223333"),
        principal: known(&format!("arn:aws:iam::111122223333:role/{role}")),
        tokens: vec![PredictedToken {
            issuer: known("https://token.actions.githubusercontent.com"),
            subject: known("repo:acme/shop:environment:production"),
            audience: Value::Known("sts.amazonaws.com".into(), unkeyed_model::Basis::Platform),
        }],
        ttl: Some(Ttl { seconds: 43_200, basis: TtlBasis::VendorBound }),
        capability: Some(at(path, 12, 5, 15)),
        consumer: Some(at(path, 33, 9, 55)),
        platform_bound: None,
    }
}

/// The same from a run for a tag, which may present either of two subjects, used in another step.
pub(super) fn from_a_tag(path: &str, role: &str) -> IdentityPath {
    let mut identity = aws_role(path, role);
    identity.consumer = Some(at(path, 71, 9, 55));
    let subject = |subject: &str| PredictedToken { subject: known(subject), ..identity.tokens[0].clone() };
    identity.tokens = vec![subject("repo:acme/shop:ref:refs/tags/{tag}"), subject("repo:acme/shop:ref:refs/heads/main")];
    identity
}

/// GitHub's own token for the job.
pub(super) fn job_token(path: &str, declared: bool) -> IdentityPath {
    IdentityPath {
        kind: IdentityKind::Managed,
        platform: Platform::Github,
        mechanism: "GITHUB_TOKEN".into(),
        reach: Reach::OwnPlatform,
        destination: to("git", "github.com"),
        principal: known("github-actions[bot]"),
        tokens: Vec::new(),
        ttl: Some(Ttl { seconds: 86_400, basis: TtlBasis::VendorBound }),
        capability: Some(at(path, 10, 3, 20)),
        consumer: Some(at(path, 51, 20, 20)),
        platform_bound: Some(declared),
    }
}

/// A pod's token at Vault, for which nothing is declared.
pub(super) fn vault_login() -> IdentityPath {
    IdentityPath {
        kind: IdentityKind::Federated,
        platform: Platform::Vault,
        mechanism: "Vault Agent injector, Kubernetes auth".into(),
        reach: Reach::Vault,
        destination: to("vault", ""),
        principal: Value::Known("api".into(), unkeyed_model::Basis::Default),
        tokens: vec![PredictedToken {
            issuer: Value::unknown("the cluster's issuer is not in the inputs"),
            subject: known("system:serviceaccount:prod:api"),
            audience: Value::unknown("not stated"),
        }],
        ttl: None,
        capability: Some(at("deploy/k8s/api.yaml", 19, 7, 23)),
        consumer: Some(at("deploy/k8s/api.yaml", 21, 7, 40)),
        platform_bound: None,
    }
}

/// A SPIFFE identity that nothing is seen to use.
pub(super) fn svid() -> IdentityPath {
    IdentityPath {
        kind: IdentityKind::Attested,
        platform: Platform::Spiffe,
        mechanism: "csi.spiffe.io volume".into(),
        reach: Reach::Destination,
        destination: to("unknown", ""),
        principal: Value::unknown("no ClusterSPIFFEID selects this pod in the inputs"),
        tokens: Vec::new(),
        ttl: Some(Ttl { seconds: 3_600, basis: TtlBasis::Declared }),
        capability: Some(at("deploy/k8s/web.yaml", 30, 9, 20)),
        consumer: None,
        platform_bound: None,
    }
}

/// One path per platform, for words that the others leave out.
pub(super) fn elsewhere() -> Vec<IdentityPath> {
    [Platform::Azure, Platform::Gcp, Platform::Oci, Platform::K8s, Platform::Registry, Platform::Saas]
        .into_iter()
        .map(|platform| IdentityPath {
            platform,
            mechanism: format!("{platform} login"),
            reach: Reach::Signing,
            destination: to(platform.as_str(), "acme"),
            ttl: Some(Ttl { seconds: 600, basis: TtlBasis::VendorDefault }),
            ..aws_role("agents/build.yaml", "agent")
        })
        .collect()
}
