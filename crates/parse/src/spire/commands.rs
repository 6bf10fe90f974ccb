//! `spire-server entry create …` and `federation create …` in shell scripts, whatever runs it (`kubectl exec`, `docker compose exec`).

use unkeyed_model::{Facts, SkipReason, Span, Value};

use super::entry::{Entry, selector_claims};
use super::federation::{Relationship, relationship};
use super::registration;
use crate::place::Place;
use crate::shell::{self, Command};

/// Lifetimes in seconds, by option.
const LIFETIMES: &[&str] = &["ttl", "x509SVIDTTL", "jwtSVIDTTL"];

/// Options without a value.
const SWITCHES: &[&str] = &["admin", "downstream", "node", "storeSVID"];

/// Most documents with entries of a script that are read.
const MAX_DOCUMENTS: usize = 32;

/// Reads a script.
pub(crate) fn read(place: &Place<'_>, facts: &mut Facts) {
    let commands = shell::commands(place.text());
    let (mut count, mut documents) = (0, 0);
    for command in &commands {
        let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
        let runs = |what: [&str; 2]| words.windows(3).any(|part| part[0].ends_with("spire-server") && part[1..] == what);
        if runs(["entry", "create"]) || runs(["entry", "update"]) {
            // Entries in a file may be written by the script itself; one of the repository is read where it lies.
            match options(command).iter().find(|(name, _)| *name == "data") {
                Some((_, file)) => {
                    documents += 1;
                    if documents <= MAX_DOCUMENTS {
                        registered(place, &commands, command, file, facts);
                    }
                }
                None => entry(place, command, count).emit(facts),
            }
            count += 1;
        } else if runs(["federation", "create"]) || runs(["federation", "update"]) {
            federation(place, command, count, facts);
            count += 1;
        }
    }
    if documents > MAX_DOCUMENTS {
        let detail = format!("more than {MAX_DOCUMENTS} documents with entries in the script; the others were not read");
        facts.skipped.push(place.skip(SkipReason::Limit, detail));
    }
}

/// Entries that a document of the script holds: the command's own input, or what an earlier command wrote into the file.
fn registered(place: &Place<'_>, commands: &[Command], command: &Command, file: &str, facts: &mut Facts) {
    let wrote = |other: &&Command| other.outputs.iter().any(|output| output.text == file) && other.range().start < command.range().start;
    let source = if file == "-" { Some(command) } else { commands.iter().rev().find(wrote) };
    let document = source.and_then(|source| source.document.clone());
    if let Some(range) = document {
        registration::read_part(place, Span::new(range.start, range.end), facts);
    }
}

/// A relationship with another trust domain (SPIRE, "spire-server federation create").
fn federation(place: &Place<'_>, command: &Command, index: usize, facts: &mut Facts) {
    let options = options(command);
    let of = |wanted: &str| options.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value_of(value));
    let Some(trust_domain) = of("trustDomain") else { return };
    let span = command.range();
    let found = Relationship {
        key: format!("spire:{}:federation[{index}]", place.path()),
        trust_domain,
        profile: of("bundleEndpointProfile"),
        url: of("bundleEndpointURL"),
        location: place.at(Span::new(span.start, span.end), ""),
    };
    relationship(found, facts);
}

fn options(command: &Command) -> Vec<(&str, &str)> {
    let mut options = Vec::new();
    let mut words = command.words.iter().map(|word| word.text.as_str()).peekable();
    while let Some(word) = words.next() {
        let Some(name) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else { continue };
        match name.split_once('=') {
            Some((name, value)) => options.push((name, value)),
            None if SWITCHES.contains(&name) => options.push((name, "true")),
            None => options.extend(words.next_if(|next| *next == "-" || !next.starts_with('-')).map(|value| (name, value))),
        }
    }
    options
}

fn entry(place: &Place<'_>, command: &Command, index: usize) -> Entry {
    let options = options(command);
    let of = |wanted: &str| options.iter().filter(|(name, _)| *name == wanted).map(|(_, value)| value_of(value)).collect::<Vec<_>>();
    let span = command.range();
    let location = place.at(Span::new(span.start, span.end), "");
    let (subject, claims) = selector_claims(of("selector"));
    let mut settings = Vec::new();
    for name in SWITCHES.iter().chain(&["spiffeID", "parentID", "federatesWith"]) {
        settings.extend(of(name).into_iter().map(|value| ((*name).to_owned(), value)));
    }
    let lifetimes = options.iter().filter(|(name, _)| LIFETIMES.contains(name));
    Entry {
        key: format!("spire:{}:entry[{index}]", place.path()),
        id: of("spiffeID").into_iter().next().unwrap_or_default(),
        subject,
        claims,
        settings,
        lifetimes: lifetimes.map(|(name, value)| ((*name).to_owned(), value.parse().ok(), location.clone())).collect(),
        location,
    }
}

/// A word; what the shell fills in is not known.
fn value_of(text: &str) -> Value {
    if text.contains(['$', '`']) { Value::unknown(format!("`{text}` is filled in by the shell")) } else { Value::literal(text) }
}
