//! The sets of DOMAIN §4.1 for one workload: what persists, what is vaulted, what is excepted, which identities there are.

use std::collections::BTreeMap;

use unkeyed_model::{Artifact, Class, Confidence, Custody, Finding, IdentityPath, Level, PlatformStoredAs, Policy, Reach, Replayable};

use crate::artifacts::LOCAL;
use crate::bearing;
use crate::context::{Context, Linked, LinkedPath};
use crate::exceptions::Ruling;

/// Members are indices: artifacts into `Context::artifacts`, findings into the list of findings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sets {
    /// D: durable credentials.
    pub(crate) durable: Vec<usize>,
    /// V: static values in a secret manager.
    pub(crate) vaulted: Vec<usize>,
    /// S: live short tokens that can be recovered.
    pub(crate) recoverable: Vec<usize>,
    /// U: candidates whose nature is open.
    pub(crate) unresolved: Vec<usize>,
    /// X: artifacts that valid exceptions take out of D, V and S.
    pub(crate) excepted: Vec<usize>,
    /// Errors that valid exceptions take out of B.
    pub(crate) excepted_findings: Vec<usize>,
    /// B: errors of trust, role and lifetime checks.
    pub(crate) errors: Vec<usize>,
    /// Leases that a secret manager issues per request.
    pub(crate) leases: Vec<usize>,
    /// I: indices into `Linked::paths` of paths with capability and consumer.
    pub(crate) identities: Vec<usize>,
    /// I without the platform's own job tokens and the like: what rows 1 and 2 ask for (§9.2).
    pub(crate) has_identity: bool,
    /// Iv: the secret manager is reached by identity.
    pub(crate) vault_by_identity: bool,
    /// A capability that nothing consumes, or a consumer without the capability.
    pub(crate) unused_identity: bool,
    /// Something leads to a development server on this machine.
    pub(crate) local_emulator: bool,
    /// An exception that covered something has expired.
    pub(crate) lapsed: bool,
    /// Nothing that should have been read is missing.
    pub(crate) covered: bool,
}

/// The findings of the checks, by workload.
#[derive(Debug)]
pub(crate) struct Findings<'a> {
    /// All of them.
    pub(crate) all: &'a [Finding],
    of: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Findings<'a> {
    /// Indexes findings by the workload they concern.
    pub(crate) fn new(all: &'a [Finding]) -> Self {
        let mut of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, finding) in all.iter().enumerate() {
            if let Some(workload) = &finding.workload {
                of.entry(workload).or_default().push(at);
            }
        }
        Self { all, of }
    }

    /// Indices of the findings on a workload.
    pub(crate) fn of(&self, workload: &str) -> impl Iterator<Item = usize> {
        self.of.get(workload).into_iter().flatten().copied()
    }
}

/// Which set an artifact is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    /// D.
    Durable,
    /// V.
    Vaulted,
    /// S.
    Recoverable,
    /// U.
    Unresolved,
}

/// The set of an artifact, before exceptions. Low confidence decides nothing, nor does what opens a server on the same machine (§9.8).
pub(crate) fn set_of(artifact: &Artifact, policy: &Policy) -> Option<Set> {
    if artifact.confidence == Confidence::Low || is_local(artifact) {
        return None;
    }
    match artifact.class {
        // `platform_stored_as = "vaulted"` speaks of CI secret stores only.
        Class::ReferenceStored if policy.platform_stored_as == PlatformStoredAs::Vaulted && artifact.kind == "ref.gha-secret" => {
            Some(Set::Vaulted)
        }
        class if class.is_persistent() => Some(Set::Durable),
        Class::VaultFetchedStatic => Some(Set::Vaulted),
        // What is only declared isn't there to be recovered; a session that a command keeps in a file is.
        Class::ShortLived if artifact.custody == Custody::Embedded && (artifact.name.is_none() || artifact.kind == "ref.file") => {
            matches!(artifact.replayable, Replayable::Bearer | Replayable::Unknown).then_some(Set::Recoverable)
        }
        Class::Unknown => Some(Set::Unresolved),
        _ => None,
    }
}

/// Whether it is remarked that the artifact opens a server on the same machine.
fn is_local(artifact: &Artifact) -> bool {
    artifact.notes.iter().any(|note| note.starts_with(LOCAL))
}

/// Collects the sets of one workload.
///
/// A gap (unreadable, over a limit) may hide the very file that holds another trust, use or credential of this workload,
/// and nothing in the inputs can show that it doesn't; where a file could only not be read as what it is, see
/// [`bearing`]. What the user leaves out on purpose is no gap, so that `--exclude` settles a file that has no bearing.
pub(crate) fn collect(context: &Context<'_>, linked: &Linked, findings: &Findings<'_>, ruling: &Ruling) -> Sets {
    let skipped = context.estate.coverage.skipped.iter().chain(&context.estate.facts.skipped);
    let covered = bearing::is_covered(linked, &context.estate.facts, skipped.filter(|skip| skip.why.is_gap()));
    let mut sets = Sets { covered, ..Sets::default() };
    add_artifacts(&mut sets, context, linked, ruling);
    add_identities(&mut sets, linked);
    for at in findings.of(&linked.workload.id).filter(|&at| is_binding_error(&findings.all[at])) {
        let set = if ruling.covers_finding(at) { &mut sets.excepted_findings } else { &mut sets.errors };
        set.push(at);
    }
    sets
}

/// Whether a finding speaks against the binding, role or lifetime of an identity (set B).
fn is_binding_error(finding: &Finding) -> bool {
    finding.level == Level::Error && ["TB-", "RS-", "TL-"].iter().any(|family| finding.check.starts_with(family))
}

fn add_artifacts(sets: &mut Sets, context: &Context<'_>, linked: &Linked, ruling: &Ruling) {
    let id = &linked.workload.id;
    for &at in &linked.artifacts {
        let artifact = &context.artifacts[at];
        sets.local_emulator |= artifact.class != Class::Public && is_local(artifact);
        sets.lapsed |= ruling.lapsed(at, id);
        if artifact.class == Class::VaultFetchedDynamic {
            sets.leases.push(at);
        }
        match set_of(artifact, context.policy) {
            Some(Set::Unresolved) => sets.unresolved.push(at),
            Some(_) if ruling.covers_artifact(at, id) => sets.excepted.push(at),
            Some(Set::Durable) => sets.durable.push(at),
            Some(Set::Vaulted) => sets.vaulted.push(at),
            Some(Set::Recoverable) => sets.recoverable.push(at),
            None => {}
        }
    }
}

fn add_identities(sets: &mut Sets, linked: &Linked) {
    for (at, (path, link)) in linked.paths().enumerate() {
        if link.counts {
            sets.identities.push(at);
            sets.has_identity |= path.reach != Reach::OwnPlatform;
            sets.vault_by_identity |= path.reach == Reach::Vault;
        } else {
            sets.unused_identity |= path.reach != Reach::OwnPlatform;
        }
    }
}

impl Sets {
    /// The identity paths that count.
    pub(crate) fn paths<'a>(&'a self, linked: &'a Linked) -> impl Iterator<Item = (&'a IdentityPath, &'a LinkedPath)> {
        linked.paths().enumerate().filter(|(at, _)| self.identities.contains(at)).map(|(_, path)| path)
    }

    /// D, V and X: static credentials in use, excepted or not.
    pub(crate) fn static_credentials(&self) -> impl Iterator<Item = usize> {
        self.durable.iter().chain(&self.vaulted).chain(&self.excepted).copied()
    }
}
