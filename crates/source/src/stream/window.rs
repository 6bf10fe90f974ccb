//! Cuts a text into overlapping windows and keeps count of lines and bytes.

use std::io::{self, Read};
use std::sync::Arc;

use unkeyed_model::{Origin, Span, Unit, Window};

/// Bytes of a window.
pub const WINDOW_BYTES: usize = 8 << 20;
/// The longest credential that is found whole wherever it stands in a long text: 128 KiB. The largest artefacts that
/// rules look for, armoured key rings and keystores, are a tenth of that.
pub const LONGEST: usize = 128 << 10;
/// How far before the overlap a line start is looked for, so that a window begins with a whole line.
const LINE_REACH: usize = 64 << 10;

/// A window, filled.
pub(super) struct Part {
    pub(super) bytes: Vec<u8>,
    /// `None`: the text is no longer than this.
    window: Option<Window>,
}

impl Part {
    /// The Unit over it.
    pub(super) fn unit(&self, origin: &Arc<Origin>) -> Unit<'_> {
        let unit = Unit::new(Arc::clone(origin), self.bytes.as_slice());
        match self.window {
            Some(window) => unit.part(window),
            None => unit,
        }
    }
}

/// The windows of a text.
pub(super) struct Windows<R> {
    input: R,
    /// What the next window has in common with the last.
    overlap: Vec<u8>,
    /// Where the next window begins, and which of its bytes are the first that it reports.
    next: Window,
    size: usize,
    longest: usize,
    is_done: bool,
}

impl<R: Read> Windows<R> {
    pub(super) fn new(input: R) -> Self {
        Self::sized(input, WINDOW_BYTES, LONGEST)
    }

    fn sized(input: R, size: usize, longest: usize) -> Self {
        Self { input, overlap: Vec::new(), next: Window::default(), size, longest, is_done: false }
    }

    /// The next window, in `buffer`.
    pub(super) fn next(&mut self, mut buffer: Vec<u8>) -> io::Result<Option<Part>> {
        if self.is_done {
            return Ok(None);
        }
        buffer.clear();
        buffer.append(&mut self.overlap);
        let missing = self.size.saturating_sub(buffer.len());
        let read = (&mut self.input).take(missing as u64).read_to_end(&mut buffer)?;
        self.is_done = read < missing;
        let mut window = self.next;
        window.own.end = buffer.len();
        let is_whole = self.is_done && window.bytes == 0;
        if !self.is_done {
            window.own.end -= self.longest;
            self.advance(&buffer, window.own.end);
        }
        Ok((!buffer.is_empty()).then_some(Part { bytes: buffer, window: (!is_whole).then_some(window) }))
    }

    /// Prepares the window after the one in `bytes`, whose share ends at `seam`.
    fn advance(&mut self, bytes: &[u8], seam: usize) {
        let latest = seam - self.longest;
        let earliest = latest.saturating_sub(LINE_REACH.min(self.longest));
        let line_start = memchr::memrchr(b'\n', &bytes[earliest..latest]).map(|at| earliest + at + 1);
        let start = line_start.unwrap_or_else(|| character_start(bytes, latest));
        let passed = &bytes[..start];
        self.next.lines = self.next.lines.saturating_add(saturate(memchr::memchr_iter(b'\n', passed).count()));
        self.next.columns = match memchr::memrchr(b'\n', passed) {
            Some(at) => characters(&passed[at + 1..]),
            None => self.next.columns.saturating_add(characters(passed)),
        };
        self.next.bytes += start;
        self.next.own = Span::new(seam - start, 0);
        self.overlap.extend_from_slice(&bytes[start..]);
    }
}

/// The first byte of the character that holds the byte at `at`.
fn character_start(bytes: &[u8], at: usize) -> usize {
    let back = bytes[..=at].iter().rev().take(4).position(|byte| byte & 0xC0 != 0x80);
    at - back.unwrap_or(0)
}

/// Code points; a byte that is not UTF-8 counts as one.
fn characters(bytes: &[u8]) -> u32 {
    saturate(bytes.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum())
}

fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use unkeyed_model::LineIndex;

    use super::*;

    /// Every place of the text, as the one window that reports it says.
    fn places(text: &str, size: usize, longest: usize) -> Vec<unkeyed_model::Region> {
        let mut windows = Windows::sized(text.as_bytes(), size, longest);
        let mut found = Vec::new();
        while let Some(part) = windows.next(Vec::new()).unwrap() {
            let Some(window) = part.window else { panic!("more than one window") };
            assert!(part.bytes.len() <= size);
            let index = LineIndex::new(&part.bytes);
            let text = part.bytes.utf8_chunks().next().unwrap().valid();
            assert!(text.len() + 4 > part.bytes.len(), "begins with a whole character");
            let own = text.char_indices().filter(|(at, _)| (window.own.start..window.own.end).contains(at));
            found.extend(own.map(|(at, c)| window.place(index.region(Span::new(at, at + c.len_utf8())))));
        }
        found
    }

    #[test]
    fn every_place_is_in_one_share_and_keeps_its_line_and_column() {
        let mut text = String::new();
        for line in 0..400 {
            text.push_str(&"aé\u{1F511}".repeat(line % 17));
            text.push('\n');
        }
        text.push_str(&"ü".repeat(3_000));
        let index = LineIndex::new(text.as_bytes());
        let whole: Vec<_> = text.char_indices().map(|(at, c)| index.region(Span::new(at, at + c.len_utf8()))).collect();
        for (size, longest) in [(512, 64), (1_000, 100), (4_096, 1_000)] {
            assert_eq!(places(&text, size, longest), whole, "{size}");
        }
    }

    #[test]
    fn what_begins_in_a_share_stands_whole_in_its_window() {
        let text = "0123456789abcdef".repeat(1_000);
        let (size, longest) = (1_024, 128);
        let mut windows = Windows::sized(text.as_bytes(), size, longest);
        let mut end = 0;
        while let Some(part) = windows.next(Vec::new()).unwrap() {
            let window = part.window.unwrap();
            assert_eq!(window.bytes + window.own.start, end, "shares meet");
            assert!(window.bytes == 0 || window.own.start >= longest, "text before");
            end = window.bytes + window.own.end;
            assert!(end == text.len() || part.bytes.len() - window.own.end >= longest, "text behind");
        }
        assert_eq!(end, text.len());
    }

    #[test]
    fn lines_and_bytes_go_on_past_four_gibibytes() {
        let mut windows = Windows::sized(&b"line\n"[..], 1_024, 128);
        windows.next = Window { lines: 900_000_000, columns: 0, bytes: (4 << 30) - 2, own: Span::new(0, 0) };
        let part = windows.next(Vec::new()).unwrap().unwrap();
        let region = part.window.unwrap().place(LineIndex::new(&part.bytes).region(Span::new(1, 3)));
        assert_eq!((region.line, region.column, region.span), (900_000_001, 2, Span::new((4 << 30) - 1, (4 << 30) + 1)));
    }

    #[test]
    fn a_short_text_is_no_window() {
        let mut windows = Windows::sized(&b"short"[..], 1_024, 128);
        assert!(windows.next(Vec::new()).unwrap().unwrap().window.is_none());
        assert!(windows.next(Vec::new()).unwrap().is_none());
        assert!(Windows::new(io::empty()).next(Vec::new()).unwrap().is_none());
    }
}
