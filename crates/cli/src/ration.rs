//! How many findings one file may have, those of everything inside it included: a small file can be made to hold millions,
//! and each takes a thousand times the memory of what it was found in.
//!
//! The decision a reader would question: threads cut silently and keep one more than is reported, and only the end says
//! so. Each thread sees the parts of a file in their order, so that what is kept does not depend on their number.

use std::collections::BTreeMap;

use unkeyed_model::{Match, Origin, Skip, SkipReason, Surface};

/// Most findings of one file.
pub(crate) const FILE_FINDINGS: usize = 20_000;

/// One thread's count for the file it is in.
#[derive(Debug, Default)]
pub(crate) struct Ration {
    file: String,
    count: usize,
}

impl Ration {
    /// Whether the file that `origin` lies in has had its ration: nothing more that is found in it will be kept.
    pub(crate) fn is_used_up(&self, origin: &Origin) -> bool {
        self.count > FILE_FINDINGS && file(origin) == Some(self.file.as_str())
    }

    /// Drops what was found beyond the ration in matches `before` and on, all of the same Unit.
    pub(crate) fn cut(&mut self, matches: &mut Vec<Match>, before: usize) {
        let Some(file) = matches.get(before).and_then(|found| file(&found.location.origin)) else { return };
        if self.file != file {
            file.clone_into(&mut self.file);
            self.count = 0;
        }
        let room = (FILE_FINDINGS + 1).saturating_sub(self.count);
        matches.truncate(before + room);
        self.count += matches.len() - before;
    }
}

/// Cuts the sorted `matches` to the ration of each file, and says of which more were found.
pub(crate) fn cut(matches: &mut Vec<Match>) -> Vec<Skip> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    matches.retain(|found| {
        let Some(file) = file(&found.location.origin) else { return true };
        // Most files have a few findings; their name is copied once.
        let count = match counts.get_mut(file) {
            Some(count) => count,
            None => counts.entry(file.to_owned()).or_default(),
        };
        *count += 1;
        *count <= FILE_FINDINGS
    });
    let detail = format!("more than {FILE_FINDINGS} findings; the rest is not reported, and may not have been searched");
    let full = counts.into_iter().filter(|(_, count)| *count > FILE_FINDINGS);
    full.map(|(path, _)| Skip { path, why: SkipReason::Limit, detail: detail.clone() }).collect()
}

/// The outermost file that a text stands in. A path in git's history is that of many files.
fn file(origin: &Origin) -> Option<&str> {
    let path = origin.path.split_once("!/").map_or(origin.path.as_str(), |(file, _)| file);
    (origin.surface != Surface::GitHistory).then_some(path)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Confidence, Custody, Fingerprint, Lifetime, Location, Replayable, Role, RuleInfo};

    use super::*;

    fn found(path: &str, surface: Surface) -> Match {
        let origin = Arc::new(Origin { path: path.into(), surface, ..Origin::default() });
        Match {
            rule: Arc::new(RuleInfo::default()),
            kind: "test".into(),
            location: Location { origin, ..Location::default() },
            related: Vec::new(),
            confidence: Confidence::High,
            verified_structure: true,
            role: Role::Access,
            custody: Custody::Embedded,
            replayable: Replayable::Bearer,
            lifetime: Lifetime::default(),
            typed_position: false,
            fingerprint: Fingerprint::default(),
            mask: String::new(),
            public_because: None,
            pair: None,
            destination: None,
            notes: Vec::new(),
            snippet: None,
            marker: None,
        }
    }

    #[test]
    fn a_file_with_everything_in_it_has_one_ration() {
        let half = FILE_FINDINGS / 2;
        let mut ration = Ration::default();
        let mut matches = Vec::new();
        for (path, count) in [("a.zip!/x", half), ("a.zip!/y", half), ("a.zip!/z", half), ("b", half)] {
            let before = matches.len();
            assert!(!ration.is_used_up(&found(path, Surface::Worktree).location.origin), "{path}");
            matches.extend(std::iter::repeat_n(found(path, Surface::Worktree), count));
            ration.cut(&mut matches, before);
            let is_used_up = ration.is_used_up(&found("a.zip!/later", Surface::Worktree).location.origin);
            assert_eq!(is_used_up, path == "a.zip!/z");
        }
        assert_eq!(matches.len(), FILE_FINDINGS + 1 + half);
        let rows = cut(&mut matches);
        assert_eq!(matches.len(), FILE_FINDINGS + half);
        assert_eq!(rows.iter().map(|row| row.path.as_str()).collect::<Vec<_>>(), ["a.zip"]);
        let mut history = vec![found("a", Surface::GitHistory); FILE_FINDINGS + 2];
        Ration::default().cut(&mut history, 0);
        assert!(cut(&mut history).is_empty() && history.len() == FILE_FINDINGS + 2);
    }
}
