//! The named arguments around a place in the tokens.

use super::groovy::{Token, TokenKind};
use super::pipeline::Source;

/// Most tokens that the arguments of one call are looked for in.
const MAX_ARGUMENTS: usize = 400;

/// Named arguments of a call or entries of a map.
pub(super) struct Arguments<'a>(Vec<(&'a str, &'a Token)>);

impl<'a> Arguments<'a> {
    /// The text of an argument.
    pub(super) fn get(&self, name: &str) -> Option<&'a Token> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Names of the variables that are bound (`variable`, `usernameVariable`, `passwordVariable` …).
    pub(super) fn variables(&self) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(|(name, _)| name.to_ascii_lowercase().ends_with("variable"));
        named.map(|(_, value)| value.text())
    }

    /// `$class: 'X'`.
    pub(super) fn class(&self) -> Option<&'a str> {
        self.get("$class").map(Token::text)
    }
}

/// The call that holds the token, and its named arguments.
pub(super) fn arguments<'a>(source: &Source<'a>, at: usize) -> (&'a str, Arguments<'a>) {
    let from = at.saturating_sub(MAX_ARGUMENTS);
    let opens = |token: &Token| token.is_sign(b'(') || token.is_sign(b'[');
    let open = (from..at).rev().find(|&open| opens(&source.tokens[open]) && source.close(open) >= at);
    // Without parentheses the arguments stand on the line of the call.
    let line = (from..at).rev().find(|&index| source.tokens[index].is_sign(b'\n')).map_or(from, |line| line + 1);
    let reach = (at + MAX_ARGUMENTS).min(source.tokens.len());
    let line_end = (at..reach).find(|&index| source.tokens[index].is_sign(b'\n')).unwrap_or(reach);
    let (start, end) = open.map_or((line, line_end), |open| (open, source.close(open)));
    let call = match open {
        Some(open) => open.checked_sub(1).and_then(|name| source.tokens.get(name)),
        None => source.tokens.get(line),
    };
    let call = call.filter(|token| token.kind == TokenKind::Name).map_or("", Token::text);
    let inside = source.tokens.get(start..end.min(start + MAX_ARGUMENTS)).unwrap_or_default();
    let named = inside.windows(3).filter(|three| three[1].is_sign(b':') && three[2].kind == TokenKind::Text);
    (call, Arguments(named.map(|three| (three[0].text(), &three[2])).collect()))
}
