//! A line on the terminal while the work goes on.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Counts what is read; shows it on standard error if that is a terminal.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    files: AtomicU64,
}

/// The line is redrawn once in so many files at most.
const REDRAW_EVERY: u64 = 64;

impl Progress {
    /// Shown if `wanted` and standard error is a terminal.
    #[must_use]
    pub fn new(wanted: bool) -> Self {
        let bar = (wanted && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, files: AtomicU64::new(0) }
    }

    /// One more file was read.
    pub fn file(&self) {
        let files = self.files.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(bar) = &self.bar
            && files.is_multiple_of(REDRAW_EVERY)
        {
            bar.set_message(format!("reading: {files} files"));
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
