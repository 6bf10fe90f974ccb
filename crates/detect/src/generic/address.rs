//! The password in an address: `scheme://user:password@host`.

use unkeyed_model::Span;

use super::place::{How, Place};
use super::value::Literal;

/// Longest user name and longest password.
const MAX_PART: usize = 200;

/// The password of the address whose `://` stands at `at`.
pub(super) fn userinfo(text: &[u8], at: usize) -> Option<Place> {
    if !at.checked_sub(1).is_some_and(|at| text[at].is_ascii_alphanumeric()) {
        return None;
    }
    let start = at + 3;
    let window = &text[start..text.len().min(start + MAX_PART)];
    let user = window.iter().position(|&byte| byte == b':' || !is_userinfo(byte))?;
    if window[user] != b':' {
        return None;
    }
    let first = start + user + 1;
    let window = &text[first..text.len().min(first + MAX_PART)];
    let length = window.iter().position(|&byte| byte == b'@' || !is_userinfo(byte) && !matches!(byte, b'#' | b'?'))?;
    // A port and a path may be followed by an `@` (`host:8080/@scope`).
    let host = window.get(length + 1).copied()?;
    let hosts = host.is_ascii_alphanumeric() || matches!(host, b'[' | b'_' | b'$' | b'{' | b'%' | b'<');
    let is_port = length <= 5 && window[..length].iter().all(u8::is_ascii_digit) && is_host(&text[start..first - 1]);
    if window[length] != b'@' || length == 0 || !hosts || is_port {
        return None;
    }
    let span = Span::new(first, first + length);
    Some(Place { how: How::Userinfo, value: Literal { span, quoted: true, goes_on: false, end: span.end } })
}

/// Whether what stands where a user does is a server: `http://app.acme.com:9003@…`.
fn is_host(user: &[u8]) -> bool {
    let (labels, last) = user.iter().rposition(|&byte| byte == b'.').map_or((&user[..0], user), |dot| (&user[..dot], &user[dot + 1..]));
    let is_domain =
        ["com", "net", "org", "io", "dev", "local", "internal", "example", "test", "cn", "de"].iter().any(|known| last == known.as_bytes());
    last == b"localhost" || !labels.is_empty() && is_domain
}

/// The password of a Go data source name, `user:password@tcp(host)`, whose `@` stands at `at`.
pub(super) fn before_protocol(text: &[u8], at: usize) -> Option<Place> {
    let head = &text[at.saturating_sub(2 * MAX_PART)..at];
    let start = head
        .iter()
        .rposition(|&byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'=' | b'/'))
        .map_or(0, |found| found + 1);
    let colon = head[start..].iter().position(|&byte| byte == b':').filter(|&colon| colon > 0)?;
    let span = Span::new(at - head.len() + start + colon + 1, at);
    (!span.is_empty()).then_some(Place { how: How::Userinfo, value: Literal { span, quoted: true, goes_on: false, end: at } })
}

const fn is_userinfo(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'*' | b'+' | b',' | b';' | b'=' | b'%' | b'^' | b'{' | b'}' | b'(' | b')'
        )
        || byte >= 0x80
}
