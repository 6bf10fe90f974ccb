//! One job while it is read.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{
    Content, Custody, Destination, Facts, IdentityKind, IdentityPath, Location, Platform, PredictedToken, Reach, Reference, Slot,
    StoreKind, Ttl, TtlBasis, Use, Value, Workload,
};

use super::mentions::mentions;
use super::script::Script;
use super::system::{Budget, System};
use super::templates::{Templates, places};
use crate::environment::Variable;
use crate::facts;
use crate::place::Place;
use crate::receiver::Receiver;
use crate::tree::Node;

/// Most uses of stored values that are kept for one job.
const MAX_REFERENCES: usize = 20_000;

/// Most identity tokens of one job.
const MAX_TOKENS: usize = 256;

/// Trait of a job that runs scripts: a variable that is set for them.
const SETS_VARIABLE: &str = "sets-variable";

/// Stands for every name.
pub(crate) const ANYTHING: &str = "*";

/// A token by which the job can prove who it is.
pub(crate) struct IdentityToken {
    /// The variable that holds it; empty if a command prints it.
    pub(crate) variable: String,
    pub(crate) audience: Value,
    /// What grants it.
    pub(crate) at: Location,
    /// The first use of it.
    pub(crate) mentioned: Option<Location>,
    /// A login that takes it was seen.
    pub(crate) used: bool,
}

/// A variable that the job is given by its definition.
pub(super) struct Given<'a> {
    pub(super) name: String,
    pub(super) place: &'a Place<'a>,
    pub(super) node: &'a Node,
    pub(super) path: String,
    pub(super) templates: Templates,
}

/// A job: the workload, and everything that is needed to understand its scripts.
pub(crate) struct Job<'a> {
    pub(crate) system: &'static System,
    pub(crate) workload: Workload,
    pub(crate) slots: Vec<Slot>,
    /// Variables with their values, later ones in force.
    pub(super) variables: Vec<Variable>,
    /// Their values, for texts that mention them.
    pub(super) values: BTreeMap<String, Value>,
    pub(crate) identity: Vec<IdentityToken>,
    /// Who signs the job's identity tokens.
    pub(crate) issuer: Value,
    /// Their subjects.
    pub(crate) subjects: Vec<Value>,
    /// Their audience if nobody chooses one.
    pub(crate) audience: Value,
    /// Values that a store hands over under a name that doesn't tell whether they are secret.
    undecided: BTreeMap<String, Reference>,
    /// Names that are set for the job or by its scripts.
    pub(super) set: BTreeSet<String>,
    pub(super) given: Vec<Given<'a>>,
    /// The last of each name.
    pub(super) given_at: BTreeMap<String, usize>,
    texts: Vec<(Script<'a>, Receiver)>,
    /// What the configuration puts into the scripts that come next.
    pub(crate) templates: Templates,
    pub(super) scripts: Vec<Script<'a>>,
    budget: &'a Budget,
    /// Sets of stored variables, which need not be secrets where the job has another way in.
    groups: Vec<Reference>,
    /// Where the job's own token leads, and its first use for that.
    job_tokens: Vec<(Destination, Location, String)>,
    pub(super) cut: bool,
}

impl<'a> Job<'a> {
    /// A job with an id of its system's kind: `kind:path#name`.
    pub(crate) fn new(system: &'static System, budget: &'a Budget, path: &str, name: &str, location: Location) -> Self {
        let id = format!("{}:{path}#{name}", system.kind);
        let mut workload = Workload::new(system.kind, id, name, location.clone());
        workload.extents.push(location);
        let unknown = || Value::unknown(format!("{} issues no identity tokens", system.name));
        Self {
            system,
            workload,
            slots: Vec::new(),
            variables: Vec::new(),
            values: BTreeMap::new(),
            identity: Vec::new(),
            issuer: unknown(),
            subjects: Vec::new(),
            audience: unknown(),
            undecided: BTreeMap::new(),
            set: BTreeSet::new(),
            given: Vec::new(),
            given_at: BTreeMap::new(),
            texts: Vec::new(),
            templates: Templates::default(),
            scripts: Vec::new(),
            budget,
            groups: Vec::new(),
            job_tokens: Vec::new(),
            cut: false,
        }
    }

    /// A variable that the definition sets.
    pub(crate) fn variable(&mut self, name: &str, place: &'a Place<'a>, node: &'a Node, path: String) {
        if self.affords(node) {
            self.given_at.insert(name.to_owned(), self.given.len());
            let templates = self.templates.clone();
            self.given.push(Given { name: name.to_owned(), place, node, path, templates });
        }
    }

    /// A mapping of variables.
    pub(crate) fn variables_of(&mut self, place: &'a Place<'a>, mapping: Option<&'a Node>, path: &str) {
        for entry in mapping.into_iter().flat_map(Node::entries) {
            self.variable(entry.name(), place, &entry.value, crate::place::under(path, entry.name()));
        }
    }

    /// A script.
    pub(crate) fn script(&mut self, place: &'a Place<'a>, node: &'a Node, path: String) {
        if self.affords(node) {
            self.scripts.push(Script { place, node, path, templates: self.templates.clone() });
        }
    }

    /// Any other text that may mention variables.
    pub(crate) fn text(&mut self, place: &'a Place<'a>, node: &'a Node, path: String, receiver: Receiver) {
        if self.affords(node) {
            let templates = self.templates.clone();
            self.texts.push((Script { place, node, path, templates }, receiver));
        }
    }

    /// A name that is set by something whose value can't be seen; [`ANYTHING`] for names that can't be seen either.
    pub(crate) fn is_given(&mut self, name: &str) {
        self.set.insert(name.to_owned());
    }

    /// The same for a value of a store: a secret where a script gives it to something that takes one.
    pub(crate) fn is_handed(&mut self, name: &str, value: Reference) {
        self.is_given(name);
        self.undecided.insert(name.to_owned(), value);
    }

    /// Adds a trait.
    pub(crate) fn note(&mut self, name: &str, value: impl Into<String>, location: Location) {
        self.workload.traits.push((name.to_owned(), value.into(), location));
    }

    /// Adds a use of something that is kept elsewhere.
    pub(crate) fn refers(&mut self, reference: Reference) {
        if self.workload.references.len() >= MAX_REFERENCES {
            self.cut = true;
        } else {
            self.workload.references.push(reference);
        }
    }

    /// A set of stored variables that the job is given whole.
    pub(crate) fn takes_group(&mut self, reference: Reference) {
        self.groups.push(reference);
    }

    /// A part of the job stands in a definition that the inputs lack.
    pub(crate) fn lacks(&mut self, what: impl Into<String>, at: Location) {
        self.refers(facts::reference(StoreKind::ForeignDefinition, what, at));
    }

    /// A script or recipe of the tree that the job runs.
    pub(crate) fn calls(&mut self, path: String) {
        let drawn = (Use::Component, path);
        if !self.workload.uses.contains(&drawn) {
            self.workload.uses.push(drawn);
        }
    }

    /// Adds a destination once.
    pub(crate) fn reaches(&mut self, destination: Destination) {
        if !self.workload.destinations.contains(&destination) {
            self.workload.destinations.push(destination);
        }
    }

    /// Whether so much more may be read for the pipeline.
    pub(crate) fn affords_bytes(&mut self, bytes: usize) -> bool {
        let affordable = self.budget.take(bytes);
        self.cut |= !affordable;
        affordable
    }

    /// Adds a token by which the job can prove who it is; its index.
    pub(crate) fn may_present(&mut self, token: IdentityToken) -> usize {
        if self.identity.len() < MAX_TOKENS {
            self.identity.push(token);
        } else {
            self.cut = true;
        }
        self.identity.len() - 1
    }

    fn affords(&mut self, node: &Node) -> bool {
        self.affords_bytes(node.text().map_or(0, str::len))
    }

    /// Whether a value was given under the name, or a script sets it.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.set.contains(name) || self.set.contains(ANYTHING)
    }

    /// Whether it has scripts.
    pub(crate) fn runs_scripts(&self) -> bool {
        !self.scripts.is_empty()
    }

    /// Records a use of a variable.
    pub(crate) fn mentioned(&mut self, name: &str, receiver: &Receiver, at: Location) {
        if let Some((_, kind, to)) = self.system.job_tokens.iter().find(|(token, ..)| *token == name) {
            let destination = receiver.destination.clone().unwrap_or_else(|| Destination::new(*kind, *to));
            self.uses_job_token(name, destination, receiver, at);
            return;
        }
        if let Some(token) = self.identity.iter_mut().find(|token| token.variable == name) {
            token.mentioned.get_or_insert(at);
            return;
        }
        if self.system.identity_tokens.contains(&name) {
            let audience = self.audience.clone();
            self.may_present(IdentityToken { variable: name.to_owned(), audience, at: at.clone(), mentioned: Some(at), used: false });
            return;
        }
        let credential = facts::may_hold_credential;
        // What the system sets is no secret, unless it is called one: then somebody gave their own variable such a name.
        let received = receiver.is_credential();
        if let Some(value) = self.undecided.get(name).filter(|_| received).cloned() {
            self.undecided.remove(name);
            self.refers(value);
        }
        if (credential(name) || (received && !self.system.sets(name))) && !self.is_set(name) {
            let mut reference = facts::received_by(facts::reference(StoreKind::CiVariable, name, at), name);
            reference.used_as.clone_from(&receiver.used_as);
            if receiver.content != Content::Unstated {
                (reference.content, reference.role) = (receiver.content, receiver.role);
            }
            reference.destination = receiver.destination.clone().or(reference.destination);
            self.refers(reference);
        }
    }

    /// Records a use of the token that the system makes for the job.
    pub(crate) fn uses_job_token(&mut self, name: &str, destination: Destination, receiver: &Receiver, at: Location) {
        if self.job_tokens.iter().any(|(known, ..)| *known == destination) {
            return;
        }
        self.job_tokens.push((destination.clone(), at.clone(), name.to_owned()));
        let reference = facts::reference(StoreKind::Runtime, name, at);
        let destination = Some(destination);
        self.refers(Reference { custody: Custody::RuntimeMinted, used_as: receiver.used_as.clone(), destination, ..reference });
    }

    /// The tokens the job presents for an audience.
    pub(crate) fn tokens(&self, audience: &Value) -> Vec<PredictedToken> {
        let token = |subject: &Value| PredictedToken { issuer: self.issuer.clone(), subject: subject.clone(), audience: audience.clone() };
        self.subjects.iter().map(token).collect()
    }

    /// Works everything out and adds the job to the facts. Says whether a limit cut it short.
    #[must_use]
    pub(crate) fn finish(mut self, facts: &mut Facts) -> bool {
        let given = std::mem::take(&mut self.given);
        for variable in &given {
            self.set_given(variable);
        }
        let scripts = self.split();
        for script in &scripts {
            self.prepare(script);
            self.notes_elsewhere(script);
        }
        for variable in &given {
            self.read_given(variable);
        }
        for (text, receiver) in std::mem::take(&mut self.texts) {
            let filled = places(text.node.text().unwrap_or_default(), self.system);
            for inner in filled.iter().filter_map(|found| text.templates.get(&found.name)).flat_map(|inner| mentions(inner, self.system)) {
                self.mentioned(&inner.name, &receiver, text.place.at(text.node.span, text.path.clone()));
            }
            self.read_asked(text.place, text.node, &text.path, &text.templates, &receiver);
            self.read_text(text.place, text.node, &text.path, &receiver);
        }
        for script in &scripts {
            self.read_mentions(script);
            self.read_secrets(script);
        }
        for script in &scripts {
            self.read_effects(script);
        }
        for script in &scripts {
            self.read_elsewhere(script);
        }
        let content = if self.identity.is_empty() { Content::Durable } else { Content::Unstated };
        for group in std::mem::take(&mut self.groups) {
            self.refers(Reference { content, ..group });
        }
        self.tells_scripts();
        self.named_exchanges();
        self.announced();
        self.unspent_tokens();
        self.finish_job_tokens();
        let mut places = BTreeSet::new();
        self.workload.extents.retain(|extent| places.insert(extent.clone()));
        let mut seen = BTreeSet::new();
        self.workload.traits.retain(|noted| seen.insert(noted.clone()));
        facts.slots.append(&mut self.slots);
        facts.workloads.push(self.workload);
        self.cut
    }

    /// What is set for a script that the job runs isn't stored, whatever it is called.
    fn tells_scripts(&mut self) {
        if !self.workload.uses.iter().any(|(kind, _)| *kind == Use::Component) {
            return;
        }
        let at = self.workload.location.clone();
        let held = self.identity.iter().map(|token| token.variable.clone()).filter(|name| !name.is_empty());
        let names: BTreeSet<String> = self.set.iter().cloned().chain(held).collect();
        self.workload.traits.extend(names.into_iter().map(|name| (SETS_VARIABLE.to_owned(), name, at.clone())));
    }

    /// The identity paths of the job's own token. Its rights are set outside the definition.
    fn finish_job_tokens(&mut self) {
        for (destination, at, name) in std::mem::take(&mut self.job_tokens) {
            self.workload.identity_paths.push(IdentityPath {
                kind: IdentityKind::Managed,
                platform: Platform::Saas,
                mechanism: name.clone(),
                reach: Reach::OwnPlatform,
                destination,
                principal: Value::literal(name),
                tokens: Vec::new(),
                ttl: Some(Ttl { seconds: 86_400, basis: TtlBasis::VendorBound }),
                capability: Some(self.workload.location.clone()),
                consumer: Some(at),
                platform_bound: Some(false),
            });
        }
    }
}
