//! Identity paths: who, where, how, and on what evidence.

use std::io;

use unkeyed_model::{IdentityPath, Location, PredictedToken, Reach, TtlBasis, Value};

use super::page::{Page, faint, plain};
use crate::{place, stamp};

/// Writes a path; the first line stands beside the label, the others below it.
pub(super) fn write(page: &mut Page<'_>, column: usize, path: &IdentityPath) -> io::Result<()> {
    let mut row = |label: &str, text: &str| page.labelled(column, &faint(label), column + 7, &[plain(text)]);
    row("as", &value(&path.principal))?;
    for token in &path.tokens {
        row("token", &described(token))?;
    }
    if let Some(ttl) = path.ttl {
        let basis = match ttl.basis {
            TtlBasis::Declared => "declared",
            TtlBasis::VendorDefault => "the vendor's default",
            TtlBasis::VendorBound => "the most that the vendor allows",
        };
        row("lasts", &format!("{} ({basis})", stamp::duration(ttl.seconds)))?;
    }
    row("seen", &evidence(path.capability.as_ref(), path.consumer.as_ref()))
}

/// The first line: what kind, where to, by what.
pub(super) fn headline(path: &IdentityPath) -> String {
    let reach = match path.reach {
        Reach::Destination => "",
        Reach::Vault => " (a secret manager, whose values lead on)",
        Reach::OwnPlatform => " (its own platform only)",
        Reach::Signing => " (for signing only)",
    };
    format!("{} to {}{reach}, by {}", path.kind, path.destination, path.mechanism)
}

fn described(token: &PredictedToken) -> String {
    format!("{} from {} for {}", value(&token.subject), value(&token.issuer), value(&token.audience))
}

fn value(value: &Value) -> String {
    match value {
        Value::Known(text, _) => text.clone(),
        Value::Unknown(why) => format!("(not known: {why})"),
    }
}

fn evidence(capability: Option<&Location>, consumer: Option<&Location>) -> String {
    match (capability, consumer) {
        (Some(allowed), Some(used)) => format!("allowed at {}, used at {}", place::shown(allowed), place::shown(used)),
        (Some(allowed), None) => format!("allowed at {}, but nothing is seen to use it", place::shown(allowed)),
        (None, Some(used)) => format!("used at {}, but nothing is seen to allow it", place::shown(used)),
        (None, None) => "neither what allows it nor what uses it".to_owned(),
    }
}
