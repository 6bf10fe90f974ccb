//! Makes Units of objects.

use std::sync::Arc;

use unkeyed_model::{GitPlace, Lineage, Origin, Surface};

use super::names::Parent;
use super::pack::{Entry, Kind};
use super::read::Reading;
use super::walk::Expanded;
use crate::path_text::bytes_text;
use crate::{Event, Flow, Sink, read};

/// One thread's way to its sink.
pub(super) struct Pusher<'r, 's> {
    reading: &'r Reading<'r>,
    sink: Sink<'s>,
    /// For each base of the object at hand, whether it was pushed as it stands.
    is_pushed: Vec<bool>,
}

impl<'r, 's> Pusher<'r, 's> {
    pub(super) fn new(reading: &'r Reading<'r>, sink: Sink<'s>) -> Self {
        Self { reading, sink, is_pushed: Vec::new() }
    }

    /// Pushes an object of a delta tree.
    pub(super) fn object(&mut self, kind: Kind, place: u32, entry: &Entry, object: &Expanded<'_>) -> Flow {
        if kind != Kind::Blob {
            let copies = object.copies.filter(|_| kind == Kind::Tree);
            return if entry.is_wanted { self.structure(kind, place, entry.object, object.bytes, copies) } else { Flow::Continue };
        }
        self.is_pushed.truncate(object.depth);
        let copies = object.copies.filter(|_| self.is_pushed.last() == Some(&true));
        if !entry.is_wanted {
            self.is_pushed.push(false);
            return Flow::Continue;
        }
        self.blob(entry.object, object.bytes, Lineage { depth: object.depth, copies })
    }

    /// Pushes an object that is no part of a delta tree.
    pub(super) fn whole(&mut self, kind: Kind, place: u32, object: u32, bytes: &[u8]) -> Flow {
        if kind != Kind::Blob {
            return self.structure(kind, place, object, bytes, None);
        }
        self.is_pushed.clear();
        self.blob(object, bytes, Lineage { depth: 0, copies: None })
    }

    fn structure(&mut self, kind: Kind, place: u32, object: u32, bytes: &[u8], copies: Option<&[unkeyed_model::Copied]>) -> Flow {
        let names = &self.reading.names;
        match kind {
            Kind::Tree => {
                names.tree(place, bytes, copies);
                Flow::Continue
            }
            Kind::Commit => {
                if let Some(tree) = tree_of_commit(bytes) {
                    names.root(&tree);
                }
                self.message("commit", object, bytes)
            }
            Kind::Tag | Kind::Blob => self.message("tag", object, bytes),
        }
    }

    /// Pushes what stands below the header of a commit or a tag.
    fn message(&mut self, what: &str, object: u32, bytes: &[u8]) -> Flow {
        let start = memchr::memmem::find(bytes, b"\n\n").map_or(bytes.len(), |end| end + 2);
        if start == bytes.len() {
            return Flow::Continue;
        }
        let id = self.reading.store.ids.hex(object);
        let path = format!("({what} {id})");
        let commit = (what == "commit").then(|| id.clone());
        let origin = Origin { commit, ..self.origin(path, id) };
        (self.sink)(Event::Unit(read::decode(origin, &bytes[start..])))
    }

    fn blob(&mut self, object: u32, bytes: &[u8], lineage: Lineage<'_>) -> Flow {
        let id = self.reading.store.ids.hex(object);
        let (path, parent) = self.reading.names.path(object, |place| self.reading.object_at(place));
        let path = bytes_text(&path);
        let path = match parent {
            Parent::Commit => path,
            Parent::None(_) if path.is_empty() => format!("(dangling {id})"),
            Parent::None(tree) => format!("(dangling {})/{path}", self.reading.store.ids.hex(tree)),
        };
        let unit = read::decode(self.origin(path, id), bytes);
        let is_as_stored = unit.origin().decoded_via.is_empty();
        self.is_pushed.push(is_as_stored);
        (self.sink)(Event::Unit(unit.built(Lineage { copies: lineage.copies.filter(|_| is_as_stored), ..lineage })))
    }

    fn origin(&self, path: String, object: String) -> Origin {
        let prefix = &self.reading.options.prefix;
        let path = if prefix.is_empty() { path } else { format!("{prefix}/{path}") };
        let git = Some(Arc::new(GitPlace { object, ..GitPlace::default() }));
        Origin { surface: Surface::GitHistory, path, git, ..Origin::default() }
    }
}

/// The id of the commit's tree: its first line is `tree` and the id.
fn tree_of_commit(commit: &[u8]) -> Option<Vec<u8>> {
    let line = commit.strip_prefix(b"tree ")?;
    let hex = &line[..line.iter().position(|&byte| byte == b'\n')?];
    Some(gix::ObjectId::from_hex(hex).ok()?.as_bytes().to_vec())
}
