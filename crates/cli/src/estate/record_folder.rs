//! The folder of records: what is there already, and how a record gets there in one step.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use unkeyed_report::record::{Header, Line, Record, Row};

/// What records' files end in.
pub(crate) const ENDING: &str = "ndjson";
/// Longest first line that is believed to be a header, in bytes.
const MAX_HEADER: u64 = 64 << 20;

/// A folder that records are written to.
#[derive(Debug)]
pub(crate) struct RecordFolder(PathBuf);

impl RecordFolder {
    /// Makes it if it isn't there.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("--records {}", path.display()))?;
        Ok(Self(path.to_owned()))
    }

    fn file(&self, record: &str) -> PathBuf {
        self.0.join(format!("{record}.{ENDING}"))
    }

    /// The header of a record that is there. A file that is no record is as good as none.
    pub(crate) fn header(&self, record: &str) -> Option<Header> {
        let mut line = Vec::new();
        BufReader::new(File::open(self.file(record)).ok()?.take(MAX_HEADER)).read_until(b'\n', &mut line).ok()?;
        match serde_json::from_slice::<Line>(&line).ok()?.row {
            Row::Header(header) if header.record() == record => Some(*header),
            _ => None,
        }
    }

    /// Writes a record, in one step and for good: who looks sees all of it or nothing, also after the machine fails.
    pub(crate) fn write(&self, record: Record) -> anyhow::Result<()> {
        let file = self.file(&record.name());
        let mut tag = [0; 8];
        getrandom::fill(&mut tag).map_err(|error| anyhow!("no randomness for a file's name: {error}"))?;
        let next = file.with_extension(format!("{:016x}.part", u64::from_be_bytes(tag)));
        let write = || -> std::io::Result<()> {
            let mut out = BufWriter::new(File::create_new(&next)?);
            record.write(&mut out)?;
            out.flush()?;
            out.get_ref().sync_all()?;
            fs::rename(&next, &file)?;
            // The name is as durable as the content only with its folder; not every system lets folders be synced.
            File::open(&self.0).and_then(|folder| folder.sync_all()).or(Ok(()))
        };
        write().with_context(|| {
            let _ = fs::remove_file(&next);
            format!("--records {}", file.display())
        })
    }
}
