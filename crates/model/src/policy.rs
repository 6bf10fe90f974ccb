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
    /// Destinations.
    pub destinations: Vec<String>,
    /// Paths that belong to it (attribution by directory), globs.
    pub paths: Vec<String>,
}

spelled! {
    /// Where a file lies that a credential is read from, the most fleeting first.
    Storage {
        /// In memory.
        Tmpfs = "tmpfs",
        /// Projected into the pod by the kubelet.
        Projected = "projected",
        /// Mounted by a driver.
        Csi = "csi",
        /// On a disk.
        Disk = "disk",
    }
}

/// A file that clients which can't take a credential otherwise may read it from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FallbackPath {
    /// Path, glob.
    pub path: String,
    /// Permissions that it may have at most.
    pub max_mode: u32,
    /// Where it must lie.
    pub storage: Storage,
    /// Classes of what may lie there.
    pub allowed_classes: Vec<Class>,
    /// Workload id, glob; everybody if absent.
    pub workload: Option<String>,
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
    /// Minimum verdict (`audit --require`).
    pub require: Option<Verdict>,
    /// A milestone that was missed is an error.
    pub strict_milestones: bool,
    /// Inventory.
    pub inventory: Vec<InventoryEntry>,
    /// Files that credentials may be read from.
    pub fallback_paths: Vec<FallbackPath>,
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
            require: None,
            strict_milestones: false,
            inventory: Vec::new(),
            fallback_paths: Vec::new(),
            exceptions: Vec::new(),
        }
    }
}
