//! Every source against real components, in one program: linking is what test programs cost most.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod content;
mod exports;
mod found;
mod git_history;
mod git_hostile;
mod git_provenance;
mod git_selection;
#[cfg(target_os = "linux")]
mod hosts;
mod image_limits;
mod image_maker;
mod image_tools;
mod images;
mod registries;
mod repository;
mod streams;
mod tree;
mod unpack;
