//! Lines of `key=value` pairs, as servers in Go write them to people (`time="…" level=info msg="…"`; logrus, `TextFormatter`).

use serde_json::Value as Json;

use super::records::Record;

/// Longest line, in bytes: a longer one is left out and counted.
pub(super) const MAX_BYTES: usize = 64 << 10;

/// How such a line begins.
const START: &[u8] = b"time=\"";

/// State between parts.
#[derive(Debug, Default)]
pub(super) struct Lines {
    line: Vec<u8>,
    /// Where the line begins in the whole text.
    start: usize,
    number: u32,
    /// How long the line is so far.
    length: usize,
    dropped: bool,
    too_long: u64,
}

impl Lines {
    /// How many lines were too long.
    pub(super) const fn faults(&self) -> u64 {
        self.too_long
    }

    /// Reads the next part.
    pub(super) fn push(&mut self, bytes: &[u8], take: &mut dyn FnMut(&Record<'_>)) {
        for part in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.length += part.len();
            if self.length > MAX_BYTES && !self.dropped {
                self.dropped = true;
                self.too_long += u64::from(self.begins(part));
                self.line.clear();
            }
            if !self.dropped {
                self.line.extend_from_slice(part);
            }
            if part.ends_with(b"\n") {
                self.end(take);
            }
        }
    }

    /// Reads a last line that nothing ends.
    pub(super) fn finish(&mut self, take: &mut dyn FnMut(&Record<'_>)) {
        self.end(take);
    }

    fn begins(&self, part: &[u8]) -> bool {
        if self.line.is_empty() { part.starts_with(START) } else { self.line.starts_with(START) }
    }

    fn end(&mut self, take: &mut dyn FnMut(&Record<'_>)) {
        self.number = self.number.saturating_add(1);
        if self.line.starts_with(START) {
            let bytes = self.line.trim_ascii_end();
            take(&Record { bytes, start: self.start, line: self.number, column: 1 });
        }
        self.start += self.length;
        (self.length, self.dropped) = (0, false);
        self.line.clear();
    }
}

/// The pairs of a line as an object; `None` if it is no such line.
pub(super) fn object(line: &[u8]) -> Option<Json> {
    if !line.starts_with(START) {
        return None;
    }
    let mut rest = std::str::from_utf8(line).ok()?;
    let mut pairs = serde_json::Map::new();
    while let Some((key, behind)) = rest.trim_start().split_once('=') {
        let (value, next) = match behind.strip_prefix('"') {
            Some(quoted) => {
                let end = closing(quoted)?;
                (serde_json::from_str(&behind[..end + 2]).ok()?, &quoted[end + 1..])
            }
            None => {
                let end = behind.find(' ').unwrap_or(behind.len());
                (Json::from(&behind[..end]), &behind[end..])
            }
        };
        pairs.insert(key.to_owned(), value);
        rest = next;
    }
    Some(Json::Object(pairs))
}

/// Where the quote that ends a text stands.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "time=\"2026-11-20T10:00:00Z\" level=info msg=\"a \\\"b\\\" c=d\" method=MintX509SVID status=success\n";

    #[test]
    fn a_line_is_an_object() {
        let read = object(LINE.trim_end().as_bytes()).unwrap();
        assert_eq!((read["msg"].as_str(), read["method"].as_str()), (Some("a \"b\" c=d"), Some("MintX509SVID")));
        assert!(object(b"level=info").is_none());
        assert!(object(b"time=\"2026").is_none());
    }

    #[test]
    fn lines_are_found_however_the_parts_fall() {
        let text = format!("starting\n{LINE}{LINE}");
        for size in [1, 7, text.len()] {
            let (mut lines, mut found) = (Lines::default(), Vec::new());
            for part in text.as_bytes().chunks(size) {
                lines.push(part, &mut |record| found.push((record.line, record.start, record.bytes.len())));
            }
            assert_eq!(found, [(2, 9, LINE.len() - 1), (3, 9 + LINE.len(), LINE.len() - 1)], "{size}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_counted_and_the_next_one_read() {
        let long = format!("{}{}\n", LINE.trim_end(), "x".repeat(MAX_BYTES));
        let text = format!("{long}{LINE}");
        for size in [1000, text.len()] {
            let (mut lines, mut found) = (Lines::default(), Vec::new());
            for part in text.as_bytes().chunks(size) {
                lines.push(part, &mut |record| found.push((record.line, record.start)));
            }
            assert_eq!((found.as_slice(), lines.faults()), ([(2, long.len())].as_slice(), 1), "{size}");
        }
    }
}
