//! Where something stands: the surface it was read from, and the exact place in it.

use std::sync::Arc;

use crate::ImagePlace;
use crate::Timestamp;
use crate::credential::spelled;

spelled! {
    /// The kind of place a Unit was read from (DOMAIN §2.1).
    #[derive(Default)]
    Surface {
        /// A file in a folder that is being worked on.
        #[default]
        Worktree = "worktree",
        /// A git object that is not the working file.
        GitHistory = "git-history",
        /// A file in a container image layer.
        ImageLayer = "image-layer",
        /// A container image's configuration or history.
        ImageConfig = "image-config",
        /// A dump of environment variables.
        EnvDump = "env-dump",
        /// A continuous-integration configuration.
        CiConfig = "ci-config",
        /// Infrastructure as code.
        Iac = "iac",
        /// A Kubernetes manifest.
        K8sManifest = "k8s-manifest",
        /// A Terraform or OpenTofu state file.
        TfState = "tf-state",
        /// A log.
        Log = "log",
        /// An exported chat.
        Chat = "chat",
        /// An exported ticket.
        Ticket = "ticket",
        /// A mobile application package.
        AppPackage = "app-package",
        /// The file system of a host, outside a repository.
        HostFs = "host-fs",
        /// JSON printed by a cloud's command-line tool.
        CliExport = "cli-export",
    }
}

spelled! {
    /// Whether git knows the file. Files outside a repository have no such state.
    Tracked {
        /// In the index.
        Tracked = "tracked",
        /// Neither in the index nor ignored.
        Untracked = "untracked",
        /// Excluded by an ignore file; it persists on disk all the same.
        Ignored = "ignored",
    }
}

spelled! {
    /// One decoding that had to be undone before the credential became visible.
    DecodeStep {
        /// RFC 4648 §4.
        Base64 = "base64",
        /// RFC 4648 §5.
        Base64url = "base64url",
        /// RFC 4648 §8.
        Hex = "hex",
        /// RFC 3986 §2.1.
        Percent = "percent",
        /// JSON string escapes, or `\n` written out in a one-line PEM.
        Escapes = "escapes",
        /// HTML and XML character references.
        Entities = "entities",
        /// RFC 2045 §6.7.
        QuotedPrintable = "quoted-printable",
        /// UTF-16, little endian.
        Utf16le = "utf16le",
        /// UTF-16, big endian.
        Utf16be = "utf16be",
        /// gzip (RFC 1952).
        Gzip = "gzip",
    }
}

/// A process that runs while it is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// What it is called (`/proc/<pid>/comm`), in printable form.
    pub name: String,
    /// Paths of the other Units that it holds or can read: its command line, credential files at well-known places.
    pub reads: Vec<String>,
}

/// The permissions of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileMode {
    /// As `chmod` writes them.
    pub bits: u32,
    /// Every user of the host can read it: its own permissions and those of all folders above let them.
    pub open_to_all: bool,
}

spelled! {
    /// How far an object in git's database is from the working tree. Of several, the first applies.
    GitState {
        /// The commit that is checked out has it.
        InHead = "in-head",
        /// The index has it: the next commit will.
        Staged = "staged",
        /// A commit has it that a branch, a tag, a note or a remote's branch leads to.
        Reachable = "reachable",
        /// Only a stash entry has it.
        Stash = "stash",
        /// Only the reflog leads to it: `reset --hard`, `commit --amend`, a deleted branch.
        Reflog = "reflog",
        /// Nothing leads to it; it stays until git prunes it.
        Unreachable = "unreachable",
    }
}

/// What git knows of an object that a Unit was read from.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GitPlace {
    /// Id of the blob, commit or tag (hex).
    pub object: String,
    /// What leads to it; `None` if nobody asked.
    pub state: Option<GitState>,
    /// Number of commits that have it.
    pub commits: u64,
    /// Number of branches, local and remote, whose history has it.
    pub branches: u64,
    /// Every path it has in any commit, sorted, in the form of [`Origin::path`].
    pub paths: Vec<String>,
    /// `Name <address>` of the author of [`Origin::commit`]; only if it was asked for.
    pub author: Option<String>,
}

/// Where a Unit came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The kind of place.
    pub surface: Surface,
    /// Path relative to the scanned root, `/`-separated, in printable lossless form: bytes that are not UTF-8, control
    /// characters, bidirectional marks and `%` itself are percent-encoded, everything else stands as it is.
    /// Empty only for a stream without a name.
    pub path: String,
    /// What git says of the file; `None` outside a repository.
    pub tracked: Option<Tracked>,
    /// For git objects, the commit (hex) that introduced the content: of those that have it and whose parents don't, the
    /// one with the oldest author date.
    pub commit: Option<String>,
    /// What else git knows, for its objects. Shared, and mostly absent, so that origins stay small.
    pub git: Option<Arc<GitPlace>>,
    /// Layer digest for image contents.
    pub layer: Option<String>,
    /// Path inside the image.
    pub image_path: Option<String>,
    /// What an image says of the layer or configuration, and what became of the file.
    pub image: Option<Arc<ImagePlace>>,
    /// Decodings undone for the whole Unit, outermost first.
    pub decoded_via: Vec<DecodeStep>,
    /// The process whose environment or command line it is.
    pub process: Option<Arc<Process>>,
    /// Who may read the file, for files of a host.
    pub mode: Option<FileMode>,
    /// Earliest time at which the content is known to have existed; bounds lifetimes from below.
    pub first_seen: Option<Timestamp>,
}

/// Whether a name or path ends in one of the extensions, in whichever case.
#[must_use]
pub fn has_extension(name: &str, extensions: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extensions.iter().any(|one| extension.eq_ignore_ascii_case(one)))
}

impl Origin {
    /// The last component of the path.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.slash().map_or(&self.path, |at| &self.path[at + 1..])
    }

    /// The folder of the path, without a trailing slash; empty at the root.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.slash().map_or("", |at| &self.path[..at])
    }

    /// Where the last component begins. Each file is asked for its name some fifty times, so this is not searched byte by byte.
    fn slash(&self) -> Option<usize> {
        memchr::memrchr(b'/', self.path.as_bytes())
    }

    /// The path as an RFC 3986 relative reference. `path` already encodes `%`, controls and invalid bytes.
    #[must_use]
    pub fn uri(&self) -> String {
        let mut uri = String::with_capacity(self.path.len());
        for byte in self.path.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'%' | b'@' | b'+' | b',' | b'=' => {
                    uri.push(char::from(byte))
                }
                _ => {
                    const HEX: &[u8; 16] = b"0123456789ABCDEF";
                    uri.push('%');
                    uri.push(char::from(HEX[usize::from(byte >> 4)]));
                    uri.push(char::from(HEX[usize::from(byte & 15)]));
                }
            }
        }
        uri
    }
}

/// A half-open range of bytes in a Unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A span from `start` up to, not including, `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Length in bytes.
    #[must_use]
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether no byte lies in the span.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `other` lies wholly inside.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a byte.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// A span in the terms of people and SARIF. Lines and columns count from 1; columns count Unicode code points
/// (SARIF `columnKind: unicodeCodePoints`), a byte that is not UTF-8 counting as one; `end_column` is exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last character.
    pub end_column: u32,
    /// The bytes.
    pub span: Span,
}

/// One place: where from, and where in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The Unit's origin.
    pub origin: Arc<Origin>,
    /// The place in the Unit; all zero where the whole Unit is meant.
    pub region: Region,
    /// Structural path (`jobs.deploy.env.TOKEN`) or the name of the key the value is assigned to.
    pub key_path: Option<String>,
    /// Decodings undone at this place, outermost first, in addition to the origin's.
    pub decoded_via: Vec<DecodeStep>,
}

/// Turns byte offsets of one text into lines and columns, in constant time however long a line is.
#[derive(Debug)]
pub struct LineIndex<'a> {
    bytes: &'a [u8],
    starts: Vec<usize>,
    /// Offset and number of a character about every [`MARK`] bytes; empty if every byte is one.
    marks: Vec<(usize, usize)>,
}

const MARK: usize = 1024;

impl<'a> LineIndex<'a> {
    /// Indexes the line starts of `bytes` (lines end at `\n`).
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        let starts = std::iter::once(0).chain(bytes.iter().enumerate().filter(|&(_, &b)| b == b'\n').map(|(at, _)| at + 1)).collect();
        Self { bytes, starts, marks: if bytes.is_ascii() { Vec::new() } else { marks(bytes) } }
    }

    /// The region of `span`, which is clamped to the text.
    #[must_use]
    pub fn region(&self, span: Span) -> Region {
        let end = span.end.min(self.bytes.len());
        let start = span.start.min(end);
        let (line, column) = self.position(start);
        let (end_line, end_column) = self.position(end);
        Region { line, column, end_line, end_column, span: Span::new(start, end) }
    }

    /// The bytes of 1-based `line` without its line end; empty if there is no such line.
    #[must_use]
    pub fn line(&self, line: u32) -> &'a [u8] {
        let index = (line as usize).saturating_sub(1);
        let Some(&start) = self.starts.get(index) else { return &[] };
        let end = self.starts.get(index + 1).map_or(self.bytes.len(), |next| next - 1);
        let text = &self.bytes[start..end.max(start)];
        text.strip_suffix(b"\r").unwrap_or(text)
    }

    /// The byte offset at which 1-based `line` starts.
    #[must_use]
    pub fn line_start(&self, line: u32) -> usize {
        self.starts.get((line as usize).saturating_sub(1)).copied().unwrap_or(self.bytes.len())
    }

    fn position(&self, offset: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = self.starts[line.saturating_sub(1)];
        (saturate(line), saturate(self.characters(offset) - self.characters(start) + 1))
    }

    /// Number of characters before `offset`, a byte that is not UTF-8 counting as one.
    fn characters(&self, offset: usize) -> usize {
        let mark = self.marks.partition_point(|&(at, _)| at <= offset);
        let Some(&(at, count)) = mark.checked_sub(1).and_then(|mark| self.marks.get(mark)) else { return offset };
        count + self.bytes[at..offset].utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum::<usize>()
    }
}

fn marks(bytes: &[u8]) -> Vec<(usize, usize)> {
    let (mut marks, mut at, mut count) = (vec![(0, 0)], 0, 0);
    let mut pass = |length: usize| {
        (at, count) = (at + length, count + 1);
        if at >= marks.len() * MARK {
            marks.push((at, count));
        }
    };
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|character| pass(character.len_utf8()));
        chunk.invalid().iter().for_each(|_| pass(1));
    }
    marks
}

fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_code_points_and_invalid_bytes_once() {
        let text = "a\nbé\u{1F511}x\r\n".as_bytes();
        let index = LineIndex::new(text);
        let region = index.region(Span::new(9, 10));
        assert_eq!((region.line, region.column, region.end_line, region.end_column), (2, 4, 2, 5));
        assert_eq!(index.line(2), "bé\u{1F511}x".as_bytes());
        assert_eq!(LineIndex::new(b"\xff\xfex").region(Span::new(2, 3)).column, 3);
    }

    #[test]
    fn columns_of_long_lines_are_counted_from_marks() {
        let mut text = b"first\n".to_vec();
        (0..3_000).for_each(|_| text.extend_from_slice("aé\u{1F511}".as_bytes()));
        text.extend_from_slice(b"\xffz\nlast");
        let index = LineIndex::new(&text);
        for count in [0, 1, 145, 146, 147, 1_500, 2_999] {
            let region = index.region(Span::new(6 + count * 7, 6 + count * 7 + 3));
            assert_eq!((region.line, region.column, region.end_column), (2, saturate(count * 3 + 1), saturate(count * 3 + 3)), "{count}");
        }
        assert_eq!(index.region(Span::new(6 + 21_001, 6 + 21_002)).column, 9_002);
        assert_eq!(index.region(Span::new(text.len() - 4, text.len())).column, 1);
    }

    #[test]
    fn uri_is_a_relative_reference() {
        let origin = Origin { path: "a b/ü%0A?.txt".into(), ..Origin::default() };
        assert_eq!(origin.uri(), "a%20b/%C3%BC%0A%3F.txt");
        assert_eq!((origin.folder(), origin.file_name()), ("a b", "ü%0A?.txt"));
    }
}
