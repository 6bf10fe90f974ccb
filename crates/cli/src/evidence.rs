//! Rows of the report for files that were given as evidence: what each was recognised as, and how old it is.

use std::path::Path;

use unkeyed_model::{Assurance, DatedBy, Evidence, Facts, Timestamp};

/// Adds a row for each file of an ordinary format (`kubectl get -o json`, a state file); other readers add their own.
pub(crate) fn complete(facts: &mut Facts, formats: &[(String, &'static str)]) {
    for (path, format) in formats {
        if !facts.evidence.iter().any(|row| row.path == *path) && *format != unkeyed_parse::EXPORTS {
            let formats = vec![(*format).to_owned()];
            facts.evidence.push(Evidence { path: path.clone(), formats, assurance: Assurance::Export, records: 1, dated: None });
        }
    }
}

/// Dates the files whose content doesn't tell by when they were last written.
pub(crate) fn date(facts: &mut Facts) {
    for row in facts.evidence.iter_mut().filter(|row| row.dated.is_none()) {
        let modified = Path::new(&row.path).metadata().and_then(|metadata| metadata.modified()).ok();
        row.dated = modified.and_then(|time| Timestamp::try_from(time).ok()).map(|time| (time, DatedBy::Modified));
    }
    facts.evidence.sort();
}
