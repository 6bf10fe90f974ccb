//! What the values of an Azure template say of secrets: literals become slots, uses by name become references.

use unkeyed_model::{Content, Custody, Destination, Facts, Location, Reference, StoreKind, StoredSecret};

use super::deployment::{Deployment, of_hole, type_of};
use super::eval::KEY_VAULT;
use crate::credential_name::{self, is_credential};
use crate::evaluated::{Kind, Leaf, Ref};
use crate::facts;
use crate::policy_document::hole;

/// Attributes of resources that are a durable secret, besides what `list…()` hands out.
const KEY_ATTRIBUTES: &[&str] = &["InstrumentationKey", "ConnectionString", "primaryKey", "secondaryKey", "primarySharedKey"];

/// Attributes that only let data in, such as telemetry: not a credential for anything that is read.
const INGESTION: &[&str] = &["InstrumentationKey", "ConnectionString"];

/// Blocks whose values are variables of what runs.
const SETTINGS: &[&str] = &["env", "appSettings", "environmentVariables"];

/// Texts that open nothing.
const SAY_NOTHING: &[&str] = &["", "true", "false", "null", "none"];

/// Reads the values of one definition for the workload that they belong to.
pub(super) struct Reader<'t, 'a> {
    pub(super) template: &'t Deployment<'a>,
}

impl Reader<'_, '_> {
    /// Adds the slots of the leaf to the facts and returns the uses by name.
    pub(super) fn read(&self, leaf: &Leaf, into: &mut Facts) -> Vec<Reference> {
        let is_unresolved = matches!(leaf.val.kind, Kind::Ref(_) | Kind::Unknown(_));
        // Of what is merged the part that isn't known has no name; the settings of a site stand in `properties`.
        let outer = leaf.within.iter().find(|name| !name.is_empty()).map_or("", String::as_str);
        let of_site = leaf.path.ends_with(".properties") || (leaf.name.is_empty() && outer == "properties");
        let is_whole = facts::is_environment(&leaf.name) || (leaf.name.is_empty() && facts::is_environment(outer)) || of_site;
        if is_unresolved && is_whole && !self.is_label(leaf) {
            let name = hole::named(&self.template.text(&leaf.val));
            return vec![facts::environment(StoreKind::Parameter, name, self.location(leaf))];
        }
        // The setting of a site that keeps what it signs users in with (`clientSecretSettingName`).
        if let (true, Kind::Text(setting, _)) = (leaf.name.ends_with("SecretSettingName"), &leaf.val.kind) {
            let reference = self.reference(StoreKind::Parameter, setting, Custody::PlatformStored, leaf);
            return vec![Reference { content: Content::Durable, ..reference }];
        }
        let found = self.found(leaf, into);
        let found = if found.is_empty() { self.handed_in(leaf).into_iter().collect() } else { found };
        // What is told the name of a secret fetches it.
        let is_variable = leaf.path.ends_with("value") && leaf.within.iter().any(|block| SETTINGS.contains(&block.as_str()));
        if found.is_empty() && is_variable && credential_name::names_stored_secret(&leaf.name) {
            let name = hole::named(&self.template.text(&leaf.val));
            return vec![self.reference(StoreKind::CloudSecretManager, &name, Custody::VaultStatic, leaf)];
        }
        found
    }

    /// What runs is handed a value under the name of a credential: of a resource, of another deployment, out of a file.
    fn handed_in(&self, leaf: &Leaf) -> Option<Reference> {
        let is_variable = leaf.within.iter().any(|block| SETTINGS.contains(&block.as_str())) && !leaf.path.ends_with(".name");
        if !is_variable || !credential_name::may_be_credential(&leaf.name) || leaf.path.ends_with("Ref") {
            return None;
        }
        let name = match &leaf.val.kind {
            Kind::Ref(used) if used.address != KEY_VAULT && !INGESTION.iter().any(|last| used.attribute.ends_with(last)) => {
                (!credential_name::names_place(&used.attribute)).then(|| used.shown())?
            }
            Kind::Unknown(what) if !what.is_empty() && is_credential(&leaf.name) => hole::named(&self.template.text(&leaf.val)),
            _ => return None,
        };
        Some(self.reference(StoreKind::Parameter, &name, Custody::PlatformStored, leaf))
    }

    /// Where a value that a vault keeps is asked for, if the leaf is one.
    pub(super) fn fetched(&self, leaf: &Leaf) -> Option<Location> {
        matches!(&leaf.val.kind, Kind::Ref(used) if used.address == KEY_VAULT).then(|| self.location(leaf))
    }

    fn found(&self, leaf: &Leaf, facts: &mut Facts) -> Vec<Reference> {
        match &leaf.val.kind {
            Kind::Ref(reference) => self.by_name(reference, leaf).into_iter().collect(),
            Kind::Text(text, _) => self.of_text(text, leaf, facts),
            _ => Vec::new(),
        }
    }

    fn of_text(&self, text: &str, leaf: &Leaf, facts: &mut Facts) -> Vec<Reference> {
        // App Service and Container Apps fetch what these name ("Use Key Vault references", "Manage secrets").
        if text.starts_with("@Microsoft.KeyVault(") || leaf.name == "keyVaultUrl" || leaf.path.ends_with(".keyVaultUrl") {
            let name = leaf.within.iter().find(|name| !is_block(name)).filter(|_| leaf.path.ends_with(".keyVaultUrl"));
            return vec![Reference {
                used_as: Some(name.unwrap_or(&leaf.name).clone()),
                ..self.reference(StoreKind::CloudSecretManager, &hole::shown(text), Custody::VaultStatic, leaf)
            }];
        }
        let held: Vec<Reference> = hole::holes(text).filter_map(|what| self.by_name(&of_hole(what), leaf)).collect();
        if !held.is_empty() || !hole::is_known(text) {
            return held;
        }
        self.literal(text, leaf, facts).into_iter().collect()
    }

    /// A literal under the name of a credential. One that was reached through a name belongs to all who use that name.
    fn literal(&self, text: &str, leaf: &Leaf, facts: &mut Facts) -> Option<Reference> {
        let at = leaf.val.at?;
        if !self.is_secret(leaf) || SAY_NOTHING.contains(&text.trim()) {
            return None;
        }
        let name = leaf.val.via.as_deref();
        let location = self.template.place_of(at, name.unwrap_or(&leaf.path));
        facts.slots.push(facts::slot(&leaf.name, location.clone()));
        let name = name?;
        facts.stored.push(StoredSecret {
            store: StoreKind::Parameter,
            name: name.to_owned(),
            namespace: Some(self.template.place.path().to_owned()),
            custody: Custody::Embedded,
            extent: location,
            component: None,
        });
        Some(self.reference(StoreKind::Parameter, name, Custody::PlatformStored, leaf))
    }

    fn is_secret(&self, leaf: &Leaf) -> bool {
        // `secretRef` and its like name a secret of the same app; `tags` are for people.
        let refers = leaf.path.ends_with("Ref") || leaf.within.iter().any(|name| name == "tags");
        let in_secrets = leaf.within.iter().take(2).any(|name| name == "secrets") && leaf.path.ends_with(".value");
        !refers && (in_secrets || facts::is_credential_variable(&leaf.name))
    }

    /// A use by name, if what is named is a secret.
    fn by_name(&self, used: &Ref, leaf: &Leaf) -> Option<Reference> {
        if used.address == KEY_VAULT {
            return Some(self.reference(StoreKind::CloudSecretManager, &used.attribute, Custody::VaultStatic, leaf));
        }
        if let Some(parameter) = self.template.source.parameters.get(&used.address) {
            let secret = parameter.secure || self.is_secret(leaf) || is_credential(&used.address);
            return (secret && !self.is_label(leaf))
                .then(|| self.reference(StoreKind::Parameter, &used.address, Custody::PlatformStored, leaf));
        }
        let last = used.attribute.rsplit('.').next().unwrap_or_default();
        let listed = used.attribute.split('.').any(|part| part.starts_with("list") && part.ends_with("()"));
        let is_label = matches!(last, "keyName" | "name" | "id");
        if (listed && !is_label) || (KEY_ATTRIBUTES.contains(&last) && !INGESTION.contains(&last)) {
            let mut reference = self.reference(StoreKind::Parameter, &used.shown(), Custody::PlatformStored, leaf);
            reference.content = Content::Durable;
            reference.destination = Some(self.leads_to(&used.address));
            return Some(reference);
        }
        let is_module = self.template.source.modules.iter().any(|module| module.symbol == used.address);
        (is_module && self.is_secret(leaf)).then(|| self.reference(StoreKind::Parameter, &used.shown(), Custody::PlatformStored, leaf))
    }

    /// Names and tags are no settings.
    fn is_label(&self, leaf: &Leaf) -> bool {
        leaf.path.ends_with(".name") || leaf.within.iter().any(|name| name == "tags")
    }

    /// Where the key of a resource leads.
    fn leads_to(&self, symbol: &str) -> Destination {
        let kind = self.template.resource(symbol).map_or_else(String::new, |resource| type_of(resource).to_ascii_lowercase());
        let is_database = ["documentdb", "cache/redis", "sql", "postgres"].iter().any(|word| kind.contains(word));
        Destination::new(if is_database { "db" } else { "azure" }, "")
    }

    fn reference(&self, store: StoreKind, name: &str, custody: Custody, leaf: &Leaf) -> Reference {
        let mut reference = facts::received_by(facts::reference(store, name, self.location(leaf)), &leaf.name);
        reference.custody = custody;
        if store == StoreKind::CloudSecretManager {
            reference.content = Content::Durable;
        }
        // A secure parameter, or one that a credential's name receives, holds one.
        let is_secure = self.template.source.parameters.get(name).is_some_and(|parameter| parameter.secure);
        if store == StoreKind::Parameter && reference.content == Content::Unstated && (is_secure || self.is_secret(leaf)) {
            reference.content = Content::Durable;
        }
        reference.namespace = (store == StoreKind::Parameter).then(|| self.template.place.path().to_owned());
        reference
    }

    fn location(&self, leaf: &Leaf) -> Location {
        leaf.val.at.map_or_else(|| self.template.place.whole(), |at| self.template.place_of(at, &leaf.path))
    }
}

/// Names of blocks around settings.
fn is_block(name: &str) -> bool {
    matches!(name, "secrets" | "configuration" | "properties" | "value" | "")
}

/// Emits a slot for each literal that a secret parameter has as its default.
pub(super) fn parameters(template: &Deployment<'_>, facts: &mut Facts) {
    for (name, parameter) in &template.source.parameters {
        let Some(default) = parameter.default.as_ref().filter(|_| parameter.secure || is_credential(name)) else { continue };
        let super::expr::Kind::Text(text) = &default.kind else { continue };
        if !SAY_NOTHING.contains(&text.trim()) {
            let location = template.place.at(default.span, name.as_str());
            facts.slots.push(facts::slot(name, location.clone()));
            facts.stored.push(StoredSecret {
                store: StoreKind::Parameter,
                name: name.clone(),
                namespace: Some(template.place.path().to_owned()),
                custody: Custody::Embedded,
                extent: location,
                component: None,
            });
        }
    }
}
