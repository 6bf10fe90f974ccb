//! Every workload, to be searched and filtered, and what the checks say of no workload in particular.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Artifact, Report, Verdict, WorkloadReport};

use super::markup::Markup;
use super::{said, workload};
use crate::listing::Listing;
use crate::words;

/// Writes the section.
pub(super) fn write(page: &mut Markup, report: &Report, listing: &Listing<'_>) {
    if report.workloads.is_empty() {
        page.leaf("p", &[], "No workload was found; credentials that belong to none stand below.");
    } else {
        filters(page, report);
        let artifacts: BTreeMap<&str, &Artifact> = listing.artifacts.iter().map(|artifact| (artifact.id.as_str(), *artifact)).collect();
        let mut workloads: Vec<&WorkloadReport> = report.workloads.iter().collect();
        workloads.sort_by_key(|workload| (workload.no_access_observed, workload.verdict, &workload.id));
        page.element("div", &[("id", "list")], |page| {
            workloads.iter().for_each(|one| workload::write(page, one, report, &artifacts));
        });
    }
    unattributed(page, report, listing);
}

fn filters(page: &mut Markup, report: &Report) {
    page.element("form", &[("class", "filters"), ("role", "search"), ("id", "filters")], |page| {
        page.element("label", &[("class", "search")], |page| {
            page.text("Search ");
            page.open("input", &[("type", "search"), ("id", "search"), ("autocomplete", "off"), ("spellcheck", "false")]);
        });
        page.element("fieldset", &[], |page| {
            page.leaf("legend", &[], "Verdicts");
            let verdicts = Verdict::ALL.iter().map(|verdict| said::verdict(*verdict));
            for (key, word) in verdicts.chain([(said::NO_ACCESS, said::NO_ACCESS_OBSERVED)]) {
                page.element("label", &[], |page| {
                    page.open("input", &[("type", "checkbox"), ("name", "verdict"), ("value", key), ("checked", "")]);
                    page.text(format!(" {word}"));
                });
            }
        });
        page.element("label", &[], |page| {
            page.text("Kind ");
            page.element("select", &[("id", "kind")], |page| {
                page.leaf("option", &[("value", "")], "all");
                let kinds: BTreeSet<&str> = report.workloads.iter().map(|workload| workload.kind.as_str()).collect();
                kinds.iter().for_each(|kind| page.leaf("option", &[("value", kind)], kind));
            });
        });
        page.element("label", &[], |page| {
            page.text("Order ");
            page.element("select", &[("id", "order")], |page| {
                for (value, name) in [("", "worst first"), ("id", "id"), ("owner", "owner"), ("kind", "kind"), ("count", "most to do")] {
                    page.leaf("option", &[("value", value)], name);
                }
            });
        });
        page.leaf("button", &[("type", "button"), ("id", "open")], "Open all");
        page.leaf("button", &[("type", "button"), ("id", "close")], "Close all");
        page.leaf(
            "output",
            &[("id", "count"), ("for", "search kind order"), ("role", "status"), ("aria-live", "polite")],
            words::counted(report.workloads.len(), "workload", "workloads"),
        );
    });
}

/// What stands beside all workloads: credentials and findings that belong to none.
fn unattributed(page: &mut Markup, report: &Report, listing: &Listing<'_>) {
    let artifacts: Vec<&Artifact> = listing.artifacts.iter().copied().filter(|artifact| artifact.workloads.is_empty()).collect();
    if !artifacts.is_empty() {
        page.leaf("h3", &[], "Credentials that belong to no workload");
        artifacts.iter().for_each(|artifact| workload::credential(page, artifact, report.as_of));
    }
    let known: BTreeSet<&str> = report.workloads.iter().map(|workload| workload.id.as_str()).collect();
    let owned = |id: &Option<String>| id.as_deref().is_some_and(|id| known.contains(id));
    let findings: Vec<_> = report.findings.iter().filter(|finding| !owned(&finding.workload)).collect();
    if !findings.is_empty() {
        page.leaf("h3", &[], "Findings that concern no single workload");
        page.element("ul", &[("class", "findings")], |page| findings.iter().for_each(|finding| workload::finding(page, finding)));
    }
    if listing.hidden_low_confidence + listing.hidden_public > 0 {
        let hidden = format!(
            "Not listed: {} below the confidence asked for, {} that are public.",
            words::counted(listing.hidden_low_confidence, "candidate", "candidates"),
            words::counted(listing.hidden_public, "value", "values")
        );
        page.leaf("p", &[("class", "faint")], hidden);
    }
}

/// The sentence that a closed workload shows beside its name.
pub(super) fn summary(page: &mut Markup, workload: &WorkloadReport) {
    said::badge(page, said::standing(workload));
    page.text(" ");
    page.leaf("b", &[], &workload.name);
    page.text(" ");
    page.leaf("span", &[("class", "faint")], workload.kind.as_str());
    if let Some(leaning) = workload.leaning {
        page.leaf("span", &[("class", "faint")], format!(" leaning {}", words::verdict(leaning)));
    }
    said::layer_marks(page, &workload.layers);
}
