//! The words of a name.

use std::cell::Cell;

use crate::generic::vocabulary::{self, Facts};

/// So many words of a name are looked at, from its end.
const MAX_WORDS: usize = 12;

/// The words of a name: parts between separators, cut again where a capital begins.
pub(super) struct Words<'a> {
    pub(super) name: &'a [u8],
    spans: [(u8, u8); MAX_WORDS],
    pub(super) count: usize,
    /// What is known of each, once that was asked.
    facts: [Cell<Option<Facts>>; MAX_WORDS],
}

impl<'a> Words<'a> {
    pub(super) fn of(name: &'a [u8]) -> Self {
        let mut words = Self { name, spans: [(0, 0); MAX_WORDS], count: 0, facts: [const { Cell::new(None) }; MAX_WORDS] };
        let mut start = 0;
        for at in 0..=name.len() {
            let separator = name.get(at).is_none_or(|&byte| matches!(byte, b'_' | b'-' | b'.'));
            if separator || begins_word(name, start, at) {
                words.push(start, at);
                start = if separator { at + 1 } else { at };
            }
        }
        words
    }

    fn push(&mut self, start: usize, end: usize) {
        if start >= end {
            return;
        }
        if self.count == MAX_WORDS {
            self.spans.rotate_left(1);
            self.count -= 1;
        }
        // Names are shorter than 256 bytes.
        self.spans[self.count] = (start as u8, end as u8);
        self.count += 1;
    }

    pub(super) fn get(&self, at: usize) -> &'a [u8] {
        let (start, end) = self.spans[at];
        &self.name[usize::from(start)..usize::from(end)]
    }

    /// What is known of a word, without regard to digits at its end.
    pub(super) fn known(&self, at: usize) -> Facts {
        let facts = self.facts[at].get().unwrap_or_else(|| vocabulary::facts(undigited(self.get(at))));
        self.facts[at].set(Some(facts));
        facts
    }

    /// Position of the first word after the last dot.
    pub(super) fn first_of_last_member(&self) -> usize {
        let dot = self.name.iter().rposition(|&byte| byte == b'.').map_or(0, |at| at + 1);
        (0..self.count).find(|&at| usize::from(self.spans[at].0) >= dot).unwrap_or(0)
    }
}

/// Whether a word begins at `at` though no separator stands there: `apiKey`, `APIKey`.
fn begins_word(name: &[u8], start: usize, at: usize) -> bool {
    if at <= start || !name[at].is_ascii_uppercase() {
        return false;
    }
    // `passWord` is one word for those who write it so.
    if name[start..at].eq_ignore_ascii_case(b"pass") && name[at..].len() > 3 && name[at..at + 4].eq_ignore_ascii_case(b"word") {
        return false;
    }
    let before = name[at - 1];
    before.is_ascii_lowercase()
        || before.is_ascii_digit()
        || before.is_ascii_uppercase() && name.get(at + 1).is_some_and(u8::is_ascii_lowercase)
}

fn undigited(word: &[u8]) -> &[u8] {
    let digits = word.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    if digits < word.len() { &word[..word.len() - digits] } else { word }
}
