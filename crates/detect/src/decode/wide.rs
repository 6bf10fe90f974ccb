//! UTF-16 inside an encoding, as in the argument of PowerShell's `-EncodedCommand`.

use unkeyed_model::{DecodeStep, Span};

use super::Decoded;

/// Shorter texts hold no token with its context.
const MIN: usize = 16;

/// The byte order of UTF-16: nearly every second byte is zero, since tokens and commands are ASCII.
pub(super) fn step(text: &[u8]) -> Option<DecodeStep> {
    let zeros = |from: usize| text.iter().skip(from).step_by(2).filter(|&&byte| byte == 0).count();
    let nearly_all = |zeros: usize| zeros * 16 >= text.len() / 2 * 15;
    if text.len() < MIN || !text.iter().take(MIN).any(|&byte| byte == 0) {
        None
    } else if nearly_all(zeros(1)) {
        Some(DecodeStep::Utf16le)
    } else if nearly_all(zeros(0)) {
        Some(DecodeStep::Utf16be)
    } else {
        None
    }
}

/// Every code unit as a character of its own; the halves of those beyond 16 bits become `?`.
pub(super) fn decode(text: &[u8], span: Span, unit: fn([u8; 2]) -> u16, out: &mut Decoded) {
    for at in (span.start..span.end.saturating_sub(1)).step_by(2) {
        out.push_char(u32::from(unit([text[at], text[at + 1]])), at, at + 2);
    }
}
