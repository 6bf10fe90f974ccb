//! Puts what git knows of found contents into their matches.

use std::collections::BTreeMap;
use std::sync::Arc;

use gix::index::Entry;
use gix::index::entry::Mode;
use unkeyed_model::{GitPlace, Location, Match, Origin, Skip, SkipReason, Timestamp};

use super::graph::Graph;
use super::provenance::{self, Place};
use super::store::{Store, gap};
use super::sweep::Sweep;
use super::tips::Tips;
use super::{History, commit, read};
use crate::path_text::{bytes_text, joined};
use crate::read::Reader;

impl History {
    /// Fills [`GitPlace`] in the origins of `matches`, and leaves out what stands only at excluded paths.
    pub(super) fn place(&self, matches: &mut Vec<Match>) -> Vec<Skip> {
        let store = self.store();
        let mut sought: Vec<u32> = matches.iter().filter_map(|found| self.number(&found.location.origin)).collect();
        sought.sort_unstable();
        sought.dedup();
        if sought.is_empty() {
            return Vec::new();
        }
        let mut graph = Graph::read(&Sweep::new(store, &self.options), self.hash.len_in_bytes(), &sought);
        let repository = self.repository.to_thread_local();
        let ancestry = self.ancestry.get_or_init(|| read::ancestry(store, &self.options));
        let places = provenance::places(&mut graph, ancestry, &store.ids, &Tips::read(&repository), &sought);
        let filled: BTreeMap<u32, Filled> =
            sought.iter().zip(&places).map(|(&object, place)| (object, self.fill(store, &repository, place))).collect();
        let before = matches.len();
        matches.retain(|found| {
            let known = self.number(&found.location.origin).and_then(|object| filled.get(&object));
            known.is_none_or(|known| !known.is_excluded)
        });
        for found in matches.iter_mut() {
            for Location { origin, .. } in std::iter::once(&mut found.location).chain(&mut found.related) {
                if let Some(known) = self.number(origin).and_then(|object| filled.get(&object)) {
                    known.put(origin);
                }
            }
        }
        let mut skips = Vec::new();
        let excluded = before - matches.len();
        if excluded > 0 {
            skips.push(gap(SkipReason::Excluded, format!("{excluded} matches in contents that stand only at excluded paths")));
        }
        let unknown = places.iter().filter(|place| place.state.is_none()).count();
        if unknown > 0 {
            let detail =
                format!("of {unknown} contents with matches it is not known which commits have them: trees hold them at too many paths");
            skips.push(gap(SkipReason::NotUnderstood, detail));
        }
        self.prefixed(skips)
    }

    /// The number of the object that `origin` stands for, if it is one of this repository's of which no more is known yet.
    fn number(&self, origin: &Origin) -> Option<u32> {
        let git = origin.git.as_ref().filter(|git| git.state.is_none())?;
        let prefix = &self.options.prefix;
        let is_here = prefix.is_empty() || origin.path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
        let id = gix::ObjectId::from_hex(git.object.as_bytes()).ok().filter(|_| is_here)?;
        self.store().ids.find(&id)
    }

    /// The ids (hex) of objects that pass, by the printable path of the working file that has the same content.
    pub(super) fn working_files(&self, passes: impl Fn(&str) -> bool) -> BTreeMap<String, String> {
        let repository = self.repository.to_thread_local();
        let (Ok(index), Some(folder)) = (repository.index_or_empty(), repository.workdir()) else { return BTreeMap::new() };
        let mut reader = Reader::new(self.options.max_file_bytes);
        let is_file = |entry: &&Entry| matches!(entry.mode, Mode::FILE | Mode::FILE_EXECUTABLE);
        let same = |entry: &Entry| {
            let object = Some(entry.id.to_string()).filter(|object| passes(object))?;
            let name = entry.path(&index);
            let path = folder.join(gix::path::from_bstr(name).ok()?);
            let content = reader.bytes(&path).filter(|_| self.excludes.reason_below(&path).is_none())?;
            let id = gix::objs::compute_hash(self.hash, gix::objs::Kind::Blob, content).ok()?;
            (id == entry.id).then(|| (joined(&self.options.prefix, &bytes_text(name)), object))
        };
        index.entries().iter().filter(is_file).filter_map(same).collect()
    }

    fn fill(&self, store: &Store, repository: &gix::Repository, place: &Place) -> Filled {
        let commit = place.introduced.map(|(_, commit)| store.ids.hex(commit));
        let author = commit.as_ref().filter(|_| self.options.show_authors).and_then(|id| {
            let id = gix::ObjectId::from_hex(id.as_bytes()).ok()?;
            let object = repository.find_object(id).ok()?;
            Some(bytes_text(commit::author(&object.data)?))
        });
        let prefixed = |path: &Vec<u8>| joined(&self.options.prefix, &bytes_text(path));
        let git = GitPlace {
            object: String::new(),
            state: place.state,
            commits: place.commits,
            branches: place.branches,
            paths: place.paths.iter().map(prefixed).collect(),
            author,
        };
        let first_seen = place.introduced.and_then(|(seconds, _)| Timestamp::from_second(seconds).ok());
        Filled { commit, first_seen, git, is_excluded: self.is_excluded(place) }
    }

    fn is_excluded(&self, place: &Place) -> bool {
        let root = self.root();
        let path = |name: &[u8]| gix::path::from_bstr(gix::bstr::BStr::new(name)).ok().map(|path| root.join(path));
        let is_excluded = |name: &Vec<u8>| path(name).is_some_and(|path| self.excludes.reason_below(&path).is_some());
        !place.paths.is_empty() && place.paths.iter().all(is_excluded)
    }
}

/// What goes into an origin.
struct Filled {
    commit: Option<String>,
    first_seen: Option<Timestamp>,
    git: GitPlace,
    is_excluded: bool,
}

impl Filled {
    fn put(&self, origin: &mut Arc<Origin>) {
        let object = origin.git.as_ref().map(|git| git.object.clone()).unwrap_or_default();
        let origin = Arc::make_mut(origin);
        origin.commit = self.commit.clone();
        origin.first_seen = self.first_seen;
        origin.git = Some(Arc::new(GitPlace { object, ..self.git.clone() }));
    }
}
