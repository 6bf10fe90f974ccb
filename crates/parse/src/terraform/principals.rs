//! Which principal an expression means, under one key for the whole folder.

use std::collections::BTreeSet;

use unkeyed_model::{Facts, Platform, Principal};

use super::module::{Module, Section};
use super::oci;
use crate::evaluated::{At, Kind, Ref, Val};
use crate::policy_document::hole;

/// Resource types that are principals: type, platform, kind, attributes that name them.
const PRINCIPALS: &[(&str, Platform, &str, &[&str])] = &[
    ("aws_iam_role", Platform::Aws, "role", &["name"]),
    ("aws_iam_user", Platform::Aws, "user", &["name", "arn"]),
    ("aws_ssoadmin_permission_set", Platform::Aws, "permission-set", &["name", "arn"]),
    ("azurerm_user_assigned_identity", Platform::Azure, "managed-identity", &["name", "client_id", "principal_id", "id"]),
    ("azuread_application", Platform::Azure, "application", &["display_name", "client_id", "object_id"]),
    ("azuread_application_registration", Platform::Azure, "application", &["display_name"]),
    ("google_service_account", Platform::Gcp, "service-account", &["account_id", "email", "unique_id"]),
    ("google_iam_workload_identity_pool", Platform::Gcp, "workload-identity-pool", &["workload_identity_pool_id", "name"]),
    ("oci_identity_domains_app", Platform::Oci, "application", &["display_name"]),
    ("oci_identity_domains_user", Platform::Oci, "service-user", &["user_name"]),
    ("oci_identity_user", Platform::Oci, "user", &["name", "id"]),
    ("oci_identity_dynamic_group", Platform::Oci, "dynamic-group", &["name", "id"]),
    ("oci_identity_domains_dynamic_resource_group", Platform::Oci, "dynamic-group", &["display_name", "ocid", "id"]),
    ("vault_jwt_auth_backend_role", Platform::Vault, "role", &["role_name"]),
    ("vault_kubernetes_auth_backend_role", Platform::Vault, "role", &["role_name"]),
    ("vault_approle_auth_backend_role", Platform::Vault, "role", &["role_name"]),
    ("vault_aws_auth_backend_role", Platform::Vault, "role", &["role"]),
    ("vault_gcp_auth_backend_role", Platform::Vault, "role", &["role"]),
    ("vault_azure_auth_backend_role", Platform::Vault, "role", &["role"]),
    ("vault_cert_auth_backend_role", Platform::Vault, "role", &["name"]),
];

/// Attributes through which one resource stands for the principal of another.
const STANDS_FOR: &[(&str, &[&str])] = &[
    ("aws_iam_instance_profile", &["role", "roles"]),
    ("aws_iam_role_policy_attachment", &["role"]),
    ("aws_eks_access_entry", &["principal_arn"]),
    ("azuread_service_principal", &["client_id", "application_id"]),
    ("google_iam_workload_identity_pool_provider", &["workload_identity_pool_id"]),
];

/// Emits the principals that the folder defines.
pub(super) fn defined(module: &Module<'_>, facts: &mut Facts) {
    for (address, section) in &module.resources {
        // Data sources describe principals that are defined elsewhere, under the same names.
        let bare = address.strip_prefix("data.").unwrap_or(address);
        let kind = bare.split_once('.').map_or(bare, |(kind, _)| kind);
        let Some((_, platform, what, naming)) = PRINCIPALS.iter().find(|(name, ..)| *name == kind) else { continue };
        let mut names = vec![module.key(address), address.clone()];
        names.extend(naming.iter().filter_map(|attribute| module.text(*section, attribute)));
        names.extend(further_names(module, kind, *section));
        let is_machine = || module.text(*section, "name").is_some_and(|name| oci::is_machine(&name));
        let what = if kind == "oci_identity_user" && is_machine() { "service-user" } else { *what };
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        facts.principals.push(Principal {
            platform: *platform,
            key: module.key(address),
            kind: what.to_owned(),
            names,
            location: module.block_location(*section, address),
        });
    }
}

/// Names that follow from several attributes.
fn further_names<'m>(module: &Module<'m>, kind: &str, section: Section<'m>) -> Vec<String> {
    let text = |attribute: &str| module.text(section, attribute);
    match kind {
        "google_service_account" => module.service_account_email(section).into_iter().collect(),
        "aws_iam_role" => {
            let account = module.provider_account();
            let path = text("path").unwrap_or_else(|| "/".to_owned());
            let arn = account.zip(text("name")).map(|(account, name)| format!("arn:aws:iam::{account}:role{path}{name}"));
            arn.into_iter().chain(text("arn")).collect()
        }
        "vault_jwt_auth_backend_role" | "vault_kubernetes_auth_backend_role" | "vault_approle_auth_backend_role" => {
            text("backend").zip(text("role_name")).map(|(backend, role)| format!("{backend}/{role}")).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

impl<'m> Module<'m> {
    /// The AWS account, where the provider block allows exactly one.
    fn provider_account(&self) -> Option<String> {
        self.provider_setting("aws", "allowed_account_ids")
    }

    /// The key of the principal that a value means. One that the inputs don't define gets its name as key, and is
    /// emitted under it, so that facts of other files can join by that name.
    pub(super) fn principal(&self, val: &Val, platform: Platform, kind: &str, facts: &mut Facts) -> String {
        if let Some(reference) = val.reference()
            && let Some(key) = self.principal_of_reference(reference, 0)
        {
            return key;
        }
        let text = self.text_of(val).0;
        if let Some(address) = hole::only_hole(&text).and_then(|what| self.outputs.get(what)) {
            return self.key(address);
        }
        if !hole::is_known(&text) {
            return self.key_of_unknown(&text, val.at);
        }
        let is_path = ["arn:", "/", "projects/"].iter().any(|beginning| text.starts_with(beginning));
        let name = if is_path { text.rsplit('/').next().unwrap_or(&text) } else { &text };
        let defined = facts
            .principals
            .iter()
            .find(|known| known.platform == platform && known.names.iter().any(|known| *known == text || (known == name && is_path)));
        if let Some(defined) = defined {
            return defined.key.clone();
        }
        let names = if name == text { vec![text.clone()] } else { vec![text.clone(), name.to_owned()] };
        let location = val.at.map(|at| self.location(at, "")).unwrap_or_default();
        // An account of Google is one under its address, with or without the path to it.
        let key = if platform == Platform::Gcp && name.contains('@') { name.to_owned() } else { text };
        facts.principals.push(Principal { platform, key: key.clone(), kind: kind.to_owned(), names, location });
        key
    }

    /// A key for a principal that can't be told: what would fill the hole, if that has a name in the folder
    /// (`module.ci.role`); else where it is asked for, so that two unknowns aren't taken for one.
    pub(super) fn key_of_unknown(&self, text: &str, at: Option<At>) -> String {
        let what = hole::holes(text).next().unwrap_or_default();
        // What a call is given may be its own folder's.
        if let Some(folder) = self.caller().filter(|_| hole::only_hole(text).is_some())
            && let Some((address, _)) = what
                .rsplit_once('.')
                .filter(|(address, _)| address.contains('_') && (address.split('.').count() == 2 || address.starts_with("module.")))
        {
            return format!("{folder}#{address}");
        }
        let has_name = ["var.", "local.", "module.", "data."].iter().any(|root| what.starts_with(root));
        if has_name && hole::only_hole(text).is_some() {
            return self.key(what);
        }
        self.key_of_place(text, at)
    }

    /// A key of what is said of a principal and where.
    pub(super) fn key_of_place(&self, text: &str, at: Option<At>) -> String {
        let Some(location) = at.map(|at| self.location(at, "")) else { return self.key(&hole::shown(text)) };
        self.key(&format!("{} ({}:{})", hole::shown(text), location.origin.file_name(), location.region.line))
    }

    /// The key of the principal that a reference means.
    fn principal_of_reference(&self, reference: &Ref, depth: usize) -> Option<String> {
        let stands_for = STANDS_FOR.iter().find(|(kind, _)| *kind == reference.resource_type());
        let target = self.resources.get(&reference.address).zip(stands_for).and_then(|(section, (_, attributes))| {
            attributes.iter().find_map(|attribute| self.within_instance(reference, *section, || self.path(*section, attribute)))
        });
        match target {
            Some(target) if depth < 4 => match target.reference() {
                Some(next) => self.principal_of_reference(next, depth + 1),
                None => match target.kind {
                    // An instance profile with the role's name.
                    Kind::Text(name, _) => self.by_attribute("aws_iam_role", "name").get(&name).map(|address| self.key(address)),
                    _ => None,
                },
            },
            _ if reference.resource_type().contains('_') => Some(self.key(&reference.address)),
            _ => None,
        }
    }
}
