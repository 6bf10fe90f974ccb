//! Identity paths: who, where, how, and on what evidence.

use std::collections::BTreeSet;
use std::io;

use unkeyed_model::{IdentityPath, Location, PredictedToken, Reach, TtlBasis, Value};

use super::gather::gathered;
use super::page::{Page, faint, plain};
use super::places;
use crate::stamp;

/// Paths that differ only in where they are seen: ten steps that assume one role are one way in.
pub(super) struct Alike<'r> {
    path: &'r IdentityPath,
    seen: Vec<&'r IdentityPath>,
}

/// Groups paths, in their order.
pub(super) fn alike(paths: &[IdentityPath]) -> Vec<Alike<'_>> {
    let groups = gathered(paths, |path| {
        (path.kind, path.platform, &path.mechanism, path.reach, &path.destination, &path.principal, &path.tokens, path.ttl)
    });
    groups.into_iter().filter_map(|seen| Some(Alike { path: seen.first()?, seen })).collect()
}

impl Alike<'_> {
    /// What kind, where to, by what.
    pub(super) fn headline(&self) -> String {
        let path = self.path;
        let reach = match path.reach {
            Reach::Destination => "",
            Reach::Vault => " (a secret manager, whose values lead on)",
            Reach::OwnPlatform => " (its own platform only)",
            Reach::Signing => " (for signing only)",
        };
        format!("{} to {}{reach}, by {}", path.kind, path.destination, path.mechanism)
    }

    /// Who, with which token, for how long, and on what evidence.
    pub(super) fn write(&self, page: &mut Page<'_>, column: usize) -> io::Result<()> {
        let mut row = |label: &str, text: &str| page.labelled(column, &faint(label), column + 7, &[plain(text)]);
        row("as", &value(&self.path.principal))?;
        for token in tokens(&self.path.tokens) {
            row("token", &token)?;
        }
        if let Some(ttl) = self.path.ttl {
            let basis = match ttl.basis {
                TtlBasis::Declared => "declared",
                TtlBasis::VendorDefault => "the vendor's default",
                TtlBasis::VendorBound => "the most that the vendor allows",
            };
            row("lasts", &format!("{} ({basis})", stamp::duration(ttl.seconds)))?;
        }
        row("seen", &self.evidence())
    }

    fn evidence(&self) -> String {
        let allowed = distinct(self.seen.iter().filter_map(|path| path.capability.as_ref()));
        let used = distinct(self.seen.iter().filter_map(|path| path.consumer.as_ref()));
        match (allowed.is_empty(), used.is_empty()) {
            (false, false) => format!("allowed at {allowed}, used at {used}"),
            (false, true) => format!("allowed at {allowed}, but nothing is seen to use it"),
            (true, false) => format!("used at {used}, but nothing is seen to allow it"),
            (true, true) => "neither what allows it nor what uses it".to_owned(),
        }
    }
}

/// The first few places, each once.
fn distinct<'l>(locations: impl Iterator<Item = &'l Location>) -> String {
    let locations: BTreeSet<&Location> = locations.collect();
    places::listed(locations.into_iter(), 3)
}

/// The subjects that a token may have, by issuer and audience.
fn tokens(all: &[PredictedToken]) -> Vec<String> {
    gathered(all, |token| (&token.issuer, &token.audience))
        .into_iter()
        .filter_map(|group| {
            let first = group.first()?;
            let subjects: Vec<String> = group.iter().map(|token| value(&token.subject)).collect();
            Some(format!("{} from {} for {}", subjects.join(" or "), value(&first.issuer), value(&first.audience)))
        })
        .collect()
}

fn value(value: &Value) -> String {
    match value {
        Value::Known(text, _) => text.clone(),
        Value::Unknown(why) => format!("(not known: {why})"),
    }
}
