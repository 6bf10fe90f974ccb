//! A cheap test near a hit: most patterns can match only where a long run of one class of bytes stands, such as 32
//! hexadecimal digits. It settles nearly every hit of a common word before the pattern is tried.

use regex_syntax::hir::{Class, ClassBytes, Hir, HirKind};
use serde::{Deserialize, Serialize};

use super::{Lead, Literal, pieces};
use crate::byte_set::ByteSet;

/// A shorter run is everywhere.
const MIN_RUN: usize = 6;
/// Nothing farther away is looked at.
const MAX_REACH: usize = 1024;

/// A run that every match has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Guard {
    class: [u64; 4],
    length: usize,
    /// Least distance from the match start.
    min: usize,
    /// Greatest distance from the match start.
    max: usize,
}

impl Guard {
    /// The run of a pattern that is hardest to come by.
    fn of(hir: &Hir) -> Option<Self> {
        let mut lead = Lead::default();
        let mut best: Option<(f64, Self)> = None;
        for piece in pieces(hir) {
            if let Some((class, length)) = run(&piece) {
                let bits = length as f64 * (256.0 / class.len() as f64).log2();
                let guard = Self { class: class.words(), length, min: lead.min, max: lead.max };
                let is_near = lead.max.saturating_sub(lead.min).saturating_add(length) <= MAX_REACH;
                if length >= MIN_RUN && is_near && best.is_none_or(|(most, _)| bits > most) {
                    best = Some((bits, guard));
                }
            }
            lead = lead.past(&piece);
        }
        best.map(|(_, guard)| guard)
    }

    /// Whether such a run stands where it must if `literal` does at `at`.
    #[inline]
    pub(crate) fn holds(&self, text: &[u8], at: usize, min: usize, max: usize) -> bool {
        let start = (at + self.min).saturating_sub(max).min(text.len());
        let end = (at + self.max + self.length).saturating_sub(min).min(text.len());
        has_run(text.get(start..end).unwrap_or_default(), &ByteSet::from_words(self.class), self.length)
    }
}

/// The guard of a pattern that is searched for by `literals`: the farther apart the places at which they may stand, the less
/// it tells.
pub(crate) fn useful(hir: &Hir, literals: &[Literal]) -> Option<Guard> {
    let is_near = |guard: &Guard, literal: &Literal| literal.max - literal.min + guard.max - guard.min + guard.length <= MAX_REACH;
    Guard::of(hir).filter(|guard| literals.iter().all(|literal| is_near(guard, literal)))
}

/// Looks from the end of each stretch that could be the run, and so at few bytes of other text.
fn has_run(text: &[u8], class: &ByteSet, length: usize) -> bool {
    let mut start = 0;
    while let Some(stretch) = text.get(start..start + length) {
        match stretch.iter().rposition(|&byte| !class.contains(byte)) {
            Some(at) => start += at + 1,
            None => return true,
        }
    }
    false
}

/// The class and the least length of a piece that is a repetition of a class.
fn run(piece: &Hir) -> Option<(ByteSet, usize)> {
    let HirKind::Repetition(repetition) = piece.kind() else { return None };
    let class = match repetition.sub.kind() {
        HirKind::Class(Class::Bytes(class)) => set(class),
        HirKind::Capture(group) => match group.sub.kind() {
            HirKind::Class(Class::Bytes(class)) => set(class),
            _ => return None,
        },
        _ => return None,
    };
    Some((class, repetition.min as usize))
}

fn set(class: &ClassBytes) -> ByteSet {
    let mut set = ByteSet::default();
    class.ranges().iter().flat_map(|range| range.start()..=range.end()).for_each(|byte| set.insert(byte));
    set
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::facts::{Facts, parse};

    fn guard(pattern: &str) -> Option<Guard> {
        Facts::new(&parse(pattern).unwrap()).unwrap().guard
    }

    #[test]
    fn the_rarest_run_is_the_guard() {
        let guard = guard(r"acme[\w.-]{0,40}?=[a-z]{6}-(?P<secret>[0-9a-f]{32})").unwrap();
        assert_eq!(ByteSet::from_words(guard.class), ByteSet::of(b"0123456789abcdef"));
        assert_eq!((guard.length, guard.min, guard.max), (32, 12, 52));
    }

    #[test]
    fn there_may_be_none() {
        assert_eq!(guard(r"acme=[a-z]{4}"), None, "too short");
        assert_eq!(guard(r"acme=(?:[a-f]{32}|none)"), None, "not in every match");
        assert_eq!(guard(r"acme=[^;]*;[a-f]{32}"), None, "anywhere");
    }

    #[test]
    fn it_holds_where_the_run_is_in_reach() {
        let guard = guard(r"[a-z]{0,3}acme.{0,4}=[0-9]{8}").unwrap();
        let holds = |text: &str| guard.holds(text.as_bytes(), text.find("acme").unwrap(), 0, 3);
        assert!(holds("acme=12345678"));
        assert!(holds("xyzacme____=12345678"));
        assert!(!holds("acme=1234567"));
        assert!(!holds("acme=1234567x8"));
        assert!(!holds("acme________=12345678"), "too far");
        assert!(!holds("12345678 acme="), "before it");
    }
}
