//! What a row of the consumer table can say; the rows themselves stand in `consumers`.

use unkeyed_model::{Content, IdentityKind, Platform, Reach, Role, TtlBasis};

/// What is known of an action: what its inputs hold, where it leads and which identities it can use.
#[derive(Clone, Copy)]
pub(super) struct Consumer {
    /// `owner/name` with its path in the repository, lower case. A row also covers what lies below it.
    pub(super) action: &'static str,
    /// Kind of the destination; empty: leads nowhere.
    pub(super) destination: &'static str,
    /// Name of the destination when no input says it.
    pub(super) destination_name: &'static str,
    /// Inputs that name the destination, the first that is given counts.
    pub(super) named_by: &'static [&'static str],
    /// Inputs that hold a durable credential.
    pub(super) durable: &'static [&'static str],
    /// Inputs that hold a durable credential which is exchanged for others.
    pub(super) bootstrap: &'static [&'static str],
    /// Inputs that hold a signing key or its passphrase.
    pub(super) signing: &'static [&'static str],
    /// Inputs that hold identifiers.
    pub(super) identifiers: &'static [&'static str],
    /// Identities it can use.
    pub(super) ways: &'static [Way],
    /// Input that takes the job's own token, and whether that is its default.
    pub(super) job_token: Option<(&'static str, bool)>,
    /// Inputs that list what is fetched from a secret manager.
    pub(super) fetches: &'static [Fetch],
    /// Input that holds a shell script.
    pub(super) script: &'static str,
}

/// An identity that an action can use.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) kind: IdentityKind,
    pub(super) platform: Platform,
    pub(super) reach: Reach,
    /// Inputs that must be given.
    pub(super) needs: &'static [&'static str],
    /// Inputs that hold a static credential, which is then used instead.
    pub(super) beaten_by: &'static [&'static str],
    /// Environment variables that hold a static credential, which is then used instead.
    pub(super) beaten_by_variable: &'static [&'static str],
    /// An input with one of these values (`method` = `jwt`).
    pub(super) when: Option<(&'static str, &'static [&'static str])>,
    /// Inputs that say who the job becomes, the first that is given counts.
    pub(super) principal: &'static [&'static str],
    /// The audience that is asked for unless the input of the same row says another.
    pub(super) audience: Audience,
    pub(super) audience_input: &'static str,
    /// Input with the seconds a session lasts.
    pub(super) ttl_input: &'static str,
    /// Seconds a session lasts unless the input says otherwise.
    pub(super) ttl: Option<(u64, TtlBasis)>,
    /// Works without `id-token: write` (managed identity of the runner).
    pub(super) without_id_token: bool,
}

/// The audience of the requested token.
#[derive(Clone, Copy)]
pub(super) enum Audience {
    /// GitHub's default: the address of the repository's owner.
    Owner,
    /// Fixed by the action.
    Is(&'static str),
    /// A prefix and the value of an input.
    From(&'static str, &'static str),
    /// Not documented.
    Unknown,
}

/// An input that lists what is fetched from a secret manager, one entry a line (or separated by commas).
#[derive(Clone, Copy)]
pub(super) struct Fetch {
    pub(super) input: &'static str,
    pub(super) syntax: Syntax,
}

/// How one entry of such a list is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// The secret's name or ARN, perhaps behind `ALIAS,` (AWS).
    AwsNames,
    /// `output:project/secret/version` (Google).
    OutputColonName,
    /// `path key | VARIABLE ;` (Vault).
    VaultPaths,
    /// Names separated by commas (Azure Key Vault).
    Names,
    /// A JSON or YAML object whose keys are paths (Akeyless); static or dynamic by the flag.
    Object { dynamic: bool },
    /// `id > VARIABLE` (Bitwarden).
    IdArrowName,
}

impl Consumer {
    /// An action that leads to a destination.
    pub(super) const fn new(action: &'static str, destination: &'static str, destination_name: &'static str) -> Self {
        Self {
            action,
            destination,
            destination_name,
            named_by: &[],
            durable: &[],
            bootstrap: &[],
            signing: &[],
            identifiers: &[],
            ways: &[],
            job_token: None,
            fetches: &[],
            script: "",
        }
    }

    pub(super) const fn named_by(self, named_by: &'static [&'static str]) -> Self {
        Self { named_by, ..self }
    }

    pub(super) const fn durable(self, durable: &'static [&'static str]) -> Self {
        Self { durable, ..self }
    }

    pub(super) const fn bootstrap(self, bootstrap: &'static [&'static str]) -> Self {
        Self { bootstrap, ..self }
    }

    pub(super) const fn signing(self, signing: &'static [&'static str]) -> Self {
        Self { signing, ..self }
    }

    pub(super) const fn identifiers(self, identifiers: &'static [&'static str]) -> Self {
        Self { identifiers, ..self }
    }

    pub(super) const fn ways(self, ways: &'static [Way]) -> Self {
        Self { ways, ..self }
    }

    /// Takes the job's own token by default.
    pub(super) const fn job_token(self, input: &'static str) -> Self {
        Self { job_token: Some((input, true)), ..self }
    }

    /// Takes a GitHub token if it is given one.
    pub(super) const fn github_token(self, input: &'static str) -> Self {
        Self { job_token: Some((input, false)), ..self }
    }

    pub(super) const fn fetches(self, fetches: &'static [Fetch]) -> Self {
        Self { fetches, ..self }
    }

    pub(super) const fn script(self, script: &'static str) -> Self {
        Self { script, ..self }
    }

    /// What an input holds.
    pub(super) fn meaning(&self, input: &str) -> (Content, Role) {
        let is = |list: &[&str]| list.iter().any(|name| name.eq_ignore_ascii_case(input));
        if is(self.bootstrap) {
            (Content::Durable, Role::Bootstrap)
        } else if is(self.signing) {
            (Content::Durable, Role::Signing)
        } else if is(self.durable) || self.job_token.is_some_and(|(name, _)| name.eq_ignore_ascii_case(input)) {
            (Content::Durable, Role::Access)
        } else if is(self.identifiers) {
            (Content::Identifier, Role::Identifier)
        } else {
            (Content::Unstated, Role::Access)
        }
    }
}

impl Way {
    /// An exchange of the job's OIDC token.
    pub(super) const fn oidc(platform: Platform, audience: Audience) -> Self {
        Self {
            kind: IdentityKind::Federated,
            platform,
            reach: Reach::Destination,
            needs: &[],
            beaten_by: &[],
            beaten_by_variable: &[],
            when: None,
            principal: &[],
            audience,
            audience_input: "",
            ttl_input: "",
            ttl: None,
            without_id_token: false,
        }
    }

    /// The runner's own cloud identity.
    pub(super) const fn managed(platform: Platform) -> Self {
        Self { kind: IdentityKind::Managed, without_id_token: true, ..Self::oidc(platform, Audience::Unknown) }
    }

    /// Leads only to a secret manager.
    pub(super) const fn to_vault(self) -> Self {
        Self { reach: Reach::Vault, ..self }
    }

    /// Leads only to a signing service.
    pub(super) const fn to_signing(self) -> Self {
        Self { reach: Reach::Signing, ..self }
    }

    pub(super) const fn needs(self, needs: &'static [&'static str]) -> Self {
        Self { needs, ..self }
    }

    pub(super) const fn unless(self, beaten_by: &'static [&'static str]) -> Self {
        Self { beaten_by, ..self }
    }

    pub(super) const fn unless_variable(self, beaten_by_variable: &'static [&'static str]) -> Self {
        Self { beaten_by_variable, ..self }
    }

    pub(super) const fn when(self, input: &'static str, values: &'static [&'static str]) -> Self {
        Self { when: Some((input, values)), ..self }
    }

    pub(super) const fn principal(self, principal: &'static [&'static str]) -> Self {
        Self { principal, ..self }
    }

    pub(super) const fn audience_input(self, audience_input: &'static str) -> Self {
        Self { audience_input, ..self }
    }

    pub(super) const fn ttl(self, seconds: u64, basis: TtlBasis) -> Self {
        Self { ttl: Some((seconds, basis)), ..self }
    }

    pub(super) const fn ttl_input(self, ttl_input: &'static str) -> Self {
        Self { ttl_input, ..self }
    }
}
