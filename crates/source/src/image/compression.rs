//! Undoes the compression of a layer, told by its first bytes: media types lie, and a docker archive has none.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// Largest zstd window. Builders use up to 8 MiB; the format allows terabytes.
pub(crate) const MAX_ZSTD_WINDOW: u64 = 32 << 20;
/// Bytes that are inflated at a time.
const CHUNK: usize = 256 << 10;

/// `input`, decompressed.
pub(crate) fn open<'r>(input: impl Read + 'r) -> io::Result<Box<dyn BufRead + 'r>> {
    let mut input = BufReader::with_capacity(CHUNK, input);
    let mut start = Vec::with_capacity(4);
    (&mut input).take(4).read_to_end(&mut start)?;
    let is_gzip = start.starts_with(&[0x1F, 0x8B]);
    // RFC 8878 §3.1.1 and §3.1.2: a frame, or a skippable frame as zstd:chunked layers have them.
    let is_zstd = start == [0x28, 0xB5, 0x2F, 0xFD] || (start.len() == 4 && start[0] >> 4 == 5 && start[1..] == [0x2A, 0x4D, 0x18]);
    let input = Cursor::new(start).chain(input);
    Ok(if is_gzip {
        Box::new(BufReader::with_capacity(CHUNK, MultiGzDecoder::new(input)))
    } else if is_zstd {
        Box::new(BufReader::with_capacity(CHUNK, Zstd::new(input)))
    } else {
        Box::new(input)
    })
}

/// All frames of a zstd stream, one after the other; `ruzstd` by itself reads one.
struct Zstd<R> {
    input: R,
    decoder: FrameDecoder,
    in_frame: bool,
}

impl<R: BufRead> Zstd<R> {
    fn new(input: R) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(MAX_ZSTD_WINDOW);
        Self { input, decoder, in_frame: false }
    }

    /// Enters the next frame that holds data; false at the end of the stream.
    fn enter(&mut self) -> io::Result<bool> {
        while !self.input.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.input) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut (&mut self.input).take(u64::from(length)), &mut io::sink())?;
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(false)
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.decoder.can_collect() > 0 {
                return self.decoder.read(buffer);
            }
            if self.in_frame && !self.decoder.is_finished() {
                let step = BlockDecodingStrategy::UptoBytes(buffer.len());
                self.decoder.decode_blocks(&mut self.input, step).map_err(io::Error::other)?;
            } else {
                self.in_frame = self.enter()?;
                if !self.in_frame {
                    return Ok(0);
                }
            }
        }
    }
}
