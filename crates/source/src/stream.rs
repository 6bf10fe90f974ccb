//! Text of any length in constant memory: standard input, and files above the size limit.
//!
//! The text is cut into overlapping windows, each with the line and the byte at which it begins. The decision a reader
//! would question: a window reports only what *begins* in its own share, and shares meet in the middle of the overlap.
//! So each finding is reported once, with at least [`LONGEST`] bytes of the text around it in view.

mod patient;
mod utf16;
mod window;

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use unkeyed_model::{Origin, Skip, SkipReason, Unit, Window};

use self::patient::Patient;
use self::utf16::Utf8;
pub use self::window::{LONGEST, WINDOW_BYTES};
use self::window::{Part, Windows};
use crate::unpack::{self, Limits};
use crate::{Event, Flow, Sink, Source, read};

/// Most threads that share one stream; each holds a window.
const MAX_THREADS: usize = 8;

/// Standard input.
#[derive(Debug)]
pub(crate) struct Stdin {
    pub(crate) origin: Origin,
    pub(crate) threads: usize,
    /// Members of an archive may be so long.
    pub(crate) max_bytes: u64,
}

impl Source for Stdin {
    fn units<'s>(&'s self, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Result<(), crate::Error> {
        let mut input = stdin(&self.origin, sink());
        let mut head = Vec::new();
        let read = input.by_ref().take(unpack::HEAD_BYTES as u64).read_to_end(&mut head);
        if let Err(error) = read {
            sink()(Event::Skip(read::failure(self.origin.path.clone(), &error)));
            return Ok(());
        }
        let is_container = unpack::is_container(&head, "");
        let mut input = io::Cursor::new(head).chain(input);
        if is_container {
            unpack::stream(self.origin.clone(), &mut input, &Limits { member_bytes: self.max_bytes }, &mut sink());
        } else {
            parallel(input, self.origin.clone(), self.threads, sink);
        }
        Ok(())
    }
}

/// Standard input, which ends early if `push` wants no more. It is asked by an empty part of the text.
pub(crate) fn stdin(origin: &Origin, mut push: Sink<'_>) -> impl Read {
    let origin = Arc::new(origin.clone());
    let nothing = Window { bytes: 1, ..Window::default() };
    Patient::new(io::stdin(), move || push(Event::Unit(Unit::new(Arc::clone(&origin), &[][..]).part(nothing))))
}

/// Pushes all of `input`, window by window. A text that fits into one window is an ordinary Unit.
pub(crate) fn push_all(input: impl Read, origin: Origin, mut push: impl FnMut(Event<'_>) -> Flow) -> Flow {
    let (mut windows, origin) = match begin(input, origin) {
        Ok(begun) => begun,
        Err(skip) => return push(Event::Skip(skip)),
    };
    let mut buffer = Vec::new();
    loop {
        match windows.next(buffer) {
            Ok(Some(part)) => {
                if push(Event::Unit(part.unit(&origin))) == Flow::Stop {
                    return Flow::Stop;
                }
                buffer = part.bytes;
            }
            Ok(None) => return Flow::Continue,
            Err(error) => return push(Event::Skip(interrupted(&origin, &error))),
        }
    }
}

/// As [`push_all`], the windows being shared out among threads.
pub(crate) fn parallel<'s>(input: impl Read, origin: Origin, threads: usize, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) {
    let available = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if threads == 0 { available } else { threads }.min(MAX_THREADS);
    let (mut windows, origin) = match begin(input, origin) {
        Ok(begun) => begun,
        Err(skip) => {
            sink()(Event::Skip(skip));
            return;
        }
    };
    let (full, taken) = sync_channel::<Part>(1);
    let pool = Pool { taken: Mutex::new(taken), spare: Mutex::default(), stop: AtomicBool::new(false) };
    std::thread::scope(|scope| {
        let mut started = 0;
        while !pool.stop.load(Ordering::Relaxed) {
            let spare = pool.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            match windows.next(spare) {
                Ok(Some(part)) => {
                    if started < threads {
                        started += 1;
                        scope.spawn(|| pool.work(&origin, sink()));
                    }
                    if full.send(part).is_err() {
                        break;
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    sink()(Event::Skip(interrupted(&origin, &error)));
                    break;
                }
            }
        }
        drop(full);
    });
}

/// What the threads of one stream share.
struct Pool {
    taken: Mutex<Receiver<Part>>,
    /// Buffers to be filled again.
    spare: Mutex<Vec<Vec<u8>>>,
    stop: AtomicBool,
}

impl Pool {
    fn work(&self, origin: &Arc<Origin>, mut sink: Sink<'_>) {
        loop {
            let next = self.taken.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(part) = next else { return };
            if self.stop.load(Ordering::Relaxed) {
                continue;
            }
            if sink(Event::Unit(part.unit(origin))) == Flow::Stop {
                self.stop.store(true, Ordering::Relaxed);
            }
            self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(part.bytes);
        }
    }
}

type Begun<R> = (Windows<Utf8<R>>, Arc<Origin>);

fn begin<R: Read>(input: R, mut origin: Origin) -> Result<Begun<R>, Skip> {
    let text = Utf8::new(input).map_err(|error| read::failure(origin.path.clone(), &error))?;
    origin.decoded_via.extend(text.step());
    Ok((Windows::new(text), Arc::new(origin)))
}

fn interrupted(origin: &Origin, error: &io::Error) -> Skip {
    let detail = format!("reading stopped before the end: {error}");
    Skip { path: origin.path.clone(), why: SkipReason::Unreadable, detail }
}
