//! A configuration value: a literal credential, a reference to where it is kept, or neither.

use unkeyed_model::{Custody, Destination, Location, Reference, Slot, StoreKind, Value, Workload};

use crate::env_dump;
use crate::environment::Variable;
use crate::facts;
use crate::flat::Flat;
use crate::interpolation::{Interpolation, interpolations};
use crate::place::Place;
use crate::tree::Node;

/// Collects the facts of one server or agent.
pub(super) struct Collector<'a> {
    pub(super) place: &'a Place<'a>,
    pub(super) workload: Workload,
    pub(super) slots: Vec<Slot>,
    pub(super) variables: Vec<Variable>,
    /// Where the credentials of a remote server lead.
    pub(super) destination: Option<Destination>,
}

/// What a value is given to.
#[derive(Clone, Copy)]
pub(super) struct Receiver<'r> {
    pub(super) name: &'r str,
    /// A literal here is a credential.
    pub(super) holds_credential: bool,
    /// Prompts that `${input:id}` refers to.
    pub(super) inputs: Option<&'r Node>,
}

impl Collector<'_> {
    /// Variables in a mapping (`env`), or in a list of mappings with `name` and `value`.
    pub(super) fn environment(&mut self, node: &Node, path: &str, inputs: Option<&Node>) {
        for entry in node.entries() {
            let path = crate::place::under(path, entry.name());
            let receiver = Receiver { name: entry.name(), holds_credential: facts::is_credential_variable(entry.name()), inputs };
            let Some(text) = entry.value.text() else { continue };
            let value = match interpolations(text).first() {
                None => Value::literal(text),
                Some(first) => Value::unknown(format!("`{}` is set outside the file", first.name)),
            };
            self.variables.push(Variable { name: entry.name().to_owned(), value, location: self.place.at(entry.value.span, path.clone()) });
            self.value(&entry.value, 0, &path, receiver);
        }
    }

    /// The value that starts at byte `from` of the node's text.
    pub(super) fn value(&mut self, node: &Node, from: usize, path: &str, to: Receiver<'_>) {
        let flat = Flat::new(self.place, node);
        let Some(text) = flat.text.get(from..).filter(|text| !text.trim().is_empty()) else { return };
        // What 1Password's client puts in place before the file is used (`op inject`).
        if let Some(rest) = text.trim_start().strip_prefix("{{").filter(|rest| rest.trim_start().starts_with("op://")) {
            let at = self.place.at(flat.span(from..flat.text.len()), path);
            let name = rest.split("}}").next().unwrap_or_default().trim();
            self.refer(facts::received_by(facts::fetch(StoreKind::CloudSecretManager, name, Custody::VaultStatic, at), to.name));
            return;
        }
        // Continue's own notation of what its users keep.
        if let Some(name) = text.split("${{").nth(1).and_then(|rest| rest.trim_start().strip_prefix("secrets.")) {
            let name = name.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
            let reference = facts::reference(StoreKind::Prompt, name, self.place.at(flat.span(from..flat.text.len()), path));
            self.refer(Reference { content: unkeyed_model::Content::Durable, ..facts::received_by(reference, to.name) });
            return;
        }
        let found = interpolations(text);
        for one in &found {
            let at = self.place.at(flat.span(from + one.range.start..from + one.range.end), path);
            self.used(one, at, to);
        }
        let at = self.place.at(flat.span(from..flat.text.len()), path);
        if found.is_empty() {
            match env_dump::stored_elsewhere(to.name, text, &at) {
                Some(reference) => self.refer(reference),
                None if to.holds_credential => self.slot(to.name, at),
                None => {}
            }
        }
    }

    /// One `${X}`.
    pub(super) fn used(&mut self, one: &Interpolation, at: Location, to: Receiver<'_>) {
        let (store, name) = match one.name.strip_prefix("input:") {
            Some(id) => (StoreKind::Prompt, id),
            None => (StoreKind::Environment, one.name.as_str()),
        };
        if store == StoreKind::Prompt && !is_password(to.inputs, name) {
            return;
        }
        let matters = store == StoreKind::Prompt || to.holds_credential || facts::is_credential_variable(name);
        if !matters {
            return;
        }
        let mut reference = facts::received_by(facts::reference(store, name, at), to.name);
        if store == StoreKind::Prompt || to.holds_credential {
            reference.content = unkeyed_model::Content::Durable;
        }
        self.refer(reference);
    }

    pub(super) fn refer(&mut self, mut reference: Reference) {
        reference.destination = reference.destination.or_else(|| self.destination.clone());
        self.workload.references.push(reference);
    }

    pub(super) fn slot(&mut self, name: &str, at: Location) {
        let mut slot = facts::slot(name, at);
        slot.destination = slot.destination.or_else(|| self.destination.clone());
        self.slots.push(slot);
    }
}

/// Whether the prompt asks for a password, which VS Code then keeps in the system's keychain.
fn is_password(inputs: Option<&Node>, id: &str) -> bool {
    let Some(input) = inputs.and_then(|inputs| inputs.items().iter().find(|input| input.str("id") == Some(id))) else { return true };
    input.get("password").is_some_and(Node::is_true) || crate::credential_name::is_credential(id)
}
