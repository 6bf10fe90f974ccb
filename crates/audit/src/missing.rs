//! What would settle an open verdict: each piece of evidence with the command or file that supplies it.
//!
//! One decision a reader would question: a command is proposed with the name read from the inputs only if it consists
//! of plain characters. The line is meant to be pasted into a shell, and the inputs are not ours.

use unkeyed_model::{Artifact, Destination, IdentityPath, LayerState, Layers, Missing, Platform, Reason, StoreKind, WorkloadKind};

use crate::context::{Context, Linked, LinkedPath};
use crate::layers::{self, PathLayers};
use crate::sets::Sets;
use crate::{destinations, evidence};

/// Gaps named one by one; more are counted.
const GAPS_NAMED: usize = 3;

/// Lists what is missing, sorted, each once.
pub(crate) fn collect(context: &Context<'_>, linked: &Linked, sets: &Sets, layers: &Layers, reasons: &[Reason]) -> Vec<Missing> {
    let mut missing = Vec::new();
    if reasons.contains(&Reason::CoverageFailed) {
        missing.extend(coverage(context));
    }
    for &at in &sets.unresolved {
        let artifact = &context.artifacts[at];
        missing.push(entry(format!("what {} holds", artifact.mask), candidate(artifact)));
    }
    for (path, link) in sets.paths(linked) {
        missing.extend(path_evidence(path, link, layers::path_layers(context, path, link)));
    }
    if layers.l3a == LayerState::Unknown && context.estate.repository.as_ref().is_none_or(|repository| repository.remote.is_none()) {
        missing.extend(
            sets.paths(linked)
                .any(|(path, _)| names_repository(path))
                .then(|| entry("the repository's name, which its tokens carry", "scan a clone whose `origin` remote is set")),
        );
    }
    if sets.unused_identity {
        missing.extend(linked.paths().filter(|(_, link)| !link.counts).map(|(path, _)| unused(path)));
    }
    if layers.l1 == LayerState::Unknown {
        let supply = match linked.workload.kind {
            WorkloadKind::Terraform => "the CI job or workspace that runs Terraform here: the provider has no login of its own",
            _ => "the configuration or code that logs in there, scanned along",
        };
        missing.extend(unserved(linked).map(|destination| entry(format!("how it authenticates to {destination}"), supply)));
    }
    missing.sort();
    missing.dedup();
    missing
}

fn entry(what: impl Into<String>, supply: impl Into<String>) -> Missing {
    Missing { what: what.into(), supply: supply.into() }
}

/// What would tell the nature of a candidate.
fn candidate(artifact: &Artifact) -> &'static str {
    if artifact.kind == format!("ref.{}", StoreKind::StepOutput) {
        return "how the step gets it and how long it lives: put the exchange into a well-known action, or account for the identity in the policy's `[[inventory]]`";
    }
    if artifact.kind == format!("ref.{}", StoreKind::ServiceConnection) {
        return "the Terraform that creates the connection (`azuredevops_serviceendpoint_azurerm`), scanned along: it says how the connection logs in";
    }
    if artifact.kind == format!("ref.{}", StoreKind::ForeignDefinition) {
        return "the file that defines it, scanned along";
    }
    if artifact.kind == format!("ref.{}", StoreKind::CiGroup) {
        return "the names of the variables in it; or name the variables that the job uses where it uses them";
    }
    "use it where its content shows (a known action's input), or name it after what it is: `…_TOKEN` for a credential, `…_CLIENT_ID` for an identifier"
}

fn coverage(context: &Context<'_>) -> Vec<Missing> {
    let mut gaps: Vec<_> =
        context.estate.coverage.skipped.iter().chain(&context.estate.facts.skipped).filter(|skip| skip.why.is_gap()).collect();
    gaps.sort();
    gaps.dedup();
    let mut missing: Vec<Missing> = gaps
        .iter()
        .take(GAPS_NAMED)
        .map(|skip| {
            entry(format!("the content of {} ({})", skip.path, skip.why), "make it readable, or leave it out on purpose with `--exclude`")
        })
        .collect();
    if let Some(more) = gaps.len().checked_sub(GAPS_NAMED).filter(|more| *more > 0) {
        missing.push(entry(
            format!("the content of {more} more files, listed under coverage"),
            "make them readable, or leave them out with `--exclude`",
        ));
    }
    missing
}

fn path_evidence(path: &IdentityPath, link: &LinkedPath, states: PathLayers) -> Vec<Missing> {
    let who = evidence::principal(path, link);
    let mut missing = Vec::new();
    if states.l3a == LayerState::Unknown && link.trusts.is_empty() {
        missing.push(entry(format!("trust policy of {who}"), evidence::trust(path)));
    } else if states.l3a == LayerState::Unknown {
        let what = format!("whether the trust of {who} admits this workload");
        missing.push(entry(what, format!("the values that its conditions depend on; or {}", evidence::trust(path))));
    }
    if states.l3b == LayerState::Unknown && path.platform_bound == Some(false) {
        let supply = match path.platform {
            Platform::Github => "declare `permissions:` in the workflow or the job",
            _ => "what the settings of the CI system let its job token do; the job's definition can't say it",
        };
        missing.push(entry(format!("permissions of {who}"), supply));
    } else if states.l3b == LayerState::Unknown {
        missing.push(entry(format!("permissions of {who}"), evidence::grants(path)));
    }
    if states.l2 == LayerState::Unknown {
        missing.push(entry(format!("token lifetime of {who}"), evidence::lifetime(path)));
    }
    missing
}

/// Whether the path's tokens carry the name of a repository that the inputs don't tell.
fn names_repository(path: &IdentityPath) -> bool {
    path.tokens.iter().filter_map(|token| token.subject.known()).any(|subject| subject.contains("{repository}"))
}

/// One half of the evidence is there, the other isn't.
fn unused(path: &IdentityPath) -> Missing {
    match (path.capability.is_some(), path.platform) {
        (true, _) => entry(
            format!("what uses the identity that {} allows", path.mechanism),
            "the step, script or library configuration that asks for it; if there is none, drop the permission",
        ),
        (false, Platform::K8s) => {
            entry(format!("the right to use {}", path.mechanism), "the ServiceAccount with its annotations, scanned along")
        }
        (false, _) => entry(
            format!("the permission that {} needs", path.mechanism),
            "grant it where the workload is defined (GitHub Actions: `permissions: id-token: write`; GitLab: `id_tokens`; Bitbucket: `oidc: true`)",
        ),
    }
}

/// Destinations without a known way in, used or not.
fn unserved(linked: &Linked) -> impl Iterator<Item = &Destination> {
    let served = |destination: &Destination| linked.paths().any(|(path, _)| destinations::serves(path, destination));
    linked.destinations.iter().filter(move |destination| !destinations::is_local(destination) && !served(destination))
}
