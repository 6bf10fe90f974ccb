//! The model's vocabulary in sentences for people; every format that speaks to people uses these.

mod class;
mod lifetime;
mod relation;
mod verdict;

pub(crate) use class::{class, skip_reason};
pub(crate) use lifetime::lifetime;
pub(crate) use relation::relation;
pub(crate) use verdict::{reason, verdict};

use unkeyed_model::Artifact;

/// What an artifact is, in words: the rule's name, with the name in the store if it is one that is kept elsewhere.
pub(crate) fn what(artifact: &Artifact) -> String {
    match &artifact.name {
        Some(name) => format!("{} `{name}`", artifact.rule.name),
        None if artifact.mask.is_empty() => artifact.rule.name.clone(),
        None => format!("{} {}", artifact.rule.name, artifact.mask),
    }
}

/// `count` things: `1 file`, `2 files`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
