//! One way in, as four stations.

use unkeyed_model::{IdentityPath, LayerState, Location, PredictedToken, Relation, Value, WorkloadReport};

use crate::place;

/// A station: the lines of its box.
pub(super) type Station = Vec<String>;

/// A workload's way in, from left to right, with what is known of each step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Chain<'r> {
    /// Workload, token, role, destination.
    pub(super) stations: [Station; 4],
    /// Whether both halves of the evidence are there, the trust, the role.
    pub(super) states: [LayerState; 3],
    /// Id of the workload, so that two of one name stay two.
    pub(super) workload: &'r str,
}

/// The chains of a path: one for each token that may be presented, one without where the platform vouches itself.
pub(super) fn of<'r>(workload: &'r WorkloadReport, path: &IdentityPath) -> Vec<Chain<'r>> {
    let used = if path.capability.is_some() && path.consumer.is_some() { LayerState::Pass } else { LayerState::Unknown };
    let role = vec![shown(&path.principal), seen(workload, path, Relation::Trust, "trust at")];
    let reached = vec![path.destination.to_string(), seen(workload, path, Relation::Grant, "granted at")];
    let chain = |token: Station| Chain {
        stations: [vec![workload.name.clone(), workload.kind.to_string()], token, role.clone(), reached.clone()],
        states: [used, workload.layers.l3a, workload.layers.l3b],
        workload: &workload.id,
    };
    if path.tokens.is_empty() {
        return vec![chain(vec![format!("{} identity", path.kind), path.mechanism.clone()])];
    }
    path.tokens.iter().map(|one| chain(token(one))).collect()
}

fn token(token: &PredictedToken) -> Station {
    vec![format!("sub {}", shown(&token.subject)), format!("iss {}", shown(&token.issuer)), format!("aud {}", shown(&token.audience))]
}

fn shown(value: &Value) -> String {
    match value {
        Value::Known(text, _) => text.clone(),
        Value::Unknown(_) => "not known".to_owned(),
    }
}

/// Where the inputs define the trust in the principal, or its grants; empty where they don't.
fn seen(workload: &WorkloadReport, path: &IdentityPath, relation: Relation, how: &str) -> String {
    let name = path.principal.known();
    let of_principal = |link: &&unkeyed_model::Link| link.relation == relation && name.is_none_or(|name| link.name == name);
    let places: Vec<&Location> = workload.links.iter().filter(of_principal).map(|link| &link.to).collect();
    match places.as_slice() {
        [] => String::new(),
        [one] => format!("{how} {}", place::shown(one)),
        [first, more @ ..] => format!("{how} {} and {} more", place::shown(first), more.len()),
    }
}
