//! Values that something else will be put into.

use crate::byte_set::ByteSet;

/// One of these is in every template …
const MARKS: ByteSet = ByteSet::of(b"${<[(%");

/// Brackets around the name of what belongs here.
const AROUND: &[(&str, &str)] = &[
    ("<", ">"),
    ("{", "}"),
    ("[", "]"),
    ("((", "))"),
    ("%", "%"),
    ("$", "$"),
    ("__", "__"),
    ("@", "@"),
    ("@@", "@@"),
    ("##", "##"),
    ("###", "###"),
    ("(", ")"),
    ("$[", "]"),
    ("#[", "]"),
    ("<<", ">>"),
    ("%%", "%%"),
    ("«", "»"),
    ("‹", "›"),
];

/// Why `value` is a template, if it is one.
pub(super) fn template(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?;
    // … unless it begins with one of these.
    let is_marked = matches!(value.first()?, b'_' | b'@' | b':' | b'?' | b'#' | 0x80..) || value.iter().any(|&byte| MARKS.contains(byte));
    if !is_marked {
        return None;
    }
    // Anywhere: the literal part beside it is no whole credential.
    let pairs = [
        ("${", "}"),
        ("{{", "}}"),
        ("<%", "%>"),
        ("#{", "}"),
        ("%{", "}"),
        ("{$", "}"),
        ("\\(", ")"),
        ("[[", "]]"),
        ("{%", "%}"),
        ("$((", "))"),
    ];
    // What holds quotation marks or blanks is cut at the first: `{$config['x']}`, `#{escape name}`.
    let is_cut = ["{$", "#{", "${", "{{", "%{", "$("].iter().any(|open| {
        text.trim_start_matches(['\'', '"', '\\'])
            .strip_prefix(open)
            .is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
    });
    if is_cut || pairs.iter().any(|(open, close)| holds(text, open, close)) || holds_named_braces(text) || holds_call(text) {
        return Some("a template");
    }
    if AROUND.iter().any(|(open, close)| is_inside(text, open, close)) {
        return Some("a placeholder in brackets");
    }
    // Azure's `[parameters('name')]`.
    if text.starts_with('[') && text.ends_with(")]") && text[1..].find('(').is_some_and(|at| at > 2 && is_name(&text[1..=at])) {
        return Some("a template");
    }
    if is_variable(text) || is_parameter(text) {
        return Some("a variable");
    }
    let verbs = ["%s", "%v", "%q", "%d", "%@", "%1$s", "{}", "{0}", "?"];
    let is_formats = || verbs.iter().fold(text.to_owned(), |rest, verb| rest.replace(verb, "")).is_empty();
    let several = text.matches(['%']).count() > 1 && {
        let rest = ["%s", "%d", "%v"].iter().fold(text.to_owned(), |rest, verb| rest.replace(verb, ""));
        rest.len() < text.len() && !rest.bytes().any(|byte| byte.is_ascii_alphanumeric())
    };
    (verbs.contains(&text) || text.len() < 16 && is_formats() || several).then_some("a format specifier")
}

/// Whether what follows an unquoted word makes it the beginning of an expression.
pub(super) fn goes_on(after: &[u8]) -> bool {
    after.starts_with(b"(") || after.starts_with(b"[") || after.starts_with(b"::") || after.starts_with(b"->") || after.starts_with(b"${")
}

/// The brackets hold a name or a phrase, not a value that happens to begin and end so.
fn is_inside(text: &str, open: &str, close: &str) -> bool {
    let Some(inner) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) else { return false };
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | ':' | '/' | '\'' | '|' | ',' | '(' | ')');
    inner.chars().next().is_some_and(char::is_alphabetic) && inner.chars().all(is_word)
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

/// Whether `close` stands somewhere after `open`.
fn holds(text: &str, open: &str, close: &str) -> bool {
    find(text, open).is_some_and(|at| find(&text[at + open.len()..], close).is_some())
}

/// Where `mark` stands in a short text.
pub(super) fn find(text: &str, mark: &str) -> Option<usize> {
    let (text, mark) = (text.as_bytes(), mark.as_bytes());
    memchr::memchr_iter(*mark.first()?, text).find(|&at| text[at..].starts_with(mark))
}

/// `$(command …)`, `%(name)s`: what random characters that hold a `$(` are not.
fn holds_call(text: &str) -> bool {
    let inner = |open: &str| find(text, open).and_then(|at| text[at + open.len()..].split_once(')'));
    let command = inner("$(").is_some_and(|(inner, _)| {
        inner.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '<'))
            && inner.chars().all(|c| c.is_ascii_alphanumeric() || " _-./'\"=|:$<".contains(c))
    });
    let format = inner("%(").is_some_and(|(inner, rest)| {
        inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && rest.starts_with(['s', 'd', 'r', 'f'])
    });
    command || format
}

/// `{name}` anywhere, as in a Python format string.
fn holds_named_braces(text: &str) -> bool {
    text.match_indices('{').any(|(at, _)| {
        let inner = &text[at + 1..];
        let name = inner.bytes().take_while(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b':')).count();
        // C#'s `{service.Map(domain)}` is cut at the parenthesis.
        let closes = matches!(inner.as_bytes().get(name), Some(b'}')) || name > 4 && inner.as_bytes().get(name) == Some(&b'(');
        closes && inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    })
}

/// `:name`, `@name`: a parameter of a statement.
fn is_parameter(text: &str) -> bool {
    text.strip_prefix([':', '@']).is_some_and(|name| name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
}

/// `$NAME`, `$name`, `$env:NAME`; with a digit in a lower-case name it may be a password that begins with a dollar sign.
fn is_variable(text: &str) -> bool {
    let Some(name) = text.strip_prefix("$$").or_else(|| text.strip_prefix('$')) else { return false };
    let name = ["env:", "script:", "global:", "using:"].iter().find_map(|scope| name.strip_prefix(scope)).unwrap_or(name);
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let plain = name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_' || byte == b'.');
    let upper = name.trim_end_matches('}').bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    // `$config['x']`, `$this->x`, `$token.name})`: a name, and then what only an expression has.
    let length = name.bytes().take_while(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.')).count();
    let expression = length > 2
        && [&b"["[..], b"(", b"-", b"->", b"::", b"()", b"}", b")", b"\\"].iter().any(|mark| name.as_bytes()[length..].starts_with(mark));
    starts && (plain || upper || expression)
}
