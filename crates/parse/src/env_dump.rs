//! Dumps of environments: what `printenv`, a shell, a container engine or a platform's command line says that a process
//! is given. Each environment is a workload that runs.
//!
//! The decision a reader would question: a dump has no name that tells its format, so the first shape whose marks are
//! in the text reads it, and what has no marks is taken as it stands, `NAME=value` in each line.

mod attached;
mod containers;
mod describe;
mod documents;
mod dump;
mod listing;
mod power_shell;
mod printed;
mod process;
mod systemd;
mod tables;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use unkeyed_model::{Facts, Span, Surface, Unit};

pub(crate) use self::dump::{Dump, Reading, stored_elsewhere};
use crate::dotenv::{Assignment, assignments};
use crate::k8s;
use crate::place::Place;

/// So much of a text is looked at for the marks of a shape.
const HEAD: usize = 64 << 10;

/// One shape of a dump.
struct Shape {
    /// Whether the text, of which this is the beginning, has it.
    has: fn(&str) -> bool,
    read: fn(&Place<'_>, &mut Facts),
}

/// The shapes, the more telling marks first.
const SHAPES: &[Shape] = &[
    Shape { has: printed::is_of_process, read: assigned },
    Shape { has: documents::is_json, read: documents::json },
    Shape { has: documents::is_yaml, read: documents::yaml },
    Shape { has: describe::is_one, read: describe::read },
    Shape { has: systemd::is_one, read: systemd::read },
    Shape { has: power_shell::is_list, read: power_shell::read },
    Shape { has: tables::is_one, read: tables::read },
    Shape { has: listing::is_one, read: listing::read },
    Shape { has: printed::is_one, read: printed::read },
    Shape { has: is_script, read: assigned },
];

/// Whatever was read as a dump of an environment, and files that are called after one and hold nothing but variables.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let is_dump = unit.origin().surface == Surface::EnvDump || (is_named_after_one(unit.origin().file_name()) && holds_variables(unit));
    is_dump.then(|| unit.origin().path.clone())
}

/// Whether a file is called like the output of `printenv` that somebody kept: `printenv-api.txt`, `env.log`.
fn is_named_after_one(name: &str) -> bool {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_word = |word: &str| matches!(word, "printenv" | "env" | "environ" | "envdump");
    matches!(extension, "" | "txt" | "log" | "out" | "dump") && stem.to_ascii_lowercase().split(['-', '_', '.']).any(is_word)
}

/// Whether most of the first lines are variables with their values; a value may go on.
fn holds_variables(unit: &Unit<'_>) -> bool {
    let head = unit.bytes().get(..unit.bytes().len().min(HEAD)).unwrap_or_default();
    let is_variable = |line: &&[u8]| {
        let name = line.iter().position(|byte| *byte == b'=').map(|end| &line[..end]).unwrap_or_default();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        !name.is_empty() && name.iter().all(is_part)
    };
    let lines: Vec<&[u8]> = head.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).take(20).collect();
    lines.len() > 2 && lines.iter().filter(|line| is_variable(line)).count() * 4 >= lines.len() * 3
}

/// Task definitions of Amazon ECS that are kept in a file, to be registered.
pub(crate) fn claims_task(unit: &Unit<'_>) -> Option<String> {
    let head = unit.bytes().get(..unit.bytes().len().min(HEAD)).unwrap_or_default();
    let is_task = || memchr::memmem::find(head, b"\"containerDefinitions\"").is_some();
    let is_file = (unit.origin().path.ends_with(".json") && is_task()) || containers::is_one(unit, head);
    is_file.then(|| unit.origin().path.clone())
}

/// Reads dumps.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    for unit in units {
        let unit = &legible(unit);
        match Place::new(unit) {
            Ok(place) if place.origin().process.is_some() => process::read(&place, &mut facts),
            Ok(place) if is_manifest(place.text()) => facts.append(k8s::read(std::slice::from_ref(unit))),
            Ok(place) if containers::is_one(unit, place.text().as_bytes()) => containers::read(&place, &mut facts),
            Ok(place) => file(&place, &mut facts),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts
}

/// `kubectl get -o yaml|json`. What `kubectl describe` prints may quote a manifest in its annotations.
fn is_manifest(text: &str) -> bool {
    let head = text.trim_start();
    (head.starts_with('{') || head.starts_with("apiVersion:") || head.starts_with("---")) && k8s::is_manifest(text.as_bytes())
}

/// Has what only a shell script or an environment file has: comments, commands, quotes around values, references.
fn is_script(head: &str) -> bool {
    let commands = ["#", "export ", "declare ", "typeset ", "set ", "SET ", "$env:", "$Env:"];
    head.contains("${")
        || head.lines().any(|line| {
            let line = line.trim_start();
            commands.iter().any(|mark| line.starts_with(mark)) || line.contains("=\"") || line.contains("='") || line.contains(" #")
        })
}

fn file(place: &Place<'_>, facts: &mut Facts) {
    let text = place.text();
    let head = text.get(..text.floor_char_boundary(HEAD)).unwrap_or(text);
    let shape = SHAPES.iter().find(|shape| (shape.has)(head));
    shape.map_or(printed::read as fn(&Place<'_>, &mut Facts), |shape| shape.read)(place, facts);
}

/// The unit with each byte that is not UTF-8 replaced by a question mark: one odd value must not hide the others.
pub(crate) fn legible<'u>(unit: &'u Unit<'_>) -> Unit<'u> {
    let mut bytes = Cow::Borrowed(unit.bytes());
    let mut at = 0;
    for chunk in unit.bytes().utf8_chunks() {
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            bytes.to_mut()[at..at + chunk.invalid().len()].fill(b'?');
            at += chunk.invalid().len();
        }
    }
    Unit::new(Arc::clone(unit.origin()), bytes)
}

/// `NAME=value` lines as shells and environment files write them, or parted by NUL as the kernel hands them out.
pub(crate) fn assigned(place: &Place<'_>, facts: &mut Facts) {
    let mut dump = Dump::new(place, None, Span::new(0, place.text().len()));
    for Assignment { name, value, literal } in assignments(place.text()) {
        dump.set(name, value, if literal { Reading::Literal } else { Reading::Expanded });
    }
    dump.finish(facts);
}
