//! Lists (names, paths, what trees contain), each kept once and known by its number.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Lists in the order in which they were first met.
pub(super) struct Numbered<T> {
    numbers: HashMap<Arc<[T]>, u32>,
    all: Vec<Arc<[T]>>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), all: Vec::new() }
    }
}

impl<T: Copy + Eq + Hash> Numbered<T> {
    /// The number of `list`.
    pub(super) fn number(&mut self, list: &[T]) -> u32 {
        if let Some(&number) = self.numbers.get(list) {
            return number;
        }
        let number = self.all.len() as u32;
        let list: Arc<[T]> = list.into();
        self.all.push(Arc::clone(&list));
        self.numbers.insert(list, number);
        number
    }

    /// The list with that number.
    pub(super) fn get(&self, number: u32) -> &Arc<[T]> {
        &self.all[number as usize]
    }

    /// All of them, in the order of their numbers.
    pub(super) fn all(&self) -> &[Arc<[T]>] {
        &self.all
    }
}
