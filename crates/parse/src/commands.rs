//! What well-known command lines do with credentials and identities: fetch, log in, publish, sign, write to disk.
//!
//! Shared by everything that holds a shell script. Words are taken as written; whoever knows the environment resolves
//! `$X` and `${{ … }}` in them.

mod build;
mod fetch;
mod lasting;
mod login;
mod opens;
mod reach;
mod script;
mod secret;

pub(crate) use self::build::{dockerfile_in, repository};
pub(crate) use self::fetch::vault_custody;
pub(crate) use self::lasting::{EXTENDS, extended, made};
pub(crate) use self::login::{OCI_EXCHANGE, keeps_credential};
pub(crate) use self::script::{MAKEFILE, PACKAGE, is_script};
pub(crate) use self::secret::{Part as SecretPart, all as secrets, on_input as takes_secret, parts as secret_parts};
use unkeyed_model::{Custody, Destination, IdentityKind, Platform, Reach, StoreKind, Ttl};

use crate::shell::Command;

/// One thing that a command does.
pub(crate) enum Effect {
    /// Reads a value from a secret manager.
    Fetches { store: StoreKind, name: String, custody: Custody, destination: Destination },
    /// Becomes somebody without a stored secret.
    LogsIn(Login),
    /// Publishes to a registry: under trusted publishing unless one of these variables or options holds a token.
    Publishes {
        mechanism: &'static str,
        registry: &'static str,
        audience: &'static str,
        ttl: Option<Ttl>,
        beaten_by: &'static [&'static str],
    },
    /// Signs with the job's identity instead of a key.
    SignsKeyless { mechanism: &'static str },
    /// Reaches a destination, by whatever credential is at hand.
    Reaches(Destination),
    /// Needs the token of the job or another GitHub token from these variables; none means what `git` was given at checkout.
    UsesGithub { mechanism: &'static str, variables: &'static [&'static str] },
    /// Writes a credential to where it outlives the command (MX-03); the form.
    WritesCredential(&'static str),
    /// Builds images, named without their tags, from a Dockerfile.
    Builds { images: Vec<String>, dockerfile: String },
    /// Runs a shell script, by its path from the root of the tree, or a recipe, by its file and name (`Makefile#deploy`).
    RunsScript(String),
    /// Takes the variables of a file of the tree into the shell.
    Sources(String),
    /// Makes something that lives for a time: the trait that says so, and the seconds, or what is written where they aren't known.
    Lasts { what: &'static str, length: String },
    /// Checks out code of a pull request.
    ChecksOutPullRequest,
    /// Asks the platform for an identity token; the audience if it is written.
    RequestsToken { audience: Option<String> },
}

/// A login without a stored secret.
pub(crate) struct Login {
    pub(crate) kind: IdentityKind,
    pub(crate) platform: Platform,
    pub(crate) mechanism: &'static str,
    pub(crate) reach: Reach,
    pub(crate) destination: Destination,
    /// Who it becomes, as written.
    pub(crate) principal: Option<String>,
    /// The audience that the tool asks for, where fixed.
    pub(crate) audience: Option<&'static str>,
    pub(crate) ttl: Option<Ttl>,
}

/// Everything the commands of a script do that matters here, each with the index of its command.
pub(crate) fn effects(commands: &[Command]) -> Vec<(usize, Effect)> {
    let mut effects = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| commands.get(before)).filter(|_| command.piped);
        effects.extend(of(command, before).into_iter().map(|effect| (index, effect)));
    }
    effects
}

/// What one command does, given the one whose output it reads.
pub(crate) fn of(command: &Command, before: Option<&Command>) -> Vec<Effect> {
    let mut effects = fetch::effects(command);
    effects.extend(login::effects(command, before));
    effects.extend(reach::effects(command));
    effects.extend(build::effect(command));
    effects.extend(script::effects(command));
    effects.extend(lasting::effects(command));
    effects.extend(opens::effect(command));
    effects
}
