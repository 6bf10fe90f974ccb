//! What logs recorded of the identities that workloads become.

mod denied;
mod durable_use;
mod stranger;

use unkeyed_model::Observed;

use super::check::Check;
use super::view::View;
use crate::context::Linked;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[&durable_use::CHECK, &stranger::CHECK, &denied::CHECK];

/// How often, and up to when.
fn times(count: u64, seen: &Observed) -> String {
    let last = seen.last.map_or_else(String::new, |last| format!(", last at {last}"));
    if count == 1 { format!("once{last}") } else { format!("{count} times{last}") }
}

/// The workloads that become the principal of a statement: by its definition, or by its name where nothing here defines it.
fn users<'a>(view: &View<'a>, seen: &Observed) -> Vec<&'a Linked> {
    let mut users = view.users(&seen.principal);
    if users.is_empty() && view.principal(&seen.principal).is_none() {
        let names = |linked: &&Linked| {
            let mut paths = linked.workload.identity_paths.iter().filter(|path| path.platform == seen.platform);
            paths.any(|path| path.principal.known().is_some_and(|name| name == seen.principal))
        };
        users.extend(view.context.workloads.iter().filter(names));
    }
    users
}
