//! Expands the delta trees of a pack, each entry once.
//!
//! A base is held while the deltas on it are expanded, except during the last and heaviest of its subtrees. So at most
//! log2(entries) objects are held at a time, however long the chains are; [`HELD_BYTES`] bounds their bytes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use unkeyed_model::Copied;

use super::delta::{self, BAD_DELTA};
use super::inflate::{BAD_STREAM, Inflater};
use super::pack::{BAD_ENTRY, Entry, Forest, NONE};
use super::pack_file::Window;
use crate::Flow;

/// Bytes of expanded objects that a walk may hold as bases; what hangs on objects that don't fit is not read.
pub(super) const HELD_BYTES: usize = 160 << 20;

/// A thread that holds more bytes than this waits until no other does.
const LARGE_BYTES: usize = 8 << 20;

/// Buffers that grew beyond this are given back when a delta tree is done.
const KEEP_BYTES: usize = 1 << 20;

/// An expanded object.
pub(super) struct Expanded<'a> {
    /// Position of its entry.
    pub(super) entry: u32,
    pub(super) bytes: &'a [u8],
    /// Number of bases below it.
    pub(super) depth: usize,
    /// What was copied from the base; `None` for what is no delta.
    pub(super) copies: Option<&'a [Copied]>,
}

/// Why an entry, and with it everything that is built on it, was not expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Larger than the limit.
    TooLarge(u64),
    /// Its bytes don't make sense.
    Damaged(&'static str),
    /// The bases would take more than [`HELD_BYTES`].
    TooMuchHeld,
}

/// What a walk tells.
pub(super) enum Step<'a> {
    Object(Expanded<'a>),
    Fault { entry: u32, fault: Fault },
}

/// Expands delta trees, one at a time, in reused buffers.
pub(super) struct Walker<'l> {
    inflater: Inflater,
    window: Window,
    max_bytes: u64,
    delta: Vec<u8>,
    copies: Vec<Copied>,
    spare: Vec<Vec<u8>>,
    /// Held by the one thread whose objects are large.
    large: &'l Mutex<()>,
}

/// A base whose deltas are being expanded.
struct Frame {
    bytes: Vec<u8>,
    depth: usize,
    /// The next child to visit.
    next: u32,
    /// The child to visit last; [`NONE`] once it is under way.
    heavy: u32,
}

/// The bases of the entry that is being expanded, the root first.
#[derive(Default)]
struct Bases<'l> {
    frames: Vec<Frame>,
    held: usize,
    turn: Option<MutexGuard<'l, ()>>,
}

impl<'l> Walker<'l> {
    pub(super) fn new(max_bytes: u64, large: &'l Mutex<()>) -> Self {
        let (inflater, window) = (Inflater::default(), Window::default());
        Self { inflater, window, max_bytes, delta: Vec::new(), copies: Vec::new(), spare: Vec::new(), large }
    }

    /// Expands the object at `root`, which is no delta, and everything that is built on it, depth first: between an object
    /// and the last one built on it come only objects that are built on it too. Bases that are not wanted themselves are
    /// shown as well.
    pub(super) fn tree(&mut self, forest: &Forest, root: u32, visit: &mut dyn FnMut(Step<'_>) -> Flow) -> Flow {
        if forest.entries[root as usize].wanted == 0 {
            return Flow::Continue;
        }
        let mut bases = Bases::default();
        let mut bytes = self.spare.pop().unwrap_or_default();
        let expanded = self.whole(forest, root, &mut bases, &mut bytes);
        let mut flow = self.arrive(forest, root, expanded, None, bytes, &mut bases, 0, visit);
        while flow == Flow::Continue {
            let Some(base) = bases.frames.last_mut() else { break };
            let Some((child, is_last)) = base.next_child(forest) else {
                self.drop_base(&mut bases);
                continue;
            };
            let mut bytes = self.spare.pop().unwrap_or_default();
            let mut copies = std::mem::take(&mut self.copies);
            let depth = base.depth + 1;
            let expanded = self.built(forest, child, &mut bases, &mut bytes, &mut copies);
            if is_last {
                self.drop_base(&mut bases);
            }
            flow = self.arrive(forest, child, expanded, Some(&copies), bytes, &mut bases, depth, visit);
            self.copies = copies;
        }
        self.spare.extend(bases.frames.into_iter().map(|frame| frame.bytes));
        self.spare.retain(|bytes| bytes.capacity() <= KEEP_BYTES);
        flow
    }

    /// Shows an expanded object, or why it was not expanded, and keeps it as a base if it is one.
    #[allow(clippy::too_many_arguments, reason = "the state of one step of the walk")]
    fn arrive(
        &mut self,
        forest: &Forest,
        entry: u32,
        expanded: Result<(), Fault>,
        copies: Option<&[Copied]>,
        bytes: Vec<u8>,
        bases: &mut Bases<'l>,
        depth: usize,
        visit: &mut dyn FnMut(Step<'_>) -> Flow,
    ) -> Flow {
        let Entry { first_child, heavy, .. } = forest.entries[entry as usize];
        let flow = match expanded {
            Err(fault) => visit(Step::Fault { entry, fault }),
            Ok(()) => visit(Step::Object(Expanded { entry, bytes: &bytes, depth, copies })),
        };
        if expanded.is_ok() && heavy != NONE {
            bases.held += bytes.len();
            bases.frames.push(Frame { bytes, depth, next: first_child, heavy });
        } else {
            self.spare.push(bytes);
        }
        flow
    }

    fn drop_base(&mut self, bases: &mut Bases<'l>) {
        if let Some(frame) = bases.frames.pop() {
            bases.held -= frame.bytes.len();
            self.spare.push(frame.bytes);
        }
    }

    /// Inflates the object at `entry`.
    fn whole(&mut self, forest: &Forest, entry: u32, bases: &mut Bases<'l>, out: &mut Vec<u8>) -> Result<(), Fault> {
        let packed = forest.packed(entry, &mut self.window).ok_or(Fault::Damaged(BAD_ENTRY))?;
        let size = self.room(packed.size, bases)?;
        let data = forest.data(&packed, &mut self.window).ok_or(Fault::Damaged(BAD_ENTRY))?;
        self.inflater.all(data, size, out).ok_or(Fault::Damaged(BAD_STREAM))
    }

    /// Expands the delta at `entry`, which stands on the last base.
    fn built(
        &mut self,
        forest: &Forest,
        entry: u32,
        bases: &mut Bases<'l>,
        out: &mut Vec<u8>,
        copies: &mut Vec<Copied>,
    ) -> Result<(), Fault> {
        let packed = forest.packed(entry, &mut self.window).ok_or(Fault::Damaged(BAD_ENTRY))?;
        let size = self.room(packed.size, bases)?;
        let data = forest.data(&packed, &mut self.window).ok_or(Fault::Damaged(BAD_ENTRY))?;
        let mut delta = std::mem::take(&mut self.delta);
        let built = self.inflater.all(data, size, &mut delta).ok_or(Fault::Damaged(BAD_STREAM)).and_then(|()| {
            let size = delta::result_size(&delta).ok_or(Fault::Damaged(BAD_DELTA))?;
            self.room(size, bases)?;
            let base = bases.frames.last().ok_or(Fault::Damaged(BAD_DELTA))?;
            delta::apply(&base.bytes, &delta, out, copies).ok_or(Fault::Damaged(BAD_DELTA))
        });
        self.delta = delta;
        built
    }

    /// Whether an object of that size may be made while the bases are held.
    fn room(&self, size: u64, bases: &mut Bases<'l>) -> Result<usize, Fault> {
        let bytes = usize::try_from(size).ok().filter(|_| size <= self.max_bytes).ok_or(Fault::TooLarge(size))?;
        let needed = bases.held.saturating_add(bytes);
        if needed > HELD_BYTES && !bases.frames.is_empty() {
            return Err(Fault::TooMuchHeld);
        }
        if needed > LARGE_BYTES && bases.turn.is_none() {
            bases.turn = Some(self.large.lock().unwrap_or_else(PoisonError::into_inner));
        }
        Ok(bytes)
    }
}

impl Frame {
    /// The next child that something wanted is under, and whether it is the last.
    fn next_child(&mut self, forest: &Forest) -> Option<(u32, bool)> {
        while self.next != NONE {
            let at = self.next;
            let entry = &forest.entries[at as usize];
            self.next = entry.sibling;
            if at != self.heavy && entry.wanted > 0 {
                return Some((at, false));
            }
        }
        let heavy = std::mem::replace(&mut self.heavy, NONE);
        (heavy != NONE).then_some((heavy, true))
    }
}
