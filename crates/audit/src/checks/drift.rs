//! Trusts that no longer fit what is around them.

mod gone_account;
mod gone_context;
mod in_force;
mod orphan;
mod other_account;
mod other_repository;
mod previous;
mod shared_principal;

use super::check::Check;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[
    &other_repository::CHECK,
    &gone_context::CHECK,
    &gone_account::CHECK,
    &other_account::CHECK,
    &previous::CHECK,
    &orphan::CHECK,
    &in_force::CHECK,
    &shared_principal::CHECK,
];

/// Whether a trusted repository looks like an earlier name of this one: another owner, the same name.
pub(super) fn is_renamed(trusted: &str, here: &str) -> bool {
    match (trusted.split_once('/'), here.split_once('/')) {
        (Some((owner, name)), Some((own_owner, own_name))) => !owner.eq_ignore_ascii_case(own_owner) && name.eq_ignore_ascii_case(own_name),
        _ => false,
    }
}
