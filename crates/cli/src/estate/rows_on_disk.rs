//! Shelves whose rows lie in files: sorted runs of bounded size, merged when they are read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};

use unkeyed_report::merge::shelf::{Pair, Shelf, Sorted};

/// Most bytes of rows that a shelf holds before it writes them.
const BUFFER_BYTES: usize = 16 << 20;
/// Most files that are read at once for one shelf.
const FAN_IN: usize = 32;
/// What a row costs in memory beside its bytes.
const ROW_COST: usize = size_of::<Pair>();

/// A shelf in a folder of temporary files.
#[derive(Debug)]
pub(crate) struct RowsOnDisk {
    folder: PathBuf,
    name: usize,
    held: Vec<Pair>,
    bytes: usize,
    most: usize,
    runs: Vec<PathBuf>,
    written: usize,
}

impl RowsOnDisk {
    /// Shelf number `name` of `folder`.
    pub(crate) fn new(folder: &Path, name: usize) -> Self {
        Self { folder: folder.to_owned(), name, held: Vec::new(), bytes: 0, most: BUFFER_BYTES, runs: Vec::new(), written: 0 }
    }

    fn spill(&mut self) -> io::Result<()> {
        let mut held = std::mem::take(&mut self.held);
        self.bytes = 0;
        held.sort_unstable();
        let run = self.write(held.into_iter().map(Ok))?;
        self.runs.push(run);
        Ok(())
    }

    /// Writes a run of sorted rows, each once.
    fn write(&mut self, pairs: impl Iterator<Item = io::Result<Pair>>) -> io::Result<PathBuf> {
        let path = self.folder.join(format!("{}-{}", self.name, self.written));
        self.written += 1;
        let mut out = BufWriter::new(File::create_new(&path)?);
        for pair in once_each(pairs) {
            let (key, row) = pair?;
            for part in [&key, &row] {
                out.write_all(&u32::try_from(part.len()).map_err(io::Error::other)?.to_be_bytes())?;
                out.write_all(part)?;
            }
        }
        out.flush()?;
        Ok(path)
    }
}

impl Shelf for RowsOnDisk {
    fn put(&mut self, key: &[u8], row: &[u8]) -> io::Result<()> {
        self.bytes += key.len() + row.len() + ROW_COST;
        self.held.push((key.to_vec(), row.to_vec()));
        if self.bytes > self.most { self.spill() } else { Ok(()) }
    }

    fn sorted(mut self: Box<Self>) -> io::Result<Box<dyn Sorted>> {
        self.spill()?;
        self.held = Vec::new();
        while self.runs.len() > FAN_IN {
            let some: Vec<PathBuf> = self.runs.drain(..FAN_IN).collect();
            let run = self.write(merged(&some)?)?;
            self.runs.push(run);
            some.iter().try_for_each(std::fs::remove_file)?;
        }
        Ok(self)
    }
}

impl Sorted for RowsOnDisk {
    fn pairs(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<Pair>> + '_>> {
        Ok(Box::new(once_each(merged(&self.runs)?)))
    }
}

/// The rows of sorted runs in one order.
fn merged(runs: &[PathBuf]) -> io::Result<impl Iterator<Item = io::Result<Pair>>> {
    let mut files = runs.iter().map(|run| Ok(BufReader::new(File::open(run)?))).collect::<io::Result<Vec<_>>>()?;
    let mut heads = BinaryHeap::with_capacity(files.len());
    for (at, file) in files.iter_mut().enumerate() {
        heads.extend(pair(file)?.map(|pair| Reverse((pair, at))));
    }
    Ok(std::iter::from_fn(move || {
        let Reverse((first, at)) = heads.pop()?;
        match pair(&mut files[at]) {
            Ok(next) => heads.extend(next.map(|pair| Reverse((pair, at)))),
            Err(error) => return Some(Err(error)),
        }
        Some(Ok(first))
    }))
}

/// The next row of a run; none at its end.
fn pair(file: &mut impl Read) -> io::Result<Option<Pair>> {
    let Some(key) = part(file)? else { return Ok(None) };
    let row = part(file)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok(Some((key, row)))
}

fn part(file: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match file.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut part = vec![0; u32::from_be_bytes(length) as usize];
    file.read_exact(&mut part)?;
    Ok(Some(part))
}

/// Sorted rows without those that are equal to the one before.
fn once_each(mut pairs: impl Iterator<Item = io::Result<Pair>>) -> impl Iterator<Item = io::Result<Pair>> {
    let mut last: Option<Pair> = None;
    std::iter::from_fn(move || {
        loop {
            match pairs.next() {
                Some(Ok(pair)) if last.as_ref() == Some(&pair) => {}
                Some(Ok(pair)) => {
                    if let Some(before) = last.replace(pair) {
                        return Some(Ok(before));
                    }
                }
                Some(Err(error)) => return Some(Err(error)),
                None => return last.take().map(Ok),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rows_come_back_sorted_and_once_through_any_number_of_runs() {
        let folder = tempfile::tempdir().unwrap();
        let mut shelf = Box::new(RowsOnDisk { most: 10 * ROW_COST, ..RowsOnDisk::new(folder.path(), 0) });
        let mut expected = BTreeSet::new();
        for at in 0..1_000u32 {
            let key = (at.wrapping_mul(2_654_435_761) % 300).to_be_bytes();
            let row = vec![b'x'; (at % 7) as usize];
            shelf.put(&key, &row).unwrap();
            expected.insert((key.to_vec(), row));
        }
        let sorted = shelf.sorted().unwrap();
        for _ in 0..2 {
            let pairs: Vec<Pair> = sorted.pairs().unwrap().collect::<io::Result<_>>().unwrap();
            assert_eq!(pairs, expected.iter().cloned().collect::<Vec<_>>());
        }
        assert!(std::fs::read_dir(folder.path()).unwrap().count() <= FAN_IN);
    }

    #[test]
    fn an_empty_shelf_has_no_rows() {
        let folder = tempfile::tempdir().unwrap();
        let sorted = Box::new(RowsOnDisk::new(folder.path(), 0)).sorted().unwrap();
        assert!(sorted.pairs().unwrap().next().is_none());
    }

    #[test]
    fn a_run_that_is_cut_off_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut shelf = Box::new(RowsOnDisk::new(folder.path(), 0));
        shelf.put(b"key", b"row").unwrap();
        let sorted = shelf.sorted().unwrap();
        let run = folder.path().join("0-0");
        let bytes = std::fs::read(&run).unwrap();
        std::fs::write(&run, &bytes[..bytes.len() - 1]).unwrap();
        assert!(sorted.pairs().is_err());
    }
}
