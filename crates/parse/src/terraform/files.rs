//! The files of a folder as syntax trees.
//!
//! `hcl-edit` itself refuses more than 64 levels. Its objects are searched linearly for each key, hence files with more
//! assignments than any written by hand are left to the text scan, with a coverage row.

use hcl_edit::structure::Body;
use unkeyed_model::{Facts, SkipReason, Unit};

use crate::place::Place;

/// Largest file that is parsed, in bytes.
const MAX_BYTES: usize = 4 << 20;
/// Most `=` and `:` in a file.
const MAX_ASSIGNMENTS: usize = 30_000;

/// One parsed file.
pub(super) struct File<'a> {
    /// Text and places.
    pub(super) place: Place<'a>,
    /// Syntax tree.
    pub(super) body: Body,
}

impl File<'_> {
    /// Whether it assigns values to variables (`.tfvars`).
    pub(super) fn is_tfvars(&self) -> bool {
        self.place.path().ends_with(".tfvars")
    }

    /// Whether Terraform loads it without being told to.
    pub(super) fn is_automatic(&self) -> bool {
        let name = self.place.origin().file_name();
        name == "terraform.tfvars" || name.ends_with(".auto.tfvars")
    }
}

/// Parses the units; what can't be parsed becomes a coverage row.
pub(super) fn parse<'a>(units: &'a [Unit<'_>], facts: &mut Facts) -> Vec<File<'a>> {
    let mut files = Vec::new();
    for unit in units {
        let place = match Place::new(unit) {
            Ok(place) => place,
            Err(skip) => {
                facts.skipped.push(skip);
                continue;
            }
        };
        if !is_within_limits(&place) {
            let detail = format!("larger than {MAX_BYTES} bytes or {MAX_ASSIGNMENTS} assignments: structure not read");
            facts.skipped.push(place.skip(SkipReason::Limit, detail));
            continue;
        }
        match parse_one(place.text()) {
            Ok(body) => files.push(File { place, body }),
            Err(line) => {
                let detail = format!("line {line}: not Terraform configuration language");
                facts.skipped.push(place.skip(SkipReason::Malformed, detail));
            }
        }
    }
    files
}

fn is_within_limits(place: &Place<'_>) -> bool {
    let text = place.text().as_bytes();
    text.len() <= MAX_BYTES && memchr::memchr2_iter(b'=', b':', text).count() <= MAX_ASSIGNMENTS
}

fn parse_one(text: &str) -> Result<Body, usize> {
    // A byte order mark is replaced by blanks of the same length, so that spans stay true.
    let parsed = match text.strip_prefix('\u{feff}') {
        Some(rest) => hcl_edit::parser::parse_body(&format!("   {rest}")),
        None => hcl_edit::parser::parse_body(text),
    };
    parsed.map_err(|error| error.location().line())
}
