//! Passwords that are the user's name over again.

use unkeyed_model::Span;

/// So far before and behind the password the user is looked for.
const REACH: (usize, usize) = (256, 128);
/// What stands before the user's name on its line.
const USERS: [&[u8]; 5] = [b"user", b"login", b"account", b"uid", b"usr"];
/// A shorter value is found anywhere.
const LEAST: usize = 5;

/// `user = "harbor", password = "harbor"`: weak, and the password.
pub(super) fn is_user(text: &[u8], secret: Span) -> bool {
    let value = &text[secret.start..secret.end];
    let before = &text[secret.start.saturating_sub(REACH.0)..secret.start];
    let after = &text[secret.end..text.len().min(secret.end + REACH.1)];
    let is_name = value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@'));
    value.len() >= LEAST && is_name && (names(before, value) || names(after, value))
}

/// `("harbor", "harbor")`
pub(super) fn repeats(text: &[u8], secret: Span) -> bool {
    let value = &text[secret.start..secret.end];
    let quote = |text: &'_ [u8]| text.last().is_some_and(|byte| matches!(byte, b'"' | b'\''));
    let Some(head) = text[..secret.start].split_last().map(|(_, head)| head.trim_ascii_end()) else { return false };
    let user = head.strip_suffix(b",").map(<[u8]>::trim_ascii_end).filter(|user| quote(user)).map(|user| &user[..user.len() - 1]);
    value.len() >= LEAST && user.and_then(|user| user.strip_suffix(value)).is_some_and(quote)
}

fn names(text: &[u8], value: &[u8]) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    memchr::memmem::find_iter(text, value).any(|at| {
        let (head, tail) = (&text[..at], &text[at + value.len()..]);
        let line = head[memchr::memrchr(b'\n', head).map_or(0, |end| end + 1)..].to_ascii_lowercase();
        let last = &line[memchr::memrchr3(b',', b';', b'&', &line).map_or(0, |end| end + 1)..];
        let is_given = line.trim_ascii_end().last().is_some_and(|byte| b"\"'`=:(,*".contains(byte));
        is_given && !is_word(head.last()) && !is_word(tail.first()) && USERS.iter().any(|user| memchr::memmem::find(last, user).is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_the_name_before_it() {
        let is = |text: &str| {
            let start = text.find('«').unwrap();
            let plain = text.replace(['«', '»'], "");
            is_user(plain.as_bytes(), Span::new(start, start + text.find('»').unwrap() - start - "«".len()))
        };
        assert!(is("user = \"harbor\"\npassword = \"«harbor»\""));
        assert!(is("password: «harbor»\nlogin: harbor\n"));
        assert!(!is("host = \"harbor\"\npassword = \"«harbor»\""));
        assert!(repeats(b"(\"harbor\", \"harbor\")", Span::new(12, 18)));
        assert!(!repeats(b"(\"harbor\", \"harbo2\")", Span::new(12, 18)));
        assert!(!is("List<User> harbor = f();\nadd(\"x\", \"password\", \"«harbor»\")"));
        assert!(!is("user = \" + a[\" + \npassword = \"« + a[»\""));
        assert!(!is("user = \"harbor2\"\npassword = \"«harbor»\""));
        assert!(!is("user = \"x\", host = \"harbor\", password = \"«harbor»\""));
    }
}
