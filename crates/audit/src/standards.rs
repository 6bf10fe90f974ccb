//! Which standards speak of an artifact, by class and surface (DOMAIN §6).

use unkeyed_model::{Artifact, Class, Custody, Standard, Surface};

const NHI: &str = "OWASP-NHI-2025";
const CWE: &str = "CWE";
const CSF: &str = "NIST-CSF-2.0";

/// Risks that go with a kind, by a part of its name: static credentials in CI, static client certificates and personal
/// access tokens as authentication, credentials of people in the hands of workloads.
const NHI_BY_KIND: &[(&str, &str)] = &[
    ("ref.gha-", "NHI6:2025"),
    ("x509.private-key", "NHI4:2025"),
    (".pat", "NHI4:2025"),
    (".pat", "NHI10:2025"),
    ("authorized-user", "NHI10:2025"),
];

/// A standard of a taxonomy.
pub(crate) const fn standard(taxonomy: &'static str, id: &'static str) -> Standard {
    Standard { taxonomy, id }
}

/// Lists the standards of one artifact, sorted.
pub(crate) fn assign(artifact: &mut Artifact) {
    let mut list = Vec::new();
    if matches!(artifact.class, Class::Public | Class::RuntimeIdentity | Class::VaultFetchedDynamic) {
        artifact.standards = list;
        return;
    }
    list.push(standard(CSF, "PR.AA-01"));
    if artifact.class.is_persistent() || artifact.class == Class::VaultFetchedStatic {
        list.push(standard(NHI, "NHI7:2025"));
    }
    if matches!(artifact.class, Class::Durable | Class::Bootstrap | Class::LongLived) {
        list.push(standard(CWE, "CWE-613"));
    }
    if artifact.class == Class::Expired {
        list.push(standard(CWE, "CWE-324"));
    }
    if artifact.custody == Custody::Embedded && artifact.name.is_none() {
        list.extend([standard(NHI, "NHI2:2025"), standard(CSF, "PR.DS-01")]);
        list.extend(artifact.locations.iter().flat_map(|(location, _)| by_surface(location.origin.surface)));
        list.extend(by_kind(&artifact.kind));
        if artifact.workloads.len() > 1 {
            list.push(standard(NHI, "NHI9:2025"));
        }
    } else {
        list.push(standard(CWE, "CWE-522"));
    }
    list.extend(NHI_BY_KIND.iter().filter(|(part, _)| artifact.kind.contains(part)).map(|(_, id)| standard(NHI, id)));
    list.sort();
    list.dedup();
    artifact.standards = list;
}

fn by_surface(surface: Surface) -> Vec<Standard> {
    let ids: &[&'static str] = match surface {
        Surface::Worktree | Surface::GitHistory => &["CWE-798"],
        Surface::CiConfig | Surface::Iac | Surface::K8sManifest => &["CWE-798", "CWE-260"],
        Surface::TfState | Surface::HostFs | Surface::CliExport => &["CWE-312"],
        Surface::EnvDump => &["CWE-526"],
        Surface::Log | Surface::Chat | Surface::Ticket => &["CWE-532"],
        Surface::ImageLayer => &["CWE-522", "CWE-538"],
        Surface::ImageConfig => &["CWE-522", "CWE-526"],
        Surface::AppPackage => &["CWE-318", "CWE-798"],
    };
    ids.iter().map(|id| standard(CWE, id)).collect()
}

fn by_kind(kind: &str) -> Option<Standard> {
    let kinds = [("private-key", "CWE-321"), ("password", "CWE-259"), ("presigned", "CWE-598"), (".sas", "CWE-598")];
    kinds.iter().find(|(part, _)| kind.contains(part)).map(|(_, id)| standard(CWE, id))
}
