//! The printable, lossless form of a path.
//!
//! Names on disk are bytes: they may hold newlines, terminal escapes, right-to-left marks, or be no UTF-8 at all. What
//! can't be printed safely is percent-encoded, and so is `%`, so that two names never look the same. A `!` at the end of
//! a part is encoded too, because `!/` stands between a container and its member.

use std::fmt::Write as _;
use std::path::Path;

/// `path` as text: UTF-8 as it stands, everything that is invalid, a control character, a bidirectional mark, `%` or a
/// `!` that ends a part percent-encoded, `/` between the parts.
#[must_use]
pub fn path_text(path: &Path) -> String {
    let text = bytes_text(path.as_os_str().as_encoded_bytes());
    if cfg!(windows) { text.replace('\\', "/") } else { text }
}

/// [`path_text`] for a name that is known as bytes, such as that of a member of an archive.
pub(crate) fn bytes_text(bytes: &[u8]) -> String {
    // Nearly all names.
    if bytes.iter().all(|&byte| byte == b' ' || byte.is_ascii_graphic() && !matches!(byte, b'%' | b'!')) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let mut text = String::with_capacity(bytes.len());
    for (at, chunk) in bytes.utf8_chunks().scan(0, |end, chunk| {
        let at = *end;
        *end += chunk.valid().len() + chunk.invalid().len();
        Some((at, chunk))
    }) {
        for (offset, character) in chunk.valid().char_indices() {
            let ends_part = || matches!(bytes.get(at + offset + 1), None | Some(b'/'));
            if is_unsafe(character) || (character == '!' && ends_part()) {
                let mut buffer = [0; 4];
                encode(&mut text, character.encode_utf8(&mut buffer).as_bytes());
            } else {
                text.push(character);
            }
        }
        encode(&mut text, chunk.invalid());
    }
    text
}

/// The printable form of `path` relative to `root`, under `prefix` if there is one.
pub(crate) fn relative_text(prefix: &str, root: &Path, path: &Path) -> String {
    let relative = path_text(path.strip_prefix(root).unwrap_or(path));
    match (prefix, relative.as_str()) {
        ("", _) => relative,
        (_, "") => prefix.to_owned(),
        _ => format!("{prefix}/{relative}"),
    }
}

/// The printable path `name` under `prefix`, if there is one.
pub(crate) fn joined(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") }
}

fn encode(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a String can't fail.
        let _ = write!(text, "%{byte:02X}");
    }
}

/// Control characters, line separators and the bidirectional marks of Unicode TR9.
fn is_unsafe(character: char) -> bool {
    character == '%'
        || character.is_control()
        || matches!(character, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{061C}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    #[test]
    fn hostile_names_become_printable_and_stay_distinct() {
        let text = |bytes: &[u8]| path_text(Path::new(OsStr::from_bytes(bytes)));
        assert_eq!(text("dir/naïve 🔑.env".as_bytes()), "dir/naïve 🔑.env");
        assert_eq!(text(b"a\x1b[2Jb\nc"), "a%1B[2Jb%0Ac");
        assert_eq!(text(b"\xff\xfe"), "%FF%FE");
        assert_eq!(text(b"100%0A"), "100%250A");
        assert_eq!(text(b"a!/b!c/d!"), "a%21/b!c/d%21");
        assert_eq!(text("\u{202E}gpj.exe".as_bytes()), "%E2%80%AEgpj.exe");
    }
}
