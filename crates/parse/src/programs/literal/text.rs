//! Texts of all the languages, with what is put into them as holes.

use super::{Reader, is_name};

/// Longest expression within a text, in bytes.
const MAX_FILLED: usize = 1 << 10;

/// What opens and closes a text over several lines.
const TRIPLE: &str = "\"\"\"";

impl Reader<'_> {
    /// A text, with what is put into it as holes.
    pub(super) fn string(&mut self) -> Option<String> {
        let prefix = self.rest().bytes().take_while(|byte| matches!(byte, b'f' | b'r' | b'b' | b'u' | b'F' | b'R' | b'$' | b'@')).count();
        let quote = self.rest().as_bytes().get(prefix).copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
        let signs = &self.rest()[..prefix];
        let (is_formatted, is_verbatim) = (signs.contains(['f', 'F', '$']), signs.contains('@'));
        if let Some(body) = self.rest()[prefix..].strip_prefix(TRIPLE).filter(|_| !is_formatted) {
            let end = body.find(TRIPLE)?;
            let text = body[..end].to_owned();
            self.at += prefix + TRIPLE.len() + end + TRIPLE.len();
            return Some(text);
        }
        let body = &self.rest()[prefix + 1..];
        let (mut out, mut chars) = (String::new(), body.char_indices());
        while let Some((at, character)) = chars.next() {
            if let Some((length, inside)) = filled(&body[at..], quote, is_formatted)? {
                out.push_str(&self.meant(inside));
                while chars.as_str().len() > body.len() - at - length {
                    chars.next();
                }
            } else if character == '\\' && !is_verbatim {
                out.extend(chars.next().map(|(_, escaped)| if escaped == 'n' { '\n' } else { escaped }));
            } else if character == char::from(quote) {
                // In a verbatim text a quote is written twice.
                if !(is_verbatim && chars.as_str().starts_with('"')) {
                    self.at += prefix + 1 + at + 1;
                    return Some(out);
                }
                chars.next();
                out.push('"');
            } else if character == '\n' && quote != b'`' && !is_verbatim {
                return None;
            } else {
                out.push(character);
            }
        }
        None
    }
}

/// The expression that a text begins with, and how long it is with what stands around it; `None` if it never ends.
#[expect(clippy::option_option, reason = "none, or one that never ends")]
fn filled(text: &str, quote: u8, is_formatted: bool) -> Option<Option<(usize, &str)>> {
    let opens = match quote {
        b'`' => text.starts_with("${"),
        _ => is_formatted && text.starts_with('{') && !text.starts_with("{{"),
    };
    if opens {
        let end = text.as_bytes().iter().take(MAX_FILLED).position(|byte| *byte == b'}')?;
        return Some(Some((end + 1, text[..end].trim_start_matches('$').trim_start_matches('{').trim())));
    }
    // `"$name"` and `"${a.name}"` of Kotlin; what other languages leave as it is counts as unknown.
    let Some(behind) = text.strip_prefix('$').filter(|_| quote == b'"') else { return Some(None) };
    let (lead, path) = behind.strip_prefix('{').map_or((1, behind), |inside| (2, inside));
    let is_part = |byte: u8| is_name(byte) && byte != b'$' || lead == 2 && byte == b'.';
    let length = path.bytes().take(MAX_FILLED).take_while(|byte| is_part(*byte)).count();
    let is_whole = length > 0 && !path.starts_with(|c: char| c.is_ascii_digit()) && (lead == 1 || path[length..].starts_with('}'));
    Some(is_whole.then(|| (lead + length + (lead - 1), &path[..length])))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Names, value};
    use crate::policy_document::hole;

    fn read(text: &str) -> Option<serde_json::Value> {
        value(&format!("{text})"), &Names::from([("org".to_owned(), json!("acme"))]))
    }

    #[test]
    fn texts_of_several_lines_and_doubled_quotes() {
        assert_eq!(read("\"\"\"\n{\"a\": 1}\"\"\""), Some(json!("\n{\"a\": 1}")));
        assert_eq!(read("@\"{\"\"a\"\": \n\\d}\""), Some(json!("{\"a\": \n\\d}")));
        assert_eq!(read("\"\""), Some(json!("")));
    }

    #[test]
    fn names_in_texts_are_filled_in() {
        assert_eq!(read("\"repo:$org/${it.name}:*\""), Some(json!(format!("repo:acme/{}:*", hole::hole("it.name")))));
        assert_eq!(read("\"${aws:username} $ 5$\""), Some(json!("${aws:username} $ 5$")));
        assert_eq!(read("$\"é{org}é\""), Some(json!("éacmeé")));
    }
}
