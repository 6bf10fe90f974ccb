//! # What it finds
//!
//! A job that publishes under its own identity (trusted publishing, keyless registry login) and also holds a stored
//! publish token for the same registry; or one that may ask for identity tokens, proves with them only where a package comes
//! from, and publishes it with a stored token to a registry that takes the identity itself.
//!
//! # Why it matters
//!
//! The token still works, for everybody who can read it, and the registry can't tell whether the identity or the token
//! published. Trusted publishing only protects a package once no token can replace it.
//!
//! # Instead
//!
//! Remove the token from the job and from the secret store, revoke it at the registry, and forbid tokens for the
//! package there.

use unkeyed_model::{Level, Platform, Reach};

use super::may_ask;
use crate::checks::check::{Check, Sink, Statement, called, spot};
use crate::checks::view::View;
use crate::checks::{mixed_mode, standards};
use crate::context::Linked;

pub(super) const CHECK: Check = Check {
    id: "TB-REG-01",
    title: "trusted publishing beside a publish token",
    level: Level::Error,
    standards: standards::MIXED,
    source: include_str!("registry_token.rs"),
    run,
};

/// Registries with trusted publishing (docs.npmjs.com, docs.pypi.org, crates.io, guides.rubygems.org, learn.microsoft.com).
const TRUSTING: [&str; 5] = ["registry.npmjs.org", "pypi.org", "crates.io", "rubygems.org", "nuget.org"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        if let Some(statement) = only_signs(view, linked) {
            sink.workload(&linked.workload.id, statement);
        }
        for (path, held) in mixed_mode::pairs(view, linked).into_iter().filter(|(path, _)| path.platform == Platform::Registry) {
            if let Some(statement) = mixed_mode::statement(CHECK.level, path, &held, linked, "publishes to") {
                sink.workload(&linked.workload.id, statement);
            }
        }
    }
}

/// A job whose tokens only sign, and that publishes with a stored one.
fn only_signs(view: &View<'_>, linked: &Linked) -> Option<Statement> {
    let asks = may_ask(&linked.workload)?;
    let mut paths =
        linked.workload.identity_paths.iter().filter(|path| path.capability.is_some() && path.platform_bound.is_none()).peekable();
    paths.peek()?;
    if !paths.all(|path| path.reach == Reach::Signing) {
        return None;
    }
    let held = linked.artifacts.iter().filter_map(|&at| view.context.artifacts.get(at)).filter(|artifact| artifact.class.is_persistent());
    let (token, registry) = held.into_iter().find_map(|token| {
        let registry = token.destination.as_ref().filter(|to| to.kind == "registry")?.name.as_str();
        Some((token, TRUSTING.contains(&registry).then_some(registry)?))
    })?;
    let place = mixed_mode::place(token, linked)?;
    let message = format!(
        "{} may ask for identity tokens, which {registry} takes in place of {} ({}), and publishes with that.",
        linked.workload.name,
        called(token),
        spot(place),
    );
    Some(Statement::new(CHECK.level, place, message).with(asks, "may ask for identity tokens"))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Class, Destination};

    use super::*;
    use crate::checks::testing::{artifact, findings_with, with_job};

    fn levels(destination: Option<&str>, class: Class) -> Vec<Level> {
        let estate = with_job(Platform::Registry, |job| job.identity_paths[0].destination = Destination::new("registry", "pypi.org"));
        let mut token = artifact("pypi.token", class, &estate);
        token.destination = destination.map(|name| Destination::new("registry", name));
        findings_with(&CHECK, &estate, vec![token]).into_iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn a_stored_token_for_the_same_registry_is_an_error() {
        assert_eq!(levels(Some("pypi.org"), Class::ReferenceStored), [Level::Error]);
    }

    #[test]
    fn another_registry_or_a_runtime_token_is_fine() {
        assert!(levels(Some("registry.npmjs.org"), Class::ReferenceStored).is_empty());
        assert!(levels(Some("pypi.org"), Class::RuntimeIdentity).is_empty());
    }

    #[test]
    fn a_token_that_leads_nobody_knows_where_is_not_the_registrys() {
        assert!(levels(None, Class::ReferenceStored).is_empty());
    }
}
