//! What tests and robots type into the field of a form that is called a password.

use super::super::cursor::Cursor;
use super::super::name::Class;
use super::super::value;
use super::header::placed;
use super::{Around, How, Place};
use crate::placeholder::word_list::WordList;

/// Calls that type a text, of Selenium, Cypress, Playwright, Capybara, jQuery and their kin.
static TYPES: WordList = WordList::new(
    "
    entertext fill filltext inputtext presssequentially replacetext send_keys sendkeys set set_value settext setvalue type type_text
    typetext val
",
);
/// Calls by which tests say what they expect.
static EXPECTS: WordList = WordList::new("eq eql equal equals isequalto should_eq tobe toequal tostrictequal");
/// So many calls may stand between the field and the one that types.
const MAX_CALLS: usize = 3;

/// `find("password").clear().type("x")`. The cursor stands at the dot behind the parenthesis.
pub(super) fn typed(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    if around.name.class != Class::Password || around.name.weak {
        return None;
    }
    for _ in 0..MAX_CALLS {
        if !cursor.eat(b".") {
            return None;
        }
        let call = cursor.run(24, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let types = TYPES.has_any_case(&around.text[call.start..call.end]);
        if !cursor.eat(b"(") {
            return None;
        }
        cursor.space();
        if types {
            return value::quoted(cursor).and_then(|value| placed(around, How::Setter, value));
        }
        if !cursor.eat(b")") {
            return None;
        }
        cursor.space();
    }
    None
}

/// `expect(user.password).toBe("x")`: what is compared is a password in clear text. The cursor stands at the dot.
pub(super) fn expected(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    cursor.eat(b".");
    let call = cursor.run(24, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let compares = EXPECTS.has_any_case(&around.text[call.start..call.end]);
    let is_password = around.name.class == Class::Password && !around.name.weak;
    (compares && is_password && cursor.eat(b"(")).then(|| value::quoted(cursor)).flatten().map(|value| Place { how: How::Compared, value })
}

/// `fill_in "password", with: "x"`. The cursor stands at the comma.
pub(super) fn filled(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    cursor.eat(b",");
    cursor.space();
    if cursor.eat(b"{") {
        // Playwright's `getByPlaceholder("Password", { exact: true }).fill("x")`
        cursor.run(64, |byte| byte != b'}' && byte != b'\n');
        return (cursor.eat(b"})") || cursor.eat(b"} )")).then(|| typed(around, cursor)).flatten();
    }
    if !cursor.eat(b"with:") && !cursor.eat(b":with =>") && !cursor.eat(b"with =>") {
        return None;
    }
    cursor.blanks();
    value::quoted(cursor).and_then(|value| placed(around, How::Setter, value))
}
