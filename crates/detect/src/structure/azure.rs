//! Azure: connection strings, shared access signatures, application secrets.

use memchr::memmem;
use unkeyed_model::{Destination, Lifetime, Span, VendorDefault};

use super::{Candidate, Draft, Outcome, context, decode};
use crate::placeholder;

/// Signatures inside service keys, and whose key it is. From Microsoft's own scanner (microsoft/security-utilities,
/// `IdentifiableMetadata`): four characters at a fixed distance from the end.
const SERVICES: &[(&[u8], &str)] = &[
    (b"+ASt", "storage"),
    (b"ACDb", "Cosmos DB"),
    (b"+ABa", "Batch"),
    (b"+AMC", "Machine Learning"),
    (b"APIM", "API Management"),
    (b"+ASb", "Service Bus"),
    (b"+AEh", "Event Hubs"),
    (b"+ARm", "Relay"),
    (b"AIoT", "IoT Hub"),
    (b"AzCa", "Cache for Redis"),
    (b"AZEG", "Event Grid"),
    (b"AzFu", "Functions"),
    (b"AzSe", "AI Search"),
    (b"+ACR", "Container Registry"),
    (b"ACOG", "AI services"),
    (b"AZAC", "App Configuration"),
    (b"AZCS", "Communication Services"),
    (b"AZMP", "Maps"),
    (b"msql", "SQL"),
];

/// An application secret: looks for the application and the tenant beside it.
pub(crate) fn client_secret(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let near = context::around(candidate.text, candidate.whole, 600, 600);
    let range = intersect(context::siblings(candidate.text, candidate.whole.start), near);
    relate(candidate, draft, range);
    Outcome::Keep
}

/// The JSON that `az ad sp create-for-rbac --sdk-auth` prints and `azure/login` takes.
pub(crate) fn service_principal(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let at = candidate.whole.start;
    if !context::is_near(candidate.text, at, b"\"tenantId\"") {
        return Outcome::Reject;
    }
    let Some(object) = context::object(candidate.text, at).map(|object| context::closed(candidate.text, object)) else {
        return Outcome::Reject;
    };
    let has = |name: &str| context::member(candidate.text, object, name).is_some();
    let is_reference = placeholder::in_slot(context::slice(candidate.text, candidate.secret)).is_some();
    if is_reference || !has("clientId") || !has("tenantId") {
        return Outcome::Reject;
    }
    draft.verified_structure = true;
    relate(candidate, draft, object);
    Outcome::Keep
}

fn intersect(a: Span, b: Span) -> Span {
    Span::new(a.start.max(b.start), a.end.min(b.end))
}

/// Client and tenant ids within `range`, with and without the prefixes of Terraform (`ARM_`) and the SDKs (`AZURE_`).
fn relate(candidate: &Candidate<'_>, draft: &mut Draft, range: Span) {
    let find = |names: &[&str]| names.iter().find_map(|name| context::assigned(candidate.text, range, name));
    let client = find(&["client_id", "clientId", "appId", "aad_client_id"]);
    let tenant = find(&["tenant_id", "tenantId", "tenant"]).filter(|&span| is_guid(context::slice(candidate.text, span)));
    let name = tenant.map(|span| String::from_utf8_lossy(context::slice(candidate.text, span)).into_owned());
    draft.related.extend(client.into_iter().chain(tenant));
    draft.destination = Some(Destination::new("azure", name.unwrap_or_default()));
}

/// 8-4-4-4-12 hex digits.
pub(super) fn is_guid(text: &[u8]) -> bool {
    text.len() == 36
        && text
            .iter()
            .enumerate()
            .all(|(index, byte)| if matches!(index, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// A shared access signature: `sig=` in a query that also has an end (`se`) or names a stored access policy (`si`, `skn`).
pub(crate) fn sas(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let url = context::url_run(candidate.text, candidate.secret);
    let text = context::slice(candidate.text, url);
    if memmem::find(text, b"sv=").is_none() && memmem::find(text, b"sr=").is_none() {
        return Outcome::Reject;
    }
    let get = |name: &str| parameters(text).find(|(key, _)| *key == name.as_bytes()).map(|(_, value)| value);
    let (end, policy) = (get("se").and_then(decode::time), get("si"));
    let is_bus = get("sr").is_some() && get("sv").is_none();
    if (end.is_none() && policy.is_none()) || (get("sv").is_none() && !is_bus) {
        return Outcome::Reject;
    }
    draft.verified_structure = true;
    draft.lifetime = Lifetime { issued: get("st").and_then(decode::time), expires: end, ..Lifetime::default() };
    if end.is_none() {
        draft.lifetime.vendor_default = VendorDefault::NeverExpires;
        draft.notes.push("a stored access policy decides when it ends; the policy isn't in the URL".into());
    }
    if is_bus {
        draft.kind = "azure.servicebus-sas".into();
    } else if get("skoid").is_some() {
        draft.notes.push("user delegation: signed with a key that lives at most 7 days".into());
    } else {
        draft.notes.push("signed with the account key, which does not expire".into());
    }
    let host = memmem::find(text, b"://").map(|found| host(&text[found + 3..]));
    draft.destination = Some(Destination::new("azure", host.unwrap_or_default()));
    draft.related.push(url);
    Outcome::Keep
}

/// Parameters of a query, `&` plain, as `&amp;` or as `\u0026`. A token in an `Authorization` header starts after a space.
fn parameters(url: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    url.split(|byte| matches!(byte, b'&' | b'?' | b';' | b'\\')).filter_map(|part| {
        // After `&amp;`, after a JSON escape, and first in a connection string.
        let prefixes = [&b"amp;"[..], b"u0026", b"SharedAccessSignature="];
        let part = prefixes.iter().find_map(|prefix| part.strip_prefix(*prefix)).unwrap_or(part);
        let equals = memchr::memchr(b'=', part)?;
        Some((&part[..equals], &part[equals + 1..]))
    })
}

fn host(text: &[u8]) -> String {
    let host = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    host.map(|&byte| char::from(byte)).collect()
}

/// `AccountKey=`, `SharedAccessKey=`, `Secret=` in a connection string: names the service and the account.
pub(crate) fn connection_string(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let run = context::url_run(candidate.text, candidate.whole);
    let text = context::slice(candidate.text, run);
    let part = |name: &str| {
        text.split(|&byte| byte == b';').find_map(|part| {
            let found = memmem::find(part, b"=")?;
            part[..found].to_ascii_lowercase().ends_with(name.as_bytes()).then(|| &part[found + 1..])
        })
    };
    let name = match (part("accountname"), part("endpoint").or_else(|| part("hostname"))) {
        (Some(account), _) => host(account),
        (None, Some(endpoint)) => host(memmem::find(endpoint, b"://").map_or(endpoint, |found| &endpoint[found + 3..])),
        (None, None) => String::new(),
    };
    if memmem::find(text, b"AccountEndpoint=").is_some() {
        draft.kind = "azure.cosmos-key".into();
    }
    draft.verified_structure = !name.is_empty();
    draft.destination = Some(Destination::new("azure", name));
    draft.related.push(run);
    Outcome::Keep
}

/// A key with Microsoft's signature inside: says which service it is for.
pub(crate) fn service_key(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let key = context::slice(candidate.text, candidate.secret);
    let before = &candidate.text[candidate.secret.start.saturating_sub(16)..candidate.secret.start];
    if before.ends_with(b"AccountKey=") || before.ends_with(b"SharedAccessKey=") {
        // Reported with its account by `connection_string`.
        return Outcome::Reject;
    }
    let tail = &key[key.len().saturating_sub(14)..];
    if let Some((_, service)) = SERVICES.iter().find(|(signature, _)| memmem::find(tail, signature).is_some()) {
        draft.notes.push(format!("key of Azure {service}"));
    }
    draft.verified_structure = true;
    draft.destination = Some(Destination::new("azure", ""));
    Outcome::Keep
}

/// A refresh token where a cache or a variable keeps one; in MSAL's cache only where the entry says that it is one.
pub(crate) fn refresh_token(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let is_cache = context::slice(candidate.text, candidate.whole).starts_with(b"\"secret\"");
    let entry = || context::member_bytes(candidate.text, context::object(candidate.text, candidate.whole.start)?, "credential_type");
    if is_cache && entry() != Some(b"RefreshToken") {
        return Outcome::Reject;
    }
    draft.verified_structure = is_cache;
    draft.destination = Some(Destination::new("azure", ""));
    Outcome::Keep
}

#[cfg(test)]
mod tests {
    use super::super::testing::{inspected_at, inspected_from};
    use super::*;

    const TENANT: &str = "11111111-2222-3333-4444-555555555555";

    #[test]
    fn a_service_principal_names_its_tenant() {
        let text = format!(r#"{{"clientId":"c","clientSecret":"dead-secret","subscriptionId":"s","tenantId":"{TENANT}"}}"#);
        let draft = |text: &str| inspected_from(service_principal, "", text, "\"clientSecret\"", "dead-secret");
        let found = draft(&text).unwrap();
        assert_eq!(found.destination, Some(Destination::new("azure", TENANT)));
        assert_eq!(found.related.len(), 2);
        assert!(draft(&text.replace("tenantId", "region")).is_none());
    }

    #[test]
    fn signatures_carry_their_end() {
        let text =
            "https://acct.blob.core.windows.net/c?sv=2024-11-04&st=2026-03-01T00:00:00Z&se=2026-03-08T00%3A00%3A00Z&sr=c&sp=r&sig=AAAA";
        let draft = inspected_at(sas, "", text, "AAAA").unwrap();
        assert_eq!(draft.lifetime.seconds(), Some(7 * 86_400));
        assert_eq!(draft.destination, Some(Destination::new("azure", "acct.blob.core.windows.net")));
        let draft = inspected_at(sas, "", &text.replace('&', "&amp;").replace("sp=r", "skoid=x"), "AAAA").unwrap();
        assert_eq!(draft.lifetime.seconds(), Some(7 * 86_400));
        assert!(draft.notes[0].contains("7 days"));
        let string = format!("BlobEndpoint=https://a.blob.core.windows.net;SharedAccessSignature={}", text.split_once('?').unwrap().1);
        assert!(inspected_at(sas, "", &string, "AAAA").unwrap().lifetime.expires.is_some());
    }

    #[test]
    fn a_stored_policy_keeps_a_signature_alive() {
        let draft = inspected_at(sas, "", "https://a.blob.core.windows.net/c?sv=2024-11-04&si=policy&sr=c&sig=AAAA", "AAAA").unwrap();
        assert_eq!(draft.lifetime.vendor_default, VendorDefault::NeverExpires);
        assert!(inspected_at(sas, "", "https://a.example/?sv=1&sig=AAAA", "AAAA").is_none());
    }

    #[test]
    fn a_service_bus_token_is_a_signature_too() {
        let text = "SharedAccessSignature sr=sb%3A%2F%2Fn.servicebus.windows.net&sig=AAAA&se=1772625600&skn=Root";
        let draft = inspected_at(sas, "", text, "AAAA").unwrap();
        assert_eq!(&*draft.kind, "azure.servicebus-sas");
        assert_eq!(draft.lifetime.expires, decode::epoch(1_772_625_600));
    }

    #[test]
    fn connection_strings_name_their_account() {
        let draft = inspected_at(connection_string, "", "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=AAAA", "AAAA").unwrap();
        assert_eq!(draft.destination, Some(Destination::new("azure", "acme")));
        let draft = inspected_at(
            connection_string,
            "",
            "Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=R;SharedAccessKey=AAAA",
            "AAAA",
        )
        .unwrap();
        assert_eq!(draft.destination, Some(Destination::new("azure", "acme.servicebus.windows.net")));
        let draft = inspected_at(connection_string, "", "AccountEndpoint=https://localhost:8081/;AccountKey=AAAA", "AAAA").unwrap();
        assert_eq!((&*draft.kind, draft.destination), ("azure.cosmos-key", Some(Destination::new("azure", "localhost"))));
    }
}
