//! Tells values that stand where a credential stands but are none: placeholders, templates, references, code.
//!
//! One decision a reader would question: the tests are exact, word by word and form by form, and none asks whether a
//! value "looks random". `hunter2!`, `Summer2024` and `admin123` are weak, and they are credentials. What tells
//! them from code is not how they look but where they stand: an unquoted word is a literal in a `.env` file and an identifier
//! in a program.

mod connection;
pub(crate) mod language;
pub(crate) mod likely;
mod line_head;
mod reference;
mod template;
pub(crate) mod word_list;
mod words;

use unkeyed_model::{Origin, Span};

pub(crate) use language::Language;

pub(crate) use line_head::LineHead;

/// Longer values are judged by their beginning.
const LOOK: usize = 512;

/// Why the value at `secret`, which a pattern found in a credential-typed position, is no credential; `None` if it is one.
/// `file` is where the text stands as it is; nothing for decoded text.
pub(crate) fn in_text(text: &[u8], secret: Span, file: Option<&Origin>) -> Option<&'static str> {
    let before = secret.start.checked_sub(1).map(|at| text[at]);
    let quoted = is_quoted(before, text.get(secret.end).copied());
    let is_literal =
        quoted || file.map(Language::of) != Some(Language::Code) || LineHead::default().open_quote(text, secret.start).is_some();
    if !is_literal {
        return Some("an expression: a literal would be quoted here");
    }
    in_place(text, secret, quoted, file)
}

/// The same for a value of which it is known whether quotation marks stand around it.
pub(crate) fn in_place(text: &[u8], secret: Span, quoted: bool, file: Option<&Origin>) -> Option<&'static str> {
    let value = &text[secret.start..secret.end.min(secret.start + LOOK)];
    let before = secret.start.checked_sub(1).map(|at| text[at]);
    let after = &text[secret.end..text.len().min(secret.end + 4)];
    if !quoted && (matches!(before, Some(b'$' | b'{' | b'<' | b'%' | b'(' | b'@')) || template::goes_on(after)) {
        return Some("a part of an expression or template");
    }
    in_value(value).or_else(|| if quoted { None } else { reference::expression(value) }).or_else(|| match file.map(Language::of) {
        Some(Language::Code | Language::Prose) => words::name(value).or_else(|| words::label(value)),
        Some(Language::Data) | None => None,
    })
}

/// Why what stands in a slot for base64 is none: a template that will be replaced by it (`${PASSWORD}`).
pub(crate) fn in_encoded_slot(value: &[u8]) -> Option<&'static str> {
    template::template(value.trim_ascii())
}

/// Why a value that the structure of a file gives as a whole is no credential; `None` if it is one.
pub(crate) fn in_slot(value: &[u8]) -> Option<&'static str> {
    let value = value.trim_ascii();
    let value = &value[..value.len().min(LOOK)];
    in_value(value).or_else(|| reference::expression(value))
}

/// The tests that hold wherever a value stands.
fn in_value(value: &[u8]) -> Option<&'static str> {
    let value = value.trim_ascii();
    None.or_else(|| (value.len() < 3).then_some("too short to be one"))
        .or_else(|| template::template(value))
        .or_else(|| words::masked(value))
        .or_else(|| words::placeholder(value))
        .or_else(|| words::translation(value))
        .or_else(|| words::type_name(value))
        .or_else(|| words::form_rule(value))
        .or_else(|| reference::reference(value))
        .or_else(|| reference::not_a_value(value))
        .or_else(|| words::prose(value).or_else(|| words::phrase(value)))
}

/// Why a token with a vendor's form is no credential: its body is one character, or counts up; `None` if it may be one.
pub(crate) fn in_token(token: &[u8]) -> Option<&'static str> {
    let head = &token[..token.len().min(16)];
    let body = &token[head.iter().rposition(|&byte| byte == b'_' || byte == b'-').map_or(0, |at| at + 1)..];
    if body.len() < 6 {
        return None;
    }
    let run = body.chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap_or(0);
    if run >= 6 && run * 2 >= body.len() {
        return Some("a placeholder of one repeated character");
    }
    let ascending = body.windows(2).filter(|pair| follows(pair[0], pair[1])).count();
    (body.len() >= 16 && ascending * 10 >= (body.len() - 1) * 9).then_some("a placeholder that counts up")
}

/// Whether `next` comes after `byte` in the order of digits and letters, with the usual turns.
fn follows(byte: u8, next: u8) -> bool {
    let (byte, next) = (byte.to_ascii_lowercase(), next.to_ascii_lowercase());
    match byte {
        b'9' => next == b'0' || next == b'a',
        b'f' => matches!(next, b'g' | b'0' | b'1' | b'a'),
        b'z' => matches!(next, b'0' | b'1' | b'a'),
        b'0'..=b'8' | b'a'..=b'y' => next == byte + 1,
        _ => false,
    }
}

/// Whether quotes, or the tags of XML, stand around the value.
const fn is_quoted(before: Option<u8>, after: Option<u8>) -> bool {
    matches!(
        (before, after),
        (Some(b'"'), Some(b'"'))
            | (Some(b'\''), Some(b'\''))
            | (Some(b'`'), Some(b'`'))
            | (Some(b'>'), Some(b'<'))
            | (Some(b'"'), Some(b'\\'))
    )
}

#[cfg(test)]
mod tests;
