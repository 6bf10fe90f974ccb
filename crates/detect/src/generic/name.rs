//! The name around a word that was hit, and whether it names a credential.

mod words;

use unkeyed_model::Span;

use super::lexicon;
use super::vocabulary::{self, Facts};
use crate::placeholder::word_list::WordList;
use words::Words;

static PASSES: WordList = WordList::new(lexicon::PASSES);
static SALTED: WordList = WordList::new(lexicon::SALTED);
static CIPHERS: WordList = WordList::new(lexicon::CIPHERS);

/// A longer name is none.
const MAX_NAME: usize = 80;

/// So far above a key the name of its section is looked for.
const SECTION: usize = 256;

/// First words of the names of switches.
const SWITCHES: [&[u8]; 6] = [b"no", b"without", b"allow", b"enable", b"disable", b"ask"];

/// What has a seed that is a secret.
const SEEDED: [&[u8]; 4] = [b"otp", b"totp", b"hotp", b"mfa"];

/// What kind of credential a name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Password,
    Secret,
    Token,
    Key,
    /// Credentials of any form: `auth`, `credentials`, `Authorization`.
    Auth,
}

/// A name of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) span: Span,
    pub(super) class: Class,
    /// The name alone says little: `key`, `password_x`.
    pub(super) weak: bool,
    /// It holds the word "secret".
    pub(super) secret: bool,
    /// The first word is a verb, so that a call with this name need not take a credential.
    pub(super) acts: bool,
}

/// Whether a byte may belong to a name.
pub(super) const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || byte >= 0x80
}

/// Where the name ends that goes on at `at`.
pub(super) fn end_of(text: &[u8], at: usize) -> usize {
    let rest = &text[at..text.len().min(at + MAX_NAME)];
    let run = rest.iter().take_while(|&&byte| is_name_byte(byte)).count();
    // The colon of Chinese and Japanese ends a name as the other does.
    let mut end = at + memchr::memmem::find(&rest[..run], "：".as_bytes()).unwrap_or(run);
    // `password->x`, `password.` at the end of a sentence.
    while end > at && matches!(text[end - 1], b'.' | b'-') {
        end -= 1;
    }
    end
}

/// Where the name starts of which `at` is a part.
fn start_of(text: &[u8], at: usize) -> usize {
    let head = &text[at.saturating_sub(MAX_NAME)..at];
    let mut start = at - head.iter().rev().take_while(|&&byte| is_name_byte(byte)).count();
    while start < at && matches!(text[start], b'.' | b'-') {
        start += 1;
    }
    // `\u0026page_token`: the escape is no part of the name.
    let is_escape = start > 0 && text[start - 1] == b'\\' && text[start] == b'u';
    let digits = text.get(start + 1..start + 5).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    if is_escape && digits && start + 5 <= at { start + 5 } else { start }
}

/// The name that holds the hit at `at` and ends at `end`, if it names a credential.
pub(super) fn judge(text: &[u8], at: usize, end: usize) -> Option<Name> {
    let start = start_of(text, at);
    if end <= start || end - start > MAX_NAME {
        return None;
    }
    let span = Span::new(start, end);
    let words = Words::of(&text[start..end]);
    let (class, weak) = class_of(&words, || word_before(text, start))?;
    let acts = words.known(words.first_of_last_member()) & vocabulary::VERB != 0;
    let secret = (0..words.count).any(|at| words.known(at) & vocabulary::SECRET != 0);
    let is_of_cipher = class == Class::Key && weak && (is_argument_of_cipher(text, start) || is_in_section_of_tokens(text, start));
    Some(Name { span, class, weak: weak && !is_of_cipher, secret: secret || is_of_cipher, acts })
}

/// The word before a blank before the name: `api key`.
fn word_before(text: &[u8], start: usize) -> &[u8] {
    let Some(blank) = start.checked_sub(1).filter(|&at| text[at] == b' ') else { return &[] };
    let head = &text[blank.saturating_sub(24)..blank];
    &head[head.len() - head.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count()..]
}

/// `AES(key: "x")`
fn is_argument_of_cipher(text: &[u8], start: usize) -> bool {
    let Some(head) = text[..start].strip_suffix(b"(") else { return false };
    let call = head.iter().rev().take(24).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    CIPHERS.has_any_case(&head[head.len() - call..])
}

/// `"Jwt": {"Issuer": "x", "Key": "y"}`: how ASP.NET's programs are told what to sign with.
fn is_in_section_of_tokens(text: &[u8], start: usize) -> bool {
    let floor = start.saturating_sub(SECTION);
    let Some(head) = text[floor..start].strip_suffix(b"\"") else { return false };
    let mut depth = 0;
    let open = head.iter().rposition(|byte| {
        depth += i32::from(*byte == b'}') - i32::from(*byte == b'{');
        depth < 0
    });
    let section = open.and_then(|at| head[..at].trim_ascii_end().strip_suffix(b":")?.trim_ascii_end().strip_suffix(b"\""));
    let name = section.map_or(&[][..], |section| section.rsplit(|byte| *byte == b'"').next().unwrap_or_default());
    let lower = name.to_ascii_lowercase();
    ["jwt", "signing", "encrypt", "hmac"].iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
}

fn class_of<'a>(words: &Words<'a>, before: impl Fn() -> &'a [u8]) -> Option<(Class, bool)> {
    let mut last = words.count.checked_sub(1)?;
    let known = |at: usize| words.known(at);
    while last > 0 && (is_number(words.get(last)) || known(last) & (vocabulary::NEUTRAL | vocabulary::NAMES) == vocabulary::NEUTRAL) {
        last -= 1;
    }
    let head = known(last);
    // `PASSWORD_ENV`, `tokenEnvVar`: which variable holds it.
    if last + 1 < words.count && [&b"env"[..], b"envvar"].iter().any(|end| end.eq_ignore_ascii_case(words.get(last + 1))) {
        return None;
    }
    // `--no-ask-password`, `allow_password`: whether, not what.
    if last > 0 && SWITCHES.iter().any(|switch| switch.eq_ignore_ascii_case(words.get(0))) {
        return None;
    }
    // `otp_seed`, `mfaSeed`: what one-time passwords are computed from.
    if last > 0 && words.get(last).eq_ignore_ascii_case(b"seed") && SEEDED.iter().any(|of| of.eq_ignore_ascii_case(words.get(last - 1))) {
        return Some((Class::Secret, false));
    }
    if words.get(last).eq_ignore_ascii_case(b"salt") {
        // One that all users share is a secret: `SECURITY_PASSWORD_SALT`, `SALT`. Anybody else's stands beside the hash.
        let is_constant = words.name.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_');
        return (is_constant || last > 0 && SALTED.has_any_case(words.get(last - 1))).then_some((Class::Secret, true));
    }
    if head & vocabulary::NAMES != 0 {
        if (0..last).any(|at| words.get(at).eq_ignore_ascii_case(b"public") || words.get(at).eq_ignore_ascii_case(b"publishable")) {
            return None;
        }
        if last > 0 && head & vocabulary::PASSWORD != 0 && is_sealed(words.get(last - 1)) {
            return None;
        }
        if head & vocabulary::BARE_KEY != 0 && (0..last).any(|at| is_wrapped(words.get(at))) {
            return None;
        }
        if last > 0 && words.get(last).eq_ignore_ascii_case(b"pass") && PASSES.has_any_case(words.get(last - 1)) {
            return None;
        }
        if last > 0 && head & vocabulary::SECRET != 0 && is_object(words.get(last - 1)) {
            return None;
        }
        // Cisco's `pass_key`: a password between routers.
        if last > 0 && head & vocabulary::BARE_KEY != 0 && words.get(last - 1).eq_ignore_ascii_case(b"pass") {
            return Some((Class::Password, false));
        }
        let modifier = if last > 0 { known(last - 1) } else { vocabulary::facts(before()) };
        return class_of_head(head, modifier);
    }
    if head & vocabulary::ABOUT != 0 {
        return None;
    }
    if let Some(one) = words.get(last).strip_suffix(b"s").map(vocabulary::facts).filter(|one| one & vocabulary::NAMES != 0) {
        // Several, or a count; a list of random values says which.
        let modifier = if last > 0 { known(last - 1) } else { 0 };
        return class_of_head(one, modifier).map(|(class, _)| (class, true));
    }
    // `password_mysql`, `PASSWORD_ADMIN`, `senha_banco`.
    let strong = vocabulary::PASSWORD | vocabulary::SECRET | vocabulary::TOKEN;
    let first = (0..last).rev().take(3).find(|&at| known(at) & strong != 0)?;
    if (first + 1..last).any(|at| known(at) & vocabulary::ABOUT != 0) {
        return None;
    }
    let modifier = if first > 0 { known(first - 1) } else { 0 };
    class_of_head(known(first), modifier).map(|(class, _)| (class, true))
}

/// `encrypted_password`, `hashedPassword`: what became of a password.
fn is_sealed(word: &[u8]) -> bool {
    [&b"encrypted"[..], b"hashed", b"encoded", b"digested", b"masked"].iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// `encrypted_key`, `wrappedDataKey`: a key that another one opens.
fn is_wrapped(word: &[u8]) -> bool {
    [&b"encrypted"[..], b"wrapped"].iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// `tlsSecret`, `imagePullSecret`, `existingSecret`: the name of a Kubernetes Secret. `Non-secret` is none.
fn is_object(word: &[u8]) -> bool {
    [&b"tls"[..], b"pull", b"imagepull", b"existing", b"non"].iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn class_of_head(head: Facts, modifier: Facts) -> Option<(Class, bool)> {
    let is_other = modifier & vocabulary::NOT_KIND != 0;
    let known_kind = modifier & vocabulary::KEY_KIND != 0;
    match head & vocabulary::NAMES {
        vocabulary::PASSWORD => Some((Class::Password, false)),
        vocabulary::SECRET => Some((Class::Secret, false)),
        vocabulary::KEY => Some((Class::Key, false)),
        vocabulary::TOKEN => (!is_other).then_some((Class::Token, false)),
        vocabulary::BARE_KEY if known_kind => Some((Class::Key, false)),
        vocabulary::BARE_KEY => (!is_other).then_some((Class::Key, true)),
        vocabulary::AUTH => Some((Class::Auth, true)),
        _ => None,
    }
}

fn is_number(word: &[u8]) -> bool {
    word.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Option<(Class, bool)> {
        let words = Words::of(name.as_bytes());
        class_of(&words, || b"")
    }

    #[test]
    fn names_of_credentials() {
        for (name, class) in [
            ("password", Class::Password),
            ("DB_PASSWORD", Class::Password),
            ("spring.datasource.password", Class::Password),
            ("dbPass", Class::Password),
            ("DBPassword2", Class::Password),
            ("smtp_pwd", Class::Password),
            ("userpassword", Class::Password),
            ("mot_de_passe", Class::Password),
            ("contraseña", Class::Password),
            ("пароль", Class::Password),
            ("db.password.prod", Class::Password),
            ("clientSecret", Class::Secret),
            ("SECRET_KEY", Class::Key),
            ("apikey", Class::Key),
            ("X-Api-Key", Class::Key),
            ("APIKey", Class::Key),
            ("AccountKey", Class::Key),
            ("GITHUB_TOKEN", Class::Token),
            ("accessToken", Class::Token),
            ("SAPWD", Class::Password),
            ("mainDbPass", Class::Password),
            ("pass_key", Class::Password),
            ("userPassWord", Class::Password),
            ("otp_seed", Class::Secret),
            ("MFA_SEED", Class::Secret),
            ("NWKSKEY", Class::Key),
        ] {
            assert_eq!(named(name), Some((class, false)), "{name}");
        }
        for name in [
            "key",
            "keys",
            "max_tokens",
            "secrets",
            "password_mysql",
            "PASSWORD_ADMIN",
            "secret_key_base_x",
            "SECURITY_PASSWORD_SALT",
            "cookieSalt",
            "SALT",
            "storageFooKey",
            "primary_key",
            "credentials",
            "Authorization",
        ] {
            assert!(named(name).is_none_or(|(_, weak)| weak), "{name}");
        }
        assert_eq!(named("secret_key_base"), Some((Class::Key, false)));
    }

    #[test]
    fn names_of_other_things() {
        for name in [
            "password_field",
            "salt",
            "basalt",
            "user_salt",
            "token_url",
            "key_id",
            "public_key",
            "keyboard",
            "secret_name",
            "tokenizer",
            "passed",
            "bypass",
            "compass",
            "monkey",
            "password.length",
            "passwordHash",
            "nextPageToken",
            "csrf_token",
            "secretKeyRef",
            "api_key_id",
            "PASSWORD_FILE",
            "auth_type",
            "token_type",
            "passwordPolicy",
            "secretary",
            "author",
            "authority",
            "cache_key",
            "foreignKey",
            "cancellationToken",
            "key_name",
            "hotkey",
            "encrypted_password",
            "hashedPassword",
            "encryptedDataKey",
            "wrapped_key",
            "tlsSecret",
            "existingSecret",
            "Sec-WebSocket-Key",
            "hwScaleFilterFirstPass",
            "RENDER_PASS",
            "encoded_token.encoded_payload",
            "csrfmiddlewaretoken",
        ] {
            assert_eq!(named(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_is_taken_whole() {
        let text = b"x = spring.datasource.dbPassword: y";
        let at = 27;
        let end = end_of(text, at);
        let name = judge(text, at, end).unwrap();
        assert_eq!(&text[name.span.start..name.span.end], b"spring.datasource.dbPassword");
        assert!(judge(b"the api key is", 8, 11).is_some_and(|name| !name.weak));
    }
}
