//! What evidence from outside changes in the facts, before anything is linked.
//!
//! One decision a reader would question: a principal that an export and a file both define becomes one, under the file's
//! name for it. What is in force then overrules what a file only asks for (`linking/principals.rs`), and where the two
//! differ a check says so.

mod join;
mod subjects;

use unkeyed_model::{Facts, Location, Surface};

/// Joins principals, and gives tokens the form that the platform says it uses.
pub(crate) fn apply(facts: &mut Facts) {
    if facts.evidence.is_empty() {
        return;
    }
    join::principals(facts);
    subjects::apply(facts);
}

/// Whether it stands in what a tool printed of a platform.
pub(crate) fn is_export(location: &Location) -> bool {
    location.origin.surface == Surface::CliExport
}
