//! GitHub Actions: workflows, reusable workflows and composite actions.
//!
//! All files of the inputs form one group, because a job can only be told apart from its neighbours when the local
//! actions and workflows it calls are read with it. Each job is one workload (a matrix collapses); a job that calls a
//! workflow of the same repository contains that workflow's jobs.

mod action;
mod brought;
mod consumer;
mod consumers;
mod draft;
mod events;
mod expression;
mod fetched;
mod files;
mod image;
mod inlined;
mod job;
mod permissions;
mod run;
mod scope;
mod steps;
mod unused;

use std::collections::BTreeSet;

use unkeyed_model::{Facts, Unit, Use, Workload, WorkloadKind};

use self::draft::Draft;
use self::files::{File, Files, is_workflow};
use self::job::Workflow;
use self::scope::Scope;
use crate::place;
use crate::tree::{Entry, Node};

/// Workflows in `.github/workflows`, and `action.yml` anywhere.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let is_action = matches!(origin.file_name(), "action.yml" | "action.yaml") && memchr::memmem::find(unit.bytes(), b"runs:").is_some();
    (is_workflow(&origin.path) || is_action).then(String::new)
}

/// Reads all workflows and actions of the inputs.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    let files = Files::read(units, &mut facts.skipped);
    let mut called = BTreeSet::new();
    for file in files.iter().filter(|file| is_workflow(file.place.path())) {
        let workflow = Workflow::new(file);
        if workflow.is_only_called() {
            continue;
        }
        for entry in jobs(file) {
            let draft = job(&files, &workflow, entry, &mut facts);
            called.extend(draft.uses.iter().filter(|(how, _)| *how == Use::Component).map(|(_, path)| path.clone()));
            facts.workloads.push(draft);
        }
    }
    for file in files.iter() {
        components(&files, file, &called, &mut facts);
    }
    facts
}

fn jobs<'a>(file: &'a File<'_>) -> &'a [Entry] {
    file.root.get("jobs").map(Node::entries).unwrap_or_default()
}

/// The workload of one job, with its slots added to the facts.
fn job<'a>(files: &'a Files<'a>, workflow: &Workflow<'a>, entry: &'a Entry, facts: &mut Facts) -> Workload {
    let file = workflow.file;
    let path = place::under("jobs", entry.name());
    let mut workload = blank(file, entry);
    if let Some(env) = file.root.entry("env").filter(|_| entry.value.get("uses").is_none()) {
        workload.extents.push(file.place.at(env.span, "env"));
    }
    let mut draft = Draft::new(files, workload);
    job::body(&mut draft, workflow, &Scope::default(), &entry.value, &path);
    if draft.cut {
        facts.skipped.push(inlined::too_large(file));
    }
    facts.slots.append(&mut draft.slots);
    draft.finish()
}

/// A job's workload before its body is read.
fn blank(file: &File<'_>, entry: &Entry) -> Workload {
    let path = place::under("jobs", entry.name());
    let location = file.place.at(entry.span, path);
    let id = format!("gha:{}#{}", file.place.path(), entry.name());
    let name = entry.value.str("name").unwrap_or_else(|| entry.name()).to_owned();
    let mut workload = Workload::new(WorkloadKind::GhaJob, id, name, location.clone());
    workload.extents.push(location);
    workload
}

/// Composite actions and reusable workflows: components where a job calls them. A reusable workflow that nobody here
/// calls serves other repositories; its jobs are judged as they stand.
fn components(files: &Files<'_>, file: &File<'_>, called: &BTreeSet<String>, facts: &mut Facts) {
    let path = file.place.path();
    if !is_workflow(path) {
        let location = file.place.at(file.root.span, "runs");
        let name = file.root.str("name").unwrap_or(path).to_owned();
        let mut workload = Workload::new(WorkloadKind::GhaJob, format!("gha:{path}#runs"), name, location.clone());
        workload.component = true;
        workload.extents.push(location);
        facts.workloads.push(workload);
        return;
    }
    let workflow = Workflow::new(file);
    if !workflow.is_only_called() {
        return;
    }
    for entry in jobs(file) {
        let mut workload = if called.contains(path) { blank(file, entry) } else { job(files, &workflow, entry, facts) };
        workload.component = called.contains(path);
        facts.workloads.push(workload);
    }
}
