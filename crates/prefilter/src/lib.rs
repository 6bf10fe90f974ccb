//! Finds every occurrence of thousands of literals in one pass. Knows nothing of secrets, rules or files.
//!
//! One decision a reader would question: the inside is an Aho-Corasick automaton for now. A SIMD filter (see
//! `MATCHING.md`) takes its place behind the same API; then this automaton stays as portable fallback and oracle.

mod automaton;
mod matcher;

pub use matcher::{BuildError, Matcher, Pattern, PatternId, Scratch};
