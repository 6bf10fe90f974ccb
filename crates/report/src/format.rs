//! The formats a report can be written in, and the table that leads to their writers.
//!
//! Members know nothing of this table; adding a format means adding a module and its rows here.

use std::io;
use std::str::FromStr;

use unkeyed_model::{Confidence, Report};

use crate::json::v1;
use crate::{cyclonedx, gitlab, html, human, in_toto, inventory, json, junit, lines, markdown, oscal, sarif, tables};

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Text for people.
    Human,
    /// A line for each place, as compilers write it.
    Lines,
    /// The readiness report: one page that needs no network.
    Html,
    /// The JSON report, version 1.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Who authenticates as what to where, and who answers for it: a table (RFC 4180).
    InventoryCsv,
    /// Markdown for a job summary or a comment on a pull request.
    Markdown,
    /// JUnit XML.
    Junit,
    /// GitLab's secret detection report.
    Gitlab,
    /// Credentials as a table (RFC 4180), a row for each place.
    CredentialsCsv,
    /// What the checks found as a table (RFC 4180).
    FindingsCsv,
    /// CycloneDX 1.6, credentials as cryptographic assets.
    Cyclonedx,
    /// OSCAL assessment results.
    OscalResults,
    /// OSCAL plan of action and milestones.
    OscalPoam,
    /// in-toto Statement with a Simple Verification Result.
    InTotoSvr,
    /// in-toto Statement with the readiness of each workload.
    InTotoReadiness,
}

impl Format {
    /// Every format, as `--format` lists them.
    pub const ALL: &'static [Self] = &[
        Self::Human,
        Self::Lines,
        Self::Html,
        Self::Json,
        Self::Sarif,
        Self::InventoryCsv,
        Self::Markdown,
        Self::Junit,
        Self::Gitlab,
        Self::CredentialsCsv,
        Self::FindingsCsv,
        Self::Cyclonedx,
        Self::OscalResults,
        Self::OscalPoam,
        Self::InTotoSvr,
        Self::InTotoReadiness,
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Lines => "lines",
            Self::Html => "html",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::InventoryCsv => "inventory-csv",
            Self::Markdown => "markdown",
            Self::Junit => "junit",
            Self::Gitlab => "gitlab",
            Self::CredentialsCsv => "credentials-csv",
            Self::FindingsCsv => "findings-csv",
            Self::Cyclonedx => "cyclonedx",
            Self::OscalResults => "oscal-results",
            Self::OscalPoam => "oscal-poam",
            Self::InTotoSvr => "in-toto-svr",
            Self::InTotoReadiness => "in-toto-readiness",
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
pub struct Options<'a> {
    /// Style with ANSI escapes (human only).
    pub color: bool,
    /// The address of the folder that paths are relative to, if places are to be links (OSC 8; human only).
    pub link_base: Option<&'a str>,
    /// Columns of the terminal (human only).
    pub width: usize,
    /// List artifacts of class `public`, too.
    pub show_public: bool,
    /// The lowest confidence that is listed.
    pub confidence: Confidence,
    /// List everything that is otherwise summed up (human only).
    pub verbose: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { color: false, link_base: None, width: 80, show_public: false, confidence: Confidence::Medium, verbose: false }
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
/// Those of `out`; and for a format that can't say anything about this report, `InvalidInput` with the reason.
pub fn write(report: &Report, format: Format, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let published = || v1::Report::new(report, options);
    match format {
        Format::Human => human::write(report, options, out),
        Format::Lines => lines::write(report, options, out),
        Format::Html => html::write(report, options, out),
        Format::Json => json::write(report, options, out),
        Format::Sarif => sarif::write(report, options, out),
        Format::InventoryCsv => inventory::write(report, options, out),
        Format::Markdown => markdown::write(&published(), out),
        Format::Junit => junit::write(&published(), out),
        Format::Gitlab => gitlab::write(&published(), out),
        Format::CredentialsCsv => tables::credentials(&published(), out),
        Format::FindingsCsv => tables::findings(&published(), out),
        Format::Cyclonedx => cyclonedx::write(&published(), out),
        Format::OscalResults => oscal::results(&published(), out),
        Format::OscalPoam => oscal::poam(&published(), out),
        Format::InTotoSvr => in_toto::svr(&published(), out),
        Format::InTotoReadiness => in_toto::readiness(&published(), out),
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
        let refused = "xml".parse::<Format>().unwrap_err().to_string();
        assert!(refused.starts_with("`xml` is not a report format; choose human, lines, html, json, sarif, inventory-csv, "), "{refused}");
    }
}
