//! gzip (RFC 1952) inside an encoding: Helm releases, user data of machines, compressed settings.
//!
//! One decision a reader would question: what was unpacked has no places of its own. A finding in it is reported with the
//! place of the whole compressed part, for no byte of the file stands for it alone.

use std::io::Read as _;

use flate2::bufread::GzDecoder;
use unkeyed_model::{DecodeStep, Span};

use super::Decoded;

/// Magic number and the only method there is.
const GZIP: &[u8] = &[0x1f, 0x8b, 0x08];

/// How `text` is compressed, if it is.
pub(super) fn step(text: &[u8]) -> Option<DecodeStep> {
    text.starts_with(GZIP).then_some(DecodeStep::Gzip)
}

/// Unpacks up to `limit` bytes; of a damaged part what stands before the damage.
pub(super) fn gzip(text: &[u8], span: Span, limit: usize, out: &mut Decoded) {
    let mut unpacked = GzDecoder::new(&text[span.start..span.end]).take(limit as u64 + 1);
    // An error ends it; what was read until then is there.
    let _ = unpacked.read_to_end(&mut out.bytes);
    out.cut = out.bytes.len() > limit;
    out.bytes.truncate(limit);
}
