//! What stands around a match: the JSON object or INI section it belongs to, and named values beside it.
//!
//! Credentials stand in JSON, YAML, INI, env files, HCL and program text. One tolerant reader of `name separator value`
//! serves all of them instead of a parser for each, and it never looks further than a fixed window, so that the cost of
//! a match does not depend on the size of the file.

use memchr::{memmem, memrchr};
use unkeyed_model::Span;

/// How far back and forth an enclosing object or section is searched.
const WINDOW: usize = 4 * 1024;
/// Longest value that [`assigned`] reads.
const LONGEST_VALUE: usize = 16 * 1024;

/// The bytes of `span`, which is clamped to the text.
pub(crate) fn slice(text: &[u8], span: Span) -> &[u8] {
    let end = span.end.min(text.len());
    &text[span.start.min(end)..end]
}

/// The range of at most `before` bytes before and `after` bytes after `span`.
pub(crate) fn around(text: &[u8], span: Span, before: usize, after: usize) -> Span {
    Span::new(span.start.saturating_sub(before), span.end.saturating_add(after).min(text.len()))
}

/// Whether `word` occurs within the window around `at`. Cheap: asked before an object is taken apart in vain.
pub(crate) fn is_near(text: &[u8], at: usize, word: &[u8]) -> bool {
    let at = at.min(text.len());
    memmem::find(&text[at.saturating_sub(WINDOW)..text.len().min(at.saturating_add(WINDOW))], word).is_some()
}

/// The innermost `{` around `at`, which must lie outside a string, up to the window's edge: [`member`] stops where the
/// object ends, [`closed`] tells where that is.
pub(crate) fn object(text: &[u8], at: usize) -> Option<Span> {
    let at = at.min(text.len());
    let floor = at.saturating_sub(WINDOW);
    let mut depth = 0_usize;
    let mut index = at;
    loop {
        index = floor + memchr::memrchr3(b'"', b'{', b'}', &text[floor..index])?;
        match text[index] {
            b'"' => index = string_start(text, floor, index)?,
            b'}' => depth += 1,
            _ if depth == 0 => return Some(Span::new(index, at.saturating_add(WINDOW).min(text.len()))),
            _ => depth -= 1,
        }
    }
}

/// Index of the quote that opens the string closed at `close`.
fn string_start(text: &[u8], floor: usize, close: usize) -> Option<usize> {
    let mut index = close;
    loop {
        index = floor + memrchr(b'"', &text[floor..index])?;
        if !is_escaped(text, floor, index) {
            return Some(index);
        }
    }
}

/// The object up to its closing bracket.
pub(crate) fn closed(text: &[u8], object: Span) -> Span {
    Span::new(object.start, closing(text, object.start, object.end))
}

fn is_escaped(text: &[u8], floor: usize, index: usize) -> bool {
    text[floor..index].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1
}

/// One past the bracket that closes the one at `open`, or `limit`.
fn closing(text: &[u8], open: usize, limit: usize) -> usize {
    let mut depth = 0_usize;
    let mut index = open;
    while index < limit {
        match text[index] {
            b'"' => index = string_end(text, index, limit),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1;
                }
            }
            _ => {}
        }
        index += 1;
    }
    limit
}

/// Index of the quote that closes the string opened at `open`, or `limit`.
fn string_end(text: &[u8], open: usize, limit: usize) -> usize {
    let mut index = open + 1;
    while index < limit {
        match text[index] {
            b'"' => return index,
            b'\\' => index += 2,
            _ => index += 1,
        }
    }
    limit
}

/// The object or array that is opened at `open`.
pub(crate) fn value_from(text: &[u8], open: usize) -> Span {
    Span::new(open, closing(text, open, open.saturating_add(WINDOW).min(text.len())))
}

/// The value of member `name` of the JSON object at `object`, not of objects inside it: the contents of a string, else
/// the raw value.
pub(crate) fn member(text: &[u8], object: Span, name: &str) -> Option<Span> {
    let limit = object.end.min(text.len());
    let mut index = object.start + 1;
    while index < limit {
        match text[index] {
            b'"' => {
                let key_end = string_end(text, index, limit);
                let value = skip(text, key_end + 1, limit, b" \t\r\n");
                if text.get(value) != Some(&b':') || value >= limit {
                    index = key_end + 1;
                    continue;
                }
                let found = json_value(text, skip(text, value + 1, limit, b" \t\r\n"), limit);
                if slice(text, Span::new(index + 1, key_end)) == name.as_bytes() {
                    return Some(found.0);
                }
                index = found.1;
            }
            b'{' | b'[' => index = closing(text, index, limit),
            b'}' => return None,
            _ => index += 1,
        }
    }
    None
}

/// The value that starts at `at`, and where to go on.
fn json_value(text: &[u8], at: usize, limit: usize) -> (Span, usize) {
    match text.get(at) {
        Some(b'"') => {
            let end = string_end(text, at, limit);
            (Span::new(at + 1, end), end + 1)
        }
        Some(b'{' | b'[') => {
            let end = closing(text, at, limit);
            (Span::new(at, end), end)
        }
        _ => {
            let rest = &text[at.min(limit)..limit];
            let end = at + rest.iter().take_while(|byte| !matches!(byte, b',' | b'}' | b']' | b'\n' | b'\r' | b' ')).count();
            (Span::new(at, end), end)
        }
    }
}

/// First index from `at` whose byte is not in `set`.
pub(crate) fn skip(text: &[u8], at: usize, limit: usize, set: &[u8]) -> usize {
    let at = at.min(limit);
    at + text[at..limit].iter().take_while(|byte| set.contains(byte)).count()
}

/// The value of string member `name` of `object` as bytes.
pub(crate) fn member_bytes<'t>(text: &'t [u8], object: Span, name: &str) -> Option<&'t [u8]> {
    member(text, object, name).map(|span| slice(text, span))
}

/// The INI section around `at`, without its header; the window where there are no headers.
pub(crate) fn section(text: &[u8], at: usize) -> Span {
    let at = at.min(text.len());
    let floor = at.saturating_sub(WINDOW);
    let ceiling = at.saturating_add(WINDOW).min(text.len());
    let start = memmem::rfind(&text[floor..at], b"\n[").map_or(floor, |found| floor + found + 1);
    let end = memmem::find(&text[at..ceiling], b"\n[").map_or(ceiling, |found| at + found + 1);
    Span::new(start, end)
}

/// Where the siblings of what stands at `at` are searched: the JSON object, else the INI section.
pub(crate) fn siblings(text: &[u8], at: usize) -> Span {
    let section = section(text, at);
    match object(text, at).map(|object| closed(text, object)) {
        Some(object) if section.contains(object) => object,
        _ => section,
    }
}

/// The value assigned to `name` (ASCII case ignored) within `range`, whatever the syntax: `name = v`, `"name": "v"`,
/// `name: v`, `name => 'v'`, `--name v` is not read. An empty value doesn't count.
pub(crate) fn assigned(text: &[u8], range: Span, name: &str) -> Option<Span> {
    let end = range.end.min(text.len());
    let hay = &text[range.start.min(end)..end];
    let name = name.as_bytes();
    let (&first, last) = (name.first()?, hay.len().checked_sub(name.len())?);
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    for found in memchr::memchr2_iter(lower, upper, hay) {
        if found > last {
            break;
        }
        let is_name = hay[found..found + name.len()].eq_ignore_ascii_case(name);
        let starts = found == 0 || !hay[found - 1].is_ascii_alphanumeric();
        if is_name
            && starts
            && let Some(value) = value_after(text, range.start + found + name.len(), end)
        {
            return Some(value);
        }
    }
    None
}

/// The value behind a name that ends at `at`.
fn value_after(text: &[u8], at: usize, end: usize) -> Option<Span> {
    let mut index = skip(text, at, end, b"\"'\\ \t]");
    let separators = skip(text, index, end, b":=>");
    if separators == index || separators - index > 2 {
        return None;
    }
    index = skip(text, separators, end, b" \t");
    index = skip(text, index, end.min(index + 2), b"\\\"'`");
    let limit = end.min(index + LONGEST_VALUE);
    let length = text[index..limit]
        .iter()
        .take_while(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`' | b',' | b';' | b'&' | b'<' | b'\\' | b'}'))
        .count();
    (length > 0).then(|| Span::new(index, index + length))
}

/// The bytes assigned to the first of `names` that is there.
pub(crate) fn assigned_bytes<'t>(text: &'t [u8], range: Span, names: &[&str]) -> Option<&'t [u8]> {
    names.iter().find_map(|name| assigned(text, range, name)).map(|span| slice(text, span))
}

/// The name that the value at `at` is assigned to, if the text just before reads `name separator`.
pub(crate) fn assigned_name(text: &[u8], at: usize) -> Option<&[u8]> {
    let floor = at.saturating_sub(160);
    let before = text.get(floor..at)?;
    let before = trim_end(before, b" \t\r\n\"'`|>-\\+(");
    let before = before.strip_suffix(b":").or_else(|| before.strip_suffix(b"="))?;
    let before = trim_end(before, b" \t\"'`]:");
    let length = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')).count();
    (length > 0).then(|| &before[before.len() - length..])
}

fn trim_end<'t>(bytes: &'t [u8], set: &[u8]) -> &'t [u8] {
    let kept = bytes.len() - bytes.iter().rev().take_while(|byte| set.contains(byte)).count();
    &bytes[..kept]
}

/// The line that holds `at`, at most the window on each side.
pub(crate) fn line(text: &[u8], at: usize) -> Span {
    let at = at.min(text.len());
    let floor = at.saturating_sub(WINDOW);
    let ceiling = at.saturating_add(WINDOW).min(text.len());
    let start = memrchr(b'\n', &text[floor..at]).map_or(floor, |found| floor + found + 1);
    let end = memchr::memchr(b'\n', &text[at..ceiling]).map_or(ceiling, |found| at + found);
    Span::new(start, end)
}

/// The run of characters around `span` that may stand in a URL or connection string on one line.
pub(crate) fn url_run(text: &[u8], span: Span) -> Span {
    const REACH: usize = 2048;
    let in_url = |byte: &&u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>');
    let window = around(text, span, REACH, REACH);
    let before = text[window.start..span.start].iter().rev().take_while(in_url).count();
    let after = text[span.end.min(window.end)..window.end].iter().take_while(in_url).count();
    Span::new(span.start - before, span.end + after)
}

/// Whether `needle` (lower case) occurs in `hay`, ASCII case ignored.
pub(crate) fn contains_ignore_case(hay: &[u8], needle: &str) -> bool {
    let needle = needle.as_bytes();
    let Some(&first) = needle.first() else { return true };
    let Some(last) = hay.len().checked_sub(needle.len()) else { return false };
    memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), hay)
        .take_while(|&found| found <= last)
        .any(|found| hay[found..found + needle.len()].eq_ignore_ascii_case(needle))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &[u8], needle: &str) -> usize {
        memmem::find(text, needle.as_bytes()).unwrap()
    }

    #[test]
    fn innermost_object_and_its_own_members() {
        let text = br#"{"type": "outer", "in": {"a\"}": "{", "type": "inner", "n": 12, "here": "x"}, "after": 1}"#;
        let object = object(text, at(text, "\"here\"")).unwrap();
        assert_eq!(member_bytes(text, object, "type"), Some(&b"inner"[..]));
        assert_eq!(member_bytes(text, object, "n"), Some(&b"12"[..]));
        assert_eq!(member(text, object, "after"), None);
        let outer = super::object(text, at(text, "\"after\"")).unwrap();
        assert_eq!(member_bytes(text, outer, "type"), Some(&b"outer"[..]));
    }

    #[test]
    fn values_are_read_in_every_syntax() {
        for text in [
            "client_id = abc",
            "\"client_id\": \"abc\"",
            "CLIENT_ID=abc\n",
            "client_id: 'abc',",
            "x.client_id => \"abc\"",
            "client_id := `abc`",
        ] {
            let range = Span::new(0, text.len());
            assert_eq!(assigned_bytes(text.as_bytes(), range, &["client_id"]), Some(&b"abc"[..]), "{text}");
        }
        assert_eq!(assigned(b"myclient_id: \"\"", Span::new(0, 15), "client_id"), None);
        assert_eq!(assigned(b"xclient_id: a", Span::new(0, 13), "client_id"), None);
    }

    #[test]
    fn a_section_ends_at_the_next_header() {
        let text = b"[a]\nx=1\n[b]\ny=2\n[c]\nz=3\n";
        let section = section(text, at(text, "y="));
        assert_eq!(slice(text, section), b"[b]\ny=2\n");
    }

    #[test]
    fn the_name_before_a_value() {
        let text = b"  OCI_CLI_KEY_CONTENT: |\n    -----BEGIN";
        assert_eq!(assigned_name(text, at(text, "-----")), Some(&b"OCI_CLI_KEY_CONTENT"[..]));
        assert_eq!(assigned_name(b"nothing here -----", 13), None);
    }

    #[test]
    fn any_position_of_any_text_is_safe() {
        let text = br#"{"a":{"b":["c\\",{"d":"#;
        for at in 0..=text.len() + 3 {
            if let Some(object) = object(text, at) {
                let _ = member(text, object, "d");
            }
            let _ = (section(text, at), line(text, at), siblings(text, at), assigned_name(text, at));
        }
    }
}
