//! Passwords in rows: `INSERT INTO users (name, password) VALUES ('app', 'x')`.
//!
//! One decision a reader would question: only the first row is read. A dump has thousands, and one of them says what is wrong.

use unkeyed_model::Span;

use super::super::cursor::Cursor;
use super::super::name::{self, Class};
use super::super::place::{How, Place};
use super::super::value::{self, Literal};

/// Longest name of a table.
const MAX_TABLE: usize = 200;
/// So many columns are looked at.
const MAX_COLUMNS: usize = 64;
/// Longest value that is passed over.
const MAX_VALUE: usize = 1024;

/// The password in the first row of a statement whose table is named at `at`.
pub(super) fn password(text: &[u8], at: usize) -> Option<Place> {
    let mut cursor = Cursor::new(text, at);
    cursor.run(MAX_TABLE, |byte| byte != b'(' && byte != b';' && byte != b'\n');
    let column = column(&mut cursor)?;
    cursor.space();
    if !cursor.eat_word(b"values") {
        return None;
    }
    cursor.space();
    if !cursor.eat(b"(") {
        return None;
    }
    for _ in 0..column {
        pass_value(&mut cursor)?;
    }
    cursor.space();
    let value = value::quoted(cursor)?;
    // Hashes are what such a column should hold.
    let is_hash = value.span.len() >= 32 && text[value.span.start..value.span.end].iter().all(u8::is_ascii_hexdigit);
    (!is_hash).then_some(Place { how: How::Statement, value })
}

/// The number, from 0, of the first column that is named after a password, or else of the first that is named after another
/// credential; the cursor ends up behind the list.
fn column(cursor: &mut Cursor<'_>) -> Option<usize> {
    if !cursor.eat(b"(") {
        return None;
    }
    let mut found: Option<(usize, Class)> = None;
    for number in 0..MAX_COLUMNS {
        cursor.run(48, |byte| byte.is_ascii_whitespace() || matches!(byte, b'`' | b'"' | b'[' | b'\\'));
        let name: Span = cursor.run(64, name::is_name_byte);
        let named = if name.is_empty() { None } else { name::judge(cursor.text, name.start, name.end) };
        if let Some(name) = named.filter(|name| !name.weak)
            && found.is_none_or(|(_, class)| class != Class::Password && name.class == Class::Password)
        {
            found = Some((number, name.class));
        }
        cursor.run(48, |byte| byte.is_ascii_whitespace() || matches!(byte, b'`' | b'"' | b']' | b'\\'));
        if cursor.eat(b")") {
            return found.map(|(number, _)| number);
        }
        if !cursor.eat(b",") {
            return None;
        }
    }
    None
}

/// Passes a value and the comma behind it.
fn pass_value(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.space();
    if let Some(Literal { end, .. }) = value::quoted(*cursor) {
        cursor.at = end;
    }
    // `NOW()`, `NULL`, `1`.
    cursor.run(MAX_VALUE, |byte| !matches!(byte, b',' | b'\'' | b';'));
    cursor.eat(b",").then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let at = text.find("INTO ").unwrap() + 5;
        password(text.as_bytes(), at).map(|place| &text[place.value.span.start..place.value.span.end])
    }

    #[test]
    fn the_column_says_which_value_it_is() {
        let value = Some("kW3xqz9Vt");
        assert_eq!(found("INSERT INTO users (name, password) VALUES ('app', 'kW3xqz9Vt');"), value);
        assert_eq!(found("INSERT INTO `user` (`id`, `pwd`, `at`) VALUES\n(1, 'kW3xqz9Vt', NOW()), (2, 'x', NOW());"), value);
        assert_eq!(found("INSERT INTO [dbo].[Users] ([Created], [Password]) VALUES (GETDATE(), N'kW3xqz9Vt')"), value);
        assert_eq!(found("INSERT INTO clients (token, name, api_key) VALUES ('kW3xqz9Vt', 'app', 'x')"), value);
        assert_eq!(found("INSERT INTO clients (api_key, password) VALUES ('x', 'kW3xqz9Vt')"), value);
        assert_eq!(found("INSERT INTO users (name, password_hash) VALUES ('app', 'kW3xqz9Vt');"), None);
        assert_eq!(found("INSERT INTO users (name, password) VALUES ('app', '5f4dcc3b5aa765d61d8327deb882cf99');"), None);
        assert_eq!(found("INSERT INTO users (name, password) SELECT a, b FROM c"), None);
        assert_eq!(found("INSERT INTO users VALUES ('app', 'kW3xqz9Vt');"), None);
    }
}
