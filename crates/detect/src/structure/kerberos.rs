//! Kerberos keytabs and credential caches (MIT krb5 documentation, "keytab file format" and "credential cache file format").

use unkeyed_model::{Destination, Lifetime, Timestamp, VendorDefault};

use super::{Candidate, Draft, Outcome, decode};

/// The most that is read of a file.
const LONGEST: usize = 256 * 1024;

/// Big-endian fields, one after another.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(length)?;
        self.0 = tail;
        Some(head)
    }

    fn number(&mut self, width: usize) -> Option<usize> {
        Some(self.bytes(width)?.iter().fold(0, |sum, &byte| (sum << 8) | usize::from(byte)))
    }

    /// Bytes preceded by their length.
    fn counted(&mut self, width: usize) -> Option<&'a [u8]> {
        let length = self.number(width)?;
        self.bytes(length)
    }
}

/// `05 02`, then entries: size, number of components, realm, components, name type, time, version, key.
pub(crate) fn keytab(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let start = candidate.whole.start;
    let window = &candidate.text[start..candidate.text.len().min(start + LONGEST)];
    let Some(realm) = keytab_realm(window) else { return Outcome::Reject };
    draft.verified_structure = true;
    draft.destination = Some(Destination::new("kerberos", realm));
    draft.normalised = Some(window.to_vec());
    Outcome::Keep
}

fn keytab_realm(file: &[u8]) -> Option<String> {
    let mut file = Reader(file.get(2..)?);
    let mut entry = Reader(file.counted(4)?);
    let components = entry.number(2)?;
    let realm = name(entry.counted(2)?)?;
    for _ in 0..components {
        name(entry.counted(2)?)?;
    }
    // Name type, time, version; then the key, whose type and bytes must fit.
    entry.bytes(9)?;
    entry.number(2)?;
    (components > 0 && !entry.counted(2)?.is_empty()).then_some(realm)
}

fn name(bytes: &[u8]) -> Option<String> {
    let is_name = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_graphic);
    is_name.then(|| String::from_utf8_lossy(bytes).into_owned())
}

/// `05 04`, header, principal, then credentials with their times. The longest-lived one counts.
pub(crate) fn ccache(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let start = candidate.whole.start;
    let window = &candidate.text[start..candidate.text.len().min(start + LONGEST)];
    let Some(ticket) = longest_ticket(window) else { return Outcome::Reject };
    draft.verified_structure = true;
    draft.destination = Some(Destination::new("kerberos", ticket.realm));
    draft.lifetime =
        Lifetime { issued: ticket.issued, expires: ticket.expires, vendor_default: VendorDefault::Unstated, ..Lifetime::default() };
    if ticket.renewable > ticket.expires {
        let end = ticket.renewable.map(|end| end.to_string()).unwrap_or_default();
        draft.notes.push(format!("renewable until {end}"));
    }
    draft.normalised = Some(window.to_vec());
    Outcome::Keep
}

struct Ticket {
    realm: String,
    issued: Option<Timestamp>,
    expires: Option<Timestamp>,
    renewable: Option<Timestamp>,
}

fn longest_ticket(file: &[u8]) -> Option<Ticket> {
    let mut file = Reader(file.get(2..)?);
    file.counted(2)?;
    principal(&mut file)?;
    let mut longest: Option<Ticket> = None;
    while let Some(ticket) = ticket(&mut file) {
        // Configuration entries pretend to be tickets for this realm.
        let is_better = longest.as_ref().is_none_or(|longest| longest.expires < ticket.expires);
        if ticket.realm != "X-CACHECONF:" && is_better {
            longest = Some(ticket);
        }
    }
    longest
}

/// Name type, number of components, realm, components; the realm is returned.
fn principal(file: &mut Reader<'_>) -> Option<String> {
    file.number(4)?;
    let components = file.number(4)?;
    let realm = name(file.counted(4)?)?;
    for _ in 0..components {
        file.counted(4)?;
    }
    Some(realm)
}

fn ticket(file: &mut Reader<'_>) -> Option<Ticket> {
    principal(file)?;
    let realm = principal(file)?;
    file.number(2)?;
    file.counted(4)?;
    let mut time = || file.number(4).map(|seconds| i64::try_from(seconds).ok().and_then(decode::epoch));
    let (authenticated, started, expires, renewable) = (time()?, time()?, time()?, time()?);
    // Whether the key is a session's, and flags.
    file.bytes(5)?;
    for _ in 0..2 {
        // Addresses, then authorization data: type and bytes each.
        for _ in 0..file.number(4)? {
            file.number(2)?;
            file.counted(4)?;
        }
    }
    file.counted(4)?;
    file.counted(4)?;
    Some(Ticket { realm, issued: started.or(authenticated), expires, renewable })
}

#[cfg(test)]
mod tests {
    use super::super::testing::inspected_in;
    use super::*;
    use unkeyed_model::Span;

    fn counted(width: usize, data: &[u8]) -> Vec<u8> {
        [&data.len().to_be_bytes()[8 - width..], data].concat()
    }

    fn keytab_file() -> Vec<u8> {
        let entry =
            [&[0, 1][..], &counted(2, b"EXAMPLE.ORG"), &counted(2, b"host"), &[0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 18], &counted(2, &[7; 32])]
                .concat();
        [&[5, 2][..], &counted(4, &entry)].concat()
    }

    fn cache_file() -> Vec<u8> {
        let principal = [&[0, 0, 0, 1, 0, 0, 0, 1][..], &counted(4, b"EXAMPLE.ORG"), &counted(4, b"me")].concat();
        let times: Vec<u8> = [1_772_625_600_u32, 0, 1_772_661_600, 1_773_230_400].iter().flat_map(|time| time.to_be_bytes()).collect();
        let credential =
            [&*principal, &principal, &[0, 18], &counted(4, &[7; 32]), &times, &[0; 5], &[0; 8], &counted(4, &[9; 8]), &[0; 4]].concat();
        [&[5, 4, 0, 0][..], &principal, &credential].concat()
    }

    #[test]
    fn a_keytab_names_its_realm() {
        let file = keytab_file();
        let draft = inspected_in(keytab, "a.keytab", &file, Span::new(0, 4)).unwrap();
        assert_eq!(draft.destination, Some(Destination::new("kerberos", "EXAMPLE.ORG")));
        for end in 0..file.len() {
            assert!(inspected_in(keytab, "a.keytab", &file[..end], Span::new(0, 4.min(end))).is_none());
        }
    }

    #[test]
    fn a_cache_carries_its_times() {
        let file = cache_file();
        let draft = inspected_in(ccache, "krb5cc_0", &file, Span::new(0, 4)).unwrap();
        assert_eq!(draft.lifetime.seconds(), Some(36_000));
        assert!(draft.notes[0].starts_with("renewable until 2026-03-11"));
        for end in 0..file.len() {
            assert!(inspected_in(ccache, "krb5cc_0", &file[..end], Span::new(0, 4.min(end))).is_none());
        }
    }
}
