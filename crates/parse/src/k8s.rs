//! Kubernetes manifests.

use unkeyed_model::{Facts, Unit};

/// YAML and JSON files that hold `apiVersion` and `kind`.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let extension = origin.file_name().rsplit_once('.').map(|(_, extension)| extension);
    let head = unit.bytes().get(..unit.bytes().len().min(64 << 10)).unwrap_or_default();
    let holds = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    (matches!(extension, Some("yaml" | "yml" | "json")) && holds(b"apiVersion") && holds(b"kind")).then(|| origin.path.clone())
}

/// Reads one manifest file.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    for unit in units {
        match crate::place::Place::new(unit) {
            Ok(place) => facts.skipped.append(&mut crate::yaml::parse(&place).skipped),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts
}
