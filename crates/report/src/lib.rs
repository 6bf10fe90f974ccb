//! Writes a finished [`Report`](unkeyed_model::Report): for people, as a page, as JSON, as SARIF.
//!
//! Pure: a report and options go in, bytes come out, and nothing is judged here. One decision a reader would question:
//! every text that came from the scanned input passes through one function, [`printable`], on its way to a terminal or
//! a viewer, at the place where bytes are written and not where sentences are made, so that no sentence can forget it.

pub mod compare;
mod format;
mod html;
mod human;
mod inventory;
pub mod json;
mod listing;
mod merge;
mod place;
mod printable;
mod sarif;
mod stamp;
mod words;

pub use format::{Format, Options, UnknownFormat, write, write_gate};
pub use json::{Unreadable, json_schema};
pub use merge::{Conflict, merge};
pub use printable::printable;
