//! The states of the layers L0 to L3b (DOMAIN §4.2).
//!
//! One decision a reader would question: a layer is `na`, not `pass`, where a workload has no identity path that it
//! could speak of. An absence must not read like evidence.

use unkeyed_model::{Class, Destination, IdentityPath, LayerState, Layers, Platform, Reach, ResourceScope, Role, RoleGrant, Value};

use crate::context::{Context, Linked, LinkedPath};
use crate::destinations;
use crate::sets::Sets;
use crate::trust_match::MatchResult;

/// What one identity path contributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PathLayers {
    /// Token lifetime.
    pub(crate) l2: LayerState,
    /// Trust binding.
    pub(crate) l3a: LayerState,
    /// Role scope.
    pub(crate) l3b: LayerState,
}

/// All layers of one workload.
pub(crate) fn layers(context: &Context<'_>, linked: &Linked, sets: &Sets, findings: &[unkeyed_model::Finding]) -> Layers {
    let paths: Vec<PathLayers> = sets.paths(linked).map(|(path, link)| path_layers(context, path, link)).collect();
    let error = |family: &str| sets.errors.iter().any(|&at| findings[at].check.starts_with(family));
    let with_errors =
        |family: &str, states: Vec<LayerState>| if error(family) { LayerState::Fail } else { worst(states).unwrap_or(LayerState::Na) };
    let refreshes = linked
        .artifacts
        .iter()
        .map(|&at| &context.artifacts[at])
        .any(|artifact| artifact.role == Role::Refresh && !matches!(artifact.class, Class::Public | Class::Expired));
    let l2 = with_errors("TL-", paths.iter().map(|path| path.l2).collect());
    Layers {
        l0: absence(sets),
        l1: primary(context, linked, sets),
        l2: if refreshes { LayerState::Fail } else { l2 },
        l3a: with_errors("TB-", paths.iter().map(|path| path.l3a).collect()),
        l3b: with_errors("RS-", paths.iter().map(|path| path.l3b).collect()),
    }
}

/// Fail before unknown before pass.
fn worst(states: Vec<LayerState>) -> Option<LayerState> {
    [LayerState::Fail, LayerState::Unknown, LayerState::Pass].into_iter().find(|state| states.contains(state))
}

fn absence(sets: &Sets) -> LayerState {
    if !(sets.durable.is_empty() && sets.vaulted.is_empty() && sets.recoverable.is_empty()) {
        LayerState::Fail
    } else if sets.covered && sets.unresolved.is_empty() {
        LayerState::Pass
    } else {
        LayerState::Unknown
    }
}

/// L1: every destination is reached by identity. An excepted credential is tolerated, not gone: it still fails here.
fn primary(context: &Context<'_>, linked: &Linked, sets: &Sets) -> LayerState {
    let served = |destination: &Destination| sets.paths(linked).any(|(path, _)| destinations::serves(path, destination));
    let statics: Vec<Option<&Destination>> = sets.static_credentials().map(|at| context.artifacts[at].destination.as_ref()).collect();
    if statics.iter().flatten().any(|destination| !served(destination)) || (!statics.is_empty() && sets.identities.is_empty()) {
        return LayerState::Fail;
    }
    let leads_nowhere = |(path, _): (&IdentityPath, &LinkedPath)| path.destination.kind == "unknown" && path.destination.name.is_empty();
    let open = statics.contains(&None)
        || sets.paths(linked).any(leads_nowhere)
        || linked.destinations.iter().any(|destination| !destinations::is_local(destination) && !served(destination))
        || (sets.identities.is_empty() && !sets.leases.is_empty());
    match (open, sets.identities.is_empty()) {
        (true, _) => LayerState::Unknown,
        (false, true) => LayerState::Na,
        (false, false) => LayerState::Pass,
    }
}

/// L2, L3a and L3b of one path, findings aside.
pub(crate) fn path_layers(context: &Context<'_>, path: &IdentityPath, link: &LinkedPath) -> PathLayers {
    PathLayers { l2: lifetime(context, path, link), l3a: trust(path, link), l3b: role(context, path, link) }
}

fn lifetime(context: &Context<'_>, path: &IdentityPath, link: &LinkedPath) -> LayerState {
    let sessions = link.sessions.iter().map(|&at| context.estate.facts.sessions[at].seconds);
    let declared = path.ttl.map(|ttl| ttl.seconds).or_else(|| sessions.flatten().max()).filter(|seconds| *seconds > 0);
    // AWS and GCP allow 12 h at most, Azure 24 h, OCI principals and job tokens no more than a day, registries an hour (§4.2, §9.10).
    let bounded =
        matches!(path.platform, Platform::Aws | Platform::Azure | Platform::Gcp | Platform::Oci | Platform::Github | Platform::Registry)
            || matches!(path.reach, Reach::OwnPlatform | Reach::Signing);
    match declared {
        Some(seconds) if seconds > context.policy.thresholds.short => LayerState::Fail,
        Some(_) => LayerState::Pass,
        None if bounded => LayerState::Pass,
        None => LayerState::Unknown,
    }
}

/// A signing certificate names the workload itself and grants nothing, so that there is no binding or role to judge.
const fn grants_nothing(path: &IdentityPath) -> bool {
    matches!(path.reach, Reach::Signing)
}

fn trust(path: &IdentityPath, link: &LinkedPath) -> LayerState {
    match link.matched {
        _ if path.platform_bound.is_some() || grants_nothing(path) => LayerState::Pass,
        MatchResult::Exact | MatchResult::OverBroad => LayerState::Pass,
        MatchResult::Unknown => LayerState::Unknown,
        MatchResult::None => LayerState::Fail,
    }
}

fn role(context: &Context<'_>, path: &IdentityPath, link: &LinkedPath) -> LayerState {
    match path.platform_bound {
        Some(true) => return LayerState::Pass,
        Some(false) => return LayerState::Unknown,
        None => {}
    }
    // Registries confine the token of a trusted publisher to the projects that name it.
    if grants_nothing(path) || path.platform == Platform::Registry {
        return LayerState::Pass;
    }
    let facts = &context.estate.facts;
    let grants: Vec<&RoleGrant> = link.grants.iter().map(|&at| &facts.grants[at]).collect();
    // Where several identities are possible, each must have its grants here.
    let granted = |principal: &str| grants.iter().any(|grant| grant.principal == principal);
    let all_granted =
        !grants.is_empty() && (link.principal.is_some() || link.trusts.iter().all(|&at| granted(&facts.trusts[at].principal)));
    if !all_granted || grants.iter().any(|grant| is_open(grant)) { LayerState::Unknown } else { LayerState::Pass }
}

/// Whether what is granted can't be read.
pub(crate) fn is_open(grant: &RoleGrant) -> bool {
    let no_role = matches!(grant.role, Some(Value::Unknown(_))) || (grant.role.is_none() && grant.actions.is_empty());
    no_role || (grant.scope == ResourceScope::Unknown && grant.resources.iter().all(|resource| resource.known().is_none()))
}
