//! Bitbucket Pipelines: `bitbucket-pipelines.yml`, each step a workload.
//!
//! The decision a reader would question: a step that stands in several pipelines (an anchor) is one workload, because
//! it is written once.

mod pipes;

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Facts, SkipReason, Span, Unit, Use, Value, WorkloadKind};

use crate::ci::{Budget, File, Files, IdentityToken, Job, System};
use crate::place;
use crate::tree::Node;

/// Atlassian support, "Variables and secrets" and "Integrate Pipelines with resource servers using OIDC".
const BITBUCKET: System = System {
    identity_tokens: &["BITBUCKET_STEP_OIDC_TOKEN"],
    predefined: &["BITBUCKET_"],
    ..System::new("Bitbucket", WorkloadKind::BitbucketStep)
};

/// Deepest nesting of stages and parallel groups.
const MAX_DEPTH: usize = 8;

/// `bitbucket-pipelines.yml`.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    matches!(unit.origin().file_name(), "bitbucket-pipelines.yml" | "bitbucket-pipelines.yaml").then(|| unit.origin().path.clone())
}

/// Reads a pipeline file.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    let files = Files::read(units, &mut facts.skipped);
    for file in files.iter() {
        let budget = Budget::new();
        let mut walk = Walk { file, budget: &budget, seen: BTreeSet::new(), names: BTreeMap::new(), cut: false };
        for kind in file.root.get("pipelines").into_iter().flat_map(Node::entries) {
            let path = place::under("pipelines", kind.name());
            if kind.name() == "default" {
                walk.group(&kind.value, &path, None, 0, &mut facts);
                continue;
            }
            for entry in kind.value.entries() {
                walk.group(&entry.value, &place::under(&path, entry.name()), None, 0, &mut facts);
            }
        }
        if walk.cut {
            facts.skipped.push(file.place.skip(SkipReason::Limit, "its scripts are more than is read of one pipeline"));
        }
    }
    facts
}

struct Walk<'a> {
    file: &'a File<'a>,
    budget: &'a Budget,
    /// Steps that were read, by where they are written.
    seen: BTreeSet<Span>,
    names: BTreeMap<String, usize>,
    cut: bool,
}

impl<'a> Walk<'a> {
    /// A list of steps, parallel groups and stages.
    fn group(&mut self, list: &'a Node, path: &str, deployment: Option<&'a Node>, depth: usize, facts: &mut Facts) {
        if depth > MAX_DEPTH {
            self.cut = true;
            return;
        }
        let nested = list.get("steps").filter(|_| list.items().is_empty());
        for (index, item) in nested.unwrap_or(list).items().iter().enumerate() {
            let path = place::item(path, index);
            if let Some(step) = item.get("step") {
                self.step(step, &place::under(&path, "step"), deployment, facts);
            }
            for key in ["parallel", "stage"] {
                if let Some(inner) = item.get(key) {
                    let deployment = inner.get("deployment").or(deployment);
                    self.group(inner, &place::under(&path, key), deployment, depth + 1, facts);
                }
            }
        }
    }

    fn step(&mut self, step: &'a Node, path: &str, deployment: Option<&'a Node>, facts: &mut Facts) {
        let place = &self.file.place;
        if !self.seen.insert(step.span) {
            return;
        }
        let base = step.str("name").unwrap_or("step").to_owned();
        let count = self.names.entry(base.clone()).or_default();
        *count += 1;
        let name = if *count == 1 { base } else { format!("{base}-{count}") };
        let mut job = Job::new(&BITBUCKET, self.budget, place.path(), &name, place.at(step.span, path));
        identity(&mut job, self.file, step, path);
        if let Some(environment) = step.get("deployment").or(deployment).and_then(Node::text) {
            job.workload.environment = Some(Value::literal(environment));
        }
        let image = step.get("image").or_else(|| self.file.root.get("image"));
        image_of(&mut job, self.file, image);
        for service in step.get("services").into_iter().flat_map(Node::items).filter_map(Node::text) {
            let Some(definition) = self.file.root.path(&["definitions", "services", service]) else { continue };
            let path = place::under("definitions.services", service);
            image_of(&mut job, self.file, definition.get("image"));
            for entry in definition.get("variables").into_iter().flat_map(Node::entries).filter(|entry| entry.value.text().is_some()) {
                pipes::given(&mut job, self.file, entry.name(), &entry.value, place::under(&path, entry.name()));
            }
        }
        for key in ["script", "after-script"] {
            for (index, item) in step.get(key).into_iter().flat_map(Node::items).enumerate() {
                let path = place::item(&place::under(path, key), index);
                if item.get("pipe").is_some() {
                    pipes::read(&mut job, self.file, item, &path);
                } else {
                    job.script(place, item, path);
                }
            }
        }
        self.cut |= job.finish(facts);
    }
}

/// `oidc: true`, or `oidc: {audiences: […]}`.
fn identity<'a>(job: &mut Job<'a>, file: &'a File<'a>, step: &'a Node, path: &str) {
    // The repository's, the deployment environment's and the step's ids change or are not in the inputs.
    job.issuer = Value::literal("https://api.bitbucket.org/2.0/workspaces/{any}/pipelines-config/identity/oidc");
    let has_environment = step.get("deployment").is_some();
    job.subjects = vec![Value::literal(if has_environment { "{any}:{any}:{any}" } else { "{any}:{any}" })];
    job.audience = Value::literal("ari:cloud:bitbucket::workspace/{any}");
    let Some(entry) = step.entry("oidc") else { return };
    let audiences = entry.value.get("audiences").map(Node::one_or_many).unwrap_or_default();
    if !entry.value.is_true() && audiences.is_empty() {
        return;
    }
    if let [only] = audiences {
        job.audience = job.resolve(only.text().unwrap_or_default());
    }
    let at = file.place.at(entry.span, place::under(path, "oidc"));
    let (variable, audience) = ("BITBUCKET_STEP_OIDC_TOKEN".to_owned(), job.audience.clone());
    job.may_present(IdentityToken { variable, audience, at, mentioned: None, used: false });
}

/// The image of a step, with its login.
fn image_of<'a>(job: &mut Job<'a>, file: &'a File<'a>, image: Option<&'a Node>) {
    let Some(image) = image else { return };
    if let Some(name) = image.text().or_else(|| image.str("name")).filter(|name| !name.contains('$')) {
        job.workload.uses.push((Use::Image, name.to_owned()));
    }
    for (key, inner) in [("image", Some(image)), ("image.aws", image.get("aws"))] {
        for entry in inner.into_iter().flat_map(Node::entries).filter(|entry| entry.value.text().is_some()) {
            let path = place::under(key, entry.name());
            match entry.name() {
                "password" => pipes::given(job, file, "DOCKER_PASSWORD", &entry.value, path),
                "access-key" => pipes::given(job, file, "AWS_ACCESS_KEY_ID", &entry.value, path),
                "secret-key" => pipes::given(job, file, "AWS_SECRET_ACCESS_KEY", &entry.value, path),
                "oidc-role" => pipes::takes_role(job, file, "image.aws.oidc-role", &entry.value, &path),
                _ => {}
            }
        }
    }
}
