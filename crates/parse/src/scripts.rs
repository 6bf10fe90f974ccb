//! What the commands of a shell script mean for the workload that runs it, for formats that hold scripts but no
//! environment of their own.

use std::ops::Range;

use unkeyed_model::{Custody, IdentityKind, IdentityPath, Location, Platform, Value, Workload};

use crate::commands::{self, Effect, Login};
use crate::{facts, shell};

/// Adds what the script fetches, logs in to, reaches and writes. `locate` says where a part of the script stands.
pub(crate) fn read(script: &str, locate: &dyn Fn(Range<usize>) -> Location, workload: &mut Workload) {
    let commands = shell::commands(script);
    for (index, effect) in commands::effects(&commands) {
        let at = locate(commands[index].range());
        match effect {
            Effect::Fetches { store, name, custody, destination } => {
                let mut fetched = facts::fetch(store, name, custody, at);
                // A lease leads on to what it is for, not to the secret manager.
                fetched.destination = (custody != Custody::VaultDynamic).then_some(destination);
                workload.references.push(fetched);
            }
            Effect::LogsIn(login) => workload.identity_paths.push(logged_in(login, at)),
            Effect::Reaches(destination) if !workload.destinations.contains(&destination) => workload.destinations.push(destination),
            Effect::WritesCredential(form) => workload.traits.push(("writes-credential".into(), form.into(), at)),
            Effect::Lasts { what, length } => workload.traits.push((what.into(), length, at)),
            _ => {}
        }
    }
}

/// A login without a stored secret: the machine's own identity, or a token whose origin the script doesn't show.
fn logged_in(login: Login, at: Location) -> IdentityPath {
    let principal = match login.principal {
        Some(name) if !name.contains('$') => Value::literal(name),
        _ => Value::unknown(format!("`{}` doesn't say whose identity it takes", login.mechanism)),
    };
    let destination = if login.platform == Platform::Aws { facts::aws(principal.known()) } else { login.destination };
    IdentityPath {
        kind: login.kind,
        platform: login.platform,
        mechanism: login.mechanism.to_owned(),
        reach: login.reach,
        destination,
        principal,
        tokens: Vec::new(),
        ttl: login.ttl,
        capability: (login.kind == IdentityKind::Managed).then(|| at.clone()),
        consumer: Some(at),
        platform_bound: None,
    }
}
