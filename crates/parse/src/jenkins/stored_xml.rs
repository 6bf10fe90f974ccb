//! `credentials.xml` of a controller: encrypted values, which the controller's own key files open.
//!
//! Whoever has `credentials.xml`, `secrets/master.key` and `secrets/hudson.util.Secret` together can read all of them.

use unkeyed_model::{Custody, Declaration, Facts, Lifetime, Role, Span, Workload, WorkloadKind};

use crate::facts as shared;
use crate::place::Place;

/// Most values that are read from one file.
const MAX_VALUES: usize = 10_000;

/// Elements that hold a secret.
const SECRETS: &[&str] = &["password", "secret", "privateKey", "passphrase", "secretKey", "apiToken", "token", "secretBytes", "secretId"];

/// Reads the file.
pub(super) fn read(place: &Place<'_>, has_keys: bool, facts: &mut Facts) {
    let text = place.text();
    let location = place.at(Span::new(0, text.len()), "");
    let mut workload =
        Workload::new(WorkloadKind::Jenkins, format!("jenkins:{}#credentials", place.path()), "stored credentials", location.clone());
    workload.extents.push(location);
    let mut id = String::new();
    let mut at = 0;
    let mut count = 0;
    while let Some(open) = memchr::memchr(b'<', &text.as_bytes()[at..]).map(|offset| at + offset) {
        let Some(close) = memchr::memchr(b'>', &text.as_bytes()[open..]).map(|offset| open + offset) else { break };
        at = close + 1;
        let name = text[open + 1..close].split([' ', '\n']).next().unwrap_or_default();
        let end = memchr::memchr(b'<', &text.as_bytes()[at..]).map_or(text.len(), |offset| at + offset);
        let value = text[at..end].trim();
        if name == "id" {
            id = value.to_owned();
        }
        if value.is_empty() || !SECRETS.contains(&name) {
            continue;
        }
        count += 1;
        if count > MAX_VALUES {
            let detail = format!("more than {MAX_VALUES} values: the rest was not read");
            facts.skipped.push(place.skip(unkeyed_model::SkipReason::Limit, detail));
            break;
        }
        let start = at + text[at..end].find(value).unwrap_or(0);
        let location = place.at(Span::new(start, start + value.len()), name);
        if value.starts_with('{') && value.ends_with('}') {
            facts.declarations.push(Declaration {
                kind: "jenkins.credential".to_owned(),
                name: id.clone(),
                custody: if has_keys { Custody::Embedded } else { Custody::EncryptedAtRest },
                role: Role::Access,
                lifetime: Lifetime::default(),
                destination: None,
                principal: None,
                location,
            });
        } else {
            facts.slots.push(shared::slot(name, location));
        }
    }
    facts.workloads.push(workload);
}
