//! CircleCI: `.circleci/config.yml` and the configurations that it continues with.
//!
//! Each job is one workload, whatever number of workflows runs it; their contexts add up. Commands are read where they
//! are called. The decision a reader would question: a context counts as a set of stored secrets, because that is what
//! it is for, unless the job takes an identity token: CircleCI issues one only to jobs with a context.

mod job;
mod orbs;
mod steps;
mod workflows;

use unkeyed_model::{Facts, SkipReason, Unit, WorkloadKind};

use crate::ci::{Budget, File, Files, System};
use crate::tree::Node;

/// CircleCI docs, "Using OpenID Connect tokens in jobs" and "Project values and variables".
const CIRCLECI: System = System {
    identity_tokens: &["CIRCLE_OIDC_TOKEN", "CIRCLE_OIDC_TOKEN_V2"],
    predefined: &["CIRCLE_"],
    requests: Some(("circleci", &["run", "oidc", "get"])),
    angles: true,
    ..System::new("CircleCI", WorkloadKind::CircleciJob)
};

/// A configuration file.
struct Config<'a> {
    file: &'a File<'a>,
    budget: &'a Budget,
}

/// YAML files in `.circleci`.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let path = &unit.origin().path;
    let inside = path.starts_with(".circleci/") || path.contains("/.circleci/");
    (inside && (path.ends_with(".yml") || path.ends_with(".yaml"))).then(|| path.clone())
}

/// Reads a configuration.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    let files = Files::read(units, &mut facts.skipped);
    for file in files.iter() {
        let budget = Budget::new();
        let config = Config { file, budget: &budget };
        let mut cut = false;
        for entry in file.root.get("jobs").into_iter().flat_map(Node::entries) {
            cut |= job::read(&config, entry, &mut facts);
        }
        cut |= workflows::jobs_of_orbs(&config, &mut facts);
        if cut {
            facts.skipped.push(file.place.skip(SkipReason::Limit, "its steps or scripts are more than is read of one configuration"));
        }
    }
    facts
}
