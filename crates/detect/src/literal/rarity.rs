//! How often a literal should occur in source text: what a sample shows, and below that a guess. Rough on purpose: it only
//! ranks the literals of one pattern.

/// What is rarer than this need not be in the sample.
const UNSEEN: f64 = 1e-4;

/// Expected share of positions at which the literal stands.
pub(super) fn frequency(bytes: &[u8], ignore_case: bool) -> f64 {
    // What the sample never saw may be rare to any degree; what it did see is as common as that.
    let seen = unkeyed_prefilter::commonness(bytes);
    let mut bits = 0.0;
    let mut previous = None;
    for &byte in bytes {
        bits += surprise(previous, byte);
        previous = Some(byte);
    }
    let cases = if ignore_case { 1.3 } else { 1.0 };
    seen.max((cases * f64::exp2(-bits)).min(UNSEEN))
}

/// Bits that a byte adds after the one before it: little inside a word, more where the kind of character changes.
fn surprise(previous: Option<u8>, byte: u8) -> f64 {
    let own = match byte {
        b' ' | b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 3.0,
        b'j' | b'q' | b'x' | b'z' => 6.0,
        b'a'..=b'z' => 4.0,
        b'_' | b'.' | b'-' | b'/' | b'=' | b'"' | b'\'' | b'\n' | b',' => 4.5,
        b'0'..=b'9' => 5.0,
        b'A'..=b'Z' => 5.5,
        _ => 6.5,
    };
    match previous {
        Some(previous) if kind(previous) == kind(byte) => own - 0.5,
        Some(_) => own + 1.0,
        None => own + 1.0,
    }
}

fn kind(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    }
}
