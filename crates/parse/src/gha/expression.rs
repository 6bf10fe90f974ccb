//! `${{ … }}` expressions: which contexts they read, and where.
//!
//! Not evaluated. What counts is which names are read (`secrets.X`, `inputs.y`), and whether the expression offers an
//! alternative (`a || b`), which makes a stored secret a fallback.

use std::ops::Range;

/// One expression in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expression {
    /// From `${{` to `}}`; of an `if` condition without braces the whole text.
    pub(super) range: Range<usize>,
    /// What it reads, in order.
    pub(super) uses: Vec<Use>,
    /// It consists of nothing but one read.
    pub(super) is_single: bool,
    /// `a || b` without `&&`: the operands stand in for each other.
    pub(super) has_alternatives: bool,
}

/// One read of a context: `secrets.NAME`, `github.event.pull_request.head.sha`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// Lower-case name of the context.
    pub(super) context: String,
    /// The rest of the chain; `*` where all of it is read or the name is computed.
    pub(super) name: String,
    /// Where it stands in the text.
    pub(super) range: Range<usize>,
}

impl Use {
    /// Whether this is the token that the platform makes for the job.
    pub(super) fn is_job_token(&self) -> bool {
        match self.context.as_str() {
            "github" => self.name.eq_ignore_ascii_case("token"),
            "secrets" => self.name.eq_ignore_ascii_case("github_token"),
            _ => false,
        }
    }
}

/// All expressions in a text.
pub(super) fn expressions(text: &str) -> Vec<Expression> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("${{").map(|offset| at + offset) {
        let Some(end) = closing(text, start + 3) else { break };
        found.push(read(text, start..end + 2, start + 3..end));
        at = end + 2;
    }
    found
}

/// The expressions of an `if` condition, which may stand without braces.
pub(super) fn condition(text: &str) -> Vec<Expression> {
    if text.contains("${{") { expressions(text) } else { vec![read(text, 0..text.len(), 0..text.len())] }
}

/// Whether a text holds an expression.
pub(super) fn has_expression(text: &str) -> bool {
    text.contains("${{")
}

/// Offset of the `}}` that closes an expression whose body starts at `from`; quoted strings may hold braces.
fn closing(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quoted = false;
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn read(text: &str, range: Range<usize>, body: Range<usize>) -> Expression {
    let bytes = text.as_bytes();
    let (mut uses, mut or, mut and) = (Vec::new(), false, false);
    let mut at = body.start;
    while at < body.end {
        match bytes[at] {
            b'\'' => at = after_string(bytes, at, body.end),
            b'|' if bytes.get(at + 1) == Some(&b'|') => (or, at) = (true, at + 2),
            b'&' if bytes.get(at + 1) == Some(&b'&') => (and, at) = (true, at + 2),
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                let (found, end) = chain(text, at, body.end);
                uses.extend(found);
                at = end;
            }
            byte if byte.is_ascii_digit() => at = name_end(bytes, at, body.end),
            _ => at += 1,
        }
    }
    let is_single = matches!(uses.as_slice(), [only] if text[body].trim() == &text[only.range.clone()]);
    Expression { range, uses, is_single, has_alternatives: or && !and }
}

/// A context with everything behind it, or nothing for a function's name; and where it ends.
fn chain(text: &str, start: usize, limit: usize) -> (Option<Use>, usize) {
    let bytes = text.as_bytes();
    let mut at = name_end(bytes, start, limit);
    let context = text[start..at].to_ascii_lowercase();
    let mut parts: Vec<String> = Vec::new();
    loop {
        match bytes.get(at).filter(|_| at < limit) {
            Some(b'.') => {
                let end = name_end(bytes, at + 1, limit).max((at + 1 + usize::from(bytes.get(at + 1) == Some(&b'*'))).min(limit));
                parts.push(text[at + 1..end].to_owned());
                at = end;
            }
            Some(b'[') => {
                let (part, end) = index(text, at, limit);
                parts.push(part);
                at = end;
            }
            Some(b'(') => return (None, at + 1),
            _ => break,
        }
    }
    if matches!(context.as_str(), "true" | "false" | "null") {
        return (None, at);
    }
    let name = if parts.is_empty() || parts.iter().any(String::is_empty) { "*".to_owned() } else { parts.join(".") };
    (Some(Use { context, name, range: start..at }), at)
}

/// `['name']`, or `*` for a computed index; and where it ends.
fn index(text: &str, open: usize, limit: usize) -> (String, usize) {
    let bytes = text.as_bytes();
    let inner = open + 1 + text[open + 1..limit].len() - text[open + 1..limit].trim_start().len();
    if bytes.get(inner) == Some(&b'\'') {
        let end = after_string(bytes, inner, limit);
        let name = text[inner + 1..end.saturating_sub(1).max(inner + 1)].replace("''", "'");
        if let Some(close) = text[end..limit].find(|c: char| !c.is_whitespace()).map(|skip| end + skip)
            && bytes.get(close) == Some(&b']')
        {
            return (name, close + 1);
        }
    }
    // The index is read like the rest of the expression; only its opening bracket is consumed here.
    ("*".to_owned(), open + 1)
}

fn name_end(bytes: &[u8], start: usize, limit: usize) -> usize {
    (start..limit).find(|&at| !(bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'_' | b'-'))).unwrap_or(limit)
}

fn after_string(bytes: &[u8], open: usize, limit: usize) -> usize {
    let mut at = open + 1;
    while at < limit {
        match (bytes[at], bytes.get(at + 1)) {
            (b'\'', Some(b'\'')) if at + 1 < limit => at += 2,
            (b'\'', _) => return at + 1,
            _ => at += 1,
        }
    }
    limit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str) -> Vec<String> {
        expressions(text).iter().flat_map(|e| &e.uses).map(|u| format!("{}:{}", u.context, u.name)).collect()
    }

    #[test]
    fn every_form_of_a_read_is_seen() {
        assert_eq!(reads("a ${{ secrets.A }} ${{secrets['b-c']}} ${{ Secrets.D }}"), ["secrets:A", "secrets:b-c", "secrets:D"]);
        assert_eq!(
            reads("${{ toJSON(secrets) }} ${{ secrets.* }} ${{ secrets[format('X_{0}', inputs.env)] }}"),
            ["secrets:*", "secrets:*", "secrets:*", "inputs:env"]
        );
        assert_eq!(reads("${{ format('{0}}} secrets.X', github.event.number) }}"), ["github:event.number"]);
        assert!(reads("${ secrets.X } {{ secrets.Y }} ${{ secrets.Z").is_empty());
        assert_eq!(reads("${{ secrets['it''s'] }}"), ["secrets:it's"]);
    }

    #[test]
    fn ranges_are_exact_and_alternatives_are_told() {
        let text = "x ${{ secrets.A || github.token }}";
        let found = &expressions(text)[0];
        assert_eq!(&text[found.uses[0].range.clone()], "secrets.A");
        assert!(found.has_alternatives && !found.is_single && found.uses[1].is_job_token());
        assert!(!expressions("${{ x == 'a' && secrets.A || secrets.B }}")[0].has_alternatives);
        assert!(expressions("${{ inputs.role }}")[0].is_single);
        assert_eq!(condition("failure() && steps.a.outcome == 'x'")[0].uses[0].name, "a.outcome");
    }

    #[test]
    fn every_prefix_ends() {
        let text = "é ${{ a['b'']c'].d[e(f.*, 'g')] || h }} ${{ '}} ${{";
        for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
            let _ = (reads(&text[..end]), condition(&text[..end]).len());
        }
    }
}
