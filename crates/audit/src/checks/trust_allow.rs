//! What an organisation has said of whom its trusts may name (`trust_allow` of the policy).

mod issuer;

use super::check::Check;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[&issuer::CHECK];
