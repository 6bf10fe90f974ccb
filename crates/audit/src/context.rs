//! What a check may look at: facts linked to workloads, classed artifacts, the policy and the instant of judgement.
//!
//! One decision a reader would question: findings are not in here. Checks see facts only, never each other's
//! conclusions, so that their order can't matter.

use unkeyed_model::{Artifact, Destination, Estate, IdentityPath, Link, Location, Policy, Timestamp, TrustReport, Workload};

use crate::trust_match::MatchResult;

/// Everything a check may look at; read-only.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    /// The inputs. `estate.facts.workloads` are the unmerged originals, components included.
    pub(crate) estate: &'a Estate,
    /// The policy in force.
    pub(crate) policy: &'a Policy,
    /// The instant against which lifetimes are judged.
    pub(crate) now: Timestamp,
    /// The trusts of an earlier state, under its name.
    pub(crate) previous: Option<(&'a str, &'a [TrustReport])>,
    /// The workloads that are judged, sorted by id.
    pub(crate) workloads: Vec<Linked>,
    /// Artifacts, classed and attributed, sorted by first location.
    pub(crate) artifacts: Vec<Artifact>,
}

/// A workload with everything that its components, its secrets and its principals add to it.
#[derive(Clone, Debug)]
pub(crate) struct Linked {
    /// The workload; references, identity paths, destinations and traits of its components are merged in.
    pub(crate) workload: Workload,
    /// Where it is defined, its own place first.
    pub(crate) locations: Vec<Location>,
    /// One entry for each of `workload.identity_paths`, in the same order.
    pub(crate) paths: Vec<LinkedPath>,
    /// Indices into [`Context::artifacts`], sorted.
    pub(crate) artifacts: Vec<usize>,
    /// The definitions elsewhere that it rests on.
    pub(crate) links: Vec<Link>,
    /// How many more there are.
    pub(crate) hidden_links: usize,
    /// Who answers for it (policy inventory, its own labels, CODEOWNERS).
    pub(crate) owner: Option<String>,
    /// Where it authenticates to, from its paths, references, artifacts and definition, sorted.
    pub(crate) destinations: Vec<Destination>,
}

/// An identity path with the trusts, grants and session policies that concern it.
#[derive(Clone, Debug)]
pub(crate) struct LinkedPath {
    /// Index into `workload.identity_paths`.
    pub(crate) path: usize,
    /// Both halves of the evidence are there: capability and consumer.
    pub(crate) counts: bool,
    /// Key of the principal it becomes, where the inputs define that principal.
    pub(crate) principal: Option<String>,
    /// Indices into `estate.facts.trusts` that were considered for it: all trusts of its principal.
    pub(crate) trusts: Vec<usize>,
    /// The best match of its predicted tokens against those trusts.
    pub(crate) matched: MatchResult,
    /// Indices into `estate.facts.grants` of its principal.
    pub(crate) grants: Vec<usize>,
    /// Indices into `estate.facts.sessions` of its principal.
    pub(crate) sessions: Vec<usize>,
    /// Indices into `estate.facts.observed`: exchanges of its principal that may be this workload's, and uses of durable
    /// credentials of its principal.
    pub(crate) observed: Vec<usize>,
}

impl Linked {
    /// The identity paths as the parser read them, each with what was linked to it.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (&IdentityPath, &LinkedPath)> {
        self.paths.iter().filter_map(|linked| Some((self.workload.identity_paths.get(linked.path)?, linked)))
    }
}
