//! `oci …` (OCI CLI reference: `identity-domains identity-propagation-trust`, `iam dynamic-group`, `iam policy`): options are the
//! keys that the tool prints.

use super::script::Call;
use crate::exports::{self, Out};
use crate::tree::Node;

/// Reads one command.
pub(super) fn read(call: &Call<'_>, out: &mut Out<'_>) {
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
