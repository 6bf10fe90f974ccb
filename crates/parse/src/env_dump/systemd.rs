//! `systemctl show` and `systemctl cat`: a block per unit, its environment in `Environment=` (systemd.exec(5)).

use unkeyed_model::{Facts, Span, Use};

use super::dump::{Dump, Reading};
use crate::place::Place;

/// Lines that stand beside the environment in what systemctl prints.
const BESIDE: &[&str] = &["Id=", "Names=", "LoadState=", "MainPID=", "ExecStart=", "FragmentPath=", "EnvironmentFiles=", "[Service]"];

/// `Environment=` holds an assignment, and either nothing else is there or more of what systemctl prints.
pub(super) fn is_one(head: &str) -> bool {
    let assigns = |line: &str| line.strip_prefix("Environment=").is_some_and(|rest| rest.is_empty() || rest.contains('='));
    let lines = || head.lines().filter(|line| !line.trim().is_empty());
    lines().any(assigns) && (lines().all(assigns) || lines().any(|line| BESIDE.iter().any(|beside| line.starts_with(beside))))
}

/// Reads one. `systemctl cat` prints one unit without its `Id=`, whose sections are parted by blank lines.
pub(super) fn read(place: &Place<'_>, facts: &mut Facts) {
    let text = place.text();
    if id(text).is_none() {
        return block(place, None, Span::new(0, text.len()), facts);
    }
    let mut start = 0;
    for unit in text.split_inclusive("\n\n") {
        block(place, id(unit), Span::new(start, start + unit.len()), facts);
        start += unit.len();
    }
}

fn id(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("Id=").or_else(|| line.strip_prefix("Names="))).map(str::trim)
}

fn block(place: &Place<'_>, unit: Option<&str>, extent: Span, facts: &mut Facts) {
    let mut dump = Dump::new(place, unit, extent);
    let mut at = extent.start;
    for line in place.slice(extent).split_inclusive('\n') {
        setting(line, at, &mut dump);
        at += line.len();
    }
    dump.finish(facts);
}

fn setting(line: &str, at: usize, dump: &mut Dump<'_>) {
    if let Some(words) = line.strip_prefix("Environment=") {
        let base = at + line.len() - words.len();
        let mut from = 0;
        while let Some((word, next)) = word(words, from) {
            if let Some((name, value)) = words[word.start..word.end].split_once('=') {
                let start = word.start + name.len() + 1;
                let quotes = usize::from(value.len() > 1 && value.starts_with(['"', '\'']) && value.ends_with(&value[..1]));
                dump.set(name, Span::new(base + start + quotes, base + word.end - quotes), Reading::Literal);
            }
            from = next;
        }
    } else if let Some(file) = line.strip_prefix("EnvironmentFiles=").or_else(|| line.strip_prefix("EnvironmentFile=")) {
        let path = file.split(" (").next().unwrap_or_default().trim().trim_start_matches('-');
        if !path.is_empty() {
            dump.workload.uses.push((Use::File, path.to_owned()));
        }
    }
}

/// The next word from `from` on, without quotes around it, and where to go on.
fn word(text: &str, from: usize) -> Option<(Span, usize)> {
    let bytes = text.as_bytes();
    let start = from + bytes.get(from..)?.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let mut quote = None;
    let mut at = start;
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(open), byte) if byte == open => quote = None,
            (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
            (None, byte) if byte.is_ascii_whitespace() => break,
            _ => {}
        }
        at += 1;
    }
    let end = at.min(bytes.len());
    let whole = matches!(bytes[start], b'"' | b'\'') && end > start + 1 && bytes[end - 1] == bytes[start];
    let word = if whole { Span::new(start + 1, end - 1) } else { Span::new(start, end) };
    Some((word, end))
}
