//! base64, base64url (RFC 4648 §4, §5) and hexadecimal.

use memchr::memchr2;
use unkeyed_model::{DecodeStep, Span};
use unkeyed_prefilter::Runs;

use super::runs::{parts, runs};
use super::{Decoded, Region, looks_like_text};
use crate::byte_set::ByteSet;

const STANDARD: ByteSet = ByteSet::of(b"+/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
const URL: ByteSet = ByteSet::of(b"-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
/// Digits of either alphabet.
const EITHER: ByteSet = ByteSet::of(b"+/-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
/// Long runs of them.
static LONG: Runs = Runs::new(&EITHER, MIN_BASE64);
const HEX: ByteSet = ByteSet::of(b"0123456789abcdefABCDEF");

/// 18 bytes: shorter than any token with its context.
const MIN_BASE64: usize = 24;
/// 20 bytes.
const MIN_HEX: usize = 40;
/// Of a run so much is looked at to see whether it is text.
const LOOK: usize = 32;
/// Lines of base64 that belong together are at least so long (MIME has 76, PEM 64).
const MIN_LINE: usize = 60;

/// Runs of digits that turn into text.
pub(super) fn regions(text: &[u8], out: &mut Vec<Region>) {
    // All three alphabets are part of one, of which long runs are few.
    let any = runs(text, &LONG);
    let mut joined = 0;
    for run in any.iter().flat_map(|&any| parts(text, any, &STANDARD, MIN_BASE64)) {
        if run.start >= joined && is_text(text, run, b'+', b'/') {
            joined = end_of_lines(text, run);
            out.push(Region { span: Span::new(run.start, joined), step: DecodeStep::Base64 });
        }
    }
    for run in any.iter().flat_map(|&any| parts(text, any, &URL, MIN_BASE64)) {
        // Without - or _ it is found above.
        let special = memchr2(b'-', b'_', &text[run.start..run.end]).is_some();
        if special && is_text(text, run, b'-', b'_') {
            out.push(Region { span: run, step: DecodeStep::Base64url });
        }
    }
    for run in any.iter().filter(|any| any.len() >= MIN_HEX).flat_map(|&any| parts(text, any, &HEX, MIN_HEX)) {
        let bytes = text[run.start..run.end].chunks_exact(2).take(LOOK / 2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1]));
        if looks_like_text(bytes) {
            out.push(Region { span: run, step: DecodeStep::Hex });
        }
    }
}

fn is_text(text: &[u8], run: Span, plus: u8, slash: u8) -> bool {
    let mut bytes = [0; LOOK / 4 * 3];
    let head = &text[run.start..run.end.min(run.start + LOOK)];
    for (four, three) in head.chunks_exact(4).zip(bytes.chunks_exact_mut(3)) {
        let bits = four.iter().fold(0u32, |bits, &digit| bits << 6 | u32::from(value(digit, plus, slash)));
        three.copy_from_slice(&bits.to_be_bytes()[1..]);
    }
    looks_like_text(bytes[..head.len() / 4 * 3].iter().copied())
}

/// Where the last of the base64 lines ends that begins with `run`: lines of one length, but the last.
fn end_of_lines(text: &[u8], run: Span) -> usize {
    let mut end = run.end;
    if run.len() < MIN_LINE || !run.len().is_multiple_of(4) {
        return end;
    }
    while let Some(next) = next_line(text, end) {
        let length = text[next..].iter().take(run.len() + 1).take_while(|&&byte| STANDARD.contains(byte)).count();
        if length == 0 || length > run.len() {
            break;
        }
        end = next + length;
        if length < run.len() {
            break;
        }
    }
    end
}

/// Where the next line's content starts, if the line ends at `end`.
fn next_line(text: &[u8], end: usize) -> Option<usize> {
    let rest = text.get(end..)?;
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest).strip_prefix(b"\n")?;
    let blanks = rest.iter().take(64).take_while(|&&byte| byte == b' ' || byte == b'\t').count();
    Some(text.len() - rest.len() + blanks)
}

/// Decodes what it can; blanks and line ends between digits are skipped, padding ends it.
pub(super) fn base64(text: &[u8], span: Span, plus: u8, slash: u8, out: &mut Decoded) {
    let (mut bits, mut count) = (0u32, 0usize);
    let mut previous = span.start;
    for (at, &digit) in text[..span.end].iter().enumerate().skip(span.start) {
        if !(digit.is_ascii_alphanumeric() || digit == plus || digit == slash) {
            if digit == b'=' {
                break;
            }
            continue;
        }
        bits = bits << 6 | u32::from(value(digit, plus, slash));
        // The second, third and fourth digit each complete a byte, which begins in the digit before.
        if count % 4 > 0 {
            let spare = 6 - 2 * (count % 4);
            out.push((bits >> spare & 0xff) as u8, previous, at + 1);
        }
        previous = at;
        count += 1;
    }
}

pub(super) fn hex(text: &[u8], span: Span, out: &mut Decoded) {
    for at in (span.start..span.end.saturating_sub(1)).step_by(2) {
        out.push(nibble(text[at]) << 4 | nibble(text[at + 1]), at, at + 2);
    }
}

fn value(digit: u8, plus: u8, slash: u8) -> u8 {
    match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        _ if digit == plus => 62,
        _ if digit == slash => 63,
        _ => 0,
    }
}

pub(super) fn nibble(digit: u8) -> u8 {
    char::from(digit).to_digit(16).map_or(0, |value| value as u8)
}
