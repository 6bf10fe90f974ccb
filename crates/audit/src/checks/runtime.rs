//! What logs recorded of the identities that workloads become.

mod denied;
mod durable_use;
mod stranger;

use unkeyed_model::Observed;

use super::check::Check;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[&durable_use::CHECK, &stranger::CHECK, &denied::CHECK];

/// How often, and up to when.
fn times(count: u64, seen: &Observed) -> String {
    let last = seen.last.map_or_else(String::new, |last| format!(", last at {last}"));
    if count == 1 { format!("once{last}") } else { format!("{count} times{last}") }
}
