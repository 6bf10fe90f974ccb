//! Travis CI: `.travis.yml`. What stands at the top is a job of its own, and what each entry of `jobs.include` builds on.
//!
//! Travis issues no identity tokens. Values under `secure:` are encrypted with a key that only Travis has.

use unkeyed_model::{
    Content, Custody, Declaration, Destination, Facts, Lifetime, Reference, Role, SkipReason, StoreKind, Unit, WorkloadKind,
};

use crate::ci::{Budget, File, Files, Job, System};
use crate::facts as shared;
use crate::place;
use crate::receiver::Receiver;
use crate::tree::Node;

/// Travis docs, "Environment variables".
const TRAVIS: System = System { predefined: &["TRAVIS_"], ..System::new("Travis CI", WorkloadKind::Travis) };

/// Most entries of `jobs.include` that are read.
const MAX_JOBS: usize = 1_000;

/// Phases of a job that hold scripts (Travis docs, "Job lifecycle").
const PHASES: &[&str] = &[
    "before_install",
    "install",
    "before_script",
    "script",
    "before_cache",
    "after_success",
    "after_failure",
    "before_deploy",
    "after_deploy",
    "after_script",
];

/// `.travis.yml`.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    matches!(unit.origin().file_name(), ".travis.yml" | ".travis.yaml").then(|| unit.origin().path.clone())
}

/// Reads the file.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    let files = Files::read(units, &mut facts.skipped);
    for file in files.iter() {
        let budget = Budget::new();
        let include = ["jobs", "matrix"].iter().find_map(|key| file.root.path(&[key, "include"]));
        let mut cut = one(file, None, &budget, &mut facts);
        let mut names = std::collections::BTreeMap::new();
        for (index, item) in include.into_iter().flat_map(Node::items).enumerate() {
            // An entry that only picks a version runs what stands at the top.
            let own = PHASES.iter().chain(&["deploy", "env"]).any(|key| item.get(key).is_some());
            if own && index >= MAX_JOBS {
                cut = true;
                break;
            }
            if own {
                let base = item.str("name").or_else(|| item.str("stage")).unwrap_or("job");
                let count = names.entry(base).or_insert(0_usize);
                *count += 1;
                let name = if *count == 1 { base.to_owned() } else { format!("{base}-{count}") };
                cut |= one(file, Some((item, name, index)), &budget, &mut facts);
            }
        }
        if cut {
            facts.skipped.push(file.place.skip(SkipReason::Limit, "its scripts are more than is read of one file"));
        }
    }
    facts
}

fn one<'a>(file: &'a File<'a>, item: Option<(&'a Node, String, usize)>, budget: &'a Budget, facts: &mut Facts) -> bool {
    let place = &file.place;
    let (node, name, path) = match &item {
        Some((node, name, index)) => (*node, name.as_str(), place::item("jobs.include", *index)),
        None => (&file.root, "build", String::new()),
    };
    let mut job = Job::new(&TRAVIS, budget, place.path(), name, place.at(node.span, path.clone()));
    if item.is_some()
        && let Some(entry) = file.root.entry("env")
    {
        job.workload.extents.push(place.at(entry.span, "env"));
        environment(&mut job, file, &entry.value, "env");
    }
    if let Some(env) = node.get("env") {
        environment(&mut job, file, env, &place::under(&path, "env"));
    }
    for phase in PHASES {
        let (holder, path) = match node.get(phase) {
            Some(own) => (Some(own), place::under(&path, phase)),
            None => (file.root.get(phase), (*phase).to_owned()),
        };
        for (index, script) in holder.map(Node::one_or_many).unwrap_or_default().iter().enumerate() {
            job.script(place, script, place::item(&path, index));
        }
    }
    for key in ["deploy", "notifications", "addons"] {
        let own = node.get(key).or_else(|| file.root.get(key).filter(|_| key == "deploy"));
        for section in own.into_iter().flat_map(|own| if own.items().is_empty() { std::slice::from_ref(own) } else { own.items() }) {
            given(&mut job, file, section, &place::under(&path, key));
        }
    }
    decrypted(&mut job, place, node, &path);
    let mut slots = Vec::new();
    node.for_each_scalar(&path, &mut |path, scalar| {
        if path.ends_with(".secure") && (item.is_some() || !path.starts_with("jobs.") && !path.starts_with("matrix.")) {
            slots.push(place.at(scalar.span, path));
        }
    });
    facts.declarations.extend(slots.into_iter().map(|location| Declaration {
        kind: "travis.secure".to_owned(),
        name: location.key_path.clone().unwrap_or_default().trim_end_matches(".secure").to_owned(),
        custody: Custody::EncryptedAtRest,
        role: Role::Access,
        lifetime: Lifetime::default(),
        destination: None,
        principal: None,
        location,
    }));
    job.finish(facts)
}

/// The key of an encrypted file, which Travis keeps (Travis docs, "Encrypting Files": `$encrypted_…_key`).
fn decrypted(job: &mut Job<'_>, place: &place::Place<'_>, node: &Node, path: &str) {
    let mut found = Vec::new();
    for phase in PHASES {
        let Some(scripts) = node.get(phase) else { continue };
        scripts.for_each_scalar(&place::under(path, phase), &mut |path, scalar| {
            let mut words = scalar.text().unwrap_or_default().split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let key = words.find(|word| word.starts_with("encrypted_") && word.ends_with("_key"));
            found.extend(key.map(|key| (key.to_owned(), place.at(scalar.span, path))));
        });
    }
    for (name, at) in found {
        let reference = shared::reference(StoreKind::CiVariable, name, at);
        job.refers(Reference { content: Content::Durable, ..reference });
    }
}

/// `env`: a mapping, a list of assignments, or `global` and `jobs` of them.
fn environment<'a>(job: &mut Job<'a>, file: &'a File<'a>, env: &'a Node, path: &str) {
    for entry in env.entries() {
        let path = place::under(path, entry.name());
        match entry.name() {
            "global" | "jobs" | "matrix" => environment(job, file, &entry.value, &path),
            "secure" => {}
            name if entry.value.get("secure").is_some() => job.is_given(name),
            name => job.variable(name, &file.place, &entry.value, path),
        }
    }
    for (index, item) in env.one_or_many().iter().enumerate() {
        let path = place::item(path, index);
        if item.text().is_some() {
            job.script(&file.place, item, path);
        } else {
            environment(job, file, item, &path);
        }
    }
}

/// Providers of `deploy` and what they lead to.
const PROVIDERS: &[(&str, &str, &str)] = &[
    ("s3", "aws", ""),
    ("elasticbeanstalk", "aws", ""),
    ("codedeploy", "aws", ""),
    ("lambda", "aws", ""),
    ("gcs", "gcp", ""),
    ("gae", "gcp", ""),
    ("npm", "registry", "registry.npmjs.org"),
    ("pypi", "registry", "pypi.org"),
    ("rubygems", "registry", "rubygems.org"),
    ("cargo", "registry", "crates.io"),
    ("releases", "github", ""),
    ("pages", "github", ""),
    ("heroku", "saas:heroku", ""),
    ("firebase", "gcp", ""),
];

/// Keys of deployments and notifications that hold credentials.
fn given<'a>(job: &mut Job<'a>, file: &'a File<'a>, section: &'a Node, path: &str) {
    // A deployment at the top is one of every job.
    if !job.affords_bytes(section.span.end.saturating_sub(section.span.start)) {
        return;
    }
    let provider = section.str("provider").unwrap_or_default();
    let to = PROVIDERS.iter().find(|(name, ..)| *name == provider).map(|(_, kind, name)| Destination::new(*kind, *name));
    job.workload.destinations.extend(to.clone());
    let mut found: Vec<(String, &'a Node)> = Vec::new();
    section.for_each_scalar(path, &mut |path, node| found.push((path.to_owned(), node)));
    for (path, node) in found {
        let name = path.rsplit(['.', '[']).next().unwrap_or_default();
        let text = node.text().unwrap_or_default();
        let receiver = Receiver { destination: to.clone(), ..Receiver::variable(name) };
        if text.contains('$') {
            job.text(&file.place, node, path, receiver);
        } else if shared::is_credential_variable(name) && !text.trim().is_empty() {
            job.slots.push(unkeyed_model::Slot { destination: to.clone(), ..shared::slot(name, file.place.at(node.span, path.clone())) });
        }
    }
}
