//! A home directory, read.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use unkeyed_model::{Origin, Surface};

use super::files;
use super::known;
use super::root::Root;
use crate::path_text::relative_text;
use crate::read::{self, Reader};
use crate::{Error, Event, Flow, Options, Sink, Source};

/// A home directory.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) path: PathBuf,
    pub(super) root: Root,
    pub(super) options: Options,
}

impl Source for Home {
    fn units<'s>(&'s self, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Result<(), Error> {
        let mut refused = Vec::new();
        let found = files::find(&self.root, &self.path, known::IN_HOME, &mut refused);
        let shown = |path: &std::path::Path| relative_text(&self.options.prefix, &self.path, path);
        let mut push = sink();
        for (path, error) in refused {
            if push(Event::Skip(read::failure(shown(&path), &error))) == Flow::Stop {
                return Ok(());
            }
        }
        drop(push);
        in_parallel(
            self.options.threads,
            &found,
            sink,
            |path, reader, push| {
                let mode = files::mode(&self.root, path);
                let origin = Origin { surface: Surface::HostFs, path: shown(path), mode, ..Origin::default() };
                let content = self.root.file(path).and_then(|file| reader.fill_from(file, &origin.path));
                reader.push(content, origin, push)
            },
            self.options.max_file_bytes,
        );
        Ok(())
    }
}

/// Does `work` on all items, on several threads, each with a reader and a sink of its own.
pub(crate) fn in_parallel<'s, T: Sync>(
    threads: usize,
    items: &[T],
    sink: &'s (dyn Fn() -> Sink<'s> + Sync),
    work: impl Fn(&T, &mut Reader, &mut Sink<'s>) -> Flow + Sync,
    max_file_bytes: u64,
) {
    let threads = if threads == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { threads };
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let run = || {
        let mut push = sink();
        let mut reader = Reader::new(max_file_bytes);
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)).filter(|_| !stop.load(Ordering::Relaxed)) {
            if work(item, &mut reader, &mut push) == Flow::Stop {
                stop.store(true, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.min(items.len()) {
            scope.spawn(run);
        }
    });
}
