//! Transfer encodings of MIME (RFC 2045, 6.7 and 6.8). Nothing in them is an error: what is no code is passed over.

use std::borrow::Cow;

/// What `body` means under the value of `Content-Transfer-Encoding`.
pub(super) fn decoded<'b>(encoding: &str, body: &'b [u8]) -> Cow<'b, [u8]> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => Cow::Owned(base64(body)),
        "quoted-printable" => Cow::Owned(quoted_printable(body)),
        _ => Cow::Borrowed(body),
    }
}

fn base64(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0);
    for &byte in body {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            // The end of one of several that were joined.
            b'=' => {
                (held, bits) = (0, 0);
                continue;
            }
            _ => continue,
        };
        (held, bits) = ((held << 6 | u32::from(digit)) & 0xFFF, bits + 6);
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = memchr::memchr(b'=', rest) {
        bytes.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let digit = |at: usize| rest.get(at).and_then(|&byte| char::from(byte).to_digit(16));
        let line = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        if let (Some(high), Some(low)) = (digit(0), digit(1)) {
            bytes.push((high << 4 | low) as u8);
            rest = &rest[2..];
        } else if rest.get(line) == Some(&b'\n') {
            rest = &rest[line + 1..];
        } else {
            bytes.push(b'=');
        }
    }
    bytes.extend_from_slice(rest);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_undone() {
        assert_eq!(*decoded("Base64 ", b"cGFz\r\nc3dv cmQ=YQ=="), b"passworda"[..]);
        assert_eq!(*decoded("quoted-printable", b"a=3Db=\r\nc=C3=A4 = =\n=e"), b"a=bc\xC3\xA4 = =e"[..]);
        assert_eq!(*decoded("8bit", b"a=3D"), b"a=3D"[..]);
        for text in ["=", "==", "=4", "=\r", "Q", "QQ", "=ZZ"] {
            let _ = (decoded("base64", text.as_bytes()), decoded("quoted-printable", text.as_bytes()));
        }
    }
}
