//! Tables with a rule of dashes below their headings: `Get-ChildItem env:`, `az webapp config appsettings list -o table`.

use unkeyed_model::{Facts, SkipReason, Span};

use super::dump::{Dump, Reading};
use crate::place::Place;

/// No terminal is wider, in bytes.
const MAX_RULE: usize = 4 << 10;

/// Where the name and the value of a row stand, in bytes of its line.
struct Columns {
    name: (usize, usize),
    value: (usize, usize),
}

/// Has headings for a name and a value, with dashes below.
pub(super) fn is_one(head: &str) -> bool {
    let lines: Vec<&str> = head.lines().collect();
    lines.windows(2).any(|pair| columns(pair[0], pair[1]).is_some())
}

/// Reads one.
pub(super) fn read(place: &Place<'_>, facts: &mut Facts) {
    let text = place.text();
    let mut dump = Dump::new(place, None, Span::new(0, text.len()));
    let mut table: Option<Columns> = None;
    let (mut above, mut at, mut cut) = ("", 0, 0_usize);
    for line in text.split_inclusive('\n') {
        let row = line.trim_end();
        if let Some(found) = columns(above, row) {
            table = Some(found);
        } else if let Some(table) = &table {
            cut += usize::from(self::row(&mut dump, table, row, at) == Value::Cut);
        }
        above = row;
        at += line.len();
    }
    if cut > 0 {
        let detail = format!("values that the table cuts off: {cut}; print it as a list or as JSON");
        facts.skipped.push(place.skip(SkipReason::NotUnderstood, detail));
    }
    dump.finish(facts);
}

#[derive(PartialEq, Eq)]
enum Value {
    Whole,
    Cut,
}

fn row(dump: &mut Dump<'_>, table: &Columns, row: &str, at: usize) -> Value {
    let cell = |(start, end): (usize, usize)| {
        let text = row.get(start..end.min(row.len()))?;
        let from = start + text.len() - text.trim_start().len();
        (!text.trim().is_empty()).then(|| (text.trim(), Span::new(at + from, at + from + text.trim().len())))
    };
    let (Some((name, place)), Some((text, value))) = (cell(table.name), cell(table.value)) else { return Value::Whole };
    if text.ends_with("...") || text.ends_with('…') {
        dump.hidden(name, place);
        return Value::Cut;
    }
    dump.set(name, value, Reading::Literal);
    Value::Whole
}

/// The columns, if these two lines are headings and the rule below them.
fn columns(headings: &str, rule: &str) -> Option<Columns> {
    if rule.len() > MAX_RULE || !rule.contains("--") || rule.bytes().any(|byte| byte != b'-' && byte != b' ') {
        return None;
    }
    let starts: Vec<usize> = rule
        .bytes()
        .enumerate()
        .filter(|&(at, byte)| byte == b'-' && (at == 0 || rule.as_bytes()[at - 1] == b' '))
        .map(|(at, _)| at)
        .collect();
    let end = |index: usize| starts.get(index + 1).copied().unwrap_or(usize::MAX);
    let find = |names: &[&str]| {
        let heading = |index: usize| headings.get(starts[index]..end(index).min(headings.len())).unwrap_or_default().trim();
        let index = (0..starts.len()).find(|&index| names.iter().any(|name| heading(index).eq_ignore_ascii_case(name)))?;
        Some((starts[index], end(index)))
    };
    Some(Columns { name: find(&["name", "key"])?, value: find(&["value"])? })
}
