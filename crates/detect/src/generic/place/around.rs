//! A name in its text, and what stands before it on its line.

use std::cell::Cell;

use super::super::dialect::Dialect;
use super::super::name::Name;
use crate::placeholder::LineHead;

/// So many words of a comment before a name make a sentence of it; `# export NAME=value` is none.
const MIN_WORDS: usize = 2;

/// What surrounds a name, computed when it is needed.
pub(in crate::generic) struct Around<'a> {
    pub(in crate::generic) text: &'a [u8],
    pub(in crate::generic) name: Name,
    pub(in crate::generic) dialect: Dialect,
    pub(in crate::generic) head: Cell<LineHead>,
}

impl Around<'_> {
    /// The quotation mark of the string in which the name stands, as far as its line tells.
    pub(super) fn open_quote(&self) -> Option<u8> {
        let mut head = self.head.get();
        let open = head.open_quote(self.text, self.name.span.start);
        self.head.set(head);
        open
    }

    /// Whether the name stands in a sentence of a comment: some words behind its mark.
    pub(super) fn is_told_in_comment(&self) -> bool {
        let mut head = self.head.get();
        let told = head.comment(self.text, self.name.span.start).is_some_and(|comment| {
            let is_word = |word: &&[u8]| word.len() > 1 && word.iter().all(u8::is_ascii_alphabetic);
            comment.split(|&byte| byte == b' ').filter(is_word).count() >= MIN_WORDS
        });
        self.head.set(head);
        told
    }

    /// Whether the name stands behind the mark of a comment on its line.
    pub(super) fn is_comment(&self) -> bool {
        let mut head = self.head.get();
        let is_comment = head.is_comment(self.text, self.name.span.start);
        self.head.set(head);
        is_comment
    }
}
