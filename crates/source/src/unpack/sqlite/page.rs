//! A page of a b-tree and its cells.

use std::ops::Range;

use super::be;

/// What a page is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    TableInner,
    TableLeaf,
    IndexInner,
    IndexLeaf,
    Other,
}

/// A page.
pub(super) struct Page {
    pub(super) bytes: Vec<u8>,
    pub(super) kind: Kind,
    /// Where its header is: the first page has that of the file before it.
    start: usize,
}

/// A cell that holds a row.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) row: u64,
    /// Bytes of the whole record.
    pub(super) size: u64,
    /// What of it stands on this page.
    pub(super) local: Range<usize>,
    /// Page on which it goes on; 0 for none.
    pub(super) overflow: u64,
}

impl Page {
    pub(super) fn new(bytes: Vec<u8>, start: usize) -> Self {
        let kind = match bytes.get(start) {
            Some(2) => Kind::IndexInner,
            Some(5) => Kind::TableInner,
            Some(10) => Kind::IndexLeaf,
            Some(13) => Kind::TableLeaf,
            _ => Kind::Other,
        };
        Self { bytes, kind, start }
    }

    fn header_size(&self) -> usize {
        if matches!(self.kind, Kind::TableInner | Kind::IndexInner) { 12 } else { 8 }
    }

    /// Where each cell begins.
    fn pointers(&self) -> impl Iterator<Item = usize> + '_ {
        let (count, first) = (be(&self.bytes, self.start + 3, 2) as usize, self.start + self.header_size());
        let count = count.min(self.bytes.len().saturating_sub(first) / 2);
        (0..count).map(move |index| be(&self.bytes, first + 2 * index, 2) as usize)
    }

    /// The pages below, in order.
    pub(super) fn children(&self) -> Vec<u64> {
        let left = self.pointers().map(|at| be(&self.bytes, at, 4));
        left.chain([be(&self.bytes, self.start + 8, 4)]).collect()
    }

    /// The cells that hold rows: those on the leaves of a table, and all of an index.
    pub(super) fn cells(&self, usable: usize) -> impl Iterator<Item = Cell> + '_ {
        self.pointers().filter_map(move |at| self.cell(at, usable))
    }

    fn cell(&self, mut at: usize, usable: usize) -> Option<Cell> {
        if self.kind == Kind::IndexInner {
            // The page to its left.
            at += 4;
        }
        let is_index = match self.kind {
            Kind::TableLeaf => false,
            Kind::IndexInner | Kind::IndexLeaf => true,
            Kind::TableInner | Kind::Other => return None,
        };
        let size = varint(&self.bytes, &mut at)?;
        let row = if is_index { 0 } else { varint(&self.bytes, &mut at)? };
        let smallest = (usable - 12) * 32 / 255 - 23;
        let largest = if is_index { (usable - 12) * 64 / 255 - 23 } else { usable - 35 };
        if size <= largest as u64 {
            let end = (at + size as usize).min(self.bytes.len());
            return Some(Cell { row, size, local: at.min(end)..end, overflow: 0 });
        }
        let spread = smallest + ((size - smallest as u64) % (usable as u64 - 4)) as usize;
        let end = at + if spread <= largest { spread } else { smallest };
        self.bytes.get(at..end + 4)?;
        Some(Cell { row, size, local: at..end, overflow: be(&self.bytes, end, 4) })
    }

    /// The parts of the page that no cell uses, where deleted cells stay: between pointers and cells, and the free
    /// blocks, whose first four bytes say where the next one is and how long this one is.
    pub(super) fn unused(&self) -> Vec<&[u8]> {
        let pointers_end = self.start + self.header_size() + 2 * self.pointers().count();
        let content = match be(&self.bytes, self.start + 5, 2) as usize {
            0 => 65_536,
            content => content,
        };
        let mut parts = vec![self.bytes.get(pointers_end..content.min(self.bytes.len())).unwrap_or_default()];
        let (mut block, mut last) = (be(&self.bytes, self.start + 1, 2) as usize, 0);
        while block > last {
            let end = (block + be(&self.bytes, block + 2, 2) as usize).min(self.bytes.len());
            parts.extend(self.bytes.get(block + 4..end));
            (last, block) = (block, be(&self.bytes, block, 2) as usize);
        }
        parts.retain(|part| part.iter().any(|&byte| byte != 0));
        parts
    }
}

/// A number of one to nine bytes, most significant first.
pub(super) fn varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut number = 0;
    for _ in 0..8 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number = number << 7 | u64::from(byte & 0x7F);
        if byte < 0x80 {
            return Some(number);
        }
    }
    let byte = *bytes.get(*at)?;
    *at += 1;
    Some(number << 8 | u64::from(byte))
}
