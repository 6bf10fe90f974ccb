//! Turns the bytes of a [`Unit`](unkeyed_model::Unit) into [`Match`](unkeyed_model::Match)es by rules:
//! prefilter → confirm → structure, checksum, lifetime → decode → pair.
//!
//! No I/O and no clock. One decision a reader would question: no rule's pattern is ever run over a whole text. Every
//! pattern must contain a literal at a bounded distance from the match start; one multi-pattern search finds the
//! literals of all rules, and each hit is confirmed by its rule's pattern anchored there.

mod adjustment;
mod allow;
mod builtin;
mod byte_set;
mod catalogue;
mod checksum;
mod conditions;
mod decode;
mod detector;
mod doubt;
mod emit;
mod finding;
mod fingerprint;
mod generic;
mod hidden;
mod index;
mod inherit;
mod kinds;
mod lint;
mod literal;
mod marker;
mod mask;
mod named_value;
mod overlap;
mod pairing;
mod pattern;
mod placeholder;
mod position;
mod rule;
mod rule_digest;
mod rule_error;
mod rule_examples;
mod rule_file;
mod rule_import;
mod rule_list;
mod rule_set;
mod rule_spec;
mod search;
mod slots;
mod snippet;
mod structure;

pub use adjustment::{Adjustment, Refusal};
pub use detector::{Detector, Scratch};
pub use fingerprint::FingerprintKey;
pub use hidden::Hidden;
pub use inherit::Trace;
pub use kinds::kinds;
pub use rule::RuleFile;
pub use rule_error::RuleError;
pub use rule_set::{Remark, RuleSet};
