//! The workflows and actions of the inputs, found by the path that a `uses:` names.

use unkeyed_model::{Skip, Unit};

use crate::ci;

/// One workflow or action file.
pub(super) type File<'a> = ci::File<'a>;

/// All of them, by path.
pub(super) struct Files<'a>(ci::Files<'a>);

impl<'a> Files<'a> {
    pub(super) fn read(units: &'a [Unit<'_>], skipped: &mut Vec<Skip>) -> Self {
        Self(ci::Files::read_with(units, skipped, |documents| documents.into_iter().next()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &File<'a>> {
        self.0.iter()
    }

    /// The file that a local `uses` in the file `from` means, and its path; the path alone if the inputs lack it.
    pub(super) fn local(&self, from: &str, uses: &str) -> (String, Option<&File<'a>>) {
        let root = repository_of(from);
        let relative = uses.trim_start_matches(['.', '$']).trim_matches('/');
        let path = if root.is_empty() { relative.to_owned() } else { format!("{root}/{relative}") };
        let candidates = [path.clone(), format!("{path}/action.yml"), format!("{path}/action.yaml")];
        // `uses: ./` is the action at the root of the repository.
        let found = candidates.into_iter().find_map(|candidate| self.0.0.get_key_value(candidate.trim_start_matches('/')));
        match found {
            Some((path, file)) => (path.clone(), Some(file)),
            None => (path, None),
        }
    }
}

/// `uses: ./path`, and `$/path`, which is the same at the commit of the calling file.
pub(super) fn is_local(uses: &str) -> bool {
    uses.starts_with("./") || uses.starts_with("$/")
}

/// The folder that holds `.github`; where there is none in the path, the root of the inputs.
fn repository_of(path: &str) -> &str {
    match path.find("/.github/") {
        Some(end) => &path[..end],
        None => "",
    }
}

/// Whether the file is a workflow and not an action.
pub(super) fn is_workflow(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    (folder == ".github/workflows" || folder.ends_with("/.github/workflows")) && (path.ends_with(".yml") || path.ends_with(".yaml"))
}
