//! Makes Units of objects.

use std::sync::{Arc, PoisonError};

use unkeyed_model::{GitPlace, Lineage, Origin, Surface};

use super::commit;
use super::pack::Kind;
use super::read::Reading;
use super::sweep::Seen;
use super::walk::Fault;
use crate::path_text::joined;
use crate::unpack::{self, Limits};
use crate::{Event, Flow, Key, Known, Sink, read};

/// One thread's way to its sink.
pub(super) struct Pusher<'r, 's> {
    reading: &'r Reading<'r>,
    sink: Sink<'s>,
    /// For each base of the object at hand, whether it was pushed as it stands.
    is_pushed: Vec<bool>,
    /// Containers that were read to the end, with no row of what was not read.
    quiet: Vec<Key>,
}

impl Drop for Pusher<'_, '_> {
    fn drop(&mut self) {
        self.reading.quiet.lock().unwrap_or_else(PoisonError::into_inner).append(&mut self.quiet);
    }
}

impl<'r, 's> Pusher<'r, 's> {
    pub(super) fn new(reading: &'r Reading<'r>, sink: Sink<'s>) -> Self {
        Self { reading, sink, is_pushed: Vec::new(), quiet: Vec::new() }
    }

    /// Pushes an object, or learns from it what others are called.
    pub(super) fn take(&mut self, object: &Seen<'_>) -> Flow {
        match object.kind {
            Kind::Blob => self.blob(object),
            _ if !object.is_wanted => Flow::Continue,
            Kind::Tree => {
                let read = self.reading.names.tree(object.place, object.bytes, object.copies);
                self.sense(object, read);
                Flow::Continue
            }
            Kind::Commit => {
                self.remember(object);
                let tree = commit::tree(object.bytes);
                self.sense(object, tree.map(|tree| self.reading.names.root(tree.as_bytes())));
                self.message("commit", object)
            }
            Kind::Tag => {
                self.remember(object);
                self.sense(object, commit::target(object.bytes).map(|_| ()));
                self.message("tag", object)
            }
        }
    }

    /// Notes what a commit or a tag leads to.
    fn remember(&self, object: &Seen<'_>) {
        let mut ancestry = self.reading.ancestry.lock().unwrap_or_else(PoisonError::into_inner);
        ancestry.take(object, &self.reading.sweep.store.ids);
    }

    /// Notes an object that is not what it should be.
    fn sense(&self, object: &Seen<'_>, made: Option<()>) {
        if made.is_none() {
            self.reading.sweep.fault(object.place, Fault::Damaged("its content doesn't make sense"), 1);
        }
    }

    /// Pushes what stands below the header of a commit or a tag.
    fn message(&mut self, what: &str, object: &Seen<'_>) -> Flow {
        let start = memchr::memmem::find(object.bytes, b"\n\n").map_or(object.bytes.len(), |end| end + 2);
        if start == object.bytes.len() {
            return Flow::Continue;
        }
        let id = self.reading.id(object.object);
        let path = format!("({what} {id})");
        let commit = (what == "commit").then(|| id.clone());
        let origin = Origin { commit, ..self.origin(path, id.clone()) };
        if self.reading.options.known.leaves(&id, &origin.path) {
            return Flow::Continue;
        }
        let unit = read::decode(origin, &object.bytes[start..]);
        (self.sink)(Event::Unit(unit.built(Lineage { depth: 0, copies: None })))
    }

    fn blob(&mut self, object: &Seen<'_>) -> Flow {
        self.is_pushed.truncate(object.depth);
        let is_base_pushed = self.is_pushed.last() == Some(&true);
        if !object.is_wanted {
            self.is_pushed.push(false);
            return Flow::Continue;
        }
        let origin = self.origin(self.reading.path(object.object), self.reading.id(object.object));
        if unpack::is_container(object.bytes, origin.file_name()) {
            self.is_pushed.push(false);
            return self.container(origin, object.bytes);
        }
        let unit = read::decode(origin, object.bytes);
        let is_as_stored = unit.origin().decoded_via.is_empty();
        self.is_pushed.push(is_as_stored);
        let copies = object.copies.filter(|_| is_base_pushed && is_as_stored);
        (self.sink)(Event::Unit(unit.built(Lineage { depth: object.depth, copies })))
    }

    fn container(&mut self, origin: Origin, bytes: &[u8]) -> Flow {
        let limits = Limits { member_bytes: self.reading.options.max_file_bytes };
        let key = Known::key_of(&origin).filter(|_| self.reading.options.known.grows());
        // A name that looks like that of a member has the key of another file.
        let mut has_rows = origin.path.contains("!/");
        let flow = unpack::bytes(origin, bytes, &limits, &mut |event| {
            has_rows |= matches!(event, Event::Skip(_));
            (self.sink)(event)
        });
        self.quiet.extend(key.filter(|_| flow == Flow::Continue && !has_rows));
        flow
    }

    fn origin(&self, path: String, object: String) -> Origin {
        let path = joined(&self.reading.options.prefix, &path);
        let git = Some(Arc::new(GitPlace { object, ..GitPlace::default() }));
        Origin { surface: Surface::GitHistory, path, git, ..Origin::default() }
    }
}
