//! The ids of all objects of a repository, sorted, each known by its number from here on.

use gix::hash::oid;

/// Sorted ids without duplicates.
pub(super) struct Ids {
    width: usize,
    bytes: Vec<u8>,
    /// Where the ids that start with given bits begin.
    fan: Vec<u32>,
    /// How many bits these are: so many that one id or two start with them.
    bits: u32,
}

/// There are never more bits.
const MAX_BITS: u32 = 24;

impl Ids {
    /// Sorts `bytes`, ids one behind the other. Repositories with more than `u32::MAX` objects are cut there; none comes near.
    pub(super) fn new(mut bytes: Vec<u8>, kind: gix::hash::Kind) -> Self {
        let width = kind.len_in_bytes();
        match width {
            32 => sort::<32>(&mut bytes),
            _ => sort::<20>(&mut bytes),
        }
        bytes.truncate((u32::MAX as usize - 1) * width);
        let bits = (bytes.len() / width).max(2).ilog2().min(MAX_BITS);
        let mut fan = vec![0; (1 << bits) + 1];
        for id in bytes.chunks_exact(width) {
            fan[head(id, bits) + 1] += 1;
        }
        for at in 1..fan.len() {
            fan[at] += fan[at - 1];
        }
        Self { width, bytes, fan, bits }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len() / self.width
    }

    /// All of them, in order.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The number of `id`.
    pub(super) fn find(&self, id: &oid) -> Option<u32> {
        self.find_bytes(id.as_bytes())
    }

    /// The number of the id that is written as `id`.
    pub(super) fn find_bytes(&self, id: &[u8]) -> Option<u32> {
        if id.len() != self.width {
            return None;
        }
        let start = head(id, self.bits);
        let (mut low, mut high, wanted) = (self.fan[start], self.fan[start + 1], words(id));
        while low < high {
            let middle = low + (high - low) / 2;
            match words(self.raw(middle)).cmp(&wanted) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The id with that number, as hex.
    pub(super) fn hex(&self, number: u32) -> String {
        let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value & 15)]);
        let mut hex = String::with_capacity(2 * self.width);
        self.raw(number).iter().for_each(|byte| hex.extend([digit(byte >> 4), digit(*byte)]));
        hex
    }

    /// The id with that number, as it stands.
    pub(super) fn raw(&self, number: u32) -> &[u8] {
        let start = number as usize * self.width;
        &self.bytes[start..start + self.width]
    }
}

/// Sorts ids of `WIDTH` bytes where they stand, and takes out what stands there twice: a large repository has millions, and a
/// list of them beside would be most of the memory.
fn sort<const WIDTH: usize>(bytes: &mut Vec<u8>) {
    let (ids, _) = bytes.as_chunks_mut::<WIDTH>();
    ids.sort_unstable();
    let mut kept = 0;
    for at in 0..ids.len() {
        if kept == 0 || ids[at] != ids[kept - 1] {
            ids[kept] = ids[at];
            kept += 1;
        }
    }
    bytes.truncate(kept * WIDTH);
}

/// An id in words that overlap: comparing them needs no call.
fn words(id: &[u8]) -> [u64; 4] {
    let word = |at: usize| id.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes);
    let last = id.len().saturating_sub(8);
    [0, 8, 16, 24].map(|at| word(at.min(last)))
}

/// The first bits of an id.
fn head(id: &[u8], bits: u32) -> usize {
    let first = id.first_chunk().map_or(0, |&four| u32::from_be_bytes(four));
    (first >> (u32::BITS - bits)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_by_their_bytes() {
        let id = |byte: u8| gix::ObjectId::from_bytes_or_panic(&[byte; 20]);
        let ids = Ids::new([7, 255, 0, 7].map(|byte| [byte; 20]).concat(), gix::hash::Kind::Sha1);
        assert_eq!(ids.len(), 3);
        assert_eq!([0, 7, 255].map(|byte| ids.find(&id(byte))), [Some(0), Some(1), Some(2)]);
        assert_eq!(ids.find(&id(8)), None);
        assert_eq!(ids.find_bytes(&[7; 32]), None);
        assert_eq!(ids.hex(1), "07".repeat(20));
        let long = Ids::new([9, 1, 9].map(|byte| [byte; 32]).concat(), gix::hash::Kind::Sha256);
        assert_eq!((long.len(), long.find_bytes(&[9; 32]), long.raw(0)), (2, Some(1), &[1; 32][..]));
    }
}
