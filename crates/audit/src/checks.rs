//! All checks. A check says what the persistence, the trust or the power of an identity *means*; it sees facts only and
//! knows no file format.
//!
//! One decision a reader would question: checks don't see each other's findings. Where two say the same thing
//! (TB-AWS-06 without any condition is part of TB-AWS-01), each decides from the facts when to be silent, so that the
//! order of this table can't matter.

mod agent;
mod breadth;
mod check;
mod drift;
mod inventory;
mod mixed_mode;
mod pipeline;
mod privilege;
mod residue;
mod role_scope;
mod runtime;
mod standards;
mod subjects;
#[cfg(test)]
mod testing;
mod token_lifetime;
mod trust_aws;
mod trust_azure;
mod trust_gcp;
mod trust_k8s;
mod trust_oci;
mod trust_spiffe;
mod trust_vault;
mod unmatched;
mod view;

use std::sync::LazyLock;

use unkeyed_model::{CheckInfo, Finding};

use crate::context::Context;
use check::{Check, Sink};
use view::View;

/// The families, each with its checks.
const FAMILIES: &[&[&Check]] = &[
    trust_aws::CHECKS,
    trust_azure::CHECKS,
    trust_gcp::CHECKS,
    trust_oci::CHECKS,
    trust_vault::CHECKS,
    trust_spiffe::CHECKS,
    trust_k8s::CHECKS,
    pipeline::CHECKS,
    drift::CHECKS,
    mixed_mode::CHECKS,
    role_scope::CHECKS,
    token_lifetime::CHECKS,
    residue::CHECKS,
    runtime::CHECKS,
    agent::CHECKS,
    inventory::CHECKS,
];

/// What is deliberately not checked, with a page that says why.
const PAGES: &[&Check] = &[&trust_aws::THUMBPRINT];

fn all() -> impl Iterator<Item = &'static Check> {
    FAMILIES.iter().copied().flatten().copied()
}

fn documented() -> impl Iterator<Item = &'static Check> {
    all().chain(PAGES.iter().copied())
}

/// The manual pages, in the order of [`documented`]; made once because a [`CheckInfo`] borrows them for ever.
static DOCS: LazyLock<Vec<String>> = LazyLock::new(|| documented().map(Check::doc).collect());

/// Runs every check.
pub(crate) fn run(context: &Context<'_>) -> Vec<Finding> {
    let view = View::new(context);
    all().flat_map(|check| Sink::run(check, &view)).collect()
}

/// What every check and every page is about, sorted by id.
pub(crate) fn infos() -> Vec<CheckInfo> {
    let mut infos: Vec<CheckInfo> = documented()
        .zip(DOCS.iter())
        .map(|(check, doc)| CheckInfo { id: check.id, title: check.title, doc, level: check.level, standards: check.standards.to_vec() })
        .collect();
    infos.sort_by_key(|info| info.id);
    infos
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn ids_are_unique_and_speak_for_themselves() {
        let ids: BTreeSet<&str> = all().map(|check| check.id).collect();
        assert_eq!(ids.len(), all().count());
        for check in all() {
            assert!(!check.title.is_empty() && !check.title.ends_with('.'), "{}", check.id);
            assert!(!check.standards.is_empty(), "{}", check.id);
        }
    }

    #[test]
    fn every_manual_page_has_its_three_sections() {
        for info in infos() {
            for section in ["# What it finds\n", "# Why it matters\n", "# Instead\n"] {
                let (_, text) = info.doc.split_once(section).unwrap_or_else(|| panic!("{}: no {section}", info.id));
                assert!(text.trim_start().len() > 20 && !text.trim_start().starts_with('#'), "{}: {section} is empty", info.id);
            }
        }
    }

    #[test]
    fn every_check_has_its_fixtures() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/checks");
        for check in all() {
            for case in ["bad", "good", "unknown"] {
                let folder = fixtures.join(check.id).join(case);
                let files = std::fs::read_dir(&folder).map(Iterator::count).unwrap_or_default();
                assert!(files > 0, "{} has no fixture in {}", check.id, folder.display());
            }
        }
    }
}
