//! The name of a set of rule files by their content.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// SHA-256 over all files (name and text), sorted, without regard to line ends, trailing blanks and empty lines.
pub(crate) fn digest<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut files: Vec<_> = files.collect();
    files.sort_unstable();
    let mut hash = Sha256::new();
    for (name, text) in files {
        hash.update(name.as_bytes());
        hash.update([0]);
        for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
            hash.update(line.as_bytes());
            hash.update(b"\n");
        }
        hash.update([0]);
    }
    hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
