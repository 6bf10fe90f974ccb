//! Passwords that commands and calls take without a name: behind a short option, or as the argument of a certain number.

mod compared;
mod insert;
mod share;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use unkeyed_model::Span;

use super::cursor::{self, Cursor};
use super::dialect::Dialect;
use super::judge;
use super::measure;
use super::place::{How, Place};
use super::tool_table::{Takes, Tool};
use super::value::{self, Literal};
use crate::placeholder::LineHead;

/// A command is followed so far.
const REACH: usize = 400;

/// So far before `IDENTIFIED BY` the statement begins.
const STATEMENT_REACH: usize = 200;
/// So many arguments of a call are looked at.
const MAX_ARGUMENTS: usize = 8;
/// Longest user and password in one.
const MAX_USER: usize = 200;
/// Longest token behind a scheme.
const REACH_OF_TOKEN: usize = 4096;

/// The password that `tool`, whose name stands at `at`, gets on its line.
pub(super) fn password(text: &[u8], at: usize, tool: &Tool, dialect: Dialect) -> Option<Place> {
    let start = at + tool.name.len();
    match tool.takes {
        Takes::Basic => return scheme(text, at, start, How::Basic),
        Takes::Bearer => return scheme(text, at, start, How::Bearer),
        Takes::Column => return insert::password(text, start),
        Takes::AfterSlash => return after_slash(text, start),
        Takes::Piped => return piped(text, at),
        Takes::User => return user(text, start),
        Takes::Before => return before(text, at),
        Takes::Share => return share::password(text, start),
        Takes::Registration => return share::registration(text, start),
        Takes::Left => return compared::on_the_left(text, at, start),
        Takes::Behind => return compared::behind(text, at, start),
        Takes::Mixed => return mixed(Cursor::new(text, start)),
        Takes::Random => return random(Cursor::new(text, start - 1)),
        Takes::Either => return compared::either(text, start),
        Takes::Equals => {
            return compared::behind(text, at, start)
                .or_else(|| compared::on_the_left(text, at.checked_sub(1)?, start))
                .or_else(|| compared::either(text, start));
        }
        _ => {}
    }
    let mut cursor = Cursor::new(text, start);
    if tool.takes == Takes::Here {
        cursor.blanks();
        let _ = cursor.eat(b"-String ");
        return value::quoted(cursor).map(|value| Place { how: How::Directive, value });
    }
    if let Takes::Argument(number) = tool.takes {
        let names = |value: &Literal| number > 1 && value::quoted(cursor).is_none() && is_name(&text[value.span.start..value.span.end]);
        return argument(cursor, number).filter(|value| !names(value)).map(|value| Place { how: How::Setter, value });
    }
    if tool.takes == Takes::AfterLiteral {
        let first = (1..3).find(|&number| argument(cursor, number).is_some())?;
        return argument(cursor, first + 1).map(|value| Place { how: How::Setter, value });
    }
    let line = cursor::line(text, start, REACH);
    if let Takes::Word(count) = tool.takes {
        return last_word(cursor, line, tool, count);
    }
    let inside = LineHead::default().open_quote(text, at);
    // All options begin with a hyphen.
    for found in memchr::memchr3_iter(b'-', b'|', b';', &text[start..line.end]) {
        cursor.at = start + found;
        if cursor.peek() != Some(b'-') {
            return None;
        }
        if cursor.before().is_some_and(|byte| byte == b' ' || byte == b'\t' || byte == b'"' || byte == b'\'')
            && let Some(value) = tool.options.iter().find_map(|option| taken(cursor, option, tool.takes, dialect, inside))
        {
            return Some(Place { how: How::Option, value });
        }
    }
    None
}

fn taken(mut cursor: Cursor<'_>, option: &str, takes: Takes, dialect: Dialect, inside: Option<u8>) -> Option<Literal> {
    if !cursor.eat(option.as_bytes()) {
        return None;
    }
    if takes == Takes::Attached {
        let fits = cursor.peek().is_some_and(|byte| !byte.is_ascii_whitespace() && byte != b'=');
        return fits.then(|| value::quoted(cursor).or_else(|| value::bare(cursor, Dialect::Shell, inside))).flatten();
    }
    // In a list of words `", "` stands between them.
    let gap = cursor.run(4, |byte| matches!(byte, b' ' | b'\t' | b'=' | b'"' | b',' | b'\''));
    if takes == Takes::Next && gap.is_empty() {
        return None;
    }
    // The quotation mark that the run passed, if any, ends the value.
    let quote = cursor.before().filter(|byte| matches!(byte, b'"' | b'\'')).or(inside);
    let mut value = value::bare(cursor, if dialect == Dialect::Markup { dialect } else { Dialect::Shell }, quote)?;
    if takes == Takes::AfterUser {
        let bytes = &cursor.text[value.span.start..value.span.end];
        let colon = bytes
            .iter()
            .position(|byte| matches!(byte, b':' | b'%'))
            .filter(|&colon| colon > 0 && bytes[..colon].iter().all(u8::is_ascii_graphic))?;
        value.span = Span::new(value.span.start + colon + 1, value.span.end);
        // The mark before it separates, and begins no expression.
        value.quoted = true;
    }
    (!value.span.is_empty() && cursor.text[value.span.start] != b'-').then_some(value)
}

/// `sqlplus app/x@db`, behind the tool's options.
fn after_slash(text: &[u8], start: usize) -> Option<Place> {
    let line = cursor::line(text, start, REACH);
    let word = text[start..line.end].split(|&byte| byte == b' ').find(|word| !word.is_empty() && word[0] != b'-')?;
    let at = word.as_ptr() as usize - text.as_ptr() as usize;
    let slash = memchr::memchr(b'/', word).filter(|&slash| slash > 0)?;
    let length = word[slash + 1..].iter().take_while(|byte| byte.is_ascii_graphic() && !matches!(byte, b'@' | b'"' | b'\'' | b'/')).count();
    let span = Span::new(at + slash + 1, at + slash + 1 + length);
    let is_user = word[..slash].iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    (is_user && length > 0).then_some(Place { how: How::Option, value: Literal { span, quoted: false, goes_on: false, end: span.end } })
}

/// `--user app:x`, `CURLOPT_USERPWD, "app:x"`
fn user(text: &[u8], start: usize) -> Option<Place> {
    let mut cursor = Cursor::new(text, start);
    let gap = cursor.run(6, |byte| b" \t=,>)\"'".contains(&byte));
    let quote = cursor.before().filter(|byte| matches!(byte, b'"' | b'\''));
    let span = cursor.run(MAX_USER, |byte| byte.is_ascii_graphic() && !b"\"'<>(){},;".contains(&byte));
    let colon = memchr::memchr(b':', &text[span.start..span.end]).filter(|&colon| colon > 0)?;
    let password = Span::new(span.start + colon + 1, span.end);
    // `docker run --user 1000:1000`
    let is_number = text[password.start..password.end].iter().all(u8::is_ascii_digit);
    let closes = quote.is_none() || cursor.peek() == quote;
    let value = Literal { span: password, quoted: quote.is_some(), goes_on: false, end: span.end };
    (!gap.is_empty() && closes && !is_number).then_some(Place { how: How::Option, value })
}

/// `keyStore.load(file, "x".toCharArray())`: what is made characters of near a key store is a password.
fn before(text: &[u8], at: usize) -> Option<Place> {
    let line = cursor::line(text, at, REACH);
    let head = text[line.start..at].strip_suffix(b"\"")?;
    let opening = memchr::memrchr(b'"', head)?;
    let about = text[line.start..line.start + opening].to_ascii_lowercase();
    let words: [&[u8]; 6] = [b"load(", b"store(", b"getkey(", b"keyspec(", b"init(", b"pass"];
    let fits = words.iter().any(|word| memchr::memmem::find(&about, word).is_some());
    let span = Span::new(line.start + opening + 1, line.start + head.len());
    (fits && !span.is_empty()).then_some(Place { how: How::Setter, value: Literal { span, quoted: true, goes_on: false, end: at } })
}

/// `echo "root:x" | chpasswd`
fn piped(text: &[u8], at: usize) -> Option<Place> {
    let line = cursor::line(text, at, REACH);
    let head = text[line.start..at]
        .trim_ascii_end()
        .strip_suffix(b"|")
        .or_else(|| text[line.start..at].trim_ascii_end().strip_suffix(b"| sudo"))?;
    let echo = memchr::memmem::rfind(head, b"echo ")? + b"echo ".len();
    let told = head[echo..].trim_ascii_end();
    let told = told.strip_suffix(b"\"").or_else(|| told.strip_suffix(b"'")).unwrap_or(told);
    let colon = memchr::memchr(b':', told)?;
    let span = Span::new(line.start + echo + colon + 1, line.start + echo + told.len());
    (!span.is_empty()).then_some(Place { how: How::Option, value: Literal { span, quoted: true, goes_on: false, end: span.end } })
}

/// What follows a scheme right behind a quotation mark, up to the next one.
fn scheme(text: &[u8], at: usize, start: usize, how: How) -> Option<Place> {
    let quote = at.checked_sub(1).map(|at| text[at]).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let mut cursor = Cursor::new(text, start);
    let span = cursor.run(REACH_OF_TOKEN, |byte| byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(&byte));
    let closes = cursor.peek() == Some(quote) || cursor.peek() == Some(b'\\') && cursor.ahead(1) == Some(quote);
    let fits = match how {
        How::Basic => STANDARD.decode(&text[span.start..span.end]).is_ok_and(|pair| pair.contains(&b':') && pair.len() > 3),
        _ => span.len() >= 16,
    };
    (closes && fits).then_some(Place { how, value: Literal { span, quoted: true, goes_on: false, end: span.end } })
}

/// `login(user, 'saml2')`: with a variable for the user a short name is the way to sign in, not the password.
fn is_name(value: &[u8]) -> bool {
    let letters = value.iter().take_while(|byte| byte.is_ascii_lowercase() || **byte == b'_').count();
    letters > 1 && value.len() < 12 && value[letters..].iter().all(u8::is_ascii_digit) && value.len() - letters < 2
}

/// `createUser(spec, username, "x", "id")`: of several arguments the one that no name of a thing looks like.
fn mixed(mut cursor: Cursor<'_>) -> Option<Place> {
    for _ in 0..MAX_ARGUMENTS {
        cursor.space();
        if let Some(value) = value::quoted(cursor) {
            let bytes = &cursor.text[value.span.start..value.span.end];
            if judge::is_mixed(bytes) && !value.goes_on && !bytes.iter().any(|byte| b"{}%<>/:.\\".contains(byte)) {
                return Some(Place { how: How::Setter, value });
            }
            cursor.at = value.end;
        }
        cursor.run(48, |byte| byte.is_ascii_alphanumeric() || b"_.$ >-".contains(&byte));
        let _ = cursor.eat(b">>");
        if !cursor.eat(b",") {
            return None;
        }
    }
    None
}

/// `("x")`, `("x", …)`: random characters, and no identifier.
fn random(cursor: Cursor<'_>) -> Option<Place> {
    let value = value::quoted(cursor)?;
    let bytes = &cursor.text[value.span.start..value.span.end];
    let closes = matches!(cursor.text.get(value.end), Some(b')' | b','));
    (closes && bytes.len() >= 20 && judge::is_random(bytes) && !measure::is_uuid(bytes)).then_some(Place { how: How::Setter, value })
}

/// The argument of that number, if it is a literal. The cursor stands behind the parenthesis.
fn argument(mut cursor: Cursor<'_>, number: usize) -> Option<Literal> {
    let end = cursor.at + REACH;
    for _ in 1..number {
        let mut depth = 0;
        loop {
            match cursor.peek()? {
                b'"' | b'\'' | b'`' => cursor.at = value::quoted(cursor)?.end - 1,
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' if depth == 0 => return None,
                b')' | b']' | b'}' => depth -= 1,
                b',' if depth == 0 => break,
                // Perl's other comma.
                b'=' if depth == 0 && cursor.ahead(1) == Some(b'>') => {
                    cursor.at += 1;
                    break;
                }
                _ if cursor.at > end => return None,
                _ => {}
            }
            cursor.at += 1;
        }
        cursor.at += 1;
        cursor.space();
    }
    let value = value::quoted(cursor)?;
    let mut after = Cursor::new(cursor.text, value.end);
    // Java's `"x".getBytes()`
    if after.eat(b".") {
        after.run(24, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let _ = after.eat(b"()");
    }
    // Without parentheses, as in Ruby and SQL, the line ends the call.
    let ends_line = matches!(after.peek(), None | Some(b'\n' | b'\r' | b';')) && !cursor.text[..cursor.at].ends_with(b"(");
    after.space();
    (ends_line || matches!(after.peek(), Some(b')' | b','))).then_some(value)
}

/// `htpasswd -cb file user password`.
fn last_word(cursor: Cursor<'_>, line: Span, tool: &Tool, count: usize) -> Option<Place> {
    let text = &cursor.text[cursor.at..line.end];
    let mut words = Vec::with_capacity(count);
    let mut at = 0;
    while words.len() < count && at < text.len() {
        let start = at + text[at..].iter().position(|byte| !byte.is_ascii_whitespace())?;
        let end = text[start..].iter().position(u8::is_ascii_whitespace).map_or(text.len(), |length| start + length);
        words.push((start, end));
        at = end;
    }
    let flags = words.first().map(|&(start, end)| &text[start..end])?;
    let fits = tool.with.is_empty() || flags.first() == Some(&b'-') && tool.with.bytes().all(|with| flags.contains(&with));
    // `htpasswd -nb` prints what it makes, and is given no file.
    let count = count - usize::from(!tool.with.is_empty() && flags.contains(&b'n'));
    let &(start, end) = words.get(count - 1)?;
    // `$(htpasswd -nb user password)`
    let end = end - text[start..end].iter().rev().take_while(|byte| matches!(byte, b')' | b'`')).count();
    if start == end {
        return None;
    }
    let quoted = matches!(text[start], b'"' | b'\'');
    let span = Span::new(cursor.at + start + usize::from(quoted), cursor.at + end - usize::from(quoted && end - start > 2));
    fits.then_some(Place { how: How::Option, value: Literal { span, quoted, goes_on: false, end: span.end } })
}

/// `IDENTIFIED BY 'x'`, `IDENTIFIED WITH plugin BY 'x'`: the literal behind the word that ends at `at`.
pub(super) fn identified(text: &[u8], at: usize, dialect: Dialect) -> Option<Place> {
    let head = text[at.saturating_sub(STATEMENT_REACH)..at].to_ascii_lowercase();
    let is_statement =
        [&b"user"[..], b"create", b"alter", b"grant", b"role", b"schema"].iter().any(|word| memchr::memmem::find(&head, word).is_some());
    if !is_statement {
        return None;
    }
    let mut cursor = Cursor::new(text, at);
    cursor.space();
    if cursor.eat_word(b"with") {
        cursor.space();
        cursor.run(64, |byte| !byte.is_ascii_whitespace());
        cursor.space();
    }
    if !cursor.eat_word(b"by") {
        return None;
    }
    cursor.space();
    if cursor.eat_word(b"password") {
        cursor.space();
    }
    // In texts for people the words go on: identified by `name`.
    let literal = value::quoted(cursor).filter(|_| cursor.peek() != Some(b'`'));
    let value = literal.or_else(|| if dialect == Dialect::Sql { unquoted_password(&head, cursor) } else { None })?;
    Some(Place { how: How::Statement, value })
}

/// Oracle's `CREATE USER name IDENTIFIED BY x`. Farther from the user only a word with a digit: others are those of the statement.
fn unquoted_password(head: &[u8], cursor: Cursor<'_>) -> Option<Literal> {
    let value = value::bare(cursor, Dialect::Shell, None)?;
    let bytes = &cursor.text[value.span.start..value.span.end];
    let of_user = head.rsplit(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).nth(2) == Some(b"user");
    (bytes[0].is_ascii_alphabetic() && (of_user || bytes.iter().any(u8::is_ascii_digit))).then_some(value)
}
