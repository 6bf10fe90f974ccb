//! AWS IAM JSON policy documents: statements, and the trusts and grants they make.
//!
//! Shared by every format that carries such a document (Terraform heredocs, `jsonencode`, policy data sources,
//! templates, command-line exports). Strings may hold [holes](hole) for what the carrying format could not resolve.
//! One decision a reader would question: `Deny` statements make neither trusts nor grants; that a trust has one is
//! said in its settings, because whether it narrows enough is judgement.

mod conditions;
mod grants;
pub(crate) mod hole;
mod principals;
mod statement;
#[cfg(test)]
mod tests;

use serde_json::Value as Json;
use unkeyed_model::Location;

pub(crate) use self::grants::{grants, managed_policy};
pub(crate) use self::statement::statements;
pub(crate) use self::trusts::trusts;

mod trusts;

/// Largest document that is read, in bytes; AWS itself allows 20 480 characters at most (IAM quotas).
const MAX_BYTES: usize = 1 << 20;

/// What the carrying format knows of a document.
pub(crate) struct Carrier<'a> {
    /// Key of the principal whose policy it is.
    pub(crate) principal: &'a str,
    /// Prefix of ids (`tf:infra#aws_iam_role.deploy`).
    pub(crate) id: &'a str,
    /// Where the statement with this index stands.
    pub(crate) locate: &'a dyn Fn(usize) -> Location,
    /// Resolves what fills a hole in a principal to an issuer (an OIDC provider resource to its URL).
    pub(crate) issuer: &'a dyn Fn(&str) -> Option<String>,
}

/// A document from its text, which may be URL-encoded (RFC 3986) as the IAM API returns it.
pub(crate) fn parse(text: &str) -> Option<Json> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let text = text.trim();
    if text.starts_with('{') {
        return serde_json::from_str(text).ok();
    }
    (text.starts_with("%7B") || text.starts_with("%7b")).then(|| serde_json::from_str(&percent_decoded(text)?).ok())?
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
