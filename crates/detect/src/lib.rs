//! Turns the bytes of a [`Unit`](unkeyed_model::Unit) into [`Match`](unkeyed_model::Match)es by rules:
//! prefilter → confirm → structure, checksum, lifetime → decode → pair.
//!
//! No I/O and no clock. One decision a reader would question: no rule's pattern is ever run over a whole text. Every
//! pattern must contain a literal at a bounded distance from the match start; one multi-pattern search finds the
//! literals of all rules, and each hit is confirmed by its rule's pattern anchored there.

mod pairing;
mod rule;
mod structure;

pub use rule::RuleFile;
