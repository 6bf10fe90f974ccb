//! From separate definitions to workloads with everything that belongs to them.
//!
//! One decision a reader would question: what a component brings along is copied into each of its users. A composite
//! action that holds a password makes every job that uses it hold that password; there is no verdict on the action.

mod aims;
mod aliases;
mod brokered;
mod called;
mod chains;
mod components;
mod handed;
mod observed;
mod paths;
mod principals;
mod secrets;
mod spiffe;

pub(crate) use aliases::Aliases;
pub(crate) use chains::Chains;
pub(crate) use components::{Merged, merge};
pub(crate) use handed::apply as hand_over;
pub(crate) use principals::Linker;
pub(crate) use secrets::{StoredIndex, unused};
