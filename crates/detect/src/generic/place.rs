//! Which value a name gets: reads what follows the name, in the grammar of any language.
//!
//! One decision a reader would question: no language is parsed. What follows a name is the same few marks everywhere, and a
//! reader that knows the marks needs no grammar, fails early on ordinary code, and looks at a bounded number of bytes.

mod arguments;
mod around;
mod call;
mod declared;
mod form;
mod header;
mod lists;
mod nearby;
mod numbers;
mod sibling;
mod told;
mod unquoted;

use unkeyed_model::Span;

use super::column;
use super::cursor::Cursor;
use super::dialect::Dialect;
use super::name::Class;
use super::value::{self, Literal};
use crate::byte_set::ByteSet;

pub(super) use around::Around;
use header::placed;
pub(super) use numbers::key_pair;
use unquoted::unquoted;

/// How a name gets its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// `name = value`, `name: value`.
    Assigned,
    /// `name == value`.
    Compared,
    /// `name || value`, `${name:-value}`.
    Default,
    /// `call("name", "value")`.
    Argument,
    /// `setName("value")`.
    Setter,
    /// `auth=("user", "value")`.
    Pair,
    /// `<name>value</name>`, `<add key="name" value="value"/>`.
    Element,
    /// `{name: "name", value: "value"}`.
    Sibling,
    /// `--name value`, and short options of known tools.
    Option,
    /// `name=value` inside a longer string: a connection string, a query.
    Inside,
    /// `scheme://user:value@host`.
    Userinfo,
    /// `Authorization: Bearer value`.
    Bearer,
    /// `Authorization: Basic value`.
    Basic,
    /// `IDENTIFIED BY 'value'`.
    Statement,
    /// `requirepass value`.
    Directive,
    /// `variable "name" { default = "value" }`.
    Variable,
    /// `the name is value`.
    Told,
    /// `name[] = {0x3a, 0x91}`
    Numbers,
}

/// A value and how it came to its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) how: How,
    pub(super) value: Literal,
}

/// Bytes that can follow a name that gets a value.
const FOLLOWING: ByteSet = ByteSet::of(b"\xef=:,;(><|?\"'`\\])[{ \t\n\r!&*");

/// Whether the byte can follow a name that gets a value.
pub(super) const fn may_follow(byte: u8) -> bool {
    FOLLOWING.contains(byte)
}

/// The value that the name gets.
pub(super) fn of(around: &Around<'_>) -> Option<Place> {
    let place = read(around).or_else(|| nearby::literal(around))?;
    let is_option = around.text[..around.name.span.start].ends_with(b"-") && place.how == How::Assigned;
    Some(match place.how {
        _ if is_option => Place { how: How::Option, ..place },
        How::Told if told::is_entry(around, place.value) => Place { how: How::Assigned, ..place },
        _ => place,
    })
}

fn read(around: &Around<'_>) -> Option<Place> {
    let text = around.text;
    if around.dialect == Dialect::Table
        && let Some(place) = column::first(text, &around.name, around.dialect)
    {
        return Some(place);
    }
    let mut cursor = Cursor::new(text, around.name.span.end);
    let closers = cursor.run(6, |byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']' | b')' | b'*'));
    let closers = &text[closers.start..closers.end];
    let name = &text[around.name.span.start..around.name.span.end];
    if closers.starts_with(b")") && cursor.peek() != Some(b'.') && (text[..around.name.span.start].ends_with(b"(") || name == b"pwd") {
        // `$(pwd):/app`, `$(cd x && pwd) || exit`
        return None;
    }
    if declared::is_part(around) || declared::is_case(around) || closers.is_empty() && declared::is_item(around) {
        return None;
    }
    let is_string = closers.iter().any(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    if closers.is_empty() && cursor.peek() == Some(b'[') {
        declared::array_bounds(&mut cursor)?;
    }
    // Erlang's `<<"password">> => <<"x">>`
    let _ = is_string && cursor.eat(b">>");
    let mut gap = cursor.blanks();
    if is_string && gap > 0 && cursor.eat(b"]") {
        // `$config[ 'password' ] = "x"`
        gap = cursor.blanks();
    }
    let next = cursor.peek()?;
    match next {
        b'(' if closers.is_empty() && (gap == 0 || around.dialect == Dialect::Code) => arguments::argument(around, cursor),
        b'|' if around.dialect == Dialect::Prose && cursor.ahead(1) != Some(b'|') => {
            let below = column::first(text, &around.name, around.dialect);
            below.or_else(|| told::cell_of_default(around, cursor)).or_else(|| told::cell(around, cursor))
        }
        b'=' | b':' | b'!' | b'?' | b'|' => operator(around, cursor, is_string),
        // `f("password"), "x"`: the call is an argument, not the name.
        b',' if is_string && closers.contains(&b')') => None,
        b',' if around.dialect == Dialect::Table => told::next_cell(around, cursor),
        b',' if is_string || around.dialect == Dialect::Yaml => {
            sibling::of(around, cursor).or_else(|| form::filled(around, cursor)).or_else(|| call::second(around, cursor))
        }
        b'.' if is_string && closers.contains(&b')') => form::typed(around, cursor),
        b'.' if closers == b")" => form::expected(around, cursor),
        0xef if cursor.eat("：".as_bytes()) => right_side(around, cursor, How::Assigned),
        b',' if gap == 0 && closers.is_empty() && (around.dialect == Dialect::Code || cursor.window(5) == b", <<\"") => {
            call::symbol(around, cursor).or_else(|| call::copied(around, cursor)).or_else(|| call::constant(around, cursor))
        }
        // C++'s `make_shared<Credentials>("user", "x")`
        b'>' if cursor.window(2) == b">(" && around.dialect == Dialect::Code => {
            arguments::argument(around, Cursor::new(text, cursor.at + 1))
        }
        b',' if gap == 0 && closers.is_empty() && matches!(around.dialect, Dialect::Markup | Dialect::Prose) => {
            call::constant(around, cursor)
        }
        // Scala's `"password" -> "x"`
        b'-' if is_string && cursor.window(2) == b"->" => right_side(around, Cursor::new(text, cursor.at + 2), How::Assigned),
        b'>' if gap == 0 => sibling::element(around, cursor, is_string),
        b'<' if cursor.window(2) == b"<-" => right_side(around, Cursor::new(text, cursor.at + 2), How::Assigned),
        b'<' => sibling::closed_element(around, cursor),
        b'\n' | b'\r' => sibling::of(around, cursor).or_else(|| call::next_item(around, cursor)),
        b'{' if is_string => sibling::variable(around, cursor),
        b'{' => declared::property(around, cursor),
        _ if gap > 0 || is_string => word(around, cursor, is_string),
        _ => None,
    }
}

/// An operator comes next.
fn operator(around: &Around<'_>, mut cursor: Cursor<'_>, is_string: bool) -> Option<Place> {
    if matches!(cursor.window(2), b"=\"" | b"='") && declared::is_binding(around) {
        return None;
    }
    if cursor.peek() == Some(b'=')
        && let Some(value) = declared::parallel(around, cursor)
    {
        return placed(around, How::Assigned, value);
    }
    let compares: [&[u8]; 4] = [b"===", b"!==", b"==", b"!="];
    if compares.iter().any(|mark| cursor.eat(mark)) {
        return right_side(around, cursor, How::Compared);
    }
    let defaults: [&[u8]; 7] = [b"||=", b"||", b"??=", b"??", b"?:", b":-", b"?="];
    if defaults.iter().any(|mark| cursor.eat(mark)) {
        let shell = cursor.before() == Some(b'-');
        if cursor.before() == Some(b':') && declared::annotated(around, &mut cursor) {
            return right_side(around, cursor, How::Assigned);
        }
        return if shell { shell_default(around, cursor) } else { right_side(around, cursor, How::Default) };
    }
    if matches!(cursor.window(2), b":+" | b":?") {
        // `${NAME:+other}`
        return None;
    }
    let is_colon = cursor.peek() == Some(b':');
    if is_colon && !is_string && around.text[..around.name.span.start].ends_with(b"=") && around.name.class == Class::Password {
        // `overlay=eof_action=pass:repeatlast=0`: what stands behind another name is its value.
        return None;
    }
    if is_colon && cursor.before() == Some(b' ') && cursor.ahead(1).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        // `pass :advanced => true`
        return None;
    }
    let assigns: [&[u8]; 4] = [b"=>", b":=", b"=", b":"];
    if cursor.window(2) == b"=~" || cursor.window(2) == b"::" || !assigns.iter().any(|mark| cursor.eat(mark)) {
        return None;
    }
    if around.dialect == Dialect::Shell && cursor.before() == Some(b':') && cursor.peek() == Some(b'=') {
        cursor.at += 1;
    }
    if is_colon && cursor.before() == Some(b':') && !is_string && !matches!(around.dialect, Dialect::Yaml | Dialect::Json) {
        let mut ahead = cursor;
        if declared::annotated(around, &mut ahead) && (around.dialect == Dialect::Code || value::behind(ahead).is_some())
            || declared::is_quoted(ahead)
        {
            cursor = ahead;
        }
    }
    right_side(around, cursor, How::Assigned)
}

/// `${NAME:-value}`, also where Spring writes `${name:value}`.
fn shell_default(around: &Around<'_>, cursor: Cursor<'_>) -> Option<Place> {
    if around.text.get(around.name.span.start.wrapping_sub(1)) != Some(&b'{') {
        return None;
    }
    let length = cursor.window(256).iter().position(|&byte| byte == b'}')?;
    if cursor.window(2) == b"${" {
        // The name inside has the value.
        return None;
    }
    let value = Span::new(cursor.at, cursor.at + length);
    let literal = Literal { span: value, quoted: true, goes_on: false, end: value.end };
    (length > 0).then_some(Place { how: How::Default, value: literal })
}

/// The value behind an operator.
pub(super) fn right_side(around: &Around<'_>, mut cursor: Cursor<'_>, how: How) -> Option<Place> {
    let mut gap = cursor.blanks();
    let colon = around.text[..cursor.at - gap].last() == Some(&b':');
    if around.dialect == Dialect::Prose && colon && gap == 0 && (cursor.eat(b"**") || cursor.eat(b"__") || cursor.eat(b"*")) {
        // `**Password:** x`
        gap = cursor.blanks();
    }
    if around.dialect == Dialect::Config {
        value::continued(&mut cursor);
    }
    if colon && around.dialect == Dialect::Prose && cursor.window(2) == b"``" {
        return told::marked(around, cursor);
    }
    if colon && around.dialect == Dialect::Markup && cursor.peek() == Some(b'<') {
        return told::behind_tags(around, cursor);
    }
    if colon && let Some(place) = declared::default_inside(around, cursor) {
        return Some(place);
    }
    if around.dialect == Dialect::Yaml {
        cursor.anchor();
        if matches!(cursor.peek(), Some(b'\n' | b'\r'))
            && around.name.class != Class::Password
            && let Some(value) = lists::item(cursor)
        {
            return placed(around, how, value);
        }
    }
    if let Some(place) = opened(around, cursor, how) {
        return place;
    }
    if gap == 0
        && let Some(value) = declared::braced(around, cursor)
    {
        return Some(Place { how: How::Inside, value });
    }
    if let Some(value) = value::quoted(cursor).or_else(|| lists::listed(cursor)) {
        return placed(around, how, value);
    }
    if how == How::Assigned
        && around.name.class != Class::Auth
        && matches!(around.dialect, Dialect::Code | Dialect::Json | Dialect::Yaml)
        && let Some(value) = numbers::list(cursor)
    {
        return Some(Place { how: How::Numbers, value });
    }
    if matches!(around.dialect, Dialect::Yaml) && matches!(cursor.peek(), Some(b'|' | b'>')) {
        return lists::block(cursor).map(|value| Place { how, value });
    }
    if around.dialect == Dialect::Code || around.dialect == Dialect::Json {
        if let Some(value) = value_after_expression(cursor) {
            return placed(around, How::Default, value);
        }
        if around.dialect == Dialect::Json && cursor.peek().is_some_and(|byte| byte.is_ascii_digit()) && how == How::Assigned {
            let digits = cursor.run(24, |byte| byte.is_ascii_digit());
            let value = Literal { span: digits, quoted: true, goes_on: false, end: digits.end };
            return (around.name.class == Class::Password && digits.len() >= 4).then_some(Place { how, value });
        }
    }
    unquoted(around, cursor, how, gap, colon)
}

/// What stands behind a line's end or a bracket; `None` if the value has to be looked for where the cursor stands.
fn opened(around: &Around<'_>, cursor: Cursor<'_>, how: How) -> Option<Option<Place>> {
    let next = cursor.peek().filter(|byte| matches!(byte, b'\n' | b'\r' | b'(' | b'['))?;
    if around.name.class == Class::Auth && matches!(next, b'(' | b'[') {
        return Some(arguments::pair(around, cursor));
    }
    if next == b'[' || around.dialect == Dialect::Config {
        return None;
    }
    let mut ahead = cursor;
    ahead.eat(b"(");
    ahead.space();
    let value = value::quoted(ahead).filter(|value| !declared::opens_new_key(ahead, *value))?;
    Some(placed(around, how, value))
}

/// `os.Getenv("X") || "value"`, `config.x ?? "value"`.
fn value_after_expression(mut cursor: Cursor<'_>) -> Option<Literal> {
    let expression = cursor.run(80, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'[' | b']' | b'(' | b')' | b'"' | b'\'' | b'$' | b'-')
    });
    if expression.is_empty() || cursor.blanks() == 0 {
        return None;
    }
    let marks: [&[u8]; 4] = [b"||", b"??", b"?:", b"or "];
    if !marks.iter().any(|mark| cursor.eat(mark)) {
        return None;
    }
    cursor.blanks();
    value::quoted(cursor)
}

/// A word or a blank comes next: a declaration's type, `or`, an attribute, an option, a directive.
fn word(around: &Around<'_>, mut cursor: Cursor<'_>, is_string: bool) -> Option<Place> {
    if let Some(place) = sibling::of(around, cursor) {
        return Some(place);
    }
    if cursor.eat_word(b"-value ") {
        // PowerShell's `-Name DefaultPassword -Value "x"`
        return value::quoted(cursor).and_then(|value| placed(around, How::Sibling, value));
    }
    let marked = around.text.get(around.name.span.end) == Some(&b'`');
    if !marked && cursor.eat(b"or ") {
        cursor.blanks();
        return value::quoted(cursor).and_then(|value| placed(around, How::Default, value));
    }
    if is_string && (cursor.eat(b"with ") || around.dialect == Dialect::Code && cursor.eat(b"to ")) {
        // `I fill in "password" with "x"`, Kotlin's `"password" to "x"`
        return value::quoted(cursor).filter(|_| around.name.class == Class::Password).map(|value| Place { how: How::Argument, value });
    }
    if around.dialect == Dialect::Code {
        return if is_string { call::quoted_pair(around, cursor) } else { typed(around, cursor) };
    }
    if around.dialect == Dialect::Sql
        && !is_string
        && declared::is_typed(cursor)
        && let Some(place) = typed(around, cursor)
    {
        return Some(place);
    }
    if around.dialect == Dialect::Prose
        && let Some(place) = told::marked(around, cursor).or_else(|| told::beside_user(around, cursor))
    {
        return Some(place);
    }
    if around.dialect == Dialect::Prose && cursor.eat(b"to ") {
        return told::marked(around, cursor);
    }
    let copulas: [&[u8]; 7] = [b"is ", b"is: ", b"ist ", b"lautet ", b"lautet: ", b"est ", b"es "];
    if copulas.iter().any(|copula| cursor.eat_word(copula)) {
        let value = value::quoted(cursor).or_else(|| value::bare(cursor, Dialect::Prose, None))?;
        let is_long = value.span.len() >= 16 && around.text[value.span.start..value.span.end].iter().any(u8::is_ascii_digit);
        return ((around.name.class == Class::Password || is_long) && !around.name.weak).then_some(Place { how: How::Told, value });
    }
    if is_string { call::quoted_pair(around, cursor) } else { call::option(around, cursor) }
}

/// `password string = "x"`, `password As String = "x"`, `password varchar(20) = 'x'`.
fn typed(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    if let Some(place) = call::option(around, cursor).or_else(|| arguments::applied(around, cursor)) {
        return Some(place);
    }
    let declared =
        cursor.run(32, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'*' | b'(' | b')' | b'[' | b']' | b' '));
    if around.text[declared.start..declared.end].ends_with(b" VALUE ") {
        // COBOL's `WS-PASSWORD PIC X(12) VALUE 'x'`
        return value::quoted(cursor).map(|value| Place { how: How::Assigned, value });
    }
    let assigns = cursor.peek() == Some(b'=') && !matches!(cursor.ahead(1), Some(b'=' | b'>'))
        || cursor.window(2) == b":="
        || cursor.window(2) == b"<-";
    if !assigns {
        return None;
    }
    cursor.run(2, |byte| matches!(byte, b'=' | b':' | b'<' | b'-'));
    cursor.blanks();
    value::quoted(cursor).and_then(|value| placed(around, How::Assigned, value))
}
