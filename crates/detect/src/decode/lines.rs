//! Encoded parts end where lines do, but for those that go on over several lines.

use memchr::{memchr, memrchr};
use unkeyed_model::Span;

use super::digits;

/// Grows `parts` to whole lines, with the lines that an encoded part may share with them; in order, and apart from each other.
pub(super) fn whole(text: &[u8], parts: &[Span]) -> Vec<Span> {
    let mut grown: Vec<Span> = Vec::with_capacity(parts.len());
    for part in parts {
        let floor = grown.last().map_or(0, |last| last.end);
        if part.end <= floor && floor > 0 {
            continue;
        }
        let (start, end) = (first_line(text, floor, part.start.max(floor)), last_line(text, part.end));
        match grown.last_mut() {
            Some(last) if start <= last.end => last.end = end,
            _ => grown.push(Span::new(start, end)),
        }
    }
    grown
}

/// Where the first line starts that belongs to the one at `at`; not before `floor`.
fn first_line(text: &[u8], floor: usize, at: usize) -> usize {
    let mut start = at;
    while let Some(feed) = memrchr(b'\n', &text[floor..start]).map(|offset| floor + offset) {
        if !goes_on(&text[floor..feed]) {
            return feed + 1;
        }
        start = feed;
    }
    floor
}

/// Where the last line ends, with its line feed, that belongs to the one at `at`.
fn last_line(text: &[u8], at: usize) -> usize {
    let mut from = at;
    while let Some(feed) = memchr(b'\n', &text[from..]).map(|offset| from + offset) {
        if !goes_on(&text[..feed]) {
            return feed + 1;
        }
        from = feed + 1;
    }
    text.len()
}

/// Whether an encoded part may go on behind the end of `line`.
fn goes_on(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.ends_with(b"=") || digits::may_go_on(line)
}
