//! Builds images from lists of entries, and collects what a source pushes.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use unkeyed_model::{Fate, Origin, Skip, SkipReason};
use unkeyed_source::{Event, Flow, Options, Target, open};

pub(crate) const CREATED: &str = "2026-06-01T00:00:00Z";

/// A layer under construction: a tar with fixed dates.
pub(crate) struct Layer(tar::Builder<Vec<u8>>);

impl Layer {
    pub(crate) fn new() -> Self {
        Self(tar::Builder::new(Vec::new()))
    }

    pub(crate) fn file(self, name: &str, content: &[u8]) -> Self {
        self.entry(tar::EntryType::Regular, name, "", content)
    }

    /// `.wh.` in front of the last part of `name`.
    pub(crate) fn whiteout(self, name: &str) -> Self {
        let (folder, name) = name.rsplit_once('/').unwrap_or(("", name));
        self.file(format!("{folder}/.wh.{name}").trim_start_matches('/'), b"")
    }

    pub(crate) fn opaque(self, folder: &str) -> Self {
        self.file(&format!("{folder}/.wh..wh..opq"), b"")
    }

    pub(crate) fn link(self, kind: tar::EntryType, name: &str, target: &str) -> Self {
        self.entry(kind, name, target, b"")
    }

    /// The name goes in as it is, however hostile.
    pub(crate) fn entry(mut self, kind: tar::EntryType, name: &str, target: &str, content: &[u8]) -> Self {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(1_780_272_000);
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.as_mut_bytes()[157..157 + target.len()].copy_from_slice(target.as_bytes());
        header.set_cksum();
        self.0.append(&header, content).unwrap();
        self
    }

    pub(crate) fn tar(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }

    pub(crate) fn gzip(self) -> Vec<u8> {
        gzip(&self.tar())
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// An OCI layout on disk.
pub(crate) struct Layout {
    pub(crate) folder: tempfile::TempDir,
    manifests: Vec<Value>,
}

impl Layout {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("blobs/sha256")).unwrap();
        fs::write(folder.path().join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
        Self { folder, manifests: Vec::new() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where the blob of this digest stands.
    pub(crate) fn blob(&self, digest: &str) -> std::path::PathBuf {
        self.path().join("blobs").join(digest.replace(':', "/"))
    }

    pub(crate) fn add(&self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = digest(bytes);
        fs::write(self.blob(&digest), bytes).unwrap();
        json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
    }

    /// Adds an image whose history has one instruction for each of `layers`, and lists it in the index.
    pub(crate) fn image(self, name: &str, config: &Value, layers: &[(&str, Vec<u8>)]) -> Self {
        let history: Vec<_> = layers.iter().map(|(instruction, _)| json!({"created": CREATED, "created_by": instruction})).collect();
        let blobs: Vec<_> = layers.iter().map(|(_, bytes)| self.add("application/vnd.oci.image.layer.v1.tar+gzip", bytes)).collect();
        let mut config = config.clone();
        config["history"] = json!(history);
        self.manifest(name, &config, &blobs)
    }

    /// Adds an image with these layer descriptors.
    pub(crate) fn manifest(mut self, name: &str, config: &Value, layers: &[Value]) -> Self {
        let config = self.add("application/vnd.oci.image.config.v1+json", config.to_string().as_bytes());
        let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers});
        let descriptor = self.add(MANIFEST, manifest.to_string().as_bytes());
        self.list(name, descriptor);
        self
    }

    pub(crate) fn list(&mut self, name: &str, mut descriptor: Value) {
        descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": name});
        self.manifests.push(descriptor);
        let index = json!({"schemaVersion": 2, "manifests": self.manifests});
        fs::write(self.path().join("index.json"), index.to_string()).unwrap();
    }

    /// Lists nothing but `descriptor`.
    pub(crate) fn list_only(&mut self, name: &str, descriptor: Value) {
        self.manifests.clear();
        self.list(name, descriptor);
    }

    /// Lists the last image for `platform`.
    pub(crate) fn for_platform(mut self, os: &str, architecture: &str) -> Self {
        let mut last = self.manifests.pop().unwrap();
        last["platform"] = json!({"os": os, "architecture": architecture});
        let name = last["annotations"]["org.opencontainers.image.ref.name"].as_str().unwrap().to_owned();
        self.list(&name, last);
        self
    }
}

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A configuration for this machine.
pub(crate) fn config() -> Value {
    json!({"os": "linux", "architecture": "amd64", "created": CREATED, "config": {"Env": ["PATH=/usr/bin"]}})
}

/// What a target pushed: origins with content, and what was not read.
pub(crate) struct Read {
    pub(crate) target: Target,
    pub(crate) units: Vec<(Arc<Origin>, Vec<u8>)>,
    pub(crate) skips: Vec<Skip>,
}

pub(crate) fn read(target: &str) -> Read {
    read_with(target, &Options::default())
}

pub(crate) fn read_with(target: &str, options: &Options) -> Read {
    let target = open(target, options).unwrap();
    let found = Mutex::new((Vec::new(), Vec::new()));
    let worker = || {
        Box::new(|event: Event<'_>| {
            let mut found = found.lock().unwrap();
            match event {
                Event::Unit(unit) => found.0.push((Arc::clone(unit.origin()), unit.bytes().to_vec())),
                Event::Skip(skip) => found.1.push(skip),
            }
            Flow::Continue
        }) as unkeyed_source::Sink<'_>
    };
    target.source.units(&worker).unwrap();
    let (mut units, mut skips) = found.into_inner().unwrap();
    units.sort();
    skips.sort();
    Read { target, units, skips }
}

impl Read {
    /// Contents by path.
    pub(crate) fn contents(&self) -> BTreeMap<&str, &[u8]> {
        self.units.iter().map(|(origin, content)| (origin.path.as_str(), content.as_slice())).collect()
    }

    /// Paths of files inside the image.
    pub(crate) fn files(&self) -> Vec<&str> {
        self.units.iter().filter_map(|(origin, _)| origin.image_path.as_deref()).collect()
    }

    /// The origin at `path` after refinement, as if something had been found there in each layer.
    pub(crate) fn refined(&self, path: &str) -> Vec<Arc<Origin>> {
        let mut matches: Vec<_> = self
            .units
            .iter()
            .filter(|(origin, _)| origin.path == path)
            .map(|(origin, _)| super::found::found(Arc::clone(origin)))
            .collect();
        self.target.source.refine(&mut matches);
        matches.into_iter().map(|found| found.location.origin).collect()
    }

    /// The fate of the only file at `path`.
    pub(crate) fn fate(&self, path: &str) -> Fate {
        let origins = self.refined(path);
        assert_eq!(origins.len(), 1, "{path} is in {} layers", origins.len());
        origins[0].image.as_ref().unwrap().fate.clone()
    }

    pub(crate) fn reasons(&self) -> Vec<(&str, SkipReason)> {
        self.skips.iter().map(|skip| (skip.path.as_str(), skip.why)).collect()
    }
}

/// Runs a program that the tests need.
pub(crate) fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new(program).current_dir(folder).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; this test needs the Debian package of that name"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
