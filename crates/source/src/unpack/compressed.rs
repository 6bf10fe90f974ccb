//! Single compressed streams. What they hold is looked at again: in `a.tar.gz` it is a tar, in `a.log.gz` a text.
//!
//! Streams that follow each other in one file are read as one, as the command-line tools do.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use unkeyed_model::has_extension;

use super::door::Door;
use super::exact::pass;
use super::limits::{Budget, SLOW, STREAM_BYTES, WINDOW_BYTES};
use super::place::Place;
use super::sniff::has_control;
use super::{Halt, Outcome};

/// Memory of the decoders without a window of their own choice: bzip2 takes 3.7 MB, lz4 up to 16 MB.
const SMALL_WINDOW: usize = 16 << 20;
/// With what the decoder takes beside the window.
const WINDOW_KIB: u32 = (WINDOW_BYTES >> 10) as u32 + 1024;

/// Makes the reader of what a stream holds.
type Open = for<'c> fn(&'c Budget, Input<'c>) -> Result<Box<dyn Read + 'c>, Halt>;

pub(super) fn gzip(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    decompress(open_gzip, door, place, content)
}

pub(super) fn bzip2(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    decompress(open_bzip2, door, place, content)
}

pub(super) fn xz(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    decompress(open_xz, door, place, content)
}

pub(super) fn lzma(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    decompress(open_lzma, door, place, content)
}

pub(super) fn lzip(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    decompress(open_lzip, door, place, content)
}

pub(super) fn zstd(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    decompress(open_zstd, door, place, content)
}

pub(super) fn lz4(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    decompress(open_lz4, door, place, content)
}

pub(super) fn brotli(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    decompress(open_brotli, door, place, content)
}

/// Brotli has no mark: the name tells, and that it is no text.
pub(super) fn is_brotli(head: &[u8], name: &str) -> bool {
    has_extension(name, &["br"]) && (has_control(head) || std::str::from_utf8(head).is_err())
}

fn decompress(open: Open, door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    let mut decoder = open(door.budget, content)?;
    door.decompressed(place, &mut decoder)
}

/// The compression methods of zip (APPNOTE 4.4.5) that hold a stream of one of the formats here.
pub(super) fn of_zip(method: u16) -> Option<Open> {
    match method {
        12 => Some(open_bzip2),
        93 => Some(open_zstd),
        95 => Some(open_xz),
        _ => None,
    }
}

/// RFC 1952.
fn open_gzip<'c>(budget: &'c Budget, content: Input<'c>) -> Result<Box<dyn Read + 'c>, Halt> {
    Ok(Box::new(budget.metered(Frames::new(content, gzip_member, GzDecoder::into_inner), 1)))
}

/// <https://sourceware.org/bzip2/>
fn open_bzip2<'c>(budget: &'c Budget, content: Input<'c>) -> Result<Box<dyn Read + 'c>, Halt> {
    budget.claim(SMALL_WINDOW)?;
    Ok(Box::new(budget.metered(bzip2::bufread::MultiBzDecoder::new(content), SLOW)))
}

/// <https://tukaani.org/xz/xz-file-format.txt>
fn open_xz<'c>(budget: &'c Budget, content: Input<'c>) -> Result<Box<dyn Read + 'c>, Halt> {
    budget.claim(WINDOW_BYTES)?;
    Ok(Box::new(budget.metered(lzma_rust2::XzReader::new_mem_limit(content, true, WINDOW_KIB), SLOW)))
}

/// The `.lzma` files of before xz.
fn open_lzma<'c>(budget: &'c Budget, content: Input<'c>) -> Result<Box<dyn Read + 'c>, Halt> {
    budget.claim(WINDOW_BYTES)?;
    Ok(Box::new(budget.metered(lzma_rust2::LzmaReader::new_mem_limit(content, WINDOW_KIB, None)?, SLOW)))
}

/// LZMA in a zip (APPNOTE 5.8.8): a version, the length of the properties, the properties, and no size.
pub(super) fn lzma_of_zip<'c>(budget: &'c Budget, content: Input<'c>, size: u64) -> Result<Box<dyn Read + 'c>, Halt> {
    let mut start = [0; 9];
    content.read_exact(&mut start)?;
    let [_, _, 5, 0, properties @ ..] = start else { return Err(io::Error::from(io::ErrorKind::InvalidData).into()) };
    budget.claim(WINDOW_BYTES)?;
    let header = [&properties[..], &size.to_le_bytes()].concat();
    let decoder = lzma_rust2::LzmaReader::new_mem_limit(io::Cursor::new(header).chain(content), WINDOW_KIB, None)?;
    Ok(Box::new(budget.metered(decoder, SLOW)))
}

/// <https://www.nongnu.org/lzip/manual/lzip_manual.html#File-format>; the sixth byte says how large the window is.
fn open_lzip<'c>(budget: &'c Budget, content: Input<'c>) -> Result<Box<dyn Read + 'c>, Halt> {
    let window = content.fill_buf()?.get(5).map_or(0, |size| 1_usize << (size & 31));
    if window > WINDOW_BYTES {
        return Err(io::Error::from(io::ErrorKind::OutOfMemory).into());
    }
    budget.claim(WINDOW_BYTES)?;
    Ok(Box::new(budget.metered(lzma_rust2::LzipReader::new(content), SLOW)))
}

/// RFC 8878.
fn open_zstd<'c>(budget: &'c Budget, content: Input<'c>) -> Result<Box<dyn Read + 'c>, Halt> {
    budget.claim(WINDOW_BYTES)?;
    Ok(Box::new(budget.metered(Frames::new(content, zstd_frame, |frame| frame.content), 1)))
}

/// RFC 7932. The window is 16 MiB at most, and stands twice in memory.
fn open_brotli<'c>(budget: &'c Budget, content: Input<'c>) -> Result<Box<dyn Read + 'c>, Halt> {
    budget.claim(2 * SMALL_WINDOW)?;
    Ok(Box::new(budget.metered(brotli_decompressor::Decompressor::new(content, STREAM_BYTES), 1)))
}

/// <https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md>
fn open_lz4<'c>(budget: &'c Budget, content: Input<'c>) -> Result<Box<dyn Read + 'c>, Halt> {
    budget.claim(SMALL_WINDOW)?;
    Ok(Box::new(budget.metered(lz4_flex::frame::FrameDecoder::new(content), 1)))
}

type Input<'c> = &'c mut dyn BufRead;

/// The next member of a gzip file; zeros that pad it to the block of a tape are passed over.
fn gzip_member(content: Input<'_>) -> io::Result<Option<GzDecoder<Input<'_>>>> {
    loop {
        let ahead = content.fill_buf()?;
        let zeros = ahead.iter().take_while(|&&byte| byte == 0).count();
        let next = ahead.get(zeros).copied();
        content.consume(zeros);
        match next {
            Some(0x1F) => return Ok(Some(GzDecoder::new(content))),
            Some(_) => return Err(io::ErrorKind::InvalidData.into()),
            None if zeros == 0 => return Ok(None),
            None => {}
        }
    }
}

/// The next frame of a zstd file, frames that are to be skipped left out.
fn zstd_frame(content: Input<'_>) -> io::Result<Option<ZstdFrame<'_>>> {
    while !content.fill_buf()?.is_empty() {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW_BYTES as u64);
        match decoder.init(&mut *content) {
            Ok(()) => return Ok(Some(ZstdFrame { content, decoder, damage: None })),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                pass(content, u64::from(length))?
            }
            Err(FrameDecoderError::WindowSizeTooBig { .. }) => return Err(io::ErrorKind::OutOfMemory.into()),
            Err(_) => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
    Ok(None)
}

/// One frame, its header read. (The crate's own reader can't be built from a header that was read already, and keeps
/// the last window of a damaged frame to itself.)
struct ZstdFrame<'c> {
    content: Input<'c>,
    decoder: FrameDecoder,
    damage: Option<io::Error>,
}

/// A last block without content, and a checksum, which is not looked at: gets the last window out of the decoder.
const LAST_BLOCK: &[u8] = &[1, 0, 0, 0, 0, 0, 0];

impl Read for ZstdFrame<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let one_block = || BlockDecodingStrategy::UptoBlocks(1);
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            if self.decoder.decode_blocks(&mut self.content, one_block()).is_err() {
                self.damage = Some(io::ErrorKind::InvalidData.into());
                self.decoder.decode_blocks(LAST_BLOCK, one_block()).map_err(io::Error::other)?;
            }
        }
        match self.decoder.read(buffer)? {
            0 => self.damage.take().map_or(Ok(0), Err),
            read => Ok(read),
        }
    }
}

/// Decoders one after another over the same input.
struct Frames<'c, D> {
    decoder: Option<D>,
    /// Before the first decoder.
    content: Option<Input<'c>>,
    open: fn(Input<'c>) -> io::Result<Option<D>>,
    close: fn(D) -> Input<'c>,
}

impl<'c, D> Frames<'c, D> {
    fn new(content: Input<'c>, open: fn(Input<'c>) -> io::Result<Option<D>>, close: fn(D) -> Input<'c>) -> Self {
        Self { decoder: None, content: Some(content), open, close }
    }
}

impl<D: Read> Read for Frames<'_, D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(decoder) = &mut self.decoder {
                match decoder.read(buffer)? {
                    0 => self.content = self.decoder.take().map(self.close),
                    read => return Ok(read),
                }
            }
            let Some(content) = self.content.take() else { return Ok(0) };
            self.decoder = (self.open)(content)?;
        }
    }
}
