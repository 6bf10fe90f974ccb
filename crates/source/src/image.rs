//! Container images, read without a daemon: OCI layouts, docker archives, registries.
//!
//! An auditor needs every layer, not the file system that they add up to: a file that a later layer deletes is still in
//! the image. So nothing is unpacked; each layer is read once, from the bottom or not, and what became of its files is
//! looked up afterwards, for those in which something was found.

mod blobs;
mod bounded;
mod compression;
mod crew;
mod digest;
mod index;
mod instruction;
mod layer;
mod layer_path;
mod manifest;
mod names;
mod platform;
#[cfg(feature = "registry")]
mod registry;
mod resolve;
mod tar;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use unkeyed_model::{Fate, ImagePlace, Location, Match, Origin, Skip, Surface, Timestamp, Unit};

use crate::content::{self, ContentSum};
use crate::{Error, Event, Flow, Key, Known, Options, Sink, Source};
use blobs::{Archive, Blobs, Folder};
use crew::Quiet;
use layer::{Job, within};
use names::{Names, Stack};
use platform::Wanted;
use resolve::{Image, Resolved, Resolver};

/// Where images are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A folder with `oci-layout`.
    OciFolder,
    /// A tar file of such a folder.
    OciArchive,
    /// What `docker save` writes.
    DockerArchive,
}

impl Kind {
    /// The kind that a target's prefix names.
    pub(crate) fn of_prefix(prefix: &str) -> Option<Self> {
        match prefix {
            "oci-dir" => Some(Self::OciFolder),
            "oci-archive" => Some(Self::OciArchive),
            "docker-archive" => Some(Self::DockerArchive),
            _ => None,
        }
    }

    /// What stands at `path`, if it is an image. Docker writes archives that are both; the layout has more digests.
    pub(crate) fn of_path(path: &Path) -> Option<Self> {
        if path.is_dir() {
            return (path.join("oci-layout").is_file() && path.join("index.json").is_file()).then_some(Self::OciFolder);
        }
        let archive = Archive::new(path).ok()?;
        if archive.has("oci-layout") && archive.has("index.json") {
            Some(Self::OciArchive)
        } else {
            archive.has("manifest.json").then_some(Self::DockerArchive)
        }
    }
}

/// What is in force for images, by name and value, as reports list it.
pub(crate) const LIMITS: &[(&str, u64)] = &[
    ("image_count", resolve::MAX_IMAGES as u64),
    ("image_layers", resolve::MAX_LAYERS as u64),
    ("image_document_bytes", manifest::MAX_JSON_BYTES),
    ("image_names", names::MAX_NAMES as u64),
];

/// The images of one target.
#[derive(Debug)]
pub(crate) struct Images {
    blobs: Box<dyn Blobs>,
    images: Vec<Image>,
    skips: Vec<Skip>,
    options: Options,
    /// By digest, once read to the end.
    names: Mutex<BTreeMap<String, Names>>,
    /// What no row speaks of.
    quiet: Mutex<Quiet>,
    layers_read: AtomicU64,
}

impl Images {
    /// The images of the folder or file at `path`.
    pub(crate) fn open(target: &str, path: &Path, kind: Kind, options: &Options) -> Result<Self, Error> {
        let unreadable = |why: String| Error::Image { target: target.into(), why };
        let blobs: Box<dyn Blobs> = match kind {
            Kind::OciFolder => Box::new(Folder(path.to_owned())),
            Kind::OciArchive | Kind::DockerArchive => Box::new(Archive::new(path).map_err(|error| unreadable(error.to_string()))?),
        };
        let wanted = Wanted::new(options.platform.as_deref());
        let resolver = Resolver::new(blobs.as_ref(), &place(path, options), wanted.clone());
        let resolved = if kind == Kind::DockerArchive { resolver.docker() } else { resolver.layout() }.map_err(unreadable)?;
        Self::new(target, blobs, resolved, &wanted, options)
    }

    /// The images that a registry has under the name `reference`.
    #[cfg(feature = "registry")]
    pub(crate) fn pull(target: &str, reference: &str, options: &Options) -> Result<Self, Error> {
        let unreadable = |why: String| Error::Image { target: target.into(), why };
        let (registry, bytes, digest) = registry::Registry::open(reference).map_err(unreadable)?;
        let wanted = Wanted::new(options.platform.as_deref());
        let resolved = Resolver::new(&registry, reference, wanted.clone()).reference(reference, &bytes, &digest).map_err(unreadable)?;
        Self::new(target, Box::new(registry), resolved, &wanted, options)
    }

    fn new(target: &str, blobs: Box<dyn Blobs>, resolved: Resolved, wanted: &Wanted, options: &Options) -> Result<Self, Error> {
        let Resolved { images, skips, other_platforms } = resolved;
        if images.is_empty() {
            let why = match skips.iter().find(|skip| skip.why.is_gap()) {
                Some(skip) => format!("{}: {}", skip.path, skip.detail),
                None if other_platforms.is_empty() => "there is no image in it".into(),
                None => format!("there is no image for {wanted}, only for {}; choose with --platform", other_platforms.join(", ")),
            };
            return Err(Error::Image { target: target.into(), why });
        }
        Ok(Self {
            blobs,
            images,
            skips,
            options: options.clone(),
            names: Mutex::default(),
            quiet: Mutex::default(),
            layers_read: AtomicU64::new(0),
        })
    }

    /// The layers, each once, the largest first so that no thread is left with it at the end.
    fn jobs(&self) -> Vec<Job<'_>> {
        let mut jobs: Vec<_> = resolve::carriers(&self.images)
            .into_values()
            .filter_map(|carriers| {
                let &(number, position) = carriers.first()?;
                let image = &self.images[number];
                let history = &image.parsed.history;
                let made = instruction::of_layers(history, image.layers.len()).get(position).copied().flatten();
                let mut names: Vec<_> = carriers.iter().flat_map(|(image, _)| self.images[*image].names.clone()).collect();
                names.sort();
                names.dedup();
                let instruction = made.map(|(step, entry)| instruction::shown(step, entry));
                Some(Job {
                    layer: &image.layers[position],
                    place: Arc::new(ImagePlace { images: names, instruction, fate: Fate::Unknown }),
                    first_seen: made.and_then(|(_, entry)| created(entry.created.as_deref()?)),
                    prefix: &self.options.prefix,
                    max_file_bytes: self.options.max_file_bytes,
                    known: &self.options.known,
                    is_silent: self.options.known.has(image.layers[position].digest.as_str(), &self.options.prefix),
                })
            })
            .collect();
        jobs.sort_by_key(|job| std::cmp::Reverse(job.layer.size));
        jobs
    }

    /// The configurations, as they are written: each holds the environment, the labels and every instruction. What stands
    /// for one that could not be read is empty, so that the image is known all the same.
    fn configurations(&self, sink: &mut Sink<'_>) -> Flow {
        let mut by_digest: BTreeMap<_, (&[u8], Vec<Arc<str>>)> = BTreeMap::new();
        for image in &self.images {
            if let Some((digest, bytes)) = &image.config {
                by_digest.entry(digest).or_insert((bytes, Vec::new())).1.extend(image.names.iter().cloned());
            }
        }
        for (digest, (bytes, mut images)) in by_digest {
            images.sort();
            images.dedup();
            let place = ImagePlace { images, instruction: None, fate: Fate::Present };
            // `docker save` names it so.
            let path = within(&self.options.prefix, &format!("{}.json", digest.hex()));
            let origin = Origin { surface: Surface::ImageConfig, path, image: Some(Arc::new(place)), ..Origin::default() };
            if sink(Event::Unit(Unit::new(Arc::new(origin), bytes))) == Flow::Stop {
                return Flow::Stop;
            }
        }
        Flow::Continue
    }

    /// Reads layers; what no row speaks of is returned.
    fn read<'s>(&self, jobs: &[Job<'_>], sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Quiet {
        let names_kept = AtomicUsize::new(0);
        crew::work(&self.options, sink, jobs, |job, hands| {
            if let Some(names) = job.read(self.blobs.as_ref(), &names_kept, hands) {
                self.names.lock().unwrap_or_else(PoisonError::into_inner).insert(job.layer.digest.to_string(), names);
            }
        })
    }

    /// Reads the names of layers that were left, where files of layers below hold something.
    fn names_of_silent(&self, matches: &[Match]) -> Vec<Skip> {
        let layers: BTreeSet<&str> = matches.iter().filter_map(|found| found.location.origin.layer.as_deref()).collect();
        let holds = |image: &&Image| image.layers.iter().any(|layer| layers.contains(layer.digest.as_str()));
        let wanted: BTreeSet<&str> =
            self.images.iter().filter(holds).flat_map(|image| &image.layers).map(|layer| layer.digest.as_str()).collect();
        let jobs = self.jobs().into_iter().filter(|job| job.is_silent && wanted.contains(job.layer.digest.as_str()));
        let skips = Mutex::new(Vec::new());
        let sink = || -> Sink<'_> {
            Box::new(|event| {
                if let Event::Skip(skip) = event {
                    skips.lock().unwrap_or_else(PoisonError::into_inner).push(skip);
                }
                Flow::Continue
            })
        };
        self.read(&jobs.collect::<Vec<_>>(), &sink);
        skips.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// What became of the file of `origin`: the most exposed of its fates in the images that have the layer.
    fn fate(&self, names: &BTreeMap<String, Names>, carriers: &Carriers<'_>, origin: &Origin) -> Option<Fate> {
        let (layer, path) = (origin.layer.as_deref()?, origin.image_path.as_deref()?.strip_prefix('/')?);
        let file = path.split_once("!/").map_or(path, |(file, _)| file);
        let fates = carriers.get(layer)?.iter().map(|&(number, position)| {
            let image = &self.images[number];
            let known = |digest: &str| names.get(digest).filter(|_| image.is_sound);
            Stack(image.layers.iter().map(|layer| (layer.digest.as_str(), known(layer.digest.as_str()))).collect()).fate(position, file)
        });
        fates.min_by_key(|fate| match fate {
            Fate::Present => 0,
            Fate::Linked(_) => 1,
            Fate::Unknown => 2,
            Fate::Overwritten(_) | Fate::Deleted(_) => 3,
        })
    }
}

/// The images that have a layer, and where in them it is, by its digest.
type Carriers<'i> = BTreeMap<&'i str, Vec<(usize, usize)>>;

impl Source for Images {
    /// The digests that manifests name are those of all that is read.
    fn content(&self) -> Option<ContentSum> {
        let mut parts = Vec::new();
        for image in &self.images {
            parts.extend(image.names.iter().map(|name| name.as_bytes()));
            parts.extend(image.config.iter().flat_map(|(digest, bytes)| [digest.as_str().as_bytes(), bytes]));
            parts.extend(image.layers.iter().flat_map(|layer| [layer.digest.as_str(), &layer.media_type]).map(str::as_bytes));
            parts.push(if image.is_sound { b"sound" } else { b"unsound" });
        }
        parts.extend(self.skips.iter().flat_map(|skip| [skip.path.as_bytes(), skip.detail.as_bytes()]));
        Some(content::of(parts))
    }

    fn units<'s>(&'s self, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Result<(), Error> {
        let mut first = sink();
        let mut flow = self.configurations(&mut first);
        for skip in &self.skips {
            let skip = Skip { path: within(&self.options.prefix, &skip.path), ..skip.clone() };
            flow = if flow == Flow::Stop { flow } else { first(Event::Skip(skip)) };
        }
        drop(first);
        if flow == Flow::Stop {
            return Ok(());
        }
        let (silent, jobs): (Vec<_>, Vec<_>) = self.jobs().into_iter().partition(|job| job.is_silent);
        self.options.known.leave(silent.len() as u64);
        self.layers_read.store(jobs.len() as u64, Ordering::Relaxed);
        *self.quiet.lock().unwrap_or_else(PoisonError::into_inner) = self.read(&jobs, sink);
        Ok(())
    }

    fn silent(&self, found: &BTreeSet<Key>) -> Vec<Key> {
        if !self.options.known.grows() {
            return Vec::new();
        }
        let (names, quiet) =
            (self.names.lock().unwrap_or_else(PoisonError::into_inner), self.quiet.lock().unwrap_or_else(PoisonError::into_inner));
        let (mut silent, mut all) = (Vec::new(), names.keys().chain(quiet.files.keys()).collect::<Vec<_>>());
        all.sort();
        all.dedup();
        for layer in all {
            let files = quiet.files.get(layer).map(Vec::as_slice).unwrap_or_default();
            let own: Vec<Key> = files.iter().filter(|key| !found.contains(*key)).copied().collect();
            let is_silent = names.contains_key(layer) && !quiet.rows.contains(layer) && own.len() == files.len();
            if is_silent {
                silent.push(Known::key(layer, &self.options.prefix));
            } else {
                silent.extend(own);
            }
        }
        silent
    }

    fn refine(&self, matches: &mut Vec<Match>) -> Vec<Skip> {
        let skips = self.names_of_silent(matches);
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let carriers = resolve::carriers(&self.images);
        let mut refined: BTreeMap<Arc<Origin>, Arc<Origin>> = BTreeMap::new();
        for location in matches.iter_mut().flat_map(|found| std::iter::once(&mut found.location).chain(&mut found.related)) {
            let Location { origin, .. } = location;
            let known = refined.entry(Arc::clone(origin)).or_insert_with(|| {
                let Some(fate) = self.fate(&names, &carriers, origin) else { return Arc::clone(origin) };
                let place = origin.image.as_deref().cloned().unwrap_or_default();
                Arc::new(Origin { image: Some(Arc::new(ImagePlace { fate, ..place })), ..(**origin).clone() })
            });
            *origin = Arc::clone(known);
        }
        skips
    }

    fn layers(&self) -> u64 {
        self.layers_read.load(Ordering::Relaxed)
    }
}

/// What a folder or file of images is called: by its own name, among several targets as the user wrote it.
fn place(path: &Path, options: &Options) -> String {
    let named = path.file_name().map(|name| crate::path_text(name.as_ref())).unwrap_or_default();
    let prefix = options.prefix.split_once(':').filter(|(kind, _)| Kind::of_prefix(kind).is_some());
    let prefix = prefix.map_or(options.prefix.as_str(), |(_, path)| path);
    if prefix.is_empty() { named } else { prefix.to_owned() }
}

/// When a layer was made. Reproducible builds write the Unix epoch, Go's zero time or the like: nothing from before
/// there were container images is believed.
fn created(text: &str) -> Option<Timestamp> {
    const FIRST_DOCKER: i64 = 1_363_824_000;
    text.parse::<Timestamp>().ok().filter(|time| time.as_second() >= FIRST_DOCKER)
}
