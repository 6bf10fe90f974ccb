//! Turns a target into a push of Units, and says what it could not read.
//!
//! The decision a reader would question: a source *pushes* borrowed Units into one sink per worker thread instead of
//! returning an iterator. Read buffers are reused from file to file, so the content can't outlive the call.

mod content;
mod env;
mod exclude;
mod export;
mod git;
mod host;
mod image;
mod known;
mod open;
mod path_text;
mod process;
mod read;
mod repository;
mod stream;
mod surface;
mod target;
mod tree;
mod unpack;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use unkeyed_model::{Match, Skip, Unit};

pub use content::ContentSum;
pub use git::Commits;
pub use known::{Key, Known};
pub use path_text::path_text;
pub use stream::{LONGEST, WINDOW_BYTES};
pub use target::{Target, open};

/// What a source pushes.
#[derive(Debug)]
pub enum Event<'a> {
    /// Content that was read.
    Unit(Unit<'a>),
    /// Something that was not.
    Skip(Skip),
}

/// Whether the receiver wants more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Stop soon; what is under way may still be pushed.
    Stop,
}

/// Receives the events of one worker thread.
pub type Sink<'s> = Box<dyn FnMut(Event<'_>) -> Flow + Send + 's>;

/// Something that can be scanned.
pub trait Source: Send + Sync + std::fmt::Debug {
    /// Pushes everything there is. `sink` is called once per worker thread; the order of events is not defined.
    ///
    /// # Errors
    /// Only if the target as a whole can't be read; what fails inside it is an [`Event::Skip`].
    fn units<'s>(&'s self, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Result<(), Error>;

    /// Completes the origins of what was found in this source's Units with what would be too costly to know of every
    /// Unit, and leaves out what turns out to be excluded. The coverage rows say what could not be known.
    fn refine(&self, _matches: &mut Vec<Match>) -> Vec<Skip> {
        Vec::new()
    }

    /// A digest of all that this source will push, known without searching it. `None`: it can't be known before.
    fn content(&self) -> Option<ContentSum> {
        None
    }

    /// The keys of what was read and had nothing in it, apart from what [`Source::units`] pushed with a place of its own:
    /// `found` are those of what had. To be asked when everything was read.
    fn silent(&self, _found: &BTreeSet<Key>) -> Vec<Key> {
        Vec::new()
    }

    /// How many image layers were read.
    fn layers(&self) -> u64 {
        0
    }
}

/// How to read a target.
#[derive(Clone, Debug)]
pub struct Options {
    /// gitignore-style patterns, relative to the target, of what to leave out.
    pub excludes: Vec<String>,
    /// Read only what git tracks.
    pub tracked_only: bool,
    /// Files larger than this many bytes are read as text in parts, without their structure; those that are no text are
    /// not read and become coverage rows.
    pub max_file_bytes: u64,
    /// Worker threads; 0 lets the machine decide.
    pub threads: usize,
    /// What of git repositories is read.
    pub git: GitScope,
    /// The index that is meant by what is staged, if not the repository's own: git hands hooks another one while it commits
    /// only some files.
    pub index: Option<PathBuf>,
    /// Say who wrote a commit that introduced a credential.
    pub show_authors: bool,
    /// Printable path put in front of every path, so that several targets stay apart; empty for none.
    pub prefix: String,
    /// Which of a multi-platform image's images are read: `os/architecture[/variant]`, or `all`; by default Linux on this
    /// machine's architecture.
    pub platform: Option<String>,
    /// Git objects, layers and files of layers that need not be read.
    pub known: Arc<Known>,
}

/// What of a git repository is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum GitScope {
    /// Of a folder, the files as they stand. `git:PATH` still means every object.
    #[default]
    WorkingTree,
    /// Of a folder that is a repository, the files and every object.
    Everything,
    /// What the next commit would bring: contents of the index, not the working files.
    Staged,
    /// What HEAD has where the next commit would have something else.
    Replaced,
    /// The files of the commit that this names, as if it were checked out.
    At(String),
    /// What some commits brought.
    Commits(Commits),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            excludes: Vec::new(),
            tracked_only: false,
            max_file_bytes: DEFAULT_MAX_FILE_BYTES,
            threads: 0,
            git: GitScope::default(),
            index: None,
            show_authors: false,
            prefix: String::new(),
            platform: None,
            known: Arc::default(),
        }
    }
}

/// The commit, in hex, in which HEAD of the repository at `target` and `base` last were the same: where a change left `base`.
///
/// # Errors
/// If `target` is not the root of a repository, or `base` names no commit.
pub fn fork_point(target: &str, base: &str) -> Result<String, Error> {
    git::fork_point(target, Path::new(target.strip_prefix("dir:").unwrap_or(target)), base)
}

/// The number of worker threads that `options` ask for.
pub(crate) fn threads(options: &Options) -> usize {
    if options.threads > 0 { options.threads } else { std::thread::available_parallelism().map_or(1, std::num::NonZero::get) }
}

/// The limits in force: name with unit, value.
#[must_use]
pub fn limits(options: &Options) -> Vec<(String, u64)> {
    let own = [("file_bytes", options.max_file_bytes), ("stream_window_bytes", WINDOW_BYTES as u64)];
    let all = own.iter().chain(unpack::Limits::IN_FORCE).chain(image::LIMITS);
    all.map(|&(name, value)| (name.to_owned(), value)).collect()
}

/// Default of [`Options::max_file_bytes`]: 64 MiB. Each worker holds at most one file of this size.
pub const DEFAULT_MAX_FILE_BYTES: u64 = 64 << 20;

/// Why a target can't be read at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It isn't there or can't be looked at.
    #[error("{target}: {error}")]
    Io {
        /// As given.
        target: String,
        /// The system's words.
        error: std::io::Error,
    },
    /// It is neither a folder nor a regular file.
    #[error("{target}: is neither a folder nor a regular file; give a path that holds files")]
    NotScannable {
        /// As given.
        target: String,
    },
    /// Its prefix names a source this build doesn't have.
    #[error("{target}: targets of kind `{prefix}:` can't be read by this version; give a folder or a file")]
    UnknownKind {
        /// As given.
        target: String,
        /// The prefix.
        prefix: String,
    },
    /// It can't be read here, or isn't written as such targets are.
    #[error("{target}: {why}")]
    Unusable {
        /// As given.
        target: String,
        /// Why, and what to do instead.
        why: String,
    },
    /// No image can be read from it.
    #[error("{target}: {why}")]
    Image {
        /// As given.
        target: String,
        /// What is wrong, and what to do.
        why: String,
    },
    /// An exclude pattern doesn't parse.
    #[error("exclude pattern `{pattern}`{place}: {why}; patterns are written as in .gitignore")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Which file it comes from, with a leading space, or empty.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// `--tracked-only` outside a repository.
    #[error("{target}: --tracked-only needs a git repository, and this is not in one")]
    NoRepository {
        /// As given.
        target: String,
    },
    /// The commits that were asked for can't be told.
    #[error("{target}: {why}; ranges and branches are written as for `git log`")]
    Commits {
        /// As given.
        target: String,
        /// What is wrong.
        why: String,
    },
    /// It is no repository, or one that can't be opened.
    #[error("{target}: no git repository can be opened here: {why}")]
    Repository {
        /// As given.
        target: String,
        /// git's words.
        why: String,
    },
    /// The index of the repository can't be read, so nothing can be said of what is tracked.
    #[error("{target}: the git index can't be read: {why}")]
    Index {
        /// As given.
        target: String,
        /// git's words.
        why: String,
    },
}
