//! What `report merge` is given: folders and files of records, and JSON reports.
//!
//! The decision a reader would question: records are read twice. Only once all headers are known is it clear which of a
//! target's records counts, and to hold the rows of those that don't until then would cost more than to read them again.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use unkeyed_report::merge::Fold;
use unkeyed_report::merge::shelf::Shelf;
use unkeyed_report::record::{Header, Line, Row, Rows};

use super::record_folder::ENDING;

/// Longest line of a record that is read, in bytes.
const MAX_LINE: u64 = 256 << 20;

/// The records among what was given.
#[derive(Debug, Default)]
pub(crate) struct Records(Vec<PathBuf>);

impl Records {
    /// Takes a folder or file of records; `false` if it is neither.
    pub(crate) fn take(&mut self, path: &Path) -> anyhow::Result<bool> {
        let is_record = |path: &Path| path.extension().is_some_and(|ending| ending == ENDING);
        if path.is_dir() {
            let unreadable = || format!("{}: the folder can't be read", path.display());
            for entry in path.read_dir().with_context(unreadable)? {
                self.0.extend(Some(entry.with_context(unreadable)?.path()).filter(|file| is_record(file)));
            }
            return Ok(true);
        }
        self.0.extend(is_record(path).then(|| path.to_owned()));
        Ok(is_record(path))
    }

    /// Adds the rows of all records that count to `fold`. `shelf` is used for their headers.
    pub(crate) fn fold(&self, fold: &mut Fold<'_>, shelf: Box<dyn Shelf>) -> anyhow::Result<()> {
        let counts = self.counting(shelf)?;
        let mut numbers = counts.iter();
        for file in &self.0 {
            let mut open: Option<Open> = None;
            each_line(file, |line, number| {
                let Line { record, row, .. } = serde_json::from_slice(line)?;
                if let Row::Header(header) = &row {
                    open.take().map_or(Ok(()), Open::close)?;
                    let counts = *numbers.next().context("the file has changed while it was read")?;
                    open = Some(Open { record: header.record(), rows: Rows::default(), expected: header.rows, counts });
                }
                let Some(open) = open.as_mut().filter(|open| open.record == record) else {
                    bail!("line {number} belongs to no header before it");
                };
                open.rows.count(&row);
                if open.counts {
                    fold.row(row)?;
                }
                Ok(())
            })?;
            open.map_or(Ok(()), Open::close).with_context(|| file.display().to_string())?;
        }
        Ok(())
    }

    /// Of each record in the order of reading, whether it counts: of a target the one that takes precedence, and once.
    fn counting(&self, mut shelf: Box<dyn Shelf>) -> anyhow::Result<Vec<bool>> {
        #[derive(Deserialize)]
        struct Peek {
            header: Option<Header>,
        }
        let mut number = 0u64;
        for file in &self.0 {
            each_line(file, |line, _| {
                let Peek { header: Some(header) } = serde_json::from_slice(line)? else { return Ok(()) };
                if header.schema_version != 1 {
                    bail!("a record of version {}; this program reads version 1", header.schema_version);
                }
                // Two of one name may still differ in what does not follow from the content, such as what a cache saved.
                let key = [header.identity.as_bytes(), header.precedence().as_bytes(), &[0], &Sha256::digest(line)].concat();
                shelf.put(&key, &number.to_be_bytes())?;
                number += 1;
                Ok(())
            })?;
        }
        let mut counts = vec![false; usize::try_from(number)?];
        let sorted = shelf.sorted()?;
        let mut last: Option<(Vec<u8>, Vec<u8>)> = None;
        let mut counts_at = |pair: Option<(Vec<u8>, Vec<u8>)>| {
            let at = pair.and_then(|(_, at)| usize::try_from(u64::from_be_bytes(at.try_into().ok()?)).ok());
            at.and_then(|at| counts.get_mut(at)).into_iter().for_each(|counts| *counts = true);
        };
        for pair in sorted.pairs()? {
            let pair = pair?;
            if last.as_ref().is_some_and(|last| last.0.get(..IDENTITY) != pair.0.get(..IDENTITY)) {
                counts_at(last.take());
            }
            last = Some(pair);
        }
        counts_at(last);
        Ok(counts)
    }
}

/// Length of an identity as it stands in headers.
const IDENTITY: usize = 64;

/// The record whose lines are being read.
struct Open {
    record: String,
    rows: Rows,
    expected: Rows,
    counts: bool,
}

impl Open {
    fn close(self) -> anyhow::Result<()> {
        if self.rows != self.expected {
            bail!("record {} is cut off: it has other lines than its header says", self.record);
        }
        Ok(())
    }
}

fn each_line(file: &Path, mut take: impl FnMut(&[u8], u64) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let unreadable = || format!("{}: the records can't be read", file.display());
    let mut lines = BufReader::with_capacity(1 << 16, File::open(file).with_context(unreadable)?);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if read_line(&mut lines, &mut line).with_context(unreadable)? == 0 {
            break;
        }
        if line.len() as u64 > MAX_LINE {
            bail!("{}: line {number} is longer than {MAX_LINE} bytes", file.display());
        }
        take(&line, number).with_context(|| format!("{}: line {number} is no line of a record", file.display()))?;
    }
    Ok(())
}

fn read_line(lines: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    lines.take(MAX_LINE + 1).read_until(b'\n', line)
}
