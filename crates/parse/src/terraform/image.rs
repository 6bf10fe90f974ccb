//! Images that workloads run, and who keeps them.

use super::module::Module;
use crate::evaluated::{Kind, Leaf};
use crate::policy_document::hole;

/// The image that a value names, by a name that is known; its registry and its tag need not be.
pub(super) fn of(module: &Module<'_>, leaf: &Leaf) -> Option<String> {
    let ("image" | "image_uri" | "image_identifier" | "docker_image_name") = leaf.name.as_str() else { return None };
    let image = match &leaf.val.kind {
        Kind::Text(text, _) => hole::holes(text).fold(text.clone(), |image, used| match repository(module, used) {
            Some(name) => image.replace(&hole::hole(used), &name),
            None => image,
        }),
        Kind::Ref(used) => repository(module, &format!("{}.{}", used.address, used.attribute))?,
        _ => return None,
    };
    let name = image.rsplit('/').next().unwrap_or_default().split([':', '@']).next().unwrap_or_default();
    (hole::is_known(name) && !name.is_empty()).then(|| hole::shown(&image))
}

/// The name of the repository in Amazon's registry of which this is the address.
fn repository(module: &Module<'_>, used: &str) -> Option<String> {
    let address = used.strip_suffix(".repository_url").filter(|address| address.contains("aws_ecr_repository."))?;
    let name = module.text(*module.resources.get(address)?, "name")?;
    hole::is_known(&name).then(|| format!("{}/{name}", hole::hole("registry")))
}
