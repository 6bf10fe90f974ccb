//! Shows every object of some kinds, on all threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use unkeyed_model::Copied;

use super::faults::Faults;
use super::loose::LooseReader;
use super::pack::{Forest, Kind};
use super::store::Store;
use super::walk::{Fault, Step, Walker};
use crate::{Flow, Options};

/// A thread takes so many delta trees at a time.
const CHUNK: usize = 32;

/// An object that is shown.
pub(super) struct Seen<'a> {
    pub(super) kind: Kind,
    /// Its place in reading order.
    pub(super) place: u32,
    /// Its number.
    pub(super) object: u32,
    pub(super) bytes: &'a [u8],
    /// Whether it is shown for its own sake and not only as a base; true exactly once for each object.
    pub(super) is_wanted: bool,
    /// Number of bases below it in this pack.
    pub(super) depth: usize,
    /// What was copied from the base; `None` for what is no delta.
    pub(super) copies: Option<&'a [Copied]>,
}

/// One thread's receiver of objects.
pub(super) type Visitor<'v> = Box<dyn FnMut(Seen<'_>) -> Flow + 'v>;

/// How many threads to use.
pub(super) fn threads(options: &Options) -> usize {
    match options.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        given => given,
    }
}

/// A way through a whole database.
pub(super) struct Sweep<'r> {
    pub(super) store: &'r Store,
    /// Its packs, maybe with fewer objects that are wanted.
    forests: &'r [Forest],
    max_bytes: u64,
    threads: usize,
    /// Place of the first entry of each pack, and of the first loose object.
    places: Vec<u32>,
    loose: Vec<(usize, Kind)>,
    faults: Mutex<Faults>,
    large: Mutex<()>,
    stop: AtomicBool,
}

/// A delta tree, by pack and root, or a loose object.
enum Task {
    Packed(Kind, usize, u32),
    Loose(usize),
}

impl<'r> Sweep<'r> {
    pub(super) fn new(store: &'r Store, options: &Options) -> Self {
        let mut places = vec![0];
        for forest in &store.forests {
            places.push(places[places.len() - 1] + forest.entries.len() as u32);
        }
        let mut sweep = Self {
            store,
            forests: &store.forests,
            max_bytes: options.max_file_bytes,
            threads: threads(options),
            places,
            loose: Vec::new(),
            faults: Mutex::default(),
            large: Mutex::default(),
            stop: AtomicBool::new(false),
        };
        sweep.loose = sweep.loose_kinds();
        sweep
    }

    /// The same, with these in the place of the store's packs, and only those loose objects that pass.
    pub(super) fn narrowed(mut self, forests: &'r [Forest], passes: impl Fn(u32) -> bool) -> Self {
        self.forests = forests;
        self.loose.retain(|&(at, _)| passes(self.store.loose[at].object));
        self
    }

    /// What each loose object is.
    fn loose_kinds(&self) -> Vec<(usize, Kind)> {
        let mut reader = LooseReader::new(self.max_bytes);
        let mut kinds = Vec::new();
        for (at, loose) in self.store.loose.iter().enumerate() {
            match reader.kind(&loose.path) {
                Ok(kind) => kinds.push((at, kind)),
                Err(fault) => self.fault(self.loose_place(at), fault, 1),
            }
        }
        kinds
    }

    /// Shows every object whose kind passes; `visitor` is called once for each thread.
    pub(super) fn run<'v>(&self, passes: fn(Kind) -> bool, visitor: &(dyn Fn() -> Visitor<'v> + Sync)) {
        let next = AtomicUsize::new(0);
        let mut ends = Vec::new();
        for forest in self.forests {
            ends.push(ends.last().unwrap_or(&0) + forest.roots.len());
        }
        let count = ends.last().unwrap_or(&0) + self.loose.len();
        std::thread::scope(|scope| {
            for _ in 0..self.threads.min(count.div_ceil(CHUNK)) {
                scope.spawn(|| self.work(&ends, passes, &next, visitor()));
            }
        });
    }

    /// The task with that number, if it is one of those that pass. `ends` has where the trees of each pack end.
    fn task(&self, number: usize, ends: &[usize], passes: fn(Kind) -> bool) -> Option<Task> {
        let pack = ends.partition_point(|&end| end <= number);
        let within = number - pack.checked_sub(1).map_or(0, |before| ends[before]);
        let (kind, task) = match self.forests.get(pack) {
            Some(forest) => {
                let (kind, root) = forest.roots[within];
                (kind, Task::Packed(kind, pack, root))
            }
            None => {
                let (at, kind) = *self.loose.get(within)?;
                (kind, Task::Loose(at))
            }
        };
        passes(kind).then_some(task)
    }

    fn work(&self, ends: &[usize], passes: fn(Kind) -> bool, next: &AtomicUsize, mut visitor: Visitor<'_>) {
        let mut walker = Walker::new(self.max_bytes, &self.large);
        let mut loose = LooseReader::new(self.max_bytes);
        let count = ends.last().unwrap_or(&0) + self.loose.len();
        loop {
            let start = next.fetch_add(CHUNK, Ordering::Relaxed);
            if start >= count {
                return;
            }
            for task in (start..count.min(start + CHUNK)).filter_map(|number| self.task(number, ends, passes)) {
                if self.stop.load(Ordering::Relaxed) {
                    return;
                }
                let flow = match task {
                    Task::Packed(kind, pack, root) => self.packed(kind, pack, root, &mut walker, &mut visitor),
                    Task::Loose(at) => self.loose(at, &mut loose, &mut visitor),
                };
                if flow == Flow::Stop {
                    self.stop.store(true, Ordering::Relaxed);
                }
            }
        }
    }

    fn packed(&self, kind: Kind, pack: usize, root: u32, walker: &mut Walker<'_>, visitor: &mut Visitor<'_>) -> Flow {
        let forest = &self.forests[pack];
        walker.tree(forest, root, &mut |step| match step {
            Step::Object(object) => {
                let entry = &forest.entries[object.entry as usize];
                visitor(Seen {
                    kind,
                    place: self.places[pack] + object.entry,
                    object: entry.object,
                    bytes: object.bytes,
                    is_wanted: entry.is_wanted,
                    depth: object.depth,
                    copies: object.copies,
                })
            }
            Step::Fault { entry, fault } => {
                self.fault(self.places[pack] + entry, fault, forest.entries[entry as usize].wanted);
                Flow::Continue
            }
        })
    }

    fn loose(&self, at: usize, reader: &mut LooseReader, visitor: &mut Visitor<'_>) -> Flow {
        let loose = &self.store.loose[at];
        let place = self.loose_place(at);
        match reader.read(&loose.path) {
            Ok((kind, bytes)) => visitor(Seen { kind, place, object: loose.object, bytes, is_wanted: true, depth: 0, copies: None }),
            Err(fault) => {
                self.fault(place, fault, 1);
                Flow::Continue
            }
        }
    }

    /// Notes that an object, and `lost` with it, could not be read.
    pub(super) fn fault(&self, place: u32, fault: Fault, lost: u32) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).note(place, fault, lost);
    }

    /// Whether a visitor asked for the end before everything was shown.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// What could not be shown so far.
    pub(super) fn faults(&self) -> Faults {
        std::mem::take(&mut *self.faults.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn loose_place(&self, at: usize) -> u32 {
        self.places[self.places.len() - 1] + at as u32
    }

    /// The object at a place in reading order.
    pub(super) fn object_at(&self, place: u32) -> u32 {
        let pack = self.places.partition_point(|&first| first <= place) - 1;
        let within = (place - self.places[pack]) as usize;
        match self.store.forests.get(pack) {
            Some(forest) => forest.entries[within].object,
            None => self.store.loose[within].object,
        }
    }
}
