//! What the values of a template say of secrets: literals become slots, uses by name become references.

use unkeyed_model::{Content, Custody, Facts, Location, Reference, StoreKind, StoredSecret};

use super::eval;
use super::template::Template;
use crate::credential_name::{self, is_credential};
use crate::evaluated::{Kind, Leaf, Ref};
use crate::facts;
use crate::given;
use crate::host_files;
use crate::place;
use crate::policy_document::hole;
use crate::tree::{Entry, Kind as Written, Node};

/// Attributes that are a durable secret, by type of the resource.
const KEY_ATTRIBUTES: &[(&str, &str)] =
    &[("AWS::IAM::AccessKey", "SecretAccessKey"), ("AWS::IAM::ServiceSpecificCredential", "ServicePassword")];

/// Types whose reference is the name of a stored secret: whoever is handed it fetches the value.
const SECRET_OBJECTS: &[&str] = &["AWS::SecretsManager::Secret", "AWS::SecretsManager::SecretTargetAttachment"];

/// Texts that name a stored secret: a dynamic reference (user guide, "Get values stored in other services"), an ARN.
const OBJECT_NAMES: &[&str] = &["arn:aws:secretsmanager:", "arn:aws:ssm:", "{{resolve:secretsmanager:", "{{resolve:ssm-secure:"];

/// Texts that a template holds in many places and that open nothing.
const SAY_NOTHING: &[&str] = &["", "true", "false", "null", "none"];

/// Properties all of whose text is secret, whatever it is called.
const ALWAYS_SECRET: &[(&str, &str)] = &[("AWS::SecretsManager::Secret", "SecretString"), ("AWS::IAM::User", "Password")];

/// Reads the values of one definition for the workload that they belong to.
pub(crate) struct Reader<'t, 'a> {
    pub(crate) template: &'t Template<'a>,
    /// It runs: whoever hands it the name of a stored secret lets it fetch the value.
    pub(crate) fetches: bool,
}

impl Reader<'_, '_> {
    /// Adds the slots of the leaf to the facts and returns the uses by name.
    pub(crate) fn read(&self, leaf: &Leaf, into: &mut Facts) -> Vec<Reference> {
        let is_unresolved = matches!(leaf.val.kind, Kind::Ref(_) | Kind::Unknown(_));
        if self.fetches && is_unresolved && facts::is_environment(&leaf.name) && is_value(leaf) {
            let (store, name) = match &leaf.val.kind {
                Kind::Ref(used) if used.address == "file" => (StoreKind::File, used.attribute.clone()),
                _ => (StoreKind::Parameter, hole::named(&self.template.text(&leaf.val))),
            };
            return vec![facts::environment(store, name, self.location(leaf))];
        }
        let found = self.found(leaf, into);
        // What is told the name of a secret fetches it.
        let is_told = (is_variable(leaf) && credential_name::names_stored_secret(&leaf.name)) || names_secret(leaf);
        if found.is_empty() && self.fetches && is_told {
            let name = hole::named(&self.template.text(&leaf.val));
            return vec![self.reference(StoreKind::CloudSecretManager, &name, Custody::VaultStatic, leaf)];
        }
        found
    }

    fn found(&self, leaf: &Leaf, facts: &mut Facts) -> Vec<Reference> {
        match &leaf.val.kind {
            Kind::Ref(reference) => self.by_name(reference, leaf).into_iter().collect(),
            Kind::Text(text, _) => self.of_text(text, leaf, facts),
            // An import, or what a macro makes: under the name of a credential it is one.
            Kind::Unknown(what) if facts::is_credential_variable(&leaf.name) && !self.is_reference_block(leaf) => {
                vec![self.reference(StoreKind::Parameter, what, Custody::PlatformStored, leaf)]
            }
            _ => Vec::new(),
        }
    }

    fn of_text(&self, text: &str, leaf: &Leaf, facts: &mut Facts) -> Vec<Reference> {
        if let Some(at) = OBJECT_NAMES.iter().filter_map(|name| text.find(name)).min() {
            let name = stored_name(&text[at..]);
            let defined = hole::holes(name).next().map(|what| eval::of_hole(what).address);
            let is_setting = name.contains(":ssm:") && !is_credential(&leaf.name) && !self.is_reference_block(leaf);
            let named = (self.fetches || text[at..].starts_with("{{")) && !is_setting && is_value(leaf);
            return named
                .then(|| self.reference(StoreKind::CloudSecretManager, defined.as_deref().unwrap_or(name), Custody::VaultStatic, leaf))
                .into_iter()
                .collect();
        }
        let mut held: Vec<Reference> = hole::holes(text).filter_map(|what| self.by_name(&eval::of_hole(what), leaf)).collect();
        if held.is_empty() && !hole::is_known(text) && is_value(leaf) {
            // The password of an address or a connection string, whatever its parameter is called.
            let is_held = |part: &Leaf| part.name == "password" || (is_variable(leaf) && part.name != leaf.name);
            let parts = given::filled(leaf).into_iter().filter(is_held);
            let used = parts.flat_map(|part| match &part.val.kind {
                Kind::Text(text, _) => hole::holes(text).filter_map(|what| self.by_name(&eval::of_hole(what), &part)).collect::<Vec<_>>(),
                _ => Vec::new(),
            });
            held.extend(used);
        }
        if !held.is_empty() || !hole::is_known(text) {
            return held;
        }
        if self.is_reference_block(leaf) && leaf.path.ends_with("ValueFrom") {
            return vec![self.reference(StoreKind::CloudSecretManager, text, Custody::VaultStatic, leaf)];
        }
        if leaf.name == "Credential" && leaf.within.first().is_some_and(|block| block == "RegistryCredential") {
            let reference = self.reference(StoreKind::CloudSecretManager, text, Custody::VaultStatic, leaf);
            return vec![Reference { content: Content::Durable, ..reference }];
        }
        self.literal(text, leaf, facts).into_iter().collect()
    }

    /// `Secrets` of an ECS container, `Type: PARAMETER_STORE` of CodeBuild: what stands there names a secret.
    fn is_reference_block(&self, leaf: &Leaf) -> bool {
        leaf.within.iter().take(3).any(|block| matches!(block.as_str(), "Secrets" | "SecretOptions" | "RepositoryCredentials"))
    }

    /// A literal under the name of a credential. One that was reached through a parameter belongs to all who use that.
    fn literal(&self, text: &str, leaf: &Leaf, facts: &mut Facts) -> Option<Reference> {
        let at = leaf.val.at?;
        if !self.is_secret(leaf) || SAY_NOTHING.contains(&text.trim()) {
            return None;
        }
        let name = leaf.val.via.as_deref();
        let location = self.template.location(at, name.unwrap_or(&leaf.path));
        facts.slots.push(facts::slot(&leaf.name, location.clone()));
        let name = name?;
        facts.stored.push(stored(self.template, name, location));
        Some(self.reference(StoreKind::Parameter, name, Custody::PlatformStored, leaf))
    }

    fn is_secret(&self, leaf: &Leaf) -> bool {
        let resource = leaf.path.split('.').nth(1).and_then(|name| self.template.resource(name));
        let kind = resource.map_or("", |resource| resource.kind());
        let all = ALWAYS_SECRET.iter().any(|(of, property)| *of == kind && *property == leaf.name);
        // `SecretId` and the like name a secret here; so do the keys of policies.
        let names = matches!(leaf.name.as_str(), "SecretId" | "SecretString") && !all;
        (all || facts::is_credential_variable(&leaf.name)) && !names && is_value(leaf)
    }

    /// A use by name, if what is named is a secret.
    fn by_name(&self, used: &Ref, leaf: &Leaf) -> Option<Reference> {
        let credential = facts::may_hold_credential(&leaf.name) && is_value(leaf);
        match used.address.as_str() {
            "env" => return facts::environment_reference(&used.attribute, &leaf.name, self.location(leaf)),
            "ssm" | "vault" | "secretsManager" | "s3" | "cf" => {
                // Parameter Store hands out what Secrets Manager keeps under this path (AWS, "Referencing Secrets Manager secrets").
                let is_secret = used.attribute.starts_with("/aws/reference/secretsmanager/");
                let secret = credential
                    || is_secret
                    || used.address == "vault"
                    || used.address == "secretsManager"
                    || is_credential(&used.attribute);
                // Parameter Store hands out settings and secrets alike.
                if !secret && used.address == "ssm" && self.fetches && is_variable(leaf) && !used.attribute.starts_with("/aws/") {
                    let stored = self.reference(StoreKind::CloudSecretManager, &used.attribute, Custody::VaultStatic, leaf);
                    return Some(Reference { content: Content::Unstated, ..stored });
                }
                return secret.then(|| self.reference(StoreKind::CloudSecretManager, &used.attribute, Custody::VaultStatic, leaf));
            }
            "file" => {
                return (credential || host_files::is_kept(file_of(&used.attribute)))
                    .then(|| self.reference(StoreKind::File, &used.attribute, Custody::PlatformStored, leaf));
            }
            "opt" | "param" | "self" => {
                return credential.then(|| self.reference(StoreKind::Parameter, &used.shown(), Custody::PlatformStored, leaf));
            }
            "sls" | "aws" | "git" => return None,
            _ => {}
        }
        let Some(resource) = self.template.resource(&used.address) else {
            let secret = credential || self.is_sensitive(&used.address);
            return secret.then(|| self.reference(StoreKind::Parameter, &used.address, Custody::PlatformStored, leaf));
        };
        if KEY_ATTRIBUTES.contains(&(resource.kind(), used.attribute.as_str())) {
            let mut reference = self.reference(StoreKind::Parameter, &used.shown(), Custody::PlatformStored, leaf);
            reference.content = Content::Durable;
            reference.destination = reference.destination.or_else(|| Some(facts::aws(None)));
            return Some(reference);
        }
        if self.fetches && SECRET_OBJECTS.contains(&resource.kind()) && is_value(leaf) {
            return Some(self.reference(StoreKind::CloudSecretManager, resource.name, Custody::VaultStatic, leaf));
        }
        // What another stack or a custom resource hands out.
        let handed = self.fetches && credential && !used.attribute.is_empty() && !credential_name::names_place(&used.attribute);
        handed.then(|| self.reference(StoreKind::Parameter, &used.shown(), Custody::PlatformStored, leaf))
    }

    /// A parameter that is not shown, or is named like a credential.
    fn is_sensitive(&self, parameter: &str) -> bool {
        let node = self.template.root.path(&["Parameters", parameter]);
        node.is_some_and(|node| node.get("NoEcho").is_some_and(Node::is_true) || is_credential(parameter))
    }

    /// Adds the uses of secret parameters inside longer texts, such as a start script. Once evaluated, a known default
    /// can't be told from the text around it.
    pub(crate) fn spliced(&self, entry: &Entry, path: &str, references: &mut Vec<Reference>) {
        let mut used = Vec::new();
        names_used(&entry.value, path, &mut used);
        for (name, path, span) in used {
            if self.is_sensitive(&name) && !references.iter().any(|known| known.store == StoreKind::Parameter && known.name == name) {
                let location = self.template.place.at(span, path);
                references.push(Reference {
                    namespace: Some(self.template.place.path().to_owned()),
                    used_as: Some(name.clone()),
                    content: Content::Durable,
                    ..facts::reference(StoreKind::Parameter, name, location)
                });
            }
        }
    }

    fn reference(&self, store: StoreKind, name: &str, custody: Custody, leaf: &Leaf) -> Reference {
        let mut reference = facts::received_by(facts::reference(store, name, self.location(leaf)), &leaf.name);
        reference.custody = custody;
        if store == StoreKind::CloudSecretManager {
            reference.content = Content::Durable;
        }
        // A hidden parameter, or one that a credential's name receives, holds one.
        let is_credential = facts::is_credential_variable(&leaf.name) || self.is_sensitive(name);
        if store == StoreKind::Parameter && reference.content == Content::Unstated && is_credential {
            reference.content = Content::Durable;
        }
        reference.namespace = (store == StoreKind::Parameter).then(|| self.template.place.path().to_owned());
        reference
    }

    fn location(&self, leaf: &Leaf) -> Location {
        leaf.val.at.map_or_else(|| self.template.place.whole(), |at| self.template.location(at, &leaf.path))
    }
}

/// The path in what stands behind `file` (`(./secrets.yml):key`).
fn file_of(attribute: &str) -> &str {
    attribute.trim_start_matches('(').split([')', ':', ',']).next().unwrap_or_default().trim()
}

/// Whether the property names a stored secret that AWS fetches for the workload: of an event source, of a registry.
fn names_secret(leaf: &Leaf) -> bool {
    let of_source = leaf.name == "URI" && leaf.path.contains("SourceAccessConfigurations");
    of_source || matches!(leaf.name.as_str(), "CredentialsParameter" | "SecretArn" | "CredentialsArn")
}

/// Whether the leaf is a variable of an environment.
pub(super) fn is_variable(leaf: &Leaf) -> bool {
    leaf.within.iter().any(|block| matches!(block.as_str(), "Environment" | "Variables" | "environment" | "EnvironmentVariables"))
}

/// Whether the leaf is a setting, and not part of a policy, a tag or a description.
fn is_value(leaf: &Leaf) -> bool {
    let outside =
        ["PolicyDocument", "AssumeRolePolicyDocument", "Policies", "Tags", "Metadata", "KeyPolicy", "DefinitionBody", "DefinitionString"];
    !leaf.path.split(['.', '[']).any(|part| outside.contains(&part))
}

/// The name of a stored secret, without the JSON key and version behind it.
fn stored_name(text: &str) -> &str {
    let inner = text.strip_prefix("{{resolve:").map_or(text, |rest| rest.split("}}").next().unwrap_or(rest));
    let inner = inner.split_once(":SecretString").map_or(inner, |(name, _)| name);
    inner.strip_prefix("secretsmanager:").or_else(|| inner.strip_prefix("ssm-secure:")).unwrap_or(inner)
}

/// Names in `Ref` and `Sub`, with their place.
fn names_used(node: &Node, path: &str, found: &mut Vec<(String, String, unkeyed_model::Span)>) {
    let tag = node.tag.as_deref().unwrap_or_default();
    match &node.kind {
        Written::Scalar(text, _) if tag == "!Ref" => found.push((text.to_string(), path.to_owned(), node.span)),
        Written::Scalar(text, _) => {
            for piece in text.split("${").skip(1) {
                if let Some((name, _)) = piece.split_once('}').filter(|(name, _)| name.len() < 256) {
                    found.push((name.to_owned(), path.to_owned(), node.span));
                }
            }
        }
        Written::Seq(items) => items.iter().enumerate().for_each(|(index, item)| names_used(item, &place::item(path, index), found)),
        Written::Map(entries) => {
            for entry in &**entries {
                match (entry.name(), entry.value.text()) {
                    ("Ref", Some(name)) => found.push((name.to_owned(), path.to_owned(), entry.value.span)),
                    _ => names_used(&entry.value, &place::under(path, entry.name()), found),
                }
            }
        }
    }
}

/// Emits a slot for each literal that a secret parameter has as its default.
pub(super) fn parameters(template: &Template<'_>, facts: &mut Facts) {
    for entry in template.root.get("Parameters").into_iter().flat_map(Node::entries) {
        let hidden = entry.value.get("NoEcho").is_some_and(Node::is_true);
        let Some(default) = entry.value.get("Default").filter(|_| hidden || is_credential(entry.name())) else { continue };
        let is_stored = entry.value.str("Type").is_some_and(|kind| kind.starts_with("AWS::SSM::"));
        let says_nothing = default.text().is_none_or(|text| SAY_NOTHING.contains(&text.trim()));
        if !says_nothing && !is_stored {
            let location = template.place.at(default.span, place::under("Parameters", entry.name()));
            facts.slots.push(facts::slot(entry.name(), location.clone()));
            facts.stored.push(stored(template, entry.name(), location));
        }
    }
}

fn stored(template: &Template<'_>, name: &str, extent: Location) -> StoredSecret {
    StoredSecret {
        store: StoreKind::Parameter,
        name: name.to_owned(),
        namespace: Some(template.place.path().to_owned()),
        custody: Custody::Embedded,
        extent,
        component: None,
    }
}
