//! JSON documents of other people's formats: written without the members that are not known, where ours says `null`.

use std::io;

use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::json::v1;

/// The namespace of all UUIDs that this project makes (random, made once).
const NAMESPACE: Uuid = Uuid::from_u128(0x5e4e_6d0b_9c1f_4a53_8a67_2f0d_91c4_7be2);

/// Writes `document`, indented, with a line end.
pub(crate) fn write(mut document: Value, out: &mut dyn io::Write) -> io::Result<()> {
    prune(&mut document);
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

/// Takes out every member that is null.
fn prune(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(prune);
        }
        Value::Array(items) => items.iter_mut().for_each(prune),
        _ => {}
    }
}

/// A list, for formats that want none where it would be empty.
pub(crate) fn some(items: impl IntoIterator<Item = Value>) -> Value {
    let items: Vec<Value> = items.into_iter().collect();
    if items.is_empty() { Value::Null } else { Value::Array(items) }
}

/// A UUID of version 5 (RFC 9562 §5.5): the same parts always have the same one.
pub(crate) fn uuid(parts: &[&str]) -> String {
    let mut name = Vec::new();
    for part in parts {
        name.extend((part.len() as u64).to_le_bytes());
        name.extend(part.as_bytes());
    }
    Uuid::new_v5(&NAMESPACE, &name).to_string()
}

/// SHA-256 of the report in hex: two runs that say the same have the same.
pub(crate) fn digest(report: &v1::Report) -> io::Result<String> {
    let bytes = serde_json::to_vec(report)?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_parts_have_the_same_uuid_and_others_another() {
        assert_eq!(uuid(&["a", "b"]), uuid(&["a", "b"]));
        assert_ne!(uuid(&["a", "b"]), uuid(&["ab"]));
        assert_eq!(uuid(&["a"]).as_bytes()[14], b'5', "the version");
    }

    #[test]
    fn what_is_not_known_is_left_out_at_every_depth() {
        let mut bytes = Vec::new();
        write(json!({ "a": null, "b": [{ "c": null, "d": [] }], "e": some([]) }), &mut bytes).unwrap();
        let read: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(read, json!({ "b": [{ "d": [] }] }));
    }
}
