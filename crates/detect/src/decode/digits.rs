//! base64, base64url (RFC 4648 §4, §5) and hexadecimal.
//!
//! One decision a reader would question: lines count as one text only if all but the last have one length. Everything else
//! that stands line by line (a list of digests, of identifiers) would be joined to nonsense.

use unkeyed_model::{DecodeStep, Span};
use unkeyed_prefilter::Runs;

use super::runs::{parts, runs};
use super::{Decoded, Region, looks_like_text, unpack};
use crate::byte_set::ByteSet;

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
        if !has_capital_or_digit(&text[run.start..run.end]) {
            continue;
        }
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

/// Whether a run may be what was encoded: paths and identifiers of small letters are most of all runs, and of the text that
/// base64 stands for every third byte begins with one of the digits up to `f`.
fn has_capital_or_digit(run: &[u8]) -> bool {
    let is_either = |byte: &u8| byte.is_ascii_uppercase() | byte.is_ascii_digit();
    // All of a piece is looked at, which takes fewer steps than to stop in it.
    run.chunks(64).any(|piece| piece.iter().fold(false, |found, byte| found | is_either(byte)))
}

/// Whether - or _ stands in a run, or may stand in lines that belong to it.
fn may_be_url(text: &[u8], run: Span) -> bool {
    let goes_on = run.len() >= MIN_LINE && matches!(text.get(run.end), Some(b'\r' | b'\n'));
    goes_on || memchr::memchr2(b'-', b'_', &text[run.start..run.end]).is_some()
}

/// An alphabet of base64.
struct Alphabet {
    digits: ByteSet,
    values: [u8; 256],
    /// Its last two digits.
    last: [u8; 2],
    /// What the other one has in their place: all of [`ANY`] that are no digits.
    others: [u8; 2],
}

static STANDARD: Alphabet = Alphabet::new(*b"+/", *b"-_");
static URL: Alphabet = Alphabet::new(*b"-_", *b"+/");

impl Alphabet {
    const fn new(last: [u8; 2], others: [u8; 2]) -> Self {
        const FIRST: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let (mut digits, mut values) = (ByteSet::of(FIRST), [0; 256]);
        let mut value = 0;
        while value < 64 {
            let digit = if value < FIRST.len() { FIRST[value] } else { last[value - FIRST.len()] };
            digits.insert(digit);
            values[digit as usize] = value as u8;
            value += 1;
        }
        Self { digits, values, last, others }
    }

    fn of(step: DecodeStep) -> &'static Self {
        if step == DecodeStep::Base64 { &STANDARD } else { &URL }
    }

    fn value(&self, digit: u8) -> u32 {
        u32::from(self.values[usize::from(digit)])
    }
}

/// Adds the base64 of one alphabet in `run`. Before `joined` all lines belong to a region that was added.
fn base64_regions(text: &[u8], run: Span, step: DecodeStep, joined: &mut usize, out: &mut Vec<Region>) {
    let alphabet = Alphabet::of(step);
    let [one, other] = alphabet.others;
    let mut start = run.start;
    for end in memchr::memchr2_iter(one, other, &text[run.start..run.end]).map(|at| run.start + at).chain([run.end]) {
        let part = Span::new(std::mem::replace(&mut start, end + 1), end);
        if part.len() < MIN_BASE64 || part.start < *joined || !decodes(text, part, alphabet) {
            continue;
        }
        let end = end_of_lines(text, part, &alphabet.digits);
        *joined = end;
        // Without - or _ it is found as base64.
        if step == DecodeStep::Base64 || text[part.start..end].iter().any(|byte| alphabet.last.contains(byte)) {
            out.push(Region { span: Span::new(part.start, end), step });
        }
    }
}

/// Whether the beginning of a run of base64 digits turns into something worth a look.
fn decodes(text: &[u8], run: Span, alphabet: &Alphabet) -> bool {
    let mut bytes = [0; LOOK / 4 * 3];
    let head = &text[run.start..run.end.min(run.start + LOOK)];
    for (four, three) in head.chunks_exact(4).zip(bytes.chunks_exact_mut(3)) {
        let bits = four.iter().fold(0, |bits, &digit| bits << 6 | alphabet.value(digit));
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
pub(super) fn base64(text: &[u8], span: Span, step: DecodeStep, out: &mut Decoded) {
    let alphabet = Alphabet::of(step);
    let (mut bits, mut count) = (0u32, 0usize);
    let mut previous = span.start;
    for (at, &digit) in text[..span.end].iter().enumerate().skip(span.start) {
        if !alphabet.digits.contains(digit) {
            if digit == b'=' {
                break;
            }
            continue;
        }
        bits = bits << 6 | alphabet.value(digit);
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

pub(super) fn nibble(digit: u8) -> u8 {
    char::from(digit).to_digit(16).map_or(0, |value| value as u8)
}
