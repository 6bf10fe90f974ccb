//! What CI systems other than GitHub Actions share: jobs that run shell scripts over variables, most of which are kept
//! in the settings of the system.
//!
//! A parser gives a [`Job`] what its format says; the job works out which stored values its scripts use and which
//! identities they take. The decision a reader would question: a variable that is used but set nowhere counts as a
//! stored credential only if its name, or what receives it, says so. Everything else in those settings is plain
//! configuration.

mod announced;
mod asked;
mod effects;
mod files;
mod job;
mod mentions;
mod mounts;
mod script;
mod system;
mod templates;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use self::files::{File, Files};
pub(crate) use self::job::{ANYTHING, IdentityToken, Job};
pub(crate) use self::system::{Asks, Budget, System};
pub(crate) use self::templates::Templates;
