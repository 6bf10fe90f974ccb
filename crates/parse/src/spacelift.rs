//! Spacelift's settings of a repository: `.spacelift/config.yml`, a workload for each stack, or one for what all of them take.
//!
//! A stack's integrations with clouds, contexts and stored variables are kept by Spacelift and not in the file (Spacelift docs,
//! "Runtime configuration"), so that what a run authenticates with is never seen whole here.

use unkeyed_model::{Facts, SkipReason, Unit, WorkloadKind};

use crate::ci::{Budget, Job, System};
use crate::place::{self, Place};
use crate::tree::Node;
use crate::yaml;

const SPACELIFT: System = System { predefined: &["SPACELIFT_"], ..System::new("Spacelift", WorkloadKind::Spacelift) };

/// What a run is given that stands in no file of the repository.
pub(crate) const KEPT: &str = "the integrations, contexts and variables that Spacelift keeps for the stack";

/// Phases around which commands run.
const PHASES: &[&str] = &["init", "plan", "perform", "apply", "destroy", "run"];

/// `.spacelift/config.yml`.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let path = &unit.origin().path;
    let is_own = [".spacelift/config.yml", ".spacelift/config.yaml"]
        .iter()
        .any(|file| path == file || path.strip_suffix(file).is_some_and(|before| before.ends_with('/')));
    is_own.then(|| path.clone())
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
    let defaults = root.get("stack_defaults").map(|node| (node, "stack_defaults".to_owned()));
    let stacks = root.get("stacks").map(Node::entries).unwrap_or_default();
    let of_stack = |stack| {
        let stack: &crate::tree::Entry = stack;
        (stack.name(), vec![(&stack.value, place::under("stacks", stack.name()))])
    };
    let mut all: Vec<_> = stacks.iter().map(of_stack).collect();
    if stacks.is_empty() && defaults.is_some() {
        all.push(("stack_defaults", Vec::new()));
    }
    let mut cut = false;
    for (name, own) in all {
        let at = own.first().or(defaults.as_ref()).map_or_else(|| place.whole(), |(node, path)| place.at(node.span, path.as_str()));
        let mut job = Job::new(&SPACELIFT, &budget, place.path(), name, at);
        job.workload.extents.clear();
        for (node, path) in defaults.iter().cloned().chain(own) {
            definition(&mut job, place, node, &path);
        }
        job.lacks(KEPT, job.workload.location.clone());
        cut |= job.finish(facts);
    }
    if cut {
        facts.skipped.push(place.skip(SkipReason::Limit, "its scripts are more than is read of one file"));
    }
}

/// Variables and commands of a stack, or of all stacks.
fn definition<'a>(job: &mut Job<'a>, place: &'a Place<'a>, node: &'a Node, path: &str) {
    job.workload.extents.push(place.at(node.span, path));
    job.variables_of(place, node.get("environment"), &place::under(path, "environment"));
    let phases = PHASES.iter().flat_map(|phase| [format!("before_{phase}"), format!("after_{phase}")]);
    for phase in phases {
        for (index, command) in node.get(&phase).map(Node::one_or_many).unwrap_or_default().iter().enumerate() {
            job.script(place, command, place::item(&place::under(path, &phase), index));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, StoreKind, Unit};

    #[test]
    fn a_stack_has_its_own_variables_and_those_of_all() {
        let text = "version: '1'\nstack_defaults:\n  before_init: ['curl -u bot:$NEXUS_PASSWORD https://x.example.com']\nstacks:\n  \
                    prod:\n    environment: {DB_PASSWORD: hunter2secret}\n  dev: {}\n";
        let origin = Origin { path: ".spacelift/config.yml".into(), ..Origin::default() };
        let facts = crate::testing::read(&[Unit::new(Arc::new(origin), text.as_bytes())]);
        let ids: Vec<&str> = facts.workloads.iter().map(|workload| workload.id.as_str()).collect();
        assert_eq!(ids, ["spacelift:.spacelift/config.yml#prod", "spacelift:.spacelift/config.yml#dev"]);
        for workload in &facts.workloads {
            let names: Vec<&str> = workload.references.iter().map(|reference| reference.name.as_str()).collect();
            assert!(names.contains(&"NEXUS_PASSWORD"), "{names:?}");
            assert!(workload.references.iter().any(|reference| reference.store == StoreKind::ForeignDefinition));
        }
        let slots: Vec<&str> =
            facts.slots.iter().map(|slot| &text[slot.location.region.span.start..slot.location.region.span.end]).collect();
        assert_eq!(slots, ["hunter2secret"]);
    }
}
