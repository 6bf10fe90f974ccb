//! A process that runs: its environment, and what else it holds or reads.

use unkeyed_model::{Facts, Span, Use};

use super::dump::Dump;
use super::printed;
use crate::place::Place;

/// Reads the environment of the process it came from. A process is a workload even if its environment says nothing.
pub(super) fn read(place: &Place<'_>, facts: &mut Facts) {
    let Some(process) = place.origin().process.as_deref() else { return };
    let mut dump = Dump::new(place, None, Span::new(0, place.text().len()));
    dump.workload.name = format!("{} ({})", process.name, process.id);
    dump.workload.uses.extend(process.reads.iter().map(|path| (Use::File, path.clone())));
    printed::variables(place, &mut dump);
    dump.finish(facts);
}
