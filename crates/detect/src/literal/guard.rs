//! A cheap test near a hit: most patterns can match only where a long run of one class of bytes stands, such as 32
//! hexadecimal digits. It settles nearly every hit of a common word before the pattern is tried.

use regex_syntax::hir::{Class, ClassBytes, Hir, HirKind};
use serde::{Deserialize, Serialize};
use unkeyed_prefilter::share;

use super::{Lead, Literal, pieces};
use crate::byte_set::ByteSet;

/// A shorter run is everywhere.
const MIN_RUN: usize = 6;
/// A run that one in so many places of a text would have by chance tells nothing, as a power of two.
const MIN_BITS: f64 = 5.0;
/// Nothing farther away is looked at.
const MAX_REACH: usize = 1024;

/// Where no run stands that a guard looks for: in a text full of its literals it is asked about the same places again and again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Silence {
    /// The text for which the rest holds.
    text: u64,
    start: usize,
    end: usize,
}

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
        let pieces: Vec<(Lead, Option<Stretch>)> = pieces(hir)
            .iter()
            .scan(Lead::default(), |lead, piece| Some((std::mem::replace(lead, lead.past(piece)), Stretch::of(piece))))
            .collect();
        let mut best: Option<(f64, Self)> = None;
        for (at, (lead, _)) in pieces.iter().enumerate() {
            let mut whole = Stretch::default();
            for stretch in pieces[at..].iter().map_while(|(_, stretch)| stretch.as_ref()) {
                whole = whole.then(stretch);
                let guard = Self { class: whole.class.words(), length: whole.length, min: lead.min, max: lead.max };
                let is_near = lead.max.saturating_sub(lead.min).saturating_add(whole.length) <= MAX_REACH;
                let bits = whole.bits();
                if whole.length >= MIN_RUN && is_near && bits > best.map_or(MIN_BITS, |(most, _)| most) {
                    best = Some((bits, guard));
                }
            }
        }
        best.map(|(_, guard)| guard)
    }

    /// Whether such a run stands where it must if a literal does at `at`, with these distances from the match start. `silence`
    /// is what this guard remembers, of texts that are told apart by `id`.
    #[inline]
    pub(crate) fn holds(&self, text: &[u8], at: usize, (min, max): (usize, usize), id: u64, silence: &mut Silence) -> bool {
        let start = (at + self.min).saturating_sub(max).min(text.len());
        let end = (at + self.max + self.length).saturating_sub(min).min(text.len());
        let goes_on = silence.text == id && (silence.start..=silence.end).contains(&start);
        let first = if goes_on { start.max((silence.end + 1).saturating_sub(self.length)) } else { start };
        if has_run(text.get(first..end).unwrap_or_default(), &ByteSet::from_words(self.class), self.length) {
            return true;
        }
        *silence = match goes_on {
            true => Silence { end: end.max(silence.end), ..*silence },
            false => Silence { text: id, start, end },
        };
        false
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

/// What a part of a pattern matches, as far as a guard can tell: at least so many bytes, all of a class.
#[derive(Clone, Copy, Default)]
struct Stretch {
    class: ByteSet,
    length: usize,
}

impl Stretch {
    fn of(hir: &Hir) -> Option<Self> {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Some(Self::default()),
            HirKind::Literal(literal) => Some(Self { class: ByteSet::of(&literal.0), length: literal.0.len() }),
            HirKind::Class(Class::Bytes(class)) => Some(Self { class: set(class), length: 1 }),
            HirKind::Class(Class::Unicode(_)) => None,
            HirKind::Capture(group) => Self::of(&group.sub),
            HirKind::Repetition(repetition) => {
                let once = Self::of(&repetition.sub)?;
                Some(Self { length: once.length.saturating_mul(repetition.min as usize), ..once })
            }
            HirKind::Concat(parts) => parts.iter().try_fold(Self::default(), |all, part| Some(all.then(&Self::of(part)?))),
            HirKind::Alternation(branches) => {
                let branches: Vec<Self> = branches.iter().map(Self::of).collect::<Option<_>>()?;
                let length = branches.iter().map(|branch| branch.length).min()?;
                Some(Self { length, ..branches.iter().fold(Self::default(), |all, branch| all.then(branch)) })
            }
        }
    }

    /// The two one after the other.
    fn then(self, next: &Self) -> Self {
        let mut class = self.class;
        class.union(&next.class);
        Self { class, length: self.length.saturating_add(next.length) }
    }

    /// How surprising such a stretch is, from the share of its class in texts.
    fn bits(&self) -> f64 {
        self.length as f64 * -share(&self.class).log2()
    }
}

fn set(class: &ClassBytes) -> ByteSet {
    let mut set = ByteSet::default();
    class.ranges().iter().flat_map(|range| range.start()..=range.end()).for_each(|byte| set.insert(byte));
    set
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
        assert_eq!(guard(r"ac=[a-z]{2}"), None, "too short");
        assert_eq!(guard(r"acme[ -~]{20}"), None, "nearly all text");
        assert_eq!(guard(r"ac=(?:[a-f]{32}|n)"), None, "not in every match");
        assert_eq!(guard(r"acme=[^;]*;[a-f]{32}"), None, "anywhere");
    }

    #[test]
    fn branches_and_groups_are_one_run_of_all_their_bytes() {
        let guard = guard(r"acme: ?(?P<secret>[0-9]{8}-[a-f]{4}|[0-9]{20})").unwrap();
        assert_eq!(ByteSet::from_words(guard.class), ByteSet::of(b"0123456789abcdef-"));
        assert_eq!((guard.length, guard.min, guard.max), (13, 5, 6));
    }

    #[test]
    fn it_holds_where_the_run_is_in_reach() {
        let guard = guard(r"[a-z]{0,3}acme.{0,4}=[0-9]{8}").unwrap();
        let holds = |text: &str| guard.holds(text.as_bytes(), text.find("acme").unwrap(), (0, 3), 1, &mut Silence::default());
        assert!(holds("acme=12345678"));
        assert!(holds("xyzacme____=12345678"));
        assert!(!holds("acme=1234567"));
        assert!(!holds("acme=1234567x8"));
        assert!(!holds("acme________=12345678"), "too far");
        assert!(!holds("12345678 acme="), "before it");
    }

    proptest! {
        #[test]
        fn what_it_remembers_changes_no_answer(texts in prop::collection::vec("[0a ]{0,200}", 1..3), places in prop::collection::vec((0..2usize, 0..200usize), 1..40)) {
            let guard = guard(r"[a-z]{0,9}acme.{0,30}=[0-9]{8}").unwrap();
            let mut silence = Silence::default();
            for (which, at) in places {
                let (id, text) = (which % texts.len(), texts[which % texts.len()].as_bytes());
                let fresh = guard.holds(text, at, (0, 9), 1, &mut Silence::default());
                prop_assert_eq!(guard.holds(text, at, (0, 9), 1 + id as u64, &mut silence), fresh);
            }
        }
    }
}
