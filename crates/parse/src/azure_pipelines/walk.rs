//! From a pipeline to its jobs: stages, jobs, deployments, templates.

use std::collections::BTreeMap;

use unkeyed_model::{Facts, StoreKind, Value};

use super::AZURE;
use super::expression::expressions;
use super::scope::{Item, Scope};
use crate::ci::{Budget, File, Files, Job};
use crate::facts as shared;
use crate::place;
use crate::tree::Node;

/// Deepest chain of templates (Azure allows 100 levels; nobody nests so deep).
const MAX_TEMPLATES: usize = 20;
/// Most stages, jobs and steps of one pipeline, those of templates counted each time.
pub(super) const MAX_ITEMS: usize = 20_000;

/// Life-cycle hooks of a deployment's strategy (Microsoft Learn, "Deployment jobs").
const HOOKS: &[&[&str]] = &[&["preDeploy"], &["deploy"], &["routeTraffic"], &["postRouteTraffic"], &["on", "success"], &["on", "failure"]];

/// A list with what its texts mean, and the variables that stand around it.
#[derive(Clone)]
pub(super) struct Around<'a> {
    pub(super) scope: Scope<'a>,
    /// Sections named `variables`, outermost first.
    pub(super) variables: Vec<(Item<'a>, Scope<'a>)>,
    stage: String,
    depth: usize,
}

pub(super) struct Walk<'a> {
    pub(super) files: &'a Files<'a>,
    root: &'a File<'a>,
    budget: &'a Budget,
    names: BTreeMap<String, usize>,
    left: usize,
    pub(super) cut: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(files: &'a Files<'a>, root: &'a File<'a>, budget: &'a Budget) -> Self {
        Self { files, root, budget, names: BTreeMap::new(), left: MAX_ITEMS, cut: false }
    }

    pub(super) fn pipeline(&mut self, facts: &mut Facts) {
        let scope = Scope::of_pipeline(self.root);
        let around = Around { scope, variables: Vec::new(), stage: String::new(), depth: 0 };
        self.level(Item { file: self.root, node: &self.root.root }, around, facts);
    }

    /// Whatever holds stages, jobs or steps: a file, a stage, a template.
    fn level(&mut self, at: Item<'a>, mut around: Around<'a>, facts: &mut Facts) {
        if let Some(variables) = at.node.get("variables") {
            around.variables.push((Item { file: at.file, node: variables }, around.scope.clone()));
        }
        let list = |key: &str| at.node.get(key).map(|node| Item { file: at.file, node });
        if let Some(extends) = at.node.get("extends") {
            self.template(Item { file: at.file, node: extends }, &around, facts);
        }
        for key in ["stages", "jobs"] {
            for item in list(key).map(|list| self.items(&around.scope, list)).unwrap_or_default() {
                self.one(item, around.clone(), facts);
            }
        }
        if let Some(steps) = list("steps") {
            self.job(at, "job", &[steps], &around, facts);
        }
    }

    /// A stage, a job, a deployment, or a template of them.
    fn one(&mut self, item: Item<'a>, mut around: Around<'a>, facts: &mut Facts) {
        if item.node.get("template").is_some() {
            self.template(item, &around, facts);
        } else if let Some(stage) = item.node.get("stage") {
            around.stage = shown(&around.scope, stage);
            self.level(item, around, facts);
        } else if let Some(name) = item.node.get("job").or_else(|| item.node.get("deployment")) {
            let name = shown(&around.scope, name);
            if let Some(variables) = item.node.get("variables") {
                around.variables.push((Item { file: item.file, node: variables }, around.scope.clone()));
            }
            let mut lists: Vec<Item<'a>> = item.node.get("steps").map(|node| Item { file: item.file, node }).into_iter().collect();
            for strategy in item.node.get("strategy").into_iter().flat_map(Node::entries) {
                let hooks = HOOKS.iter().filter_map(|hook| strategy.value.path(hook)?.get("steps"));
                lists.extend(hooks.map(|node| Item { file: item.file, node }));
            }
            self.job(item, if name.is_empty() { "job" } else { &name }, &lists, &around, facts);
        } else if item.node.get("jobs").is_some() || item.node.get("steps").is_some() {
            self.level(item, around, facts);
        }
    }

    fn template(&mut self, call: Item<'a>, around: &Around<'a>, facts: &mut Facts) {
        match self.target(call, around) {
            Ok((file, inner)) => self.level(Item { file, node: &file.root }, inner, facts),
            Err(what) => {
                let at = call.file.place.at(call.node.span, "template");
                let name = self.unique(&what);
                let mut job = Job::new(&AZURE, self.budget, self.root.place.path(), &name, at.clone());
                job.lacks(format!("template {what}"), at.clone());
                let given = call.node.get("parameters").map(|node| Item { file: call.file, node });
                if let Some(given) = given {
                    super::steps::passed_on(&mut job, given, &around.scope);
                }
                self.cut |= job.finish(facts);
            }
        }
    }

    /// The file of a template that is called, and what its texts mean; else what is called.
    pub(super) fn target(&self, call: Item<'a>, around: &Around<'a>) -> Result<(&'a File<'a>, Around<'a>), String> {
        let written = call.node.str("template").unwrap_or_default();
        let filled = around.scope.fill(written);
        let path = filled.known().unwrap_or(written);
        let (path, repository) = path.split_once('@').unwrap_or((path, "self"));
        let file = (repository == "self").then(|| find(self.files, call.file, path)).flatten();
        let Some(file) = file.filter(|_| around.depth < MAX_TEMPLATES) else { return Err(filled.known().unwrap_or(written).to_owned()) };
        let given = call.node.get("parameters").map(|node| Item { file: call.file, node });
        Ok((file, Around { scope: Scope::inside(file, &around.scope, given), depth: around.depth + 1, ..around.clone() }))
    }

    pub(super) fn items(&mut self, scope: &Scope<'a>, list: Item<'a>) -> Vec<Item<'a>> {
        let (mut items, cut) = scope.items(list);
        self.cut |= cut || items.len() > self.left;
        items.truncate(self.left);
        self.left -= items.len();
        items
    }

    fn unique(&mut self, name: &str) -> String {
        let count = self.names.entry(name.to_owned()).or_default();
        *count += 1;
        if *count == 1 { name.to_owned() } else { format!("{name}-{count}") }
    }

    fn job(&mut self, at: Item<'a>, name: &str, lists: &[Item<'a>], around: &Around<'a>, facts: &mut Facts) {
        let name = if around.stage.is_empty() { name.to_owned() } else { format!("{}/{name}", around.stage) };
        let name = self.unique(&name);
        let location = at.file.place.at(at.node.span, name.clone());
        let mut job = Job::new(&AZURE, self.budget, self.root.place.path(), &name, location);
        job.issuer = Value::unknown("the organisation's issuer is not in the inputs");
        job.subjects = vec![Value::unknown("the service connection decides it")];
        job.audience = Value::literal("api://AzureADTokenExchange");
        let variables: Vec<_> = around.variables.iter().map(|(item, _)| item.file.place.at(item.node.span, "variables")).collect();
        job.workload.extents.extend(variables);
        for (section, scope) in &around.variables {
            self.variables(&mut job, *section, scope, 0);
        }
        environment(&mut job, at, &around.scope);
        for list in lists {
            self.steps(&mut job, *list, around);
        }
        self.cut |= job.finish(facts);
    }

    /// `variables:` as a mapping, or as a list of values, groups and templates.
    fn variables(&mut self, job: &mut Job<'a>, section: Item<'a>, scope: &Scope<'a>, depth: usize) {
        job.templates = scope.templates();
        for entry in scope.entries(section.node) {
            job.variable(entry.name(), &section.file.place, &entry.value, place::under("variables", entry.name()));
        }
        if section.node.items().is_empty() {
            return;
        }
        for item in self.items(scope, section) {
            let at = item.file.place.at(item.node.span, "variables");
            if let (Some(name), Some(value)) = (item.node.str("name"), item.node.get("value")) {
                job.variable(name, &item.file.place, value, place::under("variables", name));
            } else if let Some(group) = item.node.str("group") {
                let name = scope.fill(group).known().unwrap_or(group).to_owned();
                job.refers(shared::reference(StoreKind::CiGroup, name, at));
            } else if let Some(template) = item.node.str("template") {
                let path = scope.fill(template);
                let path = path.known().unwrap_or(template);
                let file = (depth < MAX_TEMPLATES).then(|| find(self.files, item.file, path)).flatten();
                match file.and_then(|file| Some((file, file.root.get("variables")?))) {
                    Some((file, node)) => {
                        let given = item.node.get("parameters").map(|node| Item { file: item.file, node });
                        self.variables(job, Item { file, node }, &Scope::inside(file, scope, given), depth + 1);
                        job.templates = scope.templates();
                    }
                    None => job.lacks(format!("template {path}"), at),
                }
            }
        }
    }
}

/// The environment of a deployment.
fn environment<'a>(job: &mut Job<'a>, at: Item<'a>, scope: &Scope<'a>) {
    let Some(name) = at.node.get("environment").and_then(|node| node.text().or_else(|| node.str("name"))) else { return };
    job.workload.environment = Some(match scope.fill(name) {
        Value::Known(text, _) if text.contains("$(") => Value::unknown(format!("`{text}` is known only while the pipeline runs")),
        value => value,
    });
}

/// A name with its parameters filled in, as far as they are known.
fn shown(scope: &Scope<'_>, node: &Node) -> String {
    let text = node.text().unwrap_or_default();
    scope.fill(text).known().unwrap_or(text).to_owned()
}

/// The file of a template: from the folder of the file that calls it, or from the root of the repository.
fn find<'a>(files: &'a Files<'a>, from: &File<'_>, path: &str) -> Option<&'a File<'a>> {
    files.relative(from.place.path(), "", path)
}

/// The files of the inputs that a file calls as templates, as far as their paths are written out.
pub(super) fn templates<'a>(files: &'a Files<'a>, file: &'a File<'a>) -> Vec<&'a File<'a>> {
    let mut found = Vec::new();
    let mut pending = vec![&file.root];
    while let Some(node) = pending.pop() {
        pending.extend(node.items());
        for entry in node.entries() {
            if entry.name() == "template"
                && let Some(path) = entry.value.text().filter(|path| expressions(path).is_empty())
            {
                found.extend(find(files, file, path.trim_end_matches("@self")));
            }
            pending.push(&entry.value);
        }
    }
    found.retain(|target| target.place.path() != file.place.path());
    found
}
