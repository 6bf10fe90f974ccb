//! What is searched for.

use crate::byte_set::ByteSet;

/// Position of a pattern in the list given to [`Matcher::new`](crate::Matcher::new).
pub type PatternId = u32;

/// A literal to find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    /// Its bytes; not empty.
    pub bytes: Vec<u8>,
    /// Whether ASCII letters also stand for their other case.
    pub ignore_case: bool,
    /// Bytes of which one must follow. A common word costs a fraction where few bytes may: they become part of what is
    /// searched for.
    pub after: Option<ByteSet>,
}

impl Pattern {
    /// Whether it stands at `start` of `text`.
    pub(crate) fn is_at(&self, text: &[u8], start: usize) -> bool {
        let end = start + self.bytes.len();
        let Some(here) = text.get(start..end) else { return false };
        let equal = if self.ignore_case { here.eq_ignore_ascii_case(&self.bytes) } else { *here == *self.bytes };
        equal && self.after.is_none_or(|after| text.get(end).is_some_and(|&next| after.contains(next)))
    }
}
