//! Where which class of credential stands: a table whose cells are the darker the more there are.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Class, Report, Surface};

use super::markup::Markup;
use crate::listing::Listing;

/// Writes the section.
pub(super) fn write(page: &mut Markup, _: &Report, listing: &Listing<'_>) {
    let mut cells: BTreeMap<(Class, Surface), usize> = BTreeMap::new();
    for artifact in &listing.artifacts {
        let surfaces: BTreeSet<Surface> = artifact.locations.iter().map(|(location, _)| location.origin.surface).collect();
        for surface in surfaces {
            *cells.entry((artifact.class, surface)).or_default() += 1;
        }
    }
    if cells.is_empty() {
        page.leaf("p", &[], "No credential is listed.");
        return;
    }
    page.leaf(
        "p",
        &[],
        "Credentials by persistence class and by the kind of place; one that stands in two kinds of places counts in both.",
    );
    let surfaces: BTreeSet<Surface> = cells.keys().map(|(_, surface)| *surface).collect();
    let classes: BTreeSet<Class> = cells.keys().map(|(class, _)| *class).collect();
    page.wide("Persistence by surface", |page| {
        page.element("table", &[("class", "heat fit counts")], |page| {
            let titles: Vec<&str> = std::iter::once("Class").chain(surfaces.iter().map(|surface| surface.as_str())).collect();
            page.head(&titles);
            page.element("tbody", &[], |page| {
                for class in &classes {
                    page.element("tr", &[], |page| {
                        page.leaf("th", &[("scope", "row")], class.as_str());
                        for surface in &surfaces {
                            cell(page, *class, cells.get(&(*class, *surface)).copied().unwrap_or_default());
                        }
                    });
                }
            });
        });
    });
}

fn cell(page: &mut Markup, class: Class, count: usize) {
    let kind = if class.is_persistent() { "hot" } else { "cool" };
    match count {
        0 => page.leaf("td", &[("class", "number")], ""),
        _ => page.leaf("td", &[("class", &format!("number {kind} h{}", heat(count)))], count.to_string()),
    }
}

/// From 1 to 5, a step for each factor of about three.
const fn heat(count: usize) -> u8 {
    match count {
        0..=1 => 1,
        2..=4 => 2,
        5..=14 => 3,
        15..=49 => 4,
        _ => 5,
    }
}
