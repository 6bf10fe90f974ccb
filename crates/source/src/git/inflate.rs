//! Inflates a zlib stream whose size was declared, into a buffer of exactly that size.
//!
//! The decision a reader would question: a second library for zlib. Objects of a pack are many and small, and one that is
//! made for whole streams takes two thirds of the time (`benches/compare history`).

use gix::zlib::Inflate;
use libdeflater::Decompressor;

/// What is wrong with a stream.
pub(super) const BAD_STREAM: &str = "its compressed data are damaged";

/// Reused decoders.
#[derive(Default)]
pub(super) struct Inflater {
    whole: Decompressor,
    start: Inflate,
}

impl Inflater {
    /// Inflates `input` into `out`, which then holds `size` bytes. `None` if the stream is damaged or of another size.
    pub(super) fn all(&mut self, input: &[u8], size: usize, out: &mut Vec<u8>) -> Option<()> {
        out.resize(size, 0);
        let written = self.whole.zlib_decompress(input, out).ok()?;
        (written == size).then_some(())
    }

    /// The first bytes of the stream, as many as fit into `out`.
    pub(super) fn start<'o>(&mut self, input: &[u8], out: &'o mut [u8]) -> Option<&'o [u8]> {
        self.start.reset();
        let (_, _, written) = self.start.prefix(input, out).ok()?;
        out.get(..written)
    }
}
