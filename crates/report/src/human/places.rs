//! Where something stands, as people read it.

use unkeyed_model::{Fate, GitState, Location, Origin, Surface, Tracked};

use super::page::{Piece, plain};
use crate::place;

/// `path:line:column`, leading to the file if it can be opened.
pub(super) fn piece(location: &Location) -> Piece<'static> {
    plain(place::shown(location)).leading_to(file(&location.origin))
}

/// The file as a relative reference, if it is one that an editor can open: not in a commit, a layer or an archive.
fn file(origin: &Origin) -> Option<String> {
    let is_elsewhere = origin.commit.is_some() || origin.git.is_some() || origin.layer.is_some() || origin.process.is_some();
    let is_inside = origin.surface == Surface::GitHistory || origin.path.contains("!/");
    (!origin.path.is_empty() && !is_elsewhere && !is_inside).then(|| origin.uri())
}

/// What is special about a place: facts that its path does not show.
pub(crate) fn remarks(location: &Location) -> Vec<String> {
    let origin = &location.origin;
    let mut remarks = Vec::new();
    match origin.tracked {
        Some(Tracked::Ignored) => remarks.push("ignored by git".to_owned()),
        Some(Tracked::Untracked) => remarks.push("not tracked by git".to_owned()),
        Some(Tracked::Tracked) | None => {}
    }
    if let Some(commit) = &origin.commit {
        remarks.push(format!("in commit {}", commit.chars().take(12).collect::<String>()));
    }
    remarks.extend(origin.git.as_ref().and_then(|git| git.state).map(reached));
    if let Some(layer) = &origin.layer {
        remarks.push(format!("in image layer {}", short(layer)));
    }
    if let Some(image) = &origin.image {
        remarks.extend(image.instruction.clone());
        remarks.extend(became(&image.fate));
    }
    if let Some(process) = &origin.process {
        remarks.push(format!("in process {} ({})", process.name, process.id));
    }
    if is_elsewhere(origin.surface) && origin.process.is_none() && origin.commit.is_none() && origin.layer.is_none() {
        remarks.push(format!("in {}", origin.surface));
    }
    let decodings: Vec<&str> = place::decodings(location).iter().map(|step| step.as_str()).collect();
    if !decodings.is_empty() {
        remarks.push(format!("encoded as {}", decodings.join(", then ")));
    }
    remarks
}

/// What became of a file of an image; nothing to say of one that is simply there.
fn became(fate: &Fate) -> Option<String> {
    match fate {
        Fate::Present => None,
        Fate::Unknown => Some("not known whether later layers delete it".to_owned()),
        Fate::Linked(link) => Some(format!("still there as {link}")),
        Fate::Overwritten(layer) => Some(format!("overwritten in layer {}", short(layer))),
        Fate::Deleted(layer) => Some(format!("deleted in layer {}", short(layer))),
    }
}

/// As much of a digest as tells layers apart.
fn short(digest: &str) -> String {
    digest.chars().take(19).collect()
}

/// What leads to an object of git.
fn reached(state: GitState) -> String {
    match state {
        GitState::InHead => "in HEAD",
        GitState::Staged => "staged",
        GitState::Reachable => "not in HEAD, but in its history or another branch, tag or note",
        GitState::Stash => "in a stash",
        GitState::Reflog => "in the reflog only",
        GitState::Unreachable => "unreachable, until git prunes it",
    }
    .to_owned()
}

/// Surfaces that one would not guess from a path.
const fn is_elsewhere(surface: Surface) -> bool {
    !matches!(surface, Surface::Worktree | Surface::CiConfig | Surface::Iac | Surface::K8sManifest | Surface::HostFs)
}

/// The first `most` places, and how many more there are.
pub(super) fn listed<'l>(locations: impl ExactSizeIterator<Item = &'l Location>, most: usize) -> String {
    let more = locations.len().saturating_sub(most);
    let mut shown: Vec<String> = locations.take(most).map(place::shown).collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown.join(", ")
}
