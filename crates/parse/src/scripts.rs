//! What the commands of a shell script mean for the workload that runs it, for formats that hold scripts but no
//! environment of their own.

use std::ops::Range;

use unkeyed_model::{Custody, IdentityKind, IdentityPath, ImageBuild, Location, Platform, Use, Value, Workload};

use crate::commands::{self, Effect, Login};
use crate::flat::Flat;
use crate::place::Place;
use crate::tree::Node;
use crate::{facts, shell};

/// Reads a command line: text for a shell, or words of which one may be the script that a shell is given (`sh -c …`).
pub(crate) fn command(place: &Place<'_>, words: &[&Node], path: &str, workload: &mut Workload) {
    let text = |node: &&Node| node.text().unwrap_or_default().to_owned();
    let given = words.iter().position(|word| word.text().is_some_and(takes_script)).and_then(|option| words.get(option + 1));
    match (given, words) {
        (Some(script), _) | (None, [script]) if script.text().is_some() => {
            let flat = Flat::new(place, script);
            read(flat.text, &|range| place.at(flat.span(range), path), workload);
        }
        (_, [first, ..]) => read(&words.iter().map(text).collect::<Vec<_>>().join(" "), &|_| place.at(first.span, path), workload),
        _ => {}
    }
}

/// Whether a shell takes the next word as its script (`-c`, `-ec`, `-euxc`).
fn takes_script(option: &str) -> bool {
    let letters = option.strip_prefix('-').unwrap_or_default();
    letters.len() <= 5 && letters.ends_with('c') && letters.bytes().all(|letter| b"ceiluvx".contains(&letter))
}

/// Adds what the script fetches, logs in to, reaches and writes. `locate` says where a part of the script stands.
pub(crate) fn read(script: &str, locate: &dyn Fn(Range<usize>) -> Location, workload: &mut Workload) {
    let commands = shell::commands(script);
    for command in commands.iter().filter(|command| SHELLS.contains(&command.program())) {
        let given = command.words.iter().skip_while(|word| !takes_script(&word.text)).nth(1);
        // A script inside a script holds no further one that matters.
        let inner = given.map(|word| shell::commands(&word.text)).unwrap_or_default();
        take(&inner, &|_| locate(command.range()), workload);
    }
    take(&commands, locate, workload);
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
