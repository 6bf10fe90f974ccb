//! Reads the whole database in two passes: commits, tags and trees, then blobs.

use std::sync::{Mutex, PoisonError};

use gix::hash::Kind as HashKind;
use unkeyed_model::{Skip, SkipReason};

use super::ancestry::Ancestry;
use super::names::{Names, Parent};
use super::pack::{Forest, Kind};
use super::push::Pusher;
use super::store::{Store, gap};
use super::sweep::{Sweep, Visitor};
use crate::path_text::{bytes_text, joined};
use crate::{Flow, Key, Options, Sink};

/// What all threads share.
pub(super) struct Reading<'r> {
    pub(super) names: Names<'r>,
    /// Of the commits and tags that were read so far.
    pub(super) ancestry: Mutex<Ancestry>,
    pub(super) options: &'r Options,
    pub(super) sweep: Sweep<'r>,
    /// Containers of which no row speaks.
    pub(super) quiet: Mutex<Vec<Key>>,
}

/// What is known once everything was read.
pub(super) struct Read {
    /// What was not read.
    pub(super) skips: Vec<Skip>,
    /// Unless reading was stopped.
    pub(super) ancestry: Option<Ancestry>,
    /// Containers of which no row speaks.
    pub(super) quiet: Vec<Key>,
}

/// Reads everything and pushes it.
pub(super) fn everything<'s>(store: &Store, hash: HashKind, options: &Options, sink: &(dyn Fn() -> Sink<'s> + Sync)) -> Read {
    let names = Names::new(&store.ids, hash.len_in_bytes());
    let mut reading = Reading { names, ancestry: Mutex::default(), options, sweep: Sweep::new(store, options), quiet: Mutex::default() };
    let visitor = || pusher(&reading, sink());
    reading.sweep.run(|kind| kind != Kind::Blob, &visitor);
    let ancestry = std::mem::take(reading.ancestry.get_mut().unwrap_or_else(PoisonError::into_inner));
    let ancestry = (!reading.sweep.is_stopped()).then(|| ancestry.complete());
    let is_new = reading.new_objects();
    let forests: Vec<Forest> = match &is_new {
        Some(is_new) => store.forests.iter().map(|forest| forest.narrowed(|object| is_new[object as usize])).collect(),
        None => Vec::new(),
    };
    let reading = match &is_new {
        Some(is_new) => Reading { sweep: reading.sweep.narrowed(&forests, |object| is_new[object as usize]), ..reading },
        None => reading,
    };
    let visitor = || pusher(&reading, sink());
    reading.sweep.run(|kind| kind == Kind::Blob, &visitor);
    let mut skips = reading.sweep.faults().rows(&reading);
    let lost: u64 = store.forests.iter().map(|forest| u64::from(forest.lost)).sum();
    if lost > 0 {
        skips.push(gap(SkipReason::Malformed, format!("{lost} packed objects are deltas whose base is not in their pack")));
    }
    let missing = reading.names.missing_count();
    if missing > 0 {
        let detail = format!(
            "{missing} objects that commits or trees name are not here (a partial or damaged clone); `git fetch --refetch` brings them"
        );
        skips.push(gap(SkipReason::NotSupplied, detail));
    }
    Read { skips, ancestry, quiet: reading.quiet.into_inner().unwrap_or_else(PoisonError::into_inner) }
}

/// Reads the commits and tags alone.
pub(super) fn ancestry(store: &Store, options: &Options) -> Ancestry {
    let ancestry = Mutex::new(Ancestry::default());
    let visitor = || -> Visitor<'_> {
        Box::new(|object| {
            if object.is_wanted {
                ancestry.lock().unwrap_or_else(PoisonError::into_inner).take(&object, &store.ids);
            }
            Flow::Continue
        })
    };
    Sweep::new(store, options).run(|kind| matches!(kind, Kind::Commit | Kind::Tag), &visitor);
    ancestry.into_inner().unwrap_or_else(PoisonError::into_inner).complete()
}

fn pusher<'v>(reading: &'v Reading<'v>, sink: Sink<'v>) -> Visitor<'v> {
    let mut pusher = Pusher::new(reading, sink);
    Box::new(move |object| pusher.take(&object))
}

impl Reading<'_> {
    /// By number: whether an object has to be read; `None` if all have. Asked when all trees were read.
    fn new_objects(&self) -> Option<Vec<bool>> {
        let known = &self.options.known;
        let is_new = |object| !known.leaves(&self.id(object), &joined(&self.options.prefix, &self.path(object)));
        (!known.keys().is_empty()).then(|| (0..self.sweep.store.ids.len() as u32).map(is_new).collect())
    }

    /// The printable path of an object: from the root of a commit's tree, or from an object that nothing leads to.
    pub(super) fn path(&self, object: u32) -> String {
        let (path, parent) = self.names.path(object, |place| self.sweep.object_at(place));
        let path = bytes_text(&path);
        match parent {
            Parent::Commit => path,
            Parent::None(_) if path.is_empty() => format!("(dangling {})", self.id(object)),
            Parent::None(tree) => format!("(dangling {})/{path}", self.id(tree)),
        }
    }

    /// The id of an object, in hex.
    pub(super) fn id(&self, object: u32) -> String {
        self.sweep.store.ids.hex(object)
    }
}
