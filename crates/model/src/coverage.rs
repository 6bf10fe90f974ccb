//! What was read, what was not, and which limits were in force: silence is honest only with this beside it.

use crate::credential::spelled;

spelled! {
    /// Why something was not read, or not read in full.
    SkipReason {
        /// Larger than the limit.
        TooLarge = "too-large",
        /// The system refused.
        Unreadable = "unreadable",
        /// Gone or changed while it was read.
        Vanished = "vanished",
        /// A structured file that does not parse; it was still scanned as text.
        Malformed = "malformed",
        /// Encrypted without the key at hand.
        Encrypted = "encrypted",
        /// Holds other content in a format that is not opened; its bytes were searched as they are.
        NotOpened = "not-opened",
        /// Left out by the user (`--exclude`, `.unkeyedignore`, `--tracked-only`).
        Excluded = "excluded",
        /// A link, FIFO, socket or device.
        NotARegularFile = "not-a-regular-file",
        /// A limit was reached.
        Limit = "limit",
        /// Needs something that was not supplied, or a source that was not asked for (git history, a submodule).
        NotSupplied = "not-supplied",
        /// A fault of this program while it looked at the content.
        InternalError = "internal-error",
        /// A part of a structured file whose meaning is not known; the rest was read.
        NotUnderstood = "not-understood",
    }
}

impl SkipReason {
    /// Whether the gap makes the scan incomplete (exit code 3, blocks SECRETLESS). What the user left out on purpose,
    /// links and special files, and remarks do not, but they are still said.
    #[must_use]
    pub const fn is_gap(self) -> bool {
        !matches!(self, Self::Excluded | Self::NotARegularFile | Self::NotUnderstood | Self::NotSupplied)
    }
}

/// One thing that was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skip {
    /// Printable path (see [`crate::Origin::path`]).
    pub path: String,
    /// Why.
    pub why: SkipReason,
    /// Details for people; never file content.
    pub detail: String,
}

/// Amounts that were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadCounts {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
    /// Git blobs.
    pub blobs: u64,
    /// Image layers.
    pub layers: u64,
    /// Git blobs, layers and files of images that were not read because an earlier run with the same rules found nothing in them.
    pub remembered: u64,
}

/// The coverage of a run.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// What was read.
    pub read: ReadCounts,
    /// What was not, sorted.
    pub skipped: Vec<Skip>,
    /// Limits in force: name with unit (`file_bytes`), value.
    pub limits: Vec<(String, u64)>,
}

impl Coverage {
    /// Whether nothing that should have been read is missing.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.skipped.iter().all(|skip| !skip.why.is_gap())
    }
}
