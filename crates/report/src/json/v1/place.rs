//! A place in what was scanned, whatever kind of target it was.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unkeyed_model::{DecodeStep, GitState, Surface, Tracked};

use crate::json::words::Word;

/// A place in the scanned content. Lines and columns count from 1, columns in Unicode code points, `end_column` is
/// exclusive; all are null where the whole file is meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The kind of place.
    #[schemars(with = "Word<Surface>")]
    pub surface: Surface,
    /// Relative reference (RFC 3986) from the scanned root.
    pub uri: String,
    /// First line.
    pub line: Option<u32>,
    /// First column.
    pub column: Option<u32>,
    /// Last line.
    pub end_line: Option<u32>,
    /// Column after the last character.
    pub end_column: Option<u32>,
    /// First byte, from 0.
    pub byte_offset: Option<u64>,
    /// Number of bytes.
    pub byte_length: Option<u64>,
    /// For git objects, the commit that introduced the content.
    pub commit: Option<String>,
    /// What else git knows of the content; null if nobody asked.
    pub git: Option<Git>,
    /// Layer digest, for image contents.
    pub layer: Option<String>,
    /// Path inside the image.
    pub image_path: Option<String>,
    /// What the image says of the layer or configuration, and what became of the file; null outside images.
    pub image: Option<ImagePlace>,
    /// Structural path (`jobs.deploy.env.TOKEN`), or the name of the key the value is assigned to.
    pub key_path: Option<String>,
    /// Decodings that were undone, outermost first.
    #[schemars(with = "Vec<Word<DecodeStep>>")]
    pub decoded_via: Vec<DecodeStep>,
    /// What git says of the file; null outside a repository.
    #[schemars(with = "Option<Word<Tracked>>")]
    pub tracked: Option<Tracked>,
    /// Who may read the file; null where nobody asked, or for what is no file of a host.
    pub mode: Option<Mode>,
    /// The process whose environment or command line it is.
    pub process: Option<Process>,
}

/// The permissions of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mode {
    /// As `chmod` writes them, four octal digits.
    pub bits: String,
    /// Every user of the host can read it: its own permissions and those of all folders above let them.
    pub open_to_all: bool,
}

/// A process that ran while it was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// What it is called.
    pub name: String,
    /// Relative references to what else it holds or can read: its command line, credential files at well-known places.
    pub reads: Vec<String>,
}

/// A place in a container image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImagePlace {
    /// The scanned images that have the layer or configuration, each with its platform.
    pub images: Vec<String>,
    /// The instruction of the history that made the layer, without its values.
    pub instruction: Option<String>,
    /// What became of the file: whether a container sees it.
    #[schemars(extend("enum" = unkeyed_model::Fate::WORDS))]
    pub fate: String,
    /// The hard link that keeps the content (`linked`), or the digest of the layer that took it away.
    pub fate_by: Option<String>,
}

/// What git knows of a content in its object database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Git {
    /// Object id.
    pub object: String,
    /// What leads to it; null if nobody asked.
    #[schemars(with = "Option<Word<GitState>>")]
    pub state: Option<GitState>,
    /// Number of commits that have it.
    pub commits: u64,
    /// Number of branches whose history has it.
    pub branches: u64,
    /// Every path that it has in any commit.
    pub paths: Vec<String>,
    /// Author of the commit that introduced it, if that was asked for.
    pub author: Option<String>,
}
