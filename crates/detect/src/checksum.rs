//! Checksums that vendors build into their tokens: a bad one means that it is no such token.
//!
//! One decision a reader would question: a token of an older form that carries no checksum passes; only a checksum
//! that is there and wrong rejects.

mod base58;
pub(crate) mod bech32;
mod phrase;
mod strkey;

/// What a checksum says of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Right.
    Valid,
    /// Wrong: no such token.
    Invalid,
    /// This form has none.
    Absent,
}

/// Verifies a whole token, prefix included.
pub(crate) type Checksum = fn(&[u8]) -> Verdict;

const CHECKSUMS: &[(&str, Checksum)] = &[
    ("base58check", base58::check),
    ("base58check-ripple", base58::check_ripple),
    ("bech32", bech32::check),
    ("bip39", phrase::check),
    ("github-crc32", base62_suffix),
    ("gitlab-crc32", gitlab),
    ("grafana-crc32", grafana),
    ("npm-crc32", base62_suffix),
    ("strkey", strkey::check),
];

/// The checksum of that name.
pub(crate) fn checksum(name: &str) -> Option<Checksum> {
    CHECKSUMS.iter().find(|(known, _)| *known == name).map(|&(_, checksum)| checksum)
}

/// The names, for messages.
pub(crate) fn names() -> String {
    CHECKSUMS.iter().map(|&(name, _)| name).collect::<Vec<_>>().join(", ")
}

/// Prefix up to the first `_`, random part, CRC-32 of the random part as 6 digits of base 62.
/// <https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/>,
/// <https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/>
fn base62_suffix(token: &[u8]) -> Verdict {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let after_prefix = token.iter().position(|&byte| byte == b'_').map_or(0, |at| at + 1);
    let Some((random, check)) = token[after_prefix..].split_last_chunk::<6>() else { return Verdict::Invalid };
    verdict(*check == digits(crc32fast::hash(random), DIGITS))
}

/// Routable GitLab tokens `<prefix><payload>.<version>.<length><crc>`: CRC-32 of all before it, 7 digits of base 36.
/// <https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/authn/token_field/generator/routable_token.rb>
fn gitlab(token: &[u8]) -> Verdict {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let Some((before, check)) = token.split_last_chunk::<7>() else { return Verdict::Absent };
    // The versioned form has two dots: `.01.` and the two digits of the length before the checksum.
    let versioned = before.len() > 6 && before[before.len() - 6] == b'.' && before[before.len() - 3] == b'.';
    if !versioned {
        return Verdict::Absent;
    }
    verdict(*check == digits(crc32fast::hash(before), DIGITS))
}

/// `glsa_<secret>_<crc>`: CRC-32 of all before the last `_`, as hexadecimal of its little-endian bytes.
/// <https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/tokengen.go>
fn grafana(token: &[u8]) -> Verdict {
    let Some(last) = token.iter().rposition(|&byte| byte == b'_') else { return Verdict::Invalid };
    let expected: String = crc32fast::hash(&token[..last]).to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    verdict(token[last + 1..].eq_ignore_ascii_case(expected.as_bytes()))
}

fn verdict(equal: bool) -> Verdict {
    if equal { Verdict::Valid } else { Verdict::Invalid }
}

/// `N` digits, most significant first, padded with zeros.
fn digits<const N: usize>(mut number: u32, alphabet: &[u8]) -> [u8; N] {
    let base = u32::try_from(alphabet.len()).unwrap_or(u32::MAX);
    let mut digits = [alphabet[0]; N];
    for digit in digits.iter_mut().rev() {
        *digit = alphabet[(number % base) as usize];
        number /= base;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn github_and_npm() {
        // The example that npm's announcement took apart, and that every reimplementation agrees on.
        assert_eq!(base62_suffix(b"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"), Verdict::Valid);
        assert_eq!(base62_suffix(b"npm_qkJaB6MffYVzZXWqmcoF49yrUxP3wf0LsakQ"), Verdict::Invalid);
        assert_eq!(base62_suffix(b"ghp_abc"), Verdict::Invalid);
    }

    #[test]
    fn grafana_service_account() {
        let made = |secret: &str| {
            let key = format!("glsa_{secret}");
            let crc: String = crc32fast::hash(key.as_bytes()).to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{key}_{crc}")
        };
        let token = made("aQ3kT9vXw2LmR8pZc5Yh7NdJ4sGfB6eU");
        assert_eq!(grafana(token.as_bytes()), Verdict::Valid);
        assert_eq!(grafana(token.replace("aQ3k", "aQ3l").as_bytes()), Verdict::Invalid);
        // "123456789" is the check value of CRC-32/ISO-HDLC, 0xCBF43926: little-endian 2639f4cb.
        assert_eq!(grafana(b"123456789_2639f4cb"), Verdict::Valid);
    }

    #[test]
    fn gitlab_routable_and_old() {
        let before = "glpat-bzo1CnU6MjRiTWl6c1VrYThKNXJOaQ.01.10";
        let mut crc = crc32fast::hash(before.as_bytes());
        let mut check = Vec::new();
        for _ in 0..7 {
            check.insert(0, char::from_digit(crc % 36, 36).unwrap());
            crc /= 36;
        }
        let token = format!("{before}{}", check.iter().collect::<String>());
        assert_eq!(gitlab(token.as_bytes()), Verdict::Valid);
        assert_eq!(gitlab(token.replace("bzo1", "bzo2").as_bytes()), Verdict::Invalid);
        assert_eq!(gitlab(b"glpat-T9vXw2LmR8pZc5Yh7NdJ"), Verdict::Absent);
    }

    #[test]
    fn names_are_sorted() {
        assert!(CHECKSUMS.is_sorted_by_key(|row| row.0));
        assert!(checksum("github-crc32").is_some() && checksum("crc").is_none());
    }
}
