//! Keys whose order as bytes is the order of rows in a report. Printable texts hold no NUL, which therefore ends them.

use unkeyed_model::SkipReason;

use super::credential;
use crate::json::v1;
use crate::record::Finding;

/// Check, workload, id: the row itself follows in the order of shelves.
pub(super) fn finding(finding: &Finding) -> Vec<u8> {
    let mut key = text(&finding.finding.check);
    optional(&mut key, finding.finding.workload.as_ref().map(|id| text(id)).as_deref());
    key
}

/// Path, reason, detail.
pub(super) fn skipped(skipped: &v1::Skipped) -> Vec<u8> {
    let mut key = text(&skipped.uri);
    key.extend(SkipReason::ALL.iter().zip(0u8..).filter(|(why, _)| **why == skipped.why).map(|(_, at)| at));
    key.extend(skipped.detail.as_bytes());
    key
}

/// First location, id.
pub(super) fn artifact(artifact: &v1::Artifact) -> Vec<u8> {
    let mut key = Vec::new();
    let first = artifact.locations.first().map(|location| {
        let (uri, line, column, spelled) = credential::position(location);
        let mut key = text(&uri);
        for number in [line, column] {
            optional(&mut key, number.map(u32::to_be_bytes).as_ref().map(<[u8; 4]>::as_slice));
        }
        key.extend(text(&spelled));
        key
    });
    optional(&mut key, first.as_deref());
    key.extend(artifact.id.as_bytes());
    key
}

fn text(text: &str) -> Vec<u8> {
    [text.as_bytes(), &[0]].concat()
}

/// What is not there comes first.
fn optional(key: &mut Vec<u8>, part: Option<&[u8]>) {
    key.push(u8::from(part.is_some()));
    key.extend(part.unwrap_or_default());
}
