//! Sorted sets, each kept once and known by its number, with unions that are remembered: neighbouring commits have nearly
//! the same content, so that nearly every question has been asked before.

use std::hash::Hash;

use super::numbered::Numbered;

/// The number of the empty set.
pub(super) const EMPTY: u32 = 0;

/// Elements that all sets of one question together may have. Real histories stay far below; a tree made to contain itself
/// a million times over does not.
const MAX_ELEMENTS: usize = 1 << 21;

/// The sets were given up, since [`MAX_ELEMENTS`] was reached.
#[derive(Debug)]
pub(super) struct TooMany;

/// A family of sets.
pub(super) struct Sets<T> {
    all: Numbered<T>,
    /// What was united, as sorted numbers of sets.
    asked: Numbered<u32>,
    /// What came of it, by the number in `asked`.
    unions: Vec<u32>,
}

impl<T: Copy + Ord + Hash> Sets<T> {
    /// The family of the empty set alone.
    pub(super) fn new() -> Self {
        let mut all = Numbered::default();
        // The first list gets the number of the empty set.
        all.number(&[]);
        Self { all, asked: Numbered::default(), unions: Vec::new() }
    }

    /// The number of the set of `elements`, in any order.
    pub(super) fn number(&mut self, mut elements: Vec<T>) -> Result<u32, TooMany> {
        elements.sort_unstable();
        elements.dedup();
        let number = self.all.number(&elements);
        if self.all.elements() + self.asked.elements() > MAX_ELEMENTS { Err(TooMany) } else { Ok(number) }
    }

    /// The number of the union of the sets with these numbers, in any order. Of more than two it is made at once: a union of
    /// some of them would be a set to keep, too.
    pub(super) fn union(&mut self, parts: &mut Vec<u32>) -> Result<u32, TooMany> {
        parts.sort_unstable();
        parts.dedup();
        parts.retain(|&set| set != EMPTY);
        match parts[..] {
            [] => Ok(EMPTY),
            [only] => Ok(only),
            _ => {
                let asked = self.asked.number(parts) as usize;
                if asked == self.unions.len() {
                    let elements = parts.iter().flat_map(|&set| self.get(set)).copied().collect();
                    let united = self.number(elements)?;
                    self.unions.push(united);
                }
                Ok(self.unions[asked])
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
        let both = sets.union(&mut vec![one, other]).unwrap();
        assert_eq!(sets.get(both), [1, 2, 3]);
        assert_eq!(sets.number(vec![2, 3, 1]).unwrap(), both);
        assert_eq!(sets.union(&mut vec![EMPTY, both, both]).unwrap(), both);
        assert_eq!(sets.union(&mut vec![other, EMPTY, one]).unwrap(), both);
        assert_eq!(sets.union(&mut Vec::new()).unwrap(), EMPTY);
        assert_eq!(sets.len(), 4);
    }

    #[test]
    fn too_many_elements_are_refused() {
        let mut sets = Sets::new();
        assert!(sets.number((0..MAX_ELEMENTS).collect()).is_ok());
        assert!(sets.number(vec![0]).is_err());
    }
}
