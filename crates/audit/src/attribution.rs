//! Whose a credential is (DOMAIN §3.3): the image that holds it, the definition it stands in, else whoever uses the object
//! it stands in, else the file that is drawn in, else the folder, else nobody.
//!
//! One decision a reader would question: only images, compose services, Kubernetes and Terraform definitions own the
//! folder they stand in. A CI job or an agent's configuration says nothing about the files around it, so that a key
//! under `docs/` does not become the lint job's.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Facts, ImagePlace, Location, Origin, Policy, Surface, WorkloadKind};

use crate::artifacts::Draft;
use crate::extents::Extents;
use crate::globs::Glob;
use crate::keys::keys;
use crate::linking::{Merged, StoredIndex};

/// Beginning of the kinds of what programs fetch or are given. It says nothing where nobody is known to run the program.
pub(crate) const OF_PROGRAMS: &str = "program.";

/// Who owns an extent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    /// A definition, by index into `facts.workloads`.
    Definition(usize),
    /// A secret object, by index into `facts.stored`.
    Object(usize),
}

/// Ids of the workloads that use an object, by the key they use (`None`: all of it).
type Readers<'a> = BTreeMap<usize, BTreeMap<Option<&'a str>, BTreeSet<&'a str>>>;

/// Everything that decides ownership, indexed.
#[derive(Debug)]
pub(crate) struct Attribution<'a> {
    extents: Extents<Owner>,
    /// Ids of the workloads that have a definition among their parts.
    users: BTreeMap<usize, Vec<&'a str>>,
    readers: Readers<'a>,
    /// Ids of the workloads that are or run an image, by its name.
    images: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Ids of the workloads that draw in a file.
    drawn_in: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Ids of the workloads that draw in what is built from the programs of a folder, by that folder.
    built_from: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Ids of the workloads that a file defines.
    defined: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Ids of the workloads that own their folder, by every folder above them.
    folders: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// What each Dockerfile copies from the folder it is built in, by its id.
    copied: BTreeMap<&'a str, Vec<&'a str>>,
    /// Ids of the workloads that run the image of a Dockerfile, by the Dockerfile's own id.
    runs: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Folders that the policy declares.
    declared: Vec<(Glob, Vec<&'a str>)>,
}

impl<'a> Attribution<'a> {
    /// Indexes definitions, uses and the policy.
    pub(crate) fn new(facts: &'a Facts, merged: &'a [Merged], stored: &StoredIndex, policy: &Policy) -> Self {
        let definitions = facts.workloads.iter().enumerate();
        let definitions = definitions.flat_map(|(at, workload)| workload.extents.iter().map(move |extent| (extent, Owner::Definition(at))));
        let objects = facts.stored.iter().enumerate().map(|(at, object)| (&object.extent, Owner::Object(at)));
        let mut this = Self {
            extents: Extents::new(definitions.chain(objects)),
            users: BTreeMap::new(),
            readers: readers(facts, merged, stored),
            images: BTreeMap::new(),
            drawn_in: BTreeMap::new(),
            built_from: BTreeMap::new(),
            defined: BTreeMap::new(),
            folders: BTreeMap::new(),
            copied: BTreeMap::new(),
            runs: BTreeMap::new(),
            declared: declared(merged, policy),
        };
        for user in merged {
            this.index(facts, user);
        }
        this
    }

    fn index(&mut self, facts: &'a Facts, user: &'a Merged) {
        let id = user.workload.id.as_str();
        for &part in &user.parts {
            self.users.entry(part).or_default().push(id);
            if facts.workloads[part].kind == WorkloadKind::Dockerfile {
                self.runs.entry(&facts.workloads[part].id).or_default().insert(id);
            }
            let image = Some(&facts.workloads[part]).filter(|part| part.kind == WorkloadKind::Image);
            for name in image.and_then(|image| image.location.origin.image.as_deref()).into_iter().flat_map(|place| &place.images) {
                self.images.entry(name).or_default().insert(id);
            }
            let drawn_in = facts.workloads[part].uses.iter().filter(|(kind, _)| *kind == unkeyed_model::Use::File);
            for (_, file) in drawn_in {
                let file = file.strip_prefix("./").unwrap_or(file);
                self.drawn_in.entry(file).or_default().insert(id);
                if OUTPUTS.contains(&file.rsplit('/').next().unwrap_or_default()) {
                    self.built_from.entry(parent(file).unwrap_or_default()).or_default().insert(id);
                }
            }
        }
        let own = user.workload.location.origin.path.as_str();
        self.defined.entry(own).or_default().insert(id);
        // What a tool printed stands in no folder of the target.
        if owns_folder(user.workload.kind) && user.workload.location.origin.surface != Surface::CliExport {
            for folder in folders_above(own) {
                self.folders.entry(folder).or_default().insert(id);
            }
            if user.workload.kind == WorkloadKind::Dockerfile {
                let copied = user.workload.traits.iter().filter(|(key, ..)| key == COPIES).map(|(_, source, _)| source.as_str());
                self.copied.insert(id, copied.collect());
            }
        }
    }

    /// Adds to the artifact the workloads it belongs to, for each of its places.
    pub(crate) fn attribute(&self, draft: &mut Draft) {
        let places: Vec<Location> = draft.places().cloned().collect();
        // What a platform or its log tells of belongs to what is defined there, and to no folder or file around it.
        let seen = draft.artifact.rule.id.starts_with("declared.");
        let is_outside = |place: &Location| {
            let surface = place.origin.surface;
            surface == Surface::CliExport || (seen && surface == Surface::Log)
        };
        let is_call = draft.artifact.kind.starts_with(OF_PROGRAMS);
        for place in places {
            let mut owners = if is_outside(&place) { self.by_extent(&place).unwrap_or_default() } else { self.owners(&place) };
            if is_call && owners.is_empty() {
                owners = self.by_output(&place.origin.path);
            }
            // Whoever runs a configuration runs no program that lies beside it.
            for owner in owners.into_iter().filter(|owner| !is_call || !owner.ends_with("#run")) {
                draft.belongs_to(owner);
            }
        }
    }

    fn owners(&self, place: &Location) -> Vec<&'a str> {
        if let Some(image) = &place.origin.image {
            return self.by_image(image);
        }
        let drawn_in = || self.drawn_in.get(place.origin.path.as_str()).map(all);
        let by_extent = self.by_extent(place).map(|owners| {
            let mut others: Vec<&str> = drawn_in().unwrap_or_default();
            others.retain(|user| is_of_another_kind(user, &owners));
            owners.into_iter().chain(others).collect()
        });
        by_extent
            .or_else(drawn_in)
            .or_else(|| self.defined.get(place.origin.path.as_str()).and_then(only))
            .or_else(|| self.declared.iter().find(|(glob, _)| glob.matches(&place.origin.path)).map(|(_, owners)| owners.clone()))
            .or_else(|| self.by_folder(&place.origin))
            .or_else(|| self.by_copy(&place.origin))
            .unwrap_or_default()
    }

    /// Everybody who is or runs an image that carries the layer or the configuration. Paths in an image say nothing of
    /// files elsewhere.
    fn by_image(&self, image: &ImagePlace) -> Vec<&'a str> {
        let owners: BTreeSet<&str> = image.images.iter().filter_map(|name| self.images.get(&**name)).flatten().copied().collect();
        all(&owners)
    }

    /// The innermost definition around the place, and the readers of a secret object inside it. A secret object that
    /// nobody reads belongs to nobody: the folder it stands in says nothing about who gets it.
    fn by_extent(&self, place: &Location) -> Option<Vec<&'a str>> {
        let mut ids: Vec<&str> = Vec::new();
        let mut in_object = false;
        for owners in self.extents.containing(place) {
            let mut defined = false;
            for owner in owners {
                let found = match owner {
                    Owner::Object(at) => self.of_object(*at, place),
                    Owner::Definition(at) => self.users.get(at).cloned().unwrap_or_default(),
                };
                in_object |= matches!(owner, Owner::Object(_));
                defined |= matches!(owner, Owner::Definition(_)) && !found.is_empty();
                ids.extend(found);
            }
            if defined {
                break;
            }
        }
        (in_object || !ids.is_empty()).then_some(ids)
    }

    /// The users of the key under which the value stands, else all users of the object: it is handed to them whole.
    fn of_object(&self, object: usize, place: &Location) -> Vec<&'a str> {
        let Some(readers) = self.readers.get(&object) else { return Vec::new() };
        let wanted = keys(place).map(Some).chain([None]).filter_map(|key| readers.get(&key));
        let of_key: Vec<&str> = wanted.flatten().copied().collect();
        if of_key.is_empty() { readers.values().flatten().copied().collect() } else { of_key }
    }

    /// The only workload of the nearest folder that has any, unless the file is a test or a text: those are not deployed. A
    /// definition speaks for itself: of its own folder it may be a part, but it is no file of the image or deployment that
    /// lies in a folder beside it.
    fn by_folder(&self, origin: &Origin) -> Option<Vec<&'a str>> {
        let is_definition = matches!(origin.surface, Surface::CiConfig | Surface::Iac | Surface::K8sManifest);
        let reach = if is_definition { 1 } else { usize::MAX };
        let has_owner = |folder: &&str| self.folders.contains_key(folder) || self.drawn_in.contains_key(folder);
        let folder = folders_above(&origin.path).take(reach).find(has_owner)?;
        if is_not_deployed(origin.path.get(folder.len()..).unwrap_or_default()) {
            return None;
        }
        // Whoever draws in a folder gets what lies in it.
        let drawn_in = self.drawn_in.get(folder).map(all).filter(|_| !is_definition);
        let owner = drawn_in.or_else(|| self.folders.get(folder).and_then(only))?;
        let is_left_out = |id: &&str| self.copied.get(id).is_some_and(|copied| !copied.iter().any(|source| holds(source, &origin.path)));
        if owner.iter().any(is_left_out) {
            return None;
        }
        Some(self.with_runs(owner))
    }

    /// The images that get a file by its name or that of a folder above it, where its own folder doesn't tell whose it is.
    fn by_copy(&self, origin: &Origin) -> Option<Vec<&'a str>> {
        if matches!(origin.surface, Surface::CiConfig | Surface::Iac | Surface::K8sManifest) || is_not_deployed(&origin.path) {
            return None;
        }
        let gets = |(id, sources): (&&'a str, &Vec<&str>)| sources.iter().any(|source| is_named(source, id, &origin.path)).then_some(*id);
        let owner: Vec<&str> = self.copied.iter().filter_map(gets).collect();
        (!owner.is_empty()).then(|| self.with_runs(owner))
    }

    /// Everybody who runs what is built from the programs of the nearest such folder: which of them runs this one isn't told.
    fn by_output(&self, path: &str) -> Vec<&'a str> {
        let found = folders_above(path).find_map(|folder| Some((folder, self.built_from.get(folder)?)));
        found
            .filter(|(folder, _)| !is_not_deployed(path.get(folder.len()..).unwrap_or_default()))
            .map(|(_, owners)| all(owners))
            .unwrap_or_default()
    }

    /// What goes into an image is in the hands of everybody who runs it.
    fn with_runs(&self, owner: Vec<&'a str>) -> Vec<&'a str> {
        let runs: Vec<&str> = owner.iter().filter_map(|id| self.runs.get(id)).flatten().copied().collect();
        owner.into_iter().chain(runs).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

fn readers<'a>(facts: &Facts, merged: &'a [Merged], stored: &StoredIndex) -> Readers<'a> {
    let mut readers = Readers::new();
    for user in merged {
        for reference in &user.workload.references {
            for object in stored.resolve(facts, reference) {
                readers.entry(object).or_default().entry(reference.key.as_deref()).or_default().insert(&user.workload.id);
            }
        }
    }
    readers
}

fn declared<'a>(merged: &'a [Merged], policy: &Policy) -> Vec<(Glob, Vec<&'a str>)> {
    let mut rows = Vec::new();
    for entry in &policy.inventory {
        let workloads = Glob::name(&entry.workload);
        let owners: Vec<&str> = merged.iter().map(|user| user.workload.id.as_str()).filter(|id| workloads.matches(id)).collect();
        if !owners.is_empty() {
            rows.extend(entry.paths.iter().map(|path| (Glob::path(path), owners.clone())));
        }
    }
    rows
}

fn all<'a>(owners: &BTreeSet<&'a str>) -> Vec<&'a str> {
    owners.iter().copied().collect()
}

fn only<'a>(owners: &BTreeSet<&'a str>) -> Option<Vec<&'a str>> {
    (owners.len() == 1).then(|| all(owners))
}

const fn owns_folder(kind: WorkloadKind) -> bool {
    matches!(kind, WorkloadKind::Dockerfile | WorkloadKind::Compose | WorkloadKind::K8s | WorkloadKind::Terraform)
}

/// Folders that builds write to, and that no repository holds.
const OUTPUTS: &[&str] = &["dist", "build", "out", "target", "publish", ".build", ".webpack", ".esbuild"];

/// Trait of a Dockerfile: a file or folder that it copies into the image.
const COPIES: &str = "copies";

/// Whether a copied source holds a file. The folder that an image is built in may be any above its Dockerfile, so that the source
/// may begin at any folder of the path; what isn't told (`$DIR`, `*.json`) may be anything from there on.
fn holds(source: &str, path: &str) -> bool {
    let source = source.trim_start_matches("./").trim_start_matches('/');
    let known = source.split(['*', '?', '[', '$']).next().unwrap_or_default();
    let is_open = known.len() < source.len() || known.ends_with('/');
    let begins = |rest: &str| rest.strip_prefix(known).is_some_and(|rest| is_open || rest.is_empty() || rest.starts_with('/'));
    matches!(known, "" | ".") || std::iter::successors(Some(path), |rest| rest.split_once('/').map(|(_, rest)| rest)).any(begins)
}

/// Whether a source that names something holds a file, copied by the Dockerfile of this id in the build of a folder above it.
fn is_named(source: &str, dockerfile: &str, path: &str) -> bool {
    let source = source.trim_start_matches("./").trim_matches('/');
    if source.is_empty() || source == "." || source.contains(['*', '?', '[', '$']) {
        return false;
    }
    let inside = |folder: &str| if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') };
    let holds = |rest: &str| rest.strip_prefix(source).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    folders_above(dockerfile.strip_prefix("dockerfile:").unwrap_or(dockerfile)).filter_map(inside).any(holds)
}

/// Folders below that of a workload that hold what its tests need.
const TEST_FOLDERS: &[&str] = &["test", "tests", "testdata", "__tests__", "spec", "specs", "fixtures", "e2e", "testing", "mocks"];
/// What the names of test programs end in, without their extension.
const TEST_ENDINGS: &[&str] = &["_test", ".test", ".spec", "_spec", "Test", "Tests"];

/// Folders of what people read.
const PROSE_FOLDERS: &[&str] = &["doc", "docs", "documentation"];
/// Extensions of texts for people.
const PROSE: &[&str] = &["md", "markdown", "rst", "adoc"];

/// Whether a path, relative to the folder of a workload, is that of a test or of its documentation.
fn is_not_deployed(path: &str) -> bool {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
    let is_program = stem.starts_with("test_") || TEST_ENDINGS.iter().any(|ending| stem.ends_with(ending));
    is_program
        || PROSE.contains(&extension)
        || folders.split('/').map(str::to_ascii_lowercase).any(|folder| {
            let folder = folder.as_str();
            TEST_FOLDERS.contains(&folder) || PROSE_FOLDERS.contains(&folder)
        })
}

/// Whether a workload that draws in a file gets what definitions of the file hold as well: a configuration that a service
/// mounts. Of its own kind (pipelines that are spread over files) each says itself which parts it is made of.
fn is_of_another_kind(user: &str, owners: &[&str]) -> bool {
    let kind = user.split(':').next();
    !owners.is_empty() && owners.iter().all(|owner| owner.split(':').next() != kind)
}

/// The folders that contain a file, nearest first; the root is the empty one.
fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(path), |folder| parent(folder))
}

fn parent(path: &str) -> Option<&str> {
    (!path.is_empty()).then(|| path.rsplit_once('/').map_or("", |(folder, _)| folder))
}

#[cfg(test)]
mod tests {
    use super::{holds, is_named};

    #[test]
    fn a_copied_source_holds_what_lies_in_it() {
        for (source, path) in [
            (".", "web/.env"),
            ("./", "web/.env"),
            ("src", "web/src/config.ts"),
            ("./web/src/", "web/src/config.ts"),
            ("package*.json", "web/package-lock.json"),
            ("${FOLDER}", "web/.env"),
            (".env", "web/.env"),
        ] {
            assert!(holds(source, path), "{source} {path}");
        }
        for (source, path) in [("src", "web/src2/a"), ("package*.json", "web/.env"), ("dist", "web/.env.example"), ("bin/x", "bin/y")] {
            assert!(!holds(source, path), "{source} {path}");
        }
    }

    #[test]
    fn a_file_is_copied_by_name_from_a_folder_above_the_dockerfile() {
        let id = "dockerfile:images/runner/Dockerfile";
        for (source, path) in [
            ("start.sh", "images/runner/start.sh"),
            ("./scripts/", "scripts/token.sh"),
            ("images/common/start.sh", "images/common/start.sh"),
        ] {
            assert!(is_named(source, id, path), "{source} {path}");
        }
        for (source, path) in [(".", "a.sh"), ("*.sh", "a.sh"), ("scripts", "web/scripts/token.sh"), ("start", "start.sh")] {
            assert!(!is_named(source, id, path), "{source} {path}");
        }
    }
}
