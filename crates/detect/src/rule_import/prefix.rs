//! Drops an unbounded repetition at the start of a pattern where that changes no reported secret.
//!
//! For `C*R` with a class C and a rest R, let r be the leftmost place at which R matches. The match of `C*R` starts at or before
//! r, and all between is of C, so `C*?R` hands R the place r as well. A greedy `C*` hands R the last such place of the run; that is
//! r if R can match at one place of a run only, which holds where every text of R has its first byte outside C at the same
//! offset. `C{n,}R` is `C*C{n}R`. Both patterns end where R ends, and so go on from the same place.

use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use crate::byte_set::ByteSet;

/// The pattern with a bounded start, if it reports the same secrets.
pub(super) fn bounded(hir: &Hir) -> Option<Hir> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let (first, rest) = parts.split_first()?;
    let HirKind::Repetition(repetition @ Repetition { min, max: None, greedy, sub }) = first.kind() else { return None };
    let class = bytes(sub)?;
    let needed = Hir::repetition(Repetition { min: *min, max: Some(*min), ..repetition.clone() });
    let shorter = Hir::concat(std::iter::once(needed).chain(rest.iter().cloned()).collect());
    (!greedy || leaves_at_one_offset(&Hir::concat(rest.to_vec()), &class)).then_some(shorter)
}

/// The bytes of a class or of a single byte.
fn bytes(hir: &Hir) -> Option<ByteSet> {
    let mut set = ByteSet::default();
    match hir.kind() {
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().flat_map(|range| range.start()..=range.end()).for_each(|byte| set.insert(byte));
        }
        HirKind::Literal(literal) if literal.0.len() == 1 => set.insert(literal.0[0]),
        _ => return None,
    }
    Some(set)
}

/// Whether the first byte outside `class` stands at one and the same offset in all that `rest` matches.
fn leaves_at_one_offset(rest: &Hir, class: &ByteSet) -> bool {
    let starts = Extractor::new().limit_class(256).limit_total(4096).extract(rest);
    let Some(starts) = starts.literals() else { return false };
    let mut offsets = starts.iter().map(|start| start.as_bytes().iter().position(|&byte| !class.contains(byte)));
    match offsets.next() {
        Some(Some(first)) => offsets.all(|offset| offset == Some(first)),
        _ => false,
    }
}
