//! `kubectl describe`: an indented text, the environment of each container below `Environment:`.

use unkeyed_model::{Custody, Facts, Reference, Span, StoreKind, Use};

use super::dump::{Dump, Reading};
use crate::facts as shared;
use crate::place::Place;

/// Objects begin with their name, and have containers.
pub(super) fn is_one(head: &str) -> bool {
    head.lines().any(|line| line.starts_with("Name:")) && head.lines().any(|line| line.trim_end().trim_start() == "Containers:")
}

/// What the lines below a heading are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Other,
    Variables,
    Sources,
}

/// Reads one.
pub(super) fn read(place: &Place<'_>, facts: &mut Facts) {
    let text = place.text();
    let starts: Vec<usize> = line_starts(text).filter(|&at| text[at..].starts_with("Name:")).collect();
    for (index, &start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(text.len());
        object(place, Span::new(start, end), facts);
    }
}

fn object(place: &Place<'_>, extent: Span, facts: &mut Facts) {
    let text = place.slice(extent);
    let field = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let name = field("Name:").unwrap_or_default();
    let part = field("Namespace:").map_or_else(|| name.to_owned(), |namespace| format!("{namespace}/{name}"));
    let mut dump = Dump::new(place, Some(&part), extent);
    if let Some(account) = field("Service Account:").or_else(|| field("ServiceAccount:")) {
        let namespace = field("Namespace:").unwrap_or("default");
        dump.workload.uses.push((Use::ServiceAccount, format!("{namespace}/{account}")));
    }
    let (mut heading, mut part) = (0, Part::Other);
    let mut at = extent.start;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end();
        let indent = body.len() - body.trim_start().len();
        if part == Part::Other || indent <= heading {
            (heading, part) = (indent, below(body.trim_start()));
            if let Some(image) = body.trim_start().strip_prefix("Image:") {
                dump.workload.uses.push((Use::Image, image.trim().to_owned()));
            }
        } else if let Some((name, value)) = body.split_once(':').filter(|_| part == Part::Variables) {
            let start = at + body.len() - value.trim_start().len();
            variable(place, &mut dump, name.trim(), Span::new(start, at + body.len()));
        } else if part == Part::Sources {
            source(place, &mut dump, Span::new(at + indent, at + body.len()));
        }
        at += line.len();
    }
    dump.finish(facts);
}

fn below(heading: &str) -> Part {
    match heading {
        "Environment:" => Part::Variables,
        "Environment Variables from:" => Part::Sources,
        _ => Part::Other,
    }
}

/// `<set to the key 'k' in secret 's'>`, `(v1:status.podIP)`, or the value itself.
fn variable(place: &Place<'_>, dump: &mut Dump<'_>, name: &str, value: Span) {
    let text = place.slice(value);
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    if !is_name || text.starts_with("(v1:") {
        return;
    }
    let Some(origin) = text.strip_prefix("<set to the key '") else {
        return dump.set(name, value, Reading::Literal);
    };
    let mut quoted = origin.split('\'');
    let key = quoted.next().unwrap_or_default();
    let store = if quoted.next().is_some_and(|words| words.contains("secret")) { StoreKind::K8sSecret } else { StoreKind::K8sConfigMap };
    let object = quoted.next().unwrap_or_default();
    dump.stored(name, Reference { key: Some(key.to_owned()), ..stored(place, dump, store, object, value) });
}

/// `name  Secret  Optional: false`.
fn source(place: &Place<'_>, dump: &mut Dump<'_>, line: Span) {
    let mut words = place.slice(line).split_whitespace();
    let (Some(name), Some(kind)) = (words.next(), words.next()) else { return };
    let store = if kind == "Secret" { StoreKind::K8sSecret } else { StoreKind::K8sConfigMap };
    let reference = stored(place, dump, store, name, line);
    dump.workload.references.push(reference);
}

fn stored(place: &Place<'_>, dump: &Dump<'_>, store: StoreKind, name: &str, at: Span) -> Reference {
    let namespace = dump.workload.name.split_once('/').map(|(namespace, _)| namespace.to_owned());
    let custody = Custody::PlatformStored;
    Reference { namespace, custody, ..shared::reference(store, name, place.at(at, name)) }
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1))
}
