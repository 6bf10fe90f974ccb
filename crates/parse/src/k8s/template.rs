//! Helm templates as YAML of the same length: `{{…}}` becomes filler, lines that only control the template become blank.
//!
//! Nothing is rendered. What a template would fill in stays visible to the reader of a value through its bytes in the
//! original text ([`is_templated`]), so that it is said to be unknown and never mistaken for the filler.

/// The text with every action replaced, byte for byte.
pub(super) fn masked(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    while let Some(open) = memchr::memmem::find(&bytes[at..], b"{{").map(|found| at + found) {
        let (actions, alone) = run(&bytes, open);
        let Some(&(_, end)) = actions.last() else { break };
        if alone {
            // Line breaks and not blanks: a blank line that is indented too far ends some YAML.
            let line = bytes[..open].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            bytes[line..end].fill(b'\n');
        } else {
            for (start, end) in actions {
                let filler = if opens_block(&bytes[start..end]) { b' ' } else { b'x' };
                bytes[start..end].fill(filler);
            }
        }
        at = end;
    }
    // Only whole actions were replaced, by ASCII; what is left of the text is as it was.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Whether a template fills in something here.
pub(super) fn is_templated(text: &str) -> bool {
    text.contains("{{")
}

/// One past the `}}` of the action that opens at `open`; a comment may hold anything up to its end, and so may a raw string.
fn action_end(bytes: &[u8], open: usize) -> Option<usize> {
    let inner = bytes.get(open + 2..)?;
    let content = inner.strip_prefix(b"-").unwrap_or(inner);
    let is_comment = content.iter().position(|byte| !byte.is_ascii_whitespace()).is_some_and(|at| content[at..].starts_with(b"/*"));
    let skipped = if is_comment { memchr::memmem::find(inner, b"*/")? + 2 } else { 0 };
    let mut at = skipped;
    loop {
        let rest = inner.get(at..)?;
        let end = memchr::memmem::find(rest, b"}}")?;
        let quote = memchr::memchr(b'`', &rest[..end]);
        // One that nothing closes is no string.
        match quote.and_then(|quote| Some(quote + 2 + memchr::memchr(b'`', &rest[quote + 1..])?)) {
            Some(behind) => at += behind,
            None => return Some(open + 2 + at + end + 2),
        }
    }
}

/// Whether the action writes lines of its own below the one it stands on (`labels: {{- include "x" . | nindent 4 }}`).
fn opens_block(action: &[u8]) -> bool {
    memchr::memmem::find(action, b"nindent").is_some()
}

/// The actions that follow each other from `open` with nothing but blanks between them, and whether nothing else stands
/// on their lines.
fn run(bytes: &[u8], open: usize) -> (Vec<(usize, usize)>, bool) {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
    let mut actions = Vec::new();
    let mut at = open;
    while bytes[at..].starts_with(b"{{") {
        let Some(end) = action_end(bytes, at) else { break };
        actions.push((at, end));
        at = end + bytes[end..].iter().take_while(|byte| is_blank(byte)).count();
    }
    let starts_line = bytes[..open].iter().rev().find(|byte| !is_blank(byte)).is_none_or(|byte| *byte == b'\n');
    let ends_line = bytes.get(at).is_none_or(|byte| *byte == b'\n');
    (actions, starts_line && ends_line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_keep_their_length_and_control_lines_vanish() {
        let text = "a: {{ .Values.é }}-x\n  {{- if .b }} {{/* }} */}}\nb: \"{{ include \"n\" . }}\"\n{{- /* two\nlines */ -}}\nc: {{\n";
        let out = masked(text);
        assert_eq!(out.len(), text.len());
        let lines: Vec<&str> = out.lines().filter(|line| !line.is_empty()).collect();
        let filler = |action: &str| "x".repeat(action.len());
        let expected =
            [format!("a: {}-x", filler("{{ .Values.é }}")), format!("b: \"{}\"", filler("{{ include \"n\" . }}")), "c: {{".to_owned()];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_block_that_a_template_writes_may_be_followed_by_more_of_it() {
        let text = "labels: {{- include \"l\" . | nindent 4 }}\n    app: x\nrun: |\n          {{- if .a }}\n  x\n";
        let out = masked(text);
        assert_eq!(out.len(), text.len());
        assert_eq!(out.split_whitespace().collect::<Vec<_>>(), ["labels:", "app:", "x", "run:", "|", "x"]);
        assert!(out.contains("|\n\n") && !out.contains("{{"));
    }

    #[test]
    fn a_raw_string_may_hold_braces() {
        let text = "a: |\n  {{`{{ with secret \"kv/a\" }}\n  {{ end }}`}}\nb: {{ ` }}\n";
        let out = masked(text);
        assert_eq!(out.len(), text.len());
        assert_eq!(out.split_whitespace().collect::<Vec<_>>(), ["a:", "|", "b:", "xxxxxxx"]);
    }

    #[test]
    fn many_actions_on_a_line_take_linear_time() {
        let text = "{{a}}".repeat(20_000) + "x";
        assert_eq!(masked(&text).len(), text.len());
    }
}
