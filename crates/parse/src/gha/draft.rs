//! A job's workload while it is read, and the facts that every part of a job can add to it.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{
    Content, Destination, IdentityKind, IdentityPath, ImageBuild, Location, Platform, Reach, Reference, Role, Slot, StoreKind, Ttl,
    TtlBasis, Use, Value, Workload,
};

use super::expression::{self, Expression};
use super::files::{File, Files};
use super::scope::Scope;
use crate::commands;
use crate::environment::Variable;
use crate::facts;
use crate::flat::Flat;
use crate::tree::Node;

/// Most steps that one job is followed through, those of the actions it calls included.
pub(super) const MAX_STEPS: usize = 2_000;
/// Most commands of a job's scripts that are looked at.
pub(super) const MAX_COMMANDS: usize = 20_000;
/// Most uses of stored values that are kept for one job.
pub(super) const MAX_REFERENCES: usize = 20_000;

/// The job's own token, once something uses it.
pub(super) struct JobToken {
    pub(super) consumer: Location,
    pub(super) mechanism: String,
}

pub(super) struct Draft<'a> {
    pub(super) files: &'a Files<'a>,
    pub(super) workload: Workload,
    pub(super) slots: Vec<Slot>,
    pub(super) variables: Vec<Variable>,
    pub(super) job_token: Option<JobToken>,
    /// Destinations that the job's token was seen to be used for.
    token_destinations: Vec<Destination>,
    pub(super) steps_left: usize,
    pub(super) commands_left: usize,
    /// A limit was reached.
    pub(super) cut: bool,
    /// Steps seen so far, by file and id: whether it is known how they get what they hand on.
    pub(super) steps: BTreeMap<(String, String), bool>,
    /// Names that `docker/metadata-action` tags images with, by id of its step.
    pub(super) image_names: BTreeMap<String, Vec<String>>,
    /// The last checkout left the job's token behind for `git push`.
    pub(super) git_uses_job_token: bool,
}

/// What is known of the place that a text is given to.
#[derive(Clone)]
pub(super) struct Receiver {
    pub(super) used_as: Option<String>,
    pub(super) content: Content,
    pub(super) role: Role,
    pub(super) destination: Option<Destination>,
    pub(super) fallback: bool,
    /// Names the consumer of the job's own token.
    pub(super) mechanism: String,
    /// Follow `env.X` and `inputs.x` to the secrets they are made of, because this place says what they are for.
    pub(super) follows: bool,
}

impl Receiver {
    /// A place of which only its name is known.
    pub(super) fn unstated(used_as: Option<&str>, fallback: bool) -> Self {
        Self {
            used_as: used_as.map(str::to_owned),
            content: Content::Unstated,
            role: Role::Access,
            destination: None,
            fallback,
            mechanism: "GITHUB_TOKEN".into(),
            follows: false,
        }
    }

    /// An environment variable.
    pub(super) fn variable(name: &str, fallback: bool) -> Self {
        let mut receiver = Self::unstated(Some(name), fallback);
        if let Some(known) = crate::variables::known(name) {
            (receiver.content, receiver.role, receiver.destination) = (known.content, known.role, known.destination());
        }
        receiver
    }
}

impl<'a> Draft<'a> {
    pub(super) fn new(files: &'a Files<'a>, workload: Workload) -> Self {
        Self {
            files,
            workload,
            slots: Vec::new(),
            variables: Vec::new(),
            job_token: None,
            token_destinations: Vec::new(),
            steps_left: MAX_STEPS,
            commands_left: MAX_COMMANDS,
            cut: false,
            steps: BTreeMap::new(),
            image_names: BTreeMap::new(),
            git_uses_job_token: false,
        }
    }

    /// The finished workload, each trait told once.
    pub(super) fn finish(self) -> Workload {
        let mut workload = self.workload;
        let mut seen = BTreeSet::new();
        workload.traits.retain(|noted| seen.insert(noted.clone()));
        // The client's secret only begins the exchange (Oracle, "Exchanging a JSON Web Token for a UPST").
        if workload.identity_paths.iter().any(|path| path.mechanism == commands::OCI_EXCHANGE) {
            let begins = |name: &str| name.to_ascii_uppercase().contains("CLIENT_SECRET");
            let of_client = |reference: &&mut Reference| begins(&reference.name) || reference.used_as.as_deref().is_some_and(begins);
            workload.references.iter_mut().filter(of_client).for_each(|reference| reference.role = Role::Bootstrap);
        }
        workload
    }

    /// Images that the job builds from a Dockerfile.
    pub(super) fn builds(&mut self, images: impl Iterator<Item = String>, dockerfile: &str, at: &Location) {
        let builds = images.map(|image| ImageBuild { image, dockerfile: dockerfile.to_owned(), location: at.clone() });
        self.workload.builds.extend(builds);
    }

    /// Records every stored value that a scalar refers to.
    pub(super) fn text(&mut self, file: &'a File<'a>, scope: &Scope, node: &'a Node, path: &str, receiver: &Receiver) {
        let flat = Flat::new(&file.place, node);
        if !expression::has_expression(flat.text) {
            return;
        }
        for expression in expression::expressions(flat.text) {
            self.expression(file, scope, &flat, &expression, path, receiver);
        }
    }

    /// Records what one expression refers to.
    pub(super) fn expression(&mut self, file: &'a File<'a>, scope: &Scope, flat: &Flat<'a>, found: &Expression, path: &str, to: &Receiver) {
        let fallback = to.fallback || scope.fallback || found.has_alternatives;
        for used in &found.uses {
            let location = file.place.at(flat.span(used.range.clone()), path);
            if used.is_job_token() {
                self.uses_job_token(location.clone(), to);
                continue;
            }
            let is_credential = to.content == Content::Durable || to.used_as.as_deref().is_some_and(facts::is_credential_variable);
            if used.context == "steps" && is_credential {
                self.step_output(file, &used.name, &location, to);
            }
            // An earlier step may have set it through `$GITHUB_ENV`.
            let own = to.used_as.as_deref() == Some(used.name.as_str());
            let set = scope.variable(&used.name).is_some_and(|bound| !own || bound.value.known().is_some() || !bound.stored.is_empty());
            if used.context == "env" && found.is_single && is_credential && !set {
                self.opaque(format!("env.{}", used.name), &location, to);
            }
            if used.context == "env" && !to.follows {
                continue;
            }
            let bound = scope.bind_use(used);
            if found.is_single && bound.handed_in && is_credential {
                self.opaque(format!("{}.{}", used.context, used.name), &location, to);
            }
            if bound.job_token {
                self.uses_job_token(location.clone(), to);
            }
            for (store, name) in bound.stored {
                if self.workload.references.len() >= MAX_REFERENCES {
                    self.cut = true;
                    return;
                }
                let plain = facts::reference(store, name, location.clone());
                // A variable is plain text on the platform, whatever it is given to.
                let content = match store {
                    StoreKind::GhaVariable if to.content == Content::Durable => Content::Unstated,
                    _ => to.content,
                };
                self.workload.references.push(Reference {
                    used_as: to.used_as.clone(),
                    content,
                    role: to.role,
                    destination: to.destination.clone(),
                    fallback,
                    ..plain
                });
            }
        }
    }

    /// Records a credential that an earlier step hands on, unless that step's own row in the consumer table accounts for it.
    fn step_output(&mut self, file: &File<'_>, name: &str, location: &Location, to: &Receiver) {
        let step = name.split('.').next().unwrap_or_default().to_owned();
        if self.steps.get(&(file.place.path().to_owned(), step)).copied().unwrap_or(false) {
            return;
        }
        self.opaque(format!("steps.{name}"), location, to);
    }

    /// Records a value of which only is known that it is used as a credential.
    pub(super) fn opaque(&mut self, name: String, location: &Location, to: &Receiver) {
        let plain = facts::reference(StoreKind::StepOutput, name, location.clone());
        self.workload.references.push(Reference { used_as: to.used_as.clone(), destination: to.destination.clone(), ..plain });
    }

    /// Records a use of the token that the platform makes for the job.
    pub(super) fn uses_job_token(&mut self, location: Location, to: &Receiver) {
        let destination = to.destination.clone().unwrap_or_else(|| Destination::new("github", ""));
        let told = self.token_destinations.contains(&destination);
        // A command that takes the token from a variable adds nothing to what the variable said.
        if told && to.used_as.is_none() {
            return;
        }
        if !told {
            self.token_destinations.push(destination.clone());
        }
        if self.job_token.is_none() {
            self.job_token = Some(JobToken { consumer: location.clone(), mechanism: to.mechanism.clone() });
        }
        let mut reference = facts::reference(StoreKind::Runtime, "GITHUB_TOKEN", location);
        reference.custody = unkeyed_model::Custody::RuntimeMinted;
        reference.used_as = to.used_as.clone();
        reference.destination = Some(destination);
        self.workload.references.push(reference);
    }

    /// Adds the identity path of the job's own token, if anything uses it.
    ///
    /// GitHub docs, "Use GITHUB_TOKEN": it ends with the job, at most 24 hours later.
    pub(super) fn finish_job_token(&mut self, scope: &Scope) {
        let Some(token) = self.job_token.take() else { return };
        let mut destinations = std::mem::take(&mut self.token_destinations);
        destinations.sort();
        for destination in destinations {
            self.workload.identity_paths.push(IdentityPath {
                kind: IdentityKind::Managed,
                platform: Platform::Github,
                mechanism: token.mechanism.clone(),
                reach: Reach::OwnPlatform,
                destination,
                principal: Value::literal("GITHUB_TOKEN"),
                tokens: Vec::new(),
                ttl: Some(Ttl { seconds: 86_400, basis: TtlBasis::VendorBound }),
                capability: Some(scope.permissions.declared.clone().unwrap_or_else(|| self.workload.location.clone())),
                consumer: Some(token.consumer.clone()),
                platform_bound: Some(scope.permissions.narrowed),
            });
        }
    }

    /// Reads a mapping of environment variables: references, slots, and the variables themselves.
    pub(super) fn environment(&mut self, file: &'a File<'a>, scope: &Scope, env: Option<&'a Node>, path: &str, fallback: bool) {
        for entry in env.into_iter().flat_map(Node::entries) {
            let name = entry.name();
            let path = crate::place::under(path, name);
            self.text(file, scope, &entry.value, &path, &Receiver::variable(name, fallback));
            let Some(text) = entry.value.text() else { continue };
            let location = file.place.at(entry.value.span, path);
            let value = scope.bind(text).value;
            // A development server beside the job; where a distant one is meant, the login names it.
            if let Some(address) = value.known().filter(|to| name == "VAULT_ADDR" && (to.contains("//localhost") || to.contains("//127.")))
            {
                self.reaches(Destination::new("vault", address));
            }
            self.variables.push(Variable { name: name.to_owned(), value, location: location.clone() });
            self.literal(name, text, facts::is_credential_variable(name), location);
        }
    }

    /// A slot, where a literal is assigned to something that holds a credential.
    pub(super) fn literal(&mut self, name: &str, text: &str, is_credential: bool, location: Location) {
        if is_credential && !text.trim().is_empty() && !expression::has_expression(text) && !text.starts_with('$') {
            self.slots.push(facts::slot(name, location));
        }
    }

    /// Adds a trait.
    pub(super) fn note(&mut self, name: &str, value: impl Into<String>, location: Location) {
        self.workload.traits.push((name.to_owned(), value.into(), location));
    }

    /// Adds a destination once.
    pub(super) fn reaches(&mut self, destination: Destination) {
        if !self.workload.destinations.contains(&destination) {
            self.workload.destinations.push(destination);
        }
    }

    /// Adds a definition that is drawn in, once.
    pub(super) fn draws_in(&mut self, how: Use, path: String) {
        let drawn = (how, path);
        if !self.workload.uses.contains(&drawn) {
            self.workload.uses.push(drawn);
        }
    }
}
