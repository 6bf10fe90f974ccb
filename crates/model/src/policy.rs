//! What the organisation has decided: thresholds, inventory, exceptions. Plain data; `unkeyed.toml` is read in `cli`.

use crate::credential::spelled;
use crate::{Class, Timestamp, Verdict};

/// Lifetime thresholds in seconds (DOMAIN §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Upper bound of short-lived.
    pub short: u64,
    /// Preferred upper bound.
    pub target: u64,
    /// Preferred upper bound of identity assertions.
    pub assertion: u64,
    /// Up to here a long-lived credential counts as regularly rotated.
    pub rotated: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { short: 86_400, target: 3_600, assertion: 900, rotated: 90 * 86_400 }
    }
}

spelled! {
    /// How secrets in a platform's store count.
    PlatformStoredAs {
        /// As durable ones.
        Durable = "durable",
        /// As vaulted ones.
        Vaulted = "vaulted",
    }
}

spelled! {
    /// What a gate does about something.
    Gate {
        /// Say it.
        Warn = "warn",
        /// Exit with 1.
        Fail = "fail",
    }
}

spelled! {
    /// Why an exception exists (DOMAIN §7).
    ExceptionCategory {
        /// Old software.
        Legacy = "legacy",
        /// Somebody else's service.
        ThirdParty = "third-party",
        /// Long batch work.
        Batch = "batch",
        /// No network.
        AirGapped = "air-gapped",
        /// Needed to obtain an identity.
        Bootstrap = "bootstrap",
        /// A federation bridge.
        Bridge = "bridge",
        /// Emergency.
        BreakGlass = "break-glass",
    }
}

/// What an exception covers; all given keys must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExceptionMatch {
    /// `hmac:` fingerprint.
    pub fingerprint: Option<String>,
    /// Rule, kind or check id.
    pub rule: Option<String>,
    /// Workload id, glob.
    pub workload: Option<String>,
    /// Path, glob.
    pub path: Option<String>,
}

/// A step of an exit plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// Until when.
    pub by: Timestamp,
    /// What.
    pub what: String,
}

/// A tolerated credential: time-bound, owned, with a way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Unique id.
    pub id: String,
    /// What it covers.
    pub covers: ExceptionMatch,
    /// Who answers for it.
    pub owner: String,
    /// Why, at least 20 characters.
    pub reason: String,
    /// Kind of reason.
    pub category: ExceptionCategory,
    /// Ticket.
    pub ticket: Option<String>,
    /// Who agreed; not the owner.
    pub approved_by: String,
    /// Start.
    pub created: Timestamp,
    /// End, exclusive.
    pub expires: Timestamp,
    /// What will replace it.
    pub exit_target: String,
    /// Steps.
    pub milestones: Vec<Milestone>,
    /// What limits the risk until then.
    pub compensating_controls: Vec<String>,
    /// How often it was prolonged.
    pub renewals: u32,
}

/// Declared owner, identity and destinations of workloads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InventoryEntry {
    /// Workload id, glob.
    pub workload: String,
    /// Owner.
    pub owner: Option<String>,
    /// The identity it should have.
    pub identity: Option<String>,
    /// Destinations.
    pub destinations: Vec<String>,
    /// Paths that belong to it (attribution by directory), globs.
    pub paths: Vec<String>,
}

/// Whom trusts may name. A list that is empty says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustAllow {
    /// Token issuers, `https://…`.
    pub issuers: Vec<String>,
    /// SPIFFE trust domains.
    pub spiffe_trust_domains: Vec<String>,
    /// Accounts of vendors.
    pub vendor_accounts: Vec<VendorAccount>,
}

/// A vendor's cloud account that may be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VendorAccount {
    /// Number of the account.
    pub id: String,
    /// Whose it is.
    pub name: String,
    /// Trust in it must carry an external id.
    pub require_external_id: bool,
}

spelled! {
    /// What keeps the files of a fallback path.
    FallbackStorage {
        /// Memory.
        Tmpfs = "tmpfs",
        /// A projected volume of Kubernetes.
        Projected = "projected",
        /// A driver of the Container Storage Interface.
        Csi = "csi",
        /// A disk: what stands there outlives the workload.
        Disk = "disk",
    }
}

/// Files in which clients that can't do better may find a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FallbackPath {
    /// Path, glob.
    pub path: String,
    /// The widest permissions, as `chmod` writes them.
    pub max_mode: u32,
    /// What keeps them.
    pub storage: FallbackStorage,
    /// What may stand there.
    pub allowed_classes: Vec<Class>,
    /// Whose they are: workload id, glob.
    pub workload: Option<String>,
}

/// A verdict that workloads must reach (`audit --require`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The lowest verdict.
    pub verdict: Verdict,
    /// Of which workloads; `None`: of all.
    pub selector: Option<Selector>,
}

/// Some of the workloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// What the glob is compared with.
    pub field: SelectorField,
    /// A glob in which `*` stands for slashes, too.
    pub glob: String,
}

spelled! {
    /// A property by which workloads are selected.
    SelectorField {
        /// Its id.
        Id = "id",
        /// Who answers for it.
        Owner = "owner",
        /// Its deployment environment.
        Environment = "environment",
        /// Its kind (`gha`, `k8s`).
        Kind = "kind",
    }
}

/// The policy in force, already validated: only well-formed exceptions get this far.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Thresholds.
    pub thresholds: Thresholds,
    /// How secrets in platform stores count.
    pub platform_stored_as: PlatformStoredAs,
    /// What the `ci` gate does about platform-stored secrets.
    pub gate_platform_stored: Gate,
    /// … about error-level trust findings.
    pub gate_trust_binding: Gate,
    /// … about error-level role findings.
    pub gate_role_scope: Gate,
    /// Minimum verdicts (`audit --require`).
    pub require: Vec<Requirement>,
    /// A milestone that was missed is an error.
    pub strict_milestones: bool,
    /// How often an exception may be prolonged.
    pub max_renewals: u32,
    /// Ids of the exceptions that may cover what is otherwise never excepted.
    pub allow_never: Vec<String>,
    /// Whom trusts may name.
    pub trust_allow: TrustAllow,
    /// Where clients that can't do better may find a credential.
    pub fallback_paths: Vec<FallbackPath>,
    /// Inventory.
    pub inventory: Vec<InventoryEntry>,
    /// Exceptions.
    pub exceptions: Vec<Exception>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            thresholds: Thresholds::default(),
            platform_stored_as: PlatformStoredAs::Durable,
            gate_platform_stored: Gate::Warn,
            gate_trust_binding: Gate::Fail,
            gate_role_scope: Gate::Fail,
            require: Vec::new(),
            strict_milestones: false,
            max_renewals: 1,
            allow_never: Vec::new(),
            trust_allow: TrustAllow::default(),
            fallback_paths: Vec::new(),
            inventory: Vec::new(),
            exceptions: Vec::new(),
        }
    }
}
