//! Volumes of a pod: Secrets and ConfigMaps as files, projected tokens, drivers that hand out secrets or identities.

use unkeyed_model::{Content, Custody, Location, Reference, Role, StoreKind, Workload};

use super::pods::{Container, Pod};
use super::secrets;
use crate::facts as shared;
use crate::host_files;
use crate::tree::Node;

/// Sockets of the SPIFFE Workload API live under these folders.
const SPIFFE_FOLDERS: &[&str] = &["/run/spire", "/var/run/spire", "/run/spiffe", "/var/run/spiffe", "/tmp/spire-agent"];
/// CSI drivers that give a pod its own attested identity.
const SPIFFE_DRIVERS: &[&str] = &["csi.spiffe.io", "spiffe.csi.cert-manager.io"];

/// What the volumes of a pod are.
#[derive(Default)]
pub(super) struct Volumes {
    /// Projected service-account tokens.
    pub(super) tokens: Vec<Token>,
    /// Volumes through which the SPIFFE Workload API is reached: volume name, mechanism, place.
    pub(super) spiffe: Vec<(String, String, Location)>,
    /// Volume name and index into the workload's references, for volumes that hold one Secret.
    held: Vec<(String, usize)>,
}

/// A projected service-account token.
pub(super) struct Token {
    pub(super) volume: String,
    /// File name in the volume.
    pub(super) path: String,
    pub(super) audience: Option<unkeyed_model::Value>,
    /// Declared lifetime in seconds.
    pub(super) seconds: Option<(Option<u64>, Location)>,
    pub(super) location: Location,
}

/// Images of the program that writes SVIDs to files (spiffe/spiffe-helper).
const HELPERS: &str = "spiffe-helper";

/// Says where a helper beside the application writes what it fetches: each volume of the pod's own that it mounts.
pub(super) fn written_by_helper(pod: Pod<'_>, workload: &mut Workload) {
    let is_helper = |image: Option<&str>| image.is_some_and(|image| image.rsplit('/').next().is_some_and(|name| name.contains(HELPERS)));
    for container in pod.containers().iter().filter(|container| is_helper(container.node.str("image"))) {
        for mount in container.node.get("volumeMounts").map(Node::items).unwrap_or_default() {
            let Some(volume) = mount.str("name").and_then(|name| named(pod, name)) else { continue };
            let Some(storage) = storage(volume) else { continue };
            let folder = mount.str("mountPath").unwrap_or_default();
            workload.traits.push(("fallback-folder".to_owned(), format!("{storage}:{folder}"), pod.at(volume, "volumes")));
        }
    }
}

/// What a volume that can be written to is kept on; `None` for sockets and for what the cluster fills.
fn storage(volume: &Node) -> Option<&'static str> {
    if let Some(folder) = volume.get("emptyDir") {
        return Some(if folder.str("medium") == Some("Memory") { "tmpfs" } else { "disk" });
    }
    let is_socket = volume
        .path(&["hostPath", "path"])
        .and_then(Node::text)
        .is_some_and(|path| SPIFFE_FOLDERS.iter().any(|folder| path.starts_with(folder)) || path.ends_with(".sock"));
    let is_disk = ["persistentVolumeClaim", "hostPath", "ephemeral", "nfs"].iter().any(|kind| volume.get(kind).is_some());
    (is_disk && !is_socket).then_some("disk")
}

/// Reads the volumes and adds the uses by name to the workload.
pub(super) fn read(pod: Pod<'_>, workload: &mut Workload) -> Volumes {
    let mut volumes = Volumes::default();
    for (node, path) in pod.volumes() {
        let name = node.str("name").unwrap_or_default().to_owned();
        let volume = Volume { pod, node, name, path };
        volume.secrets(workload, &mut volumes);
        volume.projected(workload, &mut volumes);
        volume.driver(workload, &mut volumes);
        volume.host(workload, &mut volumes);
    }
    volumes
}

/// The volume of a name.
fn named<'n>(pod: Pod<'n>, name: &str) -> Option<&'n Node> {
    pod.volumes().into_iter().map(|(volume, _)| volume).find(|volume| volume.str("name") == Some(name))
}

/// The volume that a file of a container lies on, with the file's place on it; the innermost mount counts.
pub(super) fn holding<'n, 'f>(pod: Pod<'n>, container: &Container<'n>, file: &'f str) -> Option<(&'n Node, &'f str)> {
    let mounts = container.node.get("volumeMounts").map(Node::items).unwrap_or_default();
    let under = |mount: &'n Node| {
        let folder = mount.str("mountPath")?.trim_end_matches('/');
        let rest = file.strip_prefix(folder).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
        Some((mount, rest))
    };
    let (mount, rest) = mounts.iter().filter_map(under).min_by_key(|(_, rest)| rest.len())?;
    Some((named(pod, mount.str("name")?)?, rest))
}

/// Whether what lies on a volume was put there by somebody outside the cluster's own objects.
pub(super) fn is_foreign(volume: &Node) -> bool {
    ["hostPath", "persistentVolumeClaim", "nfs", "awsElasticBlockStore", "azureDisk", "gcePersistentDisk", "local"]
        .iter()
        .any(|kind| volume.get(kind).is_some())
}

/// The mount of a volume in some container.
pub(super) fn mount<'n>(pod: Pod<'n>, volume: &str) -> Option<(&'n Node, String)> {
    pod.containers().iter().find_map(|container| {
        let mounts = container.node.get("volumeMounts").map(Node::items).unwrap_or_default();
        let found = mounts.iter().find(|mount| mount.str("name") == Some(volume))?;
        Some((found, format!("{}.volumeMounts", container.path)))
    })
}

struct Volume<'n> {
    pod: Pod<'n>,
    node: &'n Node,
    name: String,
    path: String,
}

/// What Google's libraries read their credentials from.
const GOOGLE_FILE: &str = "GOOGLE_APPLICATION_CREDENTIALS";
/// Stands in the audience of a token that a workload identity pool takes.
const POOLS: &str = "/workloadIdentityPools/";

impl Volume<'_> {
    fn at(&self, node: &Node, key: &str) -> Location {
        self.pod.object.location(node, &format!("{}.{key}", self.path))
    }

    fn named(&self, name: &Node, store: StoreKind, key: &str) -> Option<Reference> {
        let text = self.pod.object.source.text(name)?;
        let mut reference = secrets::reference(self.pod.object, &text, self.at(name, key));
        reference.store = store;
        Some(reference)
    }

    /// `secret`, `configMap` and the drivers of old that name a Secret.
    fn secrets(&self, workload: &mut Workload, volumes: &mut Volumes) {
        let found = [
            (["secret", "secretName"], StoreKind::K8sSecret),
            (["configMap", "name"], StoreKind::K8sConfigMap),
            (["azureFile", "secretName"], StoreKind::K8sSecret),
        ];
        for (keys, store) in found {
            if let Some(reference) = self.node.path(&keys).and_then(|name| self.named(name, store, &keys.join("."))) {
                volumes.held.push((self.name.clone(), workload.references.len()));
                workload.references.push(reference);
            }
        }
        for driver in ["cephfs", "rbd", "flexVolume", "iscsi", "scaleIO", "storageos"] {
            let name = self.node.path(&[driver, "secretRef", "name"]);
            workload.references.extend(name.and_then(|name| self.named(name, StoreKind::K8sSecret, driver)));
        }
    }

    fn projected(&self, workload: &mut Workload, volumes: &mut Volumes) {
        let sources = self.node.path(&["projected", "sources"]).map(Node::items).unwrap_or_default();
        for (index, source) in sources.iter().enumerate() {
            let key = format!("projected.sources[{index}]");
            for (kind, store) in [("secret", StoreKind::K8sSecret), ("configMap", StoreKind::K8sConfigMap)] {
                let name = source.path(&[kind, "name"]);
                workload.references.extend(name.and_then(|name| self.named(name, store, &key)));
            }
            let Some(token) = source.get("serviceAccountToken") else { continue };
            let text = |name: &str| token.get(name).and_then(|node| self.pod.object.source.text(node));
            volumes.tokens.push(Token {
                volume: self.name.clone(),
                path: text("path").map_or_else(|| "token".to_owned(), |path| path.to_string()),
                audience: token.get("audience").filter(|node| !node.is_null()).map(|node| self.pod.object.source.value(node)),
                seconds: token.get("expirationSeconds").map(|node| {
                    (
                        self.pod.object.source.value(node).known().and_then(|text| text.parse().ok()),
                        self.at(node, &format!("{key}.expirationSeconds")),
                    )
                }),
                location: self.at(source, &key),
            });
        }
    }

    fn driver(&self, workload: &mut Workload, volumes: &mut Volumes) {
        let Some(csi) = self.node.get("csi") else { return };
        let driver = csi.str("driver").unwrap_or_default();
        if SPIFFE_DRIVERS.contains(&driver) {
            volumes.spiffe.push((self.name.clone(), format!("{driver} volume"), self.at(csi, "csi")));
        }
        if let Some(class) = csi.path(&["volumeAttributes", "secretProviderClass"]).filter(|_| driver == "secrets-store.csi.k8s.io")
            && let Some(name) = self.pod.object.source.text(class)
        {
            let location = self.at(class, "csi.secretProviderClass");
            let mut reference = shared::fetch(StoreKind::CloudSecretManager, &*name, Custody::VaultStatic, location);
            reference.namespace = Some(self.pod.object.namespace().to_string());
            workload.references.push(reference);
        }
        // The credential with which the driver logs in to the secret manager.
        if let Some(mut reference) =
            csi.path(&["nodePublishSecretRef", "name"]).and_then(|name| self.named(name, StoreKind::K8sSecret, "csi.nodePublishSecretRef"))
        {
            reference.content = Content::Durable;
            reference.role = Role::Bootstrap;
            workload.references.push(reference);
        }
    }

    /// A folder or file of the node: a socket, or what the node's own clients keep their credentials in.
    fn host(&self, workload: &mut Workload, volumes: &mut Volumes) {
        let Some(path) = self.node.path(&["hostPath", "path"]) else { return };
        let Some(text) = self.pod.object.source.text(path) else { return };
        let location = self.at(path, "hostPath.path");
        if SPIFFE_FOLDERS.iter().any(|folder| text.starts_with(folder)) {
            volumes.spiffe.push((self.name.clone(), "SPIRE agent socket".to_owned(), location));
        } else if let Some((mount, _)) = mount(self.pod, &self.name) {
            workload.references.extend(host_files::mounted(&text, mount.str("mountPath"), location));
        }
    }
}

impl Volumes {
    /// Says of each mounted Secret what receives it: the variable that points into the mount, else the folder.
    pub(super) fn name_receivers(&self, pod: Pod<'_>, workload: &mut Workload) {
        for (volume, at) in &self.held {
            let folder = mount(pod, volume).and_then(|(mount, _)| mount.str("mountPath").map(str::to_owned));
            let Some((folder, reference)) = folder.zip(workload.references.get_mut(*at)) else { continue };
            let inside = |value: &str| value.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'));
            let variable = pod.containers().iter().find_map(|container| {
                let entries = container.node.get("env").map(Node::items).unwrap_or_default();
                let entry = entries.iter().find(|entry| entry.str("value").is_some_and(inside))?;
                entry.str("name").map(str::to_owned)
            });
            let exchanges = || {
                self.tokens
                    .iter()
                    .any(|token| token.audience.as_ref().and_then(unkeyed_model::Value::known).is_some_and(|text| text.contains(POOLS)))
            };
            *reference = match variable {
                // How a token is exchanged stands in such a file, and a key may: only what the map holds can tell.
                Some(variable) if variable == GOOGLE_FILE && reference.store == StoreKind::K8sConfigMap && exchanges() => {
                    let open = shared::environment(StoreKind::K8sConfigMap, reference.name.clone(), reference.location.clone());
                    Reference { used_as: Some(variable), namespace: reference.namespace.clone(), ..open }
                }
                Some(variable) => shared::received_by(reference.clone(), &variable),
                None => Reference { used_as: Some(folder), ..reference.clone() },
            };
        }
    }

    /// The token whose file a path names.
    pub(super) fn token_at(&self, pod: Pod<'_>, file: &str) -> Option<&Token> {
        self.tokens.iter().find(|token| {
            let folder = mount(pod, &token.volume).and_then(|(mount, _)| mount.str("mountPath"));
            folder.is_some_and(|folder| format!("{}/{}", folder.trim_end_matches('/'), token.path) == file)
        })
    }
}
