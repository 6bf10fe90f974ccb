//! Lists (names, paths, what trees contain), each kept once and known by its number.
//!
//! The decision a reader would question: no map of the standard library, which would keep each list in an allocation of its
//! own. A large repository has very many short ones, and most of their memory would be what surrounds them.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// Lists in the order in which they were first met.
pub(super) struct Numbered<T> {
    /// All lists, one behind the other.
    elements: Vec<T>,
    /// Where each ends.
    ends: Vec<usize>,
    numbers: HashTable<u32>,
    hasher: RandomState,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { elements: Vec::new(), ends: Vec::new(), numbers: HashTable::new(), hasher: RandomState::default() }
    }
}

impl<T: Copy + Eq + Hash> Numbered<T> {
    /// The number of `list`.
    pub(super) fn number(&mut self, list: &[T]) -> u32 {
        let hash = self.hasher.hash_one(list);
        let (elements, ends) = (&self.elements, &self.ends);
        if let Some(&number) = self.numbers.find(hash, |&number| at(elements, ends, number) == list) {
            return number;
        }
        let number = self.ends.len() as u32;
        self.elements.extend_from_slice(list);
        self.ends.push(self.elements.len());
        let (elements, ends, hasher) = (&self.elements, &self.ends, &self.hasher);
        self.numbers.insert_unique(hash, number, |&number| hasher.hash_one(at(elements, ends, number)));
        number
    }

    /// The list with that number.
    pub(super) fn get(&self, number: u32) -> &[T] {
        at(&self.elements, &self.ends, number)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many elements they have together.
    pub(super) fn elements(&self) -> usize {
        self.elements.len()
    }
}

fn at<'e, T>(elements: &'e [T], ends: &[usize], number: u32) -> &'e [T] {
    let number = number as usize;
    let start = number.checked_sub(1).map_or(0, |before| ends[before]);
    &elements[start..ends[number]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lists_have_one_number() {
        let mut lists = Numbered::default();
        let given: Vec<Vec<u16>> = (0..2000).map(|at| (0..at % 7).map(|place| at % 50 + place).collect()).collect();
        let numbers: Vec<u32> = given.iter().map(|list| lists.number(list)).collect();
        for (list, &number) in given.iter().zip(&numbers) {
            assert_eq!(lists.number(list), number);
            assert_eq!(lists.get(number), list);
        }
        let mut distinct = given.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(lists.len(), distinct.len());
        assert_eq!(lists.elements(), distinct.iter().map(Vec::len).sum::<usize>());
    }
}
