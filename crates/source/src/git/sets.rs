//! Sorted sets, each kept once and known by its number, with unions that are remembered: neighbouring commits have nearly
//! the same content, so that nearly every question has been asked before.

use std::collections::HashMap;
use std::hash::Hash;

use super::numbered::Numbered;

/// The number of the empty set.
pub(super) const EMPTY: u32 = 0;

/// Elements that all sets of one question together may have. Real histories stay far below; a tree made to contain itself
/// a million times over does not.
const MAX_ELEMENTS: usize = 1 << 18;

/// The sets were given up, since [`MAX_ELEMENTS`] was reached.
#[derive(Debug)]
pub(super) struct TooMany;

/// A family of sets.
pub(super) struct Sets<T> {
    all: Numbered<T>,
    unions: HashMap<(u32, u32), u32>,
}

impl<T: Copy + Ord + Hash> Sets<T> {
    /// The family of the empty set alone.
    pub(super) fn new() -> Self {
        let mut all = Numbered::default();
        // The first list gets the number of the empty set.
        all.number(&[]);
        Self { all, unions: HashMap::new() }
    }

    /// The number of the set of `elements`, in any order.
    pub(super) fn number(&mut self, mut elements: Vec<T>) -> Result<u32, TooMany> {
        elements.sort_unstable();
        elements.dedup();
        let number = self.all.number(&elements);
        if self.all.elements() > MAX_ELEMENTS { Err(TooMany) } else { Ok(number) }
    }

    /// The number of the union of two sets.
    pub(super) fn union(&mut self, one: u32, other: u32) -> Result<u32, TooMany> {
        match (one.min(other), one.max(other)) {
            (EMPTY, set) => Ok(set),
            (one, other) if one == other => Ok(one),
            pair => {
                if let Some(&known) = self.unions.get(&pair) {
                    return Ok(known);
                }
                let united = self.number([self.get(pair.0), self.get(pair.1)].concat())?;
                self.unions.insert(pair, united);
                Ok(united)
            }
        }
    }

    /// The set with that number.
    pub(super) fn get(&self, number: u32) -> &[T] {
        self.all.get(number)
    }

    /// How many sets there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_sets_have_one_number() {
        let mut sets = Sets::new();
        let one = sets.number(vec![3, 1, 3]).unwrap();
        let other = sets.number(vec![2]).unwrap();
        let both = sets.union(one, other).unwrap();
        assert_eq!(sets.get(both), [1, 2, 3]);
        assert_eq!(sets.number(vec![2, 3, 1]).unwrap(), both);
        assert_eq!(sets.union(both, EMPTY).unwrap(), both);
        assert_eq!(sets.union(other, one).unwrap(), both);
        assert_eq!(sets.len(), 4);
    }
}
