//! What parsing yields: structure without judgement, and without secret bytes.

use crate::credential::spelled;
use crate::{Custody, Destination, Lifetime, Location, Principal, Role, RoleGrant, SessionPolicy, TrustBinding, Workload};

spelled! {
    /// How the value in a slot is written.
    SlotEncoding {
        /// As it is.
        Plain = "plain",
        /// RFC 4648 base64 (Kubernetes Secret `data`).
        Base64 = "base64",
    }
}

/// A place where the structure says that a credential stands: a value of a Kubernetes Secret, `access_key` of a
/// provider block, a password key. Detection looks at it even if no pattern matches, and reports it unless it is a
/// placeholder, a template or a reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// The bytes of the value, without quotes.
    pub location: Location,
    /// Name the value is assigned to; detection may use it to tell the kind.
    pub name: String,
    /// How it is written.
    pub encoding: SlotEncoding,
    /// Rule to report if nothing more specific matches inside (`generic.typed-position` usually).
    pub rule: String,
    /// What it is for.
    pub role: Role,
    /// Where it leads, if the structure says.
    pub destination: Option<Destination>,
}

/// An object that holds secrets for others to use by name (Kubernetes Secret, ExternalSecret target, compose secret).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// What is used by name: must equal the users' `Reference.store`.
    pub store: crate::StoreKind,
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: Option<String>,
    /// `Embedded` (its values stand in slots inside `extent`), `EncryptedAtRest`, `VaultStatic`, `VaultDynamic`, `VaultUnknown`.
    pub custody: Custody,
    /// Its definition; artifacts inside belong to whoever uses it.
    pub extent: Location,
    /// Further definitions it draws on, by id of a component workload (a SecretStore's authentication).
    pub component: Option<String>,
}

/// A configuration that creates a durable credential without showing it (`aws_iam_access_key`, a service-account token Secret).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Artifact kind (`aws.access-key`).
    pub kind: String,
    /// What is created, in the format's words (`aws_iam_access_key.ci`).
    pub name: String,
    /// `Embedded` where the value will persist in state, `EncryptedAtRest` for sealed values.
    pub custody: Custody,
    /// What it is for.
    pub role: Role,
    /// Declared lifetime, if any.
    pub lifetime: Lifetime,
    /// Where it leads.
    pub destination: Option<Destination>,
    /// Key of the [`Principal`] it authenticates as, if the inputs say.
    pub principal: Option<String>,
    /// Where it stands.
    pub location: Location,
}

/// One line of a CODEOWNERS file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerRule {
    /// gitignore-style pattern.
    pub pattern: String,
    /// Owners as written.
    pub owners: Vec<String>,
    /// Where it stands.
    pub location: Location,
}

/// Everything read from the structure of the inputs.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Workloads and components.
    pub workloads: Vec<Workload>,
    /// Principals.
    pub principals: Vec<Principal>,
    /// Trust bindings.
    pub trusts: Vec<TrustBinding>,
    /// Role grants.
    pub grants: Vec<RoleGrant>,
    /// Session policies.
    pub sessions: Vec<SessionPolicy>,
    /// Objects that hold secrets.
    pub stored: Vec<StoredSecret>,
    /// Credentials that a configuration creates.
    pub declarations: Vec<Declaration>,
    /// Places where credentials stand.
    pub slots: Vec<Slot>,
    /// Owners.
    pub owners: Vec<OwnerRule>,
    /// Files that were given as evidence.
    pub evidence: Vec<crate::Evidence>,
    /// Forms of subjects that a platform says it uses.
    pub subject_forms: Vec<crate::SubjectForm>,
    /// What logs recorded.
    pub observed: Vec<crate::Observed>,
    /// Parts of a file that could not be read, and other remarks for the coverage.
    pub skipped: Vec<crate::Skip>,
}

impl Facts {
    /// Adds everything of `other`.
    pub fn append(&mut self, mut other: Self) {
        self.workloads.append(&mut other.workloads);
        self.principals.append(&mut other.principals);
        self.trusts.append(&mut other.trusts);
        self.grants.append(&mut other.grants);
        self.sessions.append(&mut other.sessions);
        self.stored.append(&mut other.stored);
        self.declarations.append(&mut other.declarations);
        self.slots.append(&mut other.slots);
        self.owners.append(&mut other.owners);
        self.evidence.append(&mut other.evidence);
        self.subject_forms.append(&mut other.subject_forms);
        self.observed.append(&mut other.observed);
        self.skipped.append(&mut other.skipped);
    }
}
