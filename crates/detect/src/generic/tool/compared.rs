//! Credentials in clear text that a program compares with another, or that a test hands out: `"x" == password`,
//! `assertEquals("x", user.getPassword())`, `when(user.getPassword()).thenReturn("x")`.
//!
//! One decision a reader would question: the operator or call is searched for, and not the name, which stands to the right of
//! the literal or far from it. Names are everywhere; these are not.

use unkeyed_model::Span;

use super::super::cursor::Cursor;
use super::super::judge;
use super::super::name::{self, Class};
use super::super::place::{How, Place};
use super::super::value::{self, Literal};

/// Longest literal, and longest expression that names the other side.
const REACH: usize = 120;
/// So many arguments of a call are looked at.
const MAX_ARGUMENTS: usize = 4;

/// `"x" == password`. `at` is the quotation mark, and the name stands behind the operator that ends at `end`.
pub(super) fn on_the_left(text: &[u8], at: usize, end: usize) -> Option<Place> {
    let mut cursor = Cursor::new(text, end);
    cursor.run(2, |byte| byte == b'=');
    cursor.run(3, |byte| matches!(byte, b' ' | b'('));
    let other = cursor.run(REACH, is_expression);
    fits(text, other, literal_before(text, at + 1)?)
}

/// `password.equals("x")`, `when(user.getPassword()).thenReturn("x")`, `every { password } returns "x"`: the name before the call
/// that starts at `at`, and the literal at `end`.
pub(super) fn behind(text: &[u8], at: usize, end: usize) -> Option<Place> {
    let head = &text[at.saturating_sub(REACH)..at];
    let closed = head.len() - head.iter().rev().take_while(|byte| b")( }?'\"]!->.".contains(byte)).count();
    let start = closed - head[..closed].iter().rev().take_while(|&&byte| is_expression(byte)).count();
    let offset = at - head.len();
    let mut cursor = Cursor::new(text, end);
    cursor.run(3, |byte| matches!(byte, b' ' | b'('));
    fits(text, Span::new(offset + start, offset + closed), value::quoted(cursor)?)
}

/// `assertEquals("x", user.getPassword())`, `string.Equals(password, "x")`, `got, want := token, "x"`: a name and a literal side by side.
pub(super) fn either(text: &[u8], end: usize) -> Option<Place> {
    let mut cursor = Cursor::new(text, end);
    cursor.run(3, |byte| matches!(byte, b's' | b'S' | b'('));
    let (mut literal, mut other): (Option<Literal>, Option<Span>) = (None, None);
    for _ in 0..MAX_ARGUMENTS {
        cursor.space();
        if let Some(value) = value::quoted(cursor) {
            cursor.at = value.end;
            literal = Some(value);
        } else {
            // `server.getCredentials().getPassword()`
            loop {
                let expression = cursor.run(REACH, is_expression);
                if expression.is_empty() {
                    break;
                }
                other = Some(expression);
                let _ = cursor.eat(b"()");
            }
        }
        if let (Some(literal), Some(other)) = (literal, other)
            && let Some(place) = fits(text, other, literal)
        {
            return Some(place);
        }
        cursor.run(4, |byte| matches!(byte, b'(' | b')' | b' '));
        if !cursor.eat(b",") {
            return None;
        }
    }
    None
}

/// What `self.user->password`, `$_POST['password']` and `@user.password` are made of.
const fn is_expression(byte: u8) -> bool {
    name::is_name_byte(byte) || matches!(byte, b'$' | b'@' | b'>' | b':' | b'[' | b']' | b'{' | b'}' | b'\'' | b'!')
}

/// The literal whose closing quotation mark ends at `end`.
fn literal_before(text: &[u8], end: usize) -> Option<Literal> {
    let (&quote, head) = text[end.saturating_sub(REACH)..end].split_last()?;
    let opening = memchr::memrchr(quote, head).filter(|_| matches!(quote, b'"' | b'\''))?;
    let value = &head[opening + 1..];
    let span = Span::new(end - 1 - value.len(), end - 1);
    (!value.is_empty() && !value.contains(&b'\n')).then_some(Literal { span, quoted: true, goes_on: false, end })
}

/// The literal, if the expression ends in the name of a credential: a password, or what no word of a program looks like.
fn fits(text: &[u8], other: Span, value: Literal) -> Option<Place> {
    let expression = &text[other.start..other.end];
    let closed = expression.iter().rev().take_while(|byte| b"]}'".contains(byte)).count();
    let length = expression.len() - closed;
    let own = expression[..length].iter().rev().take_while(|&&byte| name::is_name_byte(byte)).count();
    let end = other.start + length;
    let at = end.checked_sub(1).filter(|_| own > 0)?;
    let name = name::judge(text, at, end).filter(|name| !name.weak)?;
    let literal = &text[value.span.start..value.span.end];
    let is_random = literal.len() >= 12 && judge::is_mixed(literal) || judge::is_random(literal);
    // JSON Web Tokens have a rule of their own, which reads them.
    let is_plain = literal.iter().all(u8::is_ascii_graphic) && !value.goes_on && !literal.starts_with(b"eyJ");
    (is_plain && (name.class == Class::Password || is_random)).then_some(Place { how: How::Compared, value })
}
