//! Whether a place is part of a text, or of bytes that happen to spell one.
//!
//! One decision a reader would question: only what stands right before and after the printable run counts. A program's data
//! holds real texts, which end at a NUL; pixels and compressed data are cut at any byte.

use unkeyed_model::Span;

/// So far a run is followed; a longer one is text enough.
const REACH: usize = 256;
/// Bytes that are looked at where it ends at none of ASCII.
const NEIGHBOURHOOD: usize = 32;

/// Whether the printable bytes around `value` begin and end where a text does: at a line's end, a NUL, an escape of a
/// terminal, or another character.
pub(super) fn is_in_text(text: &[u8], value: Span) -> bool {
    let (head, tail) = (&text[value.start.saturating_sub(REACH)..value.start], &text[value.end..text.len().min(value.end + REACH)]);
    let before = if all_printable(head) { head.len() } else { head.iter().rev().take_while(|byte| is_printable(**byte)).count() };
    let after = if all_printable(tail) { tail.len() } else { tail.iter().take_while(|byte| is_printable(**byte)).count() };
    before == REACH && after == REACH || ends_well(&text[..value.start - before], &text[value.end + after..])
}

/// Looks at all of them, whatever the first is: many bytes at a time.
fn all_printable(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |all, &byte| all & is_printable(byte))
}

const fn is_printable(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'~')
}

fn ends_well(head: &[u8], tail: &[u8]) -> bool {
    let (head, tail) = (&head[head.len().saturating_sub(NEIGHBOURHOOD)..], &tail[..tail.len().min(NEIGHBOURHOOD)]);
    head.last().is_none_or(|&byte| is_boundary(byte) || byte >= 0x80 && is_script(head))
        && tail.first().is_none_or(|&byte| is_boundary(byte) || byte >= 0x80 && is_script(tail))
}

fn is_boundary(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | 0 | 0x1b) || is_printable(byte)
}

/// Whether bytes, some of them beyond ASCII, are UTF-8 but for a character that is cut, or letters of an older encoding:
/// few of them, and no control characters.
fn is_script(bytes: &[u8]) -> bool {
    let control = bytes.iter().any(|&byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r'));
    let broken: usize = bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    !control && broken <= bytes.len() / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_text(text: &[u8]) -> bool {
        let start = text.windows(7).position(|window| window == b"hunter2").unwrap();
        is_in_text(text, Span::new(start, start + 7))
    }

    #[test]
    fn lines_strings_of_programs_and_other_scripts_are_text() {
        for text in [
            &b"pwd=hunter2"[..],
            b"a\npwd=hunter2;\r\n",
            b"\x7fELF\0\0pwd=hunter2\0\x01",
            "пароль pwd=hunter2 — да".as_bytes(),
            b"pwd=hunter2 # cl\xe9 de l'acc\xe8s\n",
        ] {
            assert!(in_text(text), "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn pixels_are_not() {
        for text in [&b"\xe0kpwd=hunter2,\xe7'"[..], b"\x08pwd=hunter2\n", b"\npwd=hunter2\x01", b"\npwd=hunter2\xff\xd8\x00"] {
            assert!(!in_text(text), "{}", String::from_utf8_lossy(text));
        }
    }
}
