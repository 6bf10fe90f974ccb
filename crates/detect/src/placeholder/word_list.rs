//! Lists of words that are asked for one word, prefix or part at a time, at every place where a credential may stand.
//!
//! One decision a reader would question: a list is written as text and sorted when it is first asked. A source that can be
//! read and a table that can be searched are two things, and no other tool is needed to make one of the other.

use std::sync::OnceLock;

/// A list of words, separated by blanks.
pub(crate) struct WordList {
    text: &'static str,
    table: OnceLock<Table>,
}

struct Table {
    /// Sorted.
    words: Vec<&'static [u8]>,
    /// Where the words with a first byte begin in `words`; the next entry is where they end.
    starts: [u16; 257],
    /// A bit for each length that a word has.
    lengths: u64,
}

/// No word is longer.
const LONGEST: usize = 63;

impl WordList {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self { text, table: OnceLock::new() }
    }

    fn table(&self) -> &Table {
        self.table.get_or_init(|| {
            let mut words: Vec<&[u8]> = self.text.split_ascii_whitespace().map(str::as_bytes).collect();
            words.sort_unstable();
            let starts = std::array::from_fn(|first| words.partition_point(|word| usize::from(word[0]) < first) as u16);
            let lengths = words.iter().fold(0, |lengths, word| lengths | 1 << word.len().min(LONGEST));
            Table { words, starts, lengths }
        })
    }

    /// Whether `word` is one of them.
    pub(crate) fn has(&self, word: &[u8]) -> bool {
        let table = self.table();
        word.len() <= LONGEST && table.lengths >> word.len() & 1 == 1 && table.with_first_of(word).binary_search(&word).is_ok()
    }

    /// The same without regard to the case of ASCII letters; the list is in lower case.
    pub(crate) fn has_any_case(&self, word: &[u8]) -> bool {
        let mut buffer = [0; LONGEST];
        let Some(lower) = buffer.get_mut(..word.len()) else { return false };
        lower.copy_from_slice(word);
        lower.make_ascii_lowercase();
        self.has(lower)
    }

    /// Whether `text` begins with one of them.
    pub(crate) fn begins(&self, text: &[u8]) -> bool {
        self.table().with_first_of(text).iter().any(|word| text.starts_with(word))
    }

    /// Whether one of them stands anywhere in `text`.
    pub(crate) fn is_within(&self, text: &[u8]) -> bool {
        (0..text.len()).any(|at| self.begins(&text[at..]))
    }
}

impl Table {
    /// The words that begin as `text` does.
    fn with_first_of(&self, text: &[u8]) -> &[&'static [u8]] {
        text.first().map_or(&[], |&first| {
            let first = usize::from(first);
            &self.words[usize::from(self.starts[first])..usize::from(self.starts[first + 1])]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static LIST: WordList = WordList::new("pear apple\n  plum n/a ключ p");

    #[test]
    fn words_prefixes_and_parts() {
        assert!(["apple", "pear", "plum", "n/a", "ключ", "p"].iter().all(|word| LIST.has(word.as_bytes())));
        assert!(["", "appl", "pears", "Pear", "клю"].iter().all(|word| !LIST.has(word.as_bytes())));
        assert!(LIST.has_any_case(b"PeaR") && !LIST.has_any_case(b"PeaRs") && !LIST.has_any_case(&[b'a'; 100]));
        assert!(LIST.begins(b"apples") && !LIST.begins(b"an apple") && !LIST.begins(b""));
        assert!(LIST.is_within(b"an apple") && !LIST.is_within(b"an a") && !LIST.is_within(b""));
    }
}
