//! HashiCorp Vault and OpenBao: tokens, AppRole secret ids.

use unkeyed_model::{Destination, Role, VendorDefault};

use super::{Candidate, Draft, Outcome, azure, context};

/// `hvs.…`. The token that `vault operator init` prints is root's and never expires.
pub(crate) fn token(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let text = candidate.text;
    let before = &text[candidate.whole.start.saturating_sub(40)..candidate.secret.start];
    let near = context::slice(text, context::around(text, candidate.whole, 200, 200));
    let local = ["127.0.0.1", "localhost"].into_iter().find(|host| context::contains_ignore_case(near, &format!("http://{host}:")));
    draft.destination = Some(Destination::new("vault", local.unwrap_or_default()));
    if context::contains_ignore_case(before, "root token") || context::contains_ignore_case(before, "root_token") {
        draft.kind = "vault.root-token".into();
        draft.role = Role::Access;
        draft.lifetime.vendor_default = VendorDefault::NeverExpires;
        draft.notes.push("a root token: unlimited, and without end".into());
    }
    Outcome::Keep
}

/// The root token that a development server is started with; such servers listen on the local machine.
pub(crate) fn dev_token(_: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    draft.destination = Some(Destination::new("vault", "localhost"));
    Outcome::Keep
}

/// `secret_id` with a UUID, where Vault or AppRole is spoken of.
pub(crate) fn approle(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let text = candidate.text;
    let range = context::around(text, candidate.whole, 600, 600);
    let role_id = context::assigned(text, range, "role_id").filter(|&span| azure::is_guid(context::slice(text, span)));
    let near = context::slice(text, range);
    if role_id.is_none() && !["approle", "vault", "role_id", "openbao"].iter().any(|word| context::contains_ignore_case(near, word)) {
        return Outcome::Reject;
    }
    draft.verified_structure = role_id.is_some();
    draft.related.extend(role_id);
    draft.destination = Some(Destination::new("vault", ""));
    Outcome::Keep
}

#[cfg(test)]
mod tests {
    use super::super::testing::{inspected, inspected_at};
    use super::*;

    const ID: &str = "dead0000-0000-4000-8000-000000000000";

    #[test]
    fn the_root_token_is_told_by_its_label() {
        let draft = inspected_at(token, "", "Initial Root Token: hvs.dead", "hvs.dead").unwrap();
        assert_eq!((&*draft.kind, draft.lifetime.vendor_default), ("vault.root-token", VendorDefault::NeverExpires));
        assert_eq!(&*inspected(token, "hvs.dead").unwrap().kind, "test.rule");
        let draft = inspected_at(token, "", "VAULT_ADDR=http://127.0.0.1:8200 VAULT_TOKEN=hvs.dead", "hvs.dead").unwrap();
        assert_eq!(draft.destination, Some(Destination::new("vault", "127.0.0.1")));
    }

    #[test]
    fn a_secret_id_needs_its_context() {
        let text = format!("role_id: dead1111-0000-4000-8000-000000000000\nsecret_id: {ID}");
        assert_eq!(inspected_at(approle, "", &text, ID).unwrap().related.len(), 1);
        assert!(inspected_at(approle, "", &format!("secret_id: {ID}"), ID).is_none());
    }
}
