//! A place in a text that moves forward, and never past the end.

use unkeyed_model::Span;

/// A place in a text.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    /// At `at`, or at the end of a text that ends before it: what closes a literal may be cut off.
    pub(super) const fn new(text: &'a [u8], at: usize) -> Self {
        Self { text, at: if at < text.len() { at } else { text.len() } }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    pub(super) fn ahead(&self, by: usize) -> Option<u8> {
        self.text.get(self.at + by).copied()
    }

    pub(super) fn before(&self) -> Option<u8> {
        self.at.checked_sub(1).map(|at| self.text[at])
    }

    /// What comes next, `length` bytes at most.
    pub(super) fn window(&self, length: usize) -> &'a [u8] {
        &self.text[self.at..self.text.len().min(self.at.saturating_add(length))]
    }

    pub(super) fn eat(&mut self, expected: &[u8]) -> bool {
        let found = self.window(expected.len()) == expected;
        self.at += if found { expected.len() } else { 0 };
        found
    }

    /// The same without regard to the case of ASCII letters.
    pub(super) fn eat_word(&mut self, expected: &[u8]) -> bool {
        let found = self.window(expected.len()).eq_ignore_ascii_case(expected);
        self.at += if found { expected.len() } else { 0 };
        found
    }

    /// Passes at most `most` bytes that fit; returns what was passed.
    pub(super) fn run(&mut self, most: usize, fits: impl Fn(u8) -> bool) -> Span {
        let start = self.at;
        self.at += self.window(most).iter().take_while(|&&byte| fits(byte)).count();
        Span::new(start, self.at)
    }

    pub(super) fn blanks(&mut self) -> usize {
        self.run(120, |byte| byte == b' ' || byte == b'\t').len()
    }

    /// YAML's `&name ` before a value.
    pub(super) fn anchor(&mut self) {
        let mut ahead = *self;
        let names = ahead.eat(b"&") && !ahead.run(64, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).is_empty();
        if names && ahead.blanks() > 0 {
            *self = ahead;
        }
    }

    /// Blanks and line ends.
    pub(super) fn space(&mut self) -> usize {
        self.run(120, |byte| byte.is_ascii_whitespace()).len()
    }
}

/// The line that holds `at`, with no more than `reach` bytes to either side.
pub(super) fn line(text: &[u8], at: usize, reach: usize) -> Span {
    let head = at.saturating_sub(reach);
    let start = memchr::memrchr(b'\n', &text[head..at]).map_or(head, |found| head + found + 1);
    let tail = text.len().min(at.saturating_add(reach));
    let end = memchr::memchr(b'\n', &text[at..tail]).map_or(tail, |found| at + found);
    Span::new(start, end)
}
