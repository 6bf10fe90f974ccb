//! Configurations of SPIRE's server and of spiffe-helper that a ConfigMap carries: how long identities live, where keys are written.
//!
//! The decision a reader would question: only lines of the form `name = value` are read, not the language. What is asked for always
//! stands so, and templates (`{{ … }}`, `$X`) in the rest do no harm.

use std::ops::Range;

use unkeyed_model::{Facts, Platform, SessionPolicy, TtlBasis, Workload, WorkloadKind};

use super::objects::Object;
use crate::flat::Flat;
use crate::terraform::{duration_seconds, is_spire, widest_audiences};
use crate::tree::Node;

/// Settings that say how long what the server issues lives, and those of a helper's files.
const LIFETIMES: [&str; 4] = ["default_x509_svid_ttl", "default_svid_ttl", "default_jwt_svid_ttl", "ca_ttl"];
const FILES: [&str; 3] = ["cert_dir", "key_file_mode", "svid_key_file_name"];

/// Reads the files of a ConfigMap.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    for entry in object.at(&["data"]).map(Node::entries).unwrap_or_default() {
        if !entry.value.text().is_some_and(is_spire) {
            continue;
        }
        let place = &object.source.place;
        let flat = Flat::new(place, &entry.value);
        let name = format!("{}/{}", object.name(), entry.name());
        let mut helper = Workload::new(WorkloadKind::Spire, format!("spire:{}#{name}", place.path()), name, object.place());
        for (setting, value, range) in settings(flat.text) {
            let location = place.at(flat.span(range), format!("data.{}.{setting}", entry.name()));
            if LIFETIMES.contains(&setting) {
                facts.sessions.push(SessionPolicy {
                    platform: Platform::Spiffe,
                    principal: object.id(),
                    setting: setting.to_owned(),
                    seconds: duration_seconds(value),
                    basis: TtlBasis::Declared,
                    location,
                });
            } else {
                helper.traits.push((setting.to_owned(), value.to_owned(), location));
            }
        }
        let body = hcl_edit::parser::parse_body(flat.text).ok();
        if let Some((audiences, range)) = body.as_ref().and_then(widest_audiences) {
            let location = place.at(flat.span(range), format!("data.{}.jwt_svids", entry.name()));
            helper.traits.push(("audiences".to_owned(), audiences, location));
        }
        if !helper.traits.is_empty() {
            facts.workloads.push(helper);
        }
    }
}

/// The settings of these names, each with its value and where its line stands.
fn settings(text: &str) -> impl Iterator<Item = (&str, &str, Range<usize>)> {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        let (name, value) = line.split_once('=')?;
        let name = name.trim();
        let known = LIFETIMES.contains(&name) || FILES.contains(&name);
        let from = start + line.len() - line.trim_start().len();
        known.then(|| (name, value.trim().trim_end_matches(',').trim_matches('"'), from..from + line.trim().len()))
    })
}
