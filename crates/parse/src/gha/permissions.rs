//! What the job's own token may do, and whether an OIDC token may be requested.
//!
//! A job's `permissions` replace the workflow's as a whole. Absent everywhere means the repository's default, which
//! never includes `id-token`.

use unkeyed_model::Location;

use crate::place::{self, Place};
use crate::tree::Node;

/// The permissions in force for a job.
#[derive(Clone, Default)]
pub(super) struct Permissions {
    /// Where `id-token: write` is granted.
    pub(super) id_token: Option<Location>,
    /// Where permissions are declared.
    pub(super) declared: Option<Location>,
    /// Declared as less than `write-all`.
    pub(super) narrowed: bool,
}

impl Permissions {
    /// The permissions that a job or workflow declares itself, if it does.
    pub(super) fn declared_by(place: &Place<'_>, owner: &Node, path: &str) -> Option<Self> {
        let entry = owner.entry("permissions")?;
        let path = place::under(path, "permissions");
        let at = place.at(entry.span, path.clone());
        let mut found = Self { id_token: None, declared: Some(at.clone()), narrowed: true };
        match entry.value.text().map(str::trim) {
            Some("write-all") => {
                found.id_token = Some(at);
                found.narrowed = false;
            }
            Some(_) => {}
            None => {
                let id_token = entry.value.entry("id-token").filter(|entry| entry.value.text() == Some("write"));
                found.id_token = id_token.map(|entry| place.at(entry.span, place::under(&path, "id-token")));
            }
        }
        Some(found)
    }
}
