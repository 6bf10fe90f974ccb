//! Finds every occurrence of thousands of literals in one pass, and long runs of a class of bytes. Knows nothing of
//! secrets, rules or files.
//!
//! One decision a reader would question: no automaton walks the text. Of each literal one rare window of four bytes is
//! chosen; a SIMD filter looks at 64 windows at once and lets one in twenty-five through, a bitmap of the
//! windows' hashes lets one in a hundred through, and only there literals are compared. With 2000 literals and AVX-512 VBMI that is about
//! five times as fast as Aho-Corasick's full table, which waits for the memory of its transitions at every byte.

mod buckets;
mod byte_set;
mod grams;
mod layout;
mod matcher;
mod pattern;
mod runs;
mod sample;
mod short;
#[allow(unsafe_code, reason = "vector loads, and calls of functions for instructions whose presence was checked")]
mod simd;
mod window;

pub use buckets::{Choice, choose};
pub use byte_set::ByteSet;
pub use layout::Layout;
pub use matcher::{BuildError, Matcher, Scratch};
pub use pattern::{Pattern, PatternId};
pub use runs::Runs;
pub use sample::{commonness, share};
pub use simd::Engine;
