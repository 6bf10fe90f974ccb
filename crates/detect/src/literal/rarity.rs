//! How often a literal should occur in source text. Rough on purpose: it only ranks the literals of one pattern.

/// Words that source code is full of, about one in a thousand bytes.
const HOT: &[&[u8]] = &[
    b"access",
    b"api",
    b"auth",
    b"aws",
    b"azure",
    b"azurerm",
    b"cert",
    b"client",
    b"code",
    b"config",
    b"data",
    b"git",
    b"github",
    b"google",
    b"http",
    b"http://",
    b"https",
    b"https://",
    b"key",
    b"line",
    b"name",
    b"pass",
    b"password",
    b"private",
    b"public",
    b"secret",
    b"server",
    b"service",
    b"string",
    b"token",
    b"type",
    b"url",
    b"user",
    b"value",
    b"www.",
];

/// Expected share of positions at which the literal stands.
pub(super) fn frequency(bytes: &[u8], ignore_case: bool) -> f64 {
    let word = bytes.to_ascii_lowercase();
    if HOT.contains(&word.as_slice()) {
        return 1e-3;
    }
    let mut bits = 0.0;
    let mut previous = None;
    for &byte in bytes {
        bits += surprise(previous, byte);
        previous = Some(byte);
    }
    let cases = if ignore_case { 1.3 } else { 1.0 };
    cases * f64::exp2(-bits)
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
