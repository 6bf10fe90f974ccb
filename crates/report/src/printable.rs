//! Makes text from the scanned input safe to show.
//!
//! A name can hold escape sequences that rewrite the terminal, marks that reverse the order of what is read (CVE-2021-42574,
//! "Trojan Source"), or characters nobody sees. All of them are written out as Rust would (`\u{202e}`); the result never
//! changes when it is escaped again.

use std::borrow::Cow;

/// `text` with every control, direction, and invisible character written out.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_unsafe(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Controls (Cc), format characters (Cf) that reorder or hide text, line and paragraph separators, tag characters.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_lose_their_power_and_honest_ones_nothing() {
        assert_eq!(printable("deploy\u{1b}[2J\u{7}\r\n"), "deploy\\u{1b}[2J\\u{7}\\r\\n");
        assert_eq!(printable("a\u{9b}31m"), "a\\u{9b}31m", "C1 introducers count as escapes on some terminals");
        assert_eq!(printable("\u{202e}gnp.exe"), "\\u{202e}gnp.exe");
        assert_eq!(printable("\u{2066}x\u{2069}\u{200b}\u{feff}\u{e0041}"), "\\u{2066}x\\u{2069}\\u{200b}\\u{feff}\\u{e0041}");
        assert!(matches!(printable("größe 🔑 日本 a\\n %1B"), Cow::Borrowed(_)));
    }

    #[test]
    fn escaping_twice_is_escaping_once() {
        let once = printable("\u{1b}]0;x\u{7}\u{2028}").into_owned();
        assert_eq!(printable(&once), once);
    }
}
