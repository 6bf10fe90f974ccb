//! # What it finds
//!
//! SPIFFE identities that live too long: X.509-SVIDs of more than a day (an error) or an hour (a note), JWT-SVIDs of more than
//! an hour (an error) or five minutes (a note), and a certificate authority that lives less than twice as long as what it
//! signs (a warning).
//!
//! # Why it matters
//!
//! Agents renew SVIDs by themselves, with fresh attestation, when half of the life is over. A long life only helps
//! whoever took the key; a JWT-SVID is a bearer token. An authority that ends too soon cuts the life of what it signs.
//!
//! # Instead
//!
//! The defaults: an hour for X.509-SVIDs, five minutes for JWT-SVIDs, a day for the authority (SPIRE server
//! configuration reference).

use unkeyed_model::{Level, Platform, SessionPolicy};

use super::{DAY, HOUR, MINUTE, length, sessions};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-SPF-01",
    title: "SPIFFE identity lives too long",
    level: Level::Error,
    standards: standards::LIFETIME,
    source: include_str!("svid.rs"),
    run,
};

/// Settings of the server, of registration entries and of ClusterSPIFFEIDs; `default_svid_ttl` is the older key.
const X509: &[&str] = &["default_x509_svid_ttl", "default_svid_ttl", "x509_svid_ttl", "x509SVIDTTL", "ttl"];
const JWT: &[&str] = &["default_jwt_svid_ttl", "jwt_svid_ttl", "jwtSVIDTTL", "jwtTtl"];
const AUTHORITY: &[&str] = &["ca_ttl"];

/// Life of an X.509-SVID if nothing is written.
const X509_DEFAULT: u64 = HOUR;

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let kinds = [(X509, "X.509-SVIDs", DAY, HOUR), (JWT, "JWT-SVIDs", HOUR, 5 * MINUTE)];
    for (settings, kind, most, preferred) in kinds {
        for (session, seconds) in sessions(view, Platform::Spiffe, settings).filter(|(_, seconds)| *seconds > preferred) {
            let level = if seconds > most { CHECK.level } else { Level::Note };
            say(view, sink, session, level, &format!("{kind} of {}", length(seconds)));
        }
    }
    for (session, seconds) in sessions(view, Platform::Spiffe, AUTHORITY) {
        let own = sessions(view, Platform::Spiffe, X509).filter(|(other, _)| other.principal == session.principal);
        let signed = own.map(|(_, seconds)| seconds).max().unwrap_or(X509_DEFAULT);
        if seconds < signed.saturating_mul(2) {
            let what = format!("an authority of {}, less than twice the {} of what it signs", length(seconds), length(signed));
            say(view, sink, session, Level::Warning, &what);
        }
    }
}

fn say(view: &View<'_>, sink: &mut Sink<'_>, session: &SessionPolicy, level: Level, what: &str) {
    let message = format!("{} has {what} ({}: {}).", view.name(&session.principal), spot(&session.location), session.setting);
    sink.principal(&session.principal, &Statement::new(level, &session.location, message));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{KEY, lasting, levels};

    fn server(settings: &[(&str, Option<u64>)]) -> Vec<Level> {
        let mut estate = lasting(Platform::Spiffe, settings[0].0, settings[0].1);
        for (setting, seconds) in &settings[1..] {
            let further = SessionPolicy { setting: (*setting).into(), seconds: *seconds, ..estate.facts.sessions[0].clone() };
            estate.facts.sessions.push(further);
        }
        assert!(estate.facts.sessions.iter().all(|session| session.principal == KEY));
        levels(&CHECK, &estate)
    }

    #[test]
    fn levels_follow_kind_and_length() {
        assert_eq!(server(&[("default_x509_svid_ttl", Some(172_800))]), [Level::Error]);
        assert_eq!(server(&[("ttl", Some(86_400))]), [Level::Note]);
        assert_eq!(server(&[("jwtTtl", Some(7_200))]), [Level::Error]);
        assert_eq!(server(&[("default_jwt_svid_ttl", Some(600))]), [Level::Note]);
    }

    #[test]
    fn an_authority_must_outlive_what_it_signs() {
        assert_eq!(server(&[("ca_ttl", Some(3_600))]), [Level::Warning]);
        assert_eq!(server(&[("ca_ttl", Some(7_200)), ("default_svid_ttl", Some(3_600))]), []);
    }

    #[test]
    fn the_defaults_are_fine_and_an_unreadable_length_unknown() {
        assert_eq!(server(&[("default_x509_svid_ttl", Some(3_600)), ("default_jwt_svid_ttl", Some(300)), ("ca_ttl", Some(86_400))]), []);
        assert_eq!(server(&[("ttl", None)]), []);
    }
}
