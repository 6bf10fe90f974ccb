//! # What it finds
//!
//! A SPIFFE id that the standard doesn't allow (an upper-case trust domain, an empty path segment, a trailing slash, other
//! characters than letters, digits, `.`, `-` and `_`), or that is in another trust domain than those which the SPIRE servers
//! of these inputs serve.
//!
//! # Why it matters
//!
//! Relying parties refuse such an id or, worse, read it in different ways (SPIFFE-ID, section 2). A server refuses entries
//! of another domain: the workload's access happens another way.
//!
//! # Instead
//!
//! `spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT`, with the domain exactly as in `trust_domain`.

use std::collections::BTreeSet;

use unkeyed_model::Level;

use super::{configurations, entries, id, traits};
use crate::checks::check::{Check, Sink, Statement, list, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-SPF-07",
    title: "SPIFFE id is malformed or of another trust domain",
    level: Level::Error,
    standards: standards::DRIFT,
    source: include_str!("malformed_id.rs"),
    run,
};

/// Longest id, and longest trust domain, in bytes (SPIFFE-ID, section 2.3).
const LONGEST: usize = 2048;
const LONGEST_DOMAIN: usize = 255;

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let servers = configurations(view.facts());
    let served: BTreeSet<&str> = servers.flat_map(|server| traits(server, "trust-domain")).map(|(domain, _)| domain).collect();
    // A configuration that a template completes may serve any.
    let known = !served.is_empty() && !served.iter().any(|domain| domain.contains(['{', '$']));
    for server in configurations(view.facts()) {
        for (domain, place) in traits(server, "trust-domain").filter(|(domain, _)| !domain.contains(['{', '$'])) {
            let Some(fault) = fault(&format!("spiffe://{}", domain.trim_start_matches("spiffe://"))) else { continue };
            let message = format!("The SPIRE configuration {} ({}) is for {domain}, {fault}.", server.name, spot(place));
            let statement = Statement::new(CHECK.level, place, message);
            match server.component {
                true => sink.alone(statement),
                false => sink.workload(&server.id, statement),
            }
        }
    }
    for trust in entries(view) {
        let Some(id) = id(trust).map(filled_in).filter(|id| !id.contains('$') && !id.starts_with(FILLED)) else { continue };
        let why = match fault(&id) {
            Some(fault) => fault.to_owned(),
            None if known && !id.contains(FILLED) && !served.contains(domain(&id)) => {
                format!("which is not in {}", list(&served.iter().copied().collect::<Vec<_>>()))
            }
            None => continue,
        };
        let message = format!("{} ({}) gives the id {}, {why}.", view.name(&trust.principal), spot(&trust.location), shown(&id));
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

/// Stands for what a template fills in.
const FILLED: &str = "filled-in";

/// The id with what templates fill in replaced by something harmless; what doesn't close stays.
fn filled_in(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((_, behind)) = after.split_once("}}") else { break };
        out.push_str(before);
        out.push_str(FILLED);
        rest = behind;
    }
    out + rest
}

fn shown(id: &str) -> String {
    id.replace(FILLED, "…")
}

fn domain(id: &str) -> &str {
    id.trim_start_matches("spiffe://").split('/').next().unwrap_or_default()
}

/// What the standard objects to.
fn fault(id: &str) -> Option<&'static str> {
    let Some(rest) = id.strip_prefix("spiffe://") else { return Some("which doesn't begin with spiffe://") };
    let (domain, path) = rest.split_once('/').map_or((rest, None), |(domain, path)| (domain, Some(path)));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if domain.is_empty() || domain.len() > LONGEST_DOMAIN || id.len() > LONGEST {
        return Some("whose trust domain is missing or too long");
    }
    if domain.chars().any(|c| !plain(c) || c.is_ascii_uppercase()) {
        return Some("whose trust domain holds other characters than lower-case letters, digits, dots, dashes and underscores");
    }
    let segments = || path.into_iter().flat_map(|path| path.split('/'));
    if segments().any(|segment| matches!(segment, "" | "." | "..")) {
        return Some("which has an empty or relative path segment");
    }
    segments().any(|segment| !segment.chars().all(plain)).then_some("whose path holds characters that are not allowed")
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Workload, WorkloadKind};

    use super::*;
    use crate::checks::testing::{levels, says, spiffe};
    use crate::testing;

    fn given(id: &str, served: &[&str]) -> Vec<Level> {
        let mut estate = spiffe(&[("spiffeIDTemplate", id)], &[], |_| {});
        let mut server = Workload::new(WorkloadKind::Spire, "spire:server.conf#server", "server", testing::place("server.conf", 0, 9));
        server.traits = served.iter().map(|domain| says("trust-domain", domain)).collect();
        estate.facts.workloads.push(server);
        levels(&CHECK, &estate)
    }

    #[test]
    fn what_the_standard_forbids_is_an_error() {
        for id in [
            "spiffe://Acme.internal/a",
            "spiffe://acme/a/",
            "spiffe://acme//a",
            "spiffe://acme/a b",
            "acme/a",
            "spiffe://acme/../a",
            "spiffe:///a",
        ] {
            assert_eq!(given(id, &[]), [Level::Error], "{id}");
        }
    }

    #[test]
    fn another_domain_than_the_servers_is_an_error() {
        assert_eq!(given("spiffe://other/a", &["acme.internal"]), [Level::Error]);
        assert!(given("spiffe://acme.internal/a", &["acme.internal", "b"]).is_empty());
        assert!(given("spiffe://other/a", &["{{ .Values.domain }}"]).is_empty());
        assert!(given("spiffe://other/a", &[]).is_empty());
    }

    #[test]
    fn so_is_a_server_for_a_domain_that_no_id_can_have() {
        assert_eq!(given("spiffe://{{ .TrustDomain }}/a", &["Acme.internal"]), [Level::Error]);
        assert!(given("spiffe://{{ .TrustDomain }}/a", &["${DOMAIN}"]).is_empty());
    }

    #[test]
    fn templates_are_judged_without_what_they_fill_in() {
        assert!(given("spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}", &["acme.internal"]).is_empty());
        assert_eq!(given("spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/", &[]), [Level::Error]);
        assert!(given("spiffe://acme/$NAME", &[]).is_empty());
        assert!(given("{{ .Values.template }}", &["acme.internal"]).is_empty());
    }
}
