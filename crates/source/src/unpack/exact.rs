//! A member of known size: less than that is an error, so that truncation is seen where it happens.

use std::io::{self, Read};

/// The next `left` bytes of `content`.
pub(super) struct Exact<R> {
    content: R,
    left: u64,
}

impl<R: Read> Exact<R> {
    pub(super) fn new(content: R, size: u64) -> Self {
        Self { content, left: size }
    }

    /// Passes over what was not read.
    pub(super) fn drain(&mut self) -> io::Result<()> {
        io::copy(self, &mut io::sink()).map(|_| ())
    }
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if wanted == 0 {
            return Ok(0);
        }
        match self.content.read(&mut buffer[..wanted])? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                self.left -= read as u64;
                Ok(read)
            }
        }
    }
}

/// Passes over `bytes` bytes.
pub(super) fn pass(content: &mut dyn Read, bytes: u64) -> io::Result<()> {
    Exact::new(content, bytes).drain()
}
