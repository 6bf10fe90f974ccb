//! The text of a scalar beside its source: finds the source bytes of a part of the text.
//!
//! Quotes, escapes and indentation make the two differ, so the text is aligned with the source once, byte by byte.
//! Where the alignment is lost (a folding that can't be followed) the span ends where it was lost; it never leaves the scalar.

use std::ops::Range;

use unkeyed_model::Span;

use crate::place::Place;
use crate::tree::{Kind, Node, Style};

/// A scalar's text with the way back to its source.
pub(crate) struct Flat<'a> {
    /// The text after unquoting.
    pub(crate) text: &'a str,
    base: usize,
    raw: &'a [u8],
    /// Source offset of each byte of the text, and of its end; `None`: text and source are the same.
    offsets: Option<Vec<usize>>,
}

impl<'a> Flat<'a> {
    /// The scalar's text; empty for a collection.
    pub(crate) fn new(place: &Place<'a>, node: &'a Node) -> Self {
        let (text, style) = match &node.kind {
            Kind::Scalar(text, style) => (&**text, *style),
            Kind::Seq(_) | Kind::Map(_) => ("", Style::Plain),
        };
        let raw = place.slice(node.span).as_bytes();
        let is_aligned = raw == text.as_bytes() || (style == Style::Masked && raw.len() == text.len());
        let offsets = (!is_aligned).then(|| align(raw, text.as_bytes(), style));
        Self { text, base: node.span.start, raw, offsets }
    }

    /// Where a range of the text stands in the source.
    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        let Some(offsets) = &self.offsets else {
            let end = range.end.min(self.raw.len());
            return Span::new(self.base + range.start.min(end), self.base + end);
        };
        let at = |index: usize| offsets.get(index).or(offsets.last()).copied().unwrap_or(0);
        let start = at(range.start);
        let mut end = at(range.end);
        let least = if range.is_empty() { start } else { (at(range.end - 1) + 1).min(self.raw.len()) };
        while end > least && self.raw.get(end - 1).is_some_and(u8::is_ascii_whitespace) {
            end -= 1;
        }
        Span::new(self.base + start, self.base + end.max(start))
    }
}

/// Offset in `raw` of each byte of `text`, and of its end.
fn align(raw: &[u8], text: &[u8], style: Style) -> Vec<usize> {
    let mut offsets = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    let mut escaped_from = None;
    for &byte in text {
        if byte & 0xc0 == 0x80
            && let Some(from) = escaped_from
        {
            offsets.push(from);
            continue;
        }
        escaped_from = None;
        if !byte.is_ascii_whitespace() {
            at = skip_layout(raw, at, style);
        }
        let here = at;
        match raw.get(at) {
            Some(b'\\') if style == Style::Double => {
                escaped_from = Some(at);
                at += escape_len(&raw[at..]);
            }
            Some(b'\'') if style == Style::Single => at += 2,
            Some(&found) if found == byte || (byte.is_ascii_whitespace() && found.is_ascii_whitespace()) => at += 1,
            _ => {}
        }
        at = at.min(raw.len());
        offsets.push(here);
    }
    offsets.push(at);
    offsets
}

/// Skips indentation, line breaks and escaped line breaks, which stand for nothing in the text.
fn skip_layout(raw: &[u8], mut at: usize, style: Style) -> usize {
    loop {
        match raw.get(at) {
            Some(byte) if byte.is_ascii_whitespace() => at += 1,
            Some(b'\\') if style == Style::Double && matches!(raw.get(at + 1), Some(b'\n' | b'\r')) => at += 2,
            _ => return at,
        }
    }
}

/// Length of the escape sequence at the start of `raw`.
fn escape_len(raw: &[u8]) -> usize {
    match raw.get(1) {
        Some(b'x') => 4,
        // A pair of surrogates (JSON) is one character.
        Some(b'u')
            if raw.get(6) == Some(&b'\\') && matches!(raw.get(2..4), Some([b'd' | b'D', b'8'..=b'9' | b'a'..=b'b' | b'A'..=b'B'])) =>
        {
            12
        }
        Some(b'u') => 6,
        Some(b'U') => 10,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    use super::*;

    fn found(source: &str, needle: &str) -> String {
        let unit = Unit::new(Arc::new(Origin::default()), source.as_bytes());
        let place = Place::new(&unit).ok().unwrap();
        let document =
            if source.starts_with('{') { crate::json::parse(&place).ok().unwrap() } else { crate::yaml::parse(&place).nodes.remove(0) };
        let flat = Flat::new(&place, document.get("k").unwrap());
        let start = flat.text.find(needle).unwrap();
        place.slice(flat.span(start..start + needle.len())).to_owned()
    }

    #[test]
    fn parts_are_found_in_every_style() {
        assert_eq!(found("k: a SECRET b", "SECRET"), "SECRET");
        assert_eq!(found("k: |\n    é one\r\n      SECRET two\n    last\n", "SECRET"), "SECRET");
        assert_eq!(found("k: >\n  folded\n  text SECRET\n  more", "SECRET"), "SECRET");
        assert_eq!(found("k: 'it''s SECRET''s'", "SECRET's"), "SECRET''s");
        assert_eq!(found("k: \"tab\\t \\u00e9\\xe9 SECRET\\n\"", "SECRET"), "SECRET");
        assert_eq!(found("k: \"x\\\n   SECRET y\"", "SECRET"), "SECRET");
        assert_eq!(found("{\"k\": \"\\ud83d\\udd11 SEC\\u0052ET\"}", "SECRET"), "SEC\\u0052ET");
        assert_eq!(found("k: |\n  a\n  SECRET\n\n  b\n", "SECRET"), "SECRET");
    }
}
