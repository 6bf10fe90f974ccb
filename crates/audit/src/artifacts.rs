//! From occurrences, uses by name and declarations to artifacts: one per credential, with all its places.
//!
//! One decision a reader would question: a use by name becomes an artifact only where the object it names holds no
//! credential in these inputs. If the Kubernetes Secret is in the repository, its values are what persists, and a
//! second entry for the name would count the same credential twice.

mod declared;
mod draft;
mod local;
mod named;
mod observed;
mod pairing;
mod reads;

use std::collections::BTreeMap;

use unkeyed_model::{Artifact, Estate, Policy, Timestamp};

use crate::attribution::{Attribution, OF_PROGRAMS};
use crate::linking::{Merged, StoredIndex};
use crate::{classes, reachability, severity, standards};

pub(crate) use draft::Draft;
pub(crate) use local::LOCAL;

/// All artifacts, classed, attributed and named, sorted by first location.
pub(crate) fn collect(estate: &Estate, merged: &[Merged], stored: &StoredIndex, policy: &Policy, now: Timestamp) -> Vec<Artifact> {
    let mut drafts = observed::collect(&estate.matches, &estate.facts);
    drafts.extend(estate.facts.declarations.iter().map(declared::draft));
    let attribution = Attribution::new(&estate.facts, merged, stored, policy);
    named::apply_uses(&mut drafts, &estate.facts, merged, stored);
    for draft in &mut drafts {
        attribution.attribute(draft);
    }
    drafts.retain(|draft| !draft.artifact.kind.starts_with(OF_PROGRAMS) || !draft.artifact.workloads.is_empty());
    local::settle(&mut drafts, merged);
    let keys: Vec<String> = classes::decryption_keys(&drafts);
    let mut artifacts: Vec<(Artifact, Option<String>)> = drafts
        .into_iter()
        .map(|mut draft| {
            classes::decide(&mut draft, &keys, &policy.thresholds, now);
            reachability::assign(&mut draft.artifact);
            severity::assign(&mut draft.artifact, &estate.run.profile, &policy.thresholds);
            standards::assign(&mut draft.artifact);
            (draft.artifact, draft.fingerprint.filter(|_| estate.run.keyed).map(|fingerprint| format!("hmac:{}", fingerprint.hex())))
        })
        .collect();
    reads::settle(&mut artifacts);
    artifacts.sort_by(|(one, _), (other, _)| sort_key(one).cmp(&sort_key(other)));
    identify(artifacts)
}

type SortKey<'a> = (Option<&'a unkeyed_model::Location>, &'a str, &'a str, Option<&'a str>, &'a str);

fn sort_key(artifact: &Artifact) -> SortKey<'_> {
    let first = artifact.locations.first().map(|(location, _)| location);
    (first, &artifact.kind, &artifact.rule.id, artifact.name.as_deref(), &artifact.mask)
}

/// Keyed digests where the user supplied the key, ordinals for the rest. An ordinal tells nothing of the secret.
fn identify(artifacts: Vec<(Artifact, Option<String>)>) -> Vec<Artifact> {
    let mut ordinal = 0_usize;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let number = |(mut artifact, digest): (Artifact, Option<String>)| {
        artifact.id = match digest {
            // The digest covers kind and value, so that a second one can only come from a rule that differs.
            Some(digest) => {
                let times = seen.entry(digest.clone()).or_default();
                *times += 1;
                if *times == 1 { digest } else { format!("{digest}-{times}") }
            }
            None => {
                ordinal += 1;
                format!("cred-{ordinal}")
            }
        };
        artifact
    };
    artifacts.into_iter().map(number).collect()
}
