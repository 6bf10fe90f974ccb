//! The shapes of entries, each on one line: in the words of the command that prints it, what it is told by, who reads it.

use crate::tree::{Kind, Node};

use super::{Out, aws, azure, credential_report, gcp, github, oci, vault};

/// One shape.
pub(super) struct Shape {
    /// The command that prints it.
    pub(super) name: &'static str,
    /// Whether an entry has it.
    is: fn(&Node) -> bool,
    /// Writes down what an entry says.
    pub(super) write: fn(&Node, &mut Out<'_>),
}

const fn shape(name: &'static str, is: fn(&Node) -> bool, write: fn(&Node, &mut Out<'_>)) -> Shape {
    Shape { name, is, write }
}

/// All shapes, the more specific first.
const SHAPES: &[Shape] = &[
    shape(
        "aws iam get-role, list-roles, get-account-authorization-details",
        |item| has(item, &["RoleName", "AssumeRolePolicyDocument"]),
        aws::role,
    ),
    shape("aws iam get-role-policy", |item| has(item, &["RoleName", "PolicyName", "PolicyDocument"]), aws::inline_policy),
    shape("aws iam get-user-policy", |item| has(item, &["UserName", "PolicyName", "PolicyDocument"]), aws::inline_policy),
    shape("aws iam list-access-keys", |item| has(item, &["AccessKeyId", "UserName", "Status"]), aws::access_key),
    shape("aws iam list-users, get-account-authorization-details", |item| has(item, &["UserName", "UserId", "Arn"]), aws::user),
    shape("aws iam get-account-authorization-details", |item| has(item, &["PolicyVersionList", "Arn"]), aws::managed_policy),
    shape("aws iam get-open-id-connect-provider", |item| has(item, &["Url", "ClientIDList"]), aws::oidc_provider),
    shape("aws iam get-credential-report", |item| has(item, &["Content", "ReportFormat"]), credential_report::encoded),
    shape("aws rolesanywhere list-profiles", |item| has(item, &["profileArn", "roleArns"]), aws::roles_anywhere_profile),
    shape("aws rolesanywhere list-trust-anchors", |item| has(item, &["trustAnchorArn", "source"]), aws::trust_anchor),
    shape("aws eks describe-pod-identity-association", |item| has(item, &["associationArn", "serviceAccount"]), aws::pod_identity),
    shape("az identity federated-credential list, az ad app federated-credential list", azure::is_federated, azure::federated),
    shape("az identity list", |item| has(item, &["clientId", "principalId"]) && item.get("scope").is_none(), azure::identity),
    shape("az ad app list, az ad sp list", |item| has(item, &["appId", "id"]) && azure::is_directory_object(item), azure::application),
    shape("az ad app credential list", |item| has(item, &["keyId", "endDateTime"]), azure::credential),
    shape("az role assignment list", |item| has(item, &["principalId", "scope"]) && azure::names_role(item), azure::role_assignment),
    shape("az rest appRoleAssignments", |item| has(item, &["principalId", "appRoleId"]), azure::directory_assignment),
    shape("az rest roleAssignments", |item| has(item, &["principalId", "directoryScopeId"]), azure::directory_assignment),
    shape("az role definition list", azure::is_role_definition, azure::role_definition),
    shape("az devops service-endpoint list", |item| has(item, &["authorization", "type", "name"]), azure::service_endpoint),
    shape("az webapp config appsettings list", |item| has(item, &["name", "slotSetting", "value"]), azure::app_setting),
    shape("gcloud iam workload-identity-pools providers describe", gcp::is_provider, gcp::provider),
    shape("gcloud iam service-accounts keys list", |item| gcp::named(item, &["/serviceAccounts/", "/keys/"]), gcp::key),
    shape("gcloud iam service-accounts list", |item| has(item, &["email", "uniqueId"]), gcp::service_account),
    shape("gcloud asset search-all-iam-policies", |item| has(item, &["resource", "policy"]), gcp::found_policy),
    shape(
        "gcloud get-iam-policy",
        |item| item.get("bindings").is_some_and(|list| list.items().iter().all(|one| has(one, &["role"]))),
        gcp::policy,
    ),
    shape("oci identity-domains identity-propagation-trusts list", oci::is_trust, oci::trust),
    shape("oci iam dynamic-group list", |item| oci::has(item, &["matching_rule"]), oci::dynamic_group),
    shape("oci iam policy list", |item| oci::has(item, &["statements", "compartment_id"]), oci::policy),
    shape("oci iam user api-key list", |item| oci::has(item, &["fingerprint", "user_id"]), oci::api_key),
    shape("oci iam user list", oci::is_user, oci::user),
    shape("gh api actions/oidc/customization/sub", |item| has(item, &["use_default"]), github::subject),
    shape("glab api projects", |item| has(item, &["path_with_namespace", "build_timeout"]), github::gitlab_project),
    shape("gh api environments", |item| has(item, &["name", "protection_rules"]), github::environment),
    shape("gh variable list", |item| has(item, &["name", "value"]) && github::is_dated(item), github::variable),
    shape("gh secret list", |item| has(item, &["name"]) && github::is_dated(item), github::secret),
    shape("vault read auth/jwt/role", |item| vault::is_of(item, &["bound_claims", "user_claim"]), vault::jwt_role),
    shape("vault read auth/kubernetes/role", |item| vault::is_of(item, &["bound_service_account_names"]), vault::kubernetes_role),
    shape("vault read auth/approle/role", |item| vault::is_of(item, &["secret_id_num_uses", "bind_secret_id"]), vault::approle_role),
    shape("vault read auth/aws/role", |item| vault::is_of(item, &["bound_iam_principal_arn", "bound_account_id"]), vault::aws_role),
    shape("vault read auth/azure/role", |item| vault::is_of(item, &["bound_service_principal_ids"]), vault::azure_role),
    shape("vault read auth/gcp/role", |item| vault::is_of(item, &["bound_service_accounts"]), vault::gcp_role),
    shape("vault read auth/jwt/config", |item| vault::is_of(item, &["oidc_discovery_url", "bound_issuer"]), vault::jwt_config),
    shape("vault read sys/policies/acl", |item| vault::is_of(item, &["name", "policy"]), vault::named_policy),
    shape("vault policy read", |item| has(item, &["policy"]) && item.str("policy").is_some_and(vault::is_policy), vault::policy),
    shape("vault policy write", vault::is_json_policy, vault::json_policy),
    shape("spire-server bundle show", is_bundle, |_, _| {}),
];

/// The shape of an entry.
pub(super) fn of(item: &Node) -> Option<&'static Shape> {
    matches!(item.kind, Kind::Map(_)).then(|| SHAPES.iter().find(|shape| (shape.is)(item)))?
}

/// Names of the shapes of trusts, or how they begin.
const TRUSTS: &[&str] = &[
    "aws iam get-role,",
    "az identity federated-credential",
    "az identity list",
    "gcloud iam workload-identity-pools providers",
    "gcloud get-iam-policy",
    "gcloud asset search-all-iam-policies",
    "az role assignment list",
    "az role definition list",
    "az rest ",
    "oci identity-domains",
    "oci iam dynamic-group",
    "oci iam policy",
    "oci iam user",
    "az ad app",
    "az devops service-endpoint",
    "gh api actions/oidc",
    "glab api projects",
    "vault read ",
    "vault policy ",
];

/// The shape of an entry that is a trust.
pub(super) fn trust(item: &Node) -> Option<&'static Shape> {
    of(item).filter(|shape| TRUSTS.iter().any(|name| shape.name.starts_with(name)))
}

/// Whether an entry has all these keys.
pub(super) fn has(item: &Node, keys: &[&str]) -> bool {
    keys.iter().all(|key| item.get(key).is_some())
}

/// Public keys of a trust domain (SPIFFE, "Trust Domain and Bundle").
fn is_bundle(item: &Node) -> bool {
    let is_svid_key = |key: &Node| matches!(key.str("use"), Some("x509-svid" | "jwt-svid"));
    item.get("keys").is_some_and(|keys| keys.items().iter().any(is_svid_key))
}
