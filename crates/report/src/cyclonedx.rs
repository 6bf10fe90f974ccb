//! CycloneDX 1.6: the credentials as cryptographic assets (`related-crypto-material`), beside the components that an
//! inventory already has.
//!
//! One decision a reader would question: most assets have no `state`. A scan sees that a credential lies somewhere, not
//! whether it still works; only what has ended by its own date is `deactivated`.

use std::io;

use serde_json::{Value, json};
use unkeyed_model::{Class, Replayable};

use crate::index::Index;
use crate::json::v1;
use crate::{document, printable};

/// Writes the credentials of the report, with one occurrence for each place.
pub(crate) fn write(report: &v1::Report, out: &mut dyn io::Write) -> io::Result<()> {
    let index = Index::new(report);
    let digest = document::digest(report)?;
    let components: Vec<Value> = report.artifacts.iter().map(|artifact| component(&index, artifact)).collect();
    let tool = json!({ "type": "application", "name": "unkeyed", "version": report.tool.version });
    let about = json!({
        "type": "application",
        "bom-ref": "target",
        "name": printable(&report.run.targets.join(" ")),
        "version": report.run.subjects.first().map(|subject| &subject.digest),
    });
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{}", document::uuid(&["cyclonedx", &digest])),
        "version": 1,
        "metadata": { "timestamp": report.run.as_of, "tools": { "components": [tool] }, "component": about },
        "components": components,
    });
    document::write(document, out)
}

fn component(index: &Index<'_>, artifact: &v1::Artifact) -> Value {
    let secured = (artifact.class == Class::EncryptedStored).then(|| json!({ "mechanism": "Software" }));
    json!({
        "type": "cryptographic-asset",
        "bom-ref": artifact.id,
        "name": printable(&index.what(artifact)),
        "description": index.rule(artifact).map(|rule| printable(&rule.description)),
        "cryptoProperties": {
            "assetType": "related-crypto-material",
            "relatedCryptoMaterialProperties": {
                "type": kind(artifact),
                "id": artifact.id,
                "state": (artifact.class == Class::Expired).then_some("deactivated"),
                "creationDate": artifact.lifetime.issued,
                "expirationDate": artifact.lifetime.expires,
                "securedBy": secured,
            },
        },
        "evidence": { "occurrences": document::some(artifact.locations.iter().map(occurrence)) },
        "properties": properties(artifact),
    })
}

/// The schema's word for what it is, from the words of the rule's id.
fn kind(artifact: &v1::Artifact) -> &'static str {
    if artifact.class == Class::Public {
        return "other";
    }
    let words: Vec<&str> = artifact.kind.split(['.', '-', '_']).collect();
    let has = |word: &str| words.contains(&word);
    match () {
        () if has("private") && has("key") || has("ssh") || has("pem") => "private-key",
        () if has("password") || has("passphrase") => "password",
        () if has("token") || has("jwt") || has("pat") || artifact.replayable == Replayable::Bearer && has("session") => "token",
        () if has("key") => "secret-key",
        () => "credential",
    }
}

fn occurrence(location: &v1::Location) -> Value {
    let at = &location.place;
    let context = [("commit", &at.commit), ("layer", &at.layer), ("image path", &at.image_path)];
    let context: Vec<String> = context.into_iter().filter_map(|(what, value)| Some(format!("{what} {}", value.as_deref()?))).collect();
    json!({
        "location": at.uri,
        "line": at.line,
        "offset": at.byte_offset,
        "symbol": at.key_path.as_deref().map(printable),
        "additionalContext": (!context.is_empty()).then(|| context.join(", ")),
    })
}

fn properties(artifact: &v1::Artifact) -> Value {
    let facts = [
        ("rule", Some(artifact.rule.clone())),
        ("class", Some(artifact.class.to_string())),
        ("level", Some(artifact.level.to_string())),
        ("rank", Some(artifact.rank.to_string())),
        ("confidence", Some(artifact.confidence.to_string())),
        ("custody", Some(artifact.custody.to_string())),
        ("destination", artifact.destination.as_ref().map(ToString::to_string)),
        ("exception", artifact.suppressed_by.as_ref().map(|exception| exception.exception.clone())),
    ];
    let workloads = artifact.workloads.iter().map(|workload| ("workload", Some(workload.clone())));
    let property = |(name, value): (&str, Option<String>)| Some(json!({ "name": format!("unkeyed:{name}"), "value": printable(&value?) }));
    facts.into_iter().chain(workloads).filter_map(property).collect()
}
