//! What is known of the built-in rules without reading one: written by the build script.

use serde::{Deserialize, Serialize};

/// All built-in rules.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Catalogue<'a> {
    /// Names of the files.
    #[serde(borrow)]
    pub(crate) files: Vec<&'a str>,
    /// Sorted by id.
    #[serde(borrow)]
    pub(crate) rules: Vec<Listed<'a>>,
    /// Documented example values of all rules, sorted.
    #[serde(borrow)]
    pub(crate) public: Vec<&'a str>,
    /// Digest of all files.
    pub(crate) digest: &'a str,
}

/// One of them.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Listed<'a> {
    pub(crate) id: &'a str,
    /// Position of its file.
    pub(crate) file: u32,
    /// Where in the file, from 1.
    pub(crate) line: u32,
    /// Where in the embedded rules it starts.
    pub(crate) start: u32,
    /// Its matches are found by code.
    pub(crate) extracts: bool,
}
