//! Files that are nothing but credentials, with no word that says so: a key pair as a list of bytes, lines of user and password.
//!
//! One decision a reader would question: such a file is known by all of it, so it is looked at apart from the search for words, and
//! anew whenever a delta is read. Nearly every file is done with at its first line.

use unkeyed_model::{Confidence, Origin, Span};

use super::dialect::Dialect;
use super::extract::Extract;
use super::place::{self, How, Place};
use super::value::Literal;
use super::{Found, judge};
use crate::placeholder;

/// A longer file is no list that a person keeps.
const MAX_FILE: usize = 64 << 10;
/// So long a list of 64 numbers may be, with blanks and line ends.
const MAX_PAIR: usize = 1 << 10;

/// Calls `on_found` with what the file as a whole is.
pub(crate) fn look(text: &[u8], file: &Origin, mut on_found: impl FnMut(Found)) {
    if text.len() <= MAX_PAIR
        && text.starts_with(b"[")
        && let Some(secret) = place::key_pair(text)
    {
        on_found(Found { extract: Extract::KeyPair, secret, confidence: Confidence::High });
    }
    if text.len() > MAX_FILE || lines(text).next().and_then(|line| password(text, line)).is_none() {
        return;
    }
    if !lines(text).all(|line| password(text, line).is_some()) {
        return;
    }
    for span in lines(text).filter_map(|line| password(text, line)) {
        let place = Place { how: How::Pair, value: Literal { span, quoted: true, goes_on: false, end: span.end } };
        let found = judge::judge(text, &place, None, Dialect::Table, Some(file)).found();
        if let Some(found) = found.filter(|_| placeholder::in_slot(&text[span.start..span.end]).is_none()) {
            on_found(Found { extract: Extract::UserLine, ..found });
        }
    }
}

/// The lines that are neither empty nor comments.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty() && !line.starts_with(b"#"))
}

/// The second half of `user:password`, where the line holds nothing else.
fn password(text: &[u8], line: &[u8]) -> Option<Span> {
    let at = memchr::memchr(b':', line)?;
    let (user, password) = (&line[..at], &line[at + 1..]);
    let is_user = (2..=64).contains(&user.len()) && user.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._@+-".contains(byte));
    let is_password = (4..=64).contains(&password.len()) && password.iter().all(|byte| byte.is_ascii_graphic() && *byte != b':');
    // `host:5432`, `http://host`, `name:$apr1$…`
    let is_other = password.len() < 6 && password.iter().all(u8::is_ascii_digit) || matches!(password[0], b'/' | b'$' | b'{');
    let start = password.as_ptr() as usize - text.as_ptr() as usize;
    (is_user && is_password && !is_other).then(|| Span::new(start, start + password.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Extract, String)> {
        let mut found = Vec::new();
        look(text.as_bytes(), &Origin::default(), |one| found.push((one.extract, text[one.secret.start..one.secret.end].to_owned())));
        found
    }

    #[test]
    fn lines_of_users_and_passwords() {
        let line = |password: &str| (Extract::UserLine, password.to_owned());
        assert_eq!(found("# staff\nbob:kW3xqz9Vt\r\nann@acme.net:Harb0r!x\n\n"), [line("kW3xqz9Vt"), line("Harb0r!x")]);
        for text in
            ["bob:kW3xqz9Vt\nno list\n", "root:x:0:0:root:/root:/bin/sh\n", "db:5432\n", "bob:$apr1$x$y\n", "bob:${PASSWORD}\n", "", ":"]
        {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn a_list_of_64_bytes_in_no_order() {
        let numbers = |step: u32| (0..64u32).map(|at| (at * at * step % 251).to_string()).collect::<Vec<_>>().join(",");
        let random = format!("[{}]\n", numbers(37));
        assert_eq!(found(&random), [(Extract::KeyPair, random[1..random.len() - 2].to_owned())]);
        let counted = (0..64).map(|at: u8| at.to_string()).collect::<Vec<_>>().join(",");
        for text in [format!("[{counted}]"), format!("[{},7]", numbers(37)), "[1,2,3]".into(), "[".into()] {
            assert_eq!(found(&text), [], "{text}");
        }
    }
}
