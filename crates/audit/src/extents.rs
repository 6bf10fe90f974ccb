//! Which definition a place lies in: the innermost extent of a file that contains it.
//!
//! One decision a reader would question: files are compared by path, commit and layer, not by surface, because a
//! parser may call the surface by a more telling name than the source did.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use unkeyed_model::{Location, Origin, Span};

type FileKey = (String, Option<String>, Option<String>);

/// Owners by start and, widest first, end.
type Spans<T> = BTreeMap<(usize, Reverse<usize>), Vec<T>>;

/// One span with everybody who owns exactly it.
#[derive(Debug)]
struct Extent<T> {
    span: Span,
    owners: Vec<T>,
    /// The innermost extent that was still open where this one starts.
    outer: Option<usize>,
}

/// Extents by file, ready for lookups whose cost is the nesting depth.
#[derive(Debug)]
pub(crate) struct Extents<T> {
    files: BTreeMap<FileKey, Vec<Extent<T>>>,
}

impl<T: Ord> Extents<T> {
    /// Indexes extents with their owners.
    pub(crate) fn new<'a>(extents: impl IntoIterator<Item = (&'a Location, T)>) -> Self {
        let mut spans: BTreeMap<FileKey, Spans<T>> = BTreeMap::new();
        for (location, owner) in extents {
            let span = span(location);
            let owners = spans.entry(file(&location.origin)).or_default().entry((span.start, Reverse(span.end))).or_default();
            if !owners.contains(&owner) {
                owners.push(owner);
            }
        }
        Self { files: spans.into_iter().map(|(file, spans)| (file, nest(spans))).collect() }
    }

    /// Owners of the extents that contain the place, innermost extent first.
    pub(crate) fn containing(&self, location: &Location) -> impl Iterator<Item = &[T]> {
        let extents = self.files.get(&file(&location.origin)).map_or(&[][..], Vec::as_slice);
        let place = location.region.span;
        let last = extents.partition_point(|extent| extent.span.start <= place.start).checked_sub(1);
        std::iter::successors(last, |&at| extents[at].outer)
            .filter(move |&at| extents[at].span.contains(place))
            .map(|at| extents[at].owners.as_slice())
    }
}

/// Finds for each extent, in order of start, the one that is open around it.
fn nest<T>(spans: Spans<T>) -> Vec<Extent<T>> {
    let mut open: Vec<usize> = Vec::new();
    let mut extents: Vec<Extent<T>> = Vec::with_capacity(spans.len());
    for ((start, Reverse(end)), mut owners) in spans {
        while open.last().is_some_and(|&at| extents[at].span.end <= start) {
            open.pop();
        }
        owners.shrink_to_fit();
        extents.push(Extent { span: Span::new(start, end), owners, outer: open.last().copied() });
        open.push(extents.len() - 1);
    }
    extents
}

/// The span of an extent; the whole file where none is given.
fn span(location: &Location) -> Span {
    if location.region.span == Span::default() { Span::new(0, usize::MAX) } else { location.region.span }
}

/// What makes two origins the same file.
fn file(origin: &Origin) -> FileKey {
    (origin.path.clone(), origin.commit.clone(), origin.layer.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::place;
    use unkeyed_model::Location;

    fn innermost(extents: &[(Location, u8)], at: &Location) -> Vec<u8> {
        let extents = Extents::new(extents.iter().map(|(location, owner)| (location, *owner)));
        extents.containing(at).next().map(<[u8]>::to_vec).unwrap_or_default()
    }

    #[test]
    fn the_innermost_extent_wins_and_equal_ones_share() {
        let whole = Location { region: unkeyed_model::Region::default(), ..place("f", 0, 0) };
        let extents = [(whole, 0), (place("f", 10, 90), 1), (place("f", 20, 30), 2), (place("f", 20, 30), 3), (place("f", 40, 50), 4)];
        assert_eq!(innermost(&extents, &place("f", 22, 24)), [2, 3]);
        assert_eq!(innermost(&extents, &place("f", 42, 44)), [4]);
        assert_eq!(innermost(&extents, &place("f", 60, 64)), [1]);
        assert_eq!(innermost(&extents, &place("f", 95, 96)), [0]);
        assert_eq!(innermost(&extents, &place("g", 22, 24)), [0_u8; 0]);
        assert_eq!(innermost(&extents[1..], &place("f", 95, 96)), [0_u8; 0]);
    }

    #[test]
    fn a_place_that_sticks_out_is_not_inside() {
        assert_eq!(innermost(&[(place("f", 10, 30), 1), (place("f", 20, 25), 2)], &place("f", 22, 28)), [1]);
    }
}
