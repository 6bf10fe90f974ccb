//! Grants that modules of the public registry make of a mapping of roles to members: `terraform-google-modules/iam/google`, its
//! modules for projects, folders, organizations and service accounts (the modules' documentation, `bindings`).
//!
//! The decision a reader would question: a call is spelled out as the resources that the module makes, so that the same readers
//! judge them. A mapping that is computed says nothing.

use hcl_edit::Ident;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Attribute, Block, BlockLabel, Body};

/// The registry's name of the modules, up to which of them.
const SOURCE: &str = "terraform-google-modules/iam/google//modules/";

/// Modules with the resource that each makes for a role, its variable that says on what, and what the resource calls that.
const MODULES: &[(&str, &str, &str, &str)] = &[
    ("projects_iam", "google_project_iam_binding", "projects", "project"),
    ("folders_iam", "google_folder_iam_binding", "folders", "folder"),
    ("organizations_iam", "google_organization_iam_binding", "organizations", "org_id"),
    ("service_accounts_iam", "google_service_account_iam_binding", "service_accounts", "service_account_id"),
];

/// Adds the grants that the calls of a file make.
pub(super) fn spell_out(body: &mut Body, text: &str) {
    if text.contains(SOURCE) {
        let made: Vec<Block> = body.blocks().flat_map(grants).collect();
        made.into_iter().for_each(|block| body.push(block));
    }
}

fn grants(call: &Block) -> Vec<Block> {
    let Some(source) = call.body.get_attribute("source").and_then(|attribute| attribute.value.as_str()) else { return Vec::new() };
    let Some((_, module)) = source.split_once(SOURCE) else { return Vec::new() };
    let module = module.split('?').next().unwrap_or(module);
    let known = MODULES.iter().find(|(name, ..)| *name == module && call.ident.as_str() == "module");
    let (Some((_, kind, on, own)), Some(name)) = (known, call.labels.first()) else { return Vec::new() };
    let Some(Expression::Object(bindings)) = call.body.get_attribute("bindings").map(|attribute| &attribute.value) else {
        return Vec::new();
    };
    let roles = bindings.iter().filter_map(|(key, members)| match key {
        ObjectKey::Expression(role) => Some((role.clone(), members.expr().clone())),
        ObjectKey::Ident(_) => None,
    });
    let made = roles.enumerate().map(|(at, (role, members))| {
        // The copy keeps the place of the call.
        let mut block = call.clone();
        block.ident = Ident::new("resource").into();
        block.labels = vec![BlockLabel::from(*kind), BlockLabel::from(format!("{}_{at}", name.as_str()))];
        block.body.clear();
        block.body.push(Attribute::new(Ident::new("role"), role));
        block.body.push(Attribute::new(Ident::new("members"), members));
        if let Some(target) = call.body.get_attribute(on) {
            block.body.push(Attribute::new(Ident::new(*own), target.value.clone()));
        }
        block
    });
    made.collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    #[test]
    fn a_mapping_of_roles_to_members_is_their_grants() {
        let call = |module: &str, more: &str| {
            let text =
                format!("module \"access\" {{\n  source = \"terraform-google-modules/iam/google//modules/{module}\"\n  {more}\n}}\n");
            let unit = Unit::new(Arc::new(Origin { path: "infra/main.tf".into(), ..Origin::default() }), text.into_bytes());
            let facts = crate::testing::read(&[unit]);
            let grants =
                facts.grants.iter().map(|grant| (grant.role.as_ref().and_then(|role| role.known()).unwrap_or("-").to_owned(), grant.scope));
            (grants.collect::<Vec<_>>(), facts.trusts.len())
        };
        let bindings = "bindings = { \"roles/editor\" = [\"serviceAccount:ci@northwind.iam.gserviceaccount.com\"] }";
        let (grants, _) = call("projects_iam", &format!("projects = [\"northwind\"]\n  {bindings}"));
        assert_eq!(grants, [("roles/editor".to_owned(), unkeyed_model::ResourceScope::Project)]);
        let member = "bindings = { \"roles/iam.workloadIdentityUser\" = [\"principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*\"] }";
        let (_, trusts) =
            call("service_accounts_iam", &format!("service_accounts = [\"ci@northwind.iam.gserviceaccount.com\"]\n  {member}"));
        assert_eq!(trusts, 1);
        assert_eq!(call("projects_iam", "bindings = var.bindings"), (vec![], 0));
        assert_eq!(call("audit_config", bindings), (vec![], 0));
    }
}
