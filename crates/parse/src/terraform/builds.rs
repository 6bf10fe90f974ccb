//! AWS CodeBuild and CodePipeline: the specification of a build, and what it clones with.
//!
//! The decision a reader would question: whatever clones from a service outside of AWS reaches it with a credential that
//! the account keeps, or by a connection that somebody has set up; neither is seen here.

use unkeyed_model::{Content, Destination, Facts, Reference, StoreKind, Workload};

use super::resource::Resource;
use super::secrets::Reader;
use super::{settings, templates};
use crate::codebuild;
use crate::evaluated::{Kind, Leaf, Val};
use crate::facts;
use crate::policy_document::hole;

/// Services outside of AWS that CodeBuild clones from (CodeBuild API, `ProjectSource`).
const HOSTS: &[&str] = &["GITHUB", "GITHUB_ENTERPRISE", "BITBUCKET", "GITLAB", "GITLAB_SELF_MANAGED"];

/// Adds what the build brings along.
pub(super) fn read(resource: Resource<'_, '_>, leaves: &[Leaf], workload: &mut Workload, found: &mut Facts) {
    if !matches!(resource.kind(), "aws_codebuild_project" | "aws_codepipeline") {
        return;
    }
    if resource.kind() == "aws_codebuild_project" {
        match resource.get("source.buildspec").map(|val| specification(resource, &val)) {
            Some(None) => {
                let at = resource.at("source.buildspec");
                workload.references.push(facts::reference(StoreKind::ForeignDefinition, "the build specification", at));
            }
            path => codebuild::specified(path.flatten().as_deref(), &resource.at("source"), workload),
        }
    } else if leaves.iter().any(|leaf| leaf.name == "provider" && is_text(leaf, "GitHub"))
        && leaves.iter().any(|leaf| leaf.name == "owner" && is_text(leaf, "ThirdParty"))
        && leaves.iter().all(|leaf| leaf.name != "OAuthToken")
    {
        // CodePipeline User Guide, "GitHub (via OAuth app) source action reference": it works with such a token only, which the provider
        // takes from its environment.
        let token = facts::reference(StoreKind::Environment, "GITHUB_TOKEN", resource.at("stage"));
        let destination = Some(Destination::new("github", ""));
        workload.references.push(Reference { content: Content::Durable, destination, used_as: Some("OAuthToken".to_owned()), ..token });
    }
    if leaves.iter().any(clones) {
        workload.destinations.push(Destination::new("git", ""));
        for (address, section) in resource.module.of_type("aws_codebuild_source_credential") {
            let reader = Reader { module: resource.module, address, destination: None, fetches: true };
            for leaf in settings::leaves(resource.module, section) {
                workload.references.append(&mut reader.read(&leaf, found));
            }
        }
    }
}

/// The text of a specification, or the path of its file: the one that is named, or that an object is made from which the build takes.
/// `None` for one that somebody else gives.
fn specification(resource: Resource<'_, '_>, val: &Val) -> Option<String> {
    if let Kind::Ref(file) = &val.kind
        && file.address == "file"
    {
        return Some(file.attribute.rsplit("${path.module}/").next().unwrap_or_default().to_owned());
    }
    let text = resource.module.text_of(val).0;
    if text.contains('\n') || (hole::is_known(&text) && !text.starts_with("arn:")) {
        return Some(hole::shown(&text));
    }
    let (_, written) = resource.module.source(val.at?);
    let address = ["aws_s3_object.", "aws_s3_bucket_object."].iter().find_map(|kind| {
        let at = written.find(kind)?;
        let name = written[at + kind.len()..].split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).next()?;
        Some(format!("{kind}{name}"))
    })?;
    let object = *resource.module.resources.get(&address)?;
    let made = templates::read(resource.module, object).files.into_iter().map(|(_, file)| file).next();
    made.or_else(|| match resource.module.path(object, "source")?.kind {
        Kind::Text(path, _) => Some(hole::shown(&path).rsplit("path.module}/").next().unwrap_or_default().to_owned()),
        _ => None,
    })
}

fn is_text(leaf: &Leaf, wanted: &str) -> bool {
    matches!(&leaf.val.kind, Kind::Text(text, _) if text == wanted)
}

/// Whether a setting makes it clone from such a service.
fn clones(leaf: &Leaf) -> bool {
    let is_host = matches!(&leaf.val.kind, Kind::Text(kind, _) if HOSTS.contains(&kind.as_str()));
    let is_source = leaf.name == "type" && (leaf.path.starts_with("source.") || leaf.path.starts_with("secondary_sources."));
    (is_source && is_host) || leaf.name == "ConnectionArn"
}
