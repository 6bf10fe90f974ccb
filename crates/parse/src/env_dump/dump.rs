//! One environment while it is read: its variables become slots, references and identities of one workload.

use unkeyed_model::{Custody, Facts, Location, Reference, Slot, Span, StoreKind, Value, Workload, WorkloadKind};

use crate::environment::{self, Variable};
use crate::facts;
use crate::interpolation::interpolations;
use crate::place::Place;

/// Schemes and prefixes of values that name a secret of a secret manager instead of holding it: the managers' own
/// notations, Azure's "Key Vault references" and the names of AWS Secrets Manager secrets.
const MANAGED: &[&str] = &[
    "op://",
    "vault://",
    "awssm://",
    "gcpsm://",
    "azkv://",
    "doppler://",
    "infisical://",
    "@Microsoft.KeyVault(",
    "arn:aws:secretsmanager:",
    "arn:aws:ssm:",
];

/// How a value is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// `$NAME` in it stands for another variable.
    Expanded,
    /// It is the text that the process sees.
    Literal,
}

/// An environment while it is read.
pub(crate) struct Dump<'a> {
    place: &'a Place<'a>,
    /// The workload that has it.
    pub(crate) workload: Workload,
    variables: Vec<Variable>,
    slots: Vec<Slot>,
}

impl<'a> Dump<'a> {
    /// The environment that stands at `extent`: the one of the whole file, or the one of a `part` that the file names.
    pub(crate) fn new(place: &'a Place<'a>, part: Option<&str>, extent: Span) -> Self {
        let path = place.path();
        let (id, location) = match part {
            Some(part) => (format!("env:{path}#{part}"), place.at(extent, part)),
            None => (format!("env:{path}"), place.whole()),
        };
        let mut workload = Workload::new(WorkloadKind::Env, id, part.unwrap_or(path), location);
        workload.extents.push(place.bare(extent));
        Self::of(place, workload)
    }

    /// The environment of `workload`, which is one whatever the environment says.
    pub(crate) fn of(place: &'a Place<'a>, workload: Workload) -> Self {
        Self { place, workload, variables: Vec::new(), slots: Vec::new() }
    }

    /// The value of a variable that was taken.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.variables.iter().rev().find(|variable| variable.name == name).map(|variable| &variable.value)
    }

    /// Takes a place where a credential stands that is no variable of this environment.
    pub(crate) fn slot(&mut self, slot: Slot) {
        self.slots.push(slot);
    }

    /// Takes a variable whose value stands at `span`.
    pub(crate) fn set(&mut self, name: &str, value: Span, reading: Reading) {
        self.set_text(name, self.place.slice(value), value, reading);
    }

    /// Takes a variable whose value, written at `span`, means `text`.
    pub(crate) fn set_text(&mut self, name: &str, text: &str, span: Span, reading: Reading) {
        let location = self.place.at(span, name);
        let used = if reading == Reading::Literal { Vec::new() } else { interpolations(text) };
        let value = match used.first() {
            None => Value::literal(text),
            Some(first) => Value::unknown(format!("`{}` is set elsewhere", first.name)),
        };
        self.variables.push(Variable { name: name.to_owned(), value, location: location.clone() });
        if !used.is_empty() {
            for found in used {
                let span = Span::new(span.start + found.range.start, span.start + found.range.end);
                let reference = facts::environment_reference(&found.name, name, self.place.at(span, name));
                self.workload.references.extend(reference);
            }
        } else if let Some(reference) = stored_elsewhere(name, text, &location) {
            self.workload.references.push(reference);
        } else if facts::is_credential_variable(name) && !text.trim().is_empty() {
            self.slots.push(facts::slot(name, location));
        }
    }

    /// Takes a variable of which the dump says only that the platform sets it.
    pub(crate) fn hidden(&mut self, name: &str, at: Span) {
        let location = self.place.at(at, name);
        self.workload.references.extend(facts::environment_reference(name, name, location.clone()));
        self.variables.push(Variable { name: name.to_owned(), value: Value::unknown("the dump doesn't show it"), location });
    }

    /// Takes a variable whose value comes out of a store.
    pub(crate) fn stored(&mut self, name: &str, reference: Reference) {
        let value = Value::unknown(format!("`{}` is kept elsewhere", reference.name));
        self.variables.push(Variable { name: name.to_owned(), value, location: reference.location.clone() });
        self.workload.references.push(facts::received_by(reference, name));
    }

    /// Hands over what was read, unless it was nothing.
    pub(crate) fn finish(self, facts: &mut Facts) {
        let nothing = self.variables.is_empty() && self.workload.references.is_empty() && self.workload.identity_paths.is_empty();
        if !nothing || !self.workload.uses.is_empty() {
            self.conclude(facts);
        }
    }

    /// Hands over what was read, if it was nothing, too.
    pub(crate) fn conclude(mut self, facts: &mut Facts) {
        self.workload.identity_paths.extend(environment::identity_paths(&self.variables));
        facts.slots.append(&mut self.slots);
        facts.workloads.push(self.workload);
    }
}

/// Values that only say where the credential is: `op://…`, a path to a key file.
pub(crate) fn stored_elsewhere(name: &str, text: &str, location: &Location) -> Option<Reference> {
    if MANAGED.iter().any(|scheme| text.starts_with(scheme)) {
        let custody = if text.starts_with("vault://") { Custody::VaultUnknown } else { Custody::VaultStatic };
        return Some(managed(name, text, custody, location.clone()));
    }
    let is_path = text.len() > 1
        && (text.starts_with('/') || text.starts_with("./") || text.starts_with("~/"))
        && !text.contains(char::is_whitespace);
    let names_file = matches!(name, "GOOGLE_APPLICATION_CREDENTIALS" | "KUBECONFIG" | "AWS_SHARED_CREDENTIALS_FILE" | "OCI_CLI_KEY_FILE");
    let holds_path = is_path || (names_file && !text.trim_start().starts_with('{') && !text.is_empty());
    (holds_path && (names_file || facts::is_credential_variable(name)))
        .then(|| facts::received_by(facts::reference(StoreKind::File, text, location.clone()), name))
}

/// A secret of a secret manager that a variable receives.
pub(super) fn managed(variable: &str, name: &str, custody: Custody, location: Location) -> Reference {
    let mut reference = facts::received_by(facts::fetch(StoreKind::CloudSecretManager, name, custody, location), variable);
    reference.content = unkeyed_model::Content::Durable;
    reference
}
