//! Values of headers, which begin with a scheme: `Authorization: Bearer x`.

use unkeyed_model::Span;

use super::super::cursor::Cursor;
use super::super::name::Class;
use super::super::value::Literal;
use super::{Around, How, Place, told};

/// Takes the scheme off a header's value.
pub(super) fn placed(around: &Around<'_>, how: How, value: Literal) -> Option<Place> {
    let text = around.text;
    if around.name.class == Class::Auth
        && let Some(value) = told::of_pair(text, value)
    {
        return Some(Place { how: How::Pair, value });
    }
    let mut cursor = Cursor::new(text, value.span.start);
    let scheme = cursor.run(12, |byte| byte.is_ascii_alphabetic() || byte == b'-');
    let scheme = &text[scheme.start..scheme.end];
    let known = b"bearer basic token apikey api-key sso-key ssws geniekey key"
        .split(|&byte| byte == b' ')
        .any(|known| known.eq_ignore_ascii_case(scheme));
    if !known || !matches!(cursor.peek(), Some(b' ' | b'=')) {
        let header_only = around.name.class == Class::Auth && matches!(how, How::Inside);
        return (!header_only).then_some(Place { how, value });
    }
    cursor.at += 1;
    cursor.blanks();
    let is_basic = scheme.eq_ignore_ascii_case(b"basic");
    // Unquoted, reading stopped at the blank behind the scheme.
    let end = if value.quoted && value.span.end > cursor.at {
        value.span.end
    } else {
        let length = cursor.window(4096).iter().take_while(|&&byte| is_token_byte(byte) || byte == b':').count();
        let token = &text[cursor.at..cursor.at + length];
        cursor.at + length - token.iter().rev().take_while(|&&byte| byte == b':').count()
    };
    // `Og==` is neither a user nor a password.
    let (how, least) = if is_basic { (How::Basic, 6) } else { (How::Bearer, 1) };
    (end >= cursor.at + least).then_some(Place { how, value: Literal { span: Span::new(cursor.at, end), quoted: true, ..value } })
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'/' | b'=')
}
