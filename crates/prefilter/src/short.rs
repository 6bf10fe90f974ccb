//! Patterns of one or two bytes. No filter helps against them, so they are looked for at every byte, if there are any.

use std::ops::ControlFlow;

use crate::pattern::{Pattern, PatternId};

/// Patterns shorter than this are short.
pub(crate) const BELOW: usize = 3;

/// The short patterns among others.
pub(crate) struct Short(Vec<PatternId>);

impl Short {
    pub(crate) fn new(patterns: &[Pattern]) -> Self {
        let short = patterns.iter().enumerate().filter(|(_, pattern)| pattern.bytes.len() < BELOW);
        Self(short.map(|(at, _)| PatternId::try_from(at).unwrap_or(PatternId::MAX)).collect())
    }

    pub(crate) fn scan(
        &self,
        patterns: &[Pattern],
        text: &[u8],
        on_hit: &mut impl FnMut(PatternId, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.0.is_empty() {
            return ControlFlow::Continue(());
        }
        for start in 0..text.len() {
            for &pattern in self.0.iter().filter(|&&pattern| patterns[pattern as usize].is_at(text, start)) {
                on_hit(pattern, start)?;
            }
        }
        ControlFlow::Continue(())
    }
}
