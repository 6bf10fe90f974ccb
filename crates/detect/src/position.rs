//! Lines and columns for many places of one text in one pass.
//!
//! One decision a reader would question: `LineIndex` of the model counts each column from the start of its line, which
//! on one line of a gigabyte with many credentials is quadratic. Here the places are sorted and counted through once.

use std::collections::BTreeMap;

use unkeyed_model::{Region, Span};

/// Line and column of offsets that were asked for beforehand.
#[derive(Debug)]
pub(crate) struct Positions(BTreeMap<usize, (u32, u32)>);

impl Positions {
    /// Finds the ends of all `spans` in `text`.
    pub(crate) fn new(text: &[u8], spans: impl Iterator<Item = Span>) -> Self {
        let mut found: BTreeMap<usize, (u32, u32)> =
            spans.flat_map(|span| [span.start, span.end]).map(|at| (at.min(text.len()), (1, 1))).collect();
        let (mut line, mut column, mut from) = (1usize, 1usize, 0);
        for (&offset, place) in &mut found {
            let passed = &text[from..offset];
            let lines = memchr::memchr_iter(b'\n', passed).count();
            if lines > 0 {
                line += lines;
                column = 1;
            }
            let last_line = memchr::memrchr(b'\n', passed).map_or(0, |at| at + 1);
            column += characters(&passed[last_line..]);
            *place = (saturate(line), saturate(column));
            from = offset;
        }
        Self(found)
    }

    /// The region of one of those spans.
    pub(crate) fn region(&self, span: Span) -> Region {
        let place = |at: usize| self.0.range(..=at).next_back().map_or((1, 1), |(_, &place)| place);
        let ((line, column), (end_line, end_column)) = (place(span.start), place(span.end));
        Region { line, column, end_line, end_column, span }
    }
}

/// Code points; a byte that is not UTF-8 counts as one.
fn characters(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use unkeyed_model::LineIndex;

    use super::*;

    #[test]
    fn agrees_with_the_line_index() {
        let text = "a\nbé\u{1F511}x\r\n\n\nlast line with ü and more".as_bytes();
        let boundaries: Vec<usize> = (0..=text.len()).filter(|&at| std::str::from_utf8(&text[..at]).is_ok()).collect();
        let spans = || {
            boundaries
                .iter()
                .flat_map(|&start| boundaries.iter().map(move |&end| Span::new(start, end)))
                .filter(|span| span.start <= span.end)
        };
        let (positions, index) = (Positions::new(text, spans()), LineIndex::new(text));
        for span in spans() {
            assert_eq!(positions.region(span), index.region(span), "{span:?}");
        }
    }
}
