//! Ends the reading of a layer that grows beyond all measure, or that nobody wants any more.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Largest layer, uncompressed.
pub(crate) const MAX_LAYER_BYTES: u64 = 64 << 30;
/// How many times as large as its compressed form a layer may be, once it is larger than [`RATIO_FREE_BYTES`]. Layers of
/// real images are up to some ten times as large; the formats allow a thousand and more.
pub(crate) const MAX_RATIO: u64 = 200;
const RATIO_FREE_BYTES: u64 = 128 << 20;

/// A limit of ours, told apart from faults of the content.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Limit(String);

/// A decompressed stream within limits.
pub(crate) struct Bounded<'s, R> {
    inner: R,
    compressed: Rc<Cell<u64>>,
    read: u64,
    stop: &'s AtomicBool,
}

impl<'s, R: Read> Bounded<'s, R> {
    /// `compressed` is how much went in so far.
    pub(crate) const fn new(inner: R, compressed: Rc<Cell<u64>>, stop: &'s AtomicBool) -> Self {
        Self { inner, compressed, read: 0, stop }
    }

    fn check(&self) -> io::Result<()> {
        if self.read > MAX_LAYER_BYTES {
            return Err(io::Error::other(Limit(format!("the layer has more than {MAX_LAYER_BYTES} bytes"))));
        }
        if self.read > RATIO_FREE_BYTES && self.read / MAX_RATIO > self.compressed.get() {
            return Err(io::Error::other(Limit(format!("the layer is more than {MAX_RATIO} times as large as its compressed form"))));
        }
        if self.stop.load(Ordering::Relaxed) { Err(io::Error::other("stopped")) } else { Ok(()) }
    }
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        let read = self.inner.read(buffer)?;
        self.read += read as u64;
        Ok(read)
    }
}
