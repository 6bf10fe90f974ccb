//! What can be measured of a value and its place: the features by which it is judged.
//!
//! One decision a reader would question: a feature is a number that a person understands, and its weight stands beside its
//! name. So each decision can be told, and a wrong one can be traced to what was overrated.

use super::dialect::Dialect;
use super::lexicon;
use super::name::{Class, Name};
use super::place::{How, Place};
use super::rarity::rarity;
use crate::placeholder::word_list::WordList;

/// Longer values are measured by their beginning.
const LOOK: usize = 200;
/// A longer value is hardly chosen by a person.
const MAX_CHOSEN: usize = 24;
/// Words of mock values from which people also make passwords, and one that holds such a word by chance.
const CHOSEN: [&[u8]; 5] = [b"something", b"awesome", b"random", b"test", b"demo"];
static MOCK_WORDS: WordList = WordList::new(lexicon::MOCK_WORDS);
static DEFAULTS: WordList = WordList::new(lexicon::DEFAULTS);
static VALUE_NOUNS: WordList = WordList::new(lexicon::VALUE_NOUNS);

/// Names of the features, in the order of [`Features`].
pub(super) const NAMES: [&str; COUNT] = [
    "any value",
    "the name alone says little",
    "shorter than 6",
    "shorter than 8",
    "length up to 32",
    "rare character sequences",
    "kinds of characters",
    "letters and digits",
    "punctuation",
    "letters and separators only",
    "words of mock values",
    "words for credentials in the value",
    "sequences and repetitions",
    "32 or more hexadecimal digits",
    "UUID",
    "blanks",
    "changes of case and to digits",
    "a program",
    "a text for people",
    "not quoted",
    "a part of an expression",
    "a comparison",
    "a default",
    "an argument",
    "a setter or a pair",
    "an element or field",
    "inside a string",
    "an option or directive",
    "an address",
    "a header",
    "a statement or variable",
    "told in words",
    "rare, and 16 or longer",
    "digits only",
    "a lower-case word and a few digits",
    "only lower case and separators",
    "names a secret",
    "names a token",
    "names a key",
];
pub(super) const COUNT: usize = 39;

pub(super) type Features = [f32; COUNT];

fn flag(holds: bool) -> f32 {
    if holds { 1.0 } else { 0.0 }
}

/// Measures a value.
pub(super) fn features(value: &[u8], place: &Place, name: Option<&Name>, dialect: Dialect) -> Features {
    let value = &value[..value.len().min(LOOK)];
    let (shape, lower) = (Shape::of(value), value.to_ascii_lowercase());
    let how = place.how;
    let class = name.map_or(Class::Password, |name| name.class);
    let length = value.len() as f32;
    let rare = ((rarity(value) - 4.0) / 4.0).clamp(0.0, 1.5);
    let is_hex = value.len() >= 32 && value.iter().all(u8::is_ascii_hexdigit) && shape.digits > 0;
    let only_word_bytes = shape.digits == 0 && shape.symbols == 0;
    [
        1.0,
        flag(name.is_some_and(|name| name.weak)),
        flag(value.len() < 6 && !DEFAULTS.has(&lower)),
        flag(value.len() < 8),
        length.min(32.0) / 32.0,
        rare,
        (shape.kinds() - 1.0) / 3.0,
        flag(shape.digits > 0 && shape.lower + shape.upper > 0),
        flag(shape.symbols > 0),
        flag(only_word_bytes),
        flag(is_mock(&lower)),
        flag(!ends_in_token(value) && VALUE_NOUNS.is_within(&lower)),
        sequences(&lower),
        flag(is_hex),
        flag(is_uuid(value)),
        flag(shape.blanks > 0),
        (shape.changes as f32 / length.max(1.0)).min(1.0),
        flag(dialect == Dialect::Code),
        flag(dialect == Dialect::Prose),
        flag(!place.value.quoted),
        flag(place.value.goes_on),
        flag(how == How::Compared),
        flag(how == How::Default),
        flag(how == How::Argument),
        flag(matches!(how, How::Setter | How::Pair)),
        flag(matches!(how, How::Element | How::Sibling)),
        flag(how == How::Inside),
        flag(matches!(how, How::Option | How::Directive)),
        flag(how == How::Userinfo),
        flag(matches!(how, How::Bearer | How::Basic)),
        flag(matches!(how, How::Statement | How::Variable)),
        flag(how == How::Told),
        flag(rare > 0.5 && value.len() >= 16 && shape.blanks == 0),
        flag(shape.digits == value.len()),
        flag(is_word_and_digits(value)),
        flag(only_word_bytes && shape.upper == 0),
        flag(class == Class::Secret),
        flag(class == Class::Token),
        flag(matches!(class, Class::Key | Class::Auth)),
    ]
}

/// How many bytes of each kind.
#[derive(Default)]
struct Shape {
    lower: usize,
    upper: usize,
    digits: usize,
    separators: usize,
    blanks: usize,
    symbols: usize,
    changes: usize,
}

impl Shape {
    fn of(value: &[u8]) -> Self {
        let mut shape = Self::default();
        let mut before = None;
        for &byte in value {
            let (count, kind) = match byte {
                b'a'..=b'z' => (&mut shape.lower, 0),
                b'A'..=b'Z' => (&mut shape.upper, 1),
                b'0'..=b'9' => (&mut shape.digits, 2),
                b'-' | b'_' | b'.' | b'/' => (&mut shape.separators, 3),
                b' ' | b'\t' | b'\n' => (&mut shape.blanks, 3),
                _ => (&mut shape.symbols, 4),
            };
            *count += 1;
            // Words begin with a capital; only the other changes are unusual.
            let usual = matches!((before, kind), (None | Some(3), _) | (_, 3) | (Some(1), 0)) || before == Some(kind);
            shape.changes += usize::from(!usual);
            before = Some(kind);
        }
        shape
    }

    fn kinds(&self) -> f32 {
        [self.lower, self.upper, self.digits, self.symbols].iter().filter(|&&count| count > 0).count().max(1) as f32
    }
}

/// The share of characters that repeat the one before, follow it in the alphabet, or stand beside it on a keyboard.
fn sequences(lower: &[u8]) -> f32 {
    let in_row = |pair: &[u8]| {
        let (one, other) = (pair[0], pair[1]);
        let beside = KEYBOARD[usize::from(one)].abs_diff(KEYBOARD[usize::from(other)]) == 1;
        one.is_ascii_alphanumeric() && other.is_ascii_alphanumeric() && (one.abs_diff(other) <= 1 || beside)
    };
    // A single pair means nothing; three in a row do.
    let (mut runs, mut before) = (0, false);
    for pair in lower.windows(2) {
        let this = in_row(pair);
        runs += usize::from(before && this);
        before = this;
    }
    if lower.len() < 3 { 0.0 } else { runs as f32 / (lower.len() - 2) as f32 }
}

/// The place of each letter and digit on a keyboard, row behind row with a gap between.
static KEYBOARD: [u8; 256] = {
    let rows = b" qwertyuiop asdfghjkl zxcvbnm 1234567890";
    let (mut table, mut at) = ([0; 256], 0);
    while at < rows.len() {
        table[rows[at] as usize] = at as u8;
        at += 1;
    }
    table
};

pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// Whether it holds a word of mock values. `Test@1234` is a password that people choose, and the prefix of a token says what it opens.
fn is_mock(lower: &[u8]) -> bool {
    let digits = lower.iter().filter(|byte| byte.is_ascii_digit()).count();
    let symbols = lower.iter().filter(|byte| byte.is_ascii_punctuation() && !matches!(byte, b'-' | b'_' | b'.' | b'/')).count();
    if lower.len() < MAX_CHOSEN && digits + symbols > 2 {
        let mut rest = lower.to_vec();
        for word in CHOSEN {
            if let Some(at) = memchr::memmem::find(&rest, word) {
                rest.drain(at..at + word.len());
            }
        }
        return MOCK_WORDS.is_within(&rest);
    }
    !ends_in_token(lower) && MOCK_WORDS.is_within(lower)
}

/// Whether a word for credentials is a part of a short value.
pub(super) fn names_itself(value: &[u8]) -> bool {
    VALUE_NOUNS.is_within(&value.to_ascii_lowercase())
}

/// Whether the part behind the last separator is long and random: `depot_project_49c3128b…`.
fn ends_in_token(value: &[u8]) -> bool {
    let Some(at) = value.iter().rposition(|byte| matches!(byte, b'_' | b'-' | b'.')) else { return false };
    let tail = &value[at + 1..];
    tail.len() >= 24 && tail.iter().all(u8::is_ascii_alphanumeric) && tail.iter().filter(|byte| byte.is_ascii_digit()).count() >= 4
}

/// `admin123`, `Password1!`.
fn is_word_and_digits(value: &[u8]) -> bool {
    let letters = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let rest = &value[letters..];
    letters >= 3 && (1..=5).contains(&rest.len()) && rest.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_punctuation())
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Span;

    use super::super::value::Literal;
    use super::*;

    fn feature(name: &str, value: &str) -> f32 {
        let span = Span::new(0, value.len());
        let place = Place { how: How::Assigned, value: Literal { span, quoted: true, goes_on: false, end: span.end } };
        let at = NAMES.iter().position(|known| *known == name).unwrap();
        features(value.as_bytes(), &place, None, Dialect::Code)[at]
    }

    #[test]
    fn each_feature_tells_what_it_says() {
        for (name, more, less) in [
            ("shorter than 6", "abcde", "abcdef"),
            ("shorter than 8", "abcdefg", "abcdefgh"),
            ("length up to 32", "abcdefghijkl", "abc"),
            ("rare character sequences", "xqzvkjwp", "connection"),
            ("kinds of characters", "aB1!", "abcd"),
            ("letters and digits", "abc1", "abcd"),
            ("punctuation", "abc!", "ab-c"),
            ("letters and separators only", "ab_c", "ab_1"),
            ("words of mock values", "my-dummy-one", "my-first-one"),
            ("words of mock values", "test-user", "Test@1234"),
            ("words of mock values", "test_token", "test_4be1de7a1778cad2933b2d94"),
            ("words for credentials in the value", "mysecret", "mybucket"),
            ("words for credentials in the value", "pt_secret_4be1de7a", "pt_secret_4be1de7a1778cad2933b2d94"),
            ("sequences and repetitions", "qwerty123", "river7moon"),
            ("32 or more hexadecimal digits", "0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d", "0a1b2c3d"),
            ("UUID", "7a2f5271-e448-41b4-8983-1e6217711e25", "7a2f5271-e448-41b4-8983"),
            ("blanks", "two words", "twowords"),
            ("changes of case and to digits", "aB3dE6g", "Abcdefg"),
            ("rare, and 16 or longer", "xqzvkjwpxqzvkjwp", "connectionstring"),
            ("digits only", "123456", "12345a"),
            ("a lower-case word and a few digits", "admin123", "a1d2m3"),
            ("only lower case and separators", "ab-cd", "Ab-cd"),
        ] {
            assert!(feature(name, more) > feature(name, less), "{name}");
        }
    }
}
