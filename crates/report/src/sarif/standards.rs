//! Taxonomies: the standards that rules refer to, with the taxa in use and their published titles.

pub(crate) mod titles;

use std::collections::{BTreeMap, BTreeSet};

use serde_sarif::sarif::{
    ReportingDescriptor, ReportingDescriptorReference, ReportingDescriptorRelationship, ToolComponent, ToolComponentReference,
};
use unkeyed_model::Standard;

use super::text::own;

/// A taxonomy: name, version, organisation, address.
type Taxonomy = (&'static str, &'static str, &'static str, &'static str);

const KNOWN: [Taxonomy; 5] = [
    ("OWASP-NHI-2025", "2025", "OWASP Foundation", "https://owasp.org/www-project-non-human-identities-top-10/2025/"),
    ("CWE", "4.16", "MITRE", "https://cwe.mitre.org/"),
    ("NIST-CSF-2.0", "2.0", "NIST", "https://www.nist.gov/cyberframework"),
    ("NIST-SP-800-207", "2020", "NIST", "https://csrc.nist.gov/pubs/sp/800/207/final"),
    ("NIST-AI-RMF-1.0", "1.0", "NIST", "https://www.nist.gov/itl/ai-risk-management-framework"),
];

/// The taxa in use, by taxonomy; positions in these maps are the indices of the SARIF file.
pub(super) struct Standards {
    used: BTreeMap<&'static str, BTreeSet<&'static str>>,
}

impl Standards {
    pub(super) fn new<'s>(standards: impl Iterator<Item = &'s Standard>) -> Self {
        let mut used: BTreeMap<&'static str, BTreeSet<&'static str>> = BTreeMap::new();
        for standard in standards {
            used.entry(standard.taxonomy).or_default().insert(standard.id);
        }
        Self { used }
    }

    /// `run.taxonomies`.
    pub(super) fn components(&self) -> Vec<ToolComponent> {
        self.used.iter().map(|(name, taxa)| component(name, taxa)).collect()
    }

    /// `driver.supportedTaxonomies`.
    pub(super) fn references(&self) -> Vec<ToolComponentReference> {
        self.used.keys().zip(0..).map(|(name, index)| reference(name, index)).collect()
    }

    /// How a rule relates to the standards that speak of it.
    pub(super) fn relationships(&self, standards: &BTreeSet<Standard>) -> Vec<ReportingDescriptorRelationship> {
        standards.iter().filter_map(|standard| self.target(standard)).map(relevant).collect()
    }

    fn target(&self, standard: &Standard) -> Option<ReportingDescriptorReference> {
        let (taxonomy, (_, taxa)) = (0_i64..).zip(&self.used).find(|(_, (name, _))| **name == standard.taxonomy)?;
        let taxon = taxa.iter().position(|id| *id == standard.id)?;
        let target = ReportingDescriptorReference::builder()
            .id(standard.id.to_owned())
            .index(i64::try_from(taxon).ok()?)
            .tool_component(reference(standard.taxonomy, taxonomy));
        Some(target.build())
    }
}

/// The tag of a standard; GitHub links those that start with `external/cwe/`.
pub(super) fn tag(standard: &Standard) -> String {
    let id = standard.id.to_ascii_lowercase();
    match standard.taxonomy {
        "CWE" => format!("external/cwe/{id}"),
        "OWASP-NHI-2025" => id.replace(':', "-"),
        taxonomy => format!("{}/{}", taxonomy.to_ascii_lowercase(), id.replace(' ', "-")),
    }
}

fn relevant(target: ReportingDescriptorReference) -> ReportingDescriptorRelationship {
    ReportingDescriptorRelationship::builder().target(target).kinds(vec!["relevant".to_owned()]).build()
}

fn reference(name: &str, index: i64) -> ToolComponentReference {
    ToolComponentReference::builder().name(name.to_owned()).index(index).build()
}

fn component(name: &str, taxa: &BTreeSet<&'static str>) -> ToolComponent {
    let taxa: Vec<ReportingDescriptor> = taxa.iter().map(|id| taxon(name, id)).collect();
    let mut component =
        ToolComponent::builder().name(name.to_owned()).is_comprehensive(false).language("en-US".to_owned()).taxa(taxa).build();
    if let Some((_, version, organization, address)) = KNOWN.iter().find(|known| known.0 == name) {
        component.version = Some((*version).to_owned());
        component.organization = Some((*organization).to_owned());
        component.information_uri = Some((*address).to_owned());
        component.short_description = Some(own(format!("{organization}: {name}.")));
    }
    component
}

fn taxon(taxonomy: &str, id: &str) -> ReportingDescriptor {
    let mut taxon = ReportingDescriptor::builder().id(id.to_owned()).build();
    if let Some(title) = titles::title(taxonomy, id) {
        taxon.name = Some(id.to_owned());
        taxon.short_description = Some(own(title));
    }
    if let Some(number) = id.strip_prefix("CWE-") {
        taxon.help_uri = Some(format!("https://cwe.mitre.org/data/definitions/{number}.html"));
    }
    taxon
}
