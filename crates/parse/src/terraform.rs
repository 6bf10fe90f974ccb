//! Terraform and OpenTofu configurations.

use unkeyed_model::{Facts, Unit};

/// `.tf` files, grouped by folder.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    origin.file_name().ends_with(".tf").then(|| origin.folder().to_owned())
}

/// Reads the files of one folder.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    facts.skipped.extend(units.iter().filter_map(|unit| crate::place::Place::new(unit).err()));
    facts
}
