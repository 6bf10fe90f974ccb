//! Places where the structure of a file says that a credential stands.
//!
//! One decision a reader would question: a slot never overrules a specific rule. It only fills in what the structure
//! knows (name, destination), and reports its own value where no rule knows better.

use std::sync::Arc;

use unkeyed_model::{Confidence, DecodeStep, Origin, Slot, SlotEncoding, Span};

use crate::decode::{self, Decoded, Depth, Region};
use crate::detector::{Detector, Scratch};
use crate::doubt;
use crate::finding::Finding;
use crate::overlap;
use crate::placeholder;
use crate::placeholder::word_list::WordList;
use crate::structure::Draft;

/// So much of a string of connection is looked at.
const MAX_CONNECTION: usize = 1024;
/// The rule for slots whose own rule is not loaded.
const FALLBACK: &str = "generic.typed-position";

/// Joins what the structure knows with what the rules found in `text`.
pub(crate) fn join(
    detector: &Detector,
    text: &[u8],
    origins: &[Arc<Origin>],
    mut findings: Vec<Finding>,
    slots: &[Slot],
    scratch: &mut Scratch,
) -> Vec<Finding> {
    let slots = disjoint(slots, text.len());
    if slots.is_empty() {
        return findings;
    }
    let mut filled = vec![false; slots.len()];
    findings.retain(|finding| {
        let Some(at) = first_touching(&slots, finding.draft.secret) else { return true };
        let kept = !yields_to(finding, span_of(slots[at]));
        filled[at] |= kept && span_of(slots[at]).contains(finding.draft.secret);
        kept
    });
    for (slot, _) in slots.iter().zip(filled).filter(|(_, filled)| !filled) {
        findings.extend(value(detector, text, origins, slot, scratch));
    }
    let mut findings = overlap::resolve(findings);
    for finding in &mut findings {
        let secret = finding.draft.secret;
        if let Some(slot) = first_touching(&slots, secret).map(|at| slots[at]).filter(|slot| span_of(slot).contains(secret)) {
            fill_in(&mut finding.draft, slot);
        }
    }
    findings
}

/// The slots that lie in a text of that length, by place; of overlapping ones the shortest.
fn disjoint(slots: &[Slot], length: usize) -> Vec<&Slot> {
    let mut slots: Vec<&Slot> = slots.iter().filter(|slot| !span_of(slot).is_empty() && span_of(slot).end <= length).collect();
    slots.sort_by_key(|slot| (span_of(slot).len(), *slot));
    let mut taken = overlap::Spans::default();
    slots.retain(|slot| {
        let free = !taken.overlap(span_of(slot));
        taken.add(span_of(slot));
        free
    });
    slots.sort_by_key(|slot| span_of(slot));
    slots
}

/// Position of the first slot that shares a byte with `span`.
fn first_touching(slots: &[&Slot], span: Span) -> Option<usize> {
    let at = slots.partition_point(|slot| span_of(slot).end <= span.start);
    slots.get(at).filter(|slot| span_of(slot).overlaps(span)).map(|_| at)
}

fn span_of(slot: &Slot) -> Span {
    slot.location.region.span
}

/// A generic pattern sees less of the value than the structure does, unless it found a part inside (the password of an
/// address).
fn yields_to(finding: &Finding, slot: Span) -> bool {
    let secret = finding.draft.secret;
    finding.draft.typed_position && secret.overlaps(slot) && !(slot.contains(secret) && secret.start > slot.start)
}

/// What stands in a slot in which no rule found anything.
fn value(detector: &Detector, text: &[u8], origins: &[Arc<Origin>], slot: &Slot, scratch: &mut Scratch) -> Vec<Finding> {
    let span = span_of(slot);
    if slot.encoding == SlotEncoding::Plain {
        return own(detector, &text[span.start..span.end], origins, slot).map(|finding| finding.lift_by(span.start)).into_iter().collect();
    }
    if placeholder::in_encoded_slot(&text[span.start..span.end]).is_some() {
        return Vec::new();
    }
    let mut decoded = Decoded::default();
    decode::locate(text, Region { span, step: DecodeStep::Base64 }, 0, &mut decoded);
    let depth = Depth::default().behind(DecodeStep::Base64).unwrap_or_default();
    let inside = detector.examine_decoded(&decoded.bytes, origins, depth, scratch).findings;
    if !inside.is_empty() {
        return inside.into_iter().map(|finding| finding.lift(DecodeStep::Base64, |part| decoded.place(part))).collect();
    }
    // The whole value, with its padding.
    own(detector, &decoded.bytes, origins, slot).map(|finding| finding.lift(DecodeStep::Base64, |_| span)).into_iter().collect()
}

/// The slot's value as a credential, unless it is none.
fn own(detector: &Detector, value: &[u8], origins: &[Arc<Origin>], slot: &Slot) -> Option<Finding> {
    let rules = detector.rules();
    let rule = rules.rules().get(rules.position(&slot.rule).or_else(|| rules.position(FALLBACK))?);
    if value.is_empty() || is_unfilled(value) || placeholder::in_slot(value).is_some() || decode::is_packed(value) {
        return None;
    }
    let mut draft = Draft::new(rule, Span::new(0, value.len()));
    draft.typed_position = true;
    draft.role = slot.role;
    draft.destination.clone_from(&slot.destination);
    let doubt = placeholder::likely::filler(value)
        .or_else(|| placeholder::likely::example(value))
        .or_else(|| placeholder::likely::broken_promise(slot.name.as_bytes(), value))
        .or_else(|| beside(&slot.name, value));
    if rule.typed_position && doubt.is_some() {
        draft.confidence = Confidence::Low;
    }
    doubt::mark_host(&mut draft, value);
    detector.seal(draft, value, origins)
}

/// What stands beside a credential in the same object: `username`, `POSTGRES_DB`.
static BESIDE: WordList = WordList::new("addr address bucket database db dbname email endpoint host hostname port region user username");

/// Why a slot of that name holds no credential more often than one, if so.
fn beside(name: &str, value: &[u8]) -> Option<&'static str> {
    let last = name.rsplit(['.', '_', '-', '/']).next().unwrap_or_default();
    let of_place = BESIDE.has_any_case(last.as_bytes());
    if of_place {
        return Some("its name is that of what stands beside a credential");
    }
    // `DSN: db:27017`, `DB_DSN=root:@tcp(db:3306)/shop`
    let port = value.rsplit(|&byte| byte == b':').next().filter(|port| port.len() < value.len()).unwrap_or_default();
    let is_address = (2..=5).contains(&port.len()) && port.iter().all(u8::is_ascii_digit) || memchr::memmem::find(value, b":@").is_some();
    (last.eq_ignore_ascii_case("dsn") && is_address).then_some("an address without a password")
}

/// Whether a string of connection holds a filler for its password: `Server=db;Pwd=SET_A_PASSWORD_HERE`.
fn is_unfilled(value: &[u8]) -> bool {
    let lower = value[..value.len().min(MAX_CONNECTION)].to_ascii_lowercase();
    [&b"password="[..], b"pwd="].iter().any(|key| {
        memchr::memmem::find(&lower, key).is_some_and(|at| {
            let rest = &value[at + key.len()..];
            let length = memchr::memchr2(b';', b' ', rest).unwrap_or(rest.len());
            placeholder::in_slot(&rest[..length]).is_some()
        })
    })
}

fn fill_in(draft: &mut Draft, slot: &Slot) {
    draft.typed_position = true;
    draft.key_path.get_or_insert_with(|| slot.name.clone());
    if draft.destination.is_none() {
        draft.destination.clone_from(&slot.destination);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_a_credential_is_doubted() {
        for (name, value) in [
            ("stringData.POSTGRES_DB", "accounts"),
            ("literals.username", "admin"),
            ("environment.DSN", "db:27017"),
            ("DB_DSN", "root:@tcp(db:3306)/shop"),
        ] {
            assert!(beside(name, value.as_bytes()).is_some(), "{name}");
        }
        for (name, value) in
            [("stringData.POSTGRES_PASSWORD", "accounts"), ("DB_DSN", "app:kW3xqz9Vt@tcp(db:3306)/shop"), ("token", "admin:27017")]
        {
            assert_eq!(beside(name, value.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn a_connection_string_with_a_filler_holds_no_password() {
        assert!(is_unfilled(b"Server=db;Uid=sa;Pwd=SET_A_PASSWORD_HERE_123;Encrypt=True"));
        assert!(is_unfilled(b"host=db password=${PASSWORD} user=app"));
        assert!(!is_unfilled(b"Server=db;Uid=sa;Pwd=kW3xqz9Vt;Encrypt=True"));
        assert!(!is_unfilled(b"kW3xqz9Vt"));
    }
}
