//! Credential configurations of Google Cloud (`type: external_account`): how long the access tokens live that a client asks for.
//!
//! Such a file holds no secret. What else it says (where the assertion comes from) is told where a workload uses it.

use unkeyed_model::{Facts, Platform, SessionPolicy, TtlBasis, Unit};

use crate::json;
use crate::place::Place;

/// Where the length stands (Google Cloud, "Configure Workload Identity Federation", credential configuration).
const LENGTH: &[&str] = &["service_account_impersonation", "token_lifetime_seconds"];

/// JSON files of that type that set a length.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let path = &unit.origin().path;
    let head = unit.bytes().get(..unit.bytes().len().min(16 << 10)).unwrap_or_default();
    let holds = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    (path.ends_with(".json") && holds(b"\"external_account\"") && holds(b"\"token_lifetime_seconds\"")).then(|| path.clone())
}

/// Reads such files.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    for unit in units {
        match Place::new(unit).and_then(|place| json::parse(&place).map(|node| (place, node))) {
            Ok((file, node)) => {
                let Some(length) = node.path(LENGTH) else { continue };
                // `…/serviceAccounts/<e-mail>:generateAccessToken`
                let url = node.str("service_account_impersonation_url").unwrap_or_default();
                let account = url.rsplit('/').next().and_then(|last| last.split(':').next()).filter(|name| name.contains('@'));
                facts.sessions.push(SessionPolicy {
                    platform: Platform::Gcp,
                    principal: account.map_or_else(|| format!("gcp:{}#credentials", file.path()), str::to_owned),
                    setting: "token_lifetime_seconds".to_owned(),
                    seconds: length.text().and_then(|text| text.trim().parse().ok()),
                    basis: TtlBasis::Declared,
                    location: file.at(length.span, LENGTH.join(".")),
                });
            }
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts
}
