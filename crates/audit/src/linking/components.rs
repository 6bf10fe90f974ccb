//! Draws components into the workloads that use them.
//!
//! Uses may form cycles (a composite action that uses itself through another); each definition is drawn in once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use unkeyed_model::{
    Content, Custody, Destination, Facts, IdentityKind, IdentityPath, ImageBuild, Link, Location, Reach, Reference, Relation, Role,
    StoreKind, Use, Workload, WorkloadKind,
};

use super::secrets::UNWRITTEN;
use super::{StoredIndex, brokered, called, paths, spiffe};

/// A workload with its parts drawn in.
#[derive(Clone, Debug)]
pub(crate) struct Merged {
    /// The workload with the facts of all parts.
    pub(crate) workload: Workload,
    /// Indices into `facts.workloads` of its parts, itself first.
    pub(crate) parts: Vec<usize>,
    /// How they hang together, each after the one that leads to it.
    pub(crate) links: Vec<Link>,
}

/// All workloads that are judged on their own, sorted by id, with their parts.
pub(crate) fn merge(facts: &Facts, stored: &StoredIndex) -> Vec<Merged> {
    let index = Index::new(facts);
    let drawn_in = index.drawn_in_files();
    let mut roots: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, workload) in facts.workloads.iter().enumerate() {
        if !workload.component && !drawn_in.contains(&at) {
            roots.entry(&workload.id).or_default().push(at);
        }
    }
    let merged = |roots: BTreeMap<&str, Vec<usize>>| roots.into_values().map(|definitions| draw_in(&index, stored, definitions)).collect();
    let mut all: Vec<Merged> = merged(roots);
    // An agent that nobody is seen to run runs on a machine that the inputs lack.
    let drawn_in: BTreeSet<usize> = all.iter().flat_map(|one| one.parts.iter().copied()).collect();
    let mut alone: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, workload) in facts.workloads.iter().enumerate() {
        if workload.component && workload.kind == WorkloadKind::VaultAgent && !drawn_in.contains(&at) {
            alone.entry(&workload.id).or_default().push(at);
        }
    }
    all.append(&mut merged(alone));
    all.sort_by(|left, right| left.workload.id.cmp(&right.workload.id));
    all
}

/// Follows all uses from the definitions of one id.
fn draw_in(index: &Index<'_>, stored: &StoredIndex, definitions: Vec<usize>) -> Merged {
    let facts = index.facts;
    let mut merging = Merging::new(facts.workloads[definitions[0]].clone());
    let mut seen: BTreeSet<usize> = definitions.iter().copied().collect();
    let mut parts = Vec::new();
    let mut secrets: BTreeSet<usize> = BTreeSet::new();
    let mut links = Vec::new();
    // Each definition with the one that draws it in as the account it runs under, if it is drawn in so.
    let mut queue: VecDeque<(usize, Option<usize>)> = definitions.into_iter().map(|at| (at, None)).collect();
    while let Some((at, runs_under)) = queue.pop_front() {
        let part = &facts.workloads[at];
        if !parts.is_empty() {
            merging.absorb(part, runs_under.map(|user| &facts.workloads[user]));
        }
        parts.push(at);
        let mut next: Vec<(usize, Option<usize>)> = Vec::new();
        for (kind, target) in &part.uses {
            let runs_under = (*kind == Use::ServiceAccount).then_some(at);
            let found = index.resolve(*kind, target, part);
            if found.is_empty() && *kind == Use::Component && target.starts_with("k8s:") {
                merging.lacks(target, part);
            }
            links.extend(found.iter().map(|&to| index.link(*kind, target, part, to)));
            next.extend(found.into_iter().map(|found| (found, runs_under)));
        }
        for reference in &part.references {
            for at in stored.resolve(facts, reference).into_iter().filter(|&secret| secrets.insert(secret)) {
                let secret = &facts.stored[at];
                let name = secret.name.clone();
                links.push(Link { relation: Relation::Secret, name, from: reference.location.clone(), to: secret.extent.clone() });
                for found in secret.component.iter().flat_map(|id| index.by_id(id)) {
                    let store = &facts.workloads[found];
                    let (name, from, to) = (store.name.clone(), secret.extent.clone(), store.location.clone());
                    links.push(Link { relation: Relation::SecretStore, name, from, to });
                    next.push((found, None));
                }
            }
        }
        queue.extend(next.into_iter().filter(|(found, _)| seen.insert(*found)));
    }
    let mut workload = merging.workload;
    paths::complete(&mut workload);
    spiffe::complete(&mut workload, facts);
    brokered::add_paths(&mut workload, facts, &secrets);
    Merged { workload, parts, links }
}

/// A workload while its parts are copied in, with what it has already.
struct Merging {
    workload: Workload,
    references: BTreeSet<(Location, String, Option<String>)>,
    destinations: BTreeSet<Destination>,
    traits: BTreeSet<(String, String, Location)>,
}

impl Merging {
    fn new(workload: Workload) -> Self {
        Self {
            references: workload.references.iter().map(identity).collect(),
            destinations: workload.destinations.iter().cloned().collect(),
            traits: workload.traits.iter().cloned().collect(),
            workload,
        }
    }

    /// A definition of a cluster that a part names and that isn't in the inputs.
    fn lacks(&mut self, target: &str, part: &Workload) {
        let reference = Reference {
            store: StoreKind::ForeignDefinition,
            name: target.trim_start_matches("k8s:").to_owned(),
            key: None,
            namespace: None,
            used_as: None,
            content: Content::Unstated,
            custody: Custody::PlatformStored,
            role: Role::Access,
            destination: None,
            lease_seconds: None,
            fallback: false,
            location: part.location.clone(),
        };
        if self.references.insert(identity(&reference)) {
            self.workload.references.push(reference);
        }
    }

    /// Copies what a part brings along. A parser may have followed a use itself, so that the same fact comes twice.
    fn absorb(&mut self, part: &Workload, runs_under: Option<&Workload>) {
        for path in &part.identity_paths {
            if self.names_role_of(path) {
                continue;
            }
            let path = runs_under.map_or_else(|| path.clone(), |user| adopt(path, user));
            if !self.workload.identity_paths.contains(&path) {
                self.workload.identity_paths.push(path);
            }
        }
        let taken = part.references.iter().filter(|reference| called::is_handed_over(&self.workload, part, reference));
        let new: Vec<Reference> = taken.filter(|reference| self.references.insert(identity(reference))).cloned().collect();
        self.workload.references.extend(new);
        self.workload.destinations.extend(part.destinations.iter().filter(|one| self.destinations.insert((*one).clone())).cloned());
        self.workload.traits.extend(part.traits.iter().filter(|one| self.traits.insert((*one).clone())).cloned());
        self.workload.owner = self.workload.owner.take().or_else(|| part.owner.clone());
        self.workload.environment = self.workload.environment.take().or_else(|| part.environment.clone());
    }

    /// Whether a part runs with an attached role that it can't name, and the workload says which that is.
    fn names_role_of(&self, path: &IdentityPath) -> bool {
        let attached = |path: &IdentityPath| path.kind == IdentityKind::Managed && path.reach == Reach::Destination;
        let known = |own: &IdentityPath| own.platform == path.platform && attached(own) && own.principal.known().is_some();
        attached(path) && path.principal.known().is_none() && self.workload.identity_paths.iter().any(known)
    }
}

/// What makes two references the same use.
fn identity(reference: &Reference) -> (Location, String, Option<String>) {
    (reference.location.clone(), reference.name.clone(), reference.used_as.clone())
}

/// A ServiceAccount's identity is consumed by running a pod under it: the annotation is the capability, the pod the use.
/// The API server's own token is the exception: it is mounted everywhere and proves no use (DOMAIN §9.5). Where the user
/// is a component (the login of a secret store), the identity leads to what the component is for: a secret manager.
fn adopt(path: &IdentityPath, user: &Workload) -> IdentityPath {
    let mut path = path.clone();
    if path.destination.kind == "k8s-api" {
        return path;
    }
    path.consumer = path.consumer.or_else(|| Some(user.location.clone()));
    if user.component && path.reach == Reach::Destination {
        path.reach = Reach::Vault;
    }
    path
}

/// Finds definitions by id, path and name.
struct Index<'a> {
    facts: &'a Facts,
    by_id: BTreeMap<&'a str, Vec<usize>>,
    by_path: BTreeMap<&'a str, Vec<usize>>,
    /// Shell scripts, by file name, and recipes, by that and their own.
    scripts: BTreeMap<&'a str, Vec<usize>>,
    /// ServiceAccounts, by name.
    accounts: BTreeMap<&'a str, Vec<usize>>,
    /// Scanned images, by each reference.
    images: BTreeMap<String, Vec<usize>>,
    /// Dockerfiles, by the name of the image that is built from them.
    built: BTreeMap<String, BTreeSet<usize>>,
    /// Dockerfiles, by the name of the folder they stand in.
    built_in: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Index<'a> {
    fn new(facts: &'a Facts) -> Self {
        let (by_id, by_path, built_in, scripts) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (accounts, images, built) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut index = Self { facts, by_id, by_path, scripts, accounts, images, built, built_in };
        for (at, workload) in facts.workloads.iter().enumerate() {
            let image = workload.location.origin.image.iter().filter(|_| workload.kind == WorkloadKind::Image);
            for reference in image.flat_map(|image| image.references()) {
                index.images.entry(full(reference)).or_default().push(at);
            }
            if let Some(folder) = Some(workload).filter(|workload| workload.kind == WorkloadKind::Dockerfile).and_then(folder_name) {
                index.built_in.entry(folder).or_default().push(at);
            }
            if called::is_script(workload) {
                index.scripts.entry(called::name(workload)).or_default().push(at);
            }
            if let Some((_, name)) = workload.id.split_once("/ServiceAccount/").filter(|_| workload.component) {
                index.accounts.entry(name).or_default().push(at);
            }
            index.by_id.entry(&workload.id).or_default().push(at);
            index.by_path.entry(&workload.location.origin.path).or_default().push(at);
        }
        for build in facts.workloads.iter().flat_map(|workload| &workload.builds) {
            let dockerfiles = index.dockerfiles(build);
            index.built.entry(familiar(&build.image).to_owned()).or_default().extend(dockerfiles);
        }
        index
    }

    /// The Dockerfile of a build, from the folder of whoever builds up to the root: jobs start at the root of their
    /// repository, and a repository may lie in a folder of the inputs.
    fn dockerfiles(&self, build: &ImageBuild) -> Vec<usize> {
        self.nearest_above(&build.dockerfile, build.location.origin.folder(), WorkloadKind::Dockerfile)
    }

    /// Definitions of a kind at a path that is relative to the root of their repository, which is a folder or one above it.
    fn nearest_above(&self, path: &str, folder: &str, kind: WorkloadKind) -> Vec<usize> {
        let folders = std::iter::successors(Some(folder), |folder| {
            (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(above, _)| above))
        });
        let paths = folders.map(|folder| if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") });
        let found = paths.map(|path| {
            let mut found = self.at_path(&path);
            found.retain(|&at| self.facts.workloads[at].kind == kind);
            found
        });
        found.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The step from a user to a definition that it draws in.
    fn link(&self, kind: Use, target: &str, user: &Workload, to: usize) -> Link {
        let to = &self.facts.workloads[to];
        let relation = match kind {
            Use::Component => Relation::Component,
            Use::File => Relation::File,
            Use::Image if to.kind == WorkloadKind::Dockerfile => Relation::Build,
            Use::Image => Relation::Image,
            Use::ServiceAccount => Relation::ServiceAccount,
            Use::Resource => Relation::Resource,
        };
        Link { relation, name: target.to_owned(), from: user.location.clone(), to: to.location.clone() }
    }

    fn by_id(&self, id: &str) -> Vec<usize> {
        self.by_id.get(id).cloned().unwrap_or_default()
    }

    fn at_path(&self, path: &str) -> Vec<usize> {
        self.by_path.get(path).cloned().unwrap_or_default()
    }

    /// Environment files and build specifications that somebody draws in; they are part of their users and no workloads of
    /// their own.
    fn drawn_in_files(&self) -> BTreeSet<usize> {
        let uses = self.facts.workloads.iter().flat_map(|workload| workload.uses.iter().map(move |used| (workload, used)));
        let drawn = uses.filter(|(_, (kind, _))| *kind == Use::File).flat_map(|(user, (kind, target))| self.resolve(*kind, target, user));
        let is_part = |at: &usize| matches!(self.facts.workloads[*at].kind, WorkloadKind::Env | WorkloadKind::Codebuild);
        drawn.filter(is_part).collect()
    }

    /// The definitions that a use names, as seen from its user.
    fn resolve(&self, kind: Use, target: &str, user: &Workload) -> Vec<usize> {
        let path = target.strip_prefix("./").unwrap_or(target).trim_end_matches('/');
        let found = match kind {
            Use::Component => {
                // The root that the path is relative to: several repositories may be scanned at once.
                let root = user.location.origin.path.split_once(".github/").map_or("", |(root, _)| root);
                let bases = [path.to_owned(), format!("{root}{path}")];
                let places = bases.iter().flat_map(|base| [base.clone(), format!("{base}/action.yml"), format!("{base}/action.yaml")]);
                let found = places.flat_map(|place| self.at_path(&place)).chain(self.by_id(target)).chain(self.recipe(path, root, user));
                let found: Vec<usize> = found.collect();
                // A job may be in another folder when it runs a script: then its name must tell which is meant.
                let name = path.rsplit('/').next().unwrap_or_default();
                let only = self.scripts.get(name).filter(|scripts| found.is_empty() && scripts.len() == 1);
                only.cloned().unwrap_or(found)
            }
            Use::File => {
                let content = |at: &usize| matches!(self.facts.workloads[*at].kind, WorkloadKind::Env | WorkloadKind::Dockerfile);
                let found: Vec<usize> = self.at_path(path).into_iter().filter(content).collect();
                // A path of the host, whose files lie in a folder of the inputs as they do there.
                let of_host = path.strip_prefix('/').filter(|_| found.is_empty() && user.kind == WorkloadKind::Systemd);
                if let Some(path) = of_host {
                    let nearest = |kind| self.nearest_above(path, user.location.origin.folder(), kind);
                    return [WorkloadKind::Env, WorkloadKind::VaultAgent].into_iter().flat_map(nearest).collect();
                }
                if found.is_empty() { self.nearest_above(path, user.location.origin.folder(), WorkloadKind::Codebuild) } else { found }
            }
            Use::ServiceAccount => self.service_account(target, user),
            Use::Resource => {
                let scope = user.id.split('#').next().unwrap_or_default();
                self.by_id(target).into_iter().chain(self.by_id(&format!("{scope}#{target}"))).collect()
            }
            Use::Image => match (self.images.get(&full(target)), self.built.get(familiar(name_of(target)))) {
                // What was scanned says more than what it was built from.
                (Some(scanned), _) => scanned.clone(),
                (None, Some(built)) => built.iter().copied().collect(),
                (None, None) => self.built_here(target),
            },
        };
        let mut found: Vec<usize> = found;
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The recipe `file#name`, in the folder of whoever calls it or from the root.
    fn recipe(&self, path: &str, root: &str, user: &Workload) -> Vec<usize> {
        let folder = user.location.origin.folder();
        let beside = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        let bases = [beside, path.to_owned(), format!("{root}{path}")];
        let found = bases.iter().map(|base| self.by_id(&format!("repo:{base}")));
        found.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The only Dockerfile in a folder called like the image. Images without an owner are other people's, and so is one
    /// that the Dockerfile starts from.
    fn built_here(&self, image: &str) -> Vec<usize> {
        let name = image.rsplit_once('/').map_or("", |(_, name)| name).split([':', '@']).next().unwrap_or_default();
        let Some(&[only]) = self.built_in.get(name).map(Vec::as_slice) else { return Vec::new() };
        let starts_from = |(kind, base): &(Use, String)| *kind == Use::Image && familiar(name_of(base)) == familiar(name_of(image));
        if self.facts.workloads[only].uses.iter().any(starts_from) { Vec::new() } else { vec![only] }
    }

    /// Components that stand for the ServiceAccount `namespace/name`; where pod or account names no namespace, the only one of
    /// that name in the pod's folder.
    fn service_account(&self, target: &str, user: &Workload) -> Vec<usize> {
        let (namespace, name) = target.split_once('/').unwrap_or(("", target));
        let found = self.by_id(&format!("k8s:{namespace}/ServiceAccount/{name}"));
        if !found.is_empty() || name == "default" {
            return found;
        }
        let open = |at: &&usize| {
            let account = &self.facts.workloads[**at];
            let is_open = namespace == UNWRITTEN || account.id.starts_with(&format!("k8s:{UNWRITTEN}/"));
            is_open && account.location.origin.folder() == user.location.origin.folder()
        };
        let named: Vec<usize> = self.accounts.get(name).into_iter().flatten().filter(open).copied().collect();
        let is_one = named.iter().all(|&at| self.facts.workloads[at].id == self.facts.workloads[named[0]].id);
        if is_one { named } else { Vec::new() }
    }
}

/// The name of the folder that a definition stands in.
fn folder_name(workload: &Workload) -> Option<&str> {
    workload.location.origin.folder().rsplit('/').next().filter(|name| !name.is_empty())
}

/// An image's reference without what may be left out (Docker's "familiar names").
fn familiar(reference: &str) -> &str {
    let name = ["docker.io/", "index.docker.io/"].iter().find_map(|registry| reference.strip_prefix(registry)).unwrap_or(reference);
    name.strip_prefix("library/").unwrap_or(name)
}

/// The reference without tag and digest.
fn name_of(reference: &str) -> &str {
    let named = reference.split('@').next().unwrap_or_default();
    let last = named.rfind('/').map_or(0, |at| at + 1);
    named[last..].find(':').map_or(named, |at| &named[..last + at])
}

/// An image's reference in one form of those that mean the same.
fn full(reference: &str) -> String {
    let name = familiar(reference);
    let has_tag = name.rsplit('/').next().is_some_and(|last| last.contains([':', '@']));
    if has_tag { name.to_owned() } else { format!("{name}:latest") }
}

#[cfg(test)]
mod tests;
