//! Go's regular expressions (<https://pkg.go.dev/regexp/syntax>) in the syntax of `regex-syntax`. Both come from RE2; they differ
//! inside classes, where `[`, `&&`, `--` and `~~` are plain characters in Go, in a brace that is no repetition, which is one too, and in
//! `\<`, `\>` and `\Q…\E`.

/// The same expression in `regex-syntax`.
pub(super) fn to_rust(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + 8);
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '\\' => escape(rest, &mut out),
            '[' => class(rest, &mut out),
            '{' if !is_repetition(rest) => escaped(first, &mut out),
            _ => plain(first, &mut out),
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    out
}

/// Whether `rest` starts with `{2}`, `{2,}` or `{2,3}`.
fn is_repetition(rest: &str) -> bool {
    let Some((inside, _)) = rest[1..].split_once('}') else { return false };
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && is_number(least) && is_number(most)
}

fn plain(character: char, out: &mut String) -> usize {
    out.push(character);
    character.len_utf8()
}

/// Writes the escape with which `rest` starts; returns its length.
fn escape(rest: &str, out: &mut String) -> usize {
    let body = &rest[1..];
    if let Some(quoted) = body.strip_prefix('Q') {
        let literal = quoted.split("\\E").next().unwrap_or_default();
        literal.chars().for_each(|character| literal_char(character, out));
        let closed = quoted.len() > literal.len();
        return 2 + literal.len() + if closed { 2 } else { 0 };
    }
    let Some(next) = body.chars().next() else { return plain('\\', out) };
    if !matches!(next, '<' | '>') {
        out.push('\\');
    }
    1 + plain(next, out)
}

fn literal_char(character: char, out: &mut String) {
    if character.is_ascii_punctuation() && !matches!(character, '<' | '>') {
        out.push('\\');
    }
    out.push(character);
}

/// Writes the class with which `rest` starts; returns its length.
fn class(rest: &str, out: &mut String) -> usize {
    let mut at = plain('[', out);
    if rest[at..].starts_with('^') {
        at += plain('^', out);
    }
    let start = at;
    while let Some(character) = rest[at..].chars().next() {
        let here = &rest[at..];
        at += match character {
            // The first is a member.
            ']' if at > start => return at + plain(']', out),
            '\\' => escape(here, out),
            '[' if here.starts_with("[:") => match here.find(":]") {
                Some(end) => {
                    out.push_str(&here[..end + 2]);
                    end + 2
                }
                None => escaped(character, out),
            },
            '[' | ']' | '&' | '~' => escaped(character, out),
            '-' if at == start || here.starts_with("--") || here.starts_with("-]") => escaped(character, out),
            _ => plain(character, out),
        };
    }
    at
}

fn escaped(character: char, out: &mut String) -> usize {
    out.push('\\');
    plain(character, out)
}
