//! AWS CodeBuild and CodePipeline: the specification of a build, and what it clones with.
//!
//! The decision a reader would question: whatever clones from a service outside of AWS reaches it with a credential that
//! the account keeps, or by a connection that somebody has set up; neither is seen here.

use unkeyed_model::{Destination, Facts, Workload};

use super::resource::Resource;
use super::secrets::Reader;
use super::settings;
use crate::codebuild;
use crate::evaluated::{Kind, Leaf};
use crate::policy_document::hole;

/// Services outside of AWS that CodeBuild clones from (CodeBuild API, `ProjectSource`).
const HOSTS: &[&str] = &["GITHUB", "GITHUB_ENTERPRISE", "BITBUCKET", "GITLAB", "GITLAB_SELF_MANAGED"];

/// Adds what the build brings along.
pub(super) fn read(resource: Resource<'_, '_>, leaves: &[Leaf], workload: &mut Workload, facts: &mut Facts) {
    if !matches!(resource.kind(), "aws_codebuild_project" | "aws_codepipeline") {
        return;
    }
    if resource.kind() == "aws_codebuild_project" {
        let specification = resource.get("source.buildspec").map(|val| match &val.kind {
            Kind::Ref(file) if file.address == "file" => file.attribute.rsplit("${path.module}/").next().unwrap_or_default().to_owned(),
            _ => hole::shown(&resource.module.text_of(&val).0),
        });
        codebuild::specified(specification.as_deref(), &resource.at("source"), workload);
    }
    if leaves.iter().any(clones) {
        workload.destinations.push(Destination::new("git", ""));
        for (address, section) in resource.module.of_type("aws_codebuild_source_credential") {
            let reader = Reader { module: resource.module, address, destination: None, fetches: true };
            for leaf in settings::leaves(resource.module, section) {
                workload.references.append(&mut reader.read(&leaf, facts));
            }
        }
    }
}

/// Whether a setting makes it clone from such a service.
fn clones(leaf: &Leaf) -> bool {
    let is_host = matches!(&leaf.val.kind, Kind::Text(kind, _) if HOSTS.contains(&kind.as_str()));
    let is_source = leaf.name == "type" && (leaf.path.starts_with("source.") || leaf.path.starts_with("secondary_sources."));
    (is_source && is_host) || leaf.name == "ConnectionArn"
}
