//! The configuration of a container image (OCI image specification 1.1, "Image Configuration"): the image as a workload.
//!
//! What stands here persists with every copy of the image: its environment, what it runs, and the instructions that built
//! it with the values of their arguments. The decision a reader would question: an image whose configuration was not read
//! or says nothing is a workload all the same, because what lies in its layers belongs to it.

mod history;
mod program;

use unkeyed_model::{Facts, Surface, Unit, Workload, WorkloadKind};

use crate::env_dump::{Dump, Reading, legible};
use crate::flat::Flat;
use crate::json;
use crate::place::Place;
use crate::tree::Node;

/// Labels that name who answers for an image: OCI's "Pre-Defined Annotation Keys", and Docker's `MAINTAINER`.
const OWNERS: &[&str] = &["owner", "maintainer", "org.opencontainers.image.authors", "org.opencontainers.image.vendor"];

/// Whatever was read as the configuration of an image.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    (unit.origin().surface == Surface::ImageConfig).then(|| unit.origin().path.clone())
}

/// Reads configurations.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    for unit in units {
        match Place::new(&legible(unit)) {
            Ok(place) => configuration(&place, &mut facts),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts
}

fn configuration(place: &Place<'_>, facts: &mut Facts) {
    let mut image = Dump::of(place, workload(place));
    match json::parse(place) {
        Ok(root) if is_image(&root) => contents(place, &root, &mut image),
        Ok(_) if !place.text().trim().is_empty() => return,
        Ok(_) => {}
        Err(skip) => facts.skipped.push(skip),
    }
    image.conclude(facts);
}

fn workload(place: &Place<'_>) -> Workload {
    let reference = place.origin().image.as_deref().and_then(|image| image.references().next()).unwrap_or(place.path());
    let mut workload = Workload::new(WorkloadKind::Image, format!("image:{reference}"), reference, place.whole());
    workload.extents.push(place.whole());
    workload
}

/// Registries keep other things as images, too: charts and signatures, which have no root file system, and attestations,
/// which BuildKit marks with an unknown operating system.
fn is_image(root: &Node) -> bool {
    (root.get("rootfs").is_some() || root.get("config").is_some()) && root.str("os") != Some("unknown")
}

fn contents(place: &Place<'_>, root: &Node, image: &mut Dump<'_>) {
    for variable in root.path(&["config", "Env"]).map(Node::items).unwrap_or_default() {
        if let Some((name, value)) = variable.text().and_then(|text| text.split_once('=')) {
            let start = name.len() + 1;
            let span = Flat::new(place, variable).span(start..start + value.len());
            image.set_text(name, value, span, Reading::Literal);
        }
    }
    let labels = root.path(&["config", "Labels"]);
    image.workload.owner = labels.and_then(|labels| OWNERS.iter().find_map(|key| labels.str(key))).map(str::to_owned);
    program::read(place, root, image);
    history::read(place, root, image);
}
