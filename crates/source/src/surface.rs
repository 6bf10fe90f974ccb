//! What a file of a folder is, as far as its name tells. What its content tells is the parsers' business.

use unkeyed_model::Surface;

/// The surface of the file at `path`.
pub(crate) fn of_file(path: &str) -> Surface {
    let name = path.rsplit('/').next().unwrap_or(path);
    if is_log(path, name) {
        Surface::Log
    } else if name.ends_with(".tfstate") || name.contains(".tfstate.") {
        Surface::TfState
    } else {
        Surface::Worktree
    }
}

/// `app.log`, rotated ones (`app.log.1`, `app.log-20240105`, `syslog.2.gz`), all of `/var/log`, and the steps in an archive
/// of GitHub Actions logs (`build/3_Run tests.txt`).
fn is_log(path: &str, name: &str) -> bool {
    let rotated = |rest: &str| rest.starts_with(['.', '-']) && rest.len() > 1;
    let is_rotated = name.find(".log").is_some_and(|at| name.len() == at + 4 || rotated(&name[at + 4..]));
    let is_system = ["syslog", "messages"].iter().any(|log| name.strip_prefix(log).is_some_and(|rest| rest.is_empty() || rotated(rest)));
    let in_folder = path.starts_with("var/log/") || path.contains("/var/log/");
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let is_step = digits > 0 && name[digits..].starts_with('_') && name.ends_with(".txt") && path.contains(".zip!/");
    is_rotated || is_system && !name.ends_with(".json") || in_folder || is_step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_and_states_are_told_by_their_names() {
        assert_eq!(of_file("out/build.log"), Surface::Log);
        for path in ["app.log.1", "app.log-20240105.gz", "syslog.2.gz", "messages", "x/var/log/dpkg", "logs.zip!/build/3_Run tests.txt"] {
            assert_eq!(of_file(path), Surface::Log, "{path}");
        }
        for path in ["messages.json", "3_notes.txt", "a.login", "syslogger.c"] {
            assert_eq!(of_file(path), Surface::Worktree, "{path}");
        }
        assert_eq!(of_file("infra/terraform.tfstate"), Surface::TfState);
        assert_eq!(of_file("infra/terraform.tfstate.backup"), Surface::TfState);
        assert_eq!(of_file("src/log"), Surface::Worktree);
        assert_eq!(of_file("docs/blog.md"), Surface::Worktree);
    }
}
