//! The form in which a credential is shown: what is public of it, and how long it is, roughly.

use unkeyed_model::Role;

use crate::rule::Rule;

/// A longer public prefix is cut, so that a mask stays a mask.
const MAX_PREFIX: usize = 28;
/// An identifier shows so many of its last characters.
const SHOWN_END: usize = 4;

/// The mask of a secret that `rule` found. Shows the vendor's public prefix; of an identifier also its end; else only a
/// length class, because the exact length of a password helps to guess it.
pub(crate) fn mask(rule: &Rule, role: Role, secret: &[u8]) -> String {
    let prefix = rule.pattern.prefixes().iter().filter(|prefix| secret.starts_with(prefix)).max_by_key(|prefix| prefix.len());
    // A prefix that is all of the secret, or nearly, would be the secret itself.
    let prefix = prefix.filter(|prefix| prefix.len() + 8 <= secret.len()).map(|prefix| &prefix[..prefix.len().min(MAX_PREFIX)]);
    match prefix {
        Some(prefix) if role == Role::Identifier && secret.len() <= 64 && secret.is_ascii() => {
            format!("{}…{}", printable(prefix), printable(&secret[secret.len() - SHOWN_END..]))
        }
        Some(prefix) => format!("{}…", printable(prefix)),
        None => format!("**** ({} characters)", length_class(secret.len())),
    }
}

fn printable(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '.' }).collect()
}

const fn length_class(length: usize) -> &'static str {
    match length {
        0..8 => "under 8",
        8..16 => "8 to 15",
        16..32 => "16 to 31",
        32..64 => "32 to 63",
        64..256 => "64 to 255",
        _ => "256 or more",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;
    use std::sync::Arc;

    fn masked(pattern: &str, role: Role, secret: &str) -> String {
        let mut rule = Arc::into_inner(Rule::named("x.y")).unwrap();
        rule.pattern = Pattern::new(pattern).unwrap();
        mask(&rule, role, secret.as_bytes())
    }

    #[test]
    fn only_what_is_public_shows() {
        assert_eq!(masked(r"ghp_\w{9}", Role::Access, "ghp_QmZq1Wv8x"), "ghp_…");
        assert_eq!(masked(r"AKIA\w{16}", Role::Identifier, "AKIAQ2W3E4R5T6Y7WXYZ"), "AKIA…WXYZ");
        assert_eq!(masked(r"password=(?P<secret>\w+)", Role::Access, "Summer2024"), "**** (8 to 15 characters)");
        assert_eq!(masked(r"x=(?P<secret>(?:aaa1|bbb2)c?)", Role::Access, "aaa1c"), "**** (under 8 characters)");
    }
}
