//! What the values of a block say of secrets: literals become slots, uses by name become references.

mod around;

use unkeyed_model::{Content, Custody, Destination, Facts, Location, Reference, Role, Slot, SlotEncoding, StoreKind, StoredSecret};

use super::kept::{FETCHED, FETCHED_PUBLIC, OBJECT_PUBLIC, SECRET_OBJECTS, is_short_lived, reads_key, says_where, yields_key};
use super::module::Module;
use super::started;
use crate::credential_name::{is_credential, is_key_material, is_public_key, may_be_credential, names_place, names_stored_secret};
use crate::evaluated::{Kind, Leaf, Ref, Val};
use crate::given;
use crate::policy_document::hole;
use crate::weak_literal;
use around::{in_holes, is_variable, leads_to, reference_block, used_as};

/// Texts that name an object of a secret manager.
const OBJECT_NAMES: &[&str] =
    &["arn:aws:secretsmanager:", "arn:aws:ssm:", "@Microsoft.KeyVault(", "{{resolve:secretsmanager:", "{{resolve:ssm-secure:"];

/// Endings of names of what says where something is, or who.
const NAMES_SOMETHING: &[&str] = &[
    "_name",
    "_id",
    "_arn",
    "_path",
    "_file",
    "_url",
    "_host",
    "_endpoint",
    "_domain",
    "_region",
    "_user",
    "_username",
    "_email",
    "_account",
];

/// Blocks all of whose values are secret, whatever they are called: type (any if empty) and block or attribute.
const ALWAYS_SECRET: &[(&str, &str)] = &[
    ("kubernetes_secret", "data"),
    ("kubernetes_secret_v1", "data"),
    ("kubernetes_secret", "binary_data"),
    ("kubernetes_secret_v1", "binary_data"),
    ("azurerm_key_vault_secret", "value"),
    ("aws_secretsmanager_secret_version", "secret_string"),
    ("google_secret_manager_secret_version", "secret_data"),
    ("github_actions_secret", "plaintext_value"),
    ("github_actions_organization_secret", "plaintext_value"),
    ("github_actions_environment_secret", "plaintext_value"),
    ("azurerm_container_app", "secret"),
    ("azurerm_container_app_job", "secret"),
];

/// No private key is shorter, in bytes.
pub(super) const SHORTEST_KEY: usize = 32;

/// The value of a connection string of a site, whatever its block names it.
fn is_connection_string(leaf: &Leaf) -> bool {
    leaf.path.starts_with("connection_string") && leaf.path.ends_with(".value")
}

/// Reads the values of one block for the workload that they belong to.
pub(super) struct Reader<'s, 'm> {
    pub(super) module: &'s Module<'m>,
    /// Address of the block, for key paths.
    pub(super) address: &'s str,
    /// Where its values lead, if that is one place.
    pub(super) destination: Option<Destination>,
    /// It runs: whoever hands it the name of a stored secret lets it fetch the value.
    pub(super) fetches: bool,
}

impl Reader<'_, '_> {
    /// Adds the slots of the leaf to the facts and returns the uses by name.
    pub(super) fn read(&self, leaf: &Leaf, facts: &mut Facts) -> Vec<Reference> {
        if is_connection_string(leaf) && leaf.name != "connection_string" && matches!(leaf.val.kind, Kind::Ref(_)) {
            let (within, path, val) = (leaf.within.clone(), leaf.path.clone(), leaf.val.clone());
            return self.read(&Leaf { name: "connection_string".to_owned(), within, path, val }, facts);
        }
        let is_unresolved = matches!(leaf.val.kind, Kind::Ref(_) | Kind::Unknown(_));
        // What is merged in has no name, and neither has what a `dynamic` block makes of a collection.
        let in_environment = leaf.within.first().is_some_and(|outer| crate::facts::is_environment(outer));
        let is_whole = crate::facts::is_environment(&leaf.name) || (in_environment && matches!(leaf.name.as_str(), "" | "value"));
        if self.fetches && is_unresolved && is_whole {
            let name = hole::named(&self.module.text_of(&leaf.val).0);
            let whole = crate::facts::environment(StoreKind::TerraformVariable, name, self.location(&leaf.val, leaf));
            return vec![Reference { namespace: Some(self.module.folder.clone()), ..whole }];
        }
        let found = match &leaf.val.kind {
            // Under such a name a variable holds the name.
            Kind::Ref(reference) if reference.address.starts_with("var.") => {
                self.named_elsewhere(leaf).or_else(|| self.by_name(reference, leaf)).into_iter().collect()
            }
            Kind::Ref(reference) => {
                let named = self.by_name(reference, leaf).or_else(|| self.named_elsewhere(leaf));
                named.or_else(|| self.handed_in(reference, leaf, true)).into_iter().collect()
            }
            Kind::Text(text, _) => self.of_text(text, leaf, facts),
            Kind::Unknown(what) if self.fetches && self.is_secret(leaf) && !matches!(what.as_str(), "" | "null") => {
                let given = || {
                    let name = hole::named(&self.module.text_of(&leaf.val).0);
                    self.reference(StoreKind::TerraformVariable, &name, Custody::PlatformStored, leaf)
                };
                vec![self.named_elsewhere(leaf).unwrap_or_else(given)]
            }
            _ => Vec::new(),
        };
        // What is told the name of a stored secret fetches it; in a cluster that is one of the cluster's own.
        let is_variable = is_variable(leaf) && !self.address.starts_with("kubernetes_");
        if found.is_empty() && self.fetches && is_variable && names_stored_secret(&leaf.name) {
            let name = hole::named(&self.module.text_of(&leaf.val).0);
            return vec![self.reference(StoreKind::CloudSecretManager, &name, Custody::VaultStatic, leaf)];
        }
        found
    }

    fn of_text(&self, text: &str, leaf: &Leaf, facts: &mut Facts) -> Vec<Reference> {
        // Whatever its parts are called, the name of a resource is a name.
        let names_resource = text.starts_with("arn:");
        if !names_resource {
            let held = in_holes(text, |used| self.by_name(used, leaf).or_else(|| self.handed_in(used, leaf, false)));
            let held = if held.is_empty() { self.put_into(leaf) } else { held };
            // What a variable puts where a name is asked for is a name.
            let named = || self.named_elsewhere(leaf).filter(|_| held.iter().all(|used| used.store == StoreKind::TerraformVariable));
            if !held.is_empty() {
                return named().map_or(held, |named| vec![named]);
            }
        }
        if let Some(block) = reference_block(leaf) {
            return self.named_secret(block, text, leaf).into_iter().collect();
        }
        // What doesn't run is given the name for others, as the resource of a policy; a module may run what its environment is for.
        let is_for_use = || self.fetches || text.starts_with("{{") || leaf.path.split(['.', '[']).any(crate::facts::is_environment);
        if OBJECT_NAMES.iter().any(|beginning| text.starts_with(beginning)) && is_for_use() {
            return vec![self.reference(StoreKind::CloudSecretManager, &hole::shown(text), Custody::VaultStatic, leaf)];
        }
        if hole::is_known(text) { self.literal(text, leaf, facts).into_iter().collect() } else { Vec::new() }
    }

    /// What is put into a longer text that runs, an address or a file, under the name of a credential there.
    fn put_into(&self, leaf: &Leaf) -> Vec<Reference> {
        let is_variable = leaf.within.first().is_some_and(|outer| crate::facts::is_environment(outer));
        let is_read = is_variable || is_connection_string(leaf);
        let parts = if self.fetches && is_read && !started::is_script(leaf) { given::filled(leaf) } else { Vec::new() };
        let used = parts.iter().filter(|part| part.name != leaf.name).flat_map(|part| match &part.val.kind {
            Kind::Text(text, _) => in_holes(text, |used| self.by_name(used, part)),
            _ => Vec::new(),
        });
        used.collect()
    }

    /// The same where another block or a variable tells the name.
    fn named_elsewhere(&self, leaf: &Leaf) -> Option<Reference> {
        let block = reference_block(leaf)?;
        let is_place = self.fetches || self.address.starts_with("kubernetes_");
        is_place.then(|| self.named_secret(block, &self.module.text_of(&leaf.val).0, leaf)).flatten()
    }

    /// The name of a secret in a block that refers to one.
    fn named_secret(&self, block: &str, text: &str, leaf: &Leaf) -> Option<Reference> {
        let attribute = leaf.path.rsplit('.').next().unwrap_or_default();
        let in_cluster = self.address.starts_with("kubernetes_");
        let is_name = match block {
            "secret_ref" | "image_pull_secrets" => attribute == "name",
            "secret_key_ref" => matches!(attribute, "secret" | "name"),
            "secret" => matches!(attribute, "secret" | "secret_name"),
            _ => matches!(attribute, "secret" | "secret_id" | "valueFrom"),
        };
        let (store, custody) = if in_cluster {
            (StoreKind::K8sSecret, Custody::PlatformStored)
        } else {
            (StoreKind::CloudSecretManager, Custody::VaultStatic)
        };
        // What a secret manager keeps is a secret, whatever it is called.
        let content = if in_cluster { Content::Unstated } else { Content::Durable };
        is_name.then(|| Reference { content, ..self.reference(store, &hole::shown(text), custody, leaf) })
    }

    /// A literal under the name of a credential. One that was reached through a name belongs to all who use that name.
    fn literal(&self, text: &str, leaf: &Leaf, facts: &mut Facts) -> Option<Reference> {
        let says_nothing = matches!(text.trim(), "" | "true" | "false" | "null" | "none") || text.trim_start().starts_with('{');
        // The name of a key pair: a key itself is longer.
        let names_key = is_key_material(&leaf.name) && text.len() < SHORTEST_KEY;
        if !(self.is_secret(leaf) || self.is_told(leaf)) || says_nothing || names_key {
            // An empty default is there to be overruled.
            let variable = leaf.val.via.as_deref().filter(|name| name.starts_with("var.") && text.is_empty() && self.is_secret(leaf))?;
            return Some(self.reference(StoreKind::TerraformVariable, variable, Custody::PlatformStored, leaf));
        }
        let Some(at) = leaf.val.at else {
            // A caller of the module wrote it.
            return leaf.val.via.as_deref().map(|name| self.reference(StoreKind::TerraformVariable, name, Custody::PlatformStored, leaf));
        };
        let location = self.module.location(at, &format!("{}.{}", self.address, leaf.path));
        facts.slots.push(slot(&leaf.name, location.clone(), self.destination.clone()));
        if leaf.val.via.is_none() && self.fetches {
            facts.declarations.extend(weak_literal::declared(&leaf.name, text, &location));
        }
        let name = leaf.val.via.as_deref()?;
        facts.stored.push(StoredSecret {
            store: StoreKind::TerraformVariable,
            name: name.to_owned(),
            namespace: Some(self.module.folder.clone()),
            custody: Custody::Embedded,
            extent: location,
            component: None,
        });
        Some(self.reference(StoreKind::TerraformVariable, name, Custody::PlatformStored, leaf))
    }

    /// Whether it was reached through a variable of which whoever wrote it says that it is secret.
    fn is_told(&self, leaf: &Leaf) -> bool {
        let variable = leaf.val.via.as_deref().and_then(|via| via.strip_prefix("var."));
        let section = variable.and_then(|name| self.module.variables.get(name).copied());
        let names_something = NAMES_SOMETHING.iter().any(|ending| leaf.name.to_ascii_lowercase().ends_with(ending));
        self.fetches && !names_something && section.is_some_and(|section| self.module.is_true(section, "sensitive"))
    }

    /// Whether it stands where everything is a secret, whatever it is called; of a structured one only the fields that are
    /// named like one.
    fn is_always_secret(&self, leaf: &Leaf) -> Option<bool> {
        let kind = self.address.split('.').next().unwrap_or_default();
        let top = leaf.path.split(['.', '[']).next().unwrap_or_default();
        let all = |(resource, block): &&(&str, &str)| *resource == kind && *block == top;
        let (_, block) = ALWAYS_SECRET.iter().find(all)?;
        if kind.starts_with("github_actions_") && self.names_github_setting() {
            return Some(false);
        }
        // In a block of secrets, their names and where they are kept stand as well.
        let is_value = *block != "secret" || leaf.path.ends_with("value");
        Some((is_value && matches!(*block, "data" | "secret")) || leaf.path == *block || is_credential(&leaf.name))
    }

    /// Whether a secret of GitHub's is called after something that is none: projects keep the ids of their accounts there.
    fn names_github_setting(&self) -> bool {
        /// Last words of such names.
        const SETTINGS: &[&str] = &["num", "number", "project", "repo", "repository", "registry", "bucket", "role", "zone", "location"];
        let section = self.module.resources.get(self.address).copied();
        let name = section.and_then(|section| self.module.text(section, "secret_name")).unwrap_or_default().to_ascii_lowercase();
        let last = name.rsplit('_').next().unwrap_or_default();
        !is_credential(&name) && (names_place(&name) || SETTINGS.contains(&last) || NAMES_SOMETHING.iter().any(|end| name.ends_with(end)))
    }

    /// Whether a literal there is a secret: by its name, or because everything there is.
    fn is_secret(&self, leaf: &Leaf) -> bool {
        if let Some(told) = self.is_always_secret(leaf) {
            return told;
        }
        if is_connection_string(leaf) && matches!(&leaf.val.kind, Kind::Text(text, _) if hole::is_known(text)) {
            return true;
        }
        // In Terraform `secret_id` names a secret everywhere but where AppRole logs in.
        let is_name = leaf.name == "secret_id" && !leaf.within.iter().any(|block| block == "parameters");
        is_credential(&leaf.name) && !is_name
    }

    /// A use by name, if what is named is a secret.
    fn by_name(&self, used: &Ref, leaf: &Leaf) -> Option<Reference> {
        let credential = self.is_secret(leaf);
        if used.address == "file" {
            return credential.then(|| self.reference(StoreKind::File, &used.attribute, Custody::PlatformStored, leaf));
        }
        if let Some(variable) = used.address.strip_prefix("var.") {
            if is_public_key(&leaf.name) {
                return None;
            }
            let section = self.module.variables.get(variable).copied();
            let sensitive = section.is_some_and(|section| self.module.is_true(section, "sensitive"));
            // The address of a backup is signed (azurerm, `backup`).
            let is_signed = leaf.name == "storage_account_url" && leaf.path.starts_with("backup");
            let names_something = !is_signed && NAMES_SOMETHING.iter().any(|ending| leaf.name.to_ascii_lowercase().ends_with(ending));
            let identifies = NAMES_SOMETHING.iter().any(|ending| variable.ends_with(ending));
            let may_be = self.fetches && may_be_credential(&leaf.name);
            let wanted = credential || sensitive || may_be || (is_credential(variable) && !names_something);
            // Whoever wrote it says that it is secret, whatever it is called.
            let is_told = (sensitive && !names_something && !identifies) || self.is_always_secret(leaf) == Some(true);
            let content = if is_told { Content::Durable } else { Content::Unstated };
            let reference = || self.reference(StoreKind::TerraformVariable, &used.address, Custody::PlatformStored, leaf);
            return wanted.then(|| Reference { content, ..reference() });
        }
        let is_public = FETCHED_PUBLIC.contains(&used.first());
        let is_fetched = used.address.starts_with("data.") || used.address.starts_with("ephemeral.");
        let kind = used.resource_type();
        if let Some((_, store, custody)) = FETCHED.iter().find(|(name, ..)| *name == kind && is_fetched && !is_public) {
            if kind == "aws_ssm_parameter" && !credential && !is_credential(&self.stored_name(used)) {
                // A setting, such as the image that Amazon publishes under `/aws/service/`; in an environment it may be anything.
                let is_open = self.fetches && !self.stored_name(used).starts_with("/aws/service/") && is_variable(leaf);
                return is_open.then(|| self.reference(*store, &self.stored_name(used), *custody, leaf));
            }
            return Some(self.reference(*store, &self.stored_name(used), *custody, leaf));
        }
        let is_named = is_public || OBJECT_PUBLIC.contains(&used.first());
        if self.fetches && is_named && SECRET_OBJECTS.contains(&kind) && self.holds_secret(used) {
            let reference = self.reference(StoreKind::CloudSecretManager, &used.address, Custody::VaultStatic, leaf);
            let content = if kind == "aws_ssm_parameter" { Content::Unstated } else { Content::Durable };
            return Some(Reference { content, ..reference });
        }
        if (!is_fetched || reads_key(used)) && yields_key(used, credential) {
            let mut reference = self.reference(StoreKind::TerraformVariable, &used.shown(), Custody::PlatformStored, leaf);
            reference.content = Content::Durable;
            reference.destination = reference.destination.or_else(|| leads_to(kind));
            return Some(reference);
        }
        None
    }

    /// What runs is handed a value under the name of a credential: of a module, of another configuration, of a resource whose type
    /// isn't known here. `whole` unless it is a part of a text, which then may be the host of a connection.
    fn handed_in(&self, used: &Ref, leaf: &Leaf, whole: bool) -> Option<Reference> {
        let last = used.attribute.rsplit('.').next().unwrap_or_default();
        let names_something = NAMES_SOMETHING.iter().any(|ending| leaf.name.to_ascii_lowercase().ends_with(ending));
        let is_meant = self.is_secret(leaf) || (is_credential(last) && !names_something);
        if !self.fetches || !is_meant || last.is_empty() || is_short_lived(used) {
            return None;
        }
        let owner = used.address.rsplit('.').next().unwrap_or_default();
        if whole && (names_stored_secret(last) || names_stored_secret(&format!("{owner}_{last}"))) {
            return Some(self.reference(StoreKind::CloudSecretManager, &used.shown(), Custody::VaultStatic, leaf));
        }
        let is_value = if whole { !says_where(used, last) } else { is_credential(last) };
        is_value.then(|| self.reference(StoreKind::TerraformVariable, &used.shown(), Custody::PlatformStored, leaf))
    }

    /// A plain SSM parameter is a setting; one of type `SecureString` is a secret.
    fn holds_secret(&self, used: &Ref) -> bool {
        if used.resource_type() != "aws_ssm_parameter" {
            return true;
        }
        let section = self.module.resources.get(&used.address).copied();
        section.and_then(|section| self.module.text(section, "type")).is_none_or(|kind| kind == "SecureString")
    }

    /// The name in its store, where the block that fetches it says; else its address.
    fn stored_name(&self, used: &Ref) -> String {
        let section = self.module.resources.get(&used.address).copied();
        let names = ["secret_id", "path", "name", "secret"];
        let name = section.and_then(|section| names.iter().find_map(|name| self.module.text(section, name)));
        name.unwrap_or_else(|| used.address.clone())
    }

    fn reference(&self, store: StoreKind, name: &str, custody: Custody, leaf: &Leaf) -> Reference {
        Reference {
            store,
            name: name.to_owned(),
            key: None,
            namespace: (store == StoreKind::TerraformVariable).then(|| self.module.folder.clone()),
            used_as: Some(used_as(leaf).to_owned()),
            content: Content::Unstated,
            custody,
            role: Role::Access,
            destination: self.destination.clone(),
            lease_seconds: None,
            fallback: false,
            location: self.location(&leaf.val, leaf),
        }
    }

    fn location(&self, val: &Val, leaf: &Leaf) -> Location {
        let path = format!("{}.{}", self.address, leaf.path);
        match val.at {
            Some(at) => self.module.location(at, &path),
            None => self.module.resources.get(self.address).map(|section| self.module.block_location(*section, &path)).unwrap_or_default(),
        }
    }
}

/// A place where a credential stands.
pub(super) fn slot(name: &str, location: Location, destination: Option<Destination>) -> Slot {
    Slot {
        location,
        name: name.to_owned(),
        encoding: SlotEncoding::Plain,
        rule: "generic.typed-position".to_owned(),
        role: Role::Access,
        destination,
    }
}
