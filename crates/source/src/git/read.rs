//! Reads the whole database in two passes, each on all threads: commits, tags and trees, then blobs.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use gix::hash::Kind as HashKind;
use unkeyed_model::{Skip, SkipReason};

use super::faults::Faults;
use super::loose::LooseReader;
use super::names::Names;
use super::pack::Kind;
use super::push::Pusher;
use super::store::{Store, gap};
use super::walk::{Step, Walker};
use crate::{Flow, Options, Sink};

/// A thread takes so many delta trees at a time.
const CHUNK: usize = 32;

/// What all threads share.
pub(super) struct Reading<'r> {
    pub(super) store: &'r Store,
    pub(super) names: Names<'r>,
    pub(super) options: &'r Options,
    faults: Mutex<Faults>,
    /// Place, in reading order, of the first entry of each pack, and of the first loose object.
    places: Vec<u32>,
    large: Mutex<()>,
    stop: AtomicBool,
}

/// A delta tree, by pack and root, or a loose object.
#[derive(Clone, Copy)]
enum Task {
    Packed(usize, u32),
    Loose(usize),
}

/// Reads everything and pushes it; what was not read is returned.
pub(super) fn everything<'s>(store: &Store, hash: HashKind, options: &Options, sink: &(dyn Fn() -> Sink<'s> + Sync)) -> Vec<Skip> {
    let mut places = vec![0];
    for forest in &store.forests {
        places.push(places[places.len() - 1] + forest.entries.len() as u32);
    }
    let reading = Reading {
        store,
        names: Names::new(&store.ids, hash.len_in_bytes()),
        options,
        faults: Mutex::default(),
        places,
        large: Mutex::default(),
        stop: AtomicBool::new(false),
    };
    let loose: Vec<(usize, Kind)> = reading.loose_kinds();
    for pass in [|kind| kind != Kind::Blob, |kind| kind == Kind::Blob] {
        let packed = store.forests.iter().enumerate().flat_map(|(pack, forest)| forest.roots.iter().map(move |root| (pack, root)));
        let packed = packed.filter(|(_, (kind, _))| pass(*kind)).map(|(pack, (_, root))| Task::Packed(pack, *root));
        let loose = loose.iter().filter(|(_, kind)| pass(*kind)).map(|(at, _)| Task::Loose(*at));
        reading.run(&packed.chain(loose).collect::<Vec<_>>(), sink);
    }
    let mut skips = reading.faults.lock().map(|faults| faults.rows(&reading)).unwrap_or_default();
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
    skips
}

impl Reading<'_> {
    /// What each loose object is.
    fn loose_kinds(&self) -> Vec<(usize, Kind)> {
        let mut reader = LooseReader::new(self.options.max_file_bytes);
        let kind = |(at, loose): (usize, &super::store::Loose)| match reader.kind(&loose.path) {
            Ok(kind) => Some((at, kind)),
            Err(fault) => {
                self.fault(self.loose_place(at), fault, 1);
                None
            }
        };
        self.store.loose.iter().enumerate().filter_map(kind).collect()
    }

    fn run<'s>(&self, tasks: &[Task], sink: &(dyn Fn() -> Sink<'s> + Sync)) {
        let next = AtomicUsize::new(0);
        let threads = match self.options.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            given => given,
        };
        std::thread::scope(|scope| {
            for _ in 0..threads.min(tasks.len().div_ceil(CHUNK)) {
                scope.spawn(|| self.work(tasks, &next, sink()));
            }
        });
    }

    fn work(&self, tasks: &[Task], next: &AtomicUsize, sink: Sink<'_>) {
        let mut walker = Walker::new(self.options.max_file_bytes, &self.large);
        let mut loose = LooseReader::new(self.options.max_file_bytes);
        let mut pusher = Pusher::new(self, sink);
        loop {
            let start = next.fetch_add(CHUNK, Ordering::Relaxed);
            let Some(chunk) = tasks.get(start..tasks.len().min(start + CHUNK)).filter(|chunk| !chunk.is_empty()) else { return };
            for task in chunk {
                if self.stop.load(Ordering::Relaxed) {
                    return;
                }
                let flow = match *task {
                    Task::Packed(pack, root) => self.packed(pack, root, &mut walker, &mut pusher),
                    Task::Loose(at) => self.loose(at, &mut loose, &mut pusher),
                };
                if flow == Flow::Stop {
                    self.stop.store(true, Ordering::Relaxed);
                }
            }
        }
    }

    fn packed(&self, pack: usize, root: u32, walker: &mut Walker<'_>, pusher: &mut Pusher<'_, '_>) -> Flow {
        let forest = &self.store.forests[pack];
        let Ok(root_at) = forest.roots.binary_search_by_key(&root, |&(_, at)| at) else { return Flow::Continue };
        let kind = forest.roots[root_at].0;
        walker.tree(forest, root, &mut |step| match step {
            Step::Object(object) => {
                let place = self.places[pack] + object.entry;
                pusher.object(kind, place, &forest.entries[object.entry as usize], &object)
            }
            Step::Fault { entry, fault } => {
                self.fault(self.places[pack] + entry, fault, forest.entries[entry as usize].wanted);
                Flow::Continue
            }
        })
    }

    fn loose(&self, at: usize, reader: &mut LooseReader, pusher: &mut Pusher<'_, '_>) -> Flow {
        let loose = &self.store.loose[at];
        match reader.read(&loose.path) {
            Ok((kind, bytes)) => pusher.whole(kind, self.loose_place(at), loose.object, bytes),
            Err(fault) => {
                self.fault(self.loose_place(at), fault, 1);
                Flow::Continue
            }
        }
    }

    fn fault(&self, place: u32, fault: super::walk::Fault, lost: u32) {
        self.faults.lock().unwrap_or_else(std::sync::PoisonError::into_inner).note(place, fault, lost);
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
