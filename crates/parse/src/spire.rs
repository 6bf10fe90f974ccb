//! SPIRE's registration entries wherever they are written down: custom resources, JSON that `spire-server entry create
//! -data` takes or `entry show -output json` prints, and the commands of shell scripts.
//!
//! As in SPIRE's docs, "Registering workloads" and "SPIRE Server Configuration Reference". The decision a reader would
//! question: a script is read for these commands alone; what else it does is not this format's business.

mod commands;
pub(crate) mod configuration;
mod entry;
mod federation;
mod registration;
#[cfg(test)]
mod tests;
pub(crate) mod values;

use unkeyed_model::{Facts, Unit};

pub(crate) use self::commands::read as read_commands;
pub(crate) use self::entry::{Entry, selector_claims};
pub(crate) use self::federation::{Relationship, relationship};
use crate::place;

/// How far into a file the words that tell it are looked for, in bytes.
const HEAD: usize = 64 << 10;

/// JSON with registration entries, or a list of them as the server prints it.
pub(crate) fn claims_entries(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let words = [["\"entries\"", "\"spiffe_id\"", "\"selectors\""], ["\"entries\"", "\"parent_id\"", "\"selectors\""]];
    let is_one = || words.iter().any(|words| words.iter().all(|word| holds(unit, word)));
    let is_list = || LISTED.iter().all(|word| holds(unit, word)) && unit.bytes().first().is_some_and(|first| b"FE".contains(first));
    ((origin.file_name().ends_with(".json") && is_one()) || is_list()).then(|| origin.path.clone())
}

/// What `spire-server entry show` prints for people.
const LISTED: [&str; 3] = ["Entry ID  ", "SPIFFE ID  ", "Selector  "];

/// Reads such files.
pub(crate) fn read_entries(units: &[Unit<'_>]) -> Facts {
    place::each(units, registration::read)
}

fn holds(unit: &Unit<'_>, word: &str) -> bool {
    let head = unit.bytes().get(..unit.bytes().len().min(HEAD)).unwrap_or_default();
    memchr::memmem::find(head, word.as_bytes()).is_some()
}
