//! A piece of content with its provenance: the only type that can hold the bytes of a credential.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::{Origin, Surface};

/// Content read once, with every place it was read from.
///
/// Deliberately not serializable; `Debug` prints path and length only.
#[derive(Clone)]
pub struct Unit<'a> {
    origins: Vec<Arc<Origin>>,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Unit<'a> {
    /// A Unit that borrows its content, for instance from a reused read buffer.
    #[must_use]
    pub fn new(origin: Arc<Origin>, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { origins: vec![origin], bytes: bytes.into() }
    }

    /// Adds a further place where the same content stands.
    pub fn add_origin(&mut self, origin: Arc<Origin>) {
        self.origins.push(origin);
    }

    /// The place that names this Unit: the first one.
    #[must_use]
    pub fn origin(&self) -> &Arc<Origin> {
        &self.origins[0]
    }

    /// All places with this content, the naming one first.
    #[must_use]
    pub fn origins(&self) -> &[Arc<Origin>] {
        &self.origins
    }

    /// The content.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same Unit, each of its files of a working folder known for what it is.
    #[must_use]
    pub fn known_as(mut self, surface: Surface) -> Self {
        for origin in self.origins.iter_mut().filter(|origin| origin.surface == Surface::Worktree && surface != Surface::Worktree) {
            Arc::make_mut(origin).surface = surface;
        }
        self
    }

    /// The same Unit, independent of the buffer it was read into.
    #[must_use]
    pub fn into_owned(self) -> Unit<'static> {
        Unit { origins: self.origins, bytes: Cow::Owned(self.bytes.into_owned()) }
    }
}

impl fmt::Debug for Unit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unit({}, {} bytes)", self.origin().path, self.bytes.len())
    }
}
