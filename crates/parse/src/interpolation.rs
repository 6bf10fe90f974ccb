//! `${VAR}` in configuration values: compose, dotenv, Dockerfile and agents' configurations write it alike.

use std::ops::Range;

/// One reference to a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interpolation {
    /// The variable; for `${env:X}`, `${localEnv:X}` and `{env:X}` only `X`, for `${input:x}` with the prefix.
    pub(crate) name: String,
    /// From `$` to the closing brace.
    pub(crate) range: Range<usize>,
    /// The text behind `:-` or `-`.
    pub(crate) default: Option<Range<usize>>,
}

/// Deepest nesting of defaults that is followed (`${A:-${B:-c}}`).
const MAX_DEPTH: usize = 8;

/// All references to variables in a text; `$$` is a dollar sign.
pub(crate) fn interpolations(text: &str) -> Vec<Interpolation> {
    let mut found = Vec::new();
    collect(text, 0..text.len(), 0, &mut found);
    found
}

/// Whether the text is nothing but one reference without a default.
pub(crate) fn is_reference(text: &str) -> bool {
    let text = text.trim();
    matches!(interpolations(text).as_slice(), [only] if only.range == (0..text.len()) && only.default.is_none())
}

fn collect(text: &str, within: Range<usize>, depth: usize, found: &mut Vec<Interpolation>) {
    let bytes = text.as_bytes();
    let mut at = within.start;
    while let Some(offset) = memchr::memchr2(b'$', b'{', &bytes[at..within.end]) {
        let start = at + offset;
        at = start + 1;
        match (bytes[start], bytes.get(at)) {
            (b'$', Some(b'$')) => at += 1,
            // A GitHub expression, a command substitution: not a variable.
            (b'$', Some(b'{')) if bytes.get(at + 1) == Some(&b'{') => at += 2,
            (b'$', Some(b'{')) => at = braced(text, start, at + 1, within.end, depth, found),
            (b'$', Some(first)) if first.is_ascii_alphabetic() || *first == b'_' => {
                let end = name_end(bytes, at, within.end);
                found.push(Interpolation { name: text[at..end].to_owned(), range: start..end, default: None });
                at = end;
            }
            // opencode writes `{env:X}`.
            (b'{', Some(b'e')) if text[at..within.end].starts_with("env:") => at = braced(text, start, at, within.end, depth, found),
            _ => {}
        }
    }
}

/// Reads `${…}`; `inner` is the first byte inside the braces. Returns where to go on.
fn braced(text: &str, start: usize, inner: usize, limit: usize, depth: usize, found: &mut Vec<Interpolation>) -> usize {
    let bytes = text.as_bytes();
    let prefixed =
        ["env:", "localEnv:", "input:"].iter().find(|prefix| text[inner..limit].starts_with(**prefix)).map_or(0, |prefix| prefix.len());
    let mut end = name_end(bytes, inner + prefixed, limit);
    if text[inner..].starts_with("input:") {
        end = (end..limit).find(|&at| !(bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'-' | b'_' | b'.'))).unwrap_or(limit);
    }
    if end == inner + prefixed {
        return inner;
    }
    let name_start = if text[inner..].starts_with("input:") { inner } else { inner + prefixed };
    let name = text[name_start..end].to_owned();
    let operator = bytes.get(end).filter(|_| end < limit);
    if operator == Some(&b'}') {
        found.push(Interpolation { name, range: start..end + 1, default: None });
        return end + 1;
    }
    let Some(close) = closing(bytes, end, limit) else { return end };
    let rest = &text[end..close];
    let skipped = if rest.starts_with(":-") { 2 } else { usize::from(rest.starts_with('-')) };
    let default = (skipped > 0).then_some(end + skipped..close);
    let known_operator = skipped > 0 || rest.starts_with([':', '?', '+', '#', '%', '/', '^', ',']);
    if !known_operator {
        return end;
    }
    found.push(Interpolation { name, range: start..close + 1, default: default.clone() });
    if let Some(default) = default
        && depth < MAX_DEPTH
    {
        collect(text, default, depth + 1, found);
    }
    close + 1
}

/// The brace that closes, nested ones skipped, within one line.
fn closing(bytes: &[u8], from: usize, limit: usize) -> Option<usize> {
    let mut open = 0_usize;
    // A default longer than this is no default; the bound keeps a text of nothing but `${a:` linear.
    for (offset, byte) in bytes[from..limit.min(from + 1_024)].iter().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' if open == 0 => return Some(from + offset),
            b'}' => open -= 1,
            b'\n' => return None,
            _ => {}
        }
    }
    None
}

fn name_end(bytes: &[u8], start: usize, limit: usize) -> usize {
    (start..limit).find(|&at| !(bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_')).unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, Option<&str>)> {
        interpolations(text).into_iter().map(|found| (found.name, found.default.map(|range| &text[range]))).collect()
    }

    #[test]
    fn every_form_is_read() {
        assert_eq!(
            names("$A ${B} ${C:-d e} ${F-g} ${H:?needed}"),
            [("A".into(), None), ("B".into(), None), ("C".into(), Some("d e")), ("F".into(), Some("g")), ("H".into(), None)]
        );
        assert_eq!(names("$$A ${{ secrets.X }} $(cmd) {x} $1"), []);
        assert_eq!(
            names("${env:TOKEN} {env:KEY} ${localEnv:L} ${input:my-token}"),
            [("TOKEN".into(), None), ("KEY".into(), None), ("L".into(), None), ("input:my-token".into(), None)]
        );
        assert_eq!(names("${A:-${B:-x}}"), [("A".into(), Some("${B:-x}")), ("B".into(), Some("x"))]);
        assert!(is_reference(" ${A} ") && !is_reference("${A}b") && !is_reference("${A:-b}"));
    }

    #[test]
    fn every_prefix_ends() {
        let text = "é ${A:-${B} $$ {env:C} ${input:";
        for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
            let _ = names(&text[..end]);
        }
        let _ = names(&"${a:".repeat(3_000)).len();
    }
}
