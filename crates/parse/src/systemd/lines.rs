//! Lines of unit files: `Key=value` in sections, continued behind a backslash (systemd.syntax(7)).

use unkeyed_model::Span;

/// One setting.
pub(super) struct Setting<'a> {
    pub(super) key: &'a str,
    /// Its value, without blanks around it; with the line breaks of its continuations inside.
    pub(super) value: Span,
}

/// All settings of a file, of whatever section.
pub(super) fn settings(text: &str) -> Vec<Setting<'_>> {
    let mut found: Vec<Setting<'_>> = Vec::new();
    let (mut at, mut continued) = (0, false);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim();
        let is_comment = body.starts_with(['#', ';']);
        let end = start + line.trim_end().len();
        if continued && is_comment {
            continue;
        }
        let continues = body.ends_with('\\') && !is_comment;
        if continued {
            if let Some(last) = found.last_mut() {
                last.value.end = end - usize::from(continues);
            }
        } else if let Some((key, value)) = body.split_once('=').filter(|_| !is_comment && !body.starts_with('[')) {
            let value = value.trim_start();
            found.push(Setting { key: key.trim(), value: Span::new(end - value.len(), end - usize::from(continues)) });
        }
        continued = continues;
    }
    found
}

/// The words of a value, without the quotes around a whole word.
pub(super) fn words(text: &str, value: Span) -> Vec<Span> {
    let bytes = text.as_bytes();
    let is_blank =
        |at: usize| bytes[at].is_ascii_whitespace() || (bytes[at] == b'\\' && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace));
    let mut found = Vec::new();
    let mut at = value.start;
    while at < value.end {
        if is_blank(at) {
            at += 1;
            continue;
        }
        let start = at;
        let mut quote = None;
        while at < value.end && (quote.is_some() || !is_blank(at)) {
            match (quote, bytes[at]) {
                (Some(_), b'\\') => at += 1,
                (Some(open), byte) if byte == open => quote = None,
                (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
                _ => {}
            }
            at += 1;
        }
        let end = at.min(value.end);
        let whole = end > start + 1 && matches!(bytes[start], b'"' | b'\'') && bytes[end - 1] == bytes[start];
        found.push(if whole { Span::new(start + 1, end - 1) } else { Span::new(start, end) });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_continue_behind_a_backslash_and_words_keep_their_quotes_out() {
        let text = "[Service]\n# c\nEnvironment=A=b \\\n  # not this\n  \"C=d e\" F='g h'\nX=\nExecStart = /bin/x \\";
        let all = settings(text);
        assert_eq!(all.iter().map(|setting| setting.key).collect::<Vec<_>>(), ["Environment", "X", "ExecStart"]);
        let of: Vec<&str> = words(text, all[0].value).into_iter().map(|span| &text[span.start..span.end]).collect();
        assert_eq!(of.first(), Some(&"A=b"));
        assert!(of.contains(&"C=d e") && of.contains(&"F='g h'"));
    }

    #[test]
    fn every_prefix_is_read_without_panic() {
        let text = "É=\"\\é' \\\nA=\"b\\\" 'c\\";
        for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
            for setting in settings(&text[..end]) {
                assert!(words(&text[..end], setting.value).iter().all(|span| text.get(span.start..span.end).is_some()));
            }
        }
    }
}
