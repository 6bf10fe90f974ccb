//! How much of a target may be read, and for how long.
//!
//! The decision a reader would question: what was read before the end is kept and judged. Half an audit that says so is worth
//! more than none, and a gap in the coverage keeps it from calling anything secretless.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use unkeyed_model::{Skip, SkipReason};

/// What is left for a target.
#[derive(Debug)]
pub struct Budget {
    bytes: Option<u64>,
    time: Option<Duration>,
    begun: Instant,
    spent: AtomicU64,
    end: OnceLock<End>,
}

/// What ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Bytes,
    Time,
}

impl Budget {
    /// So many bytes and so long from now on; none: without end.
    #[must_use]
    pub fn new(bytes: Option<u64>, time: Option<Duration>) -> Self {
        Self { bytes, time, begun: Instant::now(), spent: AtomicU64::new(0), end: OnceLock::new() }
    }

    /// No end.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::new(None, None)
    }

    /// Whether so many more bytes may be read. Once something was refused, everything is.
    pub(crate) fn admits(&self, bytes: usize) -> bool {
        if !self.is_in_time() || self.end.get().is_some() {
            return false;
        }
        let Some(most) = self.bytes else { return true };
        let spent = self.spent.fetch_add(bytes as u64, Ordering::Relaxed).saturating_add(bytes as u64);
        if spent > most {
            self.end.get_or_init(|| End::Bytes);
        }
        spent <= most
    }

    /// Whether there is time left; a budget of bytes doesn't end it.
    pub(crate) fn is_in_time(&self) -> bool {
        if self.time.is_some_and(|time| self.begun.elapsed() >= time) {
            self.end.get_or_init(|| End::Time);
        }
        !self.ended_by_time()
    }

    /// Whether the end depended on the machine.
    pub(crate) fn ended_by_time(&self) -> bool {
        self.end.get() == Some(&End::Time)
    }

    /// What is to be said of an end.
    pub(crate) fn row(&self) -> Option<Skip> {
        let budget = match self.end.get()? {
            End::Bytes => format!("{} bytes (--budget-bytes)", self.bytes.unwrap_or_default()),
            End::Time => format!("{} seconds (--budget-time)", self.time.unwrap_or_default().as_secs()),
        };
        let detail = format!("the budget of {budget} was used up; the rest of the target was not read");
        Some(Skip { path: ".".into(), why: SkipReason::Limit, detail })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_the_budget_ends_the_reading() {
        let budget = Budget::new(Some(10), None);
        assert!(budget.admits(6) && budget.admits(4) && budget.row().is_none());
        assert!(!budget.admits(1) && !budget.admits(0), "and nothing small slips through afterwards");
        assert!(budget.row().unwrap().detail.contains("10 bytes") && !budget.ended_by_time());
        let budget = Budget::new(None, Some(Duration::ZERO));
        assert!(!budget.admits(0) && budget.ended_by_time());
        let budget = Budget::unlimited();
        assert!(budget.admits(usize::MAX) && budget.admits(usize::MAX) && budget.row().is_none());
    }
}
