//! Passwords that are the word for what they are: `DB_PASSWORD: password`.
//!
//! One decision a reader would question: in a text such a word is a filler more often than not, and detection makes
//! little of it. In the environment of a container it is what runs. Words that tell the reader to put something else
//! there (`changeme`) stay what they are.

use unkeyed_model::{Custody, Declaration, Lifetime, Location, Role};

use crate::{facts, variables};

/// Words that end such a value.
const NOUNS: &[&str] = &["password", "passwd", "passphrase", "pass", "pwd", "secret", "token", "example"];
/// Longest value that is looked at.
const MAX_BYTES: usize = 32;

/// The credential that a literal in a running configuration is, if detection takes it for a filler.
pub(crate) fn declared(variable: &str, text: &str, location: &Location) -> Option<Declaration> {
    is_noun(text).then(|| Declaration {
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

fn is_noun(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let stem = text.trim_end_matches(|last: char| last.is_ascii_digit());
    let is_spelled = stem.len() <= MAX_BYTES && stem.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_' | b'.'));
    let tells = ["change", "replace", "your", "insert", "put", "enter", "todo", "fixme"].iter().any(|word| stem.starts_with(word));
    is_spelled && !tells && NOUNS.iter().any(|noun| stem.ends_with(noun))
}

#[cfg(test)]
mod tests {
    use super::is_noun;

    #[test]
    fn words_for_passwords_are_what_runs() {
        for value in ["password", "Password1", "db_password", "mysecretpassword", "example", "secret"] {
            assert!(is_noun(value), "{value}");
        }
        for value in ["changeme", "your-password", "postgres", "${PASSWORD}", "", "<password>", "replace_this_secret"] {
            assert!(!is_noun(value), "{value}");
        }
    }
}
