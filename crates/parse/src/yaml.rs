//! YAML with exact byte spans: several documents, anchors, aliases, merge keys, tags kept as text.
//!
//! Built on the events of `saphyr-parser` and not on a ready-made tree, because a file with a duplicate key or one
//! broken document still says things that matter: duplicates are kept and noted, and reading resumes at the next
//! `---`. What could not be read is always a coverage row.

mod build;
mod chars;
#[cfg(test)]
mod tests;

use saphyr_parser::Parser;
use unkeyed_model::{Skip, SkipReason};

use self::build::{Builder, Stop};
use self::chars::CharIndex;
use crate::place::Place;
use crate::tree::Node;

/// Largest text that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 32 << 20;
/// Most nodes per file, aliases counted as if their content were written out. Half a million cost about 120 MB.
pub(crate) const MAX_NODES: usize = 500_000;
/// Deepest nesting.
pub(crate) const MAX_DEPTH: usize = 128;

/// What a file holds.
pub(crate) struct Documents {
    /// The documents that could be read, in order; empty ones left out.
    pub(crate) nodes: Vec<Node>,
    /// What could not be read, and remarks.
    pub(crate) skipped: Vec<Skip>,
}

/// Reads all documents of a unit.
pub(crate) fn parse(place: &Place<'_>) -> Documents {
    parse_text(place, place.text())
}

/// Reads all documents of `text`, which stands for the unit's text byte by byte (templates masked, for instance).
///
/// YAML wants a closing bracket or quote on a line of its own to be indented deeper than the key; people, formatters and most
/// other readers don't. A text that fails is read once more with such brackets and quotes on the line before.
pub(crate) fn parse_text(place: &Place<'_>, text: &str) -> Documents {
    let as_written = read(place, text);
    let failed = |read: &Documents| read.skipped.iter().any(|skip| skip.why == SkipReason::Malformed);
    if !failed(&as_written) {
        return as_written;
    }
    let joined = ends_joined(text).map(|text| read(place, &text)).filter(|joined| !failed(joined));
    joined.unwrap_or(as_written)
}

/// The text, of the same length, with each line break in front of a closing bracket made a space, and with it the comment
/// that the line ended in; the same for a quote that stands alone. Nothing if there is none.
fn ends_joined(text: &str) -> Option<String> {
    let mut joined = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n').peekable();
    let mut changed = false;
    while let Some(line) = lines.next() {
        let next = lines.peek().map_or("", |next| next.trim());
        let is_quote = matches!(next, "\"" | "'");
        if !is_quote && !next.starts_with([']', '}']) {
            joined.push_str(line);
            continue;
        }
        changed = true;
        // Inside quotes `#` begins no comment.
        let kept = line.find(" #").filter(|_| !is_quote).unwrap_or_else(|| line.trim_end().len());
        joined.push_str(&line[..kept]);
        joined.extend(std::iter::repeat_n(' ', line.len() - kept));
    }
    changed.then_some(joined)
}

fn read(place: &Place<'_>, text: &str) -> Documents {
    let mut found = Documents { nodes: Vec::new(), skipped: Vec::new() };
    if text.len() > MAX_BYTES {
        found.skipped.push(place.skip(SkipReason::Limit, format!("larger than {MAX_BYTES} bytes: structure not read")));
        return found;
    }
    let chars = CharIndex::new(text);
    let mut builder = Builder::new(text);
    let mut from = 0;
    let mut broken: Option<(usize, String)> = None;
    let mut broken_count = 0_usize;
    while let Some(stop) = read_from(from, &chars, &mut builder) {
        match stop {
            Stop::Limit(what) => {
                found.skipped.push(place.skip(SkipReason::Limit, what));
                break;
            }
            Stop::Syntax { at, what } => {
                broken_count += 1;
                broken.get_or_insert((at, what));
                match next_document(text, at.max(from + 1)) {
                    Some(next) => from = next,
                    None => break,
                }
            }
        }
    }
    if let Some((at, what)) = broken {
        let more = if broken_count > 1 { format!("; {} further documents of the file neither", broken_count - 1) } else { String::new() };
        found.skipped.push(place.skip(SkipReason::Malformed, format!("line {}: not YAML, {what}{more}", place.line(at))));
    }
    if let Some(at) = builder.duplicate {
        let detail = format!("line {}: a key stands twice in one mapping; all its values were looked at", place.line(at));
        found.skipped.push(place.skip(SkipReason::NotUnderstood, detail));
    }
    found.nodes = builder.documents;
    found
}

/// Parses from byte `from` to the end; returns why it stopped early.
fn read_from(from: usize, chars: &CharIndex<'_>, builder: &mut Builder<'_>) -> Option<Stop> {
    let first_char = chars.char_of(from);
    let byte = |index: usize| chars.byte_of(first_char + index);
    let mut parser = Parser::new_from_str(chars.text().get(from..)?);
    builder.restart();
    loop {
        match parser.next_event()? {
            Ok((event, span)) => {
                if let Err(stop) = builder.take(event, byte(span.start.index()), byte(span.end.index())) {
                    return Some(stop);
                }
            }
            Err(error) => return Some(Stop::Syntax { at: byte(error.marker().index()), what: kind_of(error.info()) }),
        }
    }
}

/// The parser's message, without the character of the file that one of them quotes.
fn kind_of(info: &str) -> String {
    info.split(": `").next().unwrap_or_default().to_owned()
}

/// Where the next line that opens a document starts, after byte `at`.
fn next_document(text: &str, at: usize) -> Option<usize> {
    let rest = text.as_bytes().get(at..)?;
    memchr::memmem::find_iter(rest, b"\n---")
        .map(|found| at + found + 1)
        .find(|&line| text.as_bytes().get(line + 3).is_none_or(|byte| byte.is_ascii_whitespace()))
}
