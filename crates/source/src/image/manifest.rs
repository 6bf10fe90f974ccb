//! The JSON documents of images, as far as they are needed (OCI image specification 1.1; Docker's schema 2 has the same
//! fields). Everything may be absent: a field that is missing costs what it would have told, not the image.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Largest index, manifest or configuration. Registries take 4 MiB.
pub(crate) const MAX_JSON_BYTES: u64 = 8 << 20;

/// Points to a blob.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    pub(crate) digest: String,
    pub(crate) size: u64,
    pub(crate) platform: Option<PlatformFields>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) annotations: BTreeMap<String, String>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) urls: Vec<String>,
}

/// A platform as descriptors and configurations name it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PlatformFields {
    pub(crate) os: String,
    pub(crate) architecture: String,
    pub(crate) variant: Option<String>,
}

/// An index or a manifest: which of the two, the fields tell.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Document {
    pub(crate) schema_version: u64,
    #[serde(deserialize_with = "nullable")]
    pub(crate) manifests: Vec<Descriptor>,
    pub(crate) config: Option<Descriptor>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) layers: Vec<Descriptor>,
}

/// A configuration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Config {
    #[serde(flatten)]
    pub(crate) platform: PlatformFields,
    #[serde(deserialize_with = "nullable")]
    pub(crate) history: Vec<History>,
    pub(crate) rootfs: RootFs,
}

/// One instruction.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct History {
    pub(crate) created: Option<String>,
    pub(crate) created_by: Option<String>,
    pub(crate) empty_layer: bool,
}

/// The digests of the uncompressed layers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RootFs {
    pub(crate) diff_ids: Vec<String>,
}

/// One image of a docker archive's `manifest.json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct DockerImage {
    pub(crate) config: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) repo_tags: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) layers: Vec<String>,
}

/// Go writes an empty list as null.
fn nullable<'de, D: serde::Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}
