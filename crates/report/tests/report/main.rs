//! Every output of one hand-written report, compared with files that one can read.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod compare;
mod formats;
mod html;
mod human;
mod json;
mod merge;
mod records;
mod sample;
mod sarif;
mod snapshots;
