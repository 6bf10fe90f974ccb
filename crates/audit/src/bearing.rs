//! Which gaps in what was read bear on which workload (DOMAIN §4.1, `cov`).
//!
//! One decision a reader would question: a file that can't be read as what it is (broken YAML, a template of some other
//! tool) was still searched for credentials; what it may hide are definitions. Those bear on the workloads of its own part
//! of the tree, not on a job in another part. So does an archive of a format that isn't opened. Any other gap (unreadable, too
//! large, encrypted) bears on everybody.

use unkeyed_model::{Facts, Skip, SkipReason};

use crate::context::Linked;

/// Most gaps that are looked at one by one; beyond that each bears on everybody.
const MAX_GAPS: usize = 2_000;

/// Top folders that hold texts about the software.
const ABOUT: &[&str] = &["docs", "doc", "documentation", "website", "site"];

/// Whether no gap bears on the workload.
pub(crate) fn is_covered<'a>(linked: &Linked, facts: &Facts, gaps: impl Iterator<Item = &'a Skip>) -> bool {
    let mut evidence: Option<Vec<&str>> = None;
    gaps.enumerate().all(|(at, gap)| {
        let local = at < MAX_GAPS && matches!(gap.why, SkipReason::Malformed | SkipReason::NotOpened) && !gap.path.is_empty();
        let evidence = evidence.get_or_insert_with(|| folders(linked, facts));
        local && (is_about(&gap.path, evidence) || evidence.iter().all(|folder| !is_near(folder, folder_of(&gap.path))))
    })
}

/// The folders of everything that a verdict on the workload rests on.
fn folders<'a>(linked: &'a Linked, facts: &'a Facts) -> Vec<&'a str> {
    let own = linked.locations.iter().chain(linked.workload.references.iter().map(|reference| &reference.location));
    let paths = linked.paths.iter();
    let trusts = paths.clone().flat_map(|path| &path.trusts).filter_map(|&at| facts.trusts.get(at)).map(|trust| &trust.location);
    let grants = paths.clone().flat_map(|path| &path.grants).filter_map(|&at| facts.grants.get(at)).map(|grant| &grant.location);
    let sessions = paths.flat_map(|path| &path.sessions).filter_map(|&at| facts.sessions.get(at)).map(|session| &session.location);
    let all = own.chain(trusts).chain(grants).chain(sessions);
    let mut folders: Vec<&str> = all.map(|location| location.origin.folder()).collect();
    folders.sort_unstable();
    folders.dedup();
    folders
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether the gap is in a text about the software, and the workload is not.
fn is_about(path: &str, evidence: &[&str]) -> bool {
    let top = |path: &str| path.split('/').next().is_some_and(|top| ABOUT.contains(&top));
    top(path) && !evidence.iter().any(|folder| top(folder))
}

/// Whether two folders belong to one part of the tree: they share all of the shorter path but its last part.
fn is_near(one: &str, other: &str) -> bool {
    let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).count();
    let shared = one.split('/').zip(other.split('/')).take_while(|(a, b)| a == b && !a.is_empty()).count();
    shared + 1 >= parts(one).min(parts(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_of_the_tree_is_what_the_shorter_path_shares() {
        for (one, other) in [("", "a/b/c"), ("k8s/base", "k8s/overlays/prod"), ("infra", ".github/workflows"), ("a/b/c", "a/b")] {
            assert!(is_near(one, other) && is_near(other, one), "{one} {other}");
        }
        for (one, other) in [(".github/workflows", "docs/snippets"), ("apps/a/base", "apps/b/base"), ("x/y", "z/y")] {
            assert!(!is_near(one, other) && !is_near(other, one), "{one} {other}");
        }
    }

    #[test]
    fn texts_about_the_software_bear_on_nothing_but_themselves() {
        assert!(is_about("docs/x.yaml", &[".github/workflows"]));
        assert!(!is_about("docs/x.yaml", &["docs/examples"]));
        assert!(!is_about("deploy/x.yaml", &["deploy"]));
    }
}
