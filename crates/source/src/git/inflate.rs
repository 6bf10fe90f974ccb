//! Inflates a zlib stream whose size was declared, into a buffer of exactly that size.

use gix::zlib::{Inflate, Status};

/// What is wrong with a stream.
pub(super) const BAD_STREAM: &str = "its compressed data are damaged";

/// A reused decoder.
#[derive(Default)]
pub(super) struct Inflater(Inflate);

impl Inflater {
    /// Inflates `input` into `out`, which then holds `size` bytes. `None` if the stream is damaged or of another size.
    pub(super) fn all(&mut self, input: &[u8], size: usize, out: &mut Vec<u8>) -> Option<()> {
        out.resize(size, 0);
        self.0.reset();
        let (status, _, written) = self.0.once(input, out).ok()?;
        (written == size && status == Status::StreamEnd).then_some(())
    }

    /// The first bytes of the stream, as many as fit into `out`.
    pub(super) fn start<'o>(&mut self, input: &[u8], out: &'o mut [u8]) -> Option<&'o [u8]> {
        self.0.reset();
        let (_, _, written) = self.0.prefix(input, out).ok()?;
        out.get(..written)
    }
}
