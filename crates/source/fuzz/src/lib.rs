//! What the targets share: a file or folder with this content is read, and no reader may fail.

use std::cell::RefCell;
use std::path::PathBuf;

use unkeyed_source::{Event, Flow, Options, Sink, open};

thread_local! {
    static FOLDER: RefCell<tempfile::TempDir> = RefCell::new(tempfile::tempdir_in("/dev/shm").unwrap());
}

/// The folder that one run uses again and again.
pub fn folder() -> PathBuf {
    FOLDER.with_borrow(|folder| folder.path().to_owned())
}

/// Reads a file of this name and content.
pub fn read(name: &str, content: &[u8]) {
    let path = folder().join(name);
    std::fs::write(&path, content).unwrap();
    read_target(path.to_str().unwrap());
}

/// Reads a target, which may be none; panics if a reader failed, or if more than a million bytes came of each file.
pub fn read_target(target: &str) {
    let options = Options { max_file_bytes: 1 << 20, threads: 1, ..Options::default() };
    let Ok(target) = open(target, &options) else { return };
    let sink = || -> Sink<'_> {
        Box::new(|event| {
            match event {
                Event::Unit(unit) => assert!(unit.bytes().len() < 8 << 20),
                Event::Skip(skip) => assert_ne!(skip.why.as_str(), "internal-error", "{skip:?}"),
            }
            Flow::Continue
        })
    };
    let _ = target.source.units(&sink);
}
