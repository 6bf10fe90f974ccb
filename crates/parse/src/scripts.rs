//! What the commands of a shell script mean for the workload that runs it, for formats that hold scripts but no
//! environment of their own.

use std::collections::BTreeSet;
use std::ops::Range;

use unkeyed_model::{
    Custody, Destination, IdentityKind, IdentityPath, ImageBuild, Location, Platform, Reference, Role, Slot, Span, StoreKind, Use, Value,
    Workload,
};

use crate::commands::{self, Effect, Login};
use crate::flat::Flat;
use crate::interpolation::interpolations;
use crate::place::Place;
use crate::receiver::Receiver;
use crate::tree::Node;
use crate::{elsewhere, facts, host_files, shell};

/// Reads a command line: text for a shell, or words of which one may be the script that a shell is given (`sh -c …`).
pub(crate) fn command(place: &Place<'_>, words: &[&Node], path: &str, workload: &mut Workload) {
    let text = |node: &&Node| node.text().unwrap_or_default().to_owned();
    match (script_of(words), words) {
        (Some(script), _) => {
            let flat = Flat::new(place, script);
            read(flat.text, &|range| place.at(flat.span(range), path), workload);
        }
        (None, [first, ..]) => read(&words.iter().map(text).collect::<Vec<_>>().join(" "), &|_| place.at(first.span, path), workload),
        _ => {}
    }
}

/// The word of a command line that is a script: what a shell is given, or the only one.
fn script_of<'n>(words: &[&'n Node]) -> Option<&'n Node> {
    let given = words.iter().position(|word| word.text().is_some_and(takes_script)).and_then(|option| words.get(option + 1));
    let script = if let (None, [only]) = (given, words) { Some(only) } else { given };
    script.copied().filter(|script| script.text().is_some())
}

/// The words of a command line that a program takes for a credential, where they are written out.
pub(crate) fn secrets(place: &Place<'_>, words: &[&Node], path: &str) -> Vec<Slot> {
    if let Some(script) = script_of(words) {
        let flat = Flat::new(place, script);
        return written_out(&shell::commands(flat.text), flat.text, &|range| place.at(flat.span(range), path));
    }
    let word = |node: &&Node| Some(shell::Word { text: node.text()?.to_owned(), range: node.span.start..node.span.end });
    let command = shell::Command { words: words.iter().filter_map(word).collect(), ..shell::Command::default() };
    written_out(&[command], place.text(), &|range| place.at(Span::new(range.start, range.end), path))
}

/// The same of the commands of a script.
pub(crate) fn written_out(commands: &[shell::Command], script: &str, locate: &dyn Fn(Range<usize>) -> Location) -> Vec<Slot> {
    let ranges = commands::secrets(commands).map(|part| part.range(script));
    let is_literal =
        |range: &Range<usize>| script.get(range.clone()).is_some_and(|text| !text.contains(['$', '`']) && !text.contains("{{"));
    ranges.filter(is_literal).map(|range| facts::slot("password", locate(range))).collect()
}

/// A variable that a command line uses.
pub(crate) struct Mention {
    pub(crate) name: String,
    /// What takes it.
    pub(crate) receiver: Receiver,
    pub(crate) at: Location,
}

/// The variables that a command line uses and doesn't set itself: `$NAME` of shells, `$(NAME)` where words are given as such.
pub(crate) fn mentions(place: &Place<'_>, words: &[&Node]) -> Vec<Mention> {
    let mut found = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let flat = Flat::new(place, word);
        let before = index.checked_sub(1).and_then(|before| words.get(before)?.text()).unwrap_or_default();
        let is_script = takes_script(before) || (words.len() == 1 && flat.text.contains([' ', '\n']));
        let commands = if is_script { shell::commands(flat.text) } else { Vec::new() };
        let set: BTreeSet<&str> = assignments(&commands).map(|(name, ..)| name).collect();
        for (name, range) in variables(flat.text, is_script).into_iter().filter(|(name, _)| !set.contains(name.as_str())) {
            let receiver = if is_script { around(&commands, &range) } else { Receiver::of_word(before, flat.text) };
            found.push(Mention { name, receiver, at: place.at(flat.span(range), "") });
        }
    }
    found
}

/// Names of variables in a text, with their places. In a script `$(…)` is a command, but for the parameters of Tekton.
fn variables(text: &str, is_script: bool) -> Vec<(String, Range<usize>)> {
    let mut found: Vec<_> = interpolations(text).into_iter().map(|used| (used.name, used.range)).collect();
    found.extend(substitutions(text).filter(|(name, _)| !is_script || is_parameter(name)));
    found
}

/// `$(NAME)`, which is put in place before a container starts.
pub(crate) fn substitutions(text: &str) -> impl Iterator<Item = (String, Range<usize>)> {
    text.match_indices("$(").filter_map(|(start, _)| {
        let name = text[start + 2..].split_once(')')?.0;
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
        is_name.then(|| (name.to_owned(), start..start + name.len() + 3))
    })
}

/// Whether whoever starts a task of Tekton gives it.
pub(crate) fn is_parameter(name: &str) -> bool {
    name.starts_with("params.") || name.starts_with("inputs.params.")
}

/// What takes the value at a range of a script.
pub(crate) fn around(commands: &[shell::Command], range: &Range<usize>) -> Receiver {
    let holds = |command: &&shell::Command| command.range().start <= range.start && range.end <= command.range().end;
    let inner = commands.iter().enumerate().filter(|(_, command)| holds(command)).max_by_key(|(_, command)| command.range().start);
    inner.map_or_else(|| Receiver::unstated(None), |(at, _)| Receiver::of(commands, at, range))
}

/// Whether a shell takes the next word as its script (`-c`, `-ec`, `-euxc`).
fn takes_script(option: &str) -> bool {
    // The health checks of containers.
    if option == "CMD-SHELL" {
        return true;
    }
    let letters = option.strip_prefix('-').unwrap_or_default();
    letters.len() <= 5 && letters.ends_with('c') && letters.bytes().all(|letter| b"ceiluvx".contains(&letter))
}

/// Adds what the script fetches, logs in to, reaches and writes. `locate` says where a part of the script stands.
pub(crate) fn read(script: &str, locate: &dyn Fn(Range<usize>) -> Location, workload: &mut Workload) {
    let commands = shell::commands(script);
    given(script, &commands, locate, workload);
    for command in commands.iter().filter(|command| SHELLS.contains(&command.program())) {
        let given = command.words.iter().skip_while(|word| !takes_script(&word.text)).nth(1);
        // A script inside a script holds no further one that matters.
        let inner = given.map(|word| shell::commands(&word.text)).unwrap_or_default();
        take(&inner, &|_| locate(command.range()), workload);
    }
    take(&commands, locate, workload);
    commands.iter().for_each(|command| opens_vault(command, workload));
}

/// Marks what a login to Vault by AppRole is given: it only opens the vault.
fn opens_vault(command: &shell::Command, workload: &mut Workload) {
    let logs_in = command.runs("vault", &["write"]) && command.words.iter().any(|word| word.text.ends_with("/login"));
    let given = command.words.iter().filter_map(|word| word.text.strip_prefix("secret_id=")).filter(|_| logs_in);
    for used in given.flat_map(interpolations) {
        for reference in workload.references.iter_mut().filter(|reference| reference.used_as.as_deref() == Some(&used.name)) {
            reference.role = Role::Bootstrap;
            reference.destination = Some(Destination::new("vault", ""));
        }
    }
}

/// Programs that take a script as an argument.
const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "ksh"];

/// Trait of a command that writes a session of AWS to a file: seconds it lives, and the file.
pub(crate) const KEPT_SESSION: &str = "kept-session";

/// How long sessions live unless told otherwise (AWS STS API reference, `DurationSeconds`).
const SESSIONS: &[(&str, u64)] =
    &[("get-session-token", 43_200), ("get-federation-token", 43_200), ("assume-role", 3_600), ("assume-role-with-web-identity", 3_600)];

fn kept_session(command: &shell::Command) -> Option<String> {
    let file = &command.outputs.first()?.text;
    let (_, usual) = SESSIONS.iter().find(|(verb, _)| command.runs("aws", &["sts", verb]))?;
    let seconds = command.option_text(&["--duration-seconds"]).and_then(|text| text.parse().ok()).unwrap_or(*usual);
    Some(format!("{seconds} {file}"))
}

/// Platforms' own tokens and what is made up: a value that is got with one of these, or out of one, was stored nowhere.
const OWN_TOKENS: &[&str] = &[
    "/var/run/secrets/",
    "169.254.169.254",
    "169.254.170.",
    "metadata.google.internal",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AWS_CONTAINER_",
    "/dev/urandom",
    "/dev/random",
    "/proc/sys/kernel/random/",
];

/// Adds the credentials that the script reads out of files or from other services, unless an identity of the workload got them.
fn given(script: &str, commands: &[shell::Command], locate: &dyn Fn(Range<usize>) -> Location, workload: &mut Workload) {
    let set: BTreeSet<&str> = assignments(commands).map(|(name, ..)| name).collect();
    let own = |range: Range<usize>| {
        let text = script.get(range).unwrap_or_default();
        OWN_TOKENS.iter().any(|token| text.contains(token)) || interpolations(text).iter().any(|used| set.contains(used.name.as_str()))
    };
    let found = elsewhere::reads(commands, own).into_iter().map(|read| {
        let reference = facts::reference(StoreKind::StepOutput, read.source, locate(read.range));
        Reference { used_as: read.receiver.used_as, destination: read.receiver.destination, ..reference }
    });
    workload.references.extend(found);
    for command in commands {
        if let Some(file) = taken_over(command) {
            let reference = facts::environment(StoreKind::File, file, locate(command.range()));
            workload.references.push(Reference { used_as: Some(file.to_owned()), ..reference });
        }
    }
}

/// A file with credentials that a command takes over from somewhere: copied to where a client looks for it, or sourced.
pub(crate) fn taken_over(command: &shell::Command) -> Option<&str> {
    let words = command.invocation();
    let last = words.last().map_or("", |word| word.text.as_str());
    match command.program() {
        "cp" | "install" | "ln" | "mv" if words.len() > 2 => commands::keeps_credential(last).then_some(last),
        "docker" | "podman" | "nerdctl" if command.runs(command.program(), &["run"]) => command.option_text(&["--env-file"]),
        "." | "source" => {
            let name = last.rsplit('/').next().unwrap_or_default();
            let is_environment = name == "env" || name.ends_with(".env") || host_files::credential_file(last).is_some();
            (last.starts_with('/') && is_environment).then_some(last)
        }
        _ => None,
    }
}

/// Variables that commands set: name, value as written, and where that stands.
fn assignments(commands: &[shell::Command]) -> impl Iterator<Item = (&str, &str, Range<usize>)> {
    let words = commands.iter().flat_map(|command| &command.words).filter(|word| shell::is_assignment(&word.text));
    words.filter_map(|word| {
        let (name, value) = word.text.split_once('=')?;
        Some((name, value, word.range.start + name.len() + 1..word.range.end))
    })
}

fn take(commands: &[shell::Command], locate: &dyn Fn(Range<usize>) -> Location, workload: &mut Workload) {
    for command in commands {
        let kept = kept_session(command).map(|kept| (KEPT_SESSION.to_owned(), kept, locate(command.range())));
        workload.traits.extend(kept);
    }
    for (index, effect) in commands::effects(commands) {
        let at = locate(commands[index].range());
        match effect {
            Effect::Fetches { store, name, custody, destination } => {
                let mut fetched = facts::fetch(store, name, custody, at);
                // A lease leads on to what it is for, not to the secret manager.
                fetched.destination = (custody != Custody::VaultDynamic).then_some(destination);
                workload.references.push(fetched);
            }
            Effect::LogsIn(login) => workload.identity_paths.push(logged_in(login, at)),
            Effect::Reaches(destination) if !workload.destinations.contains(&destination) => workload.destinations.push(destination),
            Effect::Builds { images, dockerfile } => {
                let builds = images.into_iter().map(|image| ImageBuild { image, dockerfile: dockerfile.clone(), location: at.clone() });
                workload.builds.extend(builds);
            }
            Effect::WritesCredential(form) => workload.traits.push(("writes-credential".into(), form.into(), at)),
            Effect::RunsScript(path) => workload.uses.push((Use::Component, path)),
            Effect::Sources(path) => workload.uses.push((Use::File, path)),
            Effect::Lasts { what, length } => workload.traits.push((what.into(), length, at)),
            _ => {}
        }
    }
}

/// A login without a stored secret: the machine's own identity, or a token whose origin the script doesn't show.
fn logged_in(login: Login, at: Location) -> IdentityPath {
    let principal = match login.principal {
        Some(name) if !name.contains('$') => Value::literal(name),
        _ => Value::unknown(format!("`{}` doesn't say whose identity it takes", login.mechanism)),
    };
    let destination = if login.platform == Platform::Aws { facts::aws(principal.known()) } else { login.destination };
    IdentityPath {
        kind: login.kind,
        platform: login.platform,
        mechanism: login.mechanism.to_owned(),
        reach: login.reach,
        destination,
        principal,
        tokens: Vec::new(),
        ttl: login.ttl,
        capability: (login.kind == IdentityKind::Managed).then(|| at.clone()),
        consumer: Some(at),
        platform_bound: None,
    }
}
