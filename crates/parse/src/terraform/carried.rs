//! Values that one folder hands to another.

use unkeyed_model::Basis;

use super::aws::{self, Document};
use super::module::Module;
use crate::evaluated::{Kind, Ref, Val};
use crate::policy_document::hole;

/// A value as another folder may have it: without places, and with what its references stand for.
pub(super) fn carried(module: &Module<'_>, val: &Val) -> Val {
    // What another module makes is known there by its address.
    let meant = |what: &str| module.outputs.get(what).map_or_else(|| what.to_owned(), |address| format!("{address}.id"));
    let all = |items: &[Val]| items.iter().map(|item| carried(module, item)).collect();
    Val::new(match &val.kind {
        Kind::Ref(reference) => {
            let url = module.resources.get(&reference.address).and_then(|section| module.text(*section, "url"));
            let issuer = url.filter(|_| reference.resource_type() == "aws_iam_openid_connect_provider" && reference.first() == "arn");
            let document = || Document::read(module, val).map(|document| document.json.to_string());
            let text =
                issuer.map(|url| format!("arn:aws:iam::{}:oidc-provider/{}", hole::hole("account"), url.trim_start_matches("https://")));
            let looked_up = || looked_up(module, reference);
            let text = text.or_else(document).or_else(looked_up).unwrap_or_else(|| module.text_of(val).0);
            match hole::only_hole(&text) {
                Some(what) => Kind::Unknown(meant(what)),
                None => Kind::Text(text, Basis::Literal),
            }
        }
        Kind::Unknown(what) => Kind::Unknown(meant(what)),
        Kind::List(items) => Kind::List(all(items)),
        Kind::Either(items, what) => Kind::Either(all(items), what.clone()),
        Kind::Map(entries) => Kind::Map(entries.iter().map(|(name, value)| (name.clone(), carried(module, value))).collect()),
        other => other.clone(),
    })
}

/// What another folder must know of something that is looked up: the path of a scope, the name of a policy or role.
fn looked_up(module: &Module<'_>, reference: &Ref) -> Option<String> {
    let section = *module.resources.get(&reference.address).filter(|_| reference.address.starts_with("data."))?;
    let hole = || hole::hole(&reference.address);
    let text = |names: &[&str]| names.iter().find_map(|name| module.text(section, name));
    match (reference.resource_type(), reference.first()) {
        ("azurerm_subscription", "id") => Some(format!("/subscriptions/{}", text(&["subscription_id"]).unwrap_or_else(hole))),
        ("azurerm_management_group", "id") => {
            let name = text(&["name", "display_name"]).unwrap_or_else(hole);
            Some(format!("/providers/Microsoft.Management/managementGroups/{name}"))
        }
        ("azurerm_role_definition", "id" | "role_definition_id" | "role_definition_resource_id") => text(&["name"]),
        ("azurerm_role_definition", "name") | ("google_project", "project_id") => text(&["name", "project_id"]),
        ("aws_iam_policy", "arn") => text(&["arn", "name"]).map(|name| aws::with_arn(&name)),
        ("aws_iam_openid_connect_provider", "arn") => {
            let url = text(&["url"])?;
            Some(format!("arn:aws:iam::{}:oidc-provider/{}", hole::hole("account"), url.trim_start_matches("https://")))
        }
        _ => None,
    }
}
