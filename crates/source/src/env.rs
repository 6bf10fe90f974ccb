//! `env:FILE` and `env:-`: what a command printed of an environment. Which command it was, the parsers tell.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use unkeyed_model::{Origin, Skip, SkipReason, Surface, Unit};

use crate::path_text::path_text;
use crate::{Error, Event, Options, Sink, Source, read, stream};

/// Opens the dump in `file`; `-` is standard input.
pub(crate) fn open(file: &str, options: &Options) -> Result<Box<dyn Source>, Error> {
    let target = || format!("env:{file}");
    let path = PathBuf::from(file);
    if file != "-" {
        let metadata = path.metadata().map_err(|error| Error::Io { target: target(), error })?;
        if metadata.is_dir() {
            return Err(Error::NotScannable { target: target() });
        }
    }
    let name = path.file_name().map_or_else(|| file.to_owned(), |name| path_text(Path::new(name)));
    let shown = if options.prefix.is_empty() { name } else { options.prefix.clone() };
    let origin = Origin { path: shown, surface: Surface::EnvDump, ..Origin::default() };
    Ok(Box::new(Dump { path, origin, max_bytes: options.max_file_bytes }))
}

/// What the kernel parts by NUL, parted by a line end or a blank: the same places, but lines that people can be pointed
/// at, and no value that seems to go on in the next variable.
pub(crate) fn parted_by(separator: u8, mut strings: Vec<u8>) -> Vec<u8> {
    strings.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = separator);
    strings
}

/// One dump.
#[derive(Debug)]
struct Dump {
    path: PathBuf,
    origin: Origin,
    max_bytes: u64,
}

impl Source for Dump {
    fn units<'s>(&'s self, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Result<(), Error> {
        let mut bytes = Vec::new();
        let limit = self.max_bytes.saturating_add(1);
        let read = if self.path == Path::new("-") {
            stream::stdin(&self.origin, sink()).take(limit).read_to_end(&mut bytes)
        } else {
            File::open(&self.path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
        };
        let path = || self.origin.path.clone();
        let event = match read {
            Err(error) => Event::Skip(read::failure(path(), &error)),
            Ok(read) if read as u64 > self.max_bytes => {
                let detail = format!("more than {} bytes (--max-file-size); no environment is that long", self.max_bytes);
                Event::Skip(Skip { path: path(), why: SkipReason::TooLarge, detail })
            }
            Ok(_) => {
                let unit = read::decode(self.origin.clone(), &bytes);
                let lines = unit.bytes().contains(&0).then(|| parted_by(b'\n', unit.bytes().to_vec()));
                Event::Unit(lines.map_or(unit, |lines| Unit::new(Arc::new(self.origin.clone()), lines)))
            }
        };
        sink()(event);
        Ok(())
    }
}
