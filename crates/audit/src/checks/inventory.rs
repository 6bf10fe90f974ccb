//! Who answers for which workload, where it goes, and whose identity it uses.

mod no_destination;
mod no_owner;
mod shared_identity;

use unkeyed_model::{Class, WorkloadKind};

use super::check::Check;
use super::view::View;
use crate::context::Linked;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[&no_owner::CHECK, &no_destination::CHECK, &shared_identity::CHECK];

/// Whether the workload authenticates to anything, as far as can be seen. What belongs to no workload has no owner either;
/// a secret that is mounted for a build step is whoever builds' own.
fn authenticates(view: &View<'_>, linked: &Linked) -> bool {
    let counts = |class: Class| !matches!(class, Class::Public | Class::RuntimeIdentity);
    let holds = linked.artifacts.iter().filter_map(|&at| view.context.artifacts.get(at)).any(|artifact| counts(artifact.class));
    linked.workload.kind != WorkloadKind::Repository && (holds || linked.paths.iter().any(|path| path.counts))
}
