//! Values that are fillers more often than credentials: reported, but never as more than a low confidence.
//!
//! One decision a reader would question: nothing here is ruled out. `password1` and `db_password` are what documentation
//! writes, and what some people use; a reader of the default report wants neither, a reader of everything both.

/// Words that describe the value they end.
const LONG_NOUNS: &[&str] =
    &["password", "passwd", "passphrase", "passwort", "passcode", "secret", "token", "apikey", "credentials", "pass", "pwd"];
/// The same, but other words end like them.
const SHORT_NOUNS: &[&str] = &["key", "creds", "cred", "pw", "login", "auth"];

/// What is longer holds the word by chance, or among others.
const MAX_EXAMPLE: usize = 32;

/// How long, and of which bytes, the value of a name is that everybody spells the same.
struct Promise {
    /// The name's end, in lower case without separators.
    name: &'static str,
    least: usize,
    most: usize,
    fits: fn(u8) -> bool,
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

const fn is_upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

const fn is_token(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

/// Formats: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html>,
/// <https://github.blog/changelog/2021-03-31-authentication-token-format-updates-are-generally-available/>,
/// <https://docs.slack.dev/authentication/tokens>, <https://docs.stripe.com/keys>, <https://www.twilio.com/docs/iam/api>.
const PROMISES: &[Promise] = &[
    Promise { name: "awsaccesskeyid", least: 16, most: 128, fits: is_upper },
    Promise { name: "awssecretaccesskey", least: 40, most: 40, fits: is_base64 },
    Promise { name: "awssessiontoken", least: 100, most: 4096, fits: is_base64 },
    Promise { name: "githubtoken", least: 36, most: 4096, fits: is_token },
    Promise { name: "gitlabtoken", least: 20, most: 4096, fits: is_token },
    Promise { name: "slackbottoken", least: 24, most: 4096, fits: is_token },
    Promise { name: "stripesecretkey", least: 24, most: 4096, fits: is_token },
    Promise { name: "twilioauthtoken", least: 32, most: 32, fits: is_token },
    Promise { name: "sendgridapikey", least: 50, most: 100, fits: is_token },
    Promise { name: "openaiapikey", least: 40, most: 4096, fits: is_token },
    Promise { name: "anthropicapikey", least: 40, most: 4096, fits: is_token },
];

/// Why a value is a filler more often than not, if so.
pub(crate) fn filler(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?.trim_matches(['.', '*']);
    let stem = text.strip_suffix(|c: char| c.is_ascii_digit()).unwrap_or(text).trim_end_matches(['-', '_', ':', '.']);
    let separates = |c: char| matches!(c, '-' | '_' | '.' | ' ' | '/');
    // `kafka1_key_creds`: digits only end a word before the last.
    let is_word = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_digit()).bytes().all(|byte| byte.is_ascii_alphabetic());
    let last = stem.rsplit(separates).next().unwrap_or_default();
    if !stem.split(separates).all(is_word) || last.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let lower = stem.to_ascii_lowercase();
    let boundary = |noun: &str| {
        let at = stem.len() - noun.len();
        at == 0
            || matches!(stem.as_bytes()[at - 1], b'-' | b'_' | b'.' | b' ' | b'/')
            || stem.as_bytes()[at].is_ascii_uppercase() && stem.as_bytes()[at - 1].is_ascii_lowercase()
    };
    let ends =
        LONG_NOUNS.iter().any(|noun| lower.ends_with(noun)) || SHORT_NOUNS.iter().any(|noun| lower.ends_with(noun) && boundary(noun));
    ends.then_some("it ends in a word for what it is")
}

/// Why a value is an example by its own words, if so: `KEYEXAMPLE1234`.
pub(crate) fn example(value: &[u8]) -> Option<&'static str> {
    let lower = value.to_ascii_lowercase();
    (value.len() < MAX_EXAMPLE && memchr::memmem::find(&lower, b"example").is_some()).then_some("it calls itself an example")
}

/// Why a value is not what its name promises, if the name promises a format.
pub(crate) fn broken_promise(name: &[u8], value: &[u8]) -> Option<&'static str> {
    // Only the end of a long name counts.
    let name = &name[name.len().saturating_sub(64)..];
    let name: Vec<u8> = name.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    let promise = PROMISES.iter().find(|promise| name.ends_with(promise.name.as_bytes()))?;
    let fits = (promise.least..=promise.most).contains(&value.len()) && value.iter().all(|&byte| (promise.fits)(byte));
    (!fits).then_some("its name promises another format")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_themselves_are_likely_fillers() {
        for value in [
            "db_password",
            "examplepass",
            "MySecretKey",
            "password1",
            "secret_1",
            "kafka1_tls_creds",
            "pass2",
            "AdminPassword",
            "mysql-server/root_password",
        ] {
            assert!(filler(value.as_bytes()).is_some(), "{value}");
        }
        for value in [
            "hunter2",
            "monkey",
            "password123",
            "Password!",
            "Summer2024",
            "pa55word",
            "1panel_password",
            "admin",
            "correct horse battery staple",
        ] {
            assert_eq!(filler(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn names_promise_formats() {
        assert!(broken_promise(b"AWS_ACCESS_KEY_ID", b"key").is_some());
        assert!(broken_promise(b"AWS_SECRET_ACCESS_KEY", b"minio123").is_some());
        assert_eq!(broken_promise(b"AWS_SECRET_ACCESS_KEY", b"9drTJvcXLB89EXALB8D1oZ7HkTbzZmwvp4TCrEYq"), None);
        assert_eq!(broken_promise(b"DB_PASSWORD", b"key"), None);
    }
}
