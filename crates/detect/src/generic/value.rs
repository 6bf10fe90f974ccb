//! Reads the value at a place: a quoted literal, or an unquoted word where the file has such.

use unkeyed_model::Span;

use super::cursor::{self, Cursor};
use super::dialect::Dialect;
use crate::placeholder::word_list::WordList;

/// A longer literal is no password and no token; keys have rules of their own.
const MAX_VALUE: usize = 4096;
/// How far back on a line the quotation mark is looked for in which a place stands.
const LINE_REACH: usize = 1024;
/// Most unquoted words are shorter.
const SHORT_WORD: usize = 64;
/// Functions that turn a literal into a credential and change nothing of it.
static WRAPPERS: WordList = WordList::new(
    "
    b64decode base64 base64decode byte bytearray bytes decode decode64 decodebase64 encode encode_utf8 fromhex hex hex2bin strict_decode64 unhexlify urlsafe_b64decode urlsafe_decode64 frombase64string from from_str fromstring getbytes just lit nsstring of ok pack
    password plaintext protectedstring quote secret secretstr secretstring secretvalue sensitive some str string stringvalue text
    unsafeplaintext value wrap b atob tochararray new literal asplaintext converttosecurestring
",
);

/// A literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) span: Span,
    pub(super) quoted: bool,
    /// Something is joined to it, so that it is only a part.
    pub(super) goes_on: bool,
    /// Where reading may go on.
    pub(super) end: usize,
}

/// The quoted literal that starts at the cursor, perhaps behind a string's prefix or inside a wrapper's call.
pub(super) fn quoted(mut cursor: Cursor<'_>) -> Option<Literal> {
    if let Some(literal) = bare_quoted(cursor) {
        return Some(literal);
    }
    if let Some(behind) = behind_cast(cursor) {
        return bare_quoted(behind);
    }
    // Go's `[]byte("x")`
    let _ = cursor.eat(b"[]");
    let name = cursor.run(48, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'&' | b'!'));
    let mut word = &cursor.text[name.start..name.end];
    if word.eq_ignore_ascii_case(b"new") && cursor.blanks() > 0 {
        cursor.run(48, |byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.');
        word = b"new";
    }
    let last = word.rsplit(|byte| matches!(byte, b'.' | b':')).next().unwrap_or_default();
    // Swift's `Array("x".utf8)`; PHP's `array(` begins a list.
    if last.is_empty() || !cursor.eat(b"(") || !(last == b"Array" || WRAPPERS.has_any_case(last)) {
        return None;
    }
    cursor.blanks();
    bare_quoted(cursor)
}

/// Behind C's `(const char *)`.
fn behind_cast(mut cursor: Cursor<'_>) -> Option<Cursor<'_>> {
    if !cursor.eat(b"(") {
        return None;
    }
    cursor.run(40, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b' ' | b':'));
    let points = !cursor.run(2, |byte| byte == b'*').is_empty();
    let closes = cursor.eat(b")");
    cursor.blanks();
    (points && closes).then_some(cursor)
}

/// The same behind blanks.
pub(super) fn behind(mut cursor: Cursor<'_>) -> Option<Literal> {
    cursor.blanks();
    quoted(cursor)
}

fn bare_quoted(mut cursor: Cursor<'_>) -> Option<Literal> {
    // Erlang's `<<"x">>`
    let _ = cursor.eat(b"<<");
    if matches!(cursor.peek(), Some(b'b' | b'r' | b'u' | b'f' | b'L' | b'N' | b'@' | b'$' | b'E' | b'B' | b'q'))
        && matches!(cursor.ahead(1), Some(b'"' | b'\''))
    {
        cursor.at += 1;
    }
    if cursor.eat(b"&quot;") {
        let end = memchr::memmem::find(cursor.window(MAX_VALUE), b"&quot;")?;
        return Some(literal(cursor, cursor.at + end, 6));
    }
    let escapes = cursor.run(4, |byte| byte == b'\\').len();
    let quote = cursor.peek().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    cursor.at += 1;
    if escapes == 0 && cursor.peek() == Some(quote) && cursor.ahead(1) == Some(quote) && quote != b'`' {
        cursor.at += 2;
        cursor.space();
        let end = cursor.window(MAX_VALUE).iter().position(|&byte| byte == quote)?;
        let bytes = &cursor.text[cursor.at..cursor.at + end];
        return Some(literal(cursor, cursor.at + bytes.trim_ascii_end().len(), 3));
    }
    let window = cursor.window(MAX_VALUE);
    let mut at = 0;
    loop {
        at += memchr::memchr3(quote, b'\\', b'\n', &window[at..])?;
        match window[at] {
            b'\n' => return None,
            b'\\' => {
                let run = window[at..].iter().take_while(|&&byte| byte == b'\\').count();
                if escapes > 0 && window.get(at + run) == Some(&quote) && run <= escapes {
                    return Some(literal(cursor, cursor.at + at, run + 1));
                }
                at += run + usize::from(run % 2 == 1);
                if at >= window.len() {
                    return None;
                }
            }
            // The quote of the string around it: the value was not closed.
            _ if escapes > 0 => return None,
            _ => return Some(unwrapped(cursor.text, literal(cursor, cursor.at + at, 1))),
        }
    }
}

/// Without what stands around the value inside the quotation marks: `"\"x\""` is source text in source text, and Spring's
/// `"{noop}x"` says that the password is not encoded.
fn unwrapped(text: &[u8], literal: Literal) -> Literal {
    let Span { start, end } = literal.span;
    let value = &text[start..end];
    let span = if value.len() > 4 && value.starts_with(b"\\\"") && value.ends_with(b"\\\"") {
        Span::new(start + 2, end - 2)
    } else if value.starts_with(b"{noop}") {
        Span::new(start + b"{noop}".len(), end)
    } else {
        literal.span
    };
    Literal { span, ..literal }
}

fn literal(start: Cursor<'_>, end: usize, closing: usize) -> Literal {
    let mut after = Cursor::new(start.text, end + closing);
    let close = after.at;
    after.blanks();
    let joined = match after.peek() {
        Some(b'+') => true,
        Some(b'.') => after.at > close || matches!(after.ahead(1), Some(b' ' | b'$')) || after.window(8).starts_with(b".format("),
        Some(b'%') => after.at > close && after.ahead(1) == Some(b' '),
        _ => false,
    };
    Literal { span: Span::new(start.at, end), quoted: true, goes_on: joined, end: close }
}

/// The unquoted value that starts at the cursor. `inside` is the quotation mark of the string around it.
pub(super) fn bare(cursor: Cursor<'_>, dialect: Dialect, inside: Option<u8>) -> Option<Literal> {
    let window = cursor.window(MAX_VALUE);
    let length = match (inside, dialect) {
        (Some(quote), _) => end_of_word(window, [quote, b'&', b';', b',', b'|', b'\\', b')', b']']),
        (None, Dialect::Config) => Some(line_value(window, b"#;")),
        (None, Dialect::Yaml) => Some(yaml_value(cursor, window)),
        (None, Dialect::Shell) => end_of_word(window, [b';', b'|', b'&']),
        (None, Dialect::Markup) => end_of_word(window, [b'&', b';', b',']),
        (None, _) => end_of_word(window, [b';', b'&', b'|', b',']),
    };
    let mut value = &window[..length.unwrap_or(window.len())];
    if is_expression(value) {
        return None;
    }
    if matches!(dialect, Dialect::Prose | Dialect::Other | Dialect::Decoded | Dialect::Code) {
        value =
            &value[..value.len() - value.iter().rev().take_while(|byte| matches!(byte, b'.' | b',' | b':' | b')' | b'`' | b'*')).count()];
    }
    if dialect == Dialect::Prose {
        // A text for people in a string of a program: `"… the password is declared\n+optional"`.
        let is_line_end = |at: &usize| matches!(value.get(at + 1), Some(b'n' | b'r' | b't'));
        value = &value[..memchr::memchr_iter(b'\\', value).find(is_line_end).unwrap_or(value.len())];
    }
    // Punctuation of Chinese and Japanese ends a value as a comma does: `密码=x，`.
    let fullwidth = memchr::memchr2_iter(0xef, 0xe3, value).find(|&at| matches!(value[at..], [0xef, 0xbc, ..] | [0xe3, 0x80, ..]));
    value = &value[..fullwidth.unwrap_or(value.len())];
    let end = cursor.at + value.len();
    // `salt['pillar.get']('x')`
    let is_indexed = value.len() > 1 && value.ends_with(b"[") && matches!(cursor.text.get(end), Some(b'"' | b'\''));
    (!value.is_empty() && !is_indexed && !is_expression(value)).then_some(Literal {
        span: Span::new(cursor.at, end),
        quoted: false,
        goes_on: false,
        end,
    })
}

/// Where an unquoted word ends: at a blank, a quotation mark, an angle bracket, or one of `more`. Nearly all words are short, and
/// the few bytes of one are looked at together; a long one is searched for a few of the ends at a time.
fn end_of_word<const N: usize>(window: &[u8], more: [u8; N]) -> Option<usize> {
    const ENDS: [u8; 10] = *b"\"'`<> \t\n\x0c\r";
    let is_end = |byte: u8| ENDS.iter().chain(&more).fold(false, |any, &end| any | (byte == end));
    let (head, mut tail) = window.split_at(window.len().min(SHORT_WORD));
    if head.iter().fold(false, |any, &byte| any | is_end(byte)) {
        return head.iter().position(|&byte| is_end(byte));
    }
    for ends in ENDS.chunks(3).chain(more.chunks(3)) {
        let (&first, &last) = (ends.first()?, ends.last()?);
        if let Some(at) = memchr::memchr3(first, ends[ends.len() / 2], last, tail) {
            tail = &tail[..at];
        }
    }
    let end = head.len() + tail.len();
    (end < window.len()).then_some(end)
}

/// `$(command`, `call(…`.
fn is_expression(value: &[u8]) -> bool {
    let name = value.iter().take_while(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.')).count();
    let is_word = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.');
    let cut = name > 1 && value.get(name) == Some(&b'(') && {
        let (name, rest) = (&value[..name], &value[name + 1..]);
        let calls = name.len() > 2 && (rest.is_empty() || rest.ends_with(b"(") || rest.contains(&b')'));
        // The parenthesis that closes it may not belong to the value: `unwrap_quotes(line)`, `encodeURI(x.y`, `auth.slice(at+1`.
        let is_camel = name.len() > 4 && name.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
        let joined = is_camel || name.contains(&b'_');
        calls || rest.contains(&b'(') || name.contains(&b'.') || joined && rest.iter().all(is_word)
    };
    let is_call = |at: usize| matches!(value.get(at + 1), Some(b'"' | b'\'')) || at > 0 && value[at - 1] == b'!';
    let called = memchr::memchr_iter(b'(', value).any(is_call);
    // `password=(new_password)`
    let grouped =
        value.strip_prefix(b"(").is_some_and(|rest| rest.len() > 1 && rest.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_'));
    cut || called || grouped || value.starts_with(b"$(") || value.starts_with(b"<(")
}

/// Passes a backslash at the end of the line and the blanks of the next: a property goes on there.
pub(super) fn continued(cursor: &mut Cursor<'_>) {
    let mut ahead = *cursor;
    if ahead.eat(b"\\") && matches!(ahead.peek(), Some(b'\n' | b'\r')) {
        ahead.space();
        *cursor = ahead;
    }
}

/// The rest of the line up to a comment.
fn line_value(window: &[u8], comments: &[u8]) -> usize {
    let line = &window[..memchr::memchr(b'\n', window).unwrap_or(window.len())];
    let is_comment = |at: &usize| line.get(at + 1).is_some_and(|byte| comments.contains(byte));
    let comment = memchr::memchr2_iter(b' ', b'\t', line).find(is_comment);
    line[..comment.unwrap_or(line.len())].trim_ascii_end().len()
}

/// The same, and not beyond the end of a flow mapping.
fn yaml_value(cursor: Cursor<'_>, window: &[u8]) -> usize {
    if matches!(cursor.peek(), Some(b'*' | b'&' | b'|' | b'>' | b'[' | b'{' | b'%')) {
        return 0;
    }
    let length = line_value(window, b"#");
    let line = cursor::line(cursor.text, cursor.at, LINE_REACH);
    if !cursor.text[line.start..cursor.at].contains(&b'{') {
        return length;
    }
    let end = window[..length].iter().position(|byte| matches!(byte, b',' | b'}')).unwrap_or(length);
    window[..end].trim_ascii_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_any_length_ends_at_the_first_of_its_ends() {
        for length in [0, 1, 63, 64, 65, 200, 999] {
            let word = "x".repeat(length);
            assert_eq!(end_of_word(word.as_bytes(), [b';', b',', b'|', b'&']), None);
            for end in "\"'`<> \t\n\r;,|&".chars() {
                let text = format!("{word}{end}x;x\"x x");
                assert_eq!(end_of_word(text.as_bytes(), [b';', b',', b'|', b'&']), Some(length), "{length} {end:?}");
            }
            assert_eq!(end_of_word(format!("{word};x").as_bytes(), [b'&']), None);
        }
    }
}
