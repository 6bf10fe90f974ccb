//! The line a credential stands on, with everything that could be one masked.
//!
//! One decision a reader would question: every masked run becomes eight asterisks, whatever its length, because the exact
//! length of a password helps to guess it, and because a key of a thousand characters leaves no room for its line.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use unkeyed_model::{Snippet, Span};

use crate::byte_set::ByteSet;
use crate::overlap::Spans;

/// So many bytes before and after a credential are looked at.
const REACH: usize = 300;
/// Characters of a snippet, at most.
const WIDTH: usize = 160;
/// Of those, so many may stand before the credential.
const LEAD: usize = 80;
/// Runs of token characters that are masked even if no rule found them. An equals sign may end a run as padding; inside,
/// it stands between a name and its value.
const TOKEN_LEN: usize = 20;
const TOKEN: ByteSet = ByteSet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-");
const MASK: &str = "********";

/// Values that are masked wherever they stand: one search for all of them, since every snippet is searched.
pub(crate) struct Values(Option<AhoCorasick>);

impl Values {
    pub(crate) fn new<'v>(values: impl IntoIterator<Item = &'v [u8]>) -> Self {
        Self(AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(values).ok())
    }

    /// Too many to be searched for: every line is masked whole.
    pub(crate) const fn unsearched() -> Self {
        Self(None)
    }

    /// Where they stand in `line` of `text`; the whole line if they can't be searched for.
    fn within(&self, text: &[u8], line: Span) -> Vec<Span> {
        let place = |found: aho_corasick::Match| Span::new(line.start + found.start(), line.start + found.end());
        self.0.as_ref().map_or_else(|| vec![line], |all| all.find_overlapping_iter(&text[line.start..line.end]).map(place).collect())
    }
}

/// The snippet for the credential at `secret`; `veil` holds every match of the text, and `values` what was found in it, to be
/// masked where it stands without being a match.
pub(crate) fn snippet(text: &[u8], secret: Span, veil: &Spans, values: &Values) -> Snippet {
    let (line, secret) = line_around(text, secret);
    let mut hidden = Spans::default();
    veil.within(line).for_each(|span| hidden.add(span));
    token_runs(text, line).for_each(|span| hidden.add(span));
    values.within(text, line).into_iter().for_each(|span| hidden.add(span));
    hidden.add(secret);
    let mut before = String::new();
    let mut own = (0, 0);
    let mut after = String::new();
    let mut at = line.start;
    for span in hidden.within(line) {
        let part = if own.1 == 0 { &mut before } else { &mut after };
        part.push_str(&escaped(&text[at..span.start]));
        if span.overlaps(secret) {
            let shown: String = before.chars().rev().take(LEAD).collect::<Vec<_>>().into_iter().rev().collect();
            own = (shown.chars().count(), shown.chars().count() + MASK.len());
            before = shown + MASK;
        } else {
            part.push_str(MASK);
        }
        at = span.end;
    }
    after.push_str(&escaped(&text[at..line.end]));
    let rest = WIDTH.saturating_sub(own.1);
    Snippet { text: before.chars().chain(after.chars().take(rest)).collect(), start: own.0, end: own.1 }
}

/// The part of the first line of `secret` that can be shown, and the part of `secret` on it.
fn line_around(text: &[u8], secret: Span) -> (Span, Span) {
    let head = secret.start.saturating_sub(REACH);
    let start = memchr::memrchr(b'\n', &text[head..secret.start]).map_or(head, |at| head + at + 1);
    let line_end = memchr::memchr(b'\n', &text[secret.start..secret.end]).map_or(secret.end, |at| secret.start + at);
    if line_end < secret.end {
        return (Span::new(start, line_end), Span::new(secret.start, line_end));
    }
    let tail = secret.end.saturating_add(REACH).min(text.len());
    let end = memchr::memchr(b'\n', &text[secret.end..tail]).map_or(tail, |at| secret.end + at);
    (Span::new(start, end), secret)
}

/// Runs of token characters that are long and mix letters and digits, or whose length can't be told because the line
/// was cut in them.
fn token_runs(text: &[u8], line: Span) -> impl Iterator<Item = Span> {
    let mut at = line.start;
    std::iter::from_fn(move || {
        while at < line.end {
            let length = text[at..line.end].iter().take_while(|&&byte| TOKEN.contains(byte)).count();
            let padding = text[at + length..line.end].iter().take_while(|&&byte| byte == b'=').count();
            let run = Span::new(at, at + length + padding);
            at = run.end.max(at + 1);
            let bytes = &text[run.start..run.end];
            let token = |byte: Option<&u8>| byte.is_some_and(|&byte| TOKEN.contains(byte));
            let cut_before = run.start == line.start && token(run.start.checked_sub(1).and_then(|at| text.get(at)));
            let is_cut = cut_before || run.end == line.end && token(text.get(run.end));
            let mixed = bytes.iter().any(u8::is_ascii_digit) && bytes.iter().any(u8::is_ascii_alphabetic);
            if length > 0 && (is_cut || length >= TOKEN_LEN && mixed) {
                return Some(run);
            }
        }
        None
    })
}

/// The text with control characters, bidirectional marks and bytes that are not UTF-8 escaped.
fn escaped(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\t' => out.push(' '),
                '\r' => {}
                c if c.is_control() || is_invisible(c) => out.extend(c.escape_unicode()),
                c => out.push(c),
            }
        }
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("\\x{byte:02x}")));
    }
    out
}

/// Marks that change the order of text or have no width.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{061c}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, secret: &str, others: &[&str]) -> Snippet {
        let span = |part: &str| text.find(part).map(|start| Span::new(start, start + part.len())).unwrap();
        let mut veil = Spans::default();
        others.iter().for_each(|other| veil.add(span(other)));
        snippet(text.as_bytes(), span(secret), &veil, &Values::new([secret.as_bytes()]))
    }

    #[test]
    fn lines_show_nothing_if_there_are_too_many_values_to_look_for() {
        let text = b"user: bob, password: hunter2!, again";
        let snippet = snippet(text, Span::new(21, 29), &Spans::default(), &Values::unsearched());
        assert_eq!(snippet.text, MASK);
    }

    #[test]
    fn the_line_without_the_secret_and_without_the_others() {
        let snippet = shown("first\n  user: bob, password: hunter2!, token: abc  # é\nlast", "hunter2!", &["abc"]);
        assert_eq!(snippet.text, "  user: bob, password: ********, token: ********  # é");
        assert_eq!((snippet.start, snippet.end), (23, 31));
    }

    #[test]
    fn token_like_runs_are_masked_though_no_rule_knows_them() {
        assert_eq!(shown("a hunter2! b Zx81kQp0Lm29Vn38Bt47Cy56", "hunter2!", &[]).text, "a ******** b ********");
        assert_eq!(shown("a hunter2! API_KEY=Zx81kQp0Lm29Vn38Bt47Cy==", "hunter2!", &[]).text, "a ******** API_KEY=********");
        assert_eq!(shown("a hunter2! thisIsJustALongIdentifierName", "hunter2!", &[]).text, "a ******** thisIsJustALongIdentifierName");
    }

    #[test]
    fn a_value_is_masked_wherever_it_stands() {
        assert_eq!(shown("password=hunter2! name=/hunter2!x", "hunter2!", &[]).text, "password=******** name=/********x");
    }

    #[test]
    fn long_lines_are_cut_around_the_secret() {
        let text = format!("{} hunter2! {}", "ab ".repeat(500), "cd ".repeat(500));
        let snippet = shown(&text, "hunter2!", &[]);
        assert_eq!(snippet.text.chars().count(), WIDTH);
        assert_eq!(&snippet.text[snippet.start..snippet.end], MASK);
        assert_eq!(snippet.start, LEAD);
    }

    #[test]
    fn a_run_cut_by_the_window_is_masked() {
        let text = format!("{} hunter2!", "Zx8".repeat(200));
        assert_eq!(shown(&text, "hunter2!", &[]).text, "******** ********");
    }

    #[test]
    fn only_the_first_line_of_a_secret_shows() {
        let snippet = shown("key: -----BEGIN\nabc\n-----END x", "-----BEGIN\nabc\n-----END", &[]);
        assert_eq!(snippet.text, "key: ********");
    }

    #[test]
    fn control_characters_are_escaped() {
        let text = "a\x1b[31m\u{202e} hunter2! \x07".to_owned();
        assert_eq!(shown(&text, "hunter2!", &[]).text, "a\\u{1b}[31m\\u{202e} ******** \\u{7}");
        let raw = snippet(b"\xff hunter2!", Span::new(2, 10), &Spans::default(), &Values::new([]));
        assert_eq!(raw.text, "\\xff ********");
    }
}
