//! How much one outermost file may cost. Work is counted in bytes instead of time, so that a run gives the same report
//! on every machine.

use std::cell::Cell;
use std::io::{self, Read};

use unkeyed_model::SkipReason;

use super::{Halt, Outcome};

/// Containers inside containers that are opened. Compression counts as one: `a.tar.gz` has two.
pub(super) const DEPTH: u32 = 12;
/// Members of one outermost file, those of nested containers included.
pub(super) const ENTRIES: u64 = 1_000_000;
/// Bytes decompressed out of one outermost file at every level together.
pub(super) const DECODED_BYTES: u64 = 64 << 30;
/// [`DECODED_BYTES`] in terms of work: a byte of a slow format counts [`SLOW`] times, a member [`ENTRY_WORK`] bytes.
pub(super) const WORK: u64 = 128 << 30;
/// See [`WORK`].
pub(super) const SLOW: u64 = 8;
/// See [`WORK`].
const ENTRY_WORK: u64 = 4 << 10;
/// Bytes decompressed per byte of the outermost file. Deflate reaches 1:1032, on zeros; logs reach 1:30 to 1:100.
pub(super) const RATIO: u64 = 200;
/// The ratio is not looked at before this many bytes.
pub(super) const RATIO_FROM: u64 = 256 << 20;
/// Bytes in memory at a time: members of all levels and the windows of decompressors.
pub(super) const HELD_BYTES: usize = 176 << 20;
/// Largest window of a decompressor (xz, zstd, lzma, 7z).
pub(super) const WINDOW_BYTES: usize = 64 << 20;
/// Coverage rows for the members of one outermost file; the rest is counted in one row.
pub(super) const ROWS: u64 = 200;
/// Read buffer of each streamed level.
pub(super) const STREAM_BYTES: usize = 32 << 10;
/// A buffer that grew beyond this is given back after the member.
pub(super) const SPARE_BYTES: usize = 1 << 20;

/// What the user can choose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of one member that are read; of a larger one, the first.
    pub(crate) member_bytes: u64,
}

impl Limits {
    /// What is in force for containers, by name and value, as reports list it.
    pub(crate) const IN_FORCE: &[(&str, u64)] = &[
        ("container_depth", DEPTH as u64),
        ("container_members", ENTRIES),
        ("container_decoded_bytes", DECODED_BYTES),
        ("container_decoded_ratio", RATIO),
        ("container_work_bytes", WORK),
        ("container_held_bytes", HELD_BYTES as u64),
        ("container_window_bytes", WINDOW_BYTES as u64),
        ("container_rows", ROWS),
        ("mail_message_bytes", super::mail::MESSAGE_BYTES as u64),
    ];
}

/// What one outermost file has cost so far.
#[derive(Debug)]
pub(super) struct Budget {
    member_bytes: usize,
    held_limit: usize,
    held: Cell<usize>,
    input: Cell<u64>,
    decoded: Cell<u64>,
    work: Cell<u64>,
    entries: Cell<u64>,
}

impl Budget {
    /// The budget for a file of `input` bytes; 0 if they will be counted.
    pub(super) fn new(limits: &Limits, input: u64) -> Self {
        let member_bytes = usize::try_from(limits.member_bytes).unwrap_or(usize::MAX / 4).min(usize::MAX / 4);
        let zero = || Cell::new(0);
        let held_limit = HELD_BYTES.max(member_bytes.saturating_mul(2));
        Self { member_bytes, held_limit, held: Cell::new(0), input: Cell::new(input), decoded: zero(), work: zero(), entries: zero() }
    }

    /// Counts the bytes of an outermost file that has no known size.
    pub(super) fn counted<'b>(&'b self, content: &'b mut dyn Read) -> impl Read + 'b {
        Counted { content, count: |read| self.input.set(self.input.get() + read) }
    }

    /// Counts what a decoder gives out, each byte worth `cost`, and fails once too much came out.
    pub(super) fn metered<'b>(&'b self, content: impl Read + 'b, cost: u64) -> impl Read + 'b {
        Metered { content, budget: self, cost }
    }

    /// Counts a member.
    pub(super) fn entry(&self) -> Outcome {
        self.entries.set(self.entries.get() + 1);
        self.work.set(self.work.get() + ENTRY_WORK);
        self.within()
    }

    /// Whether no limit of the whole file is passed.
    pub(super) fn within(&self) -> Outcome {
        let allowed = (RATIO.saturating_mul(self.input.get())).max(RATIO_FROM);
        let detail = if self.entries.get() > ENTRIES {
            format!("more than {ENTRIES} members; the rest was not read")
        } else if self.decoded.get() > DECODED_BYTES {
            format!("more than {DECODED_BYTES} bytes came out of it; the rest was not read")
        } else if self.decoded.get() > allowed {
            format!("more than {RATIO} times its own size came out of it; the rest was not read")
        } else if self.work.get() > WORK {
            format!("reading it is more work than the limit of {WORK} bytes; the rest was not read")
        } else {
            return Ok(());
        };
        Err(Halt::Here(SkipReason::Limit, detail))
    }

    /// Bytes held now.
    pub(super) fn held(&self) -> usize {
        self.held.get()
    }

    /// Forgets what was held beyond `bytes`.
    pub(super) fn hold_only(&self, bytes: usize) {
        self.held.set(bytes);
    }

    /// Notes that `bytes` more are held.
    pub(super) fn hold(&self, bytes: usize) {
        self.held.set(self.held.get() + bytes);
    }

    /// Notes that a decoder will hold up to `bytes`, if there is room.
    pub(super) fn claim(&self, bytes: usize) -> Outcome {
        if self.held.get() + bytes > self.held_limit {
            let detail = format!("it needs {bytes} bytes of memory inside what is open already; the limit is {}", self.held_limit);
            return Err(Halt::Here(SkipReason::Limit, detail));
        }
        self.hold(bytes);
        Ok(())
    }

    /// How long `buffer` may get.
    pub(super) fn room(&self, buffer: &[u8]) -> usize {
        self.member_bytes.min(buffer.len() + self.held_limit.saturating_sub(self.held.get()))
    }
}

struct Counted<'b, F> {
    content: &'b mut dyn Read,
    count: F,
}

impl<F: Fn(u64)> Read for Counted<'_, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(buffer)?;
        (self.count)(read as u64);
        Ok(read)
    }
}

struct Metered<'b, R> {
    content: R,
    budget: &'b Budget,
    cost: u64,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(buffer)?;
        let Budget { decoded, work, .. } = self.budget;
        decoded.set(decoded.get() + read as u64);
        work.set(work.get() + read as u64 * self.cost);
        match self.budget.within() {
            Ok(()) => Ok(read),
            Err(_) => Err(io::Error::other("over the limit")),
        }
    }
}
