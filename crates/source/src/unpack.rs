//! The one door for content that holds other content: archives, compressed files, packages, databases, documents.
//!
//! A container is known by its first bytes; the name only breaks ties. Its members become Units of their own, at the
//! path `outer!/inner`, and so on inwards. The decision a reader would question: the raw bytes of a container are not
//! scanned once its members are, because compressed bytes hold no text and uncompressed ones would be found twice.
//! If nothing could be taken out of it, the raw bytes are scanned like any file's.
//!
//! Members are streamed: what is in memory at a time is one member per level, within [`limits::HELD_BYTES`]. Names of
//! members are only text here. Nothing is written to disk, no link is followed.

mod android;
mod ar;
mod asar;
mod compressed;
mod cpio;
mod door;
mod exact;
mod limits;
mod mail;
mod numbers;
mod parts;
mod pdf;
mod place;
mod plist;
mod rpm;
mod sealed;
mod sevenz;
mod sniff;
mod sqlite;
mod strings;
mod tar;
mod zip;

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use unkeyed_model::{Origin, Skip, SkipReason};

use crate::{Event, Flow, read};
use door::{Content, Door};
use limits::Budget;
pub(crate) use limits::Limits;
use place::Place;

/// What is looked at to tell a format: a tar header is one block, the mark of a PDF may stand anywhere in 1024 bytes, and behind
/// as many a file system tells what it is.
pub(crate) const HEAD_BYTES: usize = 2048;

/// Content that can be read at any place.
pub(crate) trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// What receives the events.
pub(crate) type Push<'p> = &'p mut dyn FnMut(Event<'_>) -> Flow;

/// Whether content that begins with `head` and bears `name` goes through this door. `head` should have [`HEAD_BYTES`].
pub(crate) fn is_container(head: &[u8], name: &str) -> bool {
    let head = &head[..head.len().min(HEAD_BYTES)];
    sniff::format(head, name).is_some() || sealed::what(head, name).is_some()
}

/// Pushes what `content` holds: itself if it is no container, else its members.
pub(crate) fn bytes(origin: Origin, content: &[u8], limits: &Limits, push: Push<'_>) -> Flow {
    if is_container(content, origin.file_name()) {
        file(origin, &mut Cursor::new(content), limits, push)
    } else {
        read::emit(origin, content, push)
    }
}

/// Like [`bytes`], for content that is read once, front to back, such as standard input.
pub(crate) fn stream(origin: Origin, content: &mut dyn Read, limits: &Limits, push: Push<'_>) -> Flow {
    let budget = Budget::new(limits, 0);
    let mut counted = budget.counted(content);
    Door::new(&budget, push).outermost(&Place::outermost(origin), Content::Stream(&mut counted))
}

/// Like [`bytes`], for a file of any size.
pub(crate) fn file(origin: Origin, content: &mut dyn ReadSeek, limits: &Limits, push: Push<'_>) -> Flow {
    match content.seek(SeekFrom::End(0)).and_then(|size| content.rewind().map(|()| size)) {
        Ok(size) => Door::new(&Budget::new(limits, size), push).outermost(&Place::outermost(origin), Content::Seek(content)),
        Err(error) => push(Event::Skip(read::failure(origin.path, &error))),
    }
}

/// Why reading ends before its end.
#[derive(Debug)]
enum Halt {
    /// The whole file is done with: the receiver wants no more, or a limit of the whole was reached.
    All,
    /// This container is done with, for a reason to be said.
    Here(SkipReason, String),
}

impl Halt {
    fn damaged(detail: &str) -> Self {
        Self::Here(SkipReason::Malformed, detail.into())
    }
}

/// Only the kind is kept: the words of some libraries quote what they read.
impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::damaged("it ends too early; what came before was read"),
            io::ErrorKind::OutOfMemory => {
                Self::Here(SkipReason::Limit, format!("it needs more than {} bytes of memory to be decompressed", limits::WINDOW_BYTES))
            }
            _ => Self::damaged("it is damaged; what came before was read"),
        }
    }
}

type Outcome = Result<(), Halt>;

fn row(path: &str, why: SkipReason, detail: String) -> Skip {
    Skip { path: path.into(), why, detail }
}
