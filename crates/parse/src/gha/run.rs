//! A step that runs a script: what its commands do.

use std::ops::Range;

use unkeyed_model::{Custody, Destination, IdentityKind, IdentityPath, Location, Platform, Reach, Reference, StoreKind, Use, Value};

use super::action::tokens;
use super::draft::{Draft, Receiver};
use super::expression::{Expression, expressions};
use super::files::File;
use super::scope::{Bound, Scope};
use crate::commands::{self, Effect, Login};
use crate::elsewhere;
use crate::facts;
use crate::flat::Flat;
use crate::interpolation::interpolations;
use crate::scripts;
use crate::shell::{self, Command, holding};
use crate::tree::Node;

/// Reads a script.
pub(super) fn script<'a>(draft: &mut Draft<'a>, file: &'a File<'a>, scope: &Scope, node: &'a Node, path: &str, shell: &str) {
    let flat = Flat::new(&file.place, node);
    let mut commands = match shell.split([' ', '.']).next().unwrap_or_default() {
        "python" | "python3" | "node" | "perl" => Vec::new(),
        // A line goes on behind a backtick there.
        "pwsh" | "powershell" => shell::commands(&flat.text.replace("`\n", "\\\n").replace("`\r\n", "\\\r\n")),
        _ => shell::commands(flat.text),
    };
    draft.cut |= commands.len() > draft.commands_left;
    commands.truncate(draft.commands_left);
    draft.commands_left -= commands.len();
    let reader = Script { file, scope, flat: &flat, path };
    reader.references(draft, &commands);
    for (index, effect) in commands::effects(&commands) {
        reader.effect(draft, &commands[index], effect);
    }
    reader.elsewhere(draft, &commands);
    draft.slots.append(&mut scripts::written_out(&commands, flat.text, &|range| file.place.at(flat.span(range), path)));
    if let Some(command) = commands.iter().find(|command| runs_terraform(command)) {
        reader.terraform(draft, command);
    }
    if flat.text.contains("getIDToken(") {
        requests_token(draft, scope, file.place.at(node.span, path));
    }
}

/// A bare request for a token: what it is exchanged for can't be seen, unless a login is seen beside it.
pub(super) fn requests_token(draft: &mut Draft<'_>, scope: &Scope, at: Location) {
    let audience = Value::unknown("no audience is written");
    let path = federated(scope, Platform::Saas, "OIDC token request", Destination::new("unknown", ""), &audience, at);
    draft.workload.identity_paths.push(path);
}

struct Script<'a, 's> {
    file: &'a File<'a>,
    scope: &'s Scope,
    flat: &'s Flat<'a>,
    path: &'s str,
}

impl<'a> Script<'a, '_> {
    /// The stored values that the script names; what command they are given to says where they lead.
    fn references(&self, draft: &mut Draft<'a>, commands: &[Command]) {
        let mut order: Vec<usize> = (0..commands.len()).collect();
        order.sort_by_key(|&at| commands[at].range().start);
        for expression in expressions(self.flat.text) {
            // The last command that starts before it, or one of the few around that.
            let behind = order.partition_point(|&at| commands[at].range().start <= expression.range.start);
            let command = holding(commands, &order[..behind], expression.range.end);
            let receiver = command.map_or_else(|| Receiver::unstated(None, false), |at| receives(commands, at, &expression));
            draft.expression(self.file, self.scope, self.flat, &expression, self.path, &receiver);
        }
    }

    /// Credentials that the script reads from elsewhere, unless an identity of the job got them.
    fn elsewhere(&self, draft: &mut Draft<'a>, commands: &[Command]) {
        let own = |range: Range<usize>| self.flat.text.get(range).is_some_and(|text| text.contains('$'));
        for (name, program, at) in self.taken(commands) {
            if name.is_empty() {
                let reference = facts::environment(StoreKind::File, program.as_str(), at);
                draft.workload.references.push(Reference { used_as: Some(program), ..reference });
            } else {
                draft.opaque(program, &at, &Receiver::unstated(Some(&name), false));
            }
        }
        for read in elsewhere::reads(commands, own) {
            let to = read.receiver.destination.as_ref();
            let reached = to.is_some_and(|to| draft.workload.identity_paths.iter().any(|path| path.destination.kind == to.kind));
            if !reached {
                let at = self.file.place.at(self.flat.span(read.range), self.path);
                draft.opaque(read.source, &at, &receiver(read.receiver, ""));
            }
        }
    }

    /// Files with credentials that commands take over, and values out of files or other services under plain names that
    /// something takes for a credential: the name (none for a file), what it is read from, and where.
    fn taken(&self, commands: &[Command]) -> Vec<(String, String, Location)> {
        let files = commands.iter().filter_map(|command| Some((String::new(), scripts::taken_over(command)?.to_owned(), self.at(command))));
        let mut found: Vec<_> = files.collect();
        for read in elsewhere::all(commands, |_| false).into_iter().filter(|read| !read.receiver.is_credential()) {
            let Some(name) = read.receiver.used_as.filter(|name| shell::is_assignment(&format!("{name}="))) else { continue };
            let uses = interpolations(self.flat.text).into_iter().filter(|used| used.name == name);
            let mut takers = uses.map(|used| scripts::around(commands, &used.range));
            if let Some(taker) = takers.find(crate::receiver::Receiver::is_credential) {
                let named = taker.used_as.unwrap_or_else(|| "password".to_owned());
                found.push((named, read.source, self.file.place.at(self.flat.span(read.range), self.path)));
            }
        }
        found
    }

    fn at(&self, command: &Command) -> Location {
        self.file.place.at(self.flat.span(command.range()), self.path)
    }

    /// A word's value: `$X` from the environment, expressions from the scope.
    fn value(&self, word: &str) -> Bound {
        let name = word.strip_prefix('$').map(|name| name.trim_start_matches('{').trim_end_matches('}'));
        match name {
            Some(name) if !word.starts_with("${{") => match self.scope.variable(name) {
                Some(bound) => bound.clone(),
                None => Bound { value: Value::unknown(format!("`${name}` is set outside the workflow")), ..Bound::default() },
            },
            _ if word.contains("$(") || word.contains('`') => Bound { value: Value::unknown("computed by the script"), ..Bound::default() },
            _ => self.scope.bind(word),
        }
    }

    /// A word with all its variables and expressions, if they are known.
    fn filled(&self, word: &str) -> Option<String> {
        let (mut text, mut at) = (String::new(), 0);
        for found in interpolations(word) {
            text.push_str(&word[at..found.range.start]);
            text.push_str(self.scope.variable(&found.name)?.value.known()?);
            at = found.range.end;
        }
        text.push_str(&word[at..]);
        self.scope.bind(&text).value.known().map(str::to_owned)
    }

    fn effect(&self, draft: &mut Draft<'a>, command: &Command, effect: Effect) {
        let at = self.at(command);
        match effect {
            Effect::Fetches { store, name, custody, destination } => {
                let name = self.value(&name).value.known().map_or(name, str::to_owned);
                let mut fetched = facts::fetch(store, name, custody, at);
                // A lease leads on to what it is for, not to the secret manager.
                fetched.destination = (custody != Custody::VaultDynamic).then_some(destination);
                draft.workload.references.push(fetched);
            }
            Effect::LogsIn(login) => self.logs_in(draft, at, login),
            Effect::Publishes { mechanism, registry, audience, ttl, beaten_by } => {
                draft.reaches(Destination::new("registry", registry));
                let beaten = beaten_by.iter().any(|name| self.scope.variable(name).is_some_and(|bound| bound.value.known() != Some("")));
                if self.scope.permissions.id_token.is_some() && !beaten {
                    let audience = if audience.is_empty() {
                        Value::unknown("the tool's audience is not documented")
                    } else {
                        Value::literal(audience)
                    };
                    let path = federated(self.scope, Platform::Registry, mechanism, Destination::new("registry", registry), &audience, at);
                    draft.workload.identity_paths.push(IdentityPath { ttl, ..path });
                }
            }
            Effect::SignsKeyless { mechanism } => {
                let path =
                    federated(self.scope, Platform::Saas, mechanism, Destination::new("sigstore", ""), &Value::literal("sigstore"), at);
                // Fulcio's certificates live ten minutes (Sigstore documentation).
                let ttl = Some(unkeyed_model::Ttl { seconds: 600, basis: unkeyed_model::TtlBasis::VendorBound });
                draft.workload.identity_paths.push(IdentityPath { reach: Reach::Signing, ttl, ..path });
            }
            Effect::Reaches(destination) => draft.reaches(destination),
            Effect::UsesGithub { mechanism, variables } => self.uses_github(draft, at, mechanism, variables),
            Effect::WritesCredential(form) => draft.note("writes-credential", form, at),
            Effect::Builds { images, dockerfile } => {
                let images = images.iter().filter_map(|image| self.filled(image));
                draft.builds(images, &dockerfile, &at);
            }
            Effect::RunsScript(path) => draft.draws_in(Use::Component, path),
            Effect::Sources(path) => draft.draws_in(Use::File, path),
            Effect::Lasts { what, length } => draft.note(what, length, at),
            Effect::ChecksOutPullRequest => draft.note("checks-out", "pull-request-head", at),
            Effect::RequestsToken { audience } => {
                let audience = audience.map_or_else(|| Value::unknown("no audience is written"), |text| self.value(&text).value);
                let unknown = Destination::new("unknown", "");
                let path = federated(self.scope, Platform::Saas, "OIDC token request", unknown, &audience, at);
                draft.workload.identity_paths.push(path);
            }
        }
    }

    fn logs_in(&self, draft: &mut Draft<'a>, at: Location, login: Login) {
        let principal = match &login.principal {
            Some(word) => self.value(word).value,
            None => Value::unknown(format!("`{}` doesn't say whose identity it takes", login.mechanism)),
        };
        let destination = if login.platform == Platform::Aws { facts::aws(principal.known()) } else { login.destination };
        let audience = login.audience.map_or_else(|| Value::unknown("the audience is chosen where the token is requested"), Value::literal);
        let mut path = federated(self.scope, login.platform, login.mechanism, destination, &audience, at);
        path.principal = principal;
        path.reach = login.reach;
        path.ttl = login.ttl;
        if login.kind == IdentityKind::Managed {
            path.kind = IdentityKind::Managed;
            path.tokens.clear();
            path.capability = path.consumer.clone();
        }
        draft.workload.identity_paths.push(path);
    }

    /// Terraform's Azure provider takes the job's token if it is told an application and no secret of it (azurerm provider,
    /// "Authenticating using a Service Principal and OpenID Connect").
    fn terraform(&self, draft: &mut Draft<'a>, command: &Command) {
        let has = |name: &str| self.scope.variable(name).is_some();
        let Some(client) = self.scope.variable("ARM_CLIENT_ID") else { return };
        let otherwise = ["ARM_CLIENT_SECRET", "ARM_CLIENT_CERTIFICATE_PATH", "ARM_USE_OIDC", "ARM_USE_MSI", "ARM_USE_CLI"];
        if self.scope.permissions.id_token.is_none() || otherwise.into_iter().any(has) {
            return;
        }
        let audience = Value::literal("api://AzureADTokenExchange");
        let mechanism = "azurerm provider with ARM_CLIENT_ID";
        let path = federated(self.scope, Platform::Azure, mechanism, Destination::new("azure", ""), &audience, self.at(command));
        let ttl = Some(unkeyed_model::Ttl { seconds: 86_400, basis: unkeyed_model::TtlBasis::VendorBound });
        let known = draft.workload.identity_paths.iter().any(|path| path.platform == Platform::Azure);
        if !known {
            draft.workload.identity_paths.push(IdentityPath { principal: client.value.clone(), ttl, ..path });
        }
    }

    fn uses_github(&self, draft: &mut Draft<'a>, at: Location, mechanism: &'static str, variables: &[&str]) {
        let bound = variables.iter().find_map(|name| self.scope.variable(name));
        let own = if variables.is_empty() { draft.git_uses_job_token } else { bound.is_some_and(|bound| bound.job_token) };
        if own {
            let receiver = Receiver { mechanism: mechanism.to_owned(), ..Receiver::unstated(None, false) };
            draft.uses_job_token(at, &receiver);
        }
        draft.reaches(Destination::new("github", ""));
    }
}

fn runs_terraform(command: &Command) -> bool {
    let works = ["init", "plan", "apply", "destroy", "import", "refresh"];
    matches!(command.program(), "terraform" | "tofu" | "terragrunt") && works.iter().any(|verb| command.runs(command.program(), &[verb]))
}

/// A path that presents the job's token.
fn federated(scope: &Scope, platform: Platform, mechanism: &str, destination: Destination, audience: &Value, at: Location) -> IdentityPath {
    IdentityPath {
        kind: IdentityKind::Federated,
        platform,
        mechanism: mechanism.to_owned(),
        reach: Reach::Destination,
        destination,
        principal: Value::unknown("the token itself is the identity"),
        tokens: tokens(scope, audience),
        ttl: None,
        capability: scope.permissions.id_token.clone(),
        consumer: Some(at),
        platform_bound: None,
    }
}

/// What the place in a command says of a stored value: the variable it is assigned to, the option it is given as.
fn receives(commands: &[Command], at: usize, expression: &Expression) -> Receiver {
    receiver(crate::receiver::Receiver::of(commands, at, &expression.range), commands[at].program())
}

fn receiver(known: crate::receiver::Receiver, mechanism: &str) -> Receiver {
    Receiver {
        used_as: known.used_as,
        content: known.content,
        role: known.role,
        destination: known.destination,
        mechanism: mechanism.to_owned(),
        ..Receiver::unstated(None, false)
    }
}
