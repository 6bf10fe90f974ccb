//! `${{ … }}` template expressions: which name they read, and the blocks they open.

use std::ops::Range;

/// One expression.
pub(super) struct Expression<'t> {
    pub(super) range: Range<usize>,
    /// What stands between the braces, without blanks around it.
    pub(super) body: &'t str,
}

/// All expressions of a text.
pub(super) fn expressions(text: &str) -> Vec<Expression<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("${{").map(|offset| at + offset) {
        let Some(end) = text[start..].find("}}").map(|offset| start + offset) else { break };
        found.push(Expression { range: start..end + 2, body: text[start + 3..end].trim() });
        at = end + 2;
    }
    found
}

/// The parameter that an expression consists of: `parameters.x` or `parameters['x']`.
pub(super) fn parameter(body: &str) -> Option<&str> {
    member(body, "parameters")
}

/// The variable that an expression consists of.
pub(super) fn variable(body: &str) -> Option<&str> {
    member(body, "variables")
}

fn member<'t>(body: &'t str, context: &str) -> Option<&'t str> {
    let rest = body.strip_prefix(context)?;
    let name = rest.strip_prefix('.').or_else(|| rest.strip_prefix("['").and_then(|rest| rest.strip_suffix("']")))?;
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')).then_some(name)
}

/// Whether a key opens a block whose content stands in its place (`${{ if … }}`, `${{ each … }}`, `${{ insert }}`).
pub(super) fn is_block(key: &str) -> bool {
    key.starts_with("${{")
}
