//! Where in nested containers one stands, and what a member is called there.

use unkeyed_model::{Origin, Surface, Timestamp};

use crate::path_text::bytes_text;
use crate::surface;

/// What stands between a container and its member in a path. [`crate::path_text()`] encodes it in real names.
const SEPARATOR: &str = "!/";
/// What a compressed file's name loses or changes when it is decompressed.
const COMPRESSED_ENDINGS: &[(&str, &str)] = &[
    (".tgz", ".tar"),
    (".tbz2", ".tar"),
    (".tbz", ".tar"),
    (".txz", ".tar"),
    (".tzst", ".tar"),
    (".gz", ""),
    (".bz2", ""),
    (".xz", ""),
    (".zst", ""),
    (".lz4", ""),
    (".br", ""),
    (".lzma", ""),
    (".lz", ""),
];
/// Bytes of a member's name that are kept: more than any system allows.
const NAME_BYTES: usize = 4096;
/// Endings of applications for phones, which are handed out to everybody.
const APP_ENDINGS: &[&str] = &[".apk", ".aab", ".xapk", ".ipa"];

/// A content's place.
#[derive(Clone, Debug)]
pub(super) struct Place {
    origin: Origin,
    depth: u32,
    /// Name that the content has without its compression, if that was undone.
    bare_name: Option<String>,
}

impl Place {
    pub(super) fn outermost(origin: Origin) -> Self {
        Self { origin, depth: 0, bare_name: None }
    }

    /// Path of the file or member.
    pub(super) fn path(&self) -> &str {
        &self.origin.path
    }

    /// Containers around it.
    pub(super) fn depth(&self) -> u32 {
        self.depth
    }

    /// The last part of its name.
    pub(super) fn name(&self) -> &str {
        self.bare_name.as_deref().unwrap_or_else(|| self.origin.file_name())
    }

    /// The place of the member `name`.
    pub(super) fn member(&self, name: &[u8]) -> Self {
        let mut origin = self.origin.clone();
        let name = tame(name);
        extend(&mut origin.path, &name);
        if let Some(path) = &mut origin.image_path {
            extend(path, &name);
        }
        if matches!(self.origin.surface, Surface::Worktree | Surface::Log | Surface::TfState) {
            let is_app = APP_ENDINGS.iter().any(|ending| self.name().ends_with(ending));
            origin.surface = if is_app { Surface::AppPackage } else { surface::of_file(&origin.path) };
        }
        Self { origin, depth: self.depth + 1, bare_name: None }
    }

    /// The same place, known to be a message that was written at that time.
    pub(super) fn as_message(&self, time: Option<Timestamp>) -> Self {
        let mut origin = self.origin.clone();
        if matches!(origin.surface, Surface::Worktree | Surface::Log | Surface::HostFs) {
            origin.surface = Surface::Chat;
        }
        origin.first_seen = time.or(origin.first_seen);
        Self { origin, ..self.clone() }
    }

    /// The place of the same content without its compression.
    pub(super) fn inside(&self) -> Self {
        let name = self.name();
        let bare = COMPRESSED_ENDINGS.iter().find_map(|(ending, rest)| Some(format!("{}{rest}", name.strip_suffix(ending)?)));
        Self { origin: self.origin.clone(), depth: self.depth + 1, bare_name: Some(bare.unwrap_or_else(|| name.to_owned())) }
    }

    /// The place of content that is no container: a compressed file's content is its member.
    pub(super) fn of_plain(&self) -> Self {
        self.bare_name.as_ref().map_or_else(|| self.clone(), |name| self.member(name.as_bytes()))
    }

    pub(super) fn into_origin(self) -> Origin {
        self.origin
    }
}

fn extend(path: &mut String, name: &str) {
    path.push_str(SEPARATOR);
    path.push_str(name);
}

/// The name of a member as printable text that leads nowhere else: `/` at its start and the dots of `..` are encoded.
fn tame(name: &[u8]) -> String {
    let text = bytes_text(&name[..name.len().min(NAME_BYTES)]);
    let text = text.strip_prefix("./").unwrap_or(&text);
    let mut tamed = String::with_capacity(text.len());
    for (index, part) in text.split('/').enumerate() {
        match (index, part) {
            (0, "") => tamed.push_str("%2F"),
            (0, _) => {}
            _ if tamed.ends_with("%2F") => {}
            _ => tamed.push('/'),
        }
        tamed.push_str(if part == ".." { "%2E%2E" } else { part });
    }
    tamed
}
