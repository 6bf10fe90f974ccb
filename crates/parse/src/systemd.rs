//! Service units of systemd with their drop-ins, and Podman's quadlets: one workload per service.
//!
//! A unit and the drop-ins of its `.d` folder are read together, as systemd does. The decision a reader would question:
//! a credential of the host (`LoadCredential=`) is a file outside the inputs, and durable: the unit gets it at each
//! start, but nothing makes it expire. Settings as in systemd.exec(5), systemd.unit(5) and podman-systemd.unit(5).

mod lines;

use unkeyed_model::{
    Content, Custody, Facts, IdentityKind, IdentityPath, Platform, Reach, Reference, Span, StoreKind, Unit, Use, Value, Workload,
    WorkloadKind,
};

use self::lines::{Setting, settings, words};
use crate::environment::{self, Variable};
use crate::facts;
use crate::host_files;
use crate::interpolation::interpolations;
use crate::place::Place;
use crate::scripts;
use crate::shell;

/// `*.service`, `*.container` and their drop-ins, grouped by unit.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let is_unit = |name: &str| name.ends_with(".service") || name.ends_with(".container");
    let head = unit.bytes().get(..unit.bytes().len().min(16 << 10)).unwrap_or_default();
    let has_section = || [&b"[Service]"[..], b"[Unit]", b"[Container]"].iter().any(|word| memchr::memmem::find(head, word).is_some());
    if is_unit(origin.file_name()) {
        return has_section().then(|| origin.path.clone());
    }
    let of = origin.folder().strip_suffix(".d").filter(|unit| is_unit(unit));
    of.filter(|_| origin.file_name().ends_with(".conf")).map(str::to_owned)
}

/// Reads a unit and its drop-ins.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    let mut places = Vec::new();
    for unit in units {
        match Place::new(unit) {
            Ok(place) => places.push(place),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    let is_unit = |place: &&Place<'_>| !place.path().ends_with(".conf");
    let Some(first) = places.iter().find(is_unit).or(places.first()) else { return facts };
    let path = first.origin().folder().strip_suffix(".d").filter(|_| !is_unit(&first)).unwrap_or_else(|| first.path());
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut workload = Workload::new(WorkloadKind::Systemd, format!("systemd:{path}"), name, first.whole());
    workload.extents = places.iter().map(|place| place.bare(Span::new(0, place.text().len()))).collect();
    let mut service = Service { workload, variables: Vec::new(), open: Vec::new(), facts: &mut facts };
    for place in &places {
        for setting in settings(place.text()) {
            service.read(place, &setting);
        }
    }
    let Service { mut workload, variables, open, .. } = service;
    workload.identity_paths.extend(environment::identity_paths(&variables));
    // Nobody is suspected of a secret for having settings; but who has an identity is judged by all of them.
    workload.references.extend(open.into_iter().filter(|_| !workload.identity_paths.is_empty()));
    facts.workloads.push(workload);
    facts
}

struct Service<'f> {
    workload: Workload,
    variables: Vec<Variable>,
    /// Files of which only is known that they hold settings.
    open: Vec<Reference>,
    facts: &'f mut Facts,
}

impl Service<'_> {
    fn read(&mut self, place: &Place<'_>, setting: &Setting<'_>) {
        match setting.key {
            "Environment" => words(place.text(), setting.value).into_iter().for_each(|word| self.assigned(place, word)),
            "PassEnvironment" => {
                for word in words(place.text(), setting.value) {
                    let (name, at) = (place.slice(word), place.at(word, setting.key));
                    self.workload.references.extend(facts::environment_reference(name, name, at));
                }
            }
            "EnvironmentFile" => self.file(place, setting),
            "LoadCredential" | "ImportCredential" => self.loaded(place, setting, Custody::PlatformStored),
            "LoadCredentialEncrypted" | "SetCredentialEncrypted" => self.loaded(place, setting, Custody::EncryptedAtRest),
            "SetCredential" => self.set(place, setting),
            "Secret" => self.podman_secret(place, setting),
            "Image" => self.workload.uses.push((Use::Image, place.slice(setting.value).to_owned())),
            key if key.starts_with("Exec") => self.command(place, setting),
            _ => {}
        }
    }

    /// `NAME=value`.
    fn assigned(&mut self, place: &Place<'_>, word: Span) {
        let text = place.slice(word);
        let Some((name, value)) = text.split_once('=') else { return };
        let span = Span::new(word.start + name.len() + 1, word.end);
        let at = place.at(span, format!("Environment.{name}"));
        // `%d` and its like are filled in by systemd: a path below the credentials' folder is no credential.
        let is_path = value.starts_with('/') || value.starts_with('%');
        let known = if value.contains('%') || !interpolations(value).is_empty() {
            Value::unknown(format!("`{value}` is filled in when the unit starts"))
        } else {
            Value::literal(value)
        };
        self.variables.push(Variable { name: name.to_owned(), value: known, location: at.clone() });
        if let Some(reference) = crate::env_dump::stored_elsewhere(name, value, &at) {
            self.workload.references.push(reference);
        } else if facts::is_credential_variable(name) && !value.trim().is_empty() && !is_path {
            self.facts.slots.push(facts::slot(name, at));
        }
    }

    /// A file whose assignments become variables; a leading `-` only says that it may be missing.
    fn file(&mut self, place: &Place<'_>, setting: &Setting<'_>) {
        let file = place.slice(setting.value).trim_start_matches('-').trim_matches('"');
        if file.is_empty() {
            return;
        }
        self.workload.uses.push((Use::File, host_files::relative(place.path(), file)));
        let at = place.at(setting.value, setting.key);
        // What it holds isn't seen. A file named for its secrets holds some.
        let stem = file.rsplit('/').next().unwrap_or_default();
        let is_secret = host_files::credential_file(file).is_some() || crate::credential_name::is_credential(stem.trim_end_matches(".env"));
        if is_secret || stem.contains("secret") {
            let reference = facts::reference(StoreKind::File, file, at);
            self.workload.references.push(Reference { content: Content::Durable, ..reference });
        } else {
            self.open.push(facts::environment(StoreKind::File, file, at));
        }
    }

    /// `ID:PATH`: a file, an entry of the credential store of the host, or an encrypted one.
    fn loaded(&mut self, place: &Place<'_>, setting: &Setting<'_>, custody: Custody) {
        let text = place.slice(setting.value);
        let (id, path) = text.split_once(':').unwrap_or((text, text));
        if id.is_empty() {
            return;
        }
        let name = if setting.key.starts_with("Set") { id } else { path };
        let reference = facts::received_by(facts::reference(StoreKind::File, name, place.at(setting.value, setting.key)), id);
        self.workload.references.push(Reference { content: Content::Durable, custody, ..reference });
    }

    /// `ID:VALUE`: the value stands in the unit, which every user of the host can read.
    fn set(&mut self, place: &Place<'_>, setting: &Setting<'_>) {
        let text = place.slice(setting.value);
        if let Some((id, value)) = text.split_once(':').filter(|(_, value)| !value.trim().is_empty()) {
            let span = Span::new(setting.value.end - value.len(), setting.value.end);
            self.facts.slots.push(facts::slot(id, place.at(span, format!("SetCredential.{id}"))));
        }
    }

    /// `Secret=name[,type=env,target=X]` of a quadlet.
    fn podman_secret(&mut self, place: &Place<'_>, setting: &Setting<'_>) {
        let text = place.slice(setting.value);
        let mut parts = text.split(',');
        let name = parts.next().unwrap_or_default();
        let target = parts.find_map(|part| part.strip_prefix("target=")).unwrap_or(name);
        let reference = facts::received_by(facts::reference(StoreKind::ComposeSecret, name, place.at(setting.value, "Secret")), target);
        self.workload.references.push(Reference { content: Content::Durable, ..reference });
    }

    fn command(&mut self, place: &Place<'_>, setting: &Setting<'_>) {
        // `-`, `@`, `:`, `+` and `!` in front of the path only steer how it is run.
        let text = place.slice(setting.value);
        let line = text.trim_start_matches(['-', '@', ':', '+', '!']);
        // `sh -c "…"`: the script is what the shell is given.
        let given = line.split_once(" -c ").filter(|(program, _)| program.ends_with("sh")).map_or(line, |(_, given)| given.trim_start());
        let script = given.strip_prefix(['"', '\'']).unwrap_or(given);
        let base = setting.value.end - script.len();
        let script = script.strip_suffix(['"', '\'']).unwrap_or(script);
        let locate = |range: std::ops::Range<usize>| place.at(Span::new(base + range.start, base + range.end), setting.key);
        scripts::read(script, &locate, &mut self.workload);
        self.facts.slots.append(&mut scripts::written_out(&shell::commands(script), script, &locate));
        let mut words = line.split_whitespace();
        let program = words.next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        if matches!(program, "vault" | "bao") && words.next() == Some("agent") {
            let files =
                words.filter_map(|word| word.trim_start_matches('-').strip_prefix("config=").or(word.starts_with('/').then_some(word)));
            self.workload.uses.extend(files.map(|file| (Use::File, host_files::relative(place.path(), file))));
        }
        if program == "spiffe-helper" {
            let at = place.at(setting.value, setting.key);
            self.workload.identity_paths.push(attested("spiffe-helper", at));
        }
    }
}

/// An identity by attestation through the Workload API.
pub(crate) fn attested(mechanism: &str, at: unkeyed_model::Location) -> IdentityPath {
    IdentityPath {
        kind: IdentityKind::Attested,
        platform: Platform::Spiffe,
        mechanism: mechanism.to_owned(),
        reach: Reach::Destination,
        destination: unkeyed_model::Destination::new("unknown", ""),
        principal: Value::unknown("the registration entry of the workload is not in this file"),
        tokens: Vec::new(),
        ttl: None,
        capability: Some(at.clone()),
        consumer: Some(at),
        platform_bound: None,
    }
}
