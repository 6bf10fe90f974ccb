//! What the commands of a script do: log in, fetch, publish, sign, reach.

use unkeyed_model::{
    Content, Custody, Destination, IdentityKind, IdentityPath, ImageBuild, Location, Platform, Reach, Reference, StoreKind, Ttl, TtlBasis,
    Use, Value,
};

use super::job::Job;
use super::mentions::mentions;
use super::script::Read;
use super::templates::places;
use crate::commands::{self, Effect, Login};
use crate::facts;
use crate::shell::Command;

impl<'a> Job<'a> {
    pub(super) fn read_effects(&mut self, script: &Read<'a>) {
        for (index, effect) in commands::effects(&script.commands) {
            let command = &script.commands[index];
            self.effect(script, command, effect);
        }
        for command in &script.commands {
            self.writes_aws_configuration(script, command);
            self.prints_stored(script, command);
        }
    }

    /// A command of the system that prints a value it keeps.
    fn prints_stored(&mut self, script: &Read<'a>, command: &Command) {
        let Some((program, subcommands)) = self.system.prints.filter(|(program, subcommands)| command.runs(program, subcommands)) else {
            return;
        };
        let name = subcommands.last().and_then(|last| command.argument_after(last)).map_or(program, |word| word.text.as_str());
        let reference = facts::reference(StoreKind::CiVariable, name, script.at(command));
        self.refers(Reference { content: Content::Durable, ..reference });
    }

    fn effect(&mut self, script: &Read<'a>, command: &Command, effect: Effect) {
        let at = script.at(command);
        match effect {
            Effect::Fetches { store, name, custody, destination } => {
                let name = self.resolve(&name).known().map_or(name, str::to_owned);
                let mut fetched = facts::fetch(store, name, custody, at);
                // A lease leads on to what it is for, not to the secret manager.
                fetched.destination = (custody != Custody::VaultDynamic).then_some(destination);
                self.refers(fetched);
            }
            Effect::LogsIn(login) => self.logs_in(login, script, command, at),
            Effect::Publishes { mechanism, registry, audience, ttl, beaten_by } => {
                let destination = Destination::new("registry", registry);
                self.reaches(destination.clone());
                let beaten = beaten_by.iter().any(|name| self.is_set(name) || self.stores(name));
                // Trusted publishing takes a token that was asked for with the registry's audience.
                let token = self.token_for(|known| !audience.is_empty() && known == audience).filter(|_| !beaten);
                if let Some(token) = token {
                    let path = self.federated(Platform::Registry, mechanism, destination, Some(token), None, at);
                    self.workload.identity_paths.push(IdentityPath { ttl, ..path });
                }
            }
            Effect::SignsKeyless { mechanism } => {
                if let Some(token) = self.token_for(|audience| audience == "sigstore") {
                    let path = self.federated(Platform::Saas, mechanism, Destination::new("sigstore", ""), Some(token), None, at);
                    // Fulcio's certificates live ten minutes (Sigstore documentation).
                    let ttl = Some(Ttl { seconds: 600, basis: TtlBasis::VendorBound });
                    self.workload.identity_paths.push(IdentityPath { reach: Reach::Signing, ttl, ..path });
                }
            }
            Effect::Reaches(destination) => self.reaches(destination),
            Effect::UsesGithub { .. } if command.program() == "git" => self.reaches(Destination::new("git", "")),
            Effect::UsesGithub { .. } => self.reaches(Destination::new("github", "")),
            Effect::WritesCredential(form) => self.note("writes-credential", form, at),
            Effect::Builds { images, dockerfile } => {
                for image in images {
                    let image = self.resolve(&image).known().map_or(image, str::to_owned);
                    self.workload.builds.push(ImageBuild { image, dockerfile: dockerfile.clone(), location: at.clone() });
                }
            }
            Effect::RunsScript(path) => self.calls(path),
            Effect::Sources(path) => self.workload.uses.push((Use::File, path)),
            Effect::Lasts { what, length } => self.note(what, length, at),
            // These belong to GitHub Actions.
            Effect::ChecksOutPullRequest | Effect::RequestsToken { .. } => {}
        }
    }

    fn logs_in(&mut self, login: Login, script: &Read<'a>, command: &Command, at: Location) {
        let principal = match &login.principal {
            Some(word) => self.resolve(&option_value(script, command, word, self.system)),
            None => Value::unknown(format!("`{}` doesn't say whose identity it takes", login.mechanism)),
        };
        let destination = if login.platform == Platform::Aws { facts::aws(principal.known()) } else { login.destination };
        if login.kind == IdentityKind::Managed {
            let path = self.federated(login.platform, login.mechanism, destination, None, None, at.clone());
            let kind = IdentityKind::Managed;
            self.workload.identity_paths.push(IdentityPath {
                kind,
                principal,
                ttl: login.ttl,
                capability: Some(at),
                tokens: Vec::new(),
                ..path
            });
            return;
        }
        let token =
            self.token_in(script, command).or_else(|| self.token_for(|audience| login.audience.is_none_or(|asked| asked == audience)));
        let path = self.federated(login.platform, login.mechanism, destination, token, login.audience, at);
        self.workload.identity_paths.push(IdentityPath { principal, reach: login.reach, ttl: login.ttl, ..path });
    }

    /// The index of the identity token that a command is given.
    fn token_in(&self, script: &Read<'a>, command: &Command) -> Option<usize> {
        // As it is written, because the words of a command don't show what is filled in.
        let text = script.templates.fill(script.flat.text.get(command.range()).unwrap_or_default(), self.system);
        mentions(&text, self.system)
            .into_iter()
            .find_map(|mention| self.identity.iter().position(|token| token.variable == mention.name && !mention.name.is_empty()))
    }

    /// The identity token whose audience will do; if none says its audience, the only one.
    pub(super) fn token_for(&self, fits: impl Fn(&str) -> bool) -> Option<usize> {
        let fitting = self.identity.iter().position(|token| token.audience.known().is_some_and(&fits));
        let only = (self.identity.len() == 1 && self.identity[0].audience.known().is_none()).then_some(0);
        fitting.or(only)
    }

    /// A path that presents one of the job's identity tokens; without a token nothing says that the job may have one.
    pub(crate) fn federated(
        &mut self,
        platform: Platform,
        mechanism: &str,
        destination: Destination,
        token: Option<usize>,
        audience: Option<&str>,
        at: Location,
    ) -> IdentityPath {
        let known = token.and_then(|index| self.identity.get_mut(index));
        let (capability, asked) = match known {
            Some(token) => {
                token.used = true;
                (Some(token.at.clone()), token.audience.clone())
            }
            None => (None, self.audience.clone()),
        };
        let audience = match (asked, audience) {
            (Value::Unknown(_), Some(fixed)) => Value::literal(fixed),
            (asked, _) => asked,
        };
        IdentityPath {
            kind: IdentityKind::Federated,
            platform,
            mechanism: mechanism.to_owned(),
            reach: Reach::Destination,
            destination,
            principal: Value::unknown("the token itself is the identity"),
            tokens: self.tokens(&audience),
            ttl: None,
            capability,
            consumer: Some(at),
            platform_bound: None,
        }
    }

    /// Whether a stored value of this name is used.
    fn stores(&self, name: &str) -> bool {
        self.workload.references.iter().any(|reference| reference.name == name || reference.used_as.as_deref() == Some(name))
    }

    /// A profile of the AWS configuration file that names a token file and a role (AWS SDK reference, "Assume role with web identity").
    fn writes_aws_configuration(&mut self, script: &Read<'a>, command: &Command) {
        if self.identity.is_empty() || !command.words.iter().any(|word| word.text.contains("web_identity_token_file")) {
            return;
        }
        let role = command.words.iter().find_map(|word| {
            let behind = word.text.split("role_arn").nth(1)?.trim_start_matches([' ', '=']);
            Some(behind.split(['\n', '\\', ' ', '\'', '"']).next().unwrap_or_default().to_owned())
        });
        let principal = role.map_or_else(|| Value::unknown("the profile names no role here"), |role| self.resolve(&role));
        let at = script.at(command);
        let token = self.identity.iter().position(|token| token.mentioned.is_some()).or(Some(0));
        let destination = facts::aws(principal.known());
        let path = self.federated(Platform::Aws, "AWS profile with web_identity_token_file", destination, token, None, at);
        let ttl = Some(Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault });
        self.workload.identity_paths.push(IdentityPath { principal, ttl, ..path });
    }
}

/// A word of a command with what the configuration puts there.
fn option_value(script: &Read<'_>, command: &Command, word: &str, system: &super::System) -> String {
    let found = command.words.iter().find(|known| known.text == word || known.text.ends_with(&format!("={word}")));
    let written = found.and_then(|known| script.flat.text.get(known.range.clone())).filter(|text| !places(text, system).is_empty());
    written.map_or_else(|| word.to_owned(), |text| script.templates.fill(text, system))
}
