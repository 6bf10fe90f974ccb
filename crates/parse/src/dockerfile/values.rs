//! Words and assignments behind `FROM`, `ARG`, `ENV`, `COPY`, `LABEL`.

use std::ops::Range;

/// A part of an instruction's text.
#[derive(Clone)]
pub(crate) struct Part {
    /// Without quotes and escapes.
    pub(crate) text: String,
    /// Where it stands, quotes left out if they enclose all of it.
    pub(crate) range: Range<usize>,
}

/// The words of a text: separated by blanks, or the strings of a JSON list.
pub(crate) fn words(text: &str) -> Vec<Part> {
    if text.trim_start().starts_with('[')
        && let Some(list) = json_list(text)
    {
        return list;
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((part, end)) = word(text, at) {
        found.push(part);
        at = end;
    }
    found
}

/// `A=1 B="2"`, or the old `A 1`; a name alone has no value.
pub(crate) fn assignments(text: &str) -> Vec<(Part, Option<Part>)> {
    let words = words(text);
    let Some(first) = words.first() else { return Vec::new() };
    if !first.text.contains('=') && words.len() > 1 {
        let start = words[1].range.start;
        let rest = text[start..].trim_end();
        let value = Part { text: rest.to_owned(), range: start..start + rest.len() };
        return vec![(first.clone(), Some(value))];
    }
    words.into_iter().map(|part| split(text, part)).collect()
}

fn split(text: &str, part: Part) -> (Part, Option<Part>) {
    let Some((name, value)) = part.text.split_once('=') else { return (part, None) };
    let raw = &text[part.range.clone()];
    let equals = part.range.start + raw.find('=').unwrap_or(0);
    let mut range = equals + 1..part.range.end;
    let inner = &text[range.clone()];
    let quoted = inner.len() >= 2 && ['"', '\''].iter().any(|quote| inner.starts_with(*quote) && inner.ends_with(*quote));
    if quoted {
        range = range.start + 1..range.end - 1;
    }
    let name_part = Part { text: name.to_owned(), range: part.range.start..equals };
    (name_part, Some(Part { text: value.to_owned(), range }))
}

/// The word that starts at or behind `at`, and where it ends.
fn word(text: &str, at: usize) -> Option<(Part, usize)> {
    let rest = &text[at..];
    let start = at + rest.find(|c: char| !c.is_whitespace())?;
    let mut word = String::new();
    let mut quote = None;
    let mut end = text.len();
    let mut characters = text[start..].char_indices();
    while let Some((offset, character)) = characters.next() {
        match (quote, character) {
            (None, c) if c.is_whitespace() => {
                end = start + offset;
                break;
            }
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), c) if c == open => quote = None,
            (Some('\''), c) => word.push(c),
            (_, '\\') => word.extend(characters.next().map(|(_, escaped)| escaped)),
            (_, c) => word.push(c),
        }
    }
    Some((Part { text: word, range: start..end }, end))
}

/// The strings of `["a", "b"]`; `None` if it isn't such a list.
fn json_list(text: &str) -> Option<Vec<Part>> {
    let items: Vec<String> = serde_json::from_str(text.trim()).ok()?;
    let mut from = 0;
    items
        .into_iter()
        .map(|item| {
            let start = from + text[from..].find('"')? + 1;
            let mut end = start;
            let bytes = text.as_bytes();
            while *bytes.get(end)? != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            from = end + 1;
            Some(Part { text: item, range: start..end })
        })
        .collect()
}
