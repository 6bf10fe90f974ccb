//! base64, base64url (RFC 4648 §4, §5) and hexadecimal.
//!
//! One decision a reader would question: lines count as one text only if all but the last have one length. Everything else
//! that stands line by line (a list of digests, of identifiers) would be joined to nonsense.

use unkeyed_model::{DecodeStep, Span};
use unkeyed_prefilter::Runs;

use super::runs::{parts, runs};
use super::{Decoded, Region, looks_like_text, unpack};
use crate::byte_set::ByteSet;

const STANDARD: ByteSet = ByteSet::of(b"+/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
const URL: ByteSet = ByteSet::of(b"-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
/// Digits of either alphabet.
const ANY: ByteSet = ByteSet::of(b"+/-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
/// Long runs of them.
static LONG: Runs = Runs::new(&ANY, MIN_BASE64);
const HEX: ByteSet = ByteSet::of(b"0123456789abcdefABCDEF");

/// 18 bytes: shorter than any token with its context.
const MIN_BASE64: usize = 24;
/// 20 bytes.
const MIN_HEX: usize = 40;
/// Of a run so much is looked at to see whether it is text.
const LOOK: usize = 32;
/// Lines of base64 that belong together are at least so long (MIME has 76, PEM 64; people fold at less).
const MIN_LINE: usize = 32;

/// Runs of digits that turn into text, or into what is compressed. The text is searched once, for runs of any digits.
pub(super) fn regions(text: &[u8], out: &mut Vec<Region>) {
    let mut joined = [0; 2];
    for run in runs(text, &LONG) {
        base64_regions(text, run, DecodeStep::Base64, &mut joined[0], out);
        if may_be_url(text, run) {
            base64_regions(text, run, DecodeStep::Base64url, &mut joined[1], out);
        }
        if run.len() < MIN_HEX {
            continue;
        }
        for part in parts(text, run, &HEX, MIN_HEX) {
            let mut head = [0; LOOK / 2];
            for (byte, pair) in head.iter_mut().zip(text[part.start..part.end].chunks_exact(2)) {
                *byte = nibble(pair[0]) << 4 | nibble(pair[1]);
            }
            if is_worthwhile(&head) {
                out.push(Region { span: part, step: DecodeStep::Hex });
            }
        }
    }
}

/// Whether - or _ stands in a run, or may stand in lines that belong to it.
fn may_be_url(text: &[u8], run: Span) -> bool {
    let goes_on = run.len() >= MIN_LINE && matches!(text.get(run.end), Some(b'\r' | b'\n'));
    goes_on || memchr::memchr2(b'-', b'_', &text[run.start..run.end]).is_some()
}

/// Adds the base64 of one alphabet in `run`. Before `joined` all lines belong to a region that was added.
fn base64_regions(text: &[u8], run: Span, step: DecodeStep, joined: &mut usize, out: &mut Vec<Region>) {
    let (class, plus, slash) = if step == DecodeStep::Base64 { (&STANDARD, b'+', b'/') } else { (&URL, b'-', b'_') };
    for part in parts(text, run, class, MIN_BASE64) {
        if part.start < *joined || !decodes(text, part, plus, slash) {
            continue;
        }
        let end = end_of_lines(text, part, class);
        *joined = end;
        // Without - or _ it is found as base64.
        if step == DecodeStep::Base64 || text[part.start..end].iter().any(|&byte| byte == plus || byte == slash) {
            out.push(Region { span: Span::new(part.start, end), step });
        }
    }
}

/// Whether the beginning of a run of base64 digits turns into something worth a look.
fn decodes(text: &[u8], run: Span, plus: u8, slash: u8) -> bool {
    let mut bytes = [0; LOOK / 4 * 3];
    let head = &text[run.start..run.end.min(run.start + LOOK)];
    for (four, three) in head.chunks_exact(4).zip(bytes.chunks_exact_mut(3)) {
        let bits = four.iter().fold(0u32, |bits, &digit| bits << 6 | u32::from(value(digit, plus, slash)));
        three.copy_from_slice(&bits.to_be_bytes()[1..]);
    }
    is_worthwhile(&bytes[..head.len() / 4 * 3])
}

fn is_worthwhile(head: &[u8]) -> bool {
    looks_like_text(head.iter().copied()) || unpack::step(head).is_some()
}

/// Whether `line` ends as lines do that others belong to.
pub(super) fn may_go_on(line: &[u8]) -> bool {
    line.len() >= MIN_LINE && line[line.len() - MIN_LINE..].iter().all(|&byte| ANY.contains(byte))
}

/// Where the last of the base64 lines ends that begins with `run`: lines of one length, but the last.
fn end_of_lines(text: &[u8], run: Span, class: &ByteSet) -> usize {
    let mut end = run.end;
    if run.len() < MIN_LINE {
        return end;
    }
    let mut is_first = true;
    while let Some(next) = next_line(text, end) {
        let length = text[next..].iter().take(run.len() + 1).take_while(|&&byte| class.contains(byte)).count();
        // A shorter line right after the first is its end only if the first is a whole number of groups.
        if length == 0 || length > run.len() || is_first && length < run.len() && !run.len().is_multiple_of(4) {
            break;
        }
        end = next + length;
        is_first = false;
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
