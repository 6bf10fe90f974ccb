//! Secrets as manifests carry them: plain, sealed, encrypted by SOPS; and ConfigMaps, where they don't belong.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use unkeyed_model::{
    Custody, Declaration, Destination, Facts, Lifetime, Location, Reference, Role, Slot, SlotEncoding, StoreKind, StoredSecret,
    VendorDefault, Workload, WorkloadKind,
};

use super::objects::Object;
use super::template;
use crate::credential_name::is_credential;
use crate::facts as shared;
use crate::tree::Entry;
use crate::{commands, scripts, weak_literal};

/// Keys of a Secret whose values are not secret as a rule.
const PUBLIC_KEYS: &[&str] = &[
    "database",
    "dbname",
    "endpoint",
    "ca.crt",
    "tls.crt",
    "ca.pem",
    "client_id",
    "clientid",
    "client-id",
    "tenant_id",
    "type",
    "name",
    "project",
    "url",
    "server",
    "id",
];

/// Words with which keys of values end that are not secret as a rule (`POSTGRES_USER`).
const PUBLIC_WORDS: &[&str] = &["username", "user", "email", "host", "hostname", "port", "namespace", "region"];

/// A use by name of a Secret in the object's namespace.
pub(super) fn reference(object: Object<'_>, name: &str, location: Location) -> Reference {
    let mut reference = shared::reference(StoreKind::K8sSecret, name, location);
    reference.namespace = Some(object.namespace().to_string());
    reference
}

/// An object that others use by name, in the object's namespace.
pub(super) fn stored(object: Object<'_>, store: StoreKind, name: &str, custody: Custody) -> StoredSecret {
    StoredSecret {
        store,
        name: name.to_owned(),
        namespace: Some(object.namespace().to_string()),
        custody,
        extent: object.extent(),
        component: None,
    }
}

/// `kind: Secret`.
pub(super) fn secret(object: Object<'_>, facts: &mut Facts) {
    // SOPS keeps its own metadata beside what it has encrypted; detection finds the encrypted values.
    let is_encrypted = object.at(&["sops", "mac"]).is_some() || object.at(&["sops", "lastmodified"]).is_some();
    let custody = if is_encrypted { Custody::EncryptedAtRest } else { Custody::Embedded };
    facts.stored.push(stored(object, StoreKind::K8sSecret, &object.name(), custody));
    if object.text(&["type"]).as_deref() == Some("kubernetes.io/service-account-token") {
        facts.declarations.push(service_account_token(object));
    }
    if !is_encrypted {
        for (field, encoding) in [("data", SlotEncoding::Base64), ("stringData", SlotEncoding::Plain)] {
            for entry in object.at(&[field]).map(crate::tree::Node::entries).unwrap_or_default() {
                let slot = slot(object, entry, field, encoding);
                facts.declarations.extend(slot.as_ref().and_then(|slot| weak(entry, encoding, &slot.location)));
                facts.slots.extend(slot);
            }
        }
    }
}

/// The word for a password as the password of a Secret, which detection takes for a filler.
fn weak(entry: &Entry, encoding: SlotEncoding, location: &Location) -> Option<Declaration> {
    let written = entry.value.text()?.trim();
    let text = match encoding {
        SlotEncoding::Plain => written.to_owned(),
        _ => String::from_utf8(STANDARD.decode(written).ok()?).ok()?,
    };
    let name = entry.name();
    let is_meant = is_credential(name) || name.to_ascii_lowercase().ends_with("passwd");
    is_meant.then(|| weak_literal::declared(name, &text, location)).flatten()
}

/// Whether a value under this key of a Secret is none as a rule.
pub(crate) fn is_public(key: &str) -> bool {
    let last = key.rsplit(['_', '-', '.']).next().unwrap_or_default();
    PUBLIC_KEYS.iter().any(|known| key.eq_ignore_ascii_case(known)) || PUBLIC_WORDS.iter().any(|word| last.eq_ignore_ascii_case(word))
}

/// The place of one value.
fn slot(object: Object<'_>, entry: &Entry, field: &str, encoding: SlotEncoding) -> Option<Slot> {
    let name = entry.name();
    let is_filled_in = template::is_templated(object.source.place.slice(entry.value.span));
    let is_empty = entry.value.text().is_none_or(|text| text.trim().is_empty());
    let location = object.location(&entry.value, &format!("{field}.{name}"));
    (!is_public(name) && !is_filled_in && !is_empty).then(|| Slot { encoding, ..shared::slot(name, location) })
}

/// A Secret of this type makes the cluster mint a token that never expires, even if its data is empty.
fn service_account_token(object: Object<'_>) -> Declaration {
    let account = object.annotation("kubernetes.io/service-account.name").and_then(|written| written.text());
    Declaration {
        kind: "k8s.sa-token-secret".to_owned(),
        name: format!("Secret {}", object.name()),
        custody: Custody::PlatformStored,
        role: Role::Access,
        lifetime: Lifetime { vendor_default: VendorDefault::NeverExpires, ..Lifetime::default() },
        destination: Some(Destination::new("k8s-api", "")),
        principal: account.map(|account| format!("k8s:sa/{}/{account}", object.namespace())),
        location: object.place(),
    }
}

/// `kind: SealedSecret`: its controller makes a Secret of the same name, unless a template names another.
pub(super) fn sealed(object: Object<'_>, facts: &mut Facts) {
    let name = object.text(&["spec", "template", "metadata", "name"]).unwrap_or_else(|| object.name());
    facts.stored.push(stored(object, StoreKind::K8sSecret, &name, Custody::EncryptedAtRest));
}

/// Id of a script that a ConfigMap holds under a key.
pub(super) fn script_id(namespace: &str, name: &str, key: &str) -> String {
    format!("k8s-script:{namespace}/{name}/{key}")
}

/// `kind: ConfigMap`: settings, with slots for those that are named like credentials.
pub(super) fn config_map(object: Object<'_>, facts: &mut Facts) {
    facts.stored.push(stored(object, StoreKind::K8sConfigMap, &object.name(), Custody::Embedded));
    for entry in object.at(&["data"]).map(crate::tree::Node::entries).unwrap_or_default() {
        if is_credential(entry.name()) {
            let slot = slot(object, entry, "data", SlotEncoding::Plain);
            facts.declarations.extend(slot.as_ref().and_then(|slot| weak(entry, SlotEncoding::Plain, &slot.location)));
            facts.slots.extend(slot);
        }
        let is_script = entry.value.text().is_some_and(|text| text.starts_with("#!")) || commands::is_script(entry.name());
        if is_script {
            let at = object.location(&entry.value, &format!("data.{}", entry.name()));
            let id = script_id(&object.namespace(), &object.name(), entry.name());
            let mut script = Workload::new(WorkloadKind::K8s, id, entry.name(), at);
            script.component = true;
            scripts::command(&object.source.place, &[&entry.value], "data", &mut script);
            facts.workloads.push(script);
        }
    }
}
