//! The parser counts characters, everybody else counts bytes.

/// Converts character positions to byte offsets.
pub(super) struct CharIndex<'a> {
    text: &'a str,
    /// Byte offset of every [`STEP`]th character; empty if all characters are single bytes.
    marks: Vec<usize>,
}

const STEP: usize = 128;

impl<'a> CharIndex<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let marks = if text.is_ascii() { Vec::new() } else { text.char_indices().step_by(STEP).map(|(at, _)| at).collect() };
        Self { text, marks }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// Byte offset of the `index`th character; the text's length if there are fewer.
    pub(super) fn byte_of(&self, index: usize) -> usize {
        if self.marks.is_empty() {
            return index.min(self.text.len());
        }
        let Some(&mark) = self.marks.get(index / STEP) else { return self.text.len() };
        self.text[mark..].char_indices().nth(index % STEP).map_or(self.text.len(), |(at, _)| mark + at)
    }

    /// Number of characters before byte offset `at`, which must be a character boundary.
    pub(super) fn char_of(&self, at: usize) -> usize {
        if self.marks.is_empty() {
            return at;
        }
        let block = self.marks.partition_point(|&mark| mark <= at).saturating_sub(1);
        block * STEP + self.text[self.marks[block]..at].chars().count()
    }
}
