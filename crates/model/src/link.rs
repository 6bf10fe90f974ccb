//! How a workload hangs together with definitions in other places.

use crate::Location;
use crate::credential::spelled;

spelled! {
    /// What a definition elsewhere is to the one that leads to it.
    Relation {
        /// A composite action, reusable workflow or other part that is drawn in.
        Component = "component",
        /// A file whose content becomes part of it.
        File = "file",
        /// A scanned image that it runs.
        Image = "image",
        /// The Dockerfile that an image it runs is built from.
        Build = "build",
        /// The Kubernetes ServiceAccount it runs under.
        ServiceAccount = "service-account",
        /// A resource of the same infrastructure code.
        Resource = "resource",
        /// What makes a secret that it uses by name.
        Secret = "secret",
        /// Where that secret is drawn from.
        SecretStore = "secret-store",
        /// The role or account that it becomes.
        Principal = "principal",
        /// Who may become that principal.
        Trust = "trust",
        /// What that principal may do.
        Grant = "grant",
    }
}

/// One step from a definition to another that the verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// What the other definition is.
    pub relation: Relation,
    /// The name it is used by (image reference, secret, path, role).
    pub name: String,
    /// Where it is used.
    pub from: Location,
    /// Where it is defined.
    pub to: Location,
}
