//! What a machine does and is given at its first start beside its start script: `AWS::CloudFormation::Init`, and what it logs
//! in with to fetch files (CloudFormation user guide, "AWS::CloudFormation::Init" and "AWS::CloudFormation::Authentication").

use unkeyed_model::{Facts, Workload};

use super::template::Resource;
use super::values::Reader;
use crate::evaluated::{Kind, leaves_of};
use crate::{given, place, scripts};

/// Sections of a resource's metadata that hold it.
const SECTIONS: &[&str] = &["AWS::CloudFormation::Init", "AWS::CloudFormation::Authentication"];

/// Adds it to the machine.
pub(super) fn read(resource: Resource<'_, '_>, reader: &Reader<'_, '_>, workload: &mut Workload, found: &mut Facts) {
    let Some(metadata) = resource.entry.value.get("Metadata") else { return };
    for section in SECTIONS.iter().filter_map(|key| metadata.entry(key)) {
        let at = resource.template.place.at(section.span, place::under(&resource.path(), section.name()));
        for leaf in leaves_of("", &resource.path(), &resource.template.eval(&section.value)) {
            let is_script = matches!(leaf.name.as_str(), "command" | "content" | "test");
            match &leaf.val.kind {
                Kind::Text(text, _) if is_script => {
                    if leaf.name == "command" {
                        scripts::read(text, &|_| at.clone(), workload);
                    }
                    for part in given::filled(&leaf) {
                        workload.references.append(&mut reader.read(&part, found));
                    }
                }
                _ => workload.references.append(&mut reader.read(&leaf, found)),
            }
        }
    }
}
