//! Where a file of a container image comes from, and what became of it in later layers.

use std::sync::Arc;

/// The image side of an [`crate::Origin`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImagePlace {
    /// Names of the scanned images that carry the layer or configuration, sorted, each with its platform. Shared, because an image may
    /// have a thousand layers.
    pub images: Vec<Arc<str>>,
    /// What made the layer: `history[3]: COPY app /srv`. Only the parts of the instruction that can't hold a value are
    /// kept, because build arguments are credentials often enough; the whole stands in the image's configuration.
    pub instruction: Option<String>,
    /// What became of the file.
    pub fate: Fate,
}

impl ImagePlace {
    /// The references of the images, without their platforms: one reference is one workload, wherever it runs.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        self.images.iter().map(|image| image.split_once(" (").map_or(&**image, |(reference, _)| reference))
    }
}

/// What a container started from the image sees of a file of one of its layers. The layer holds it all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// A later layer was not read, or not to its end, so that nobody can tell.
    #[default]
    Unknown,
    /// In the root file system.
    Present,
    /// Its own name is gone, but this hard link keeps the content.
    Linked(String),
    /// The layer of this digest put something else in its place.
    Overwritten(String),
    /// The layer of this digest deleted it, or the folder that it was in.
    Deleted(String),
}

impl Fate {
    /// Every [`Fate::word`], in declaration order.
    pub const WORDS: [&'static str; 5] = ["unknown", "present", "linked", "overwritten", "deleted"];

    /// The published spelling.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Present => "present",
            Self::Linked(_) => "linked",
            Self::Overwritten(_) => "overwritten",
            Self::Deleted(_) => "deleted",
        }
    }

    /// The link that keeps the content, or the digest of the layer that took it away.
    #[must_use]
    pub fn by(&self) -> Option<&str> {
        match self {
            Self::Unknown | Self::Present => None,
            Self::Linked(by) | Self::Overwritten(by) | Self::Deleted(by) => Some(by),
        }
    }

    /// Whether the layers of the image hold it and its containers don't.
    #[must_use]
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::Overwritten(_) | Self::Deleted(_))
    }
}
