//! Reads single objects, found by their ids: what is staged, what a commit has, or what some commits brought.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use gix::ObjectId;
use unkeyed_model::{GitPlace, GitState, Origin, Skip, SkipReason, Surface, Tracked};

use crate::path_text::joined;
use crate::unpack::{self, Limits};
use crate::{Event, Flow, Options, Sink, read, surface};

/// A thread takes so many objects at a time.
const CHUNK: usize = 64;

/// One object to read.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) object: ObjectId,
    /// Printable path.
    pub(super) path: String,
    /// The commit that brought it, in the order in which commits were met.
    pub(super) commit: Option<ObjectId>,
    pub(super) read: Read,
}

/// What an object is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// As a part of the past, which configures nothing.
    Past,
    /// As a file of the working tree, whose structure counts.
    File(Option<GitState>),
}

/// Reads the objects of `list` on all threads.
pub(super) fn push<'s>(repository: &gix::ThreadSafeRepository, list: &[Listed], options: &Options, sink: &(dyn Fn() -> Sink<'s> + Sync)) {
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let threads = super::sweep::threads(options).min(list.len().div_ceil(CHUNK));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let (repository, mut sink) = (repository.to_thread_local(), sink());
                while !stop.load(Ordering::Relaxed) {
                    let start = next.fetch_add(CHUNK, Ordering::Relaxed).min(list.len());
                    let chunk = &list[start..list.len().min(start + CHUNK)];
                    if chunk.is_empty() || chunk.iter().any(|one| push_one(&repository, one, options, &mut sink) == Flow::Stop) {
                        stop.store(true, Ordering::Relaxed);
                    }
                }
            });
        }
    });
}

fn push_one(repository: &gix::Repository, one: &Listed, options: &Options, sink: &mut Sink<'_>) -> Flow {
    let path = joined(&options.prefix, &one.path);
    let skip = |why, detail| Event::Skip(Skip { path: path.clone(), why, detail });
    let id = one.object;
    match repository.try_find_header(id) {
        Ok(Some(header)) if header.size() > options.max_file_bytes => {
            let detail = format!("{} bytes; the limit is {} (--max-file-size): object {id}", header.size(), options.max_file_bytes);
            return sink(skip(SkipReason::TooLarge, detail));
        }
        Ok(Some(_)) => {}
        Ok(None) => return sink(skip(SkipReason::Unreadable, format!("object {id} is not here; `git fetch --refetch` brings it"))),
        Err(_) => return sink(skip(SkipReason::Malformed, format!("object {id} is damaged; `git fsck` says more"))),
    }
    let Ok(object) = repository.find_object(id) else {
        return sink(skip(SkipReason::Malformed, format!("object {id} is damaged; `git fsck` says more")));
    };
    let start = match object.kind {
        gix::objs::Kind::Commit => memchr::memmem::find(&object.data, b"\n\n").map_or(object.data.len(), |end| end + 2),
        _ => 0,
    };
    let (surface, tracked, state) = match one.read {
        Read::Past => (Surface::GitHistory, None, None),
        Read::File(state) => (surface::of_file(&path), Some(Tracked::Tracked), state),
    };
    let git = Some(Arc::new(GitPlace { object: id.to_string(), state, ..GitPlace::default() }));
    let commit = one.commit.map(|commit| commit.to_string());
    let origin = Origin { surface, path, tracked, commit, git, ..Origin::default() };
    let bytes = &object.data[start..];
    if unpack::is_container(bytes, origin.file_name()) {
        return unpack::bytes(origin, bytes, &Limits { member_bytes: options.max_file_bytes }, sink);
    }
    match one.read {
        Read::Past => sink(Event::Unit(read::decode(origin, bytes))),
        Read::File(_) => read::emit(origin, bytes, sink),
    }
}
