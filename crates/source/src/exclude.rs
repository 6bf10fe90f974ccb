//! What the user leaves out: `--exclude` and a `.unkeyedignore` at the target's root, both written as in `.gitignore`.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::Error;

/// Name of the ignore file.
pub(crate) const IGNORE_FILE: &str = ".unkeyedignore";

/// The patterns in force for one target.
#[derive(Debug)]
pub(crate) struct Excludes(Gitignore);

impl Excludes {
    /// Reads the patterns for the folder `root`.
    pub(crate) fn new(root: &Path, patterns: &[String]) -> Result<Self, Error> {
        let mut builder = GitignoreBuilder::new(root);
        let file = root.join(IGNORE_FILE);
        if file.is_file()
            && let Some(error) = builder.add(&file)
        {
            return Err(Error::Pattern { pattern: IGNORE_FILE.into(), place: String::new(), why: error.to_string() });
        }
        let bad = |pattern: &str, why: String| Error::Pattern { pattern: pattern.into(), place: " of --exclude".into(), why };
        for pattern in patterns {
            builder.add_line(None, pattern).map_err(|error| bad(pattern, error.to_string()))?;
        }
        builder.build().map(Self).map_err(|error| bad("", error.to_string()))
    }

    /// Why the file `path`, or a folder that it is in, is left out, if it is.
    pub(crate) fn reason_below(&self, path: &Path) -> Option<String> {
        let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(self.0.path()));
        self.reason(path, false).or_else(|| folders.filter(|folder| *folder != self.0.path()).find_map(|folder| self.reason(folder, true)))
    }

    /// Why `path` is left out, if it is.
    pub(crate) fn reason(&self, path: &Path, is_folder: bool) -> Option<String> {
        match self.0.matched(path, is_folder) {
            Match::Ignore(glob) if glob.from().is_some() => Some(format!("{IGNORE_FILE}: {}", glob.original())),
            Match::Ignore(glob) => Some(format!("--exclude {}", glob.original())),
            Match::None | Match::Whitelist(_) => None,
        }
    }
}
