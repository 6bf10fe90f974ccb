//! Finds the weights, and says what they are worth: on the labelled sample in `fixtures/labelled`, checked out to a folder.
//!
//! `fixtures/labelled/checkout /tmp/labelled && LABELLED=/tmp/labelled cargo test --release -p unkeyed-detect training -- --ignored --nocapture`
//!
//! One decision a reader would question: the weights are drawn towards those that a person would give (`PRIOR`), because a
//! thousand lines can't settle eighty numbers. The half of the sample named `test` is only reported on.

mod tests;
