//! What a call takes whose own name is that of a credential: `setPassword("x")`.

use super::super::cursor::Cursor;
use super::super::judge;
use super::super::name::Class;
use super::super::value::{self, Literal};
use super::header::placed;
use super::{Around, How, Place};

/// So many arguments of a call are looked at.
const MAX_ARGUMENTS: usize = 4;

/// `setPassword("x")`, `apiKey("x")`, `NetworkCredential("user", "x")`. The cursor stands at the parenthesis.
pub(super) fn argument(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    if around.name.class == Class::Auth {
        return pair(around, cursor);
    }
    // `t.pass("…")` passes a test.
    let name = &around.text[around.name.span.start..around.name.span.end];
    let passes = name.rsplit(|&byte| byte == b'.').next() == Some(b"pass");
    let compares = around.name.class == Class::Password && compares(name);
    let of_account = takes_account(name);
    let acts = around.name.acts && !compares && !of_account;
    if passes {
        return None;
    }
    cursor.eat(b"(");
    cursor.space();
    if acts && let Some(place) = mixed(around, cursor) {
        return Some(place);
    }
    if around.name.weak {
        return None;
    }
    let first = value::quoted(cursor)?;
    let mut after = Cursor::new(around.text, first.end);
    passes_methods(&mut after);
    after.space();
    match after.peek() {
        Some(b')' | b',') if compares => placed(around, How::Compared, first),
        Some(b',') if acts => of_two(around, first, after),
        _ if acts => None,
        Some(b')') => placed(around, How::Setter, first),
        Some(b',') if is_setter(around) || of_account || is_of_user(around, after) => {
            last(around, first, after).and_then(|value| placed(around, How::Setter, value))
        }
        Some(b',') if around.name.class != Class::Password => of_two(around, first, after),
        _ => None,
    }
}

/// `setPassword("user", "x")`: with user and password the last is the password; with a locale or the like there is one literal.
/// None if a variable is the password: `set_password("service", user, password)`.
fn last(around: &Around<'_>, first: Literal, mut after: Cursor<'_>) -> Option<Literal> {
    let mut last = first;
    for _ in 0..MAX_ARGUMENTS {
        if !after.eat(b",") {
            break;
        }
        after.space();
        if let Some(next) = value::quoted(after).filter(|_| around.name.class == Class::Password) {
            (last, after.at) = (next, next.end);
            after.space();
            continue;
        }
        let expression = after.run(64, |byte| !matches!(byte, b',' | b')' | b'\n'));
        let expression = around.text[expression.start..expression.end].to_ascii_lowercase();
        if [&b"pass"[..], b"pwd", b"secret", b"token"].iter().any(|noun| memchr::memmem::find(&expression, noun).is_some()) {
            return None;
        }
    }
    Some(last)
}

/// `authPassword("user", "x")`: two literals, and no more. `usernamePassword('USER', 'name')` tells which variables get them.
fn is_of_user(around: &Around<'_>, mut after: Cursor<'_>) -> bool {
    let first = around.text[..after.at].trim_ascii_end();
    if first.iter().rev().skip(1).take_while(|byte| !matches!(byte, b'"' | b'\'')).all(|byte| !byte.is_ascii_lowercase()) {
        return false;
    }
    after.eat(b",");
    after.space();
    let Some(second) = value::quoted(after).filter(|_| around.name.class == Class::Password) else { return false };
    let mut end = Cursor::new(around.text, second.end);
    end.space();
    end.peek() == Some(b')')
}

/// `new ConsumerKey("key", "secret")`: two literals that no word of a program looks like.
fn of_two(around: &Around<'_>, first: Literal, mut after: Cursor<'_>) -> Option<Place> {
    after.eat(b",");
    after.space();
    let second = value::quoted(after)?;
    let mut end = Cursor::new(around.text, second.end);
    end.space();
    let is_random = |value: Literal| value.span.len() >= 12 && is_mixed(&around.text[value.span.start..value.span.end]);
    (end.peek() == Some(b')') && is_random(first) && is_random(second)).then_some(Place { how: How::Pair, value: second })
}

/// `changePassword(user, "x")`: what acts on a password need not take one; what looks like a password is it. What acts on a token
/// takes one behind the user's address: `getToken("bob@acme.net", "x")`.
fn mixed(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    let mut takes = around.name.class == Class::Password && !around.name.weak;
    for _ in 0..MAX_ARGUMENTS {
        if let Some(value) = value::quoted(cursor) {
            let bytes = &around.text[value.span.start..value.span.end];
            if takes && judge::is_mixed(bytes) && !bytes.iter().any(|byte| b"{}%<>/:".contains(byte)) {
                return placed(around, if around.name.class == Class::Password { How::Setter } else { How::Pair }, value);
            }
            takes |= judge::word::is_mail_address(bytes);
            cursor.at = value.end;
        }
        cursor.run(64, |byte| !matches!(byte, b',' | b')' | b'(' | b'\n'));
        if !cursor.eat(b",") {
            return None;
        }
        cursor.space();
    }
    None
}

/// `comparePassword("x", …)`, `user.checkPassword("x")`, `hash_password("x")`: what is compared or hashed is a password in clear text.
fn compares(name: &[u8]) -> bool {
    let last = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    [&b"compare"[..], b"check", b"validate", b"verify", b"matches", b"match", b"authenticate", b"hash"]
        .iter()
        .any(|verb| last.len() > verb.len() && last[..verb.len()].eq_ignore_ascii_case(verb))
}

/// `signInWithEmailAndPassword("mail", "x")`: what it acts on comes first.
fn takes_account(name: &[u8]) -> bool {
    let last = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    [&b"EmailAndPassword"[..], b"NameAndPassword", b"NamePassword", b"NameAndPwd", b"NamePwd"].iter().any(|end| last.ends_with(end))
}

/// `.toCharArray()`, `.to_string()`.
pub(super) fn passes_methods(cursor: &mut Cursor<'_>) {
    let mut ahead = *cursor;
    if ahead.eat(b".") {
        ahead.run(24, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if ahead.eat(b"()") {
            *cursor = ahead;
        }
    }
}

fn is_setter(around: &Around<'_>) -> bool {
    let name = &around.text[around.name.span.start..around.name.span.end];
    let last = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    // `usernamePassword` uses nothing.
    let ends = |length: usize| !last.get(length).is_some_and(u8::is_ascii_lowercase);
    [b"set".as_slice(), b"with", b"use", b"password"]
        .iter()
        .any(|verb| last.len() >= verb.len() && last[..verb.len()].eq_ignore_ascii_case(verb) && ends(verb.len()))
}

/// `("user", "x")` or `["user", "x"]`: two literals and no more.
pub(super) fn pair(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    cursor.at += 1;
    cursor.space();
    let user = value::quoted(cursor);
    let mut after = Cursor::new(around.text, user.map_or(cursor.at, |user| user.end));
    if user.is_none() {
        after.run(40, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'@' | b'$'));
    }
    after.space();
    if let Some(only) = user.filter(|only| after.peek() == Some(b')') && only.span.len() >= 8) {
        // Redis's `client.auth("x")`
        let is_call = around.text[..around.name.span.end].ends_with(b".auth") && is_mixed(&around.text[only.span.start..only.span.end]);
        return is_call.then_some(Place { how: How::Pair, value: only });
    }
    if !after.eat(b",") {
        return None;
    }
    after.space();
    let password = value::quoted(after)?;
    // `authorize(request, "admin")`: beside a variable only what can't be a name of something.
    if user.is_none() && !is_mixed(&around.text[password.span.start..password.span.end]) {
        return None;
    }
    let mut end = Cursor::new(around.text, password.end);
    passes_methods(&mut end);
    end.space();
    end.eat(b",");
    end.space();
    let closes = matches!(end.peek(), Some(b')' | b']'));
    let named_user = user.is_none_or(|user| user.span.len() < 80 && !around.text[user.span.start..user.span.end].contains(&b'/'));
    (closes && named_user).then_some(Place { how: How::Pair, value: password })
}

/// Haskell's `basicAuth "user" "x"` and Lisp's `(basic-auth "user" "x")`: two literals and no more. The cursor stands at the first.
pub(super) fn applied(around: &Around<'_>, cursor: Cursor<'_>) -> Option<Place> {
    let user = value::quoted(cursor).filter(|_| around.name.class == Class::Auth)?;
    let mut after = Cursor::new(around.text, user.end);
    let value = (after.blanks() > 0).then(|| value::quoted(after)).flatten()?;
    let closes = around.text.get(value.end).is_none_or(|byte| matches!(byte, b')' | b'\n' | b'\r'));
    closes.then_some(Place { how: How::Pair, value })
}

/// Letters and digits, as hardly any word of a program has them.
fn is_mixed(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_alphabetic) && value.iter().filter(|byte| byte.is_ascii_digit()).count() > 1
}
