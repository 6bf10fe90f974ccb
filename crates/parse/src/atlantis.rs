//! Atlantis: `atlantis.yaml` of a repository and the server's `repos.yaml`. A workload for each workflow that is written
//! out, and one for each project that runs the usual one.
//!
//! Every run has the environment of the server as well, with whatever credentials that holds (Atlantis docs, "Provider
//! Credentials"), so that what a run authenticates with is never seen whole here.

use unkeyed_model::{Facts, SkipReason, Unit, WorkloadKind};

use crate::ci::{Budget, Job, System};
use crate::place::{self, Place};
use crate::receiver::Receiver;
use crate::tree::Node;
use crate::yaml;

/// Atlantis docs, "Custom Workflows": the variables of a step `run`.
const ATLANTIS: System = System {
    predefined: &["WORKSPACE", "ATLANTIS_", "PULL_", "HEAD_", "BASE_", "USER_NAME", "DIR", "PLANFILE", "SHOWFILE", "COMMENT_ARGS"],
    ..System::new("Atlantis", WorkloadKind::Atlantis)
};

/// What a run is given that stands in no file of the repository.
const KEPT: &str = "the environment of Atlantis' server";

/// `atlantis.yaml`, and a server's file of repositories that names workflows.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let name = unit.origin().file_name();
    let holds = |word: &[u8]| memchr::memmem::find(unit.bytes(), word).is_some();
    let is_server = matches!(name, "repos.yaml" | "repos.yml") && holds(b"repos:") && holds(b"workflow");
    (is_server || matches!(name, "atlantis.yaml" | "atlantis.yml")).then(|| unit.origin().path.clone())
}

/// Reads the file.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    place::each(units, file)
}

fn file(place: &Place<'_>, facts: &mut Facts) {
    let mut documents = yaml::parse(place);
    facts.skipped.append(&mut documents.skipped);
    let Some(root) = documents.nodes.first() else { return };
    let budget = Budget::new();
    let mut cut = false;
    let mut emit = |name: &str, node: &Node, path: String| {
        let mut job = Job::new(&ATLANTIS, &budget, place.path(), name, place.at(node.span, path.clone()));
        for phase in node.entries() {
            let path = place::under(&path, phase.name());
            for (index, step) in phase.value.get("steps").map(Node::items).unwrap_or_default().iter().enumerate() {
                self::step(&mut job, place, step, &place::item(&place::under(&path, "steps"), index));
            }
        }
        job.lacks(KEPT, job.workload.location.clone());
        cut |= job.finish(facts);
    };
    for workflow in root.get("workflows").map(Node::entries).unwrap_or_default() {
        emit(workflow.name(), &workflow.value, place::under("workflows", workflow.name()));
    }
    for (index, project) in root.get("projects").map(Node::items).unwrap_or_default().iter().enumerate() {
        if project.get("workflow").is_none() {
            let name = project.str("name").or_else(|| project.str("dir")).unwrap_or("project");
            emit(name, project, place::item("projects", index));
        }
    }
    if cut {
        facts.skipped.push(place.skip(SkipReason::Limit, "its scripts are more than is read of one file"));
    }
}

/// `run`, with or without settings; `env` and `multienv`; arguments for Terraform.
fn step<'a>(job: &mut Job<'a>, place: &'a Place<'a>, step: &'a Node, path: &str) {
    for entry in step.entries() {
        let path = place::under(path, entry.name());
        let value = &entry.value;
        match entry.name() {
            "run" | "multienv" => {
                let command = value.get("command").unwrap_or(value);
                job.script(place, command, path.clone());
            }
            "env" => {
                let name = value.str("name").unwrap_or_default();
                if let Some(given) = value.get("value") {
                    job.variable(name, place, given, place::under(&path, "value"));
                }
                if let Some(command) = value.get("command") {
                    job.script(place, command, place::under(&path, "command"));
                    job.is_given(name);
                }
            }
            _ => {
                for argument in value.get("extra_args").map(Node::items).unwrap_or_default() {
                    let option = argument.text().and_then(|text| text.split_once('=')).map(|(name, _)| name.trim_start_matches('-'));
                    job.text(place, argument, path.clone(), Receiver::unstated(option));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, StoreKind, Unit};

    #[test]
    fn a_workflow_runs_its_steps_with_the_servers_environment() {
        let text = "version: 3\nprojects:\n  - dir: a\n    workflow: w\n  - dir: b\nworkflows:\n  w:\n    plan:\n      steps:\n        \
                    - env: {name: DD_API_KEY, value: hunter2secret}\n        - run: curl -u bot:$NEXUS_PASSWORD https://x.example.com\n        \
                    - plan: {extra_args: ['-var', 'token=$API_TOKEN']}\n";
        let origin = Origin { path: "atlantis.yaml".into(), ..Origin::default() };
        let facts = crate::testing::read(&[Unit::new(Arc::new(origin), text.as_bytes())]);
        let of = |id: &str| facts.workloads.iter().find(|workload| workload.id == id).unwrap();
        let workflow = of("atlantis:atlantis.yaml#w");
        let names: Vec<&str> = workflow.references.iter().map(|reference| reference.name.as_str()).collect();
        assert!(names.contains(&"NEXUS_PASSWORD") && names.contains(&"API_TOKEN"), "{names:?}");
        assert_eq!(facts.slots.len(), 1);
        assert!(of("atlantis:atlantis.yaml#b").references.iter().all(|reference| reference.store == StoreKind::ForeignDefinition));
    }
}
