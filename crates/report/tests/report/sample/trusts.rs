//! One trust for each form of a subject.

use unkeyed_model::{Claim, Platform, SubjectRule, TrustBinding, TrustReport, Value};

use super::make::{at, known};

/// Sorted by id, as a run gives them.
pub(super) fn all() -> Vec<TrustReport> {
    let subjects = [
        (Platform::Aws, "aws_iam_role.deploy", SubjectRule::Exact(vec!["repo:acme/shop:environment:production".into()])),
        (Platform::Aws, "aws_iam_role.publish", SubjectRule::Glob(vec!["repo:acme/shop:ref:refs/tags/*".into()])),
        (Platform::Gcp, "google_service_account.ci", SubjectRule::Expression("assertion.repository_id == '4711'".into())),
        (Platform::Oci, "oci_identity_domains_identity_propagation_trust.ci", SubjectRule::Any),
        (Platform::Vault, "vault_jwt_auth_backend_role.ci", SubjectRule::Unknown("`var.subject` has no default in the inputs".into())),
    ];
    subjects.into_iter().zip(4..).map(|((platform, name, subject), line)| trust(platform, name, subject, line)).collect()
}

fn trust(platform: Platform, name: &str, subject: SubjectRule, line: u32) -> TrustReport {
    let audience = || known("sts.amazonaws.com");
    let claim = Claim {
        name: "token.actions.githubusercontent.com:aud".into(),
        operator: "StringEquals".into(),
        values: vec![audience()],
        set_qualifier: Some("ForAnyValue".into()),
        if_exists: false,
    };
    let binding = TrustBinding {
        id: format!("tf:infra/iam.tf#{name}/0"),
        platform,
        principal: format!("tf:infra#{name}"),
        trusted: "oidc".into(),
        issuer: known("https://token.actions.githubusercontent.com"),
        audiences: (platform == Platform::Aws).then(|| vec![audience()]),
        claims: (platform == Platform::Aws).then_some(claim).into_iter().collect(),
        settings: (platform == Platform::Oci).then(|| ("active".into(), Value::unknown("`var.active`"))).into_iter().collect(),
        subject,
        location: at("infra/iam.tf", line, 1, 20),
    };
    TrustReport { binding, names: vec![name.to_owned()], workloads: vec!["gha:.github/workflows/deploy.yml#deploy".into()] }
}
