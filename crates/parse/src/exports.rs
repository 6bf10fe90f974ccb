//! What the command-line tools of platforms print of their state (`aws iam get-role`, `az role assignment list` …).
//!
//! An entry is recognised by its shape alone: which keys it has. The decision a reader would question: what it says is
//! written out as the Terraform resource that would make it, and read by the readers of Terraform, so that a trust, a
//! grant or a key is the same fact wherever it comes from. All files given as evidence are read together, because one
//! command prints a role's trust and another its grants.

mod aws;
mod azure;
mod credential_report;
mod gcp;
mod github;
mod oci;
mod out;
mod shapes;
mod vault;

use unkeyed_model::{Assurance, DatedBy, Evidence, Facts, Skip, SkipReason, Span, Surface, Unit};

use crate::place::Place;
use crate::tree::{Kind, Node};
use crate::{Group, LogReader, k8s};

pub(crate) use self::out::{Attribute, Labels, Out, Resource, given, node, of, text};
use self::shapes::Shape;

/// Name of the format of everything that is recognised here.
pub(crate) const FORMAT: &str = "exports";

/// What a file is whose content is one known text and no list of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    /// The table that `aws iam get-credential-report` encodes.
    CredentialReport,
    /// A policy of Vault.
    VaultPolicy,
}

/// The group of a file that is given as evidence, or `None` if nothing recognises it.
pub(crate) fn group(unit: &Unit<'_>) -> Option<Group> {
    let surface = Surface::CliExport;
    if is_export(unit) {
        return Some(Group { format: FORMAT, key: String::new(), surface });
    }
    // A log of Kubernetes holds what its manifests hold.
    if LogReader::of(unit.origin(), unit.bytes()).is_some() {
        return None;
    }
    // Files of any format that is read in a repository are evidence, too: `kubectl get -o json`, a state file.
    if k8s::is_manifest(unit.bytes()) {
        return Some(Group { format: "k8s", key: unit.origin().folder().to_owned(), surface });
    }
    let is_data = |group: &Group| group.format == crate::TERRAFORM && crate::terraform::claims(unit).is_none();
    crate::group(unit).filter(|group| !is_data(group)).map(|group| Group { surface, ..group })
}

/// Whether a text is a policy in Vault's own language.
pub(crate) fn is_vault_policy(text: &str) -> bool {
    vault::is_policy(text)
}

fn is_export(unit: &Unit<'_>) -> bool {
    Place::new(unit).is_ok_and(|place| is_printed(&place))
}

/// Whether a file is what one of the tools prints.
pub(crate) fn is_printed(place: &Place<'_>) -> bool {
    if text_of(place).is_some() {
        return true;
    }
    let Ok(root) = parsed(place) else { return false };
    items(&root).iter().any(|item| shapes::of(item).is_some())
}

/// The file's tree: JSON, or YAML as `-o yaml` prints it, of which each document is an entry (`gcloud … list`).
fn parsed(place: &Place<'_>) -> Result<Node, Skip> {
    let skip = match crate::json::parse(place) {
        Ok(root) => return Ok(root),
        Err(skip) => skip,
    };
    if place.text().trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']) {
        return Err(skip);
    }
    let mut nodes = crate::yaml::parse(place).nodes;
    match nodes.len() {
        0 => Err(skip),
        1 => Ok(nodes.remove(0)),
        _ => Ok(Node { span: Span::new(0, place.text().len()), tag: None, kind: Kind::Seq(nodes.into()) }),
    }
}

fn text_of(place: &Place<'_>) -> Option<Text> {
    let text = place.text().trim_start_matches('\u{feff}').trim_start();
    if credential_report::is_one(text) {
        return Some(Text::CredentialReport);
    }
    vault::is_policy(text).then_some(Text::VaultPolicy)
}

/// Whether a file describes trusts, whoever printed or wrote it.
pub(crate) fn is_trusts(unit: &Unit<'_>) -> bool {
    let Ok(place) = Place::new(unit) else { return false };
    let is_json = unit.origin().file_name().ends_with(".json");
    let roots = if is_json { crate::json::parse(&place).into_iter().collect() } else { crate::yaml::parse(&place).nodes };
    roots.iter().any(|root| oci::is_statements(root) || items(root).iter().any(|item| shapes::trust(item).is_some()))
}

/// Writes down the trusts that a document describes.
pub(crate) fn write_trust(root: &Node, out: &mut Out<'_>) {
    if oci::is_statements(root) {
        oci::statements(root, out);
    }
    for item in items(root) {
        if let Some(shape) = shapes::trust(item) {
            (shape.write)(item, out);
        }
    }
}

/// The entries of a list, however the tool wraps it, or the one that is printed.
fn items(root: &Node) -> Vec<&Node> {
    /// Keys under which tools wrap their lists and entries.
    const WRAPPERS: &[&str] = &[
        "value",
        "Role",
        "Roles",
        "Users",
        "UserDetailList",
        "RoleDetailList",
        "Policies",
        "AccessKeyMetadata",
        "profiles",
        "profile",
        "trustAnchors",
        "trustAnchor",
        "association",
        "associations",
        "items",
        "resources",
        "Resources",
        "environments",
        "secrets",
        "variables",
        "results",
    ];
    match &root.kind {
        Kind::Seq(items) => items.iter().collect(),
        Kind::Scalar(..) => Vec::new(),
        Kind::Map(_) if shapes::of(root).is_some() => vec![root],
        Kind::Map(entries) => {
            // Oracle's tool puts everything into `data`, and a list of an identity domain in there into `resources`.
            let data = root.get("data").into_iter().flat_map(|data| match &data.kind {
                Kind::Map(_) if data.get("resources").is_none() => vec![data],
                _ => items(data),
            });
            let wrapped = entries.iter().filter(|entry| WRAPPERS.contains(&entry.name())).flat_map(|entry| match &entry.value.kind {
                Kind::Seq(items) => items.iter().collect(),
                _ => vec![&entry.value],
            });
            data.chain(wrapped).collect()
        }
    }
}

/// Reads the files that are given as evidence.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    crate::terraform::read_exports(units)
}

/// What one file says, written down as the resources that would make it; what has no such form goes into the facts.
pub(crate) fn written(place: &Place<'_>, labels: &mut Labels, facts: &mut Facts) -> Vec<Resource> {
    let mut out = Out::new(place, facts, labels);
    let mut formats: Vec<String> = Vec::new();
    let mut records = 0;
    let mut dated = None;
    match text_of(place) {
        Some(Text::CredentialReport) => {
            formats.push(credential_report::NAME.to_owned());
            records = credential_report::read(place.text(), None, &mut out);
        }
        Some(Text::VaultPolicy) => {
            formats.push("vault policy read".to_owned());
            vault::policy_text(&mut out);
            records = 1;
        }
        None => match parsed(place) {
            Ok(root) => {
                dated = root.str("GeneratedTime").and_then(|time| time.parse().ok()).map(|time| (time, DatedBy::Content));
                records = entries(&root, &mut formats, &mut out);
            }
            Err(skip) => out.facts.skipped.push(skip),
        },
    }
    formats.sort();
    formats.dedup();
    let resources = out.finish();
    if !formats.is_empty() {
        facts.evidence.push(Evidence { path: place.path().to_owned(), formats, assurance: Assurance::Export, records, dated });
    }
    resources
}

fn entries(root: &Node, formats: &mut Vec<String>, out: &mut Out<'_>) -> u64 {
    out.root = Some(root.clone());
    if oci::is_statements(root) {
        formats.push("oci iam policy list".to_owned());
        oci::statements(root, out);
        return 1;
    }
    let items = items(root);
    let (mut known, mut unknown) = (0, 0);
    for item in items {
        match shapes::of(item) {
            Some(Shape { name, write, .. }) => {
                known += 1;
                formats.push((*name).to_owned());
                write(item, out);
            }
            None => unknown += 1,
        }
    }
    if unknown > 0 {
        let detail = format!("{unknown} entries beside {known} that were read have no known shape");
        out.facts.skipped.push(out.place.skip(SkipReason::NotUnderstood, detail));
    }
    known
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Facts, Origin, Surface, Unit};

    fn read(path: &str, text: &str) -> Option<Facts> {
        let origin = Origin { path: path.into(), surface: Surface::CliExport, ..Origin::default() };
        let unit = Unit::new(Arc::new(origin), text.as_bytes());
        super::group(&unit).map(|group| crate::read(&group, std::slice::from_ref(&unit)))
    }

    #[test]
    fn yaml_is_read_as_json_is() {
        let credential = "- audiences:\n  - api://AzureADTokenExchange\n  id: x\n  issuer: https://token.actions.githubusercontent.com\n  name: a\n  subject: repo:a/b:*\n";
        for path in ["fic.yaml", "fic.txt"] {
            let facts = read(path, credential).unwrap();
            assert_eq!((facts.trusts.len(), facts.evidence.len()), (1, 1), "{path}");
        }
        let listed = "email: a@p.iam.gserviceaccount.com\nuniqueId: '1'\n---\nemail: b@p.iam.gserviceaccount.com\nuniqueId: '2'\n";
        assert_eq!(read("accounts.yaml", listed).unwrap().evidence[0].records, 2);
        assert!(read("notes.yaml", "a: b\n").is_none());
    }

    #[test]
    fn an_application_tells_its_own_credentials() {
        let application = r#"{"value": [{"id": "o", "appId": "c", "displayName": "ci", "passwordCredentials": [{"keyId": "k", "endDateTime": "2027-01-01T00:00:00Z"}],
            "federatedIdentityCredentials": [{"id": "f", "name": "gh", "issuer": "https://i", "subject": "s", "audiences": ["api://AzureADTokenExchange"]}]}]}"#;
        let facts = read("app.json", application).unwrap();
        assert_eq!(facts.declarations[0].principal.as_ref(), Some(&facts.trusts[0].principal));
    }
}
