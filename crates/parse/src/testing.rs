//! Fixture tests: a folder of input files beside `facts.txt`, which says in one line each what must be read from them.
//!
//! Every line quotes the source bytes of its location, so that a wrong span shows. `UPDATE_FACTS=1` rewrites the files;
//! read the difference before committing it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use unkeyed_model::{Facts, IdentityPath, ImagePlace, Location, Origin, Reference, Surface, Unit, Value, Workload};

use crate::Group;

fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/parse").join(case)
}

/// The units of a fixture folder, in the order of their paths.
pub(crate) fn units(case: &str) -> Vec<Unit<'static>> {
    let root = folder(case);
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    // Only whoever asks for it by `env:` says that a file is a dump of an environment.
    let surface = match case.split('/').next() {
        Some("env-dump") => Surface::EnvDump,
        Some("image") => Surface::ImageConfig,
        _ => Surface::Worktree,
    };
    let unit = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let images = vec![format!("example.org/{}:v1 (linux/amd64)", name.trim_end_matches(".json")).into()];
        let image = (surface == Surface::ImageConfig).then(|| Arc::new(ImagePlace { images, ..ImagePlace::default() }));
        Unit::new(Arc::new(Origin { path: name, surface, image, ..Origin::default() }), std::fs::read(path).unwrap())
    };
    files.into_iter().map(unit).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if entry.file_name() != "facts.txt" {
            files.push(path);
        }
    }
}

/// Reads units as the pipeline does.
pub(crate) fn read(units: &[Unit<'static>]) -> Facts {
    let mut groups: BTreeMap<Group, Vec<Unit<'static>>> = BTreeMap::new();
    for unit in units {
        if let Some(group) = crate::group(unit) {
            groups.entry(group).or_default().push(unit.clone());
        }
    }
    let mut facts = Facts::default();
    for (group, units) in &groups {
        facts.append(crate::read(group, units));
    }
    facts
}

/// Folders with a `facts.txt`, as `format/case`.
fn cases() -> Vec<String> {
    let mut found = Vec::new();
    for format in std::fs::read_dir(folder("")).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        for case in std::fs::read_dir(format.path()).unwrap().flatten().filter(|entry| entry.path().join("facts.txt").is_file()) {
            found.push(format!("{}/{}", format.file_name().to_string_lossy(), case.file_name().to_string_lossy()));
        }
    }
    found.sort();
    found
}

#[test]
fn every_fixture_yields_its_facts() {
    let mut wrong = String::new();
    for case in cases() {
        let units = units(&case);
        let told = Teller { units: &units, text: String::new() }.tell(&read(&units));
        let path = folder(&case).join("facts.txt");
        if std::env::var_os("UPDATE_FACTS").is_some() {
            std::fs::write(&path, &told).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap();
        let missing: Vec<&str> = expected.lines().filter(|line| !told.lines().any(|other| other == *line)).collect();
        let added: Vec<&str> = told.lines().filter(|line| !expected.lines().any(|other| other == *line)).collect();
        if told != expected {
            writeln!(wrong, "{case}\n  not read: {missing:#?}\n  not expected: {added:#?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Every prefix of small files, evenly spread ones of larger.
#[test]
fn no_prefix_of_a_fixture_panics() {
    for case in cases() {
        for unit in units(&case) {
            let bytes = unit.bytes();
            for end in (0..bytes.len()).step_by(bytes.len() / 300 + 1) {
                read(&[Unit::new(Arc::clone(unit.origin()), bytes[..end].to_vec())]);
            }
        }
    }
}

struct Teller<'u> {
    units: &'u [Unit<'static>],
    text: String,
}

impl Teller<'_> {
    fn tell(mut self, facts: &Facts) -> String {
        for workload in &facts.workloads {
            self.workload(workload);
        }
        for slot in &facts.slots {
            let to = slot.destination.as_ref().map_or(String::new(), |to| format!(" -> {to}"));
            self.line(&format!("slot {} {}{to}", slot.name, slot.role), &slot.location);
        }
        for found in &facts.declarations {
            self.line(&format!("declaration {} {} {}", found.kind, found.name, found.custody), &found.location);
        }
        for rule in &facts.owners {
            self.line(&format!("owner {} {}", rule.pattern, rule.owners.join(" ")), &rule.location);
        }
        for skip in &facts.skipped {
            writeln!(self.text, "skipped {} {}: {}", skip.path, skip.why, skip.detail).unwrap();
        }
        self.text
    }

    fn workload(&mut self, workload: &Workload) {
        let component = if workload.component { " (component)" } else { "" };
        self.line(&format!("workload {} {:?}{component}", workload.id, workload.name), &workload.location);
        for extent in workload.extents.iter().filter(|extent| **extent != workload.location) {
            self.line("  extent", extent);
        }
        if let Some(environment) = &workload.environment {
            writeln!(self.text, "  environment {}", value(environment)).unwrap();
        }
        if let Some(owner) = &workload.owner {
            writeln!(self.text, "  owner {owner}").unwrap();
        }
        for (how, what) in &workload.uses {
            writeln!(self.text, "  uses {how} {what}").unwrap();
        }
        for path in &workload.identity_paths {
            self.path(path);
        }
        for reference in &workload.references {
            self.reference(reference);
        }
        for destination in &workload.destinations {
            writeln!(self.text, "  destination {destination}").unwrap();
        }
        for (name, value, location) in &workload.traits {
            self.line(&format!("  trait {name} = {value}"), location);
        }
    }

    fn path(&mut self, path: &IdentityPath) {
        let ttl = path.ttl.map_or(String::new(), |ttl| format!(", {} s {}", ttl.seconds, ttl.basis));
        let bound = path.platform_bound.map_or("", |bound| if bound { ", bound by the platform" } else { ", bound but not narrowed" });
        let who = value(&path.principal);
        let text = format!(
            "  path {} {} {} by {} -> {} as {who}{ttl}{bound}",
            path.kind, path.platform, path.reach, path.mechanism, path.destination
        );
        writeln!(self.text, "{text}").unwrap();
        for (name, half) in [("capability", &path.capability), ("consumer", &path.consumer)] {
            match half {
                Some(location) => self.line(&format!("    {name}"), location),
                None => writeln!(self.text, "    {name} not seen").unwrap(),
            }
        }
        for token in &path.tokens {
            writeln!(self.text, "    token {} for {}", value(&token.subject), value(&token.audience)).unwrap();
        }
    }

    fn reference(&mut self, reference: &Reference) {
        let mut text = format!("  reference {} {}", reference.store, reference.name);
        if let Some(key) = &reference.key {
            write!(text, " key {key}").unwrap();
        }
        if let Some(name) = &reference.used_as {
            write!(text, " as {name}").unwrap();
        }
        write!(text, " {} {} {}", reference.content, reference.custody, reference.role).unwrap();
        if let Some(destination) = &reference.destination {
            write!(text, " -> {destination}").unwrap();
        }
        if reference.fallback {
            text.push_str(" (fallback)");
        }
        self.line(&text, &reference.location);
    }

    /// A line with the place, its key path and the source it covers.
    fn line(&mut self, text: &str, location: &Location) {
        let span = location.region.span;
        let unit = self.units.iter().find(|unit| unit.origin() == &location.origin).unwrap();
        let source = std::str::from_utf8(&unit.bytes()[span.start..span.end]).unwrap();
        let shown: String = source.lines().next().unwrap_or_default().chars().take(60).collect();
        let more = if shown.len() < source.len() { "…" } else { "" };
        let path = location.key_path.as_deref().map_or(String::new(), |path| format!(" {path}"));
        let name = location.origin.file_name();
        writeln!(self.text, "{text} @ {name}:{}{path} `{shown}{more}`", location.region.line).unwrap();
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Known(text, _) => text.clone(),
        Value::Unknown(why) => format!("? ({why})"),
    }
}
