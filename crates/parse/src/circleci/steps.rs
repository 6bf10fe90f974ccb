//! Steps of jobs and commands.

use std::collections::BTreeMap;

use super::workflows::Call;
use super::{CIRCLECI, Config, job, orbs};
use crate::ci::{Job, Templates};
use crate::place;
use crate::receiver::Receiver;
use crate::tree::Node;

/// Deepest nesting of commands and conditions.
const MAX_DEPTH: usize = 16;
/// Most steps of one job, those of the commands it calls counted each time.
const MAX_STEPS: usize = 5_000;

pub(super) struct Reader<'a, 'c> {
    config: &'c Config<'a>,
    depth: usize,
    left: usize,
    pub(super) cut: bool,
    /// Commands whose steps are being read.
    calls: Vec<&'a str>,
    /// Parameters that stand for steps.
    lists: BTreeMap<&'a str, &'a Node>,
}

impl<'a, 'c> Reader<'a, 'c> {
    pub(super) fn new(config: &'c Config<'a>, parameters: Option<&'a Node>, calls: &[Call<'a>]) -> Self {
        let mut reader = Self { config, depth: 0, left: MAX_STEPS, cut: false, calls: Vec::new(), lists: BTreeMap::new() };
        reader.bind(parameters, None);
        calls.iter().for_each(|call| reader.bind(None, call.arguments));
        reader
    }

    fn bind(&mut self, parameters: Option<&'a Node>, arguments: Option<&'a Node>) {
        for entry in parameters.into_iter().flat_map(Node::entries) {
            if let Some(default) = entry.value.get("default").filter(|default| !default.items().is_empty()) {
                self.lists.insert(entry.name(), default);
            }
        }
        for entry in arguments.into_iter().flat_map(Node::entries).filter(|entry| !entry.value.items().is_empty()) {
            self.lists.insert(entry.name(), &entry.value);
        }
    }

    pub(super) fn steps(&mut self, job: &mut Job<'a>, list: &'a Node, path: &str) {
        if self.depth > MAX_DEPTH {
            self.cut = true;
            return;
        }
        // `steps: << parameters.steps >>`
        let parameter = list.text().and_then(parameter).and_then(|name| self.lists.get(name).copied());
        let list = parameter.unwrap_or(list);
        for (index, step) in list.items().iter().enumerate() {
            // What a step costs depends on the texts that are put into it.
            if self.left == 0 || !job.affords_bytes(job.templates.cost()) {
                self.cut = true;
                return;
            }
            self.left -= 1;
            let path = place::item(path, index);
            if let Some(name) = step.text() {
                self.named(job, name, None, step, &path);
            }
            for entry in step.entries() {
                self.named(job, entry.name(), Some(&entry.value), &entry.value, &place::under(&path, entry.name()));
            }
        }
    }

    fn named(&mut self, job: &mut Job<'a>, name: &'a str, arguments: Option<&'a Node>, at: &'a Node, path: &str) {
        let place = &self.config.file.place;
        match (name, arguments) {
            ("run", Some(run)) => {
                job.variables_of(place, run.get("environment"), &place::under(path, "environment"));
                let (script, path) = match run.get("command") {
                    Some(command) => (command, place::under(path, "command")),
                    None => (run, path.to_owned()),
                };
                if script.text().is_some() {
                    job.script(place, script, path);
                }
            }
            ("when" | "unless", Some(block)) => {
                if let Some(list) = block.get("steps") {
                    self.depth += 1;
                    self.steps(job, list, &place::under(path, "steps"));
                    self.depth -= 1;
                }
            }
            ("add_ssh_keys", _) => {
                let fingerprints = arguments.and_then(|arguments| arguments.get("fingerprints"));
                let name = fingerprints.and_then(|node| node.one_or_many().first()).and_then(Node::text).unwrap_or("SSH keys");
                job::ssh_key(job, name, place.at(at.span, path));
            }
            _ => self.command(job, name, arguments, at, path),
        }
    }

    /// A command of the configuration, or of an orb.
    fn command(&mut self, job: &mut Job<'a>, name: &'a str, arguments: Option<&'a Node>, at: &'a Node, path: &str) {
        if let Some(entry) = self.config.commands.get(name).copied() {
            for argument in arguments.into_iter().flat_map(Node::entries).filter(|entry| entry.value.text().is_some()) {
                let receiver = Receiver::variable(argument.name());
                job.text(&self.config.file.place, &argument.value, place::under(path, argument.name()), receiver);
            }
            job.workload.extents.push(self.config.file.place.at(entry.span, place::under("commands", name)));
            self.bind(entry.value.get("parameters"), arguments);
            if let Some(list) = entry.value.get("steps").filter(|_| !self.calls.contains(&name)) {
                let outer = job.templates.clone();
                job.templates = bound(&outer, entry.value.get("parameters"), arguments);
                self.calls.push(name);
                self.steps(job, list, &place::under(&place::under("commands", name), "steps"));
                self.calls.pop();
                job.templates = outer;
            }
        } else if let Some((alias, command)) = name.split_once('/') {
            let called = orbs::Called { alias, command, arguments, path, span: at.span, is_job: false };
            orbs::call(self.config, job, &called);
        } else if let Some(list) = parameter(name).and_then(|name| self.lists.get(name).copied()) {
            self.depth += 1;
            self.steps(job, list, path);
            self.depth -= 1;
        }
    }
}

/// Parameters as they are given, else their defaults.
pub(super) fn bound(outer: &Templates, parameters: Option<&Node>, arguments: Option<&Node>) -> Templates {
    let named = |name: &str| format!("parameters.{name}");
    let defaults =
        parameters.into_iter().flat_map(Node::entries).filter_map(|entry| Some((named(entry.name()), entry.value.str("default")?)));
    let given = arguments.into_iter().flat_map(Node::entries).filter_map(|entry| Some((named(entry.name()), entry.value.text()?)));
    outer.with(defaults.chain(given), &CIRCLECI)
}

/// The parameter that a text consists of.
fn parameter(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("<<")?.strip_suffix(">>")?;
    inner.trim().strip_prefix("parameters.")
}
