//! What a file of a folder is, as far as its name tells. What its content tells is the parsers' business.

use unkeyed_model::Surface;

/// The surface of the file at `path`.
pub(crate) fn of_file(path: &str) -> Surface {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.ends_with(".log") {
        Surface::Log
    } else if name.ends_with(".tfstate") || name.contains(".tfstate.") {
        Surface::TfState
    } else {
        Surface::Worktree
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_and_states_are_told_by_their_names() {
        assert_eq!(of_file("out/build.log"), Surface::Log);
        assert_eq!(of_file("infra/terraform.tfstate"), Surface::TfState);
        assert_eq!(of_file("infra/terraform.tfstate.backup"), Surface::TfState);
        assert_eq!(of_file("src/log"), Surface::Worktree);
        assert_eq!(of_file("docs/blog.md"), Surface::Worktree);
    }
}
