//! One workload: verdict, layers, identity, evidence, and what must go with what replaces it.

use std::collections::BTreeMap;

use unkeyed_model::{Artifact, Finding, IdentityPath, Link, Reach, Report, Suppression, Timestamp, TtlBasis, WorkloadReport};

use super::markup::Markup;
use super::{said, workloads};
use crate::{place, stamp, words};

/// Places named of one credential, one link.
const MOST_PLACES: usize = 5;

/// Writes the workload, closed.
pub(super) fn write(page: &mut Markup, workload: &WorkloadReport, report: &Report, artifacts: &BTreeMap<&str, &Artifact>) {
    let ((verdict, _), kind, owner) = (said::standing(workload), workload.kind.as_str(), workload.owner.as_deref().unwrap_or_default());
    let count = (workload.artifacts.len() + workload.findings.len()).to_string();
    let facts =
        [("data-verdict", verdict), ("data-kind", kind), ("data-id", workload.id.as_str()), ("data-owner", owner), ("data-count", &count)];
    page.element("details", &[&[("class", "workload")], facts.as_slice()].concat(), |page| {
        page.element("summary", &[], |page| workloads::summary(page, workload));
        self::facts(page, workload);
        if !workload.no_access_observed {
            layers(page, workload);
        }
        identities(page, workload);
        let own: Vec<&Artifact> = workload.artifacts.iter().filter_map(|id| artifacts.get(id.as_str()).copied()).collect();
        if !own.is_empty() {
            page.leaf("h4", &[], "What must go, and what replaces it");
            own.iter().for_each(|artifact| credential(page, artifact, report.as_of));
        }
        let findings: Vec<&Finding> = workload.findings.iter().filter_map(|index| report.findings.get(*index)).collect();
        if !findings.is_empty() {
            page.leaf("h4", &[], "Findings");
            page.element("ul", &[("class", "findings")], |page| findings.iter().for_each(|one| finding(page, one)));
        }
        links(page, workload);
        missing(page, workload);
    });
}

fn facts(page: &mut Markup, workload: &WorkloadReport) {
    page.element("ul", &[("class", "reasons")], |page| {
        workload.reasons.iter().for_each(|reason| page.leaf("li", &[], words::reason(*reason, workload.kind)));
    });
    page.element("dl", &[("class", "facts")], |page| {
        page.fact("Id", |page| page.code(&workload.id));
        page.fact("Owner", |page| named(page, workload.owner.as_deref()));
        if let Some(environment) = &workload.environment {
            page.fact("Environment", |page| page.code(environment));
        }
        page.fact("Destinations", |page| {
            if workload.destinations.is_empty() {
                named(page, None);
            }
            for (at, destination) in workload.destinations.iter().enumerate() {
                page.text(if at == 0 { "" } else { ", " });
                page.code(destination.to_string());
            }
        });
        page.fact("Defined at", |page| {
            if let Some(location) = workload.locations.first() {
                said::place(page, location);
            }
        });
    });
}

fn named(page: &mut Markup, name: Option<&str>) {
    match name {
        Some(name) => page.code(name),
        None => page.leaf("span", &[("class", "faint")], "not known"),
    }
}

fn layers(page: &mut Markup, workload: &WorkloadReport) {
    page.element("table", &[("class", "fit")], |page| {
        page.head(&["Layer", "Asks whether", "State"]);
        page.element("tbody", &[], |page| {
            for (name, asks, state) in said::LAYERS {
                let state = state(&workload.layers);
                page.element("tr", &[], |page| {
                    page.leaf("th", &[("scope", "row")], name);
                    page.leaf("td", &[], asks);
                    page.leaf("td", &[("class", &format!("state s-{state}"))], said::layer(state));
                });
            }
        });
    });
}

fn identities(page: &mut Markup, workload: &WorkloadReport) {
    if workload.identity_paths.is_empty() {
        return;
    }
    page.leaf("h4", &[], "Identity");
    let mut seen: Vec<&IdentityPath> = Vec::new();
    for path in &workload.identity_paths {
        // Ten steps that assume one role are one way in.
        let alike = |other: &&IdentityPath| {
            (&other.mechanism, &other.destination, &other.principal, &other.tokens, other.reach)
                == (&path.mechanism, &path.destination, &path.principal, &path.tokens, path.reach)
        };
        if !seen.iter().any(alike) {
            identity(page, path);
            seen.push(path);
        }
    }
}

fn identity(page: &mut Markup, path: &IdentityPath) {
    page.element("dl", &[("class", "facts identity")], |page| {
        page.fact("Way in", |page| {
            page.text(format!("{} to ", path.kind));
            page.code(path.destination.to_string());
            page.text(reach(path.reach));
            page.text(" by ");
            page.code(&path.mechanism);
        });
        page.fact("Becomes", |page| said::value(page, &path.principal));
        for token in &path.tokens {
            page.fact("Token", |page| {
                page.text("issuer ");
                said::value(page, &token.issuer);
                page.text(", subject ");
                said::value(page, &token.subject);
                page.text(", audience ");
                said::value(page, &token.audience);
            });
        }
        if let Some(ttl) = path.ttl {
            page.fact("Lasts", |page| page.text(format!("{} ({})", stamp::duration(ttl.seconds), ttl_basis(ttl.basis))));
        }
        for (term, evidence) in [("Allowed at", &path.capability), ("Used at", &path.consumer)] {
            page.fact(term, |page| match evidence {
                Some(location) => said::place(page, location),
                None => page.leaf("span", &[("class", "faint")], "not seen"),
            });
        }
    });
}

const fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Destination => "",
        Reach::Vault => " (a secret manager, whose values lead on)",
        Reach::OwnPlatform => " (its own platform only)",
        Reach::Signing => " (for signing only)",
    }
}

/// How a token lifetime is known.
pub(super) const fn ttl_basis(basis: TtlBasis) -> &'static str {
    match basis {
        TtlBasis::Declared => "declared",
        TtlBasis::VendorDefault => "the vendor's default",
        TtlBasis::VendorBound => "the most that the vendor allows",
    }
}

/// A credential: what it is, where it stands, what replaces it, where it is revoked.
pub(super) fn credential(page: &mut Markup, artifact: &Artifact, as_of: Timestamp) {
    page.element("div", &[("class", &format!("credential c-{}", artifact.class))], |page| {
        page.element("p", &[], |page| {
            said::level(page, artifact.level);
            page.text(" ");
            page.leaf("b", &[], &artifact.rule.name);
            page.text(" ");
            page.code(artifact.name.as_deref().unwrap_or(&artifact.mask));
            page.leaf("span", &[("class", "faint")], format!(" {}, {} confidence", artifact.id, artifact.confidence));
        });
        page.element("dl", &[("class", "facts")], |page| {
            page.fact("Is", |page| page.text(format!("{}: {}", artifact.class, words::class(artifact.class))));
            page.fact("Lifetime", |page| page.text(words::lifetime(artifact, as_of)));
            page.fact("Stands in", |page| places(page, artifact));
            if !artifact.rule.remediation.instead.is_empty() {
                page.fact("Instead", |page| page.text(&artifact.rule.remediation.instead));
            }
            if !artifact.rule.remediation.revoke.is_empty() {
                page.fact("Revoke", |page| page.text(&artifact.rule.remediation.revoke));
            }
            artifact.notes.iter().for_each(|note| page.fact("Note", |page| page.text(note)));
            excepted(page, artifact.suppressed_by.as_ref());
        });
    });
}

fn excepted(page: &mut Markup, suppression: Option<&Suppression>) {
    if let Some(suppression) = suppression {
        page.fact("Excepted", |page| {
            page.leaf("a", &[("href", "#exceptions")], &suppression.exception);
            page.text(format!(" until {}: {}", suppression.expires, suppression.justification));
        });
    }
}

fn places(page: &mut Markup, artifact: &Artifact) {
    for (location, snippet) in artifact.locations.iter().take(MOST_PLACES) {
        page.element("div", &[], |page| {
            said::place(page, location);
            if let Some(snippet) = snippet {
                page.leaf("pre", &[], &snippet.text);
            }
        });
    }
    let more = artifact.locations.len().saturating_sub(MOST_PLACES);
    if more > 0 {
        page.leaf("div", &[("class", "faint")], format!("and {more} more; the JSON report names them"));
    }
}

/// A finding with its places.
pub(super) fn finding(page: &mut Markup, finding: &Finding) {
    page.element("li", &[], |page| {
        said::level(page, finding.level);
        page.text(" ");
        page.code(finding.check);
        page.text(format!(" {}", finding.message));
        for (at, location) in finding.locations.iter().take(MOST_PLACES).enumerate() {
            page.text(if at == 0 { " At " } else { ", " });
            page.code(place::shown(location));
        }
        for (location, how) in finding.related.iter().take(MOST_PLACES) {
            page.text(format!("; {how}: "));
            page.code(place::shown(location));
        }
        if let Some(suppression) = &finding.suppressed_by {
            page.text(" Excepted: ");
            page.leaf("a", &[("href", "#exceptions")], &suppression.exception);
        }
    });
}

/// The chain of evidence: each definition after the one that leads to it.
fn links(page: &mut Markup, workload: &WorkloadReport) {
    if workload.links.is_empty() {
        return;
    }
    page.leaf("h4", &[], "Rests on");
    page.element("ol", &[("class", "chain")], |page| {
        let mut groups: Vec<(String, Vec<&Link>)> = Vec::new();
        for link in &workload.links {
            let said = words::relation(link);
            match groups.last_mut().filter(|(last, _)| *last == said) {
                Some((_, links)) => links.push(link),
                None => groups.push((said, vec![link])),
            }
        }
        for (said, links) in groups {
            page.element("li", &[], |page| {
                page.text(format!("{said}: "));
                for (at, link) in links.iter().take(MOST_PLACES).enumerate() {
                    page.text(if at == 0 { "" } else { ", " });
                    page.code(place::shown(&link.to));
                }
                let more = links.len().saturating_sub(MOST_PLACES);
                page.text(if more > 0 { format!(" and {more} more") } else { String::new() });
                if let Some(first) = links.first() {
                    page.leaf("span", &[("class", "faint")], format!(" used at {}", place::shown(&first.from)));
                }
            });
        }
        if workload.hidden_links > 0 {
            page.leaf("li", &[("class", "faint")], format!("and {} beyond those that reports keep of one workload", workload.hidden_links));
        }
    });
}

fn missing(page: &mut Markup, workload: &WorkloadReport) {
    if workload.missing.is_empty() {
        return;
    }
    page.leaf("h4", &[], "What would settle it");
    page.element("ul", &[], |page| {
        for missing in &workload.missing {
            page.element("li", &[], |page| {
                page.text(format!("{}: ", missing.what));
                page.code(&missing.supply);
            });
        }
    });
}
