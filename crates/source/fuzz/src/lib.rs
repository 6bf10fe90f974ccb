//! What the targets share: a file with this content is read, and no reader may fail.

use std::cell::RefCell;

use unkeyed_source::{Event, Flow, Options, Sink, open};

thread_local! {
    static FOLDER: RefCell<tempfile::TempDir> = RefCell::new(tempfile::tempdir_in("/dev/shm").unwrap());
}

/// Reads a file of this name and content; panics if a reader failed, or if more than a million bytes came of each.
pub fn read(name: &str, content: &[u8]) {
    let path = FOLDER.with_borrow(|folder| folder.path().join(name));
    std::fs::write(&path, content).unwrap();
    let options = Options { max_file_bytes: 1 << 20, ..Options::default() };
    let target = open(path.to_str().unwrap(), &options).unwrap();
    let sink = || -> Sink<'_> {
        Box::new(|event| {
            match event {
                Event::Unit(unit) => assert!(unit.bytes().len() < 8 << 20),
                Event::Skip(skip) => assert_ne!(skip.why.as_str(), "internal-error", "{skip:?}"),
            }
            Flow::Continue
        })
    };
    target.source.units(&sink).unwrap();
}
