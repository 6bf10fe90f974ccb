//! The deployment itself as a workload: every value that belongs to no resource that computes.

use unkeyed_model::{Facts, Location, Span, Workload};

use super::compute;
use super::template::Template;
use super::values::Reader;
use crate::evaluated::leaves_of;

/// Emits the workload of the deployment, if it holds secrets that no other workload answers for.
pub(crate) fn stack(template: &Template<'_>, facts: &mut Facts) {
    let place = template.place;
    let mut workload = Workload::new(template.scheme.kind, template.key("stack"), format!("stack of {}", place.path()), place.whole());
    // Innermost extents win, so whatever stands in a resource that computes stays with that resource.
    workload.extents.push(place.bare(Span::new(0, place.text().len())));
    let reader = Reader { template, fetches: false };
    for resource in template.resources().filter(|resource| !compute::is_compute(resource.kind())) {
        let path = format!("{}.Properties", resource.path());
        let Some(properties) = resource.properties() else { continue };
        for leaf in leaves_of("", &path, &template.eval(properties)) {
            workload.references.append(&mut reader.read(&leaf, facts));
        }
        reader.spliced(resource.entry, &resource.path(), &mut workload.references);
    }
    workload.references.sort_by(|a, b| (&a.location, &a.name).cmp(&(&b.location, &b.name)));
    workload.references.dedup();
    if !workload.references.is_empty() || holds_others(facts) {
        facts.workloads.push(workload);
    }
}

/// Whether a credential stands outside of every resource that computes.
fn holds_others(facts: &Facts) -> bool {
    let is_inside = |location: &Location| {
        let mut extents = facts.workloads.iter().flat_map(|workload| &workload.extents);
        extents.any(|extent| extent.origin == location.origin && extent.region.span.contains(location.region.span))
    };
    let mut places = facts.slots.iter().map(|slot| &slot.location).chain(facts.declarations.iter().map(|declared| &declared.location));
    places.any(|place| !is_inside(place))
}
