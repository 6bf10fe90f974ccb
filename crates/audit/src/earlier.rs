//! An earlier state of the same target, reduced to what a later one is compared by.
//!
//! One decision a reader would question: lines don't count, and neither does the path of a credential, only in how many files
//! it stands. A file that is moved adds nothing; a copy does.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Artifact, Before, Class, Earlier, Finding, Level, Report, Surface, TrustReport};

/// Digits of a port or an account are no line numbers.
const LONGEST_LINE_NUMBER: usize = 7;

/// What `report` was, under this name.
pub(crate) fn of(name: String, report: &Report) -> Earlier {
    let mut credentials: BTreeMap<(String, String), usize> = BTreeMap::new();
    for artifact in report.artifacts.iter().filter(|artifact| artifact.class != Class::Public) {
        let files = credentials.entry(credential(artifact)).or_default();
        *files = (*files).max(file_count(artifact));
    }
    let errors = report.findings.iter().filter(|finding| finding.level == Level::Error);
    Earlier {
        name,
        credentials,
        errors: errors.map(error).collect(),
        verdicts: report.workloads.iter().map(|workload| (workload.id.clone(), workload.verdict)).collect(),
        trusts: report.trusts.clone(),
    }
}

/// The trusts of what was before, under its name.
pub(crate) fn trusts(before: &Before) -> Option<(&str, &[TrustReport])> {
    let previous = before.previous.as_ref().map(|previous| (previous.name.as_str(), previous.trusts.as_slice()));
    previous.or_else(|| before.earlier.as_ref().map(|earlier| (earlier.name.as_str(), earlier.trusts.as_slice())))
}

/// Whether the credential, or a copy of it, was not there.
pub(crate) fn is_added(artifact: &Artifact, earlier: &Earlier) -> bool {
    artifact.class != Class::Public && earlier.credentials.get(&credential(artifact)).is_none_or(|files| *files < file_count(artifact))
}

/// What an error is known by.
pub(crate) fn error(finding: &Finding) -> (String, Option<String>, String) {
    (finding.check.to_owned(), finding.workload.clone(), without_lines(&finding.message))
}

/// What a credential is known by.
fn credential(artifact: &Artifact) -> (String, String) {
    (artifact.kind.clone(), id(artifact))
}

/// The digest of a value, or the name of what is only named.
pub(crate) fn id(artifact: &Artifact) -> String {
    match artifact.fingerprint {
        Some(fingerprint) => fingerprint.hex(),
        None => artifact.name.clone().unwrap_or_default(),
    }
}

/// In how many files it stands; what only the past has counts as one.
fn file_count(artifact: &Artifact) -> usize {
    let present = artifact.locations.iter().filter(|(location, _)| location.origin.surface != Surface::GitHistory);
    present.map(|(location, _)| &location.origin.path).collect::<BTreeSet<_>>().len().max(1)
}

/// A message without the numbers of lines (`path:12`).
fn without_lines(message: &str) -> String {
    let mut parts = message.split(':');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let ends = part[digits..].chars().next().is_none_or(|next| !next.is_alphanumeric());
        if (1..=LONGEST_LINE_NUMBER).contains(&digits) && ends {
            plain.push_str(&part[digits..]);
        } else {
            plain.push(':');
            plain.push_str(part);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_of_lines_are_taken_out() {
        for (message, plain) in [
            ("at infra/main.tf:12, and a.tf:7", "at infra/main.tf, and a.tf"),
            ("arn:aws:iam::111122223333:role/x", "arn:aws:iam::111122223333:role/x"),
            ("repo:acme/*:5a, x:", "repo:acme/*:5a, x:"),
        ] {
            assert_eq!(without_lines(message), plain);
        }
    }
}
