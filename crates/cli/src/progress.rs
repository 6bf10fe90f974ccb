//! A line on the terminal while the work goes on: how much was read, how fast, and what is being read.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use unkeyed_report::printable;

/// Counts what is read; shows it on standard error if that is a terminal.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    started: Instant,
    /// When the line was last written, in milliseconds from the start.
    written: AtomicU64,
    files: AtomicU64,
    bytes: AtomicU64,
}

/// Milliseconds between two writings of the line.
const PAUSE: u64 = 100;
/// Characters shown of a path: its end, which tells most.
const MOST_OF_PATH: usize = 48;

impl Progress {
    /// Shown if `wanted` and standard error is a terminal that can rewrite a line.
    #[must_use]
    pub fn new(wanted: bool) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let bar = (wanted && !is_dumb && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(PAUSE));
            bar
        });
        let zero = || AtomicU64::new(0);
        Self { bar, started: Instant::now(), written: zero(), files: zero(), bytes: zero() }
    }

    /// One more file was read.
    pub fn file(&self, path: &str, bytes: u64) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.part(path, bytes);
    }

    /// A part of a file was read.
    pub fn part(&self, path: &str, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let Some(bar) = &self.bar else { return };
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let written = self.written.load(Ordering::Relaxed);
        let is_due = now >= written + PAUSE;
        if is_due && self.written.compare_exchange(written, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            bar.set_message(message(self.files.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed), now, path));
        }
    }

    /// A stage that has no count.
    pub fn stage(&self, name: &'static str) {
        if let Some(bar) = &self.bar {
            bar.set_message(name);
        }
    }

    /// Clears the line.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// What was read in so many milliseconds, and what is being read.
fn message(files: u64, bytes: u64, elapsed: u64, path: &str) -> String {
    let rate = bytes.saturating_mul(1_000) / elapsed.max(1);
    let safe = printable(path);
    let dropped = safe.chars().count().saturating_sub(MOST_OF_PATH);
    let end: String = safe.chars().skip(dropped).collect();
    let cut = if dropped > 0 { "…" } else { "" };
    format!("{} read, {}, {}/s: {cut}{end}", HumanCount(files), HumanBytes(bytes), HumanBytes(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_much_how_fast_and_what() {
        assert_eq!(message(1_234, 5 << 20, 500, "src/main.rs"), "1,234 read, 5.00 MiB, 10.00 MiB/s: src/main.rs");
        assert_eq!(message(0, 0, 0, "a\u{1b}[2J"), "0 read, 0 B, 0 B/s: a\\u{1b}[2J");
        let long = message(1, 1, 1_000, &"d/".repeat(500));
        assert!(long.contains("…d/") && long.chars().count() < 90, "{long}");
    }
}
