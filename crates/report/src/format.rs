//! The formats a report can be written in, and the table that leads to their writers.
//!
//! Members know nothing of this table; adding a format means adding a module and its rows here.

use std::io;
use std::str::FromStr;

use unkeyed_model::{Confidence, Report};

use crate::{html, human, inventory, json, sarif};

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Text for people.
    Human,
    /// The readiness report: one page that needs no network.
    Html,
    /// The JSON report, version 1.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Who authenticates as what to where, and who answers for it: a table (RFC 4180).
    InventoryCsv,
}

impl Format {
    /// Every format, as `--format` lists them.
    pub const ALL: &'static [Self] = &[Self::Human, Self::Html, Self::Json, Self::Sarif, Self::InventoryCsv];

    /// The name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Html => "html",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::InventoryCsv => "inventory-csv",
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A name that is no format's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a report format; choose {all}", all = Format::ALL.iter().map(|format| format.as_str()).collect::<Vec<_>>().join(", "))]
pub struct UnknownFormat(pub String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|format| format.as_str() == name).ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// What a reader asked for; none of it changes what is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Style with ANSI escapes (human only).
    pub color: bool,
    /// Columns of the terminal (human only).
    pub width: usize,
    /// List artifacts of class `public`, too.
    pub show_public: bool,
    /// The lowest confidence that is listed.
    pub confidence: Confidence,
    /// List everything that is otherwise summed up (human only).
    pub verbose: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { color: false, width: 80, show_public: false, confidence: Confidence::Medium, verbose: false }
    }
}

/// Writes only whether the gate is passed, why not, and what would make it pass; for people.
///
/// # Errors
/// Those of `out`.
pub fn write_gate(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    human::write_gate(report, options, out)
}

/// Writes `report` in `format`.
///
/// # Errors
/// Only those of `out`.
pub fn write(report: &Report, format: Format, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, options, out),
        Format::Html => html::write(report, options, out),
        Format::Json => json::write(report, options, out),
        Format::Sarif => sarif::write(report, options, out),
        Format::InventoryCsv => inventory::write(report, options, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_formats() {
        for &format in Format::ALL {
            assert_eq!(format.as_str().parse(), Ok(format));
        }
        assert_eq!(
            "xml".parse::<Format>().unwrap_err().to_string(),
            "`xml` is not a report format; choose human, html, json, sarif, inventory-csv"
        );
    }
}
