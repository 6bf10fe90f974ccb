//! How the run itself logs in: provider blocks and the backend.

use unkeyed_model::{
    Content, Destination, IdentityKind, IdentityPath, Location, Platform, PredictedToken, Reach, Reference, StoreKind, Ttl, TtlBasis,
    Value, Workload,
};

use super::module::{Module, Section};
use super::resource::seconds;
use crate::evaluated::Val;
use crate::facts;
use crate::pod_identity::LONGEST_SESSION;
use crate::policy_document::hole;

/// Providers that reach a place: name, kind of destination, attribute that names it.
const LEADS_TO: &[(&str, &str, &str)] = &[
    ("aws", "aws", "allowed_account_ids"),
    ("awscc", "aws", ""),
    ("azurerm", "azure", "subscription_id"),
    ("azuread", "azure", "tenant_id"),
    ("azapi", "azure", "subscription_id"),
    ("google", "gcp", "project"),
    ("google-beta", "gcp", "project"),
    ("oci", "oci", "tenancy_ocid"),
    ("vault", "vault", "address"),
    ("kubernetes", "k8s-api", "host"),
    ("helm", "k8s-api", "kubernetes.host"),
    ("kubectl", "k8s-api", "host"),
    ("github", "git", "owner"),
    ("gitlab", "git", "base_url"),
    ("postgresql", "db", "host"),
    ("mysql", "db", "endpoint"),
    ("docker", "registry", ""),
];

/// Providers that compute locally.
const LOCAL: &[&str] =
    &["random", "null", "local", "tls", "archive", "time", "template", "http", "external", "cloudinit", "assert", "test", "terraform"];

/// Backends by name, and where they keep the state.
const BACKENDS: &[(&str, &str)] = &[
    ("s3", "aws"),
    ("azurerm", "azure"),
    ("gcs", "gcp"),
    ("remote", "saas:hashicorp"),
    ("oci", "oci"),
    ("pg", "db"),
    ("kubernetes", "k8s-api"),
];

/// Where a provider leads; `None` for one that stays on the machine.
pub(super) fn destination(module: &Module<'_>, provider: Section<'_>) -> Option<Destination> {
    let name = provider.label(0)?;
    if LOCAL.contains(&name) {
        return None;
    }
    Some(match LEADS_TO.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, attribute)) => Destination::new(*kind, module.text(provider, attribute).unwrap_or_default()),
        None => Destination::new(format!("saas:{name}"), ""),
    })
}

/// Where a backend keeps the state; `None` for a local file.
pub(super) fn backend_destination(backend: Section<'_>) -> Option<Destination> {
    let name = backend.label(0)?;
    BACKENDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| Destination::new(*kind, ""))
}

/// Adds the ways in without a stored secret that a provider block or a backend declares.
pub(super) fn paths(module: &Module<'_>, section: Section<'_>, workload: &mut Workload) {
    let here = Here { module, section };
    match section.label(0).unwrap_or_default() {
        "aws" | "awscc" | "s3" => here.aws(workload),
        "azurerm" | "azuread" | "azapi" => here.azure(workload),
        "google" | "google-beta" => here.google(workload),
        "oci" => here.oci(workload),
        "vault" => here.vault(workload),
        _ => {}
    }
}

#[derive(Clone, Copy)]
struct Here<'s, 'm> {
    module: &'s Module<'m>,
    section: Section<'m>,
}

impl<'m> Here<'_, 'm> {
    fn at(&self, attribute: &str) -> Location {
        self.module.attribute_location(self.section, &format!("provider.{}", self.section.label(0).unwrap_or_default()), attribute)
    }

    fn aws(&self, workload: &mut Workload) {
        for attribute in ["shared_credentials_file", "shared_credentials_files"] {
            for file in self.module.path(self.section, attribute).iter().flat_map(Val::items) {
                let name = hole::shown(&self.module.text_of(file).0);
                let reference = facts::reference(StoreKind::File, name, self.at(attribute));
                let destination = Some(Destination::new("aws", ""));
                workload.references.push(Reference { content: Content::Durable, destination, ..reference });
            }
        }
        let Some(block) = self.module.blocks(self.section, "assume_role_with_web_identity").first().copied() else { return };
        let attribute = "assume_role_with_web_identity";
        let given = ["web_identity_token_file", "web_identity_token"].iter().any(|name| self.module.get(block, name).is_some());
        let declared = self.module.text(block, "duration").and_then(|text| seconds(&text));
        let ttl = declared.map_or(LONGEST_SESSION, |seconds| Ttl { seconds, basis: TtlBasis::Declared });
        let principal = self.module.value(block, "role_arn").unwrap_or_default();
        let mechanism = "assume_role_with_web_identity";
        workload.identity_paths.push(self.federated(Platform::Aws, "aws", mechanism, principal, attribute, given, Some(ttl)));
    }

    fn azure(&self, workload: &mut Workload) {
        let principal = || self.module.value(self.section, "client_id").unwrap_or_default();
        let day = Some(Ttl { seconds: 86_400, basis: TtlBasis::VendorBound });
        for (attribute, mechanism) in [("use_oidc", "OIDC"), ("use_aks_workload_identity", "AKS workload identity")] {
            if self.module.is_true(self.section, attribute) {
                let given = ["oidc_token", "oidc_token_file_path"].iter().any(|name| self.module.get(self.section, name).is_some());
                workload.identity_paths.push(self.federated(Platform::Azure, "azure", mechanism, principal(), attribute, given, day));
            }
        }
        if self.module.is_true(self.section, "use_msi") {
            workload.identity_paths.push(self.managed(Platform::Azure, "azure", "use_msi", principal(), "use_msi"));
        }
    }

    fn google(&self, workload: &mut Workload) {
        if let Some(block) = self.module.blocks(self.section, "external_credentials").first().copied() {
            let principal = self.module.value(block, "service_account_email").unwrap_or_default();
            let attribute = "external_credentials";
            workload.identity_paths.push(self.federated(Platform::Gcp, "gcp", attribute, principal, attribute, true, None));
        }
    }

    fn oci(&self, workload: &mut Workload) {
        let auth = self.module.text(self.section, "auth").unwrap_or_default();
        if matches!(auth.as_str(), "InstancePrincipal" | "InstancePrincipalWithCerts" | "ResourcePrincipal" | "OKEWorkloadIdentity") {
            let principal = Value::unknown("the instance or resource that runs Terraform is not in the inputs");
            workload.identity_paths.push(self.managed(Platform::Oci, "oci", &auth, principal, "auth"));
        }
    }

    /// Logins by a token of the platform; `auth_login` with AppRole parameters is a credential and no identity.
    fn vault(&self, workload: &mut Workload) {
        for (method, kind) in [
            ("auth_login_jwt", IdentityKind::Federated),
            ("auth_login_aws", IdentityKind::Managed),
            ("auth_login_gcp", IdentityKind::Managed),
            ("auth_login_azure", IdentityKind::Managed),
            ("auth_login_oci", IdentityKind::Managed),
        ] {
            let Some(block) = self.module.blocks(self.section, method).first().copied() else { continue };
            let principal = self.module.value(block, "role").unwrap_or_default();
            let mut path = self.federated(Platform::Vault, "vault", method, principal, method, true, None);
            path.kind = kind;
            path.reach = Reach::Vault;
            workload.identity_paths.push(path);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "private constructor; each caller names all of them")]
    fn federated(
        &self,
        platform: Platform,
        destination: &str,
        mechanism: &str,
        principal: Value,
        attribute: &str,
        token_given: bool,
        ttl: Option<Ttl>,
    ) -> IdentityPath {
        let open = || Value::unknown("depends on the platform that runs Terraform");
        IdentityPath {
            kind: IdentityKind::Federated,
            platform,
            mechanism: mechanism.to_owned(),
            reach: Reach::Destination,
            destination: Destination::new(destination, ""),
            principal,
            tokens: vec![PredictedToken { issuer: open(), subject: open(), audience: open() }],
            ttl,
            // A setting that only asks for a token doesn't show that one is issued.
            capability: token_given.then(|| self.at(attribute)),
            consumer: Some(self.at(attribute)),
            platform_bound: None,
        }
    }

    fn managed(&self, platform: Platform, destination: &str, mechanism: &str, principal: Value, attribute: &str) -> IdentityPath {
        let ttl = Some(Ttl { seconds: 86_400, basis: TtlBasis::VendorBound });
        let path = self.federated(platform, destination, mechanism, principal, attribute, true, ttl);
        IdentityPath { kind: IdentityKind::Managed, tokens: Vec::new(), ..path }
    }
}
