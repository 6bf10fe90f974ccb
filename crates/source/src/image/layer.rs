//! Reads one layer: its files become Units, its names are kept for the fates.
//!
//! Bytes that are there are read, also of a layer whose digest is wrong or which breaks off: what was found in them
//! persists on that disk. But such a layer is a gap in coverage, and it has no say in what became of lower layers' files.
//! Links and devices hold no content and are not worth a row.

use std::io::{self, BufRead, BufReader, Cursor, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use unkeyed_model::{ImagePlace, Origin, Skip, SkipReason, Surface, Timestamp};

use crate::Known;

use super::blobs::Blobs;
use super::bounded::{Bounded, Limit};
use super::compression;
use super::crew::Hands;
use super::digest::Hashing;
use super::layer_path::{Meaning, meaning, normal};
use super::names::{MAX_NAMES, Mark, Names};
use super::resolve::Layer;
use super::tar::{Entry, Forward, Kind, TarReader, is_tar};

/// A layer that is to be read, and what its Units say of themselves.
#[derive(Debug)]
pub(crate) struct Job<'i> {
    pub(crate) layer: &'i Layer,
    pub(crate) place: Arc<ImagePlace>,
    pub(crate) first_seen: Option<Timestamp>,
    pub(crate) prefix: &'i str,
    pub(crate) max_file_bytes: u64,
    pub(crate) known: &'i Known,
    /// Nothing is in its files, and only their names are asked for.
    pub(crate) is_silent: bool,
}

type Stream<'r> = Box<dyn BufRead + 'r>;

impl Forward for Stream<'_> {}

impl Job<'_> {
    /// Reads the layer. Its names are returned if they are certain; `names_kept` counts those of all layers.
    pub(crate) fn read(&self, blobs: &dyn Blobs, names_kept: &AtomicUsize, hands: &mut Hands<'_, '_>) -> Option<Names> {
        if self.layer.media_type.contains("+encrypted") {
            self.skip(hands, SkipReason::Encrypted, "the layer is encrypted".into());
            return None;
        }
        let blob = match blobs.open(&self.layer.file) {
            Ok(blob) => blob,
            Err(error) => {
                let (why, detail) = self.absent(&error);
                self.skip(hands, why, detail);
                return None;
            }
        };
        let expected = Some(self.layer.digest.clone());
        let (outer, inner) = if self.layer.is_diff_id { (None, expected) } else { (expected, None) };
        let mut outer = Hashing::new(blob, outer);
        let outcome = self.inflate(&mut outer, inner, names_kept, hands);
        let mut wrong = None;
        let outcome = outcome.and_then(|names| {
            wrong = outer.finish()?;
            Ok(names)
        });
        match outcome {
            _ if hands.has_stopped() => None,
            Ok(Read { names, wrong: inner }) => match wrong.or(inner) {
                None => names,
                Some(detail) => {
                    self.skip(hands, SkipReason::Unreadable, format!("{detail}; its files were read all the same"));
                    None
                }
            },
            Err(error) => {
                let (why, detail) = broken(&error);
                self.skip(hands, why, detail);
                None
            }
        }
    }

    fn inflate(
        &self,
        outer: &mut Hashing<impl io::Read>,
        expected: Option<super::digest::Digest>,
        names_kept: &AtomicUsize,
        hands: &mut Hands<'_, '_>,
    ) -> io::Result<Read> {
        let compressed = outer.count();
        let bounded = Bounded::new(compression::open(outer)?, compressed, hands.stop());
        let mut inner = Hashing::new(bounded, expected);
        let mut start = Vec::with_capacity(512);
        (&mut inner).take(512).read_to_end(&mut start)?;
        let is_tar = start.is_empty() || is_tar(&start);
        let mut stream: Stream<'_> = Box::new(Cursor::new(start).chain(BufReader::new(&mut inner)));
        let names = if is_tar {
            self.entries(stream, names_kept, hands)?
        } else {
            self.artifact(&mut stream, hands)?;
            drop(stream);
            Some(Names::default())
        };
        Ok(Read { names, wrong: inner.finish()? })
    }

    fn entries(&self, stream: Stream<'_>, names_kept: &AtomicUsize, hands: &mut Hands<'_, '_>) -> io::Result<Option<Names>> {
        let mut reader = TarReader::new(stream);
        let mut names = Some(Names::default());
        while let Some(entry) = reader.next()? {
            let path = normal(&entry.name);
            if let Some(known) = &mut names {
                let cost = note(known, &entry, &path);
                if names_kept.fetch_add(cost, Ordering::Relaxed) > MAX_NAMES {
                    names = None;
                    let detail = format!("more than {MAX_NAMES} names in all layers: which files of lower layers are gone is not known");
                    self.skip(hands, SkipReason::Limit, detail);
                }
            }
            if entry.kind == Kind::File && entry.size > 0 {
                self.file(&mut reader, &entry, &path, hands)?;
            }
            if hands.has_stopped() {
                return Ok(None);
            }
        }
        Ok(names.map(Names::seal))
    }

    fn file(&self, reader: &mut TarReader<Stream<'_>>, entry: &Entry, path: &str, hands: &mut Hands<'_, '_>) -> io::Result<()> {
        let origin = self.origin(path, Some(format!("/{path}")));
        if self.is_silent || self.known.leaves(self.layer.digest.as_str(), &origin.path) {
            return Ok(());
        }
        if entry.size > self.max_file_bytes {
            let detail = format!("{} bytes; the limit is {} (--max-file-size)", entry.size, self.max_file_bytes);
            hands.skip(self.layer.digest.as_str(), Skip { path: origin.path, why: SkipReason::TooLarge, detail });
            return Ok(());
        }
        hands.take(origin, |buffer| reader.read(entry.size, buffer))
    }

    /// A blob that is no file system: an attestation, a chart, any artifact that a registry keeps.
    fn artifact(&self, stream: &mut Stream<'_>, hands: &mut Hands<'_, '_>) -> io::Result<()> {
        if self.is_silent {
            return Ok(());
        }
        let suffix = if self.layer.media_type.ends_with("json") { ".json" } else { "" };
        let name = format!("{}{suffix}", self.layer.digest);
        let most = self.max_file_bytes;
        let mut size = 0;
        hands.take(self.origin(&name, None), |buffer| {
            let before = buffer.len();
            let outcome = stream.take(most.saturating_add(1)).read_to_end(buffer);
            size = (buffer.len() - before) as u64;
            if size > most {
                buffer.truncate(before);
            }
            outcome.map(drop)
        })?;
        if size > most {
            self.skip(hands, SkipReason::TooLarge, format!("the limit is {most} bytes (--max-file-size)"));
        }
        Ok(())
    }

    fn origin(&self, path: &str, image_path: Option<String>) -> Origin {
        Origin {
            surface: Surface::ImageLayer,
            path: within(self.prefix, path),
            layer: Some(self.layer.digest.to_string()),
            image_path,
            image: Some(Arc::clone(&self.place)),
            first_seen: self.first_seen,
            ..Origin::default()
        }
    }

    fn absent(&self, error: &io::Error) -> (SkipReason, String) {
        let is_foreign =
            !self.layer.urls.is_empty() || ["foreign", "nondistributable"].iter().any(|word| self.layer.media_type.contains(word));
        if !is_foreign {
            return (SkipReason::Unreadable, format!("the layer can't be read: {error}"));
        }
        let hosts: Vec<_> = self.layer.urls.iter().filter_map(|url| host(url)).map(crate::path_text).collect();
        let place = if hosts.is_empty() { String::new() } else { format!(", it is kept at {}", hosts.join(", ")) };
        (SkipReason::Unreadable, format!("a foreign layer: the image doesn't contain it{place}; it was not fetched"))
    }

    fn skip(&self, hands: &mut Hands<'_, '_>, why: SkipReason, detail: String) {
        let layer = self.layer.digest.as_str();
        hands.skip(layer, Skip { path: within(self.prefix, layer), why, detail });
    }
}

/// What reading to the end gave.
struct Read {
    names: Option<Names>,
    /// Why the uncompressed content is not the expected one, if so.
    wrong: Option<String>,
}

/// Keeps an entry's name and says what that counts.
fn note(names: &mut Names, entry: &Entry, path: &str) -> usize {
    let before = names.cost();
    match (meaning(path), entry.kind) {
        (Meaning::Opaque(folder), _) => names.add(folder, Mark::Opaque),
        (Meaning::Whiteout(gone), _) => names.add(&gone, Mark::Whiteout),
        (Meaning::Here, Kind::Folder) => names.add(path, Mark::Folder),
        (Meaning::Here, Kind::HardLink) => names.link(&normal(&entry.link), path),
        (Meaning::Here, _) => names.add(path, Mark::File),
    }
    names.cost() - before
}

fn broken(error: &io::Error) -> (SkipReason, String) {
    if error.get_ref().is_some_and(|inner| inner.is::<Limit>()) {
        return (SkipReason::Limit, format!("{error}; the rest was not read"));
    }
    let why = if error.kind() == io::ErrorKind::UnexpectedEof { "it ends too early".to_owned() } else { error.to_string() };
    (SkipReason::Unreadable, format!("the layer is damaged: {why}; what stands before was read"))
}

/// The host of a URL, without user information, path and query, all of which may hold a credential.
fn host(url: &str) -> Option<&Path> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    authority.rsplit('@').next().map(Path::new)
}

/// `path` under the target's prefix.
pub(crate) fn within(prefix: &str, path: &str) -> String {
    if prefix.is_empty() { path.to_owned() } else { format!("{prefix}/{path}") }
}
