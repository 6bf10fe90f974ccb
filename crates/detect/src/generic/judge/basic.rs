//! What `Basic` and base64 hold: user and password.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{is_random, repeats_name};
use crate::placeholder;

/// `Basic` with `CLIENT_ID:CLIENT_SECRET`
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    pair(value).is_some_and(|(_, password)| placeholder::in_slot(&password).is_some())
}

/// `Basic` with `login:pass`; the secret beside a random client id is meant.
pub(super) fn is_filler(value: &[u8]) -> bool {
    let says_what = |password: &[u8]| placeholder::likely::filler(password).is_some() || repeats_name(b"password", password);
    pair(value).is_some_and(|(user, password)| says_what(&password) && !is_random(&user))
}

fn pair(value: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let pair = STANDARD.decode(value).ok()?;
    memchr::memchr(b':', &pair).map(|at| (pair[..at].to_vec(), pair[at + 1..].to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_what_the_base64_holds() {
        let of = |pair: &str| STANDARD.encode(pair);
        assert!(is_placeholder(of("CLIENT_ID:CLIENT_SECRET").as_bytes()));
        assert!(is_filler(of("login:pass").as_bytes()) && is_filler(of("test-user:test-password").as_bytes()));
        assert!(is_filler(of("username_url:password_url").as_bytes()));
        assert!(!is_filler(of("bob:kW3xqz9Vt").as_bytes()) && !is_filler(of("rbr7nognrh0ngo3bi4gb9ghg9g:notsosecret").as_bytes()));
    }
}
