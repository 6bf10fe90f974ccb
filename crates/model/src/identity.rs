//! Workload identities: what replaces a stored secret, and where it leads.

use crate::credential::spelled;
use crate::{Location, Platform, Value};

spelled! {
    /// The three accepted kinds of L1 evidence (R21).
    IdentityKind {
        /// The platform gives the workload an identity (instance profile, managed identity, job token).
        Managed = "managed",
        /// A token of one issuer is exchanged at another party (OIDC, SAML).
        Federated = "federated",
        /// Issued after attestation of node and workload (SPIFFE).
        Attested = "attested",
    }
}

spelled! {
    /// How far an identity path leads (DOMAIN §4.1, §9.1–5).
    Reach {
        /// To the destination itself.
        Destination = "destination",
        /// To a secret manager, whose values then lead on.
        Vault = "vault",
        /// Only to the platform that runs the job (`GITHUB_TOKEN`).
        OwnPlatform = "own-platform",
        /// Only to a signing service.
        Signing = "signing",
    }
}

spelled! {
    /// How a token lifetime is known.
    TtlBasis {
        /// Written in the inputs.
        Declared = "declared",
        /// The vendor's default when nothing is written.
        VendorDefault = "vendor-default",
        /// The vendor allows no more than this.
        VendorBound = "vendor-bound",
    }
}

/// A token lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ttl {
    /// Seconds.
    pub seconds: u64,
    /// How it is known.
    pub basis: TtlBasis,
}

/// Something a workload authenticates to.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Destination {
    /// `aws`, `azure`, `gcp`, `oci`, `k8s-api`, `vault`, `registry`, `db`, `saas:<vendor>`, `git`, `sigstore`, `unknown` …
    pub kind: String,
    /// Account, tenant, project, host or registry where known; empty where not.
    pub name: String,
}

impl Destination {
    /// A destination of a kind, with its name if known.
    #[must_use]
    pub fn new(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind: kind.into(), name: name.into() }
    }
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.name.is_empty() { f.write_str(&self.kind) } else { write!(f, "{}:{}", self.kind, self.name) }
    }
}

/// A token the workload's platform will issue to it, as far as the inputs tell.
///
/// `subject` may hold holes in braces that stand for any one value: `{repository}` (owner/name, filled in from the git
/// remote), `{branch}`, `{tag}`, `{environment}` (chosen by whoever starts the job), `{any}`. A hole is a set of possible tokens, not an unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PredictedToken {
    /// `iss`.
    pub issuer: Value,
    /// `sub`.
    pub subject: Value,
    /// `aud`, where the request or the platform fixes it.
    pub audience: Value,
}

/// One way in which a workload obtains access without a stored secret. It counts only if both halves of the evidence
/// are there: the capability (a token may be issued) and a consumer (something asks for it and uses it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityPath {
    /// Managed, federated or attested.
    pub kind: IdentityKind,
    /// The platform that is reached (whose trust and roles are judged).
    pub platform: Platform,
    /// What does it, in the vendor's words (`aws-actions/configure-aws-credentials role-to-assume`).
    pub mechanism: String,
    /// How far it leads.
    pub reach: Reach,
    /// Where.
    pub destination: Destination,
    /// Who the workload becomes there: role ARN, client id, service-account e-mail, role name, SPIFFE id.
    pub principal: Value,
    /// The tokens that will be presented; empty where the platform vouches itself (managed).
    pub tokens: Vec<PredictedToken>,
    /// Lifetime of what is obtained, where declared or bounded.
    pub ttl: Option<Ttl>,
    /// Where the capability is granted; `None`: not seen.
    pub capability: Option<Location>,
    /// Where it is used; `None`: not seen.
    pub consumer: Option<Location>,
    /// The platform vouches for binding and scope itself (a job token with declared permissions): layer L3a passes, L3b
    /// passes if `Some(true)`, is unknown if `Some(false)` (permissions undeclared). `None`: trusts and grants are judged.
    pub platform_bound: Option<bool>,
}
