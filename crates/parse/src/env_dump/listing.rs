//! Lists that platforms' command lines print: `heroku config` with values; `fly secrets list` and `vercel env ls` with
//! names only, because the platform keeps the values.

use unkeyed_model::{Facts, Span};

use super::dump::{Dump, Reading};
use crate::place::Place;

/// What the lines below a heading hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    /// `NAME:   value` (Heroku).
    Values,
    /// A name and what is known of the value: a digest (Fly), `Encrypted` (Vercel).
    Names,
}

/// Has one of the headings.
pub(super) fn is_one(head: &str) -> bool {
    head.lines().any(|line| heading(line).is_some())
}

/// Reads one.
pub(super) fn read(place: &Place<'_>, facts: &mut Facts) {
    let text = place.text();
    let mut open: Option<(Rows, Dump<'_>)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let row = line.trim_end();
        if let Some((rows, app)) = heading(row) {
            let before = open.replace((rows, Dump::new(place, app, Span::new(at, section_end(text, at + line.len())))));
            if let Some((_, dump)) = before {
                dump.finish(facts);
            }
        } else if let Some((rows, dump)) = &mut open {
            match rows {
                Rows::Values => value(dump, row, at),
                Rows::Names => name(dump, row, at),
            }
        }
        at += line.len();
    }
    if let Some((_, dump)) = open {
        dump.finish(facts);
    }
}

/// Where the next heading stands, or the end.
fn section_end(text: &str, from: usize) -> usize {
    let mut at = from;
    for line in text[from..].split_inclusive('\n') {
        if heading(line.trim_end()).is_some() {
            return at;
        }
        at += line.len();
    }
    at
}

/// What a heading announces, and the application that it names.
fn heading(line: &str) -> Option<(Rows, Option<&str>)> {
    if let Some(app) = line.strip_prefix("=== ").and_then(|rest| rest.strip_suffix("Config Vars")) {
        return Some((Rows::Values, Some(app.trim_start_matches('⬢').trim()).filter(|app| !app.is_empty())));
    }
    let has = |word: &str| line.split_whitespace().any(|found| found.eq_ignore_ascii_case(word));
    let first = line.split(|c: char| c.is_whitespace() || c == '|' || c == '│').find(|word| !word.is_empty());
    let names = first.is_some_and(|word| word.eq_ignore_ascii_case("name")) && (has("digest") || has("value") && has("environments"));
    names.then_some((Rows::Names, None))
}

fn value(dump: &mut Dump<'_>, row: &str, at: usize) {
    if let Some((name, value)) = row.split_once(':').filter(|(name, _)| is_name(name)) {
        let start = at + row.len() - value.trim_start().len();
        dump.set(name, Span::new(start, at + row.len()), Reading::Literal);
    }
}

fn name(dump: &mut Dump<'_>, row: &str, at: usize) {
    let body = row.trim_start_matches([' ', '*', '|', '│', '\t']);
    let name = body.split([' ', '|', '│', '\t']).next().unwrap_or_default();
    if is_name(name) {
        let start = at + row.len() - body.len();
        dump.hidden(name, Span::new(start, start + name.len()));
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
