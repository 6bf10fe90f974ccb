//! Tokens of Kubernetes service accounts, and to whom they are shown.

mod default_audience;

use super::check::Check;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[&default_audience::CHECK];
