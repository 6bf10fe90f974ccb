//! Users of a kubeconfig: client keys with their certificates, static tokens, passwords. `exec` and `auth-provider` users
//! hold no secret and are left to parsing, where they are evidence of an identity.

use memchr::memmem;
use unkeyed_model::{Destination, Span};

use super::{Candidate, Draft, Outcome, context, decode, der, pem, x509};

/// How far a user entry reaches: two PEM blocks in base64 with RSA 4096 take 8 KB.
const ENTRY: usize = 16 * 1024;
/// How far the heading keys of the file may be from its start.
const HEAD: usize = 64 * 1024;

/// `client-key-data`: the key, dated by `client-certificate-data` beside it.
pub(crate) fn client_key(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let Some(key) = armoured(context::slice(candidate.text, candidate.secret)) else { return Outcome::Reject };
    let Some(parsed) = der::private_key(&key) else { return Outcome::Reject };
    draft.verified_structure = true;
    draft.pair = parsed.spki.as_deref().map(der::pair_key);
    draft.normalised = Some(key);
    draft.destination = Some(Destination::new("k8s-api", ""));
    let entry = entry(candidate.text, candidate.whole);
    let certificate = context::assigned(candidate.text, entry, "client-certificate-data");
    if let Some(span) = certificate
        && let Some(facts) = armoured(context::slice(candidate.text, span)).and_then(|der| x509::facts(&der))
        && draft.pair.as_ref().is_none_or(|pair| *pair == facts.pair)
    {
        facts.date(draft);
        draft.lifetime.paired = true;
        draft.related.push(span);
    }
    Outcome::Keep
}

/// The bytes inside base64 of PEM.
fn armoured(base64: &[u8]) -> Option<Vec<u8>> {
    let text = decode::base64(base64)?;
    Some(pem::read(&text, memmem::find(&text, b"-----BEGIN")?)?.bytes)
}

/// The user entry around `span`: between the nearest `user:` on either side.
fn entry(text: &[u8], span: Span) -> Span {
    let window = context::around(text, span, ENTRY, ENTRY);
    let start = last_user(&text[window.start..span.start]).map_or(window.start, |found| window.start + found);
    let end = first_user(&text[span.end..window.end]).map_or(window.end, |found| span.end + found);
    Span::new(start, end)
}

fn last_user(text: &[u8]) -> Option<usize> {
    memmem::rfind(text, b"user:").max(memmem::rfind(text, b"\"user\""))
}

fn first_user(text: &[u8]) -> Option<usize> {
    [&b"user:"[..], b"\"user\""].iter().filter_map(|name| memmem::find(text, name)).min()
}

/// `token:` or `password:` of a user.
pub(crate) fn user_secret(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    const NEAR: usize = 512;
    let text = candidate.text;
    let secret = context::slice(text, candidate.secret);
    let before = &text[candidate.whole.start.saturating_sub(NEAR)..candidate.whole.start];
    // JSON Web Tokens have a rule of their own, which reads their claims.
    if secret.starts_with(b"eyJ") || last_user(before).is_none() || !is_kubeconfig(text) {
        return Outcome::Reject;
    }
    draft.verified_structure = true;
    draft.destination = Some(Destination::new("k8s-api", ""));
    Outcome::Keep
}

fn is_kubeconfig(text: &[u8]) -> bool {
    let head = &text[..text.len().min(HEAD)];
    let has = |name: &[u8]| memmem::find(head, name).is_some();
    has(b"users") && has(b"clusters") && (has(b"current-context") || has(b"kind: Config") || has(b"\"Config\""))
}

#[cfg(test)]
mod tests {
    use super::super::testing::inspected_at;
    use super::*;

    fn config(user: &str) -> String {
        format!("apiVersion: v1\nkind: Config\nclusters: []\nusers:\n- name: a\n  user:\n    {user}\n")
    }

    #[test]
    fn tokens_and_passwords_of_users() {
        let text = config("token: dead-static-token-0123");
        assert!(inspected_at(user_secret, "", &text, "dead-static-token-0123").is_some());
        assert!(inspected_at(user_secret, "", &text.replace("clusters", "servers"), "dead-static-token-0123").is_none());
        assert!(inspected_at(user_secret, "", &config("token: eyJhbGci"), "eyJhbGci").is_none());
    }
}
