//! Whether the value at a place is a credential, and how sure that is.

mod basic;
mod code;
mod digest;
mod user;
pub(super) mod word;

use unkeyed_model::{Confidence, Origin, Span};

use super::dialect::Dialect;
use super::extract::{Extract, is_header};
use super::measure::{self, Features};
use super::name::{Class, Name};
use super::place::{How, Place};
use super::score::{self, Measure};
use super::{Found, rarity};
use crate::placeholder;

use code::{is_code, is_minified, is_version, names_substitution, names_variable};
use word::{
    is_capitalised, is_compound, is_escaped_text, is_file_name, is_mail_address, is_member, is_name_of_setting, is_path_of_words, is_short,
};

/// So near a NUL a text belongs to a program, or to a catalogue of its texts.
const PROGRAM: usize = 256;
/// Longer values are judged by their beginning.
const LOOK: usize = 512;

/// What was decided of a place, and why.
pub(super) struct Judgement {
    place: Place,
    extract: Extract,
    reason: Reason,
    /// The confidence that it is worth at most, and why.
    doubt: Option<(Confidence, &'static str)>,
    /// Whether it is the user's name: a weak password, but surely one.
    is_user: bool,
}

enum Reason {
    /// It is none, whatever it measures.
    Ruled(&'static str),
    Measured(Measure, Box<Features>),
    /// A list of bytes as long as a key, in no order.
    Numbers,
}

/// Judges the value at `place`.
pub(super) fn judge(text: &[u8], place: &Place, name: Option<&Name>, dialect: Dialect, file: Option<&Origin>) -> Judgement {
    let value = &text[place.value.span.start..place.value.span.end.min(place.value.span.start + LOOK)];
    let extract = Extract::of(text, place, name, dialect);
    if place.how == How::Numbers {
        let doubt = name.filter(|name| name.weak).map(|_| (Confidence::Low, "the name says little"));
        return Judgement { place: *place, extract, reason: Reason::Numbers, doubt, is_user: false };
    }
    let ruled = ruled_out(text, value, place, name, dialect, file);
    let reason = ruled.map_or_else(
        || {
            let by_person = name.is_none_or(|name| name.class == Class::Password || is_chosen(text, name, value, place, dialect))
                || place.how == How::Pair;
            let measure = if by_person && place.how != How::Bearer { Measure::Password } else { Measure::Key };
            Reason::Measured(measure, Box::new(measure::features(value, place, name, dialect)))
        },
        Reason::Ruled,
    );
    let doubt = if let Reason::Measured(..) = reason { doubt(text, value, place, name, dialect) } else { None };
    let is_password = name.is_some_and(|name| name.class == Class::Password && !name.weak);
    let repeats = || place.how == How::Pair && user::repeats(text, place.value.span);
    let is_user = matches!(reason, Reason::Measured(..)) && (is_password && user::is_user(text, place.value.span) || repeats());
    Judgement { place: *place, extract, reason, doubt, is_user }
}

impl Judgement {
    /// The credential, if it is one.
    pub(super) fn found(&self) -> Option<Found> {
        let confidence = match &self.reason {
            Reason::Ruled(_) => return None,
            Reason::Measured(measure, features) => score::confidence(score::probability(*measure, features))?,
            Reason::Numbers => Confidence::Medium,
        };
        let confidence = if self.is_user { confidence.max(Confidence::Medium) } else { confidence };
        let confidence = self.doubt.map_or(confidence, |(most, _)| confidence.min(most));
        Some(Found { extract: self.extract, secret: self.place.value.span, confidence })
    }

    /// What was measured, unless it was ruled out, and what it is worth at most.
    #[cfg(test)]
    pub(super) fn measured(&self) -> Option<(Measure, Features, Confidence)> {
        match &self.reason {
            Reason::Ruled(_) | Reason::Numbers => None,
            Reason::Measured(measure, features) => Some((*measure, **features, self.doubt.map_or(Confidence::High, |(most, _)| most))),
        }
    }

    /// The decision in words.
    pub(super) fn told(&self) -> Vec<String> {
        let mut lines = vec![format!("place: {:?}, read as {:?}", self.place.how, self.extract)];
        match &self.reason {
            Reason::Ruled(why) => lines.push(format!("ruled out: {why}")),
            Reason::Numbers => lines.push("a list of bytes as long as a key, in no order".into()),
            Reason::Measured(measure, features) => {
                let probability = score::probability(*measure, features);
                let confidence =
                    score::confidence(probability).map_or("not reported".into(), |found| format!("confidence {found:?}").to_lowercase());
                lines.push(format!(
                    "measured as {}: {:.0} of 100, {confidence}",
                    format!("{measure:?}").to_lowercase(),
                    probability * 100.0
                ));
                lines.extend(self.is_user.then(|| "medium at least: it is the user's name".into()));
                lines.extend(self.doubt.map(|(most, why)| format!("{} at most: {why}", format!("{most:?}").to_lowercase())));
                lines.extend(score::reasons(*measure, features));
            }
        }
        lines
    }
}

/// Whether the shared secret is one that a person made up: `client-secret: 112233`, and in a program `secret = "OpenSesame"`.
/// In configuration a word can be the name of a secret that stands elsewhere.
fn is_chosen(text: &[u8], name: &Name, value: &[u8], place: &Place, dialect: Dialect) -> bool {
    let is_word = || {
        let is_set = dialect == Dialect::Code && place.how == How::Assigned && place.value.quoted;
        // Not what a call takes, or a list begins with.
        let is_given = text[..place.value.span.start - 1].trim_ascii_end().last().is_some_and(|byte| matches!(byte, b'=' | b':' | b'>'));
        is_set
            && is_given
            && name.class == Class::Secret
            && value.iter().all(u8::is_ascii_alphabetic)
            && value.iter().any(u8::is_ascii_lowercase)
    };
    let is_short = value.len() < 24 && (value.iter().any(u8::is_ascii_digit) || is_word());
    let is_secret = name.class == Class::Secret || name.class == Class::Key && name.secret;
    is_secret && !name.weak && is_short && !measure::names_itself(value)
}

/// Why the value is no credential whatever it measures, if so.
fn ruled_out(
    text: &[u8],
    value: &[u8],
    place: &Place,
    name: Option<&Name>,
    dialect: Dialect,
    file: Option<&Origin>,
) -> Option<&'static str> {
    let is_password = name.is_none_or(|name| name.class == Class::Password) || place.how == How::Pair;
    if value.len() < if is_password { 4 } else { 6 } {
        return Some("too short to be one");
    }
    // A scheme or a user beside it says what the name does not.
    let is_vague = name.is_some_and(|name| name.weak && !(is_header(&text[name.span.start..name.span.end]) && is_long(value)))
        && !matches!(place.how, How::Bearer | How::Basic | How::Pair);
    let secret = Span::new(place.value.span.start, place.value.span.end);
    placeholder::in_place(text, secret, place.value.quoted, file)
        .or_else(|| is_code(value).then_some("code"))
        .or_else(|| (dialect == Dialect::Shell && names_variable(value)).then_some("a variable of the shell"))
        .or_else(|| (dialect == Dialect::Sql && names_substitution(value)).then_some("a variable of SQL*Plus"))
        .or_else(|| (place.value.goes_on && value.len() < 12).then_some("a part of an expression"))
        .or_else(|| {
            (dialect == Dialect::Locale && (!is_random(value) || value.windows(2).any(|pair| pair == b"\\u")))
                .then_some("a text of a user interface")
        })
        .or_else(|| digest::digest(text, value, name))
        .or_else(|| (is_password && digest::is_salted(text, secret)).then_some("a hash beside its salt"))
        .or_else(|| (!is_password && is_file_name(value)).then_some("the name of a file"))
        .or_else(|| is_version(value).then_some("a version"))
        .or_else(|| {
            name.is_some_and(|name| is_working_folder(&text[name.span.start..name.span.end], value, place.how))
                .then_some("the working folder")
        })
        .or_else(|| {
            (is_vague && !is_random(value) && !(is_password && is_mixed(value)))
                .then_some("the name says little, and the value does not look random")
        })
        .or_else(|| ((is_vague || !is_random(value)) && dialect == Dialect::Code && is_minified(text, secret)).then_some("minified code"))
        .or_else(|| {
            (place.how == How::Told
                && !(place.value.quoted && is_beside_user(text, secret))
                && value.strip_suffix(b"?").unwrap_or(value).iter().all(u8::is_ascii_lowercase)
                && rarity::rarity(value) < 6.0)
                .then_some("a word in a text")
        })
        .or_else(|| {
            // `-proot shop` is no sentence.
            let is_apart = place.how == How::Option && text[..secret.start].ends_with(b" ");
            // In a program a tool with its options is a command.
            let is_apart = is_apart && (name.is_some() || dialect == Dialect::Prose);
            let is_sentence = place.how == How::Told || is_apart && matches!(dialect, Dialect::Code | Dialect::Prose);
            (is_sentence && !place.value.quoted && is_followed_by_word(text, value, secret)).then_some("a word of a sentence")
        })
        .or_else(|| (place.how == How::Told && is_pair(value)).then_some("a name with its value"))
        .or_else(|| (place.how == How::Told && is_name_of_setting(value)).then_some("the name of a setting"))
        .or_else(|| {
            let calls = place.how == How::Told && dialect == Dialect::Code && text[secret.end..].starts_with(b" (");
            calls.then_some("an expression")
        })
        .or_else(|| {
            let is_user_of_token = place.how == How::Userinfo && matches!(value, b"x-oauth-basic" | b"x-access-token" | b"x-token-auth");
            is_user_of_token.then_some("says that the user's name is the token")
        })
        .or_else(|| (matches!(place.how, How::Told | How::Option) && value.starts_with(b"--")).then_some("an option"))
        .or_else(|| (place.how == How::Inside && is_badge(text, secret)).then_some("the token of a badge shows a figure and opens nothing"))
        .or_else(|| (place.how == How::Basic && basic::is_placeholder(value)).then_some("a placeholder in base64"))
        .or_else(|| (place.how == How::Compared && matches!(value, [.., b':' | b'='])).then_some("the beginning of a line"))
        .or_else(|| (name.is_some_and(|name| name.class == Class::Token) && is_hidden(text, secret)).then_some("a form's one-time token"))
        .or_else(|| name.is_some_and(|name| digest::is_salt_of_hash(text, name)).then_some("a salt beside its hash"))
        .or_else(|| is_beacon(text, secret).then_some("a beacon's token names the site that it counts"))
}

/// "user `admin` and password `admin`"
fn is_beside_user(text: &[u8], secret: Span) -> bool {
    let before = text[secret.start.saturating_sub(64)..secret.start].to_ascii_lowercase();
    let line = &before[memchr::memrchr(b'\n', &before).map_or(0, |at| at + 1)..];
    let users = ["user", "login", "account", "usuario", "utilisateur", "benutzer", "用户", "帐号", "账号", "账户", "пользовател"];
    let user = users.iter().filter_map(|user| memchr::memmem::find(line, user.as_bytes())).min();
    user.is_some_and(|at| memchr::memchr_iter(b'`', &line[at..]).count() == 3)
}

/// "pass `protocol=3`"
fn is_pair(value: &[u8]) -> bool {
    let name = value.iter().take_while(|byte| byte.is_ascii_lowercase() || **byte == b'_').count();
    name > 1 && value.get(name) == Some(&b'=') && !value.ends_with(b"=")
}

/// `password: Database password (optional)`
fn is_followed_by_word(text: &[u8], value: &[u8], secret: Span) -> bool {
    let after = &text[secret.end..];
    value.iter().all(u8::is_ascii_alphabetic) && after.first() == Some(&b' ') && after.get(1).is_some_and(u8::is_ascii_alphabetic)
}

/// No digits, and no unusual characters in a row.
fn is_word(value: &[u8]) -> bool {
    !value.iter().any(u8::is_ascii_digit) && rarity::rarity(value) < 6.0
}

/// `/etc/passwd:`, and not the option `/PASSWORD=x`.
fn is_end_of_path(text: &[u8], name: &Name) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'~');
    text[..name.span.start].strip_suffix(b"/").and_then(<[u8]>::last).is_some_and(is_part)
}

/// `PWD=/srv/app`, "pwd is src/app": the shell's variable, and no password.
fn is_working_folder(name: &[u8], value: &[u8], how: How) -> bool {
    let is_path = value.starts_with(b"/") || value.get(1) == Some(&b':');
    matches!(name, b"PWD" | b"OLDPWD") && (how == How::Compared || is_path) || name == b"pwd" && how == How::Told && value.contains(&b'/')
}

/// Whether the value is one of a program's strings: what asks for a password looks like what sets one.
fn is_in_program(text: &[u8], secret: Span) -> bool {
    let around = &text[secret.start.saturating_sub(PROGRAM)..text.len().min(secret.end.saturating_add(PROGRAM))];
    memchr::memchr(0, around).is_some()
}

/// What the value is worth at most, and why, if it is doubted.
fn doubt(text: &[u8], value: &[u8], place: &Place, name: Option<&Name>, dialect: Dialect) -> Option<(Confidence, &'static str)> {
    let least = unlikely(text, value, place, name, dialect).map(|why| (Confidence::Low, why));
    least.or_else(|| plain(value).map(|why| (Confidence::Medium, why)))
}

/// Why the value can be a password and nothing but a word too, if so.
fn plain(value: &[u8]) -> Option<&'static str> {
    if value.contains(&b' ') {
        return Some("words");
    }
    is_word(value).then_some("a word without a digit")
}

/// Why the value is worth no more than a low confidence, if so.
fn unlikely(text: &[u8], value: &[u8], place: &Place, name: Option<&Name>, dialect: Dialect) -> Option<&'static str> {
    let is_setting = name.is_some_and(|name| is_setting(text, name));
    if dialect == Dialect::Prose && !place.value.quoted && !is_setting && is_word(value) {
        return Some("a word in a text");
    }
    if !value.is_ascii() && !value.iter().any(u8::is_ascii_digit) || is_escaped_text(value) {
        return Some("letters beyond ASCII and no digit");
    }
    if place.how == How::Told && dialect == Dialect::Code && measure::is_uuid(value) {
        return Some("an identifier in a comment");
    }
    if dialect == Dialect::Shell && !place.value.quoted && is_word(value) && text[..place.value.span.start].trim_ascii_end().ends_with(b":")
    {
        return Some("a word behind a label");
    }
    if name.is_some_and(|name| is_short(text, name)) && is_word(value) {
        return Some("two letters for its name, and a word");
    }
    if is_compound(value) {
        return Some("words that begin with capitals");
    }
    if name.is_some_and(|name| name.class == Class::Key) && is_member(value) {
        return Some("words joined by dots");
    }
    let blanks = value.iter().filter(|&&byte| byte == b' ').count();
    if dialect == Dialect::Code && blanks > 3 || dialect == Dialect::Markup && blanks > 2 {
        return Some("a sentence");
    }
    if place.how == How::Directive && !place.value.quoted && is_word(value) && name.is_some_and(|name| is_capitalised(text, name)) {
        return Some("a title");
    }
    if name.is_some_and(|name| is_end_of_path(text, name)) {
        return Some("its name ends a path");
    }
    if !matches!(place.how, How::Userinfo | How::Basic | How::Bearer) && is_in_program(text, place.value.span) {
        return Some("a string in a program");
    }
    // A refresh token is a thing; what looks random is what the name says.
    if name.is_some_and(|name| name.acts && !repeats(text, name))
        && !is_random(value)
        && matches!(place.how, How::Assigned | How::Sibling | How::Element)
    {
        return Some("its name is that of an action");
    }
    let name = name.map(|name| &text[name.span.start..name.span.end]).unwrap_or_default();
    placeholder::likely::filler(value)
        .or_else(|| (place.how == How::Basic && basic::is_filler(value)).then_some("its base64 holds a word for what it is"))
        .or_else(|| placeholder::likely::example(value))
        .or_else(|| placeholder::likely::broken_promise(name, value))
        .or_else(|| repeats_name(name, value).then_some("it repeats its name"))
        .or_else(|| (matches!(place.how, How::Setter | How::Argument) && is_mail_address(value)).then_some("an address of mail"))
        .or_else(|| {
            (matches!(place.how, How::Inside | How::Argument) && is_path_of_words(value)).then_some("words inside a string or list")
        })
        .or_else(|| (value.iter().filter(|&&byte| byte == b'_').count() >= 3 && is_path_of_words(value)).then_some("many words"))
}

/// `DB_PASSWORD=x`: what a text quotes from a file or a command.
fn is_setting(text: &[u8], name: &Name) -> bool {
    let spelled = &text[name.span.start..name.span.end];
    let is_capital = spelled.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
    is_capital && spelled.contains(&b'_') && text.get(name.span.end) == Some(&b'=')
}

/// `confirm_password`, `test_password`: a verb that says which password it is.
fn repeats(text: &[u8], name: &Name) -> bool {
    let name = &text[name.span.start..name.span.end];
    let last = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    [&b"confirm"[..], b"verify", b"test", b"random", b"bcrypt", b"crypt", b"digest", b"hash", b"input", b"encrypt", b"decrypt"]
        .iter()
        .any(|verb| last.len() > verb.len() && last[..verb.len()].eq_ignore_ascii_case(verb))
}

/// `key: "key-outline"`, `token: "token_list"`: a table of names.
fn repeats_name(name: &[u8], value: &[u8]) -> bool {
    // `SAVE_PASSWORD: "save_password"`
    if value.eq_ignore_ascii_case(name) {
        return true;
    }
    let mut words = value.split(|byte| matches!(byte, b'-' | b'_' | b'.' | b'/'));
    let first = words.next().unwrap_or_default();
    let last = name.rsplit(|byte| matches!(byte, b'-' | b'_' | b'.')).next().unwrap_or_default();
    // `password PasswordGroup`
    let (head, rest) = value.split_at(value.len().min(last.len()));
    let joined = !last.is_empty() && head.eq_ignore_ascii_case(last) && rest.first().is_some_and(u8::is_ascii_uppercase) && is_word(value);
    joined || value.len() > first.len() && first.eq_ignore_ascii_case(last) && words.flatten().all(u8::is_ascii_lowercase)
}

/// Digits, both cases or a symbol, as a rule for passwords asks.
pub(super) fn is_mixed(value: &[u8]) -> bool {
    let has = |kind: fn(&u8) -> bool| value.iter().any(kind);
    let is_other =
        |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_punctuation() && !matches!(byte, b'_' | b'-' | b'.' | b'/' | b':');
    value.len() >= 8 && !value.contains(&b' ') && has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(is_other)
}

/// The value of a name that says little has to speak for itself.
pub(super) fn is_random(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    // Digits, perhaps behind a short prefix.
    let hex = value.iter().rev().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let is_hex = hex >= 28 && value.len() - hex <= 8;
    value.len() >= 16 && digits >= 2 && !value.contains(&b' ') && (is_hex || rarity::rarity(value) > 5.5)
}

/// What a header for a key holds, if it isn't a word or a number.
fn is_long(value: &[u8]) -> bool {
    let has_both = value.iter().any(u8::is_ascii_alphabetic) && value.iter().any(u8::is_ascii_digit);
    value.len() >= 20 && has_both && !measure::is_uuid(value)
}

/// The address of a picture with a figure, as in a README.
fn is_badge(text: &[u8], secret: Span) -> bool {
    let before = &text[secret.start.saturating_sub(120)..secret.start];
    [b"badge".as_slice(), b"shields.io", b".svg?"].iter().any(|word| memchr::memmem::find(before, word).is_some())
}

/// `<input type="hidden" name="captcha_token" value="…">`
fn is_hidden(text: &[u8], secret: Span) -> bool {
    let before = &text[secret.start.saturating_sub(120)..secret.start];
    let tag = &before[memchr::memrchr(b'<', before).unwrap_or(before.len())..];
    tag.starts_with(b"<input") && memchr::memmem::find(tag, b"hidden").is_some()
}

/// `data-cf-beacon='{"token": "…"}'`
fn is_beacon(text: &[u8], secret: Span) -> bool {
    memchr::memmem::find(&text[secret.start.saturating_sub(32)..secret.start], b"-beacon=").is_some()
}
