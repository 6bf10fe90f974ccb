//! What containers of an image run: `Entrypoint` with `Cmd`, and the health check.

use unkeyed_model::{Destination, IdentityKind, IdentityPath, Location, Platform, Span, Value};

use crate::commands::{self, Effect, Login};
use crate::env_dump::Dump;
use crate::facts;
use crate::flat::Flat;
use crate::place::Place;
use crate::shell::{self, Command, Word};
use crate::tree::Node;

const SHELLS: &[&str] = &["sh", "ash", "bash", "dash", "zsh"];

/// Reads what is run, for the credentials and identities that well-known commands take.
pub(super) fn read(place: &Place<'_>, root: &Node, image: &mut Dump<'_>) {
    let words = |keys: &[&str]| root.path(keys).map(Node::items).unwrap_or_default();
    let main: Vec<&Node> = words(&["config", "Entrypoint"]).iter().chain(words(&["config", "Cmd"])).collect();
    line(place, &main, "config.Entrypoint", image);
    if let [how, rest @ ..] = words(&["config", "Healthcheck", "Test"]) {
        let path = "config.Healthcheck.Test";
        match how.text() {
            Some("CMD-SHELL") => rest.iter().for_each(|node| script(place, node, path, image)),
            Some("CMD") => line(place, &rest.iter().collect::<Vec<_>>(), path, image),
            _ => {}
        }
    }
}

/// A command line: one command, or what a shell is told to run.
fn line(place: &Place<'_>, words: &[&Node], path: &str, image: &mut Dump<'_>) {
    let text = |node: &&Node| node.text().unwrap_or_default().to_owned();
    if let [program, flag, rest, ..] = words
        && SHELLS.contains(&text(program).rsplit('/').next().unwrap_or_default())
        && text(flag).strip_prefix('-').is_some_and(|flags| flags.contains('c'))
    {
        return script(place, rest, path, image);
    }
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
    let (start, end) = (first.span.start.min(last.span.start), first.span.end.max(last.span.end));
    let command = Command { words: words.iter().map(|node| Word { text: text(node), range: 0..0 }).collect(), ..Command::default() };
    apply(&[command], &|_| place.at(Span::new(start, end), path), image);
}

fn script(place: &Place<'_>, node: &Node, path: &str, image: &mut Dump<'_>) {
    let flat = Flat::new(place, node);
    apply(&shell::commands(flat.text), &|command| place.at(flat.span(command.range()), path), image);
}

fn apply(commands: &[Command], at: &dyn Fn(&Command) -> Location, image: &mut Dump<'_>) {
    for (index, effect) in commands::effects(commands) {
        let at = at(&commands[index]);
        match effect {
            Effect::Fetches { store, name, custody, destination } => {
                let fetched = facts::fetch(store, name, custody, at);
                image.workload.references.push(unkeyed_model::Reference { destination: Some(destination), ..fetched });
            }
            Effect::LogsIn(login) => {
                let path = logs_in(login, image, at);
                image.workload.identity_paths.push(path);
            }
            Effect::Reaches(destination) => reaches(image, destination),
            Effect::WritesCredential(form) => image.workload.traits.push(("writes-credential".into(), form.into(), at)),
            Effect::Lasts { what, length } => image.workload.traits.push((what.into(), length, at)),
            // What belongs to a build: a platform's job token, releases, checkouts, scripts of a tree.
            Effect::Publishes { .. }
            | Effect::RunsScript(_)
            | Effect::Sources(_)
            | Effect::SignsKeyless { .. }
            | Effect::UsesGithub { .. }
            | Effect::Builds { .. }
            | Effect::ChecksOutPullRequest
            | Effect::RequestsToken { .. } => {}
        }
    }
}

fn reaches(image: &mut Dump<'_>, destination: Destination) {
    if !image.workload.destinations.contains(&destination) {
        image.workload.destinations.push(destination);
    }
}

/// The use of an identity. Whether there is one, only the platform that runs the image can say, except for the machine's own.
fn logs_in(login: Login, image: &Dump<'_>, at: Location) -> IdentityPath {
    let principal = match login.principal.as_deref() {
        Some(word) => value(word, image),
        None => Value::unknown(format!("`{}` doesn't say whose identity it takes", login.mechanism)),
    };
    IdentityPath {
        kind: login.kind,
        platform: login.platform,
        mechanism: login.mechanism.to_owned(),
        reach: login.reach,
        destination: if login.platform == Platform::Aws { facts::aws(principal.known()) } else { login.destination },
        principal,
        tokens: Vec::new(),
        ttl: login.ttl,
        capability: (login.kind == IdentityKind::Managed).then(|| at.clone()),
        consumer: Some(at),
        platform_bound: None,
    }
}

/// A word of a command; `$X` from the image's environment.
fn value(word: &str, image: &Dump<'_>) -> Value {
    match word.strip_prefix('$') {
        Some(name) => {
            let name = name.trim_start_matches('{').trim_end_matches('}');
            image.value(name).cloned().unwrap_or_else(|| Value::unknown(format!("`${name}` is set by whoever runs the image")))
        }
        None if word.contains(['$', '`']) => Value::unknown("computed when the container starts"),
        None => Value::literal(word),
    }
}
