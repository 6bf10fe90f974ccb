//! # What it finds
//!
//! An OCI session of more than an hour: a workload that asks for one, or a session token (session, user or resource principal)
//! in the inputs whose own claims say so.
//!
//! # Why it matters
//!
//! A session token with its key beside it can be copied and used until it ends; sessions can be refreshed up to a day.
//!
//! # Instead
//!
//! Sessions of an hour or less, asked for again with a fresh assertion.

use unkeyed_model::{Class, Level, Platform, TtlBasis};

use super::{HOUR, length};
use crate::checks::check::{Check, Sink, Statement, called, spot};
use crate::checks::view::View;
use crate::checks::{residue, standards};

pub(super) const CHECK: Check = Check {
    id: "TL-OCI-01",
    title: "OCI session longer than an hour",
    level: Level::Warning,
    standards: standards::LIFETIME,
    source: include_str!("oci_session.rs"),
    run,
};

const SESSIONS: [&str; 3] = ["oci.session-token", "oci.upst", "oci.rpst"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        for path in linked.workload.identity_paths.iter().filter(|path| path.platform == Platform::Oci) {
            let asked = path.ttl.filter(|ttl| ttl.basis == TtlBasis::Declared && ttl.seconds > HOUR);
            let (Some(ttl), Some(place)) = (asked, path.consumer.as_ref().or(path.capability.as_ref())) else { continue };
            let message = format!("{} asks for an OCI session of {} ({}).", linked.workload.name, length(ttl.seconds), spot(place));
            sink.workload(&linked.workload.id, Statement::new(CHECK.level, place, message));
        }
    }
    let tokens = view.context.artifacts.iter().filter(|token| SESSIONS.contains(&token.kind.as_str()) && token.class != Class::Public);
    for token in tokens {
        let (Some(seconds), Some((place, _))) = (token.lifetime.seconds().filter(|seconds| *seconds > HOUR), token.locations.first())
        else {
            continue;
        };
        let message = format!("An OCI session, {} ({}), was issued for {}.", called(token), spot(place), length(seconds));
        residue::say(sink, token, &Statement::new(CHECK.level, place, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Lifetime, Ttl};

    use super::*;
    use crate::checks::testing::{artifact, findings_with, levels, one_path, with_job};

    fn session(ttl: Option<(u64, TtlBasis)>) -> Estate {
        with_job(Platform::Oci, |job| job.identity_paths[0].ttl = ttl.map(|(seconds, basis)| Ttl { seconds, basis }))
    }

    fn token(seconds: Option<u64>) -> usize {
        let estate = one_path(Platform::Aws);
        let mut token = artifact("oci.upst", Class::ShortLived, &estate);
        token.lifetime = Lifetime { declared_seconds: seconds, ..Lifetime::default() };
        findings_with(&CHECK, &estate, vec![token]).len()
    }

    #[test]
    fn more_than_an_hour_is_a_warning() {
        assert_eq!(levels(&CHECK, &session(Some((14_400, TtlBasis::Declared)))), [Level::Warning]);
        assert_eq!(token(Some(43_200)), 1);
    }

    #[test]
    fn an_hour_is_fine_and_an_unwritten_length_unknown() {
        assert!(levels(&CHECK, &session(Some((3_600, TtlBasis::Declared)))).is_empty());
        assert!(levels(&CHECK, &session(Some((86_400, TtlBasis::VendorBound)))).is_empty());
        assert!(levels(&CHECK, &session(None)).is_empty());
        assert_eq!((token(Some(3_600)), token(None)), (0, 0));
    }
}
