//! Backstage's `catalog-info.yaml` (Backstage docs, "Descriptor Format of Catalog Entities"): who owns what lies in its folder.
//!
//! One decision a reader would question: a file whose entities have different owners tells nothing, because it doesn't
//! say which files are whose.

use std::collections::BTreeSet;

use unkeyed_model::{Facts, OwnerRule, Unit};

use crate::place::Place;
use crate::yaml;

/// Files of the name that Backstage looks for.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let is_named = matches!(unit.origin().file_name(), "catalog-info.yaml" | "catalog-info.yml");
    (is_named && memchr::memmem::find(unit.bytes(), b"backstage.io/").is_some()).then(|| unit.origin().path.clone())
}

/// Reads the owner that all entities of a file share.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    for unit in units {
        match Place::new(unit) {
            Ok(place) => owner(&place, &mut facts),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts
}

fn owner(place: &Place<'_>, facts: &mut Facts) {
    let mut documents = yaml::parse(place);
    facts.skipped.append(&mut documents.skipped);
    let owned = documents.nodes.iter().filter_map(|entity| entity.path(&["spec", "owner"]));
    let owners: Vec<_> = owned.filter(|owner| owner.text().is_some_and(|name| !name.trim().is_empty())).collect();
    let names: BTreeSet<&str> = owners.iter().filter_map(|owner| owner.text()).map(str::trim).collect();
    if let (Some(first), 1) = (owners.first(), names.len()) {
        let folder = place.origin().folder();
        let pattern = if folder.is_empty() { "*".to_owned() } else { format!("/{folder}/") };
        let owners = names.into_iter().map(str::to_owned).collect();
        facts.owners.push(OwnerRule { pattern, owners, location: place.at(first.span, "spec.owner") });
    }
}
