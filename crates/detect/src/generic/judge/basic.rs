//! What `Basic` and base64 hold: user and password.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::placeholder;

/// `Basic` with `CLIENT_ID:CLIENT_SECRET`
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    password(value).is_some_and(|password| placeholder::in_slot(&password).is_some())
}

/// `Basic` with `login:pass`
pub(super) fn is_filler(value: &[u8]) -> bool {
    password(value).is_some_and(|password| placeholder::likely::filler(&password).is_some())
}

fn password(value: &[u8]) -> Option<Vec<u8>> {
    let pair = STANDARD.decode(value).ok()?;
    memchr::memchr(b':', &pair).map(|at| pair[at + 1..].to_vec())
}
