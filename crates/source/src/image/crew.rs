//! Threads that share the work on layers: whoever inflates one hands what it read to whoever is free.
//!
//! A layer can be inflated by one thread only, so with few layers the others take members to look at. Nobody waits for
//! anybody: a batch that no one has room for is looked at by the thread that made it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};
use unkeyed_model::{Origin, Skip};

use crate::unpack::{self, Limits};
use crate::{Event, Flow, Key, Known, Options, Sink};

/// Members are handed over when they make up this many bytes.
const BATCH_BYTES: usize = 512 << 10;
/// Batches that wait for each thread.
const WAITING: usize = 4;
/// Most bytes that wait for all threads together; a batch beyond is not handed over.
const MAX_WAITING_BYTES: usize = 32 << 20;

/// Members of a layer, one after the other in one buffer.
#[derive(Default)]
struct Batch {
    buffer: Vec<u8>,
    members: Vec<(Origin, Range<usize>)>,
}

/// What could be said of the files of layers, by digest of the layer.
#[derive(Debug, Default)]
pub(crate) struct Quiet {
    /// Files that were read to the end, with no row of what was not read.
    pub(crate) files: BTreeMap<String, Vec<Key>>,
    /// Layers with such rows.
    pub(crate) rows: BTreeSet<String>,
}

/// What the threads share.
struct Shared {
    limits: Limits,
    known: Arc<Known>,
    quiet: Mutex<Quiet>,
    waiting_bytes: AtomicUsize,
    stop: AtomicBool,
}

/// One thread's hands.
pub(crate) struct Hands<'c, 's> {
    shared: &'c Shared,
    full: Sender<Batch>,
    empty: Receiver<Batch>,
    sink: Sink<'s>,
    batch: Batch,
}

/// Does `jobs` on as many threads as `options` say, each with a sink of its own. What of it was quiet is told if it is to be
/// kept.
pub(crate) fn work<'s, J: Sync>(
    options: &Options,
    sink: &'s (dyn Fn() -> Sink<'s> + Sync),
    jobs: &[J],
    each: impl Fn(&J, &mut Hands<'_, 's>) + Sync,
) -> Quiet {
    let threads = crate::threads(options);
    let shared = Shared {
        limits: Limits { member_bytes: options.max_file_bytes },
        known: Arc::clone(&options.known),
        quiet: Mutex::default(),
        waiting_bytes: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
    };
    let (full, waiting) = bounded::<Batch>(WAITING * threads);
    let (give_back, empty) = bounded::<Batch>(WAITING * threads);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (full, waiting, give_back, empty) = (full.clone(), waiting.clone(), give_back.clone(), empty.clone());
            let (shared, next, each) = (&shared, &next, &each);
            scope.spawn(move || {
                let mut hands = Hands { shared, full, empty, sink: sink(), batch: Batch::default() };
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)).filter(|_| !hands.has_stopped()) {
                    each(job, &mut hands);
                    hands.hand_over();
                }
                // Once nobody can send any more, the loop below ends.
                let Hands { mut sink, full, .. } = hands;
                drop(full);
                for batch in waiting {
                    shared.waiting_bytes.fetch_sub(batch.buffer.len(), Ordering::Relaxed);
                    let _ = give_back.try_send(shared.look_at(batch, &mut sink));
                }
            });
        }
        drop(full);
    });
    shared.quiet.into_inner().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn look_at(&self, mut batch: Batch, sink: &mut Sink<'_>) -> Batch {
        for (origin, range) in batch.members.drain(..) {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let bytes = batch.buffer.get(range).unwrap_or_default();
            let place = origin.layer.clone().zip(Known::key_of(&origin)).filter(|_| self.known.grows());
            // A name that looks like that of a member has the key of another file.
            let mut has_rows = origin.path.contains("!/");
            let flow = unpack::bytes(origin, bytes, &self.limits, &mut |event| {
                has_rows |= matches!(event, Event::Skip(_));
                self.push(event, sink)
            });
            if let Some((layer, key)) = place.filter(|_| flow == Flow::Continue) {
                self.note(layer, (!has_rows).then_some(key));
            }
        }
        batch.buffer.clear();
        batch.buffer.shrink_to(4 * BATCH_BYTES);
        batch
    }

    /// Notes that a file of `layer` was quiet, or that there is a row of what was not read.
    fn note(&self, layer: String, file: Option<Key>) {
        let mut quiet = self.quiet.lock().unwrap_or_else(PoisonError::into_inner);
        match file {
            Some(key) => quiet.files.entry(layer).or_default().push(key),
            None => drop(quiet.rows.insert(layer)),
        }
    }

    fn push(&self, event: Event<'_>, sink: &mut Sink<'_>) -> Flow {
        let flow = sink(event);
        if flow == Flow::Stop {
            self.stop.store(true, Ordering::Relaxed);
        }
        flow
    }
}

impl<'c> Hands<'c, '_> {
    /// Whether the receiver wants no more.
    pub(crate) fn has_stopped(&self) -> bool {
        self.shared.stop.load(Ordering::Relaxed)
    }

    /// The flag behind [`Hands::has_stopped`], for readers deep down.
    pub(crate) const fn stop(&self) -> &'c AtomicBool {
        &self.shared.stop
    }

    /// Pushes what of `layer` was not read.
    pub(crate) fn skip(&mut self, layer: &str, skip: Skip) {
        self.shared.note(layer.to_owned(), None);
        self.shared.push(Event::Skip(skip), &mut self.sink);
    }

    /// Takes in the content that `fill` appends to the buffer it gets, under the origin that `fill` returns.
    pub(crate) fn take<E>(&mut self, origin: Origin, fill: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        let start = self.batch.buffer.len();
        let outcome = fill(&mut self.batch.buffer);
        let range = start..self.batch.buffer.len();
        if !range.is_empty() {
            self.batch.members.push((origin, range));
        }
        if self.batch.buffer.len() >= BATCH_BYTES {
            self.hand_over();
        }
        outcome
    }

    /// Gives the batch to a free thread, or looks at it here.
    fn hand_over(&mut self) {
        if self.batch.members.is_empty() {
            return;
        }
        let batch = std::mem::replace(&mut self.batch, self.empty.try_recv().unwrap_or_default());
        let bytes = batch.buffer.len();
        let refused = if self.shared.waiting_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= MAX_WAITING_BYTES {
            self.full.try_send(batch).err().map(crossbeam_channel::TrySendError::into_inner)
        } else {
            Some(batch)
        };
        if let Some(batch) = refused {
            self.shared.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
            let emptied = self.shared.look_at(batch, &mut self.sink);
            if self.batch.buffer.capacity() == 0 {
                self.batch = emptied;
            }
        }
    }
}
