//! Armoured text (RFC 7468, RFC 1421, RFC 9580 §6) however it was carried: as a file, indented in YAML, on one line with
//! `\n` written out, or as string pieces in program text.
//!
//! No library does this: they read the strict form only, and most keys that persist where they shouldn't are not in it.

use memchr::memmem;
use unkeyed_model::Span;

use super::decode;

/// Longest armour that is read. A PKCS#8 key for RSA with 16384 bits takes 13 KB.
const LONGEST: usize = 64 * 1024;

/// A decoded block.
pub(super) struct Armour {
    /// From the first dash to the last.
    pub(super) span: Span,
    /// What stands in it.
    pub(super) bytes: Vec<u8>,
    /// RFC 1421 headers say that the content is encrypted.
    pub(super) encrypted: bool,
}

/// Reads the block whose `-----BEGIN` stands at `begin`. `None` if it isn't closed, or its body isn't base64: a template,
/// an elision, documentation.
pub(super) fn read(text: &[u8], begin: usize) -> Option<Armour> {
    const DASHES: &[u8] = b"-----";
    let window = &text[begin..text.len().min(begin + LONGEST)];
    let label_end = DASHES.len() + memmem::find(window.get(DASHES.len()..)?, DASHES)?;
    let body_start = label_end + DASHES.len();
    let rest = &window[body_start..];
    // The first dashes after the body must be those of the END: another BEGIN means that this block was cut.
    let body_length = memmem::find(rest, DASHES)?;
    let body = &rest[..body_length];
    if label_end > 80 || !rest[body_length..].starts_with(b"-----END ") {
        return None;
    }
    let closing = body_start + body_length + b"-----END ".len();
    let tail = &window[closing..window.len().min(closing + 80)];
    let end = closing + memmem::find(tail, DASHES)? + DASHES.len();
    let (bytes, encrypted) = decode_body(body)?;
    Some(Armour { span: Span::new(begin, begin + end), bytes, encrypted })
}

fn decode_body(body: &[u8]) -> Option<(Vec<u8>, bool)> {
    let mut base64 = Vec::with_capacity(body.len());
    let mut encrypted = false;
    for line in lines(body) {
        if line.is_empty() || matches!(line, b"+" | b".") || (line.len() == 5 && line[0] == b'=') {
            // The `+` that joins string pieces, and the CRC-24 that closes OpenPGP armour.
        } else if memchr::memchr(b':', line).is_some() {
            encrypted |= memmem::find(line, b"ENCRYPTED").is_some();
        } else {
            base64.extend(line.iter().filter(|byte| !matches!(byte, b' ' | b'\t')));
        }
    }
    Some((decode::base64(&base64).filter(|bytes| bytes.len() >= 16)?, encrypted))
}

/// Splits at line breaks, real or written out, and strips what carries a line: indentation, quotes, commas.
fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = body;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, after) = split_line(rest);
        rest = after;
        Some(trim(line))
    })
}

fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    for found in memchr::memchr2_iter(b'\n', b'\\', text) {
        if text[found] == b'\n' {
            return (&text[..found], &text[found + 1..]);
        }
        if matches!(text.get(found + 1), Some(b'n' | b'r')) {
            return (&text[..found], &text[found + 2..]);
        }
    }
    (text, &[])
}

fn trim(line: &[u8]) -> &[u8] {
    let carries = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b',' | b';' | b'\\');
    let stripped = |line: &'_ [u8]| {
        let start = line.iter().take_while(|byte| carries(byte)).count();
        let end = line.len() - line[start..].iter().rev().take_while(|byte| carries(byte)).count();
        (start, end)
    };
    let (start, end) = stripped(line);
    let inner = &line[start..end];
    // What stands behind the end of a string, and the mark of a comment before a line.
    let is_comment = inner.starts_with(b"//") || inner.starts_with(b"/*");
    if is_comment && line[..start].windows(2).any(|pair| pair == b"\" ") {
        return &[];
    }
    let marks: [&[u8]; 3] = [b"#", b"//", b"*"];
    let behind = |rest: &&[u8]| rest.first().is_none_or(|byte| *byte == b' ');
    let inner = marks.iter().find_map(|mark| inner.strip_prefix(*mark).filter(behind)).unwrap_or(inner);
    // `+ "…"` and `"…" +`: what joins pieces of a string stands outside of the quotation marks.
    let is_quote = |byte: Option<&u8>| matches!(byte, Some(b'"' | b'\'' | b'`'));
    let after = inner.strip_prefix(b"+").or_else(|| inner.strip_prefix(b"."));
    let inner = after.filter(|rest| is_quote(rest.trim_ascii_start().first())).unwrap_or(inner);
    let before = inner.strip_suffix(b"+").or_else(|| inner.strip_suffix(b"."));
    let inner = before.filter(|rest| is_quote(rest.trim_ascii_end().last())).unwrap_or(inner);
    let (start, end) = stripped(inner);
    &inner[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: [&str; 2] = ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "GBkaGxwdHh8="];

    fn bytes(text: &str) -> Option<Vec<u8>> {
        read(text.as_bytes(), text.find("-----BEGIN").unwrap()).map(|armour| armour.bytes)
    }

    #[test]
    fn one_key_in_many_carriers() {
        let [a, b] = BODY;
        let expected: Vec<u8> = (0..32).collect();
        for text in [
            format!("-----BEGIN X-----\n{a}\n{b}\n-----END X-----"),
            format!("-----BEGIN X-----\r\n{a}\r\n{b}\r\n-----END X-----"),
            format!("k: |\n    -----BEGIN X-----\n    {a}\n    {b}\n    -----END X-----"),
            format!("\"-----BEGIN X-----\\n{a}\\n{b}\\n-----END X-----\\n\""),
            format!("\"-----BEGIN X-----\\\\n{a}\\\\n{b}\\\\n-----END X-----\""),
            format!("\"-----BEGIN X-----\\n\" +\n  \"{a}\\n\" +\n  \"{b}\\n\" +\n  \"-----END X-----\""),
            format!("\"-----BEGIN X-----\\n\"\n  + \" {a}\\n \"\n  + \"{b} \\n\"\n  + \"-----END X-----\""),
            format!("'-----BEGIN X-----' .\n  '{a}' .\n  '{b}' .\n  '-----END X-----'"),
            format!("-----BEGIN X----- {a} {b} -----END X-----"),
            format!("-----BEGIN X-----\nVersion: 1\n\n{a}\n{b}\n=AbCd\n-----END X-----"),
            format!("\"-----BEGIN X-----\\n\" // of the tests\n\"{a}\\n\"\n\"{b}\\n\" /* all */\n\"-----END X-----\""),
            format!("# -----BEGIN X-----\n# {a}\n# {b}\n# -----END X-----"),
            format!(" * -----BEGIN X-----\n * {a}\n * {b}\n * -----END X-----"),
        ] {
            assert_eq!(bytes(&text), Some(expected.clone()), "{text}");
        }
    }

    #[test]
    fn elided_cut_and_templated_bodies_are_refused() {
        let [a, b] = BODY;
        for text in [
            format!("-----BEGIN X-----\n{a}\n...\n-----END X-----"),
            format!("-----BEGIN X-----\n{a}\n{b}\n"),
            format!("-----BEGIN X-----\n{a}\n-----BEGIN X-----\n{b}\n-----END X-----"),
            "-----BEGIN X-----\n${KEY}\n-----END X-----".to_owned(),
            "-----BEGIN X-----\nabcd\n-----END X-----".to_owned(),
        ] {
            assert_eq!(bytes(&text), None, "{text}");
        }
    }

    #[test]
    fn encryption_headers_are_seen() {
        let text = format!("-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n{}\n-----END X-----", BODY[0]);
        assert!(read(text.as_bytes(), 0).unwrap().encrypted);
    }
}
