//! All processes that are asked for, in two passes: first who there is and which files each can read, then the content.
//!
//! The decision a reader would question: a file that many processes can read is read once, under the name of the first,
//! and each process says that it reads it. Otherwise the report would hold it hundreds of times.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use unkeyed_model::{Origin, Process, Skip, SkipReason, Surface, Unit};

use super::subject::{MAX_BYTES, Subject};
use crate::env::parted_by;
use crate::host::files;
use crate::host::home::in_parallel;
use crate::path_text::path_text;
use crate::read::Reader;
use crate::{Error, Event, Flow, Options, Sink, Source};

/// The processes of this system.
#[derive(Debug)]
pub(super) struct Processes {
    /// The only one that is asked for.
    pub(super) only: Option<u32>,
    pub(super) options: Options,
}

/// Something to read in the second pass.
enum Task {
    Held(Arc<Process>),
    File { owner: u32, path: PathBuf, id: (u64, u64), shown: String },
}

impl Source for Processes {
    fn units<'s>(&'s self, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Result<(), Error> {
        let ids = match self.only {
            Some(id) => vec![id],
            None => ids().map_err(|error| Error::Io { target: "pid:all".into(), error })?,
        };
        let mut survey = Survey { prefix: &self.options.prefix, files: BTreeMap::new(), tasks: Vec::new() };
        let mut push = sink();
        for id in ids {
            let flow = match survey.process(id, self.only.is_some()) {
                Ok(()) => Flow::Continue,
                Err(skip) => push(Event::Skip(skip)),
            };
            if flow == Flow::Stop {
                return Ok(());
            }
        }
        drop(push);
        let Survey { files, mut tasks, .. } = survey;
        tasks.extend(files.into_values());
        let work = |task: &Task, reader: &mut Reader, push: &mut Sink<'_>| match task {
            Task::Held(process) => held(&self.options.prefix, process, push),
            Task::File { owner, path, id, shown } => file(*owner, path, *id, shown, reader, push),
        };
        in_parallel(self.options.threads, &tasks, sink, work, self.options.max_file_bytes);
        Ok(())
    }
}

/// The numbers of all processes, without the scan itself: what it holds ends with it.
fn ids() -> io::Result<Vec<u32>> {
    let own = std::process::id();
    let names = std::fs::read_dir("/proc")?.flatten().map(|entry| entry.file_name());
    let mut ids: Vec<u32> = names.filter_map(|name| name.to_str()?.parse().ok()).filter(|&id| id != own).collect();
    ids.sort_unstable();
    Ok(ids)
}

fn shown(prefix: &str, path: &str) -> String {
    if prefix.is_empty() { path.to_owned() } else { format!("{prefix}/{path}") }
}

/// What the first pass gathers.
struct Survey<'a> {
    prefix: &'a str,
    files: BTreeMap<(u64, u64), Task>,
    tasks: Vec<Task>,
}

impl Survey<'_> {
    /// Looks at one process. Kernel threads hold nothing, which is worth a word only if one was asked for by number.
    fn process(&mut self, id: u32, is_asked_for: bool) -> Result<(), Skip> {
        let own = shown(self.prefix, &format!("proc/{id}/environ"));
        let failed = |error: &io::Error| failure(own.clone(), error);
        let subject = Subject::open(id).map_err(|error| failed(&error))?;
        let command = subject.read("cmdline").map_err(|error| failed(&error))?;
        let environment = match subject.read("environ") {
            // So the kernel answers for its own threads and for zombies, whose command line is empty.
            Err(error) if command.is_empty() && error.raw_os_error() == Some(libc::ESRCH) => Vec::new(),
            read => read.map_err(|error| failed(&error))?,
        };
        if environment.is_empty() && command.is_empty() {
            let detail = "it has neither environment nor command line: a kernel thread, or a process that has ended";
            let skip = Skip { path: own, why: SkipReason::NotSupplied, detail: detail.into() };
            return if is_asked_for { Err(skip) } else { Ok(()) };
        }
        let mut process = Process { id, name: subject.name(), reads: vec![shown(self.prefix, &format!("proc/{id}/cmdline"))] };
        let read = subject.root().and_then(|root| {
            let found = subject.files(&root, &environment)?;
            found.iter().for_each(|path| process.reads.extend(self.file(&subject, &root, path)));
            Ok(())
        });
        self.tasks.push(Task::Held(Arc::new(process)));
        read.map_err(|error| Skip { path: shown(self.prefix, &format!("proc/{id}/root")), ..failed(&error) })
    }

    /// The path by which a file is reported, whoever was seen first to read it.
    fn file(&mut self, subject: &Subject, root: &crate::host::root::Root, path: &Path) -> Option<String> {
        let metadata = root.metadata(path).ok()?;
        let id = (metadata.dev(), metadata.ino());
        let below = path_text(path.strip_prefix("/").unwrap_or(path));
        let new = || {
            let path_shown = if subject.shares_root() { below } else { format!("proc/{}/root/{below}", subject.id) };
            Task::File { owner: subject.id, path: path.to_path_buf(), id, shown: shown(self.prefix, &path_shown) }
        };
        match self.files.entry(id).or_insert_with(new) {
            Task::File { shown, .. } => Some(shown.clone()),
            Task::Held(_) => None,
        }
    }
}

/// Pushes the environment and the command line of a process.
fn held(prefix: &str, process: &Arc<Process>, push: &mut Sink<'_>) -> Flow {
    let id = process.id;
    for name in ["environ", "cmdline"] {
        let path = shown(prefix, &format!("proc/{id}/{name}"));
        let event = match Subject::open(id).and_then(|subject| subject.read(name)) {
            Err(error) => Event::Skip(failure(path, &error)),
            Ok(bytes) if bytes.len() as u64 == MAX_BYTES => {
                let detail = format!("longer than {MAX_BYTES} bytes, which no process is started with");
                Event::Skip(Skip { path, why: SkipReason::Limit, detail })
            }
            Ok(bytes) if name == "environ" => {
                let origin = Origin { surface: Surface::EnvDump, path, process: Some(Arc::clone(process)), ..Origin::default() };
                Event::Unit(Unit::new(Arc::new(origin), parted_by(b'\n', bytes)))
            }
            Ok(bytes) => {
                let origin = Origin { surface: Surface::HostFs, path, ..Origin::default() };
                Event::Unit(Unit::new(Arc::new(origin), parted_by(b' ', bytes)))
            }
        };
        if push(event) == Flow::Stop {
            return Flow::Stop;
        }
    }
    Flow::Continue
}

/// Pushes a credential file as the process sees it.
fn file(owner: u32, path: &Path, id: (u64, u64), shown: &str, reader: &mut Reader, push: &mut Sink<'_>) -> Flow {
    let root = match Subject::open(owner).and_then(|subject| subject.root()) {
        Ok(root) => root,
        Err(error) => return push(Event::Skip(failure(shown.to_owned(), &error))),
    };
    let content = root.file(path).and_then(|file| {
        let found = file.metadata()?;
        // Replaced meanwhile, or another process got the number.
        if (found.dev(), found.ino()) == id { reader.fill_from(file, shown) } else { Err(io::ErrorKind::NotFound.into()) }
    });
    let mode = files::mode(&root, path);
    let origin = Origin { surface: Surface::HostFs, path: shown.to_owned(), mode, ..Origin::default() };
    reader.push(content, origin, push)
}

/// The coverage row for a process that can't be looked at.
fn failure(path: String, error: &io::Error) -> Skip {
    let (why, detail) = match (error.kind(), error.raw_os_error()) {
        (io::ErrorKind::NotFound, _) | (_, Some(libc::ESRCH)) => (SkipReason::Vanished, "it ended while it was looked at".to_owned()),
        (io::ErrorKind::PermissionDenied, _) => {
            (SkipReason::Unreadable, "it may not be looked at; run the scan as its user or as root".to_owned())
        }
        _ => (SkipReason::Unreadable, error.to_string()),
    };
    Skip { path, why, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_says_why_and_what_to_do() {
        let row = |code| failure("proc/7/environ".into(), &io::Error::from_raw_os_error(code));
        assert_eq!((row(libc::ESRCH).why, row(libc::ENOENT).why), (SkipReason::Vanished, SkipReason::Vanished));
        assert_eq!(row(libc::EACCES).why, SkipReason::Unreadable);
        assert!(row(libc::EACCES).detail.contains("as root"));
    }
}
