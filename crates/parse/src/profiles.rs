//! Profiles of command-line tools: `.oci/config`, `.aws/credentials`, `.aws/config`. One workload per profile.
//!
//! The files are INI; their values are what the vendors' references document ("SDK and CLI Configuration File" of OCI,
//! "Configuration and credential file settings" of AWS).

mod aws;
mod ini;
mod oci;

use unkeyed_model::{Facts, Unit, Workload, WorkloadKind};

use self::ini::{Section, sections};
use crate::facts;
use crate::place::{self, Place};

/// Which tool a file belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tool {
    Oci,
    Aws,
}

fn tool(path: &str) -> Option<Tool> {
    let is = |file: &str| path == file || path.strip_suffix(file).is_some_and(|before| before.ends_with('/'));
    if is(".oci/config") || is("oci/config") {
        Some(Tool::Oci)
    } else if is(".aws/credentials") || is(".aws/config") || is("aws/credentials") {
        Some(Tool::Aws)
    } else {
        None
    }
}

/// The files by their documented places.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    tool(&origin.path).or_else(|| tool(origin.image_path.as_deref()?)).map(|_| origin.path.clone())
}

/// Reads one file.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    place::each(units, file)
}

fn file(place: &Place<'_>, facts: &mut Facts) {
    let which = tool(place.path()).or_else(|| tool(place.origin().image_path.as_deref()?));
    for section in sections(place.text()) {
        let name = section.name.strip_prefix("profile ").unwrap_or(section.name).trim();
        // `[sso-session x]` and `[services x]` are parts of profiles.
        if section.name.contains(' ') && !section.name.starts_with("profile ") || section.entries.is_empty() {
            continue;
        }
        let location = place.at(section.extent, name);
        let id = format!("cli-profile:{}#{name}", place.path());
        let mut workload = Workload::new(WorkloadKind::CliProfile, id, name, location.clone());
        workload.extents.push(location);
        match which {
            Some(Tool::Oci) => oci::read(place, &section, &mut workload),
            Some(Tool::Aws) => aws::read(place, &section, &mut workload),
            None => {}
        }
        for (key, value) in &section.entries {
            let text = place.slice(*value);
            let is_secret =
                matches!(*key, "aws_access_key_id" | "aws_secret_access_key" | "aws_session_token" | "pass_phrase" | "key_content");
            if is_secret && !text.is_empty() {
                facts.slots.push(facts::slot(key, place.at(*value, format!("{name}.{key}"))));
            }
        }
        facts.workloads.push(workload);
    }
}

/// The value of a key and where it stands.
fn value<'a>(place: &Place<'a>, section: &Section<'_>, key: &str) -> Option<(&'a str, unkeyed_model::Location)> {
    let (_, span) = section.entries.iter().rev().find(|(name, _)| *name == key)?;
    let text = place.slice(*span);
    (!text.is_empty()).then(|| (text, place.at(*span, format!("{}.{key}", section.name))))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Content, IdentityKind, Origin, StoreKind};

    use super::*;

    fn read_text(path: &str, text: &str) -> Facts {
        let unit = Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes().to_vec());
        assert!(claims(&unit).is_some());
        read(&[unit])
    }

    #[test]
    fn an_oci_key_is_a_stored_file_and_principals_are_identities() {
        let text = "[DEFAULT]\nuser=ocid1.user.oc1..x\nfingerprint=aa\nkey_file=~/.oci/key.pem\ntenancy=ocid1.tenancy.oc1..t\npass_phrase = dead é\n[session]\nsecurity_token_file=/t\nkey_file=/k\n[node]\nauthentication_type=instance_principal\n";
        let facts = read_text("home/.oci/config", text);
        assert_eq!(facts.workloads[0].id, "cli-profile:home/.oci/config#DEFAULT");
        let key = &facts.workloads[0].references[0];
        assert_eq!((key.store, key.name.as_str(), key.content), (StoreKind::File, "~/.oci/key.pem", Content::Durable));
        assert_eq!(key.destination.as_ref().map(ToString::to_string).as_deref(), Some("oci:ocid1.tenancy.oc1..t"));
        assert_eq!(facts.workloads[1].references, [], "a session is what detection reports");
        assert_eq!(facts.workloads[2].identity_paths[0].kind, IdentityKind::Managed);
        let span = facts.slots[0].location.region.span;
        assert_eq!(&text[span.start..span.end], "dead é");
    }

    #[test]
    fn aws_profiles_by_role_source_and_key() {
        let text = "[default]\naws_access_key_id = AKIADEAD\naws_secret_access_key = dead\n; note\n[profile wi]\nrole_arn = arn:aws:iam::111122223333:role/r\nweb_identity_token_file = /t\nduration_seconds = 900\n[profile ec2]\nrole_arn = arn:aws:iam::111122223333:role/q\ncredential_source = Ec2InstanceMetadata\n[profile p]\ncredential_process = /opt/bin/helper --x\n[sso-session s]\nsso_region = x\n[profile sso]\nsso_session = s\nsso_account_id = 111122223333\nsso_role_name = Dev\n";
        let facts = read_text(".aws/config", text);
        assert_eq!(facts.slots.len(), 2);
        let names: Vec<_> = facts.workloads.iter().map(|workload| workload.name.as_str()).collect();
        assert_eq!(names, ["default", "wi", "ec2", "p", "sso"]);
        let federated = &facts.workloads[1].identity_paths[0];
        assert_eq!((federated.kind, federated.ttl.map(|ttl| ttl.seconds)), (IdentityKind::Federated, Some(900)));
        assert_eq!(facts.workloads[2].identity_paths[0].kind, IdentityKind::Managed);
        assert_eq!(facts.workloads[3].references[0].name, "helper");
        assert_eq!(facts.workloads[4].identity_paths[0].principal.known(), Some("Dev"));
    }

    #[test]
    fn every_prefix_is_read_without_panic() {
        let text = "x=1\n[é]\nkey_file = é\n[profile a\n]\n=";
        for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
            read_text(".oci/config", &text[..end]);
        }
    }
}
