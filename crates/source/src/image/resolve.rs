//! From a layout's index or a docker archive's manifest to the images that are to be read.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use unkeyed_model::{Skip, SkipReason};

use super::blobs::{Blobs, file_of, read_all};
use super::digest::Digest;
use super::manifest::{Config, Descriptor, DockerImage, Document, MAX_JSON_BYTES, PlatformFields};
use super::platform::Wanted;

/// Most images of one target.
pub(crate) const MAX_IMAGES: usize = 1_000;
/// All documents of one target together; each counts with [`DOCUMENT_COST`] more, so that many small ones end, too.
const MAX_DOCUMENT_BYTES: usize = 128 << 20;
const DOCUMENT_COST: usize = 4 << 10;
/// Most layers of one image; Docker's own limit is 127.
pub(crate) const MAX_LAYERS: usize = 1_000;
/// An index may hold indexes, this deep.
const MAX_DEPTH: usize = 4;
/// Most names of one image that are told.
const MAX_TAGS: usize = 100;
/// So much of a digest tells images of one layout apart: `sha256:` and twelve digits.
const SHOWN_DIGEST: usize = 19;
/// Annotations that name an image: containerd's holds the whole reference, the specification's often only the tag.
const NAMES: [&str; 2] = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];

/// One image.
#[derive(Default)]
pub(crate) struct Image {
    /// Its references, each with its platform.
    pub(crate) names: Vec<Arc<str>>,
    /// Digest and bytes of the configuration.
    pub(crate) config: Option<(Digest, Vec<u8>)>,
    pub(crate) parsed: Config,
    /// From the bottom.
    pub(crate) layers: Vec<Layer>,
    /// Its documents have the digests by which they are named and all layers are known: fates can be told.
    pub(crate) is_sound: bool,
}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Its configuration holds the values of variables.
        write!(f, "Image({}, {} layers)", self.names.join(", "), self.layers.len())
    }
}

/// A layer of an image.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    /// As the reports name it.
    pub(crate) digest: Digest,
    /// Its file.
    pub(crate) file: String,
    pub(crate) media_type: String,
    pub(crate) size: u64,
    /// The digest is that of the uncompressed content: docker archives know no other.
    pub(crate) is_diff_id: bool,
    /// Hosts of a foreign layer.
    pub(crate) urls: Vec<String>,
}

/// What a target holds.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    pub(crate) images: Vec<Image>,
    pub(crate) skips: Vec<Skip>,
    /// Platforms that were not wanted.
    pub(crate) other_platforms: Vec<String>,
}

type Opened<'b> = io::Result<Box<dyn io::Read + Send + 'b>>;

/// Collects the images of one target.
pub(crate) struct Resolver<'b> {
    blobs: &'b dyn Blobs,
    /// What an image is called of which nothing says more.
    place: String,
    wanted: Wanted,
    left: usize,
    resolved: Resolved,
}

impl<'b> Resolver<'b> {
    pub(crate) fn new(blobs: &'b dyn Blobs, place: &str, wanted: Wanted) -> Self {
        Self { blobs, place: place.into(), wanted, left: MAX_DOCUMENT_BYTES, resolved: Resolved::default() }
    }

    /// Follows `index.json` of an OCI layout.
    pub(crate) fn layout(mut self) -> Result<Resolved, String> {
        let index: Document = self.top("index.json")?;
        self.index(&index, "", 0);
        Ok(self.resolved)
    }

    /// Follows the manifest or index `bytes`, which a registry has under `name`.
    #[cfg(feature = "registry")]
    pub(crate) fn reference(mut self, name: &str, bytes: &[u8], digest: &Digest) -> Result<Resolved, String> {
        let document: Document =
            serde_json::from_slice(bytes).map_err(|error| format!("the manifest is not understood{}", place(&error)))?;
        if document.manifests.is_empty() {
            self.image(&document, name, digest, None, true);
        } else {
            self.index(&document, name, 0);
        }
        Ok(self.resolved)
    }

    /// Follows `manifest.json` of a docker archive.
    pub(crate) fn docker(mut self) -> Result<Resolved, String> {
        let images: Vec<DockerImage> = self.top("manifest.json")?;
        if images.len() > MAX_IMAGES {
            self.skip("manifest.json", SkipReason::Limit, format!("{} images; the first {MAX_IMAGES} are read", images.len()));
        }
        for image in images.iter().take(MAX_IMAGES) {
            self.docker_image(image, images.len() == 1);
        }
        Ok(self.resolved)
    }

    fn top<T: DeserializeOwned>(&self, name: &str) -> Result<T, String> {
        let bytes = self.blobs.open(name).and_then(|file| read_all(file, MAX_JSON_BYTES)).map_err(|error| format!("{name}: {error}"))?;
        serde_json::from_slice(&bytes).map_err(|error| format!("{name} is not understood{}", place(&error)))
    }

    fn index(&mut self, index: &Document, name: &str, depth: usize) {
        for descriptor in &index.manifests {
            let stated = NAMES.iter().find_map(|key| descriptor.annotations.get(*key)).map_or(name, String::as_str);
            let named = &called(&self.place, stated, &descriptor.digest, index.manifests.len() == 1);
            if let Some(platform) = descriptor.platform.as_ref().filter(|platform| platform.is_known() && !self.wanted.takes(platform)) {
                self.leave_out(platform, &descriptor.digest);
                continue;
            }
            let Some((digest, bytes, is_sound)) = self.blob(descriptor, |blobs, digest| blobs.manifest(digest)) else { continue };
            let document: Document = match serde_json::from_slice(&bytes) {
                Ok(document) => document,
                Err(error) => {
                    self.skip(digest.as_str(), SkipReason::Unreadable, format!("the manifest is not understood{}", place(&error)));
                    continue;
                }
            };
            if document.manifests.is_empty() {
                self.image(&document, named, &digest, descriptor.platform.as_ref(), is_sound);
            } else if depth < MAX_DEPTH {
                self.index(&document, named, depth + 1);
            } else {
                self.skip(digest.as_str(), SkipReason::Limit, format!("indexes are nested deeper than {MAX_DEPTH}"));
            }
        }
    }

    fn leave_out(&mut self, platform: &PlatformFields, digest: &str) {
        let platform = printable(&platform.to_string());
        let detail = format!("the image for {platform} was not read; --platform {platform} reads it, --platform all every one");
        self.skip(digest, SkipReason::NotSupplied, detail);
        self.resolved.other_platforms.push(platform);
    }

    fn image(&mut self, manifest: &Document, name: &str, digest: &Digest, platform: Option<&PlatformFields>, is_sound: bool) {
        if self.resolved.images.len() >= MAX_IMAGES {
            self.skip(digest.as_str(), SkipReason::Limit, format!("more than {MAX_IMAGES} images"));
            return;
        }
        let mut image = Image { is_sound, ..Image::default() };
        if let Some(config) = &manifest.config {
            image.config = Digest::new(&config.digest).map(|digest| (digest, Vec::new()));
        }
        if let Some((digest, bytes, is_sound)) =
            manifest.config.as_ref().and_then(|config| self.blob(config, |blobs, digest| blobs.open(&file_of(digest))))
        {
            image.is_sound &= is_sound;
            image.parsed = self.config(&digest, &bytes);
            image.config = Some((digest, bytes));
        }
        let own = Some(&image.parsed.platform).filter(|platform| platform.is_known());
        let platform = platform.filter(|platform| platform.is_known()).or(own);
        image.names = vec![with_platform(name, platform)];
        image.layers = self.layers(&manifest.layers, name);
        image.is_sound &= image.layers.len() == manifest.layers.len();
        self.resolved.images.push(image);
    }

    fn layers(&mut self, descriptors: &[Descriptor], image: &str) -> Vec<Layer> {
        if descriptors.len() > MAX_LAYERS {
            self.skip(image, SkipReason::Limit, format!("{} layers; the first {MAX_LAYERS} are read", descriptors.len()));
        }
        let mut layers = Vec::new();
        for descriptor in descriptors.iter().take(MAX_LAYERS) {
            let Some(digest) = Digest::new(&descriptor.digest) else {
                self.skip(image, SkipReason::Unreadable, "a layer's digest is not one".into());
                continue;
            };
            layers.push(Layer {
                file: file_of(&digest),
                media_type: descriptor.media_type.clone(),
                size: descriptor.size,
                is_diff_id: false,
                urls: descriptor.urls.clone(),
                digest,
            });
        }
        layers
    }

    fn docker_image(&mut self, described: &DockerImage, is_only: bool) {
        let mut image = Image { config: Some((Digest::of(described.config.as_bytes()), Vec::new())), ..Image::default() };
        match self.document(self.blobs.open(&described.config)) {
            Ok(bytes) => {
                let digest = Digest::of(&bytes);
                image.parsed = self.config(&digest, &bytes);
                image.config = Some((digest, bytes));
            }
            Err(error) => self.skip(&printable(&described.config), SkipReason::Unreadable, format!("the image's configuration: {error}")),
        }
        let id = image.config.as_ref().map_or("", |(digest, _)| digest.as_str());
        let platform = Some(&image.parsed.platform).filter(|platform| platform.is_known());
        let mut names: Vec<_> = described.repo_tags.iter().take(MAX_TAGS).map(|tag| with_platform(tag, platform)).collect();
        if names.is_empty() {
            names.push(with_platform(&called(&self.place, "", id, is_only), platform));
        }
        image.names = names;
        for (at, file) in described.layers.iter().take(MAX_LAYERS).enumerate() {
            let diff_id = image.parsed.rootfs.diff_ids.get(at).and_then(|digest| Digest::new(digest));
            let Some(digest) = diff_id else {
                self.skip(&printable(file), SkipReason::Unreadable, "the image's configuration doesn't name this layer".into());
                continue;
            };
            let (media_type, urls) = (String::new(), Vec::new());
            image.layers.push(Layer { digest, file: file.clone(), media_type, size: 0, is_diff_id: true, urls });
        }
        image.is_sound = image.layers.len() == described.layers.len();
        self.resolved.images.push(image);
    }

    /// A small blob: its digest, its bytes, and whether they fit.
    fn blob(&mut self, descriptor: &Descriptor, open: impl Fn(&'b dyn Blobs, &Digest) -> Opened<'b>) -> Option<(Digest, Vec<u8>, bool)> {
        let Some(digest) = Digest::new(&descriptor.digest) else {
            self.skip("", SkipReason::Unreadable, "a manifest names a digest that is not one".into());
            return None;
        };
        match self.document(open(self.blobs, &digest)) {
            Ok(bytes) => {
                let wrong = digest.contradicts(&bytes);
                let is_sound = wrong.is_none();
                wrong.into_iter().for_each(|detail| self.skip(digest.as_str(), SkipReason::Unreadable, detail));
                Some((digest, bytes, is_sound))
            }
            Err(error) => {
                self.skip(digest.as_str(), SkipReason::Unreadable, format!("a manifest or configuration that the image names: {error}"));
                None
            }
        }
    }

    fn document(&mut self, file: Opened<'_>) -> io::Result<Vec<u8>> {
        let bytes = read_all(file?, MAX_JSON_BYTES.min(self.left as u64))?;
        self.left = self.left.saturating_sub(bytes.len() + DOCUMENT_COST);
        Ok(bytes)
    }

    fn config(&mut self, digest: &Digest, bytes: &[u8]) -> Config {
        serde_json::from_slice(bytes).unwrap_or_else(|error| {
            self.skip(
                digest.as_str(),
                SkipReason::Malformed,
                format!("the configuration was read as text only: it is not understood{}", place(&error)),
            );
            Config::default()
        })
    }

    fn skip(&mut self, path: &str, why: SkipReason, detail: String) {
        self.resolved.skips.push(Skip { path: printable(path), why, detail });
    }
}

/// The images that have each layer, and where in them it is, by its digest.
pub(crate) fn carriers(images: &[Image]) -> BTreeMap<&str, Vec<(usize, usize)>> {
    let mut carriers: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (number, image) in images.iter().enumerate() {
        for (position, layer) in image.layers.iter().enumerate() {
            carriers.entry(layer.digest.as_str()).or_default().push((number, position));
        }
    }
    carriers
}

/// Where a document is not as it should be. What serde says of it may quote a value.
fn place(error: &serde_json::Error) -> String {
    format!(" (line {}, column {})", error.line(), error.column())
}

/// The reference of an image: as stated; of a mere tag, or of nothing, behind the place that holds it.
fn called(place: &str, stated: &str, digest: &str, is_only: bool) -> String {
    if stated.contains(['/', ':', '@']) || stated == place {
        stated.to_owned()
    } else if !stated.is_empty() {
        format!("{place}:{stated}")
    } else if is_only {
        place.to_owned()
    } else {
        format!("{place}@{}", digest.chars().take(SHOWN_DIGEST).collect::<String>())
    }
}

fn with_platform(name: &str, platform: Option<&PlatformFields>) -> Arc<str> {
    printable(&platform.map_or_else(|| name.to_owned(), |platform| format!("{name} ({platform})"))).into()
}

fn printable(text: &str) -> String {
    crate::path_text(text.as_ref())
}
