//! Steps: scripts, tasks, templates of steps.

use unkeyed_model::Use;

use super::connections;
use super::scope::{Item, Scope};
use super::tasks;
use super::walk::{Around, Walk};
use crate::ci::Job;
use crate::place;
use crate::receiver::Receiver;
use crate::tree::Node;

/// Steps that are a script.
const SCRIPTS: &[&str] = &["script", "bash", "pwsh", "powershell"];

impl<'a> Walk<'a> {
    pub(super) fn steps(&mut self, job: &mut Job<'a>, list: Item<'a>, around: &Around<'a>) {
        let templates = around.scope.templates();
        for item in self.items(&around.scope, list) {
            job.templates = templates.clone();
            if let Some(template) = item.node.get("template") {
                match self.target(item, around) {
                    Ok((file, inner)) => {
                        job.workload.extents.push(file.place.at(file.root.span, "steps"));
                        if let Some(node) = file.root.get("steps") {
                            self.steps(job, Item { file, node }, &inner);
                        }
                    }
                    Err(what) => {
                        job.lacks(format!("template {what}"), item.file.place.at(template.span, "template"));
                        if let Some(node) = item.node.get("parameters") {
                            passed_on(job, Item { file: item.file, node }, &around.scope);
                        }
                    }
                }
            } else {
                step(job, item, &around.scope);
            }
        }
    }
}

fn step<'a>(job: &mut Job<'a>, item: Item<'a>, scope: &Scope<'a>) {
    let place = &item.file.place;
    if let Some(env) = item.node.get("env") {
        for entry in scope.entries(env) {
            job.variable(entry.name(), place, &entry.value, place::under("env", entry.name()));
        }
    }
    for key in SCRIPTS {
        if let Some(node) = item.node.get(key) {
            job.script(place, node, (*key).to_owned());
        }
    }
    let Some(task) = item.node.str("task") else { return };
    let task = task.split('@').next().unwrap_or_default();
    let Some(inputs) = item.node.get("inputs") else { return };
    let entries = scope.entries(inputs);
    connections::read(job, place, task, &entries, scope);
    tasks::read(job, place, task, &entries, scope);
    for entry in entries {
        let path = place::under("inputs", entry.name());
        job.workload.uses.extend(tasks::script_file(entry).map(|file| (Use::Component, file)));
        if tasks::is_script(entry.name()) {
            job.script(place, &entry.value, path);
        } else {
            job.text(place, &entry.value, path, Receiver::variable(entry.name()));
        }
    }
}

/// What is given to a template that the inputs lack.
pub(super) fn passed_on<'a>(job: &mut Job<'a>, given: Item<'a>, scope: &Scope<'a>) {
    for entry in scope.entries(given.node) {
        let mut pending: Vec<(String, &'a Node)> = vec![(entry.name().to_owned(), &entry.value)];
        while let Some((name, node)) = pending.pop() {
            pending.extend(node.items().iter().map(|item| (name.clone(), item)));
            pending.extend(node.entries().iter().map(|entry| (entry.name().to_owned(), &entry.value)));
            if node.text().is_some() {
                job.text(&given.file.place, node, place::under("parameters", &name), Receiver::variable(&name));
            }
        }
    }
}
