//! The JSON report. The published types live in [`v1`]; [`from_report`] fills them, and [`read`] makes a report of them again.

mod from_report;
mod from_trust;
mod from_workload;
mod into_place;
mod into_report;
mod into_trust;
mod into_workload;
mod lasting;
mod read;
pub mod v1;
mod words;

use std::io;

use unkeyed_model::Report;

use crate::Options;
pub use read::Unreadable;
pub(crate) use words::version_one;

/// Writes the report as JSON, indented, with a line end.
pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let report = v1::Report::new(report, options);
    serde_json::to_writer_pretty(&mut *out, &report)?;
    out.write_all(b"\n")
}

/// The JSON Schema (draft 2020-12) of version 1, as published in `docs/report-v1.schema.json`.
#[must_use]
pub fn json_schema() -> String {
    root_schema::<v1::Report>()
}

pub(crate) fn root_schema<T: schemars::JsonSchema>() -> String {
    // `for_serialize`: what is written always has every field, so that the schema may require them all.
    let schema = schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    let mut schema = schema.to_value();
    if let Some(schema) = schema.as_object_mut() {
        // What a reader wants to know first stands first.
        for key in ["description", "title", "$schema"] {
            if let Some(value) = schema.shift_remove(key) {
                schema.shift_insert(0, key.to_owned(), value);
            }
        }
    }
    format!("{schema:#}\n")
}
