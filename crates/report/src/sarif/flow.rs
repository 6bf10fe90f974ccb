//! Identity paths as code flows: workload → token → exchange → trust → role → destination.

use serde_sarif::sarif::{CodeFlow, Location as SarifLocation, ThreadFlow, ThreadFlowLocation};
use unkeyed_model::{IdentityPath, Link, Location, Relation, Value, WorkloadReport};

use super::{location, text};

/// The paths of one workload that are drawn.
const MOST_FLOWS: usize = 10;
/// GitHub shows this many steps of a flow, and accepts ten times as many.
const MOST_STEPS: usize = 1_000;

/// A flow for each identity of which a token and its use, or one of them and more, is seen.
pub(super) fn flows(workload: &WorkloadReport) -> Option<Vec<CodeFlow>> {
    let flows: Vec<CodeFlow> = workload.identity_paths.iter().filter_map(|path| flow(workload, path)).take(MOST_FLOWS).collect();
    (!flows.is_empty()).then_some(flows)
}

fn flow(workload: &WorkloadReport, path: &IdentityPath) -> Option<CodeFlow> {
    let mut steps: Vec<(&Location, String)> = Vec::new();
    steps.extend(workload.locations.first().map(|home| (home, format!("{} runs here", workload.id))));
    steps.extend(path.capability.as_ref().map(|place| (place, format!("{}: it may have an identity{}", path.mechanism, token(path)))));
    steps.extend(path.consumer.as_ref().map(|place| (place, format!("{}: it becomes {}", path.mechanism, said(&path.principal)))));
    steps.extend(beyond(workload, path).map(|link| (&link.to, means(link))));
    if steps.len() < 2 {
        return None;
    }
    let last = steps.last().map(|(place, _)| *place)?;
    steps.truncate(MOST_STEPS - 1);
    steps.push((last, format!("which leads to {}", path.destination)));
    let locations: Vec<ThreadFlowLocation> = steps.iter().map(|(place, how)| step(place, how)).collect();
    let thread = ThreadFlow::builder().locations(locations).build();
    let message = text::message(&format!("From {} to {}", workload.id, path.destination));
    Some(CodeFlow::builder().message(message).thread_flows(vec![thread]).build())
}

/// The definitions that make up the way behind the exchange, in the order in which they are passed.
fn beyond<'r>(workload: &'r WorkloadReport, path: &'r IdentityPath) -> impl Iterator<Item = &'r Link> {
    // The links of several identities lie in one list, and are told apart by the principal's name.
    let alone = workload.identity_paths.len() == 1;
    let own = move |link: &&Link| alone || path.principal.known().is_some_and(|name| name == link.name);
    let order = [Relation::Trust, Relation::Principal, Relation::Grant];
    order.into_iter().flat_map(move |relation| workload.links.iter().filter(move |link| link.relation == relation).filter(own))
}

fn means(link: &Link) -> String {
    match link.relation {
        Relation::Trust => format!("who may become {}", link.name),
        Relation::Grant => format!("what {} may do", link.name),
        _ => format!("{} is defined here", link.name),
    }
}

fn token(path: &IdentityPath) -> String {
    let Some(token) = path.tokens.first() else { return String::new() };
    format!(", as token of {} for subject {} and audience {}", said(&token.issuer), said(&token.subject), said(&token.audience))
}

fn said(value: &Value) -> &str {
    match value {
        Value::Known(text, _) if text.is_empty() => "an identity without a name",
        Value::Known(text, _) => text,
        Value::Unknown(_) => "an unknown one",
    }
}

fn step(place: &Location, how: &str) -> ThreadFlowLocation {
    let mut at: SarifLocation = location::primary(place, None);
    at.message = Some(text::message(how));
    ThreadFlowLocation::builder().location(at).build()
}
