//! Drone and Woodpecker: pipelines of containers. In Drone a pipeline is a workload, in Woodpecker a step.
//!
//! Neither issues identity tokens of its own (DOMAIN §3.1), so that a login without a stored secret must be a plugin's.
//! The decision a reader would question: `from_secret` says that a value is kept on the server, not what it is; the
//! names around it decide.

use unkeyed_model::{
    Custody, Declaration, Destination, Facts, Lifetime, Location, Reference, Role, SkipReason, Span, StoreKind, Unit, Use, WorkloadKind,
};

use crate::ci::{Budget, Job, System};
use crate::facts as shared;
use crate::place::{self, Place};
use crate::tree::{Entry, Node};
use crate::yaml;

/// Drone docs, "Reference": `DRONE_` and `CI_` variables are set for each step.
const DRONE: System = System { predefined: &["DRONE_", "CI_"], escapes: true, ..System::new("Drone", WorkloadKind::Drone) };
/// Woodpecker docs, "Environment variables": `CI_`; the token of `CI_NETRC_PASSWORD` belongs to whoever set the repository up.
const WOODPECKER: System = System { predefined: &["CI_"], escapes: true, ..System::new("Woodpecker", WorkloadKind::Woodpecker) };

/// Deepest nesting of a plugin's settings.
const MAX_DEPTH: usize = 8;

/// `.drone.yml`, `.woodpecker.yml`, and the files in `.woodpecker`.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let path = &unit.origin().path;
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    (is_program(path) || is_yaml && (is_drone(path) || is_woodpecker(path))).then(|| path.clone())
}

/// A pipeline that a program makes (Drone docs, "Jsonnet" and "Starlark").
fn is_program(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some(".drone.jsonnet" | ".drone.star" | ".drone.starlark" | ".drone.script"))
}

fn is_drone(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some(".drone.yml" | ".drone.yaml")) || path.starts_with(".drone/") || path.contains("/.drone/")
}

fn is_woodpecker(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.starts_with(".woodpecker.") || path.starts_with(".woodpecker/") || path.contains("/.woodpecker/")
}

/// Reads a pipeline file.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    place::each(units, file)
}

fn file(place: &Place<'_>, facts: &mut Facts) {
    if is_program(place.path()) {
        return program(place, facts);
    }
    let mut documents = yaml::parse(place);
    facts.skipped.append(&mut documents.skipped);
    let budget = Budget::new();
    let mut cut = false;
    for (index, root) in documents.nodes.iter().enumerate() {
        match root.str("kind") {
            Some("secret") => secret(place, root, facts),
            Some("signature") => {}
            _ if is_woodpecker(place.path()) => cut |= steps_alone(place, root, &budget, facts),
            _ => cut |= pipeline(place, root, index, &budget, facts),
        }
    }
    if cut {
        facts.skipped.push(place.skip(SkipReason::Limit, "its scripts are more than is read of one file"));
    }
}

/// A pipeline of which only the program is seen that makes it: the secrets that it names, and that there is more.
fn program(place: &Place<'_>, facts: &mut Facts) {
    let budget = Budget::new();
    let mut job = Job::new(&DRONE, &budget, place.path(), "default", place.whole());
    job.workload.extents = vec![place.bare(Span::new(0, place.text().len()))];
    for (at, key) in place.text().match_indices("from_secret") {
        // The quote that may close the key comes first.
        let rest = place.text()[at + key.len()..].trim_start_matches(['"', '\'']);
        let Some(value) = rest.split(['"', '\'']).nth(1).filter(|name| !name.is_empty() && name.len() < 128) else { continue };
        let start = value.as_ptr() as usize - place.text().as_ptr() as usize;
        stored(&mut job, value, value, place.at(Span::new(start, start + value.len()), "from_secret"), None);
    }
    job.lacks("the pipeline that the program makes", place.whole());
    if job.finish(facts) {
        facts.skipped.push(place.skip(SkipReason::Limit, "it names more secrets than are read of one file"));
    }
}

/// The steps of a pipeline: a list, or a mapping by name (`pipeline:` before Drone 1.0 and Woodpecker 1.0).
fn steps(root: &Node) -> Vec<(&str, &Node, String, Option<&Entry>)> {
    let mut found = Vec::new();
    for key in ["steps", "pipeline"] {
        let Some(section) = root.get(key) else { continue };
        for (index, step) in section.items().iter().enumerate() {
            found.push((step.str("name").unwrap_or("step"), step, place::item(key, index), None));
        }
        for entry in section.entries() {
            found.push((entry.name(), &entry.value, place::under(key, entry.name()), Some(entry)));
        }
    }
    found
}

fn pipeline(place: &Place<'_>, root: &Node, index: usize, budget: &Budget, facts: &mut Facts) -> bool {
    let all = steps(root);
    if all.is_empty() {
        return false;
    }
    let name =
        root.str("name").map_or_else(|| if index == 0 { "default".to_owned() } else { format!("default-{}", index + 1) }, str::to_owned);
    let mut job = Job::new(&DRONE, budget, place.path(), &name, place.at(root.span, name.clone()));
    pulls(&mut job, place, root);
    environment(&mut job, place, root.get("environment"), "environment");
    for (_, step, path, _) in all {
        read_step(&mut job, place, step, &path);
    }
    services(&mut job, place, root);
    for volume in root.get("volumes").map(Node::items).unwrap_or_default() {
        job.mounts(place, volume.path(&["host", "path"]), "volumes");
    }
    job.finish(facts)
}

fn steps_alone(place: &Place<'_>, root: &Node, budget: &Budget, facts: &mut Facts) -> bool {
    let mut cut = false;
    let mut names = std::collections::BTreeMap::new();
    for (name, step, path, entry) in steps(root) {
        let count = names.entry(name).or_insert(0_usize);
        *count += 1;
        let name = if *count == 1 { name.to_owned() } else { format!("{name}-{count}") };
        let location = place.at(entry.map_or(step.span, |entry| entry.span), path.clone());
        let mut job = Job::new(&WOODPECKER, budget, place.path(), &name, location);
        read_step(&mut job, place, step, &path);
        services(&mut job, place, root);
        job.mounts(place, step.get("volumes"), &path);
        kubernetes(&mut job, place, step, &path);
        cut |= job.finish(facts);
    }
    cut
}

/// Containers that run beside the steps.
fn services<'a>(job: &mut Job<'a>, place: &'a Place<'a>, root: &'a Node) {
    let services = root.get("services");
    let listed = services.map(Node::items).unwrap_or_default().iter().map(|service| service.get("environment"));
    let mapped = services.map(Node::entries).unwrap_or_default().iter().map(|entry| entry.value.get("environment"));
    // What a service is started with dies with the run, unless it is stored somewhere.
    let stored = listed.chain(mapped).flatten().flat_map(Node::entries).filter(|entry| entry.value.get("from_secret").is_some());
    for entry in stored {
        let secret = entry.value.str("from_secret").unwrap_or_default();
        self::stored(job, secret, entry.name(), place.at(entry.value.span, place::under("services", entry.name())), None);
    }
}

/// Secrets of the cluster that a step is given (Woodpecker docs, "Kubernetes backend": `backend_options.kubernetes.secrets`).
fn kubernetes(job: &mut Job<'_>, place: &Place<'_>, step: &Node, path: &str) {
    for secret in step.path(&["backend_options", "kubernetes", "secrets"]).map(Node::items).unwrap_or_default() {
        let at = place.at(secret.span, place::under(path, "backend_options"));
        let reference = shared::reference(StoreKind::K8sSecret, secret.str("name").unwrap_or_default(), at);
        let used_as = secret.path(&["target", "env"]).and_then(Node::text).map(str::to_owned);
        job.refers(Reference { content: unkeyed_model::Content::Durable, used_as, ..reference });
    }
}

fn read_step<'a>(job: &mut Job<'a>, place: &'a Place<'a>, step: &'a Node, path: &str) {
    environment(job, place, step.get("environment"), &place::under(path, "environment"));
    if let Some(image) = step.str("image").filter(|image| !image.contains('$')) {
        let drawn = (Use::Image, image.to_owned());
        if !job.workload.uses.contains(&drawn) {
            job.workload.uses.push(drawn);
        }
    }
    for (index, item) in step.get("secrets").into_iter().flat_map(Node::items).enumerate() {
        let source = item.text().or_else(|| item.str("source")).unwrap_or_default();
        let target = item.str("target").unwrap_or(source).to_ascii_uppercase();
        job.is_given(&target);
        stored(job, source, &target, place.at(item.span, place::item(&place::under(path, "secrets"), index)), None);
    }
    let rehearses = step.path(&["settings", "dry_run"]).or_else(|| step.path(&["settings", "dry-run"])).is_some_and(Node::is_true);
    let to = destination(step.str("image").unwrap_or_default(), step.get("settings")).filter(|_| !rehearses);
    if let Some(to) = &to {
        job.reaches(to.clone());
    }
    for entry in step.get("settings").into_iter().flat_map(Node::entries) {
        setting(job, place, entry, &place::under(path, "settings"), to.as_ref(), 0);
    }
    // Before Drone 1.0 the settings of a plugin stand beside its image.
    if step.get("settings").is_none() && step.get("commands").is_none() {
        for entry in step.entries().iter().filter(|entry| shared::is_credential_variable(entry.name()) && entry.name() != "secrets") {
            setting(job, place, entry, path, to.as_ref(), 0);
        }
    }
    for (index, command) in step.get("commands").map(Node::one_or_many).unwrap_or_default().iter().enumerate() {
        job.script(place, command, place::item(&place::under(path, "commands"), index));
    }
}

fn environment<'a>(job: &mut Job<'a>, place: &'a Place<'a>, node: Option<&'a Node>, path: &str) {
    for entry in node.into_iter().flat_map(Node::entries) {
        let path = place::under(path, entry.name());
        match entry.value.str("from_secret") {
            Some(secret) => {
                job.is_given(entry.name());
                stored(job, secret, entry.name(), place.at(entry.value.span, path), None);
            }
            None => job.variable(entry.name(), place, &entry.value, path),
        }
    }
}

/// A setting of a plugin.
fn setting<'a>(job: &mut Job<'a>, place: &'a Place<'a>, entry: &'a Entry, path: &str, to: Option<&Destination>, depth: usize) {
    let path = place::under(path, entry.name());
    let at = place.at(entry.value.span, path.clone());
    if let Some(secret) = entry.value.str("from_secret") {
        stored(job, secret, entry.name(), at, to);
    } else if let Some(text) = entry.value.text() {
        let is_literal = !text.contains('$') && !text.trim().is_empty();
        if is_literal && shared::is_credential_variable(entry.name()) {
            job.slots.push(unkeyed_model::Slot { destination: to.cloned(), ..shared::slot(entry.name(), at) });
        } else {
            job.text(place, &entry.value, path.clone(), crate::receiver::Receiver::variable(entry.name()));
        }
    }
    if entry.value.str("from_secret").is_none() {
        let items = entry.value.items().iter().flat_map(Node::entries);
        for inner in items.chain(entry.value.entries()).filter(|_| depth < MAX_DEPTH) {
            setting(job, place, inner, &path, to, depth + 1);
        }
    }
}

fn stored(job: &mut Job<'_>, name: &str, used_as: &str, at: Location, to: Option<&Destination>) {
    let mut reference = shared::received_by(shared::reference(StoreKind::CiVariable, name, at), used_as);
    reference.destination = reference.destination.or_else(|| to.cloned());
    job.refers(reference);
}

/// Where a well-known plugin leads.
fn destination(image: &str, settings: Option<&Node>) -> Option<Destination> {
    let name = image.split(':').next().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default().trim_start_matches("drone-").trim_start_matches("plugin-");
    let registry = || settings.and_then(|settings| settings.str("registry")).unwrap_or("docker.io").to_owned();
    match name {
        "docker" | "docker-buildx" | "kaniko" => Some(shared::registry(&registry())),
        "ecr" | "s3" | "s3-sync" | "s3-cache" | "kaniko-ecr" => Some(Destination::new("aws", "")),
        "gcr" | "gcs" | "gar" | "kaniko-gcr" => Some(Destination::new("gcp", "")),
        "acr" => Some(Destination::new("azure", "")),
        "slack" => Some(Destination::new("saas:slack", "")),
        "github-release" => Some(Destination::new("github", "")),
        "npm" => Some(Destination::new("registry", "registry.npmjs.org")),
        "pypi" => Some(Destination::new("registry", "pypi.org")),
        "ssh" | "scp" | "rsync" | "git-push" => Some(Destination::new("ssh", "")),
        _ => None,
    }
}

/// `image_pull_secrets: [name]`.
fn pulls(job: &mut Job<'_>, place: &Place<'_>, root: &Node) {
    for item in root.get("image_pull_secrets").map(Node::one_or_many).unwrap_or_default() {
        let reference =
            shared::reference(StoreKind::CiVariable, item.text().unwrap_or_default(), place.at(item.span, "image_pull_secrets"));
        job.refers(Reference {
            content: unkeyed_model::Content::Durable,
            destination: Some(Destination::new("registry", "")),
            used_as: Some("image_pull_secrets".to_owned()),
            ..reference
        });
    }
}

/// `kind: secret`: encrypted in the file, or fetched from elsewhere.
fn secret(place: &Place<'_>, root: &Node, facts: &mut Facts) {
    let name = root.str("name").unwrap_or_default().to_owned();
    let Some(data) = root.get("data") else { return };
    for node in std::iter::once(data).chain(data.entries().iter().map(|entry| &entry.value)).filter(|node| node.text().is_some()) {
        facts.declarations.push(Declaration {
            kind: "drone.secret".to_owned(),
            name: name.clone(),
            custody: Custody::EncryptedAtRest,
            role: Role::Access,
            lifetime: Lifetime::default(),
            destination: None,
            principal: None,
            location: place.at(node.span, "data"),
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, StoreKind, Unit};

    #[test]
    fn a_program_names_secrets_and_is_not_seen_whole() {
        for (path, text) in [
            (".drone.jsonnet", "[{ kind: 'pipeline', steps: [{ settings: { password: { from_secret: 'docker_password' } } }] }]"),
            (".drone.star", "def main(ctx):\n  return {\"env\": {\"P\": {\"from_secret\": \"docker_password\"}}}\n"),
        ] {
            let origin = Origin { path: path.into(), ..Origin::default() };
            let facts = crate::testing::read(&[Unit::new(Arc::new(origin), text.as_bytes())]);
            let found: Vec<_> = facts.workloads[0].references.iter().map(|found| (found.store, found.name.as_str())).collect();
            assert_eq!(found[0], (StoreKind::CiVariable, "docker_password"), "{path}");
            assert_eq!(found[1].0, StoreKind::ForeignDefinition);
        }
    }
}
