//! Which file a result is shown at: GitHub draws an alert only at a file that is there when the results are uploaded.
//!
//! A credential in git's history, in an image's layer or inside an archive stands in no such file. It is shown at the
//! nearest one, and its true place is the first related location and part of the message. One decision a reader would
//! question: a file counts as there only if the report itself names it so (nothing is looked up here), so the nearest
//! known file need not be the nearest one.

use std::collections::BTreeSet;
use std::ops::Bound;

use unkeyed_model::{GitState, Location, Origin, Report, Surface, WorkloadReport};

/// What stands between a container and its member in a path.
const MEMBER: &str = "!/";

/// The files of the working tree that a report names.
pub(super) struct Head<'r> {
    files: BTreeSet<&'r str>,
}

impl<'r> Head<'r> {
    pub(super) fn new(report: &'r Report) -> Self {
        let artifacts = report.artifacts.iter().flat_map(|artifact| artifact.locations.iter().map(|(location, _)| location));
        let findings = report.findings.iter().flat_map(|finding| &finding.locations);
        let workloads = report.workloads.iter().flat_map(|workload| &workload.locations);
        let all = artifacts.chain(findings).chain(workloads);
        Self { files: all.filter(|location| is_there(&location.origin)).map(|location| file(&location.origin)).collect() }
    }

    /// The file to show `location` at instead; `None` if it stands in a file that is there, or no file is known.
    pub(super) fn instead(&self, location: &Location, workload: Option<&'r WorkloadReport>) -> Option<&'r str> {
        let origin = &*location.origin;
        let own = file(origin);
        if is_there(origin) {
            return self.files.get(own).copied().filter(|own| own.len() < origin.path.len());
        }
        let home =
            || workload.and_then(|workload| workload.locations.iter().find(|home| is_there(&home.origin))).map(|home| file(&home.origin));
        self.files.get(own).copied().or_else(home).or_else(|| self.nearest(own))
    }

    /// The first file in the innermost folder around `path` that has one.
    fn nearest(&self, path: &str) -> Option<&'r str> {
        let mut folder = path;
        while let Some((outer, _)) = folder.rsplit_once('/') {
            folder = outer;
            let start = format!("{folder}/");
            // Everything in a folder follows its name with a slash, and nothing stands between.
            let after = self.files.range::<str, _>((Bound::Included(start.as_str()), Bound::Unbounded)).next();
            let first = after.copied().filter(|file| file.starts_with(&start));
            if first.is_some() {
                return first;
            }
        }
        self.files.first().copied()
    }
}

/// The file on disk that a content stands in or was unpacked from.
fn file(origin: &Origin) -> &str {
    origin.path.split_once(MEMBER).map_or(&origin.path, |(file, _)| file)
}

/// Whether the content stands in, or inside, a file of the working tree.
fn is_there(origin: &Origin) -> bool {
    let state = origin.git.as_ref().and_then(|git| git.state);
    match origin.surface {
        Surface::ImageLayer | Surface::ImageConfig => false,
        Surface::GitHistory => matches!(state, Some(GitState::InHead | GitState::Staged)),
        _ => origin.layer.is_none() && origin.commit.is_none() && !origin.path.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn at(path: &str, surface: Surface) -> Location {
        Location { origin: Arc::new(Origin { path: path.into(), surface, ..Origin::default() }), ..Location::default() }
    }

    fn shown(path: &str, surface: Surface) -> Option<String> {
        let files = BTreeSet::from(["a.env", "app/config/x.yml", "app/z.env", "b/c.zip", "bc/first"]);
        Head { files }.instead(&at(path, surface), None).map(str::to_owned)
    }

    #[test]
    fn what_is_there_is_shown_where_it_is() {
        assert_eq!(shown("a.env", Surface::Worktree), None);
        assert_eq!(shown("b/c.zip!/inner.env", Surface::Worktree).as_deref(), Some("b/c.zip"), "an archive's member at the archive");
    }

    #[test]
    fn what_is_gone_is_shown_at_the_nearest_file() {
        for (path, nearest) in [
            ("app/z.env", "app/z.env"),
            ("app/config/gone.yml", "app/config/x.yml"),
            ("app/other/gone.yml", "app/config/x.yml"),
            ("b/gone", "b/c.zip"),
            ("nowhere/at/all", "a.env"),
            ("gone", "a.env"),
        ] {
            assert_eq!(shown(path, Surface::GitHistory).as_deref(), Some(nearest), "{path}");
        }
        let none = Head { files: BTreeSet::new() };
        assert_eq!(none.instead(&at("srv/.env", Surface::ImageLayer), None), None);
    }
}
