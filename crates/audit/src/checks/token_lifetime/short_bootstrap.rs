//! # What it finds
//!
//! A credential that only begins an identity (a join token of SPIRE or kubeadm, a wrapped secret id) and lives a day at most,
//! stored where it was scanned.
//!
//! # Why it matters
//!
//! It is short-lived and so no durable secret, but as long as it lives whoever reads it can be the node or the workload. What
//! was stored once is usually made and stored again.
//!
//! # Instead
//!
//! An attestation that needs nothing handed over (the cloud's instance identity, a TPM, projected service account tokens);
//! else a token for one use, made when it is needed and kept out of files.

use unkeyed_model::{Class, Level, Role};

use crate::checks::check::{Check, Sink, Statement, called, spot};
use crate::checks::residue::say;
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-BOOT",
    title: "short-lived credential begins an identity",
    level: Level::Note,
    standards: standards::LIFETIME,
    source: include_str!("short_bootstrap.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let short = |role: Role, class: Class| role == Role::Bootstrap && class == Class::ShortLived;
    for token in view.context.artifacts.iter().filter(|artifact| short(artifact.role, artifact.class)) {
        let Some((place, _)) = token.locations.first() else { continue };
        let message =
            format!("{} ({}) begins an identity: until it ends, whoever reads it can be the workload.", called(token), spot(place));
        say(sink, token, &Statement::new(CHECK.level, place, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{artifact, findings_with, one_path};

    fn levels(class: Class, role: Role) -> Vec<Level> {
        let estate = one_path(Platform::Aws);
        let mut token = artifact("spire.join-token", class, &estate);
        token.role = role;
        findings_with(&CHECK, &estate, vec![token]).into_iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn a_short_lived_bootstrap_token_is_a_note() {
        assert_eq!(levels(Class::ShortLived, Role::Bootstrap), [Level::Note]);
    }

    #[test]
    fn a_durable_one_and_other_tokens_are_judged_elsewhere() {
        assert!(levels(Class::Bootstrap, Role::Bootstrap).is_empty());
        assert!(levels(Class::ShortLived, Role::Access).is_empty());
        assert!(levels(Class::Unknown, Role::Bootstrap).is_empty());
    }
}
