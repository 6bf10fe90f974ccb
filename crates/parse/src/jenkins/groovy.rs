//! Splits Groovy into names, strings and signs. One pass; anything unknown is a sign.

use unkeyed_model::Span;

use crate::tree::{Kind, Node, Style};

/// Most tokens of one file; what lies behind is not read.
pub(super) const MAX_TOKENS: usize = 500_000;

/// A token with its place.
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// A string without its quotes; escapes stay as they are written.
    pub(super) node: Node,
    /// Everything, quotes included.
    pub(super) span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Name,
    Text,
    Sign(u8),
}

impl Token {
    pub(super) fn text(&self) -> &str {
        self.node.text().unwrap_or_default()
    }

    pub(super) fn is_name(&self, name: &str) -> bool {
        self.kind == TokenKind::Name && self.text() == name
    }

    pub(super) fn is_sign(&self, sign: u8) -> bool {
        self.kind == TokenKind::Sign(sign)
    }
}

/// The tokens of a text, and whether there were more than are kept.
pub(super) fn tokens(text: &str) -> (Vec<Token>, bool) {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if found.len() >= MAX_TOKENS {
            return (found, true);
        }
        let start = at;
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => at = line_end(bytes, at),
            b'#' if at == 0 => at = line_end(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = memchr::memmem::find(&bytes[at..], b"*/").map_or(bytes.len(), |end| at + end + 2);
            }
            quote @ (b'\'' | b'"') => {
                let triple = bytes[at..].starts_with(&[quote; 3]);
                let width = if triple { 3 } else { 1 };
                let end = closing(bytes, at + width, quote, triple);
                at = (end + width).min(bytes.len());
                push(&mut found, TokenKind::Text, text, start + width..end.max(start + width), start..at);
            }
            byte if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 || byte == b'$' => {
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] >= 0x80 || matches!(bytes[at], b'_' | b'$')) {
                    at += 1;
                }
                push(&mut found, TokenKind::Name, text, start..at, start..at);
            }
            byte if byte.is_ascii_whitespace() && byte != b'\n' => at += 1,
            byte => {
                at += 1;
                push(&mut found, TokenKind::Sign(byte), text, start..at, start..at);
            }
        }
    }
    (found, false)
}

fn push(found: &mut Vec<Token>, kind: TokenKind, text: &str, inner: std::ops::Range<usize>, outer: std::ops::Range<usize>) {
    let scalar = Kind::Scalar(text.get(inner.clone()).unwrap_or_default().into(), Style::Plain);
    let node = Node { span: Span::new(inner.start, inner.end), tag: None, kind: scalar };
    found.push(Token { kind, node, span: Span::new(outer.start, outer.end) });
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end)
}

/// Where a string ends: at its quotes, or at the end of the line (of the text for three quotes).
fn closing(bytes: &[u8], mut at: usize, quote: u8, triple: bool) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' if !triple => return at,
            byte if byte == quote && (!triple || bytes[at..].starts_with(&[quote; 3])) => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// For each opening brace, bracket or parenthesis the token that closes it; of one that nothing closes the last token.
pub(super) fn closings(tokens: &[Token]) -> Vec<usize> {
    let mut closes = vec![tokens.len(); tokens.len()];
    let mut open: Vec<(usize, u8)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Sign(sign @ (b'{' | b'(' | b'[')) => open.push((at, sign)),
            TokenKind::Sign(sign @ (b'}' | b')' | b']')) => {
                let wanted = match sign {
                    b'}' => b'{',
                    b')' => b'(',
                    _ => b'[',
                };
                if open.last().is_some_and(|(_, sign)| *sign == wanted)
                    && let Some((from, _)) = open.pop()
                {
                    closes[from] = at;
                }
            }
            _ => {}
        }
    }
    closes
}

/// For each token the brace that opens the innermost block around it.
pub(super) fn enclosing(tokens: &[Token], closes: &[usize]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut found = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        while open.last().is_some_and(|&brace| closes[brace] <= at) {
            open.pop();
        }
        found.push(open.last().copied());
        if token.is_sign(b'{') {
            open.push(at);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_names_and_comments_are_told_apart() {
        let (tokens, cut) = tokens("sh 'it\\'s' // x 'y'\nsh \"\"\"a\n\"b\" ${c}\"\"\" /* \" */ é = [1]");
        let told: Vec<&str> = tokens.iter().map(Token::text).collect();
        assert_eq!(told, ["sh", "it\\'s", "\n", "sh", "a\n\"b\" ${c}", "é", "=", "[", "1", "]"]);
        assert!(!cut);
        assert_eq!(closings(&tokens)[7], 9);
    }

    #[test]
    fn every_prefix_ends() {
        let text = "a 'b\\' \"\"\"c ''' /* // é ${ [({";
        for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
            let (tokens, _) = tokens(&text[..end]);
            let _ = closings(&tokens);
        }
    }
}
