//! Buildkite: `.buildkite/*.yml`, each command step a workload.
//!
//! The decision a reader would question: what agents do before a step (their environment hooks) is not in the
//! repository, and secrets set there are seen only where a step names them.

mod plugins;

use std::collections::BTreeMap;

use unkeyed_model::{Content, Facts, Reference, SkipReason, StoreKind, Unit, Value, WorkloadKind};

use crate::ci::{Budget, File, Files, Job, System};
use crate::facts as shared;
use crate::place;
use crate::tree::Node;

/// Buildkite docs, "Environment variables" and "buildkite-agent oidc".
const BUILDKITE: System = System {
    job_tokens: &[("BUILDKITE_AGENT_ACCESS_TOKEN", "saas:buildkite", "")],
    predefined: &["BUILDKITE_"],
    requests: Some(("buildkite-agent", &["oidc", "request-token"])),
    prints: Some(("buildkite-agent", &["secret", "get"])),
    escapes: true,
    ..System::new("Buildkite", WorkloadKind::BuildkiteStep)
};

/// Buildkite docs, "Job lifecycle hooks": those that a repository may hold.
const HOOKS: &[&str] = &["environment", "pre-checkout", "checkout", "post-checkout", "pre-command", "command", "post-command", "pre-exit"];

/// Deepest nesting of groups.
const MAX_DEPTH: usize = 4;

/// YAML files in `.buildkite`, and `buildkite.yml`.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let path = &unit.origin().path;
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    let inside = path.starts_with(".buildkite/") || path.contains("/.buildkite/");
    let named = matches!(unit.origin().file_name(), "buildkite.yml" | "buildkite.yaml");
    let has_steps = || memchr::memmem::find(unit.bytes(), b"steps:").is_some();
    (is_yaml && (inside || named) && has_steps() && !crate::k8s::is_manifest(unit.bytes())).then(|| path.clone())
}

/// Reads a pipeline file.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    let files = Files::read(units, &mut facts.skipped);
    for file in files.iter() {
        let budget = Budget::new();
        let mut walk = Walk { file, budget: &budget, names: BTreeMap::new(), cut: false };
        if let Some(steps) = file.root.get("steps") {
            walk.steps(steps, "steps", 0, &mut facts);
        }
        if walk.cut {
            facts.skipped.push(file.place.skip(SkipReason::Limit, "its groups or scripts are more than is read of one pipeline"));
        }
    }
    facts
}

struct Walk<'a> {
    file: &'a File<'a>,
    budget: &'a Budget,
    names: BTreeMap<String, usize>,
    cut: bool,
}

impl<'a> Walk<'a> {
    fn steps(&mut self, list: &'a Node, path: &str, depth: usize, facts: &mut Facts) {
        if depth > MAX_DEPTH {
            self.cut = true;
            return;
        }
        for (index, step) in list.items().iter().enumerate() {
            let path = place::item(path, index);
            if let Some(inner) = step.get("steps") {
                self.steps(inner, &place::under(&path, "steps"), depth + 1, facts);
                continue;
            }
            let nested = ["command", "script"].iter().find_map(|key| step.get(key)).filter(|node| !node.entries().is_empty());
            let step = nested.unwrap_or(step);
            let runs = ["command", "commands", "script", "plugins", "trigger"].iter().any(|key| step.get(key).is_some());
            if runs {
                self.step(step, &path, facts);
            }
        }
    }

    fn step(&mut self, step: &'a Node, path: &str, facts: &mut Facts) {
        let place = &self.file.place;
        let named = ["key", "id", "identifier", "label", "name"].iter().find_map(|key| step.str(key));
        let base = named.unwrap_or("step").trim().to_owned();
        let count = self.names.entry(base.clone()).or_default();
        *count += 1;
        let name = if *count == 1 { base } else { format!("{base}-{count}") };
        let mut job = Job::new(&BUILDKITE, self.budget, place.path(), &name, place.at(step.span, path));
        job.issuer = Value::literal("https://agent.buildkite.com");
        job.subjects = vec![Value::literal("organization:{any}:pipeline:{any}:ref:{any}:commit:{any}:step:{any}")];
        job.audience = Value::unknown("no audience is requested");
        // The agent runs the hooks of the repository around each step.
        let folder = place.origin().folder().split("/.buildkite").next().unwrap_or_default().trim_end_matches(".buildkite");
        HOOKS
            .iter()
            .filter(|_| step.get("trigger").is_none())
            .for_each(|hook| job.calls(place::beside(folder, &format!(".buildkite/hooks/{hook}"))));
        job.variables_of(place, self.file.root.get("env"), "env");
        job.variables_of(place, step.get("env"), &place::under(path, "env"));
        if let Some(entry) = self.file.root.entry("env") {
            job.workload.extents.push(place.at(entry.span, "env"));
        }
        self.secrets(&mut job, self.file.root.get("secrets"), "secrets");
        self.secrets(&mut job, step.get("secrets"), &place::under(path, "secrets"));
        plugins::read(&mut job, self.file, step.get("plugins"), &place::under(path, "plugins"));
        for key in ["command", "commands", "script"] {
            for (index, command) in step.get(key).map(Node::one_or_many).unwrap_or_default().iter().enumerate() {
                job.script(place, command, place::item(&place::under(path, key), index));
            }
        }
        if let Some(trigger) = step.get("trigger") {
            job.lacks(
                format!("the pipeline {}", trigger.text().unwrap_or_default()),
                place.at(trigger.span, place::under(path, "trigger")),
            );
        }
        self.cut |= job.finish(facts);
    }

    /// `secrets: [NAME]` or `secrets: {VARIABLE: name}`: values of Buildkite's own store.
    fn secrets(&self, job: &mut Job<'a>, node: Option<&'a Node>, path: &str) {
        let Some(node) = node else { return };
        let listed = node.one_or_many().iter().filter_map(|item| Some((item.text()?, item.text()?, item.span)));
        let mapped = node.entries().iter().filter_map(|entry| Some((entry.name(), entry.value.text()?, entry.span)));
        for (variable, name, span) in listed.chain(mapped) {
            let at = self.file.place.at(span, path);
            let mut reference = shared::received_by(shared::reference(StoreKind::CiVariable, name, at), variable);
            if reference.content == Content::Unstated {
                reference.content = Content::Durable;
            }
            job.is_given(variable);
            job.refers(Reference { used_as: Some(variable.to_owned()), ..reference });
        }
    }
}
