//! A pipeline: a root file with everything that it includes, and jobs as they result from it.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::Location;

use super::includes::Included;
use crate::ci::{File, Files};
use crate::place;
use crate::tree::{Entry, Node};

/// Most files of one pipeline (GitLab's own default is 150).
const MAX_INCLUDES: usize = 150;
/// Most definitions that one job is made of; `extends` of `extends` are counted each time.
const MAX_PARTS: usize = 256;
/// Most definitions that are visited to put a job together.
const MAX_VISITS: usize = 1_024;
/// Deepest chain of `extends`, the job itself included (GitLab allows 11 levels).
const MAX_EXTENDS: usize = 12;

/// Keys of a file that are no jobs (GitLab docs, "CI/CD YAML syntax reference").
const GLOBAL: &[&str] = &[
    "default",
    "include",
    "stages",
    "variables",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "spec",
    "types",
    "component",
];

/// Whether all that stands at the margin of a text are keys of a file that are no jobs, variables among them.
pub(super) fn is_settings_alone(head: &[u8]) -> bool {
    let mut margin = head.split(|byte| *byte == b'\n').filter(|line| !matches!(line.first(), None | Some(b' ' | b'#' | b'\r' | b'-')));
    let key =
        |line: &[u8]| line.split(|byte| *byte == b':').next().and_then(|key| std::str::from_utf8(key).ok()).unwrap_or_default().to_owned();
    memchr::memmem::find(head, b"variables:").is_some() && margin.all(|line| GLOBAL.contains(&key(line).as_str()))
}

/// What stands elsewhere, and where that is written.
pub(super) type Lacking = Vec<(String, Location)>;

/// A piece of a definition: a mapping with the way to it.
#[derive(Clone)]
pub(super) struct Part<'f> {
    pub(super) file: &'f File<'f>,
    pub(super) node: &'f Node,
    pub(super) path: String,
    /// The entry that holds it.
    pub(super) at: Location,
}

/// Where a key's value was found.
pub(super) struct Found<'f> {
    pub(super) file: &'f File<'f>,
    pub(super) node: &'f Node,
    pub(super) path: String,
}

pub(super) struct Pipeline<'f> {
    pub(super) root: &'f File<'f>,
    /// Its files, those whose keys win last.
    files: Vec<&'f File<'f>>,
    jobs: BTreeMap<&'f str, Vec<(&'f File<'f>, &'f Entry)>>,
    /// Global sections by key, in the order of the files.
    globals: BTreeMap<&'static str, Vec<Part<'f>>>,
    /// Includes that stand elsewhere.
    pub(super) lacking: Vec<(String, Location)>,
    pub(super) cut: bool,
}

impl<'f> Pipeline<'f> {
    pub(super) fn new(files: &'f Files<'f>, root: &'f File<'f>) -> Self {
        let mut pipeline =
            Self { root, files: Vec::new(), jobs: BTreeMap::new(), globals: BTreeMap::new(), lacking: Vec::new(), cut: false };
        pipeline.include(files, root, &mut BTreeSet::new());
        for file in &pipeline.files {
            for entry in file.root.entries() {
                if let Some(key) = GLOBAL.iter().find(|key| **key == entry.name()) {
                    let part = Part { file, node: &entry.value, path: (*key).to_owned(), at: file.place.at(entry.span, *key) };
                    pipeline.globals.entry(key).or_default().push(part);
                } else if !entry.value.entries().is_empty() {
                    pipeline.jobs.entry(entry.name()).or_default().push((file, entry));
                }
            }
        }
        pipeline
    }

    /// Adds a file behind the files that it includes.
    fn include(&mut self, files: &'f Files<'f>, file: &'f File<'f>, seen: &mut BTreeSet<&'f str>) {
        if seen.len() >= MAX_INCLUDES {
            self.cut = true;
            return;
        }
        if !seen.insert(file.place.path()) {
            return;
        }
        for included in file.root.get("include").map(|include| files.included(self.root, file, include)).unwrap_or_default() {
            match included {
                Included::Here(found) => found.into_iter().for_each(|file| self.include(files, file, seen)),
                Included::Elsewhere(what, at) => self.lacking.push((what, at)),
            }
        }
        self.files.push(file);
    }

    /// Paths of the files that it includes.
    pub(super) fn included(&self) -> impl Iterator<Item = &'f str> {
        let root = self.root.place.path();
        self.files.iter().map(|file| file.place.path()).filter(move |path| *path != root)
    }

    /// Files of the inputs that its jobs start as pipelines of their own (`trigger: include`).
    pub(super) fn children(&self, files: &'f Files<'f>) -> Vec<&'f File<'f>> {
        let triggers = self.jobs.values().flatten().filter_map(|(file, entry)| Some((file, entry.value.path(&["trigger", "include"])?)));
        let found = triggers.flat_map(|(file, include)| files.included(self.root, file, include));
        found.filter_map(|included| if let Included::Here(files) = included { Some(files) } else { None }).flatten().collect()
    }

    /// Names of its jobs, templates left out.
    pub(super) fn jobs(&self) -> impl Iterator<Item = &'f str> {
        self.jobs.keys().copied().filter(|name| !name.starts_with('.'))
    }

    /// All definitions that a job is made of, those whose keys win last; unknown ones are listed in `lacking`.
    pub(super) fn parts(&self, name: &str, lacking: &mut Lacking) -> (Vec<Part<'f>>, bool) {
        let mut parts = Vec::new();
        let mut visits = MAX_VISITS;
        let complete = self.collect(name, MAX_EXTENDS, &mut visits, &mut parts, lacking);
        (parts, complete)
    }

    /// Adds the definitions of a job, those that it extends first. Says whether no limit was reached.
    fn collect(&self, name: &str, deeper: usize, visits: &mut usize, parts: &mut Vec<Part<'f>>, lacking: &mut Lacking) -> bool {
        if parts.len() >= MAX_PARTS || *visits == 0 || deeper == 0 {
            return false;
        }
        *visits -= 1;
        let own = self.jobs.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut complete = true;
        let extends = own.iter().rev().find_map(|(file, entry)| Some((file, entry.value.get("extends")?)));
        for (file, base) in extends.into_iter().flat_map(|(file, node)| node.one_or_many().iter().map(move |base| (file, base))) {
            let base_name = base.text().unwrap_or_default();
            if self.jobs.contains_key(base_name) {
                complete &= self.collect(base_name, deeper - 1, visits, parts, lacking);
            } else {
                lacking.push((format!("`{base_name}`, which the job extends"), file.place.at(base.span, place::under(name, "extends"))));
            }
        }
        let path = place::under("", name);
        let own = own.iter().map(|(file, entry)| Part {
            file,
            node: &entry.value,
            path: path.clone(),
            at: file.place.at(entry.span, path.clone()),
        });
        // What is drawn in twice counts where it is drawn in last.
        let own: Vec<_> = own.collect();
        parts.retain(|part| own.iter().all(|other| other.at != part.at));
        parts.extend(own);
        complete
    }

    /// A global section (`default`, `variables`) in each file that has it.
    pub(super) fn sections(&self, key: &str) -> &[Part<'f>] {
        self.globals.get(key).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The value of a key, from the last part that has it.
pub(super) fn find<'f>(parts: &[Part<'f>], key: &str) -> Option<Found<'f>> {
    let (part, entry) = parts.iter().rev().find_map(|part| Some((part, part.node.entry(key)?)))?;
    let found = Found { file: part.file, node: &entry.value, path: place::under(&part.path, key) };
    (!entry.value.is_null()).then_some(found)
}
