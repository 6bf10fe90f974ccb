//! Values that were computed from others: checksums, hashes, public keys and their ids.

use unkeyed_model::Span;

use super::super::name::{Class, Name};

/// So near a hash stands the salt that it was made with.
const SALT_REACH: usize = 160;
/// So near a key stands what it is for.
const KEY_REACH: usize = 24;
/// What stands near a hash in hexadecimal digits.
const HASHES: [&str; 5] = ["salt", "md5", "sha1", "sha256", "sha512"];

/// A digest by its own mark, or beside the name of an algorithm.
pub(super) fn digest(text: &[u8], value: &[u8], name: Option<&Name>) -> Option<&'static str> {
    let marks: [&[u8]; 8] = [b"sha256:", b"sha1:", b"sha512:", b"md5:", b"sha256-", b"sha384-", b"sha512-", b"h1:"];
    if marks.iter().any(|mark| value.len() > mark.len() && value[..mark.len()].eq_ignore_ascii_case(mark)) {
        return Some("a checksum with its algorithm");
    }
    if value.len() == 42 && value.starts_with(b"0x") && value[2..].iter().all(u8::is_ascii_hexdigit) {
        return Some("an address of a blockchain account");
    }
    if is_hash_with_salt(value) {
        return Some("a hash with its salt");
    }
    if is_point(value) || is_ssh_key(value) {
        return Some("a public key");
    }
    // Minisign: the algorithm, an id and a point in base64; a secret key is longer.
    if value.len() == 56 && value.starts_with(b"RW") && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)) {
        return Some("a public key");
    }
    if value.len() < 20 && value.starts_with(b"0x") && value[2..].iter().all(u8::is_ascii_hexdigit) {
        return Some("a number");
    }
    let name = name?;
    // The annotation by which a chart makes a change of the secret restart its pods.
    if text[..name.span.start].ends_with(b"checksum/") {
        return Some("a checksum by its name");
    }
    if name.class == Class::Password && value.len() >= 32 && value.iter().all(u8::is_ascii_hexdigit) && is_set(text, name) {
        return Some("a hash in a table");
    }
    let named = text[name.span.start..name.span.end].to_ascii_lowercase();
    let before = text[name.span.start.saturating_sub(KEY_REACH)..name.span.start].to_ascii_lowercase();
    if name.class == Class::Key && (is_key_id(&named, value) || is_key_id(&before, value)) {
        return Some("the id of a public key");
    }
    let says = |word: &[u8]| memchr::memmem::find(&named, word).is_some();
    let is_hex = value.iter().all(u8::is_ascii_hexdigit);
    (is_hex
        && name.weak
        && [b"sha".as_slice(), b"md5", b"hash", b"digest", b"checksum", b"commit", b"rev", b"finger"].iter().any(|word| says(word)))
    .then_some("a checksum by its name")
}

/// `d95e8fa7f20a009372eb3477473fcd34:1c`, as PHP's shops store passwords: MD5, SHA-1 or SHA-256, and a salt.
fn is_hash_with_salt(value: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b':', value) else { return false };
    let (hash, salt) = (&value[..at], &value[at + 1..]);
    matches!(hash.len(), 32 | 40 | 64) && hash.iter().all(u8::is_ascii_hexdigit) && (1..=32).contains(&salt.len()) && salt.is_ascii()
}

/// Digits of a hash, and near it a salt or what made it.
pub(super) fn is_salted(text: &[u8], secret: Span) -> bool {
    let value = &text[secret.start..secret.end];
    let is_hex = value.len() >= 32 && value.iter().all(u8::is_ascii_hexdigit);
    let is_base64 = matches!(value.len(), 28 | 44 | 88)
        && value.ends_with(b"=")
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    let near = || text[secret.start.saturating_sub(SALT_REACH)..text.len().min(secret.end + SALT_REACH)].to_ascii_lowercase();
    let says = |near: &[u8], word: &str| memchr::memmem::find(near, word.as_bytes()).is_some();
    // Salt and digest of SHA-1, SHA-256 or SHA-512, each in base64: `qQmv3LcF$Qh63…`
    let is_pair = memchr::memchr(b'$', value).is_some_and(|at| at > 5 && matches!(value.len() - at - 1, 27 | 43 | 86))
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/$".contains(byte));
    is_pair || is_base64 && says(&near(), "salt") || is_hex && HASHES.iter().any(|word| says(&near(), word))
}

/// `"passwordSalt": "…", "passwordHash": "…"`: everybody has another.
pub(super) fn is_salt_of_hash(text: &[u8], name: &Name) -> bool {
    let Span { start, end } = name.span;
    if end - start < 4 || !text[end - 4..end].eq_ignore_ascii_case(b"salt") {
        return false;
    }
    let says = |near: &[u8]| memchr::memmem::find(&near.to_ascii_lowercase(), b"hash").is_some();
    says(&text[start.saturating_sub(SALT_REACH)..start]) || says(&text[end..text.len().min(end + SALT_REACH)])
}

/// A point of P-256 in base64, as browsers take the public key of a push service (RFC 8292): 65 bytes of which the first is 4.
fn is_point(value: &[u8]) -> bool {
    let digits = value.strip_suffix(b"=").unwrap_or(value);
    digits.len() == 87
        && digits[0] == b'B'
        && (b'A'..=b'P').contains(&digits[1])
        && digits.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/'))
}

/// A public key of SSH in base64, as Puppet's facts and servers' APIs have it without the word in front (RFC 4253, section 6.6):
/// the length of the name of its kind, and that name.
fn is_ssh_key(value: &[u8]) -> bool {
    let Some(kind) = value.strip_prefix(b"AAAA") else { return false };
    let kinds: [&[u8]; 5] = [b"B3NzaC1", b"C3NzaC1", b"E2VjZHNhLXNoYTIt", b"GnNrLXNzaC1lZDI1NTE5", b"InNrLWVjZHNhLXNoYTIt"];
    kinds.iter().any(|known| kind.starts_with(known))
}

/// OpenPGP's long id or fingerprint of a key: 16 or 40 digits in capitals (RFC 9580, section 5.5.4).
fn is_key_id(name: &[u8], value: &[u8]) -> bool {
    let of_signatures = [&b"sign"[..], b"gpg", b"pgp"].iter().any(|word| memchr::memmem::find(name, word).is_some());
    let capitals = value.iter().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte));
    of_signatures && capitals && matches!(value.len(), 16 | 40)
}

/// `UPDATE users SET password = …`
fn is_set(text: &[u8], name: &Name) -> bool {
    let head = text[name.span.start.saturating_sub(64)..name.span.start].to_ascii_lowercase();
    head.starts_with(b"set ") || memchr::memmem::find(&head, b" set ").is_some()
}
