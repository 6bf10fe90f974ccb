//! Values that stand beside their names in a structure: attributes, elements, fields called "value".

use unkeyed_model::Span;

use super::super::cursor::Cursor;
use super::super::dialect::Dialect;
use super::super::lexicon;
use super::super::value::{self, Literal};
use super::header::placed;
use super::{Around, How, Place};
use crate::placeholder::word_list::WordList;

/// Names of fields that hold the value beside one that holds the name.
static VALUE_FIELDS: WordList = WordList::new(lexicon::VALUE_FIELDS);
/// Attributes of elements whose text is for people.
static TEXT_ATTRIBUTES: WordList = WordList::new("class classname for href htmlfor id ng-if ng-model type v-if v-model");
/// An attribute's name and what stands around it.
const ATTRIBUTE_REACH: usize = 32;
/// So near before an attribute its element begins.
const ELEMENT_REACH: usize = 300;
/// How far a Terraform variable's default is looked for.
const BLOCK_REACH: usize = 600;

/// `name="password" value="x"`, `{"name": "password", "value": "x"}`, `- name: PASSWORD⏎  value: x`.
pub(super) fn of(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    cursor.eat(b",");
    cursor.space();
    let escapes = cursor.run(4, |byte| byte == b'\\').len();
    let quote = cursor.run(1, |byte| matches!(byte, b'"' | b'\''));
    let word = cursor.run(16, |byte| byte.is_ascii_alphabetic() || byte == b'_');
    let word = &around.text[word.start..word.end];
    if !VALUE_FIELDS.has_any_case(word) {
        return before(around);
    }
    if !quote.is_empty() {
        cursor.at += escapes + 1;
    }
    cursor.blanks();
    let is_attribute = cursor.eat(b"=");
    if !is_attribute && !cursor.eat(b":") {
        return None;
    }
    cursor.blanks();
    let how = if is_attribute { How::Element } else { How::Sibling };
    if let Some(value) = value::quoted(cursor) {
        return placed(around, how, value);
    }
    let bare = around.dialect.has_bare_values() && !matches!(around.dialect, Dialect::Markup | Dialect::Prose);
    bare.then(|| value::bare(cursor, around.dialect, None)).flatten().and_then(|value| placed(around, how, value))
}

/// `value="x" key="password"`: the attribute before, in an element that begins on the same line.
fn before(around: &Around<'_>) -> Option<Place> {
    if around.dialect != Dialect::Markup {
        return None;
    }
    let start = around.name.span.start;
    let from = start.saturating_sub(ELEMENT_REACH);
    let head = around.text[from..start].strip_suffix(b"\"")?;
    let name = head.strip_suffix(b" key=").or_else(|| head.strip_suffix(b" name="))?;
    let element = &name[memchr::memrchr2(b'<', b'\n', name).filter(|&at| name[at] == b'<')?..];
    let at = memchr::memmem::find(element, b" value=\"")? + b" value=".len();
    let value = value::quoted(Cursor::new(around.text, from + name.len() - element.len() + at))?;
    (value.end < start).then(|| placed(around, How::Element, value)).flatten()
}

/// `<password>x</password>`, `<entry key="password">x</entry>`. The cursor stands at the `>`.
pub(super) fn element(around: &Around<'_>, mut cursor: Cursor<'_>, is_string: bool) -> Option<Place> {
    let text = around.text;
    if cursor.eat(b">") && text.get(cursor.at.wrapping_sub(2)) == Some(&b'-') {
        return None;
    }
    let before = text.get(around.name.span.start.wrapping_sub(1)).copied();
    let opens = is_string || matches!(before, Some(b'<' | b':'));
    if !opens || is_string && is_attribute_of_text(around) {
        return None;
    }
    cursor.space();
    let (mut closing, mut is_wrapped): (&[u8], bool) = (b"</", false);
    if cursor.eat(b"<![CDATA[") {
        closing = b"]]>";
    } else if before == Some(b'<') || is_string {
        // `<password><value>x</value></password>`
        let inner: [&[u8]; 2] = [b"<value>", b"<string>"];
        is_wrapped = inner.iter().any(|tag| cursor.eat(tag));
    }
    let value = element_text(cursor, closing)?;
    // `<password>@host` is a place to fill in, whatever is closed further on.
    let rest = text[value.end..].trim_ascii_start();
    let name = &text[around.name.span.start..around.name.span.end];
    let closes = is_wrapped || closing != b"</" || before != Some(b'<') || rest.get(2..).is_some_and(|rest| rest.starts_with(name));
    closes.then(|| placed(around, How::Element, value)).flatten()
}

/// `<label for="password">text</label>`: the attribute says what the text is about, and not what it is the value of.
fn is_attribute_of_text(around: &Around<'_>) -> bool {
    let head = &around.text[around.name.span.start.saturating_sub(ATTRIBUTE_REACH)..around.name.span.start];
    let Some(head) = head.strip_suffix(b"\"").or_else(|| head.strip_suffix(b"'")) else { return false };
    let Some(head) = head.trim_ascii_end().strip_suffix(b"=") else { return false };
    let name = head.rsplit(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-').next().unwrap_or_default();
    TEXT_ATTRIBUTES.has_any_case(name)
}

/// `<key>password</key><string>x</string>`. The cursor stands at the `<`.
pub(super) fn closed_element(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    if !cursor.eat(b"</") {
        return None;
    }
    cursor.run(32, |byte| byte != b'>' && byte != b'\n');
    if !cursor.eat(b">") {
        return None;
    }
    cursor.space();
    let is_in_cell = pass_cell(&mut cursor);
    if !cursor.eat(b"<") {
        return None;
    }
    let tag = cursor.run(16, |byte| byte.is_ascii_alphabetic() || byte == b':');
    let tag = &around.text[tag.start..tag.end];
    let known: [&[u8]; 7] = [b"string", b"value", b"defaultvalue", b"td", b"dd", b"t", b"text:p"];
    if !known.iter().any(|known| known.eq_ignore_ascii_case(tag)) || !cursor.eat(b">") {
        return None;
    }
    let value = element_text(cursor, b"</")?;
    // What stands in the next cell of a sheet may be the next heading.
    let bytes = &around.text[value.span.start..value.span.end];
    let is_mixed = bytes.iter().any(u8::is_ascii_alphabetic) && bytes.iter().any(u8::is_ascii_digit);
    (!is_in_cell || is_mixed).then(|| placed(around, How::Element, value)).flatten()
}

/// Passes the tags between two texts of a spreadsheet: `</si><si>`, `</is></c><c r="B2"><is>`, `</table:table-cell><table:table-cell …>`.
fn pass_cell(cursor: &mut Cursor<'_>) -> bool {
    let mut ahead = *cursor;
    let mut closes = 0;
    while ahead.window(2) == b"</" && closes < 2 {
        ahead.run(32, |byte| byte != b'>' && byte != b'\n');
        closes += usize::from(ahead.eat(b">"));
        ahead.space();
    }
    for _ in 0..closes {
        if !ahead.eat(b"<") {
            return false;
        }
        ahead.run(120, |byte| byte != b'>' && byte != b'\n');
        if !ahead.eat(b">") {
            return false;
        }
        ahead.space();
    }
    if closes > 0 {
        *cursor = ahead;
    }
    closes > 0
}

fn element_text(cursor: Cursor<'_>, closing: &[u8]) -> Option<Literal> {
    let window = cursor.window(1024);
    let length = memchr::memmem::find(window, closing)?;
    let value = window[..length].trim_ascii_end();
    let span = Span::new(cursor.at, cursor.at + value.len());
    // JSX puts an expression into braces.
    let is_expression = value.starts_with(b"{") && value.ends_with(b"}");
    (!value.is_empty() && !is_expression && memchr::memchr2(b'<', b'\n', value).is_none()).then_some(Literal {
        span,
        quoted: true,
        goes_on: false,
        end: span.end,
    })
}

/// `variable "db_password" { … default = "x" … }`. The cursor stands at the brace.
pub(super) fn variable(around: &Around<'_>, cursor: Cursor<'_>) -> Option<Place> {
    let head = &around.text[around.name.span.start.saturating_sub(24)..around.name.span.start];
    memchr::memmem::find(head, b"variable")?;
    let block = cursor.window(BLOCK_REACH);
    let block = &block[..memchr::memmem::find(block, b"\n}").unwrap_or(block.len())];
    let starts_word = |at: usize| at > 0 && (block[at - 1].is_ascii_whitespace() || block[at - 1] == b'{');
    let found = memchr::memmem::find_iter(block, b"default").find(|&at| starts_word(at))?;
    let mut after = Cursor::new(around.text, cursor.at + found + b"default".len());
    after.blanks();
    if !after.eat(b"=") {
        return None;
    }
    after.blanks();
    value::quoted(after).map(|value| Place { how: How::Variable, value })
}
