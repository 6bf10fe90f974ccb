//! CircleCI: `.circleci/config.yml` and the configurations that it continues with.
//!
//! Each job is one workload, whatever number of workflows runs it; their contexts add up. Commands are read where they
//! are called. The decision a reader would question: a context counts as a set of stored secrets, because that is what
//! it is for, unless the job takes an identity token: CircleCI issues one only to jobs with a context.

mod job;
mod orbs;
mod steps;
mod workflows;

use std::collections::BTreeMap;

use unkeyed_model::{Facts, SkipReason, Unit, WorkloadKind};

use self::workflows::Call;
use crate::ci::{Asks, Budget, File, Files, System, Templates};
use crate::tree::{Entry, Node};

/// CircleCI docs, "Using OpenID Connect tokens in jobs" and "Project values and variables".
const CIRCLECI: System = System {
    identity_tokens: &["CIRCLE_OIDC_TOKEN", "CIRCLE_OIDC_TOKEN_V2"],
    predefined: &["CIRCLE_"],
    requests: Some(("circleci", &["run", "oidc", "get"])),
    angles: true,
    asks: Some(Asks { open: "<<", close: ">>", beginnings: &["parameters.", "pipeline.parameters.", "pipeline.trigger_parameters."] }),
    ..System::new("CircleCI", WorkloadKind::CircleciJob)
};

/// A configuration file.
struct Config<'a> {
    file: &'a File<'a>,
    budget: &'a Budget,
    commands: BTreeMap<&'a str, &'a Entry>,
    executors: BTreeMap<&'a str, &'a Entry>,
    orbs: BTreeMap<&'a str, &'a Entry>,
    /// What workflows run, by name.
    calls: BTreeMap<&'a str, Vec<Call<'a>>>,
    /// Defaults of the pipeline's parameters.
    templates: Templates,
    /// Subject of the jobs' tokens.
    subject: String,
}

impl<'a> Config<'a> {
    fn new(file: &'a File<'a>, budget: &'a Budget) -> Self {
        let section = |key: &str| -> BTreeMap<&'a str, &'a Entry> {
            file.root.get(key).into_iter().flat_map(Node::entries).map(|entry| (entry.name(), entry)).collect()
        };
        let mut calls: BTreeMap<&str, Vec<Call<'_>>> = BTreeMap::new();
        for call in workflows::all(file) {
            calls.entry(call.name).or_default().push(call);
        }
        let defaults = file.root.get("parameters").into_iter().flat_map(Node::entries);
        let defaults = defaults.filter_map(|entry| Some((format!("pipeline.parameters.{}", entry.name()), entry.value.str("default")?)));
        let user = "org/{any}/project/{any}/user/{any}";
        let text = file.place.text();
        let newer = !text.contains("CIRCLE_OIDC_TOKEN") || text.contains("CIRCLE_OIDC_TOKEN_V2");
        let subject = if newer { format!("{user}/vcs-origin/{{any}}/vcs-ref/{{any}}") } else { user.to_owned() };
        let templates = Templates::default().with(defaults, &CIRCLECI).asked();
        let (commands, executors, orbs) = (section("commands"), section("executors"), section("orbs"));
        Self { file, budget, commands, executors, orbs, calls, templates, subject }
    }

    /// The entries of workflows that run a job.
    fn calls(&self, name: &str) -> &[Call<'a>] {
        self.calls.get(name).map(Vec::as_slice).unwrap_or_default()
    }
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
        let config = Config::new(file, &budget);
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
