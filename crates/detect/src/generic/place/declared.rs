//! Names that are declared, or only look so: properties, several at once, cases.

use unkeyed_model::Span;

use super::super::cursor::Cursor;
use super::super::dialect::Dialect;
use super::super::name::Class;
use super::super::value::{self, Literal};
use super::header::placed;
use super::{Around, How, Place, right_side};

/// So far a block is read.
const BLOCK_REACH: usize = 400;

/// `user, password = "app", "x"`
pub(super) fn parallel(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Literal> {
    let head = &around.text[around.name.span.start.saturating_sub(64)..around.name.span.start];
    let head = &head[memchr::memrchr(b'\n', head).map_or(0, |end| end + 1)..];
    let names = head.trim_ascii_end().strip_suffix(b",")?;
    let is_list = names.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_, \t".contains(byte));
    cursor.eat(b"=");
    let before = names.iter().filter(|&&byte| byte == b',').count() + 1;
    for _ in 0..before {
        cursor.blanks();
        cursor.at = value::quoted(cursor)?.end;
        cursor.blanks();
        if !cursor.eat(b",") {
            return None;
        }
    }
    cursor.blanks();
    is_list.then(|| value::quoted(cursor)).flatten()
}

/// `Password { get; set; } = "x"`, C++'s `password{"x"}`, and a factory's `password { "x" }` in Ruby.
pub(super) fn property(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    cursor.eat(b"{");
    if around.dialect == Dialect::Code
        && let Some(value) = value::behind(cursor)
    {
        let mut after = Cursor::new(around.text, value.end);
        after.blanks();
        return (after.peek() == Some(b'}')).then_some(Place { how: How::Assigned, value });
    }
    let accessors = cursor.run(48, |byte| byte.is_ascii_lowercase() || matches!(byte, b' ' | b';'));
    let is_property = around.text[accessors.start..accessors.end].trim_ascii().ends_with(b";") && cursor.eat(b"}");
    cursor.blanks();
    (is_property && cursor.eat(b"=")).then(|| right_side(around, cursor, How::Assigned)).flatten()
}

/// `{"Type": "String", "Default": "x"}`: the default of a parameter whose name is a key. The cursor stands behind the colon.
pub(super) fn default_inside(around: &Around<'_>, cursor: Cursor<'_>) -> Option<Place> {
    let block = match (around.dialect, cursor.peek()?) {
        (Dialect::Json | Dialect::Yaml, b'{') => {
            let window = cursor.window(BLOCK_REACH);
            &window[..memchr::memchr(b'}', window)?]
        }
        (Dialect::Yaml, b'\n') => indented(around, cursor)?,
        _ => return None,
    };
    let names = memchr::memmem::find_iter(block, b"efault");
    let at = names.map(|at| at + b"efault".len()).find(|&at| matches!(block[at..], [b':', ..] | [b'"', b':', ..]))?;
    let mut value = Cursor::new(around.text, cursor.at + at);
    value.run(2, |byte| matches!(byte, b'"' | b':'));
    value.blanks();
    let value =
        value::quoted(value).or_else(|| if around.dialect == Dialect::Yaml { value::bare(value, Dialect::Yaml, None) } else { None })?;
    placed(around, How::Sibling, value)
}

/// The lines below that belong to the key at the cursor: those with more blanks in front than its own.
fn indented<'a>(around: &Around<'a>, cursor: Cursor<'a>) -> Option<&'a [u8]> {
    let head = &around.text[..around.name.span.start];
    let own = head.len() - memchr::memrchr(b'\n', head).map_or(0, |end| end + 1);
    let window = cursor.window(BLOCK_REACH);
    let mut end = 1;
    for line in window[1..].split_inclusive(|&byte| byte == b'\n') {
        if line.iter().take_while(|&&byte| byte == b' ').count() <= own {
            break;
        }
        end += line.len();
    }
    (end > 1).then_some(&window[..end])
}

/// ODBC's `;Pwd={x;y};`: in braces a value holds what separates others, and a closing brace twice.
pub(super) fn braced(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Literal> {
    let is_next = around.text[..around.name.span.start].trim_ascii_end().ends_with(b";");
    if !is_next || around.name.class != Class::Password || !cursor.eat(b"{") {
        return None;
    }
    let window = cursor.window(BLOCK_REACH);
    let mut braces = memchr::memchr_iter(b'}', window);
    let end = loop {
        let at = braces.next()?;
        if window.get(at + 1) != Some(&b'}') {
            break at;
        }
        braces.next();
    };
    let span = Span::new(cursor.at, cursor.at + end);
    let closes = around.text.get(span.end + 1).is_none_or(|byte| matches!(byte, b';' | b'"' | b'\'' | b'\n' | b'\r'));
    let value = &around.text[span.start..span.end];
    // `$"…;Pwd={password}"`, `{$password}`: what stands in braces in a string of a program may be an expression.
    let is_expression = value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_.$()[]".contains(byte));
    let is_value = !is_expression && !value.starts_with(b"$") && !value.iter().any(|byte| matches!(byte, b'"' | b'\'' | b'\n'));
    (closes && is_value).then_some(Literal { span, quoted: true, goes_on: false, end: span.end })
}

/// `VARCHAR2(30) := `: a type of one word and an operator, unlike a condition.
pub(super) fn is_typed(mut cursor: Cursor<'_>) -> bool {
    let _ = cursor.eat_word(b"constant ");
    cursor.run(32, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'(' | b')'));
    cursor.blanks();
    matches!(cursor.peek(), Some(b':' | b'='))
}

/// `<x :password="expression">`, as Vue binds attributes.
pub(super) fn is_binding(around: &Around<'_>) -> bool {
    let head = &around.text[..around.name.span.start];
    head.strip_suffix(b":").is_some_and(|head| head.last().is_some_and(u8::is_ascii_whitespace))
}

/// `HIGH:!PSK:!RC4`, `arn:aws:secretsmanager:…:secret:x`: one of several words between colons.
pub(super) fn is_item(around: &Around<'_>) -> bool {
    let (text, name) = (around.text, around.name.span);
    let before = name.start.checked_sub(1).map(|at| text[at]);
    let is_followed = text.get(name.end) == Some(&b':') && text.get(name.end + 1).is_some_and(|byte| !byte.is_ascii_whitespace());
    is_followed && matches!(before, Some(b':' | b'!' | b'+'))
}

/// `test "$mode,$pass" = "a,b"`: the name is a part of what is compared.
pub(super) fn is_part(around: &Around<'_>) -> bool {
    let head = &around.text[..around.name.span.start];
    let behind = around.text.get(around.name.span.end) == Some(&b'"');
    behind && head.strip_suffix(b"$").is_some_and(|head| head.ends_with(b",") || head.ends_with(b":"))
}

/// `case "password":`, `case WPA_PSK:`, and the first branch of `x ? "password" : "text"`.
pub(super) fn is_case(around: &Around<'_>) -> bool {
    let head = &around.text[around.name.span.start.saturating_sub(16)..around.name.span.start];
    // `x ? ["user", "password"] : ["code"]`
    if matches!(around.text[around.name.span.end..], [b'"' | b'\'', b']', b' ', b':', b' ', ..]) {
        return around.dialect == Dialect::Code;
    }
    if around.dialect == Dialect::Code && head.trim_ascii_end().len() < head.len() && head.trim_ascii_end().ends_with(b"case") {
        return true;
    }
    let Some(head) = head.strip_suffix(b"\"").or_else(|| head.strip_suffix(b"'")) else { return false };
    let head = head.trim_ascii_end();
    around.dialect != Dialect::Json && (head.ends_with(b"case") || head.ends_with(b"?"))
}

/// Passes a type and the `=` behind it, unless that ends the string in which the name stands: `"Authorization: Basic eDp5eg="`.
pub(super) fn annotated(around: &Around<'_>, cursor: &mut Cursor<'_>) -> bool {
    let mut ahead = *cursor;
    ahead.blanks();
    if matches!(ahead.peek(), Some(b'\'' | b'"')) {
        return false;
    }
    ahead.run(48, |byte| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'.' | b'&' | b'\'' | b'[' | b']' | b'<' | b'>' | b'?' | b'|' | b' ' | b'*' | b'!')
    });
    let next = ahead.ahead(1);
    let closes = || next.is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`')) && around.open_quote() == next;
    let found = ahead.peek() == Some(b'=') && !matches!(next, Some(b'=' | b'>')) && !closes();
    if found {
        ahead.at += 1;
        *cursor = ahead;
    }
    found
}

/// `password[]`, `password[64]`.
pub(super) fn array_bounds(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.eat(b"[");
    cursor.run(6, |byte| byte.is_ascii_digit());
    cursor.eat(b"]").then_some(())
}

/// Whether the literal is the next key of a mapping, and so not this one's value.
pub(super) fn opens_new_key(start: Cursor<'_>, literal: Literal) -> bool {
    let mut after = Cursor::new(start.text, literal.end);
    after.blanks();
    matches!(after.peek(), Some(b':' | b'=')) || after.window(2) == b"=>"
}

/// Whether a quotation mark comes next.
pub(super) fn is_quoted(mut cursor: Cursor<'_>) -> bool {
    cursor.blanks();
    matches!(cursor.peek(), Some(b'"' | b'\'' | b'`'))
}
