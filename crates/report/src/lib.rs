//! Writes a finished [`Report`](unkeyed_model::Report): for people, as a page, as JSON, as SARIF, and in the formats of other tools.
//!
//! Pure: a report and options go in, bytes come out, and nothing is judged here. One decision a reader would question:
//! every text that came from the scanned input passes through one function, [`printable`], on its way to a terminal or
//! a viewer, at the place where bytes are written and not where sentences are made, so that no sentence can forget it.

pub mod compare;
mod cyclonedx;
mod document;
mod format;
mod gitlab;
mod html;
mod human;
mod in_toto;
mod index;
mod inventory;
pub mod json;
mod junit;
mod lines;
mod listing;
pub mod manual;
mod markdown;
mod merge;
mod oscal;
mod place;
mod printable;
mod sarif;
mod stamp;
mod tables;
mod words;

pub use format::{Format, Options, UnknownFormat, write, write_gate};
pub use json::{Unreadable, json_schema};
pub use merge::{Conflict, merge};
pub use printable::printable;
