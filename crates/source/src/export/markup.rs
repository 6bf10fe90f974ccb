//! The text of a message: what its author wrote, without the markup that the product wraps around it.

/// Fields that hold what somebody wrote, in lower case. Their text stands alone; that of others behind the field's name.
const WRITTEN: &[&str] = &[
    "text",
    "body",
    "content",
    "description",
    "comment",
    "comments",
    "work_notes",
    "summary",
    "short_description",
    "title",
    "close_notes",
];

/// Adds a field to the text of a message.
pub(super) fn add(text: &mut String, field: &str, value: &str) {
    let value = value.trim();
    if value.is_empty() {
        return;
    }
    if !WRITTEN.contains(&field.to_ascii_lowercase().as_str()) {
        text.push_str(field);
        text.push_str(": ");
    }
    text.push_str(&plain(value));
    text.push('\n');
}

/// Tags that begin or end a line.
const BLOCKS: &[&str] = &[
    "br",
    "p",
    "div",
    "li",
    "tr",
    "pre",
    "h1",
    "h2",
    "h3",
    "h4",
    "td",
    "th",
    "ac:plain-text-body",
    "title",
    "w:p",
    "w:br",
    "w:tab",
    "w:tc",
    "a:p",
    "a:br",
    "si",
];

/// HTML as text: lines where its blocks end, other tags left out, character references resolved. A text without tags
/// and references is returned as it is.
pub(crate) fn plain(markup: &str) -> String {
    convert(markup, Lines::OfBlocks)
}

/// The same, but with the lines of the page: what stands in a line of it stands in the same line of the text.
pub(super) fn in_its_lines(page: &str) -> String {
    convert(page, Lines::OfSource)
}

/// Which lines the text has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    OfBlocks,
    /// Blocks inside a line are set apart by a carriage return.
    OfSource,
}

fn convert(markup: &str, lines: Lines) -> String {
    let mut text = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some(at) = memchr::memchr2(b'<', b'&', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if rest.starts_with('<') { tag(rest, lines, &mut text) } else { reference(rest, &mut text) };
        rest = &rest[length..];
    }
    text.push_str(rest);
    text
}

/// Passes what begins with `<`; returns its length.
fn tag(rest: &str, lines: Lines, text: &mut String) -> usize {
    if let Some(body) = rest.strip_prefix("<![CDATA[") {
        let end = memchr::memmem::find(body.as_bytes(), b"]]>").unwrap_or(body.len());
        text.push_str(&body[..end]);
        return (9 + end + 3).min(rest.len());
    }
    let name = rest[1..].trim_start_matches('/');
    let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-')).count();
    let name = &name[..length];
    // Tags are short; what never ends is text, such as Slack's `<https://…|label>`, which keeps its brackets.
    let end = memchr::memchr(b'>', &rest.as_bytes()[..rest.len().min(MAX_TAG)]);
    let is_address = name.ends_with(':') || name.starts_with("http");
    match end.filter(|_| !name.is_empty() && name.as_bytes()[0].is_ascii_alphabetic() && !is_address) {
        Some(end) => {
            if BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block)) && !text.ends_with(['\n', '\r']) && !text.is_empty() {
                text.push(if lines == Lines::OfBlocks { '\n' } else { '\r' });
            }
            attributes(&rest[..end], text);
            if lines == Lines::OfSource {
                text.extend(rest[..end].matches('\n'));
            }
            end + 1
        }
        None => {
            text.push('<');
            1
        }
    }
}

/// No tag is longer.
const MAX_TAG: usize = 4 << 10;

/// Keeps the address of a link or an image, which may hold a token, and what documents say of pictures and fields.
fn attributes(tag: &str, text: &mut String) {
    for name in [" href=", " src=", " descr=", " w:instr="] {
        let Some(at) = tag.find(name) else { continue };
        let value = tag[at + name.len()..].trim_start_matches(['"', '\'']);
        let value = value.split(['"', '\'']).next().unwrap_or_default();
        text.push(' ');
        text.push_str(&value.replace("&amp;", "&"));
        text.push(' ');
    }
}

/// Resolves what begins with `&`; returns its length.
fn reference(rest: &str, text: &mut String) -> usize {
    let end = rest.bytes().take(12).position(|byte| byte == b';');
    let resolved = end.and_then(|end| {
        let name = &rest[1..end];
        match name {
            "nbsp" => Some(' '),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => {
                let digits = name.strip_prefix('#')?;
                let hex = digits.strip_prefix(['x', 'X']).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                hex.or_else(|| digits.parse().ok()).and_then(char::from_u32)
            }
        }
    });
    match (resolved, end) {
        (Some(character), Some(end)) => {
            text.push(character);
            end + 1
        }
        _ => {
            text.push('&');
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_lines() {
        assert_eq!(plain("<p>DB_HOST=x<br/>DB_PASSWORD=a&amp;b</p><p>ü</p>"), "DB_HOST=x\nDB_PASSWORD=a&b\nü\n");
        assert_eq!(plain("a < b && c <https://x.y|z> &#x27;q&#39;"), "a < b && c <https://x.y|z> 'q'");
        assert_eq!(plain("<a href=\"https://h/?a=1&amp;t=2\">see</a>"), " https://h/?a=1&t=2 see");
        assert_eq!(plain("<![CDATA[<k>v]]>"), "<k>v");
    }

    #[test]
    fn a_page_keeps_its_lines() {
        let page = "<html>\n<p\n class='x'>a<br>b</p>\n<![CDATA[c\nd]]>\n<p>e</p>";
        let text = in_its_lines(page);
        for what in ["a", "b", "c", "d", "e"] {
            let line = |text: &str| text[..text.rfind(what).unwrap()].matches('\n').count();
            assert_eq!(line(&text), line(page), "{what}: {text:?}");
        }
        assert!(text.contains("a\rb\r"), "{text:?}");
    }

    #[test]
    fn every_prefix_of_markup_is_read() {
        let markup = "<p>é<![CDATA[x]]></p>&#x41;&bogus;<a href='é'>";
        for end in (0..=markup.len()).filter(|&end| markup.is_char_boundary(end)) {
            let _ = plain(&markup[..end]);
        }
        assert_eq!(plain(&"<".repeat(100_000)).len(), 100_000);
    }
}
