//! The coverage rows for objects that could not be expanded: one for each that is too large, one for each other reason.

use std::collections::BTreeMap;

use unkeyed_model::{Skip, SkipReason};

use super::read::Reading;
use super::store::gap;
use super::walk::{Fault, HELD_BYTES};

/// Objects that are too large and get a row each; more are counted in one.
const MAX_ROWS: usize = 1000;

/// What went wrong so far.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(u32, Fault, u32)>);

impl Faults {
    /// Notes that the object at `place`, and what is built on it, `lost` objects in all, was not read.
    pub(super) fn note(&mut self, place: u32, fault: Fault, lost: u32) {
        self.0.push((place, fault, lost));
    }

    /// The rows, in reading order.
    pub(super) fn rows(&self, reading: &Reading<'_>) -> Vec<Skip> {
        let mut all = self.0.clone();
        all.sort_unstable_by_key(|&(place, ..)| place);
        let mut rows = Vec::new();
        let mut counts: BTreeMap<(SkipReason, String), (u64, String)> = BTreeMap::new();
        for (place, fault, lost) in all {
            let object = reading.sweep.object_at(place);
            let id = reading.id(object);
            let limit = reading.options.max_file_bytes;
            let (why, detail) = match fault {
                Fault::TooLarge(size) if rows.len() < MAX_ROWS => {
                    let others = if lost > 1 {
                        format!(", and neither were {} objects that are stored as deltas on it", lost - 1)
                    } else {
                        String::new()
                    };
                    let detail = format!("{size} bytes; the limit is {limit} (--max-file-size): object {id} was not read{others}");
                    rows.push(Skip { path: reading.path(object), why: SkipReason::TooLarge, detail });
                    continue;
                }
                Fault::TooLarge(_) => {
                    (SkipReason::TooLarge, format!("larger than {limit} bytes (--max-file-size), or stored as deltas on such"))
                }
                Fault::Damaged(what) => {
                    (SkipReason::Malformed, format!("damaged ({what}), or stored as deltas on such; `git fsck` says more"))
                }
                Fault::TooMuchHeld => {
                    (SkipReason::Limit, format!("deltas that need more than {HELD_BYTES} bytes of other objects at once"))
                }
            };
            let count = counts.entry((why, detail)).or_insert_with(|| (0, id));
            count.0 += u64::from(lost);
        }
        rows.extend(
            counts.into_iter().map(|((why, detail), (count, first))| gap(why, format!("{count} objects, the first {first}: {detail}"))),
        );
        rows
    }
}
