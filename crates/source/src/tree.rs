//! A folder, walked in parallel.
//!
//! Everything that persists on disk is read: hidden files, files that git ignores, untracked files. Links are not
//! followed (what they lead to inside the folder is met anyway) and special files are not opened; both are said.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::{DirEntry, WalkBuilder, WalkParallel, WalkState};
use unkeyed_model::{Origin, Skip, SkipReason, Tracked};

use crate::content::{self, ContentSum, Gathered};
use crate::exclude::Excludes;
use crate::path_text::relative_text;
use crate::read::{self, Reader};
use crate::repository::Index;
use crate::surface;
use crate::{Error, Event, Flow, Options, Sink, Source};

/// A folder to walk.
#[derive(Debug)]
pub(crate) struct Tree {
    root: PathBuf,
    index: Option<Index>,
    excludes: Arc<Excludes>,
    options: Options,
}

impl Tree {
    /// A walk of `root`, a canonical path.
    pub(crate) fn new(root: PathBuf, index: Option<Index>, options: Options) -> Result<Self, Error> {
        let excludes = Arc::new(Excludes::new(&root, &options.excludes)?);
        Ok(Self { root, index, excludes, options })
    }

    fn relative(&self, path: &Path) -> String {
        relative_text(&self.options.prefix, &self.root, path)
    }

    fn visit(&self, entry: &DirEntry, reader: &mut Reader, sink: &mut Sink<'_>) -> Next {
        let path = entry.path();
        if entry.depth() == 0 {
            return Next::Continue;
        }
        let kind = entry.file_type();
        let is_folder = kind.is_some_and(|kind| kind.is_dir());
        let skip = |why, detail: String| Event::Skip(Skip { path: self.relative(path), why, detail });
        if entry.file_name() == ".git" {
            let detail = "git's own files: objects, index, reflogs, stashes, configuration; `git:` and the folder's path reads them";
            return Next::after(sink(skip(SkipReason::NotSupplied, detail.into())), true);
        }
        if let Some(reason) = self.excludes.reason(path, is_folder) {
            return Next::after(sink(skip(SkipReason::Excluded, reason)), is_folder);
        }
        if is_folder {
            return Next::Continue;
        }
        if let Some(special) = kind.filter(|kind| !kind.is_file()) {
            return Next::after(sink(skip(SkipReason::NotARegularFile, special_kind(special).into())), false);
        }
        let tracked = self.index.as_ref().and_then(|index| index.state(path));
        if self.options.tracked_only && tracked != Some(Tracked::Tracked) {
            return Next::after(sink(skip(SkipReason::Excluded, "--tracked-only: git doesn't track it".into())), false);
        }
        let relative = self.relative(path);
        let origin = Origin { surface: surface::of_file(&relative), path: relative, tracked, ..Origin::default() };
        Next::after(reader.read(path, origin, false, sink), false)
    }

    /// The coverage row for an error of the walk itself (a folder that can't be listed).
    fn failed(&self, error: &ignore::Error) -> Event<'static> {
        let path = path_of(error).map_or_else(String::new, |path| self.relative(path));
        let skip = match error.io_error() {
            Some(io) => read::failure(path, io),
            None => Skip { path, why: SkipReason::Unreadable, detail: "the folder can't be listed".into() },
        };
        Event::Skip(skip)
    }
}

/// What the walk does after an entry.
#[derive(Clone, Copy)]
enum Next {
    Continue,
    SkipFolder,
    Quit,
}

impl Next {
    fn after(flow: Flow, skip_folder: bool) -> Self {
        match flow {
            Flow::Stop => Self::Quit,
            Flow::Continue if skip_folder => Self::SkipFolder,
            Flow::Continue => Self::Continue,
        }
    }
}

impl Tree {
    fn walk(&self) -> WalkParallel {
        WalkBuilder::new(&self.root).standard_filters(false).follow_links(false).threads(self.options.threads).build_parallel()
    }

    fn name<'e>(&self, entry: &'e DirEntry) -> Option<&'e [u8]> {
        Some(entry.path().strip_prefix(&self.root).ok()?.as_os_str().as_encoded_bytes())
    }

    /// What of an entry decides what `visit` makes of it; `None` if it can't be read.
    fn digest(&self, entry: &DirEntry) -> Option<ContentSum> {
        let (path, kind) = (entry.path(), entry.file_type()?);
        let tracked = self.index.as_ref().and_then(|index| index.state(path)).map_or("", Tracked::as_str);
        let bytes = if kind.is_file() { content::of_file(path, false).ok()?.to_vec() } else { special_kind(kind).as_bytes().to_vec() };
        Some(content::of([self.name(entry)?, tracked.as_bytes(), &bytes]))
    }
}

impl Source for Tree {
    fn content(&self) -> Option<ContentSum> {
        let all = Gathered::new();
        self.walk().run(|| {
            Box::new(|entry| {
                let Ok(entry) = entry else {
                    all.add(None);
                    return WalkState::Quit;
                };
                let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                if entry.depth() == 0 {
                    return WalkState::Continue;
                }
                // What git keeps in it is told by its objects.
                if entry.file_name() == ".git" {
                    return WalkState::Skip;
                }
                match self.excludes.reason(entry.path(), is_folder) {
                    Some(why) => {
                        all.add(self.name(&entry).map(|name| content::of([name, why.as_bytes()])));
                        if is_folder { WalkState::Skip } else { WalkState::Continue }
                    }
                    None if is_folder => WalkState::Continue,
                    None => {
                        all.add(self.digest(&entry));
                        WalkState::Continue
                    }
                }
            })
        });
        all.finish()
    }

    fn units<'s>(&'s self, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Result<(), Error> {
        self.walk().run(|| {
            let mut sink = sink();
            let mut reader = Reader::new(self.options.max_file_bytes);
            Box::new(move |entry| {
                let next = match entry {
                    Ok(entry) => self.visit(&entry, &mut reader, &mut sink),
                    Err(error) => Next::after(sink(self.failed(&error)), false),
                };
                match next {
                    Next::Continue => WalkState::Continue,
                    Next::SkipFolder => WalkState::Skip,
                    Next::Quit => WalkState::Quit,
                }
            })
        });
        Ok(())
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

fn special_kind(kind: std::fs::FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return "a FIFO";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_block_device() || kind.is_char_device() {
            return "a device";
        }
    }
    if kind.is_symlink() { "a symbolic link, not followed" } else { "not a regular file" }
}
