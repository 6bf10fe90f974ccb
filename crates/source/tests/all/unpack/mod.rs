//! Opens containers of every kind, sound and hostile, as files of a folder.

mod compressed;
mod databases;
mod documents;
mod hostile;
mod mail;
mod make;
mod packages;
mod tars;
mod truncated;
mod zips;

use std::sync::Mutex;

use unkeyed_model::{Skip, SkipReason};
use unkeyed_source::{Event, Flow, Options, open};

/// What was pushed for one file.
#[derive(Debug, Default)]
struct Found {
    /// Path and content of every Unit, sorted.
    units: Vec<(String, Vec<u8>)>,
    /// Every row, sorted.
    skips: Vec<Skip>,
}

impl Found {
    fn paths(&self) -> Vec<&str> {
        self.units.iter().map(|(path, _)| path.as_str()).collect()
    }

    fn rows(&self) -> Vec<(&str, SkipReason)> {
        self.skips.iter().map(|skip| (skip.path.as_str(), skip.why)).collect()
    }

    fn content(&self, path: &str) -> &[u8] {
        let unit = self.units.iter().find(|(one, _)| one == path);
        &unit.unwrap_or_else(|| panic!("{path} is not among {:?}", self.paths())).1
    }
}

/// Reads a file of this `name` and `content`.
fn read(name: &str, content: &[u8]) -> Found {
    read_with(name, content, &Options::default())
}

fn read_with(name: &str, content: &[u8], options: &Options) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let target = open(path.to_str().unwrap(), options).unwrap();
    let found = Mutex::new(Found::default());
    let sink = || {
        Box::new(|event: Event<'_>| {
            let mut found = found.lock().unwrap();
            match event {
                Event::Unit(unit) => found.units.push((unit.origin().path.clone(), unit.bytes().to_vec())),
                Event::Skip(skip) => found.skips.push(skip),
            }
            Flow::Continue
        }) as unkeyed_source::Sink<'_>
    };
    target.source.units(&sink).unwrap();
    drop(target);
    let mut found = found.into_inner().unwrap();
    found.units.sort();
    found.skips.sort();
    found
}

/// Text that no other place has, and that does not compress away.
fn text(seed: u32) -> Vec<u8> {
    make::noise(seed, 400).iter().map(|byte| b'a' + byte % 26).collect()
}
