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
    read_by(units, crate::group)
}

/// Reads units as the pipeline does with what is given as evidence.
fn read_evidence(units: &[Unit<'static>]) -> Facts {
    let mut facts = read_by(units, crate::evidence_group);
    for unit in units.iter().filter(|unit| crate::evidence_group(unit).is_none()) {
        if let Some(mut log) = crate::LogReader::of(unit.origin(), unit.bytes()) {
            // In two parts, as windows of a long log come.
            let (head, tail) = unit.bytes().split_at(unit.bytes().len() / 2);
            log.push(head);
            log.push(tail);
            facts.append(log.finish());
        }
    }
    facts
}

fn read_by(units: &[Unit<'static>], group: fn(&Unit<'_>) -> Option<Group>) -> Facts {
    let mut groups: BTreeMap<Group, Vec<Unit<'static>>> = BTreeMap::new();
    for unit in units {
        if let Some(group) = group(unit) {
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
        let is_evidence = case.starts_with("exports/");
        let facts = if is_evidence { read_evidence(&units) } else { read(&units) };
        let mut teller = Teller { units: &units, text: String::new() };
        if is_evidence || case.starts_with("trust-") || case.ends_with("/cloud-operators") {
            teller.outside(&facts);
        }
        let told = teller.tell(&facts);
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
                let cut = [Unit::new(Arc::clone(unit.origin()), bytes[..end].to_vec())];
                if case.starts_with("exports/") {
                    read_evidence(&cut)
                } else {
                    read(&cut)
                };
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

    /// What exports and logs are read for.
    fn outside(&mut self, facts: &Facts) {
        for row in &facts.evidence {
            let dated = row.dated.map_or_else(String::new, |(at, by)| format!(", {at} by {by}"));
            writeln!(self.text, "evidence {} {}: {}, {}{dated}", row.path, row.assurance, row.formats.join("; "), row.records).unwrap();
        }
        for found in &facts.principals {
            writeln!(self.text, "principal {} {} {}", found.key, found.kind, found.names.join(" ")).unwrap();
        }
        for trust in &facts.trusts {
            let audiences = trust.audiences.iter().flatten().map(value).collect::<Vec<_>>().join(" ");
            let said = format!("{} trusts {} {} {:?} for {audiences}", trust.principal, trust.trusted, value(&trust.issuer), trust.subject);
            self.line(&format!("trust {said}"), &trust.location);
            let conditions = trust
                .claims
                .iter()
                .map(|claim| format!("{} {} {}", claim.name, claim.operator, claim.values.iter().map(value).collect::<Vec<_>>().join(" ")));
            let settings = trust.settings.iter().map(|(name, setting)| format!("{name} = {}", value(setting)));
            for condition in conditions.chain(settings) {
                writeln!(self.text, "  {condition}").unwrap();
            }
        }
        for grant in &facts.grants {
            let role = grant.role.as_ref().map_or_else(|| grant.actions.join(" "), value);
            let on = grant.resources.iter().map(value).collect::<Vec<_>>().join(" ");
            let condition = grant.condition.as_deref().map_or_else(String::new, |condition| format!(" if {condition}"));
            self.line(&format!("grant {} {role} on {} {on}{condition}", grant.principal, grant.scope), &grant.location);
        }
        for session in &facts.sessions {
            self.line(&format!("session {} {} {:?}", session.principal, session.setting, session.seconds), &session.location);
        }
        for form in &facts.subject_forms {
            writeln!(self.text, "subject form immutable={} {:?} {:?}", form.immutable, form.prefix, form.claims).unwrap();
        }
        for seen in &facts.observed {
            let who =
                [&seen.subject, &seen.issuer, &seen.credential, &seen.credential_id].into_iter().flatten().cloned().collect::<Vec<_>>();
            let (first, last) = (seen.first.map(|at| at.to_string()), seen.last.map(|at| at.to_string()));
            let counted = format!("{} allowed, {} denied, {:?} s, {first:?} to {last:?}", seen.allowed, seen.denied, seen.seconds);
            let line = seen.location.region.line;
            writeln!(self.text, "observed {} {} {} by {}: {counted}, line {line}", seen.platform, seen.act, seen.principal, who.join(" "))
                .unwrap();
        }
        for found in facts.declarations.iter().filter(|found| found.principal.is_some() || found.lifetime.issued.is_some()) {
            let life = &found.lifetime;
            let (issued, expires) = (life.issued.map(|at| at.to_string()), life.expires.map(|at| at.to_string()));
            writeln!(self.text, "key {} of {:?} from {issued:?} to {expires:?}", found.name, found.principal).unwrap();
        }
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
        let unit = self.units.iter().find(|unit| unit.origin().path == location.origin.path).unwrap();
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
