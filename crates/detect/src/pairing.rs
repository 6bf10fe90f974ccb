//! Joins the parts of one credential that stand in the same text.

use unkeyed_model::Origin;

use crate::structure::Draft;

/// Joins drafts that are parts of one credential.
pub(crate) fn pair(_drafts: &mut Vec<Draft>, _text: &[u8], _origin: &Origin) {}
