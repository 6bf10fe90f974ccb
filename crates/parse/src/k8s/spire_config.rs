//! Configurations of SPIRE that stand in ConfigMaps, as its own manifests and most tutorials deploy it.

use unkeyed_model::{Facts, Workload, WorkloadKind};

use super::objects::Object;
use crate::spire;
use crate::tree::{Entry, Node};

/// Reads the files of a ConfigMap that are such configurations. Locations are those of the whole file: its lines are
/// indented in the manifest, so that bytes of the one aren't bytes of the other.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    for entry in object.at(&["data"]).map(Node::entries).unwrap_or_default() {
        file(object, entry, facts);
    }
}

fn file(object: Object<'_>, entry: &Entry, facts: &mut Facts) {
    let Some(text) = entry.value.text().filter(|text| text.contains("trust_domain") && text.contains("plugins")) else { return };
    // Older configurations write `#` comments and assignments alike; what doesn't parse is scanned as text.
    let Ok(body) = hcl_edit::parser::parse_body(text) else { return };
    let place = object.location(&entry.value, &format!("data[\"{}\"]", entry.name()));
    let id = format!("spire:{}#{}/{}", place.origin.path, object.name(), entry.name());
    let mut workload = Workload::new(WorkloadKind::Spire, id, entry.name(), place.clone());
    workload.component = true;
    spire::configuration::read(&body, &|_, _| place.clone(), &mut workload, facts);
    if !workload.traits.is_empty() {
        facts.workloads.push(workload);
    }
}
