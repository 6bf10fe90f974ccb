//! Text that is taken out of a container bit by bit and pushed as one member, or as several if it gets long.

use super::door::Door;
use super::place::Place;
use super::{Halt, Outcome};

/// Length at which a part is pushed.
pub(super) const PART_BYTES: usize = 4 << 20;
/// How much longer than its container the text may get. Names that many entries share are written for each of them,
/// which a file made for it could turn into any length.
const GROWTH: usize = 16;
const GROWTH_FROM: usize = 1 << 20;

/// The text of a member on its way out.
pub(super) struct Parts {
    name: String,
    text: Vec<u8>,
    number: u32,
    left: usize,
}

impl Parts {
    /// For text that can't grow beyond what is read.
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), text: Vec::new(), number: 0, left: usize::MAX }
    }

    /// For text out of a container of `bytes` bytes whose parts may be used more than once.
    pub(super) fn bounded(name: impl Into<String>, bytes: usize) -> Self {
        Self { left: GROWTH_FROM.saturating_add(GROWTH.saturating_mul(bytes)), ..Self::new(name) }
    }

    /// What is there, to be added to.
    pub(super) fn text(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    /// Pushes the text if it is long enough. To be called after each piece.
    pub(super) fn flush(&mut self, door: &mut Door<'_>, place: &Place) -> Outcome {
        if self.text.len() < PART_BYTES {
            return Ok(());
        }
        self.push(door, place)
    }

    /// Pushes what is left.
    pub(super) fn finish(mut self, door: &mut Door<'_>, place: &Place) -> Outcome {
        if self.text.is_empty() { Ok(()) } else { self.push(door, place) }
    }

    fn push(&mut self, door: &mut Door<'_>, place: &Place) -> Outcome {
        self.number += 1;
        let name = if self.number == 1 { self.name.clone() } else { format!("{}-part{}", self.name, self.number) };
        door.text(place, name.as_bytes(), &self.text)?;
        let Some(left) = self.left.checked_sub(self.text.len()) else {
            return Err(Halt::damaged("its parts overlap, so that its text would never end"));
        };
        self.left = left;
        self.text.clear();
        Ok(())
    }
}
