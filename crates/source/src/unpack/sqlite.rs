//! SQLite databases and their write-ahead logs, by the file format (<https://www.sqlite.org/fileformat2.html>).
//!
//! Each table is a member, a row a group of lines `column=value`. The reader is our own because a library would read
//! the tables only: here the pages on the free list and the free blocks inside pages, where deleted rows stay, are read
//! as well. Every page is visited once, so that no chain of pages can turn into a circle.

mod page;
mod record;
mod schema;

use std::io::{BufRead, Read, SeekFrom};

use unkeyed_model::SkipReason;

use super::door::Door;
use super::parts::PART_BYTES;
use super::place::Place;
use super::{Halt, Outcome, ReadSeek};
use page::{Kind, Page};
use record::{Encoding, Rows};
use schema::Table;

/// Levels of a tree; SQLite itself refuses more than 20.
const TREE_DEPTH: u32 = 20;
const FILE_HEADER: usize = 100;
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// Tables that are read.
const TABLES: usize = 10_000;

fn be(bytes: &[u8], at: usize, length: usize) -> u64 {
    bytes.get(at..at + length).map_or(0, |bytes| bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

/// A database that is being read.
struct Database<'f> {
    file: &'f mut dyn ReadSeek,
    page_size: usize,
    /// Page size without the bytes that extensions reserve at the end of each.
    usable: usize,
    encoding: Encoding,
    /// One bit per page.
    visited: Vec<u64>,
    pages: u64,
    damaged: bool,
    /// Longest value that is read in full.
    room: usize,
    cut: u64,
}

/// Reads every table, and what was deleted.
pub(super) fn read(door: &mut Door<'_>, place: &Place, file: &mut dyn ReadSeek) -> Outcome {
    let mut header = [0; FILE_HEADER];
    file.read_exact(&mut header)?;
    let mut database = Database::new(file, &header, door)?;
    let tables = database.schema(door, place)?;
    for table in &tables {
        let mut rows = Rows::new(&table.name, &table.columns, database.encoding);
        database.walk(table.root, &mut |database, page| {
            if matches!(page.kind, Kind::IndexInner | Kind::IndexLeaf) {
                // Tables without row numbers are kept as an index, their columns in another order.
                rows.columns = &[];
            }
            database.rows(door, place, page, &mut rows)?;
            rows.deleted(door, place, page)
        })?;
        rows.finish(door, place)?;
    }
    database.free_pages(door, place, be(&header, 32, 4))?;
    if database.cut > 0 {
        let detail = format!("{} values larger than {} bytes, of which the first were read", database.cut, database.room);
        door.say(place, SkipReason::Limit, detail)?;
    }
    if database.damaged { Err(Halt::damaged("some of its pages are damaged or missing; the others were read")) } else { Ok(()) }
}

impl<'f> Database<'f> {
    fn new(file: &'f mut dyn ReadSeek, header: &[u8; FILE_HEADER], door: &Door<'_>) -> Result<Self, Halt> {
        let page_size = match be(header, 16, 2) {
            1 => 65_536,
            size if size.is_power_of_two() && size >= 512 => size as usize,
            _ => return Err(Halt::damaged("its page size is none")),
        };
        let usable = page_size - usize::from(header[20]);
        let pages = file.seek(SeekFrom::End(0))?.div_ceil(page_size as u64);
        let words = usize::try_from(pages / 64 + 1).unwrap_or(usize::MAX / 8);
        door.budget.claim(words.saturating_mul(8).saturating_add(2 * PART_BYTES))?;
        let room = door.budget.room(&[]) / 2;
        let encoding = Encoding::from_header(be(header, 56, 4));
        Ok(Self { file, page_size, usable, encoding, visited: vec![0; words], pages, damaged: false, room, cut: 0 })
    }

    /// Reads page `number` unless it was read before; a page that is not there is damage.
    fn page(&mut self, number: u64) -> Option<Page> {
        let (word, bit) = ((number / 64) as usize, 1 << (number % 64));
        if number == 0 || number > self.pages || self.visited[word] & bit != 0 {
            self.damaged = true;
            return None;
        }
        self.visited[word] |= bit;
        let mut bytes = Vec::with_capacity(self.page_size);
        let start = SeekFrom::Start((number - 1) * self.page_size as u64);
        let read = self.file.seek(start).and_then(|_| (&mut self.file).take(self.page_size as u64).read_to_end(&mut bytes));
        self.damaged |= read.is_err() || bytes.len() < self.page_size;
        bytes.resize(self.page_size, 0);
        bytes.truncate(self.usable);
        Some(Page::new(bytes, if number == 1 { FILE_HEADER } else { 0 }))
    }

    /// Calls `each` for every page of the tree at `root`, in order.
    fn walk(&mut self, root: u64, each: &mut dyn FnMut(&mut Self, &Page) -> Outcome) -> Outcome {
        let mut ahead = vec![(root, 0)];
        while let Some((number, depth)) = ahead.pop() {
            let Some(page) = self.page(number) else { continue };
            match page.kind {
                Kind::Other => self.damaged = true,
                Kind::TableInner | Kind::IndexInner if depth >= TREE_DEPTH => self.damaged = true,
                Kind::TableInner | Kind::IndexInner => ahead.extend(page.children().into_iter().rev().map(|child| (child, depth + 1))),
                Kind::TableLeaf | Kind::IndexLeaf => {}
            }
            each(self, &page)?;
        }
        Ok(())
    }

    /// The tables that the first page leads to.
    fn schema(&mut self, door: &mut Door<'_>, place: &Place) -> Result<Vec<Table>, Halt> {
        let mut tables = Vec::new();
        self.walk(1, &mut |database, page| {
            for cell in page.cells(database.usable) {
                let payload = database.payload(page, &cell);
                tables.extend(Table::from_record(&payload, database.encoding).filter(|_| tables.len() <= TABLES));
            }
            Ok(())
        })?;
        if tables.len() > TABLES {
            tables.truncate(TABLES);
            door.say(place, SkipReason::Limit, format!("more than {TABLES} tables; the rest was not read"))?;
        }
        Ok(tables)
    }

    fn rows(&mut self, door: &mut Door<'_>, place: &Place, page: &Page, rows: &mut Rows<'_>) -> Outcome {
        for cell in page.cells(self.usable) {
            let payload = self.payload(page, &cell);
            rows.row(door, place, cell.row, &payload)?;
        }
        Ok(())
    }

    /// The bytes of a cell, those on overflow pages included.
    fn payload(&mut self, page: &Page, cell: &page::Cell) -> Vec<u8> {
        let mut payload = page.bytes[cell.local.clone()].to_vec();
        let mut next = cell.overflow;
        let size = cell.size.min(self.room as u64) as usize;
        self.cut += u64::from(cell.size > self.room as u64);
        while payload.len() < size && next != 0 {
            let Some(page) = self.page(next) else { break };
            let part = (size - payload.len()).min(page.bytes.len() - 4);
            payload.extend_from_slice(&page.bytes[4..4 + part]);
            next = be(&page.bytes, 0, 4);
        }
        payload
    }

    /// Pages that were given free keep what stood on them. A trunk page lists the next trunk and its leaves.
    fn free_pages(&mut self, door: &mut Door<'_>, place: &Place, first_trunk: u64) -> Outcome {
        let mut rows = Rows::new("free-pages", &[], self.encoding);
        let mut trunk = first_trunk;
        while trunk != 0 {
            let Some(page) = self.page(trunk) else { break };
            let count = (be(&page.bytes, 4, 4) as usize).min(page.bytes.len() / 4 - 2);
            for leaf in 0..count {
                if let Some(leaf) = self.page(be(&page.bytes, 8 + 4 * leaf, 4)) {
                    rows.raw(door, place, &leaf.bytes)?;
                }
            }
            rows.raw(door, place, &page.bytes[8 + 4 * count..])?;
            trunk = be(&page.bytes, 0, 4);
        }
        rows.finish(door, place)
    }
}

/// Reads the rows on the pages of a write-ahead log. Names of columns stand in the database, so they are not known.
pub(super) fn read_log(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    let mut header = [0; LOG_HEADER];
    content.read_exact(&mut header)?;
    let page_size = be(&header, 8, 4) as usize;
    if !page_size.is_power_of_two() || !(512..=65_536).contains(&page_size) {
        return Err(Halt::damaged("its page size is none"));
    }
    let mut rows = Rows::new("rows", &[], Encoding::Utf8);
    while !content.fill_buf()?.is_empty() {
        let mut frame = [0; FRAME_HEADER];
        content.read_exact(&mut frame)?;
        let mut bytes = vec![0; page_size];
        content.read_exact(&mut bytes)?;
        let page = Page::new(bytes, if be(&frame, 0, 4) == 1 { FILE_HEADER } else { 0 });
        if page.kind == Kind::TableLeaf {
            for cell in page.cells(page_size) {
                rows.row(door, place, cell.row, &page.bytes[cell.local])?;
            }
        } else {
            rows.raw(door, place, &page.bytes)?;
        }
    }
    rows.finish(door, place)
}
