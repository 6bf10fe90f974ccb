//! # What it finds
//!
//! A stored credential that stands in for another way in: `${{ secrets.X || … }}`, or a login that runs only when an
//! earlier step failed.
//!
//! # Why it matters
//!
//! A fallback keeps the durable credential alive after the migration and hides that the identity has stopped working.
//! Making the identity fail becomes a way to make the credential be used. It is an error beside an identity, else a
//! warning.
//!
//! # Instead
//!
//! One way in. Let the job fail when the identity does, and repair the trust.

use unkeyed_model::{Content, Level, Reference};

use super::paths;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::lexicon;

pub(super) const CHECK: Check = Check {
    id: "MX-02",
    title: "durable credential as a fallback",
    level: Level::Error,
    standards: standards::MIXED,
    source: include_str!("fallback.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        let level = if paths(linked).next().is_some() { CHECK.level } else { Level::Warning };
        for reference in linked.workload.references.iter().filter(|reference| is_durable_fallback(reference)) {
            let message = format!(
                "{} falls back to the stored credential {} ({}), which stays valid whether or not it is needed.",
                linked.workload.name,
                reference.name,
                spot(&reference.location),
            );
            sink.workload(&linked.workload.id, Statement::new(level, &reference.location, message));
        }
    }
}

fn is_durable_fallback(reference: &Reference) -> bool {
    reference.fallback && reference.custody != unkeyed_model::Custody::RuntimeMinted && lexicon::content(reference) == Content::Durable
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform, StoreKind};

    use super::*;
    use crate::checks::testing::{levels, with_job};
    use crate::testing;

    fn job(name: &str, fallback: bool) -> Estate {
        with_job(Platform::Azure, |job| {
            job.references.push(Reference { fallback, ..testing::reference(StoreKind::GhaSecret, name) });
        })
    }

    #[test]
    fn a_fallback_beside_an_identity_is_an_error_and_alone_a_warning() {
        let mut estate = job("AZURE_CREDENTIALS", true);
        assert_eq!(levels(&CHECK, &estate), [Level::Error]);
        estate.facts.workloads[0].identity_paths.clear();
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
    }

    #[test]
    fn a_plain_use_is_not_a_fallback() {
        assert!(levels(&CHECK, &job("AZURE_CREDENTIALS", false)).is_empty());
    }

    #[test]
    fn an_identifier_or_an_unknown_content_is_no_credential() {
        assert!(levels(&CHECK, &job("AZURE_CLIENT_ID", true)).is_empty());
        assert!(levels(&CHECK, &job("SOMETHING", true)).is_empty());
    }
}
