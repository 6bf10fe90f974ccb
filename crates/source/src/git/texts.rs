//! Names and paths, each kept once and known by its number.

use std::collections::HashMap;
use std::sync::Arc;

/// Texts in the order in which they were first met.
#[derive(Default)]
pub(super) struct Texts {
    numbers: HashMap<Arc<[u8]>, u32>,
    all: Vec<Arc<[u8]>>,
}

impl Texts {
    /// The number of `text`.
    pub(super) fn number(&mut self, text: &[u8]) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.all.len() as u32;
        let text: Arc<[u8]> = text.into();
        self.all.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    /// The text with that number.
    pub(super) fn text(&self, number: u32) -> &Arc<[u8]> {
        &self.all[number as usize]
    }
}
