//! Where rows wait to be sorted.

use std::collections::BTreeSet;
use std::io;

/// A key and the row that belongs to it.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Rows with keys, taken in any order.
pub trait Shelf {
    /// Takes a row.
    ///
    /// # Errors
    /// If it can't be kept.
    fn put(&mut self, key: &[u8], row: &[u8]) -> io::Result<()>;

    /// All that was put in, in order.
    ///
    /// # Errors
    /// If it can't be sorted.
    fn sorted(self: Box<Self>) -> io::Result<Box<dyn Sorted>>;
}

/// Rows in order of key and row, each pair once. They can be read any number of times.
pub trait Sorted {
    /// From the first to the last.
    ///
    /// # Errors
    /// If they can't be read.
    fn pairs(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<Pair>> + '_>>;
}

/// A shelf in memory.
#[derive(Debug, Default)]
pub struct Heap(BTreeSet<Pair>);

impl Shelf for Heap {
    fn put(&mut self, key: &[u8], row: &[u8]) -> io::Result<()> {
        self.0.insert((key.to_vec(), row.to_vec()));
        Ok(())
    }

    fn sorted(self: Box<Self>) -> io::Result<Box<dyn Sorted>> {
        Ok(self)
    }
}

impl Sorted for Heap {
    fn pairs(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<Pair>> + '_>> {
        Ok(Box::new(self.0.iter().cloned().map(Ok)))
    }
}
