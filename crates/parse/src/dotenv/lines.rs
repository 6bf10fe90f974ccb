//! `NAME=value` lines, and the NUL-separated form of `/proc/<pid>/environ`.

use unkeyed_model::Span;

/// One assignment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Assignment<'a> {
    pub(crate) name: &'a str,
    /// The value without quotes.
    pub(crate) value: Span,
    /// In single quotes, or from a process: nothing in it is expanded.
    pub(crate) literal: bool,
}

/// All assignments of a file. A quoted value may span lines.
pub(crate) fn assignments(text: &str) -> Vec<Assignment<'_>> {
    if text.contains('\0') {
        return from_process(text);
    }
    let mut found = Vec::new();
    let mut at = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    while at < text.len() {
        let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |offset| at + offset);
        let (assignment, next) = line(text, at, end);
        found.extend(assignment);
        at = next + 1;
    }
    found
}

fn from_process(text: &str) -> Vec<Assignment<'_>> {
    let mut start = 0;
    let mut found = Vec::new();
    for part in text.split('\0') {
        if let Some((name, value)) = part.split_once('=').filter(|(name, _)| is_name(name)) {
            let from = start + name.len() + 1;
            found.push(Assignment { name, value: Span::new(from, from + value.len()), literal: true });
        }
        start += part.len() + 1;
    }
    found
}

/// The assignment on the line from `at` to `end`, and where the line (or its quoted value) ends.
fn line(text: &str, at: usize, end: usize) -> (Option<Assignment<'_>>, usize) {
    let command = after_command(text[at..end].trim_start());
    let from = end - command.len();
    // cmd quotes the whole assignment: `set "NAME=value"`.
    let quoted = command.strip_prefix('"').and_then(|inner| inner.trim_end().strip_suffix('"'));
    let (body, from) = quoted.map_or((command, from), |inner| (inner, from + 1));
    let Some((name, rest)) = body.split_once('=') else { return (None, end) };
    let name = name.trim_end();
    if !is_name(name) {
        return (None, end);
    }
    let value = rest.trim_start_matches([' ', '\t']);
    // Bash writes values with control characters as `$'…'`.
    let value = value.strip_prefix('$').filter(|rest| rest.starts_with('\'')).unwrap_or(value);
    let start = from + body.len() - value.len();
    let quote = value.bytes().next().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    if let Some(quote) = quote
        && let Some(close) = closing(text.as_bytes(), start + 1, quote)
    {
        let next = memchr::memchr(b'\n', &text.as_bytes()[close..]).map_or(text.len(), |offset| close + offset);
        return (Some(Assignment { name, value: Span::new(start + 1, close), literal: quote == b'\'' }), next);
    }
    let value = value.split(" #").next().unwrap_or_default().trim_end();
    (Some(Assignment { name, value: Span::new(start, start + value.len()), literal: false }), end)
}

/// What follows the word of a shell that assigns, and its options (`export`, `declare -x`, `typeset -gx`, `set`,
/// `$env:` of PowerShell).
fn after_command(body: &str) -> &str {
    if let Some(rest) = body.get(..5).filter(|start| start.eq_ignore_ascii_case("$env:")).and_then(|_| body.get(5..)) {
        return rest;
    }
    let Some((word, mut rest)) = body.split_once([' ', '\t']) else { return body };
    if !matches!(word, "export" | "set" | "SET" | "declare" | "typeset" | "readonly" | "setx") {
        return body;
    }
    rest = rest.trim_start();
    while rest.starts_with('-') {
        let Some((_, after)) = rest.split_once([' ', '\t']) else { return rest };
        rest = after.trim_start();
    }
    rest
}

/// The closing quote; a value longer than a private key is none.
fn closing(bytes: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut at = from;
    while at < bytes.len().min(from + (64 << 10)) {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 2,
            byte if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
    None
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(&str, &str)> {
        assignments(text).iter().map(|found| (found.name, &text[found.value.start..found.value.end])).collect()
    }

    #[test]
    fn quotes_comments_and_lines() {
        assert_eq!(
            values("A=1 # c\r\nB = \"x\ny\" # d\nexport C='a#b'\nnot a line\nD=\nE=\"unclosed"),
            [("A", "1"), ("B", "x\ny"), ("C", "a#b"), ("D", ""), ("E", "\"unclosed")]
        );
        assert_eq!(values("A=é=1\0B=2\n3\0bad\0"), [("A", "é=1"), ("B", "2\n3")]);
    }

    #[test]
    fn every_prefix_ends() {
        let text = "\u{feff}é=1\nA=\"é\\\"\nB='\0C=`x`";
        for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
            let _ = values(&text[..end]);
        }
        let _ = values(&"A=\"\n".repeat(2_000)).len();
    }
}
