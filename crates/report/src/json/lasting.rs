//! Names that the model takes from the program's own tables, met again in a saved report.
//!
//! One decision a reader would question: what is read is kept until the program ends. The model holds the ids of checks
//! and standards as `&'static str`, which spares every finding an allocation; a saved report names a few hundred of them,
//! and is read once. Each distinct text is kept once, so that no file costs more than its own size.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// `text`, for as long as the program runs.
pub(super) fn lasting(text: &str) -> &'static str {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(text) {
        return known;
    }
    let lasting: &'static str = Box::leak(text.into());
    kept.insert(lasting);
    lasting
}
