//! Trust bindings, role grants and session policies: normalised objects that every format is read into (DOMAIN §5.0).

use crate::credential::spelled;
use crate::{Location, TtlBasis, Value};

spelled! {
    /// The platform that trusts, grants or limits.
    Platform {
        /// Amazon Web Services.
        Aws = "aws",
        /// Microsoft Azure and Entra.
        Azure = "azure",
        /// Google Cloud.
        Gcp = "gcp",
        /// Oracle Cloud Infrastructure.
        Oci = "oci",
        /// Kubernetes.
        K8s = "k8s",
        /// HashiCorp Vault and OpenBao.
        Vault = "vault",
        /// SPIFFE and SPIRE.
        Spiffe = "spiffe",
        /// A package or image registry.
        Registry = "registry",
        /// GitHub itself.
        Github = "github",
        /// Any other service.
        Saas = "saas",
    }
}

/// Somebody that is trusted with a role, under all the names the inputs use for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Principal {
    /// Platform it belongs to.
    pub platform: Platform,
    /// Key that trusts, grants and session policies refer to: unique in the inputs (`tf:infra#aws_iam_role.deploy`).
    pub key: String,
    /// `role`, `user`, `managed-identity`, `application`, `service-account`, `service-user` …
    pub kind: String,
    /// Known names: ARN, bare role name, client id, e-mail, display name.
    pub names: Vec<String>,
    /// Where it is defined.
    pub location: Location,
}

/// What a trust says of the subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubjectRule {
    /// Must equal one of these.
    Exact(Vec<String>),
    /// Must match one of these globs; which characters are wild is the platform's own rule.
    Glob(Vec<String>),
    /// An expression in the platform's language.
    Expression(String),
    /// Any subject of the issuer is accepted.
    Any,
    /// Could not be resolved.
    Unknown(String),
}

/// A further condition on the token or the request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// Claim or condition key (`token.actions.githubusercontent.com:repository_id`).
    pub name: String,
    /// Operator in the platform's words, with qualifiers split off (`StringLike`, `==`, `eq`, `co`, `glob`).
    pub operator: String,
    /// Values, any of which will do.
    pub values: Vec<Value>,
    /// `ForAllValues` or `ForAnyValue` where written.
    pub set_qualifier: Option<String>,
    /// Written with an `IfExists` suffix.
    pub if_exists: bool,
}

/// Who may become a principal, under which conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustBinding {
    /// Stable id: file, resource, ordinal (`tf:infra/iam.tf#aws_iam_role.deploy/0`).
    pub id: String,
    /// Whose trust.
    pub platform: Platform,
    /// Key of the [`Principal`] that may be assumed.
    pub principal: String,
    /// Kind of party that is trusted: `oidc`, `saml`, `account`, `service`, `any`, `certificate`, `approle`, `service-account` …
    pub trusted: String,
    /// Issuer (URL without or with scheme as written; audit normalises), account id or service name.
    pub issuer: Value,
    /// The subject rule.
    pub subject: SubjectRule,
    /// Accepted audiences; `None`: no condition on it.
    pub audiences: Option<Vec<Value>>,
    /// All conditions as written, those on subject and audience included.
    pub claims: Vec<Claim>,
    /// Platform-specific switches by their documented name (`allow_impersonation` = `true`, `secret_id_ttl` = `0`).
    pub settings: Vec<(String, Value)>,
    /// Where it stands.
    pub location: Location,
}

/// A trust as a report tells it: with what its principal is called, and who becomes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustReport {
    /// The trust.
    pub binding: TrustBinding,
    /// Known names of the principal.
    pub names: Vec<String>,
    /// Ids of the workloads that become the principal, sorted.
    pub workloads: Vec<String>,
}

spelled! {
    /// How much of a platform a grant covers, widest first.
    ResourceScope {
        /// The whole tenant.
        TenantRoot = "tenant-root",
        /// Azure management group.
        ManagementGroup = "management-group",
        /// GCP organisation.
        Organization = "organization",
        /// GCP folder.
        Folder = "folder",
        /// Azure subscription.
        Subscription = "subscription",
        /// AWS account: `Resource: *`.
        Account = "account",
        /// GCP project.
        Project = "project",
        /// OCI tenancy.
        Tenancy = "tenancy",
        /// OCI compartment.
        Compartment = "compartment",
        /// Kubernetes cluster.
        Cluster = "cluster",
        /// Azure resource group.
        ResourceGroup = "resource-group",
        /// Kubernetes namespace.
        Namespace = "namespace",
        /// One resource, or named ones.
        Resource = "resource",
        /// Could not be resolved.
        Unknown = "unknown",
    }
}

/// What a principal may do, and on what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    /// Whose role.
    pub platform: Platform,
    /// Key of the [`Principal`].
    pub principal: String,
    /// Named role or managed policy (`Owner`, `AdministratorAccess`); `None` for an inline permission list.
    pub role: Option<Value>,
    /// Actions or verbs (`s3:GetObject`, `*`); empty for a named role.
    pub actions: Vec<String>,
    /// Written as "everything but" (`NotAction`).
    pub actions_inverted: bool,
    /// Resources as written.
    pub resources: Vec<Value>,
    /// Scope class of the resources.
    pub scope: ResourceScope,
    /// A condition narrows it.
    pub condition: Option<String>,
    /// Where it stands.
    pub location: Location,
}

/// How long sessions of a principal may last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPolicy {
    /// Whose.
    pub platform: Platform,
    /// Key of the [`Principal`].
    pub principal: String,
    /// The setting in the platform's words (`max_session_duration`, `token_ttl`, `expirationSeconds`).
    pub setting: String,
    /// Seconds; 0 means what the platform says it means (Vault: system default).
    pub seconds: Option<u64>,
    /// How it is known.
    pub basis: TtlBasis,
    /// Where it stands.
    pub location: Location,
}
