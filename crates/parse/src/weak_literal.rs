//! Passwords that are the word for what they are: `DB_PASSWORD: password`.
//!
//! One decision a reader would question: in a text such a word is a filler more often than not, and detection makes
//! little of it. In the environment of a container it is what runs. Words that tell the reader to put something else
//! there (`changeme`) stay what they are.

use unkeyed_model::{Custody, Declaration, Lifetime, Location, Role};

use crate::{facts, variables};

/// Words that end such a value.
const NOUNS: &[&str] = &["password", "passwd", "passphrase", "pass", "pwd", "pw", "secret", "token", "example"];
/// Longest value that is looked at.
const MAX_BYTES: usize = 32;

/// The credential that a literal in a running configuration is, if detection takes it for a filler.
pub(crate) fn declared(variable: &str, text: &str, location: &Location) -> Option<Declaration> {
    // A development server of Vault forgets all at its end.
    let is_word = is_noun(text) || password_of(text).is_some_and(is_noun);
    let matters = is_word && !variable.starts_with("VAULT_DEV_");
    matters.then(|| Declaration {
        kind: "environment.weak-literal".to_owned(),
        name: variable.to_owned(),
        custody: Custody::Embedded,
        role: variables::known(variable).map_or(Role::Access, |known| known.role),
        lifetime: Lifetime::default(),
        location: location.clone(),
        principal: None,
        destination: variables::known(variable).and_then(variables::Known::destination).or_else(|| facts::addressed(variable)),
    })
}

/// The credential in the address of a database or broker, whatever the variable that holds it is called.
pub(crate) fn in_address(variable: &str, text: &str, location: &Location) -> Option<Declaration> {
    password_of(text).and_then(|_| declared(variable, text, location))
}

/// The password in `scheme://user:password@host` or `user:password@tcp(host)`, unless it leads to a server of this machine.
fn password_of(text: &str) -> Option<&str> {
    let (scheme, rest) = text.trim().split_once("://").unwrap_or(("", text.trim()));
    let (userinfo, host) = rest.split_once('@')?;
    let host = match (scheme, host.strip_prefix("tcp(")) {
        ("", inner) => inner?,
        _ => host,
    };
    let is_local = ["localhost", "127.0.0.1", "[::1]"].iter().any(|local| host.starts_with(local));
    let password = userinfo.split_once(':')?.1;
    (!is_local && !userinfo.contains(['/', ' '])).then_some(password)
}

fn is_noun(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let stem = text.trim_end_matches(|last: char| last.is_ascii_digit());
    let is_spelled = stem.len() <= MAX_BYTES && stem.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_' | b'.'));
    let tells = ["change", "replace", "your", "insert", "put", "enter", "todo", "fixme"].iter().any(|word| stem.starts_with(word));
    is_spelled && !tells && NOUNS.iter().any(|noun| stem.ends_with(noun))
}

#[cfg(test)]
mod tests {
    use super::{is_noun, password_of};

    #[test]
    fn the_password_of_an_address() {
        for (address, password) in [
            ("postgres://shop:password@db:5432/shop", Some("password")),
            ("redis://:secret@cache", Some("secret")),
            ("shop:password@tcp(mysql:3306)/shop", Some("password")),
            ("postgres://shop:password@localhost/shop", None),
            ("shop:password@elsewhere", None),
            ("https://docs.example/a:token@b", None),
            ("postgres://db/shop", None),
        ] {
            assert_eq!(password_of(address), password, "{address}");
        }
    }

    #[test]
    fn words_for_passwords_are_what_runs() {
        for value in ["password", "Password1", "db_password", "shop-demo-pw", "mysecretpassword", "example", "secret"] {
            assert!(is_noun(value), "{value}");
        }
        for value in ["changeme", "your-password", "postgres", "${PASSWORD}", "", "<password>", "replace_this_secret"] {
            assert!(!is_noun(value), "{value}");
        }
    }
}
