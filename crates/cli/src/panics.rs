//! A panic's message can hold what the program was looking at, so it is never printed.

use std::panic;

use crate::output;

/// Replaces the default hook: prints where, not what.
pub(crate) fn install() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
        output::warn(&format!("internal error{place}; the file that caused it is listed as not read. Please report this."));
    }));
}
