//! Which artifacts a reader gets to see: the one filter that every format shares.

use unkeyed_model::{Artifact, Class, Report};

use crate::Options;

/// The listed artifacts, and how many are not.
pub(crate) struct Listing<'r> {
    /// In the report's order.
    pub(crate) artifacts: Vec<&'r Artifact>,
    /// Left out because they are below the confidence asked for.
    pub(crate) hidden_low_confidence: usize,
    /// Left out because they are public.
    pub(crate) hidden_public: usize,
}

impl<'r> Listing<'r> {
    pub(crate) fn new(report: &'r Report, options: &Options) -> Self {
        let before = report.run.saved.as_ref();
        let mut listing = Self {
            artifacts: Vec::with_capacity(report.artifacts.len()),
            hidden_low_confidence: before.map_or(0, |saved| saved.hidden_low_confidence),
            hidden_public: before.map_or(0, |saved| saved.hidden_public),
        };
        for artifact in &report.artifacts {
            if artifact.class == Class::Public && !options.show_public {
                listing.hidden_public += 1;
            } else if artifact.confidence < options.confidence {
                listing.hidden_low_confidence += 1;
            } else {
                listing.artifacts.push(artifact);
            }
        }
        listing
    }
}
