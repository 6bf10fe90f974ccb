//! Credentials that a configuration creates: their value is not here, but it will persist in state.

use std::sync::Arc;

use unkeyed_model::{Content, Declaration, Surface, VendorDefault};

use super::draft::Draft;
use super::reads;
use crate::guidance;

/// The artifact that a declaration proves.
pub(crate) fn draft(declaration: &Declaration) -> Draft {
    let rule = Arc::new(guidance::declared(&declaration.kind));
    let mut draft = Draft::new(rule, &declaration.kind, declaration.custody, declaration.role, declaration.name.clone());
    let artifact = &mut draft.artifact;
    artifact.name = Some(declaration.name.clone());
    artifact.lifetime = declaration.lifetime;
    // What a configuration creates stays until the configuration is changed, unless it says otherwise (DOMAIN §3.2).
    let is_read = declaration.kind == reads::KIND;
    let silent = artifact.lifetime.vendor_default == VendorDefault::Unstated;
    if !is_read && silent && artifact.lifetime.expires.is_none() && artifact.lifetime.declared_seconds.is_none() {
        artifact.lifetime.vendor_default = VendorDefault::NeverExpires;
    }
    artifact.destination.clone_from(&declaration.destination);
    artifact.locations = vec![(declaration.location.clone(), None)];
    let kept = if declaration.kind.starts_with("image.") {
        "declared: the value stays in the image, whose every copy holds it"
    } else if declaration.kind.starts_with("environment.") {
        "declared: a word that often stands for a password, and here is one"
    } else if is_read {
        "read: the program is given it where it runs, and these inputs don't show what that is"
    } else if declaration.kind.starts_with("program.") {
        "called: the program fetches a value that is kept in a secret manager"
    } else if declaration.location.origin.surface == Surface::CliExport {
        "listed by the platform: the credential is there, wherever its value is kept"
    } else if declaration.location.origin.surface == Surface::Log {
        "seen in use: a log recorded it, wherever its value is kept"
    } else {
        "declared: the value is created by this configuration and kept in its state"
    };
    artifact.notes.push(kept.to_owned());
    if is_read {
        draft.content = Content::Unstated;
    }
    draft
}
