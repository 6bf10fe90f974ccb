//! Values that calls and commands get as arguments.

use super::super::cursor::Cursor;
use super::super::dialect::Dialect;
use super::super::name::Class;
use super::super::value::{self, Literal};
use super::header::placed;
use super::{Around, How, Place, arguments, told};

/// A call's name stands so near before the name of its argument.
const CALL_REACH: usize = 48;
/// Longest line of settings up to the name.
const MAX_SETTINGS: usize = 100;

/// `("name", "x")`: the name is the first argument. The cursor stands at the comma.
pub(super) fn second(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    cursor.at += 1;
    cursor.space();
    let value = value::quoted(cursor)?;
    let mut after = Cursor::new(around.text, value.end);
    arguments::passes_methods(&mut after);
    after.space();
    let opening = opening_before(around)?;
    if opening == b'(' && is_row_of_names(around, value) {
        return None;
    }
    if opening == b'(' && around.text[..around.name.span.start].ends_with(b" ") {
        // `('Reset password', 'users:reset')`
        return None;
    }
    let closes = match opening {
        // A row: `{ "password", "x", true }`.
        b'{' | b'[' if is_row(around, value) => matches!(after.peek(), Some(b',' | b'}' | b']')),
        b'(' if is_flag(around) => matches!(after.peek(), Some(b',' | b')')),
        // A row: `('password', 'x', 2)`.
        b'(' if around.dialect == Dialect::Sql && has_letter_and_digit(&around.text[value.span.start..value.span.end]) => {
            matches!(after.peek(), Some(b',' | b')'))
        }
        b'(' => matches!(after.peek(), Some(b')')),
        b' ' => end_of_line(around.text, value.end),
        // `["password", "x"]` is a list as often as a pair: of plain words it is one.
        b'[' => after.peek() == Some(b']') && !around.text[value.span.start..value.span.end].iter().all(u8::is_ascii_lowercase),
        _ => matches!((opening, after.peek()), (b'{', Some(b'}'))),
    };
    let is_option = around.text[..around.name.span.start].ends_with(b"-");
    if is_option {
        return placed(around, How::Option, value);
    }
    closes.then(|| placed(around, How::Argument, value)).flatten()
}

/// `(("username", "password", "message"), …)`: words in brackets that no call's name stands before.
fn is_row_of_names(around: &Around<'_>, value: Literal) -> bool {
    let head = &around.text[around.name.span.start.saturating_sub(CALL_REACH)..around.name.span.start];
    let line = &head[memchr::memrchr(b'\n', head).map_or(0, |at| at + 1)..];
    let Some(at) = memchr::memrchr(b'(', line) else { return false };
    let calls = line[..at].last().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'!' | b'>'));
    !calls && line[at + 1..].contains(&b',') && around.text[value.span.start..value.span.end].iter().all(u8::is_ascii_lowercase)
}

/// Letters, digits and symbols as only a password has them.
fn is_row(around: &Around<'_>, value: Literal) -> bool {
    let bytes = &around.text[value.span.start..value.span.end];
    let is_symbol = |byte: &u8| b"!@#$%^&*?=+".contains(byte);
    around.name.class == Class::Password && has_letter_and_digit(bytes) && bytes.iter().any(is_symbol)
}

/// Go's `flag.String("password", "x", "what it is for")`.
fn is_flag(around: &Around<'_>) -> bool {
    around.text[..around.name.span.start].ends_with(b"String(\"")
}

fn end_of_line(text: &[u8], at: usize) -> bool {
    text.get(at).is_none_or(|byte| matches!(byte, b'\n' | b'\r')) || text[at..].starts_with(b" #") || text[at..].starts_with(b" //")
}

/// Ruby's `set :password, "x"`, Erlang's `{password, "x"}` and `-define(password, "x")`. The cursor stands at the comma.
pub(super) fn symbol(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    let before = around.text.get(around.name.span.start.wrapping_sub(1))?;
    cursor.eat(b",");
    cursor.blanks();
    let value = value::quoted(cursor)?;
    let closes = match before {
        b':' => end_of_line(around.text, value.end) || around.text[value.end] == b')',
        b'{' => matches!(around.text[value.end..], [b'}', ..] | [b'>', b'>', b'}', ..]),
        b'(' => around.text[..around.name.span.start].ends_with(b"-define(") && matches!(around.text[value.end..], [b')', ..]),
        _ => false,
    };
    closes.then(|| placed(around, How::Argument, value)).flatten()
}

/// `strcpy(config.password, "x")`. The cursor stands at the comma.
pub(super) fn copied(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    let head = &around.text[around.name.span.start.saturating_sub(CALL_REACH)..around.name.span.start];
    // The name may be the member of something: `cfg->password`.
    let call = &head[..memchr::memrchr(b'(', head)?];
    let copies: [&[u8]; 7] = [b"strcpy", b"strncpy", b"strlcpy", b"strcat", b"strcpy_s", b"sprintf", b"wcscpy"];
    let compares: [&[u8]; 8] =
        [b"strcmp", b"strncmp", b"strcasecmp", b"assert.equal", b"strictEqual", b"assertEquals", b"assertSame", b"_EQ"];
    cursor.eat(b",");
    cursor.blanks();
    let value = value::quoted(cursor)?;
    if compares.iter().any(|compare| call.ends_with(compare)) {
        return (around.name.class == Class::Password).then_some(Place { how: How::Compared, value });
    }
    copies.iter().any(|copy| call.ends_with(copy)).then(|| placed(around, How::Argument, value)).flatten()
}

/// `- --password⏎  - x`: the next item of a list of arguments. The cursor stands at the line's end.
pub(super) fn next_item(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    if around.dialect != Dialect::Yaml || !around.text[..around.name.span.start].ends_with(b"--") {
        return None;
    }
    cursor.space();
    if !cursor.eat(b"- ") {
        return None;
    }
    let value = value::quoted(cursor).or_else(|| value::bare(cursor, Dialect::Yaml, None))?;
    (around.text[value.span.start] != b'-').then_some(Place { how: How::Option, value })
}

/// The bracket before the string that is the name, or a blank if it is an argument of a command: Gradle's
/// `buildConfigField "String", "NAME", "x"`.
fn opening_before(around: &Around<'_>) -> Option<u8> {
    let head = &around.text[around.name.span.start.saturating_sub(64)..around.name.span.start];
    let quote = head.iter().rposition(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let mut prefix = head[..quote].trim_ascii_end();
    if let Some(selector) = prefix.strip_suffix(b"[name=") {
        // `fill('input[name="password"]', "x")`
        prefix = &selector[..selector.iter().rposition(|byte| matches!(byte, b'"' | b'\'' | b'`'))?];
    }
    let prefix = prefix.strip_suffix(b"@").or_else(|| prefix.strip_suffix(b"L")).unwrap_or(prefix);
    match prefix.last()? {
        b'(' => Some(b'('),
        byte @ (b'{' | b'[') => Some(*byte),
        // `addHeader(x, "name", "value")`, `"--token", "x"`.
        b',' if around.dialect == Dialect::Code => {
            let line = &prefix[memchr::memrchr(b'\n', prefix).map_or(0, |at| at + 1)..];
            let is_command = !line.iter().any(|byte| matches!(byte, b'(' | b'[' | b'{')) && line.trim_ascii().contains(&b' ');
            Some(if is_command { b' ' } else { b'(' })
        }
        _ if around.text[..around.name.span.start].ends_with(b"-") => Some(b'-'),
        _ => None,
    }
}

/// `--password x`, `ENV API_KEY x`, `config set token x`, `requirepass x`, `PASSWORD 'x'` in SQL. The cursor stands behind the blank.
pub(super) fn option(around: &Around<'_>, cursor: Cursor<'_>) -> Option<Place> {
    let (text, start) = (around.text, around.name.span.start);
    let head = &text[start.saturating_sub(200)..start];
    let head = &head[memchr::memrchr(b'\n', head).map_or(0, |at| at + 1)..];
    if cursor.peek() == Some(b'\'') && around.name.class == Class::Password && is_statement(head) {
        return Some(Place { how: How::Statement, value: value::quoted(cursor)? });
    }
    if head.ends_with(b"--") || head.ends_with(b" -") {
        let inside = around.open_quote();
        if around.dialect == Dialect::Code && inside.is_none() {
            return None;
        }
        let value = value::quoted(cursor).or_else(|| value::bare(cursor, Dialect::Shell, inside))?;
        let is_flag = text[value.span.start] == b'-';
        return (!is_flag).then_some(Place { how: How::Option, value });
    }
    let before = head.trim_ascii();
    if around.dialect == Dialect::Code {
        // `#define PASSWORD "x"`, and Gradle's `password "x"`.
        let value = value::quoted(cursor)?;
        let is_apart = before.last().is_none_or(|byte| matches!(byte, b'{' | b';' | b'"' | b'\'' | b'@'));
        let ends = end_of_line(text, value.end) || is_apart && !before.is_empty() && closes_statement(text, value.end);
        let directive = before.ends_with(b"define") || is_apart && ends && !is_struct_tag(text, value);
        return (directive || is_bound(head)).then_some(Place { how: How::Directive, value });
    }
    if before.starts_with(b"#") || before.starts_with(b";") || around.dialect == Dialect::Prose {
        return quoted_setting(around, cursor, before);
    }
    let docker = before.eq_ignore_ascii_case(b"env") || before.eq_ignore_ascii_case(b"arg") || before.eq_ignore_ascii_case(b"setx");
    // csh
    let docker = docker || before.eq_ignore_ascii_case(b"setenv");
    // nginx's `set $token x`
    let docker = docker || before.ends_with(b" set") || before == b"set" || before == b"set $";
    let is_setting = is_settings(around, head);
    let cursor = if is_setting || around.name.class == Class::Password { behind_form(cursor) } else { cursor };
    let value = value::quoted(cursor).or_else(|| value::bare(cursor, Dialect::Shell, None))?;
    // Perl's `pass "…"` passes a test.
    let passes = &text[start..around.name.span.end] == b"pass" && text[value.span.start..value.span.end].contains(&b' ');
    if passes {
        return None;
    }
    let rest = &text[value.end..text.len().min(value.end + 2)];
    let ends = rest.is_empty() || matches!(rest[0], b'\n' | b'\r') || rest[0] == b'\\';
    let is_strong = !around.name.weak && around.name.class != Class::Auth;
    let closes = ends || value.quoted && rest[0] == b';';
    let is_shared = around.name.class == Class::Secret && has_letter_and_digit(&text[value.span.start..value.span.end]);
    let directive = before.is_empty() && (around.name.class == Class::Password || is_shared) && !around.name.weak && closes
        || is_strong && (ends || rest[0] == b';') && is_setting && has_letter_and_digit(&text[value.span.start..value.span.end]);
    // In YAML what ends in a colon is a key.
    let is_key = !value.quoted && text[value.end - 1] == b':';
    if (docker || directive) && !is_key {
        return Some(Place { how: How::Directive, value });
    }
    if is_setting
        && ends
        && let Some(value) = told::of_pair(text, value).filter(|_| around.name.class == Class::Auth)
    {
        return Some(Place { how: How::Pair, value });
    }
    // Gherkin's `And password "x"`.
    let told = value.quoted && around.name.class == Class::Password && !around.name.weak && around.dialect == Dialect::Other;
    told.then_some(Place { how: How::Told, value })
}

/// `DriverOption "password" "x"` in settings, Clojure's `{"password" "x"}`. The cursor stands behind the blank.
pub(super) fn quoted_pair(around: &Around<'_>, cursor: Cursor<'_>) -> Option<Place> {
    let value = value::quoted(cursor).filter(|value| match around.dialect {
        Dialect::Code => around.text.get(value.end) == Some(&b'}'),
        Dialect::Config | Dialect::Other => around.name.class == Class::Password && end_of_line(around.text, value.end),
        _ => false,
    })?;
    placed(around, How::Argument, value)
}

/// `put(Option.DB_PASSWORD, "x")`: a constant is the name of what is set. The cursor stands at the comma.
pub(super) fn constant(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    let name = &around.text[around.name.span.start..around.name.span.end];
    let last = name.rsplit(|&byte| byte == b'.').next()?;
    let is_constant = last.len() > 6 && last.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
    let head = &around.text[around.name.span.start.saturating_sub(CALL_REACH)..around.name.span.start];
    let head = head.strip_suffix(b"(").filter(|_| is_constant)?;
    let call = &head[head.len() - head.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()..];
    let verbs: [&[u8]; 8] = [b"put", b"set", b"with", b"add", b"option", b"property", b"config", b"env"];
    let sets = verbs.iter().any(|verb| call.len() >= verb.len() && call[..verb.len()].eq_ignore_ascii_case(verb));
    cursor.eat(b",");
    cursor.space();
    let value = value::quoted(cursor).filter(|_| sets)?;
    let mut after = Cursor::new(around.text, value.end);
    arguments::passes_methods(&mut after);
    (after.peek() == Some(b')')).then(|| placed(around, How::Argument, value)).flatten()
}

/// `# Password "x"` in a sample of settings, `$ pulumi config set dbPassword x` in a text.
fn quoted_setting(around: &Around<'_>, cursor: Cursor<'_>, before: &[u8]) -> Option<Place> {
    let is_password = around.name.class == Class::Password && !around.name.weak;
    let value = if around.dialect == Dialect::Prose {
        let sets = before.ends_with(b"config set") || before.ends_with(b"config set --secret");
        sets.then(|| value::quoted(cursor).or_else(|| value::bare(cursor, Dialect::Shell, None))).flatten()
    } else {
        let is_mark = before.len() < 3 && is_password;
        is_mark.then(|| value::quoted(cursor)).flatten().filter(|value| end_of_line(around.text, value.end))
    };
    value.map(|value| Place { how: How::Directive, value })
}

fn has_letter_and_digit(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_alphabetic) && value.iter().any(u8::is_ascii_digit)
}

/// Whether a statement or a block closes behind the value.
fn closes_statement(text: &[u8], at: usize) -> bool {
    let rest = text[at..text.len().min(at + 4)].trim_ascii_start();
    matches!(rest.first(), Some(b';' | b'}'))
}

/// `username ops privilege 15 password 0 x`, `proxy_set_header X-Api-Key "x";`: a line of words that set something, as
/// routers, proxies and daemons are configured.
fn is_settings(around: &Around<'_>, head: &[u8]) -> bool {
    let is_kind = matches!(around.dialect, Dialect::Config | Dialect::Other);
    let words = head.trim_ascii_start();
    is_kind
        && (1..=MAX_SETTINGS).contains(&words.len())
        && words[0].is_ascii_lowercase()
        && words.ends_with(b" ")
        && words.iter().all(|byte| byte.is_ascii_alphanumeric() || b" ._/:-\\{".contains(byte))
}

/// Passes the word for the form in which the value follows: `password 0 x`, `wpa-psk ascii x`.
fn behind_form(cursor: Cursor<'_>) -> Cursor<'_> {
    let mut ahead = cursor;
    for form in [&b"ascii "[..], b"clear ", b"plain ", b"plaintext ", b"ascii-text ", b"0 "] {
        ahead.eat(form);
    }
    ahead
}

/// Go's `` GetPassword `json:"x"` ``.
fn is_struct_tag(text: &[u8], value: Literal) -> bool {
    text[value.span.start - 1] == b'`' && memchr::memmem::find(&text[value.span.start..value.span.end], b":\"").is_some()
}

/// Lisp's `(def name "x")` and `(setq name "x")`, Clojure's `{:name "x"}`.
fn is_bound(head: &[u8]) -> bool {
    if let Some(before) = head.strip_suffix(b":") {
        return before.last().is_none_or(|byte| matches!(byte, b' ' | b'{' | b'('));
    }
    let forms: [&[u8]; 7] = [b"(def", b"(defonce", b"(defvar", b"(defconst", b"(defparameter", b"(setq", b"(setf"];
    head.last() == Some(&b' ') && forms.iter().any(|form| head.trim_ascii_end().ends_with(form))
}

/// Whether the line speaks of database users before the word PASSWORD.
fn is_statement(head: &[u8]) -> bool {
    let head = head.to_ascii_lowercase();
    [b"user ".as_slice(), b"role ", b"login ", b"with ", b"encrypted ", b"alter ", b"create "]
        .iter()
        .any(|word| memchr::memmem::find(&head, word).is_some())
}
