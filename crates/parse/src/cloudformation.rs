//! CloudFormation, SAM and CDK output: one workload per resource that computes, and `#stack` for the deployment itself.
//!
//! Nothing is deployed: a parameter has its default, an import or an attribute that AWS makes up is unknown with its
//! name. `Fn::If` keeps both branches where the parameters' defaults don't decide. The decision a reader would question: a template is one file; what a nested or
//! another stack passes in is a parameter like any other.

mod compute;
mod conditions;
mod declared;
mod eval;
mod iam;
mod init;
mod principals;
mod sam;
mod stack;
mod template;
#[cfg(test)]
mod tests;
mod values;

use unkeyed_model::{Facts, SkipReason, Unit, WorkloadKind};

pub(crate) use self::compute::{managed, owner_of};
pub(crate) use self::iam::{granted, trusted_service};
pub(crate) use self::principals::principal;
pub(crate) use self::stack::stack;
use self::template::Resource;
pub(crate) use self::template::{Scheme, Template};
pub(crate) use self::values::Reader;
use crate::place::{self, Place};
use crate::tree::Node;
use crate::{json, yaml};

/// How far into a file the words that tell a template are looked for, in bytes.
const HEAD: usize = 64 << 10;

/// YAML and JSON files that hold resources of AWS types.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let extension = origin.file_name().rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_structured = matches!(extension, "yaml" | "yml" | "json" | "template" | "cfn" | "cform" | "txt");
    (is_structured && is_template(unit.bytes())).then(|| origin.path.clone())
}

fn is_template(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
    let holds = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let typed = || {
        [&b"Type: AWS::"[..], b"Type: \"AWS::", b"Type: 'AWS::", b"\"Type\": \"AWS::", b"\"Type\":\"AWS::"].iter().any(|word| holds(word))
    };
    holds(b"Resources") && (holds(b"AWSTemplateFormatVersion") || typed())
}

/// Reads templates.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    place::each(units, file)
}

fn file(place: &Place<'_>, facts: &mut Facts) {
    for root in documents(place, facts) {
        if root.get("Resources").is_some_and(|resources| !resources.entries().is_empty()) {
            let template = Template::new(place, Scheme { prefix: "cfn", kind: WorkloadKind::CloudFormation }, &root, &root);
            resources(&template, facts);
            stack(&template, facts);
            template.report_limit(facts);
        }
    }
}

/// The documents of a file that is YAML or JSON, whatever it is called.
fn documents(place: &Place<'_>, facts: &mut Facts) -> Vec<Node> {
    if place.text().trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        match json::parse(place) {
            Ok(root) => return vec![root],
            // JSON is YAML as well, but for tabs; a flow mapping without quotes is only YAML.
            Err(skip) if skip.why == SkipReason::Limit => {
                facts.skipped.push(skip);
                return Vec::new();
            }
            Err(_) => {}
        }
    }
    let mut found = yaml::parse(place);
    facts.skipped.append(&mut found.skipped);
    found.nodes
}

/// Everything that the template's resources say.
pub(crate) fn resources(template: &Template<'_>, facts: &mut Facts) {
    principals::defined(template, facts);
    for resource in template.resources() {
        let (trusts, grants) = (facts.trusts.len(), facts.grants.len());
        iam::read(resource, facts);
        // What a condition leaves out is trusted and granted nowhere.
        if resource.is_left_out() {
            facts.trusts.truncate(trusts);
            facts.grants.truncate(grants);
        }
        declared::read(resource, facts);
        compute::read(resource, facts);
    }
    values::parameters(template, facts);
}

/// Reads one resource for facts.
type ReadResource = fn(Resource<'_, '_>, &mut Facts);
