//! `oci …` (OCI CLI reference: `identity-domains identity-propagation-trust`, `iam dynamic-group`, `iam policy`): options are the
//! keys that the tool prints.

use super::script::Call;
use crate::exports::{self, Attribute, Out};
use crate::tree::Node;

/// A user who is put into a group.
const MEMBERSHIP: &str = "oci_identity_user_group_membership";

/// Reads one command.
pub(super) fn read(call: &Call<'_>, out: &mut Out<'_>) {
    if call.runs(&["iam", "group", "add-user"]) {
        let of = |name: &str| call.option(&[name]).map(Attribute::Text);
        let own = out.numbered(MEMBERSHIP, "");
        let attributes = vec![("user_id", of("--user-id")), ("group_id", of("--group-id"))];
        return out.resource(MEMBERSHIP, own, &call.node(), attributes);
    }
    if !(call.runs(&["create"]) || call.runs(&["update"])) {
        return call.documents(out);
    }
    if let Some(node) = call.option(&["--from-json"]).and_then(|given| call.content(&given)).and_then(|text| call.parsed(&text)) {
        exports::write_trust(&node, out);
        return;
    }
    let mut entries: Vec<(String, Node)> = Vec::new();
    let mut words = call.arguments().peekable();
    while let Some(word) = words.next() {
        let Some(name) = word.strip_prefix("--") else { continue };
        let Some(value) = words.next_if(|next| !next.starts_with("--")) else { continue };
        let document = call.content(&value).and_then(|text| call.parsed(&text));
        entries.push((name.to_owned(), document.unwrap_or_else(|| call.text(&value))));
    }
    exports::write_trust(&call.map(entries), out);
}
