//! Values without quotation marks: a literal in configuration, an expression in a program.

use super::super::cursor::Cursor;
use super::super::dialect::Dialect;
use super::super::name::Class;
use super::super::value;
use super::header::placed;
use super::{Around, How, Place, shell_default, told};

/// The unquoted value behind an operator; `gap` blanks stand before it, and `colon` says which operator it is.
pub(super) fn unquoted(around: &Around<'_>, cursor: Cursor<'_>, how: How, gap: usize, colon: bool) -> Option<Place> {
    let (text, start) = (around.text, around.name.span.start);
    // The mark of a name in quotation marks is closed behind it.
    let inside = around.open_quote().filter(|&quote| text.get(around.name.span.end) != Some(&quote));
    let spring = start.checked_sub(2).is_some_and(|at| &text[at..start] == b"${");
    if spring && (colon || how == How::Default) {
        // `${PASSWORD || other.password}` goes on to its bracket.
        return if colon { shell_default(around, cursor) } else { None };
    }
    if inside.is_some() && around.dialect != Dialect::Prose {
        // `"Password is: x"` is text for people; `password=x` is not.
        let is_header = text[start..around.name.span.end].contains(&b'-') && text.get(start.wrapping_sub(1)).copied() == inside;
        // A raw string often holds a whole file: Go's `` `password: x` ``.
        let is_file = inside == Some(b'`') && colon && gap == 1;
        if gap > 0
            && !is_file
            && !matches!(around.name.class, Class::Auth)
            && !(colon && (is_header || around.name.class != Class::Password))
        {
            return None;
        }
        let value = value::bare(cursor, around.dialect, inside)?;
        if is_file && !text[value.span.start..value.span.end].iter().any(u8::is_ascii_digit) {
            return None;
        }
        return placed(around, How::Inside, value);
    }
    if matches!(around.dialect, Dialect::Code | Dialect::Sql) {
        return around
            .is_comment()
            .then(|| value::bare(cursor, Dialect::Prose, None))
            .flatten()
            .and_then(|value| placed(around, How::Told, value));
    }
    if !around.dialect.has_bare_values() {
        return None;
    }
    if !colon && text[..start].ends_with(b"$") {
        // PowerShell, Perl and PHP: what stands behind it is an expression.
        return None;
    }
    let how = if around.dialect == Dialect::Prose && !(colon && gap == 0) && is_told(around, gap, colon) { How::Told } else { how };
    let is_sentence = how == How::Assigned && gap > 0 && around.is_told_in_comment();
    let how = if is_sentence { How::Told } else { how };
    let query = text.get(start.wrapping_sub(1)).is_some_and(|byte| matches!(byte, b'?' | b'&' | b';' | b','));
    // In YAML a command or a list entry holds `NAME=value`, and only a colon takes the rest of the line.
    let dialect = match around.dialect {
        _ if is_sentence => Dialect::Prose,
        Dialect::Yaml if !colon => Dialect::Shell,
        dialect => dialect,
    };
    let value = value::bare(cursor, dialect, query.then_some(b'&'))?;
    if around.name.class == Class::Auth
        && dialect == Dialect::Prose
        && let Some(password) = told::after_user(text, value)
    {
        return Some(Place { how: How::Pair, value: password });
    }
    placed(around, if query { How::Inside } else { how }, value)
}

/// Whether a text for people says it; `NAME=value` in it is quoted from elsewhere.
fn is_told(around: &Around<'_>, gap: usize, colon: bool) -> bool {
    colon || gap > 0 || around.name.weak
}
