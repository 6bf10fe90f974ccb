//! The bytes with which what follows a literal can begin.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::byte_set::ByteSet;

/// The bytes with which a match of `pieces` can begin; `None` if it can be empty, or if the bytes can't be told.
pub(super) fn first(pieces: &[Hir]) -> Option<ByteSet> {
    let mut set = ByteSet::default();
    (!add_all(pieces, &mut set)?).then_some(set)
}

/// Adds the first bytes of a concatenation. Says whether all of it can be empty.
fn add_all(pieces: &[Hir], set: &mut ByteSet) -> Option<bool> {
    for piece in pieces {
        if !add(piece, set)? {
            return Some(false);
        }
    }
    Some(true)
}

fn add(hir: &Hir, set: &mut ByteSet) -> Option<bool> {
    Some(match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => {
            set.insert(*literal.0.first()?);
            false
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().flat_map(|range| range.start()..=range.end()).for_each(|byte| set.insert(byte));
            false
        }
        HirKind::Class(Class::Unicode(_)) => return None,
        HirKind::Capture(group) => add(&group.sub, set)?,
        HirKind::Repetition(repetition) => add(&repetition.sub, set)? || repetition.min == 0,
        HirKind::Concat(parts) => add_all(parts, set)?,
        HirKind::Alternation(branches) => {
            let mut empty = false;
            for branch in branches {
                empty |= add(branch, set)?;
            }
            empty
        }
    })
}
