//! What kind of JSON Web Token it is, by issuer and claims.
//!
//! A claim that only one platform makes wins over the issuer's address, since self-hosted platforms have any address.

use serde_json::Value;
use unkeyed_model::{Destination, Replayable, Role};

use super::Draft;
use super::jwt::{Claims, is, number};

/// Issuers with a fixed address, and the kind of what they issue to workloads.
const ASSERTIONS: &[(&str, &str)] = &[
    ("https://token.actions.githubusercontent.com", "github.oidc-token"),
    ("https://gitlab.com", "gitlab.id-token"),
    ("https://oidc.circleci.com", "circleci.oidc-token"),
    ("https://agent.buildkite.com", "buildkite.oidc-token"),
    ("https://api.bitbucket.org/2.0/workspaces/", "bitbucket.oidc-token"),
    ("https://vstoken.dev.azure.com", "azure.devops-oidc-token"),
    ("https://app.terraform.io", "terraform.workload-token"),
    ("https://oidc.vercel.com", "vercel.oidc-token"),
    ("https://api.pulumi.com/oidc", "pulumi.oidc-token"),
    ("https://accounts.google.com", "gcp.id-token"),
    ("accounts.google.com", "gcp.id-token"),
];

/// Sets kind, role, replayability and destination of a decoded token.
pub(super) fn refine(claims: &Claims, draft: &mut Draft) {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let (issuer, subject) = (text("iss"), text("sub"));
    if issuer == "kubernetes/serviceaccount" {
        is(draft, "k8s.sa-token-legacy", Role::Access, Some(Destination::new("k8s-api", "")));
    } else if let Some(bound) = claims.get("kubernetes.io").and_then(Value::as_object) {
        kubernetes(claims, bound, draft);
    } else if subject.starts_with("spiffe://") {
        is(draft, "spiffe.jwt-svid", Role::IdentityAssertion, None);
    } else if claims.contains_key("job_workflow_ref") || claims.contains_key("repository_owner_id") {
        is(draft, "github.oidc-token", Role::IdentityAssertion, None);
    } else if claims.contains_key("project_path") && claims.contains_key("namespace_path") {
        is(draft, "gitlab.id-token", Role::IdentityAssertion, None);
    } else if is_oracle(claims, issuer, subject) {
        oracle(claims, draft);
    } else if issuer == "supabase" {
        supabase(text("role"), draft);
    } else {
        by_issuer(claims, issuer, draft);
    }
}

fn by_issuer(claims: &Claims, issuer: &str, draft: &mut Draft) {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let assertion = ASSERTIONS
        .iter()
        .find(|(known, _)| issuer.strip_prefix(known).is_some_and(|rest| known.ends_with('/') || rest.is_empty() || rest.starts_with('/')));
    if let Some((_, kind)) = assertion {
        is(draft, kind, Role::IdentityAssertion, None);
    } else if issuer.starts_with("https://sts.windows.net/") || issuer.starts_with("https://login.microsoftonline.com/") {
        is(draft, "azure.entra-token", Role::Access, Some(Destination::new("azure", text("tid"))));
    } else if issuer.ends_with(".gserviceaccount.com") {
        is(draft, "gcp.self-signed-token", Role::IdentityAssertion, Some(Destination::new("gcp", service_account_project(issuer))));
    } else if let Some(project) = issuer.strip_prefix("https://securetoken.google.com/") {
        is(draft, "gcp.firebase-token", Role::Access, Some(Destination::new("gcp", project)));
    } else if issuer.starts_with("https://cognito-idp.") {
        is(draft, "aws.cognito-token", Role::Access, None);
    } else if issuer.ends_with(".tokens.sts.global.api.aws") {
        is(draft, "aws.web-identity-token", Role::IdentityAssertion, None);
    } else if issuer.contains("/v1/identity/oidc") {
        is(draft, "vault.oidc-token", Role::IdentityAssertion, None);
    }
}

/// `name@PROJECT.iam.gserviceaccount.com` names its project.
pub(super) fn service_account_project(email: &str) -> &str {
    email.split_once('@').and_then(|(_, domain)| domain.strip_suffix(".iam.gserviceaccount.com")).unwrap_or_default()
}

/// A bound ServiceAccount token. With `--service-account-extend-token-expiration` the API server accepts it for about a
/// year although the kubelet renews it every hour: the class follows `exp`, the renewal time is only a remark.
fn kubernetes(claims: &Claims, bound: &Claims, draft: &mut Draft) {
    is(draft, "k8s.sa-token-bound", Role::Access, Some(Destination::new("k8s-api", "")));
    if ["pod", "node", "secret"].iter().any(|object| bound.contains_key(*object)) {
        draft.replayable = Replayable::ObjectBound;
    }
    let soft = bound.get("warnafter").and_then(number).zip(claims.get("iat").and_then(number)).map(|(warn, iat)| warn - iat);
    if let Some(soft) = soft {
        draft.notes.push(format!("meant to be renewed after {soft} s (warnafter), but accepted until exp"));
    }
}

/// Oracle Cloud: user and resource principal session tokens carry the caller's public key as claim `jwk` and the OCID of
/// whom they stand for.
fn is_oracle(claims: &Claims, issuer: &str, subject: &str) -> bool {
    let has_ocid = |name: &str| claims.get(name).and_then(Value::as_str).is_some_and(|value| value.starts_with("ocid1."));
    issuer == "authService.oracle.com"
        || issuer == "https://identity.oraclecloud.com/"
        || (claims.contains_key("jwk")
            && (subject.starts_with("ocid1.") || ["tenant", "res_tenant", "res_id", "opc-tenant"].iter().any(|name| has_ocid(name))))
}

fn oracle(claims: &Claims, draft: &mut Draft) {
    let tenancy =
        ["tenant", "res_tenant", "opc-tenant"].iter().find_map(|name| claims.get(*name).and_then(Value::as_str)).unwrap_or_default();
    let is_resource = claims.get("ptype").and_then(Value::as_str) == Some("resource")
        || ["res_id", "res_tenant", "opc-instance"].iter().any(|name| claims.contains_key(*name));
    let kind = match (claims.contains_key("jwk"), is_resource) {
        (true, true) => "oci.rpst",
        (true, false) => "oci.upst",
        (false, _) => "oci.session-token",
    };
    is(draft, kind, Role::Access, Some(Destination::new("oci", tenancy)));
    if claims.contains_key("jwk") {
        draft.replayable = Replayable::SenderConstrained;
    }
}

/// Supabase prints two tokens of one shape: the anonymous one is meant for browsers, the other bypasses row security.
fn supabase(role: &str, draft: &mut Draft) {
    match role {
        "anon" => {
            is(draft, "supabase.anon-key", Role::Identifier, None);
            draft.public_because = Some("Supabase anon key: made to be published, it grants what row-level security grants".into());
        }
        "service_role" => is(draft, "supabase.service-role-key", Role::Access, Some(Destination::new("saas:supabase", ""))),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Rule;
    use unkeyed_model::Span;

    fn refined(claims: &str) -> Draft {
        let mut draft = Draft::new(&Rule::named("jwt.token"), Span::new(0, 1));
        let Value::Object(claims) = serde_json::from_str(claims).unwrap() else { panic!("an object") };
        refine(&claims, &mut draft);
        draft
    }

    #[test]
    fn kinds_by_claims() {
        for (claims, kind, role) in [
            (r#"{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/secret.name":"x"}"#, "k8s.sa-token-legacy", Role::Access),
            (
                r#"{"iss":"https://oidc.eks.eu-west-1.amazonaws.com/id/A","kubernetes.io":{"namespace":"a"}}"#,
                "k8s.sa-token-bound",
                Role::Access,
            ),
            (r#"{"iss":"https://token.actions.githubusercontent.com/acme"}"#, "github.oidc-token", Role::IdentityAssertion),
            (r#"{"iss":"https://ghe.example/_services/token","job_workflow_ref":"a"}"#, "github.oidc-token", Role::IdentityAssertion),
            (r#"{"iss":"https://git.example","project_path":"a/b","namespace_path":"a"}"#, "gitlab.id-token", Role::IdentityAssertion),
            (r#"{"iss":"https://sts.windows.net/t/","tid":"t"}"#, "azure.entra-token", Role::Access),
            (r#"{"iss":"https://accounts.google.com"}"#, "gcp.id-token", Role::IdentityAssertion),
            (r#"{"iss":"https://accounts.google.com.evil.example"}"#, "jwt.token", Role::Access),
            (r#"{"iss":"spire","sub":"spiffe://example.org/api"}"#, "spiffe.jwt-svid", Role::IdentityAssertion),
            (r#"{"iss":"https://vault.example/v1/identity/oidc"}"#, "vault.oidc-token", Role::IdentityAssertion),
            (r#"{"sub":"ocid1.user.oc1..a","jwk":"{}","tenant":"ocid1.tenancy.oc1..b"}"#, "oci.upst", Role::Access),
            (r#"{"sub":"ocid1.instance.oc1..a","jwk":"{}","ptype":"resource"}"#, "oci.rpst", Role::Access),
            (r#"{"iss":"authService.oracle.com","sub":"ocid1.user.oc1..a"}"#, "oci.session-token", Role::Access),
            (r#"{"iss":"me"}"#, "jwt.token", Role::Access),
        ] {
            let draft = refined(claims);
            assert_eq!((&*draft.kind, draft.role), (kind, role), "{claims}");
        }
    }

    #[test]
    fn a_bound_token_dies_with_its_pod_and_tells_its_renewal() {
        let draft = refined(r#"{"iat":1767225600,"exp":1798761600,"kubernetes.io":{"pod":{"name":"a","uid":"u"},"warnafter":1767229207}}"#);
        assert_eq!(draft.replayable, Replayable::ObjectBound);
        assert!(draft.notes[0].contains("3607 s"));
    }

    #[test]
    fn oracle_tokens_are_bound_to_the_callers_key() {
        let draft = refined(r#"{"sub":"ocid1.user.oc1..a","jwk":"{}","tenant":"ocid1.tenancy.oc1..b"}"#);
        assert_eq!(draft.replayable, Replayable::SenderConstrained);
        assert_eq!(draft.destination, Some(Destination::new("oci", "ocid1.tenancy.oc1..b")));
    }

    #[test]
    fn supabase_anon_keys_are_public() {
        assert!(refined(r#"{"iss":"supabase","role":"anon"}"#).public_because.is_some());
        assert!(refined(r#"{"iss":"supabase","role":"service_role"}"#).public_because.is_none());
    }
}
