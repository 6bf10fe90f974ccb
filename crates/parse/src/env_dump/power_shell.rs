//! `Get-ChildItem env: | Format-List`: a block of `Name : …` and `Value : …` per variable.

use unkeyed_model::{Facts, Span};

use super::dump::{Dump, Reading};
use crate::place::Place;

/// A name and its value on two lines.
pub(super) fn is_list(head: &str) -> bool {
    let lines: Vec<&str> = head.lines().collect();
    lines.windows(2).any(|pair| (field(pair[0], "Name").or_else(|| field(pair[0], "Key"))).is_some() && field(pair[1], "Value").is_some())
}

/// Reads one. A long value goes on in lines that are indented to its column.
pub(super) fn read(place: &Place<'_>, facts: &mut Facts) {
    let text = place.text();
    let mut dump = Dump::new(place, None, Span::new(0, text.len()));
    let (mut name, mut value): (&str, Option<Span>) = ("", None);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.trim_end().len();
        let starts_at = |part: &str| end - part.len();
        if let Some(found) = field(line, "Name").or_else(|| field(line, "Key")) {
            set(&mut dump, name, value.take());
            name = found;
        } else if let Some(found) = field(line, "Value") {
            value = Some(Span::new(starts_at(found), end));
        } else if let Some(value) = value.as_mut().filter(|_| line.starts_with("        ") && !line.trim().is_empty()) {
            value.end = end;
        }
        at += line.len();
    }
    set(&mut dump, name, value);
    dump.finish(facts);
}

fn set(dump: &mut Dump<'_>, name: &str, value: Option<Span>) {
    if let Some(value) = value {
        dump.set(name, value, Reading::Literal);
    }
}

/// The text behind `label :`.
fn field<'t>(line: &'t str, label: &str) -> Option<&'t str> {
    Some(line.strip_prefix(label)?.trim_start().strip_prefix(':')?.trim())
}
