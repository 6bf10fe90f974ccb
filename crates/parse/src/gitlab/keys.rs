//! Keys of a job that hold variables, scripts and other texts.

use unkeyed_model::{Use, Value};

use super::config::{Found, find};
use super::job::Definition;
use crate::ci::{File, Job};
use crate::facts;
use crate::place;
use crate::receiver::Receiver;
use crate::tree::{Kind, Node};

/// Deepest nesting of `!reference` and of lists in lists (GitLab allows 10 levels).
const MAX_DEPTH: usize = 10;

/// The variables of all files, then those of the job.
pub(super) fn variables<'f>(definition: &Definition<'f>, job: &mut Job<'f>) {
    let inherits = find(&definition.parts, "inherit").and_then(|found| found.node.get("variables"));
    for section in definition.pipeline.sections("variables") {
        for entry in section.node.entries() {
            let allowed = match inherits {
                Some(list) if !list.items().is_empty() => list.items().iter().any(|item| item.text() == Some(entry.name())),
                Some(flag) => flag.is_true(),
                None => true,
            };
            if allowed {
                variable(job, section.file, entry.name(), &entry.value, &section.path);
            }
        }
    }
    for part in &definition.parts {
        let path = place::under(&part.path, "variables");
        for entry in part.node.get("variables").into_iter().flat_map(Node::entries) {
            variable(job, part.file, entry.name(), &entry.value, &path);
        }
        // `rules:variables` are set if the rule holds.
        for rule in part.node.get("rules").into_iter().flat_map(Node::items) {
            for entry in rule.get("variables").into_iter().flat_map(Node::entries) {
                variable(job, part.file, entry.name(), &entry.value, &place::under(&part.path, "rules"));
            }
        }
    }
    // A matrix makes one job of each row; their values differ.
    let parallel = find(&definition.parts, "parallel");
    if let Some((file, path, matrix)) = parallel.and_then(|found| Some((found.file, found.path, found.node.get("matrix")?))) {
        for entry in matrix.items().iter().flat_map(Node::entries) {
            job.is_given(entry.name());
            for value in entry.value.one_or_many() {
                job.text(&file.place, value, place::under(&path, entry.name()), Receiver::variable(entry.name()));
            }
        }
    }
}

/// A value, or `{value: …, description: …}`.
fn variable<'f>(job: &mut Job<'f>, file: &'f File<'f>, name: &str, node: &'f Node, path: &str) {
    let path = place::under(path, name);
    // Whoever starts the pipeline is asked for it.
    if node.get("description").is_some() {
        job.opaque(name, &Receiver::variable(name), file.place.at(node.span, path.clone()));
    }
    match node.get("value") {
        Some(value) => job.variable(name, &file.place, value, place::under(&path, "value")),
        None => job.variable(name, &file.place, node, path),
    }
}

/// `environment: name` or `environment: {name: …}`.
pub(super) fn environment<'f>(definition: &Definition<'f>, job: &mut Job<'f>) {
    let Some(found) = definition.get("environment") else { return };
    let Some(name) = found.node.text().or_else(|| found.node.str("name")) else { return };
    job.workload.environment = Some(match job.resolve(name) {
        Value::Unknown(_) => Value::unknown(format!("`{name}` is known only while the pipeline runs")),
        known => known,
    });
}

/// `before_script`, `script`, `after_script` and hooks.
pub(super) fn scripts<'f>(definition: &Definition<'f>, job: &mut Job<'f>) {
    for key in ["before_script", "script", "after_script"] {
        if let Some(found) = definition.get(key) {
            script(definition, &found, job, 0);
        }
    }
    if let Some(hooks) = definition.get("hooks") {
        for entry in hooks.node.entries() {
            script(definition, &Found { file: hooks.file, node: &entry.value, path: place::under(&hooks.path, entry.name()) }, job, 0);
        }
    }
}

/// A script: texts, lists of them, `!reference [job, key]`.
fn script<'f>(definition: &Definition<'f>, found: &Found<'f>, job: &mut Job<'f>, depth: usize) {
    let at = || found.file.place.at(found.node.span, found.path.clone());
    if depth > MAX_DEPTH {
        job.lacks("a script that refers to itself", at());
        return;
    }
    if found.node.tag.as_deref() == Some("!reference") {
        match referenced(definition, found.node) {
            Some(target) => script(definition, &target, job, depth + 1),
            None => job.lacks(format!("`!reference [{}]`", words(found.node).join(", ")), at()),
        }
        return;
    }
    match &found.node.kind {
        Kind::Scalar(..) => job.script(&found.file.place, found.node, found.path.clone()),
        Kind::Seq(items) => {
            for (index, item) in items.iter().enumerate() {
                script(definition, &Found { file: found.file, node: item, path: place::item(&found.path, index) }, job, depth + 1);
            }
        }
        Kind::Map(_) => {}
    }
}

fn words(node: &Node) -> Vec<&str> {
    node.items().iter().filter_map(Node::text).collect()
}

/// What `!reference [job, key, …]` stands for.
fn referenced<'f>(definition: &Definition<'f>, node: &Node) -> Option<Found<'f>> {
    let names = words(node);
    let (name, rest) = names.split_first()?;
    let (key, deeper) = rest.split_first()?;
    let (parts, _) = definition.pipeline.parts(name, &mut Vec::new());
    let found = find(if parts.is_empty() { definition.pipeline.sections(name) } else { &parts }, key)?;
    let path = deeper.iter().fold(found.path, |path, key| place::under(&path, key));
    Some(Found { file: found.file, node: found.node.path(deeper)?, path })
}

/// Images, services, the runner, what the job token is used for, what a trigger passes on.
pub(super) fn others<'f>(definition: &Definition<'f>, job: &mut Job<'f>) {
    if let Some(image) = definition.get("image")
        && let Some(name) = image.node.text().or_else(|| image.node.str("name")).filter(|name| !name.contains('$'))
    {
        job.workload.uses.push((Use::Image, name.to_owned()));
    }
    for service in definition.get("services").map(|found| (found.file, found.node, found.path)).iter() {
        for item in service.1.items() {
            job.variables_of(&service.0.place, item.get("variables"), &service.2);
        }
    }
    if let Some(tags) = definition.get("tags") {
        for tag in tags.node.one_or_many() {
            job.note("runs-on", tag.text().unwrap_or_default(), tags.file.place.at(tag.span, tags.path.clone()));
        }
    }
    if let Some(release) = find(&definition.parts, "release") {
        let at = release.file.place.at(release.node.span, release.path);
        job.uses_job_token("CI_JOB_TOKEN", unkeyed_model::Destination::new("saas:gitlab", ""), &Receiver::unstated(None), at);
    }
    if let Some(trigger) = find(&definition.parts, "trigger") {
        let project = trigger.node.text().or_else(|| trigger.node.str("project"));
        if let Some(project) = project {
            job.lacks(format!("the pipeline of {project}, which the job starts"), trigger.file.place.at(trigger.node.span, trigger.path));
        }
    }
    if let Some(manifest) = find(&definition.parts, "secrets").filter(|found| found.node.entries().is_empty() && !found.node.is_null()) {
        job.refers(facts::reference(
            unkeyed_model::StoreKind::ForeignDefinition,
            "secrets",
            manifest.file.place.at(manifest.node.span, manifest.path),
        ));
    }
}
