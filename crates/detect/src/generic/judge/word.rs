//! Values and names that are words, by the way in which they are written.

use super::super::name::Name;
use super::super::rarity;

/// `\u5BC6\u7801`: letters that are written as escapes, and beside them no digit.
pub(super) fn is_escaped_text(value: &[u8]) -> bool {
    let mut parts = value.split(|&byte| byte == b'\\');
    let first = parts.next().unwrap_or_default();
    let mut escapes = 0;
    let plain = |text: &[u8]| !text.iter().any(u8::is_ascii_digit);
    let holds = parts.all(|part| {
        let is_escape = part.len() > 4 && part[0] == b'u' && part[1..5].iter().all(u8::is_ascii_hexdigit);
        escapes += usize::from(is_escape);
        is_escape && plain(&part[5..])
    });
    holds && escapes > 0 && plain(first)
}

/// `Stripped-User-Name`: the name of an attribute.
pub(super) fn is_compound(value: &[u8]) -> bool {
    let is_word = |word: &[u8]| word.len() > 1 && word[0].is_ascii_uppercase() && word[1..].iter().all(u8::is_ascii_lowercase);
    value.split(|&byte| byte == b'-').count() > 2 && value.split(|&byte| byte == b'-').all(is_word)
}

/// `Password reset`
pub(super) fn is_capitalised(text: &[u8], name: &Name) -> bool {
    let name = &text[name.span.start..name.span.end];
    name[0].is_ascii_uppercase() && name[1..].iter().all(u8::is_ascii_lowercase)
}

/// `PW`, `country.pw`
pub(super) fn is_short(text: &[u8], name: &Name) -> bool {
    text[name.span.start..name.span.end].rsplit(|&byte| byte == b'.').next().is_some_and(|last| last.len() == 2)
}

/// `SUBNET_ID_1`
pub(super) fn is_name_of_setting(value: &[u8]) -> bool {
    value.contains(&b'_') && value.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
}

/// `z14t_ulf.fits`, and no token of several parts.
pub(super) fn is_file_name(value: &[u8]) -> bool {
    let Some(dot) = memchr::memrchr(b'.', value) else { return false };
    let (stem, extension) = (&value[..dot], &value[dot + 1..]);
    (2..=4).contains(&extension.len()) && extension.iter().all(u8::is_ascii_lowercase) && !stem.contains(&b'.')
}

/// `settings2.selectedTheme`
pub(super) fn is_member(value: &[u8]) -> bool {
    let is_word = |word: &[u8]| {
        word.first().is_some_and(u8::is_ascii_alphabetic)
            && word.iter().all(u8::is_ascii_alphanumeric)
            && word.iter().filter(|byte| byte.is_ascii_digit()).count() < 2
    };
    value.contains(&b'.') && value.split(|&byte| byte == b'.').all(is_word) && rarity::rarity(value) < 5.5
}

/// `"password:special-chars"`, `"app.selectedContract"`.
pub(super) fn is_path_of_words(value: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b'.' | b':');
    value.iter().all(is_word) && value.iter().any(|byte| !byte.is_ascii_alphabetic()) && rarity::rarity(value) < 5.5
}

/// `createUser("app@acme.net")`
pub(in super::super) fn is_mail_address(value: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+');
    let at = memchr::memchr(b'@', value).filter(|&at| at > 0);
    at.is_some_and(|at| value[..at].iter().all(is_name) && value[at + 1..].contains(&b'.') && value[at + 1..].iter().all(is_name))
}
