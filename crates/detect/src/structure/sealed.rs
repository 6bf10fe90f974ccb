//! Secrets that stand here encrypted (DOMAIN class C1): one match per encrypted value, none for checksums and comments.

use memchr::memmem;
use unkeyed_model::Span;

use super::{Candidate, Draft, Outcome, context};

/// How far the heading of a list of sealed values may be from a value.
const REACH: usize = 64 * 1024;

/// A value of SOPS, `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`. The message authentication code over the file is encrypted
/// in the same form, and so are comments; neither is a secret.
pub(crate) fn sops(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let whole = context::slice(candidate.text, candidate.whole);
    let name = context::assigned_name(candidate.text, candidate.whole.start).unwrap_or_default();
    let is_metadata =
        name == b"mac" || name == b"sops_mac" || whole.ends_with(b"type:comment]") || memmem::find(whole, b"data:,").is_some();
    if is_metadata {
        return Outcome::Reject;
    }
    name_value(name, draft);
    Outcome::Keep
}

fn name_value(name: &[u8], draft: &mut Draft) {
    draft.verified_structure = true;
    if !name.is_empty() {
        draft.key_path = Some(String::from_utf8_lossy(name).into_owned());
    }
}

/// A value under `encryptedData` of a SealedSecret (bitnami-labs/sealed-secrets).
pub(crate) fn sealed_secret(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let floor = candidate.whole.start.saturating_sub(REACH);
    if memmem::rfind(&candidate.text[floor..candidate.whole.start], b"encryptedData").is_none() {
        return Outcome::Reject;
    }
    let name = context::assigned_name(candidate.text, candidate.secret.start).unwrap_or_default();
    name_value(name, draft);
    Outcome::Keep
}

/// A file or value of Ansible Vault: the header, then lines of 80 hex digits and a last one that may be shorter.
pub(crate) fn ansible(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    const LONGEST: usize = 64 * 1024;
    const LINE: usize = 80;
    let start = candidate.whole.end;
    let window = &candidate.text[start..candidate.text.len().min(start + LONGEST)];
    let (mut end, mut digits) = (0, 0);
    loop {
        let line = end + line_break(&window[end..]);
        let length = window[line..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let is_whole = window.get(line + length).is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'\\' | b'"' | b'\''));
        if length == 0 || !is_whole {
            break;
        }
        end = line + length;
        digits += length;
        if length != LINE {
            break;
        }
    }
    // Salt, HMAC and one block of ciphertext, each in hex of hex.
    if digits < 2 * LINE {
        return Outcome::Reject;
    }
    draft.secret = Span::new(candidate.whole.start, start + end);
    draft.verified_structure = true;
    Outcome::Keep
}

/// Length of the line break and indentation at the start, real or written out.
fn line_break(text: &[u8]) -> usize {
    let mut length = 0;
    loop {
        match text.get(length..) {
            Some([byte, ..]) if byte.is_ascii_whitespace() => length += 1,
            Some([b'\\', b'n' | b'r', ..]) => length += 2,
            _ => return length,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{inspected, inspected_at};
    use super::*;

    #[test]
    fn sops_metadata_is_no_secret() {
        let value = "ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]";
        let draft = inspected_at(sops, "", &format!("db_password: {value}"), value).unwrap();
        assert_eq!(draft.key_path.as_deref(), Some("db_password"));
        assert!(inspected_at(sops, "", &format!("sops:\n    mac: {value}"), value).is_none());
        assert!(inspected_at(sops, "", &format!("{{\"mac\": \"{value}\"}}"), value).is_none());
        assert!(inspected(sops, &value.replace("type:str", "type:comment")).is_none());
    }

    #[test]
    fn an_ansible_vault_reaches_to_its_last_digit() {
        let header = "$ANSIBLE_VAULT;1.1;AES256";
        let text = format!("secret: !vault |\n  {header}\n  {}\n  {}\nnext: 1\n", "61".repeat(40), "62".repeat(40)).replace("next", "dead");
        let draft = inspected_at(ansible, "", &text, header).unwrap();
        assert!(text[..draft.secret.end].ends_with("6262"));
        assert!(inspected_at(ansible, "", &format!("{header}\n6161\n"), header).is_none());
    }

    #[test]
    fn sealed_values_stand_under_their_heading() {
        let text = "kind: SealedSecret\nspec:\n  encryptedData:\n    token: AgBdead";
        assert_eq!(inspected_at(sealed_secret, "", text, "AgBdead").unwrap().key_path.as_deref(), Some("token"));
        assert!(inspected_at(sealed_secret, "", "token: AgBdead", "AgBdead").is_none());
    }
}
