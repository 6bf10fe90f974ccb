//! Inputs that list what is fetched from a secret manager.

use unkeyed_model::{Custody, Destination, Reference, StoreKind};

use super::consumer::Syntax;
use crate::commands::vault_custody;
use crate::facts;
use crate::flat::Flat;
use crate::place::Place;
use crate::tree::Node;

/// One reference for each entry of the list.
pub(super) fn references(place: &Place<'_>, node: &Node, path: &str, syntax: Syntax, destination: Option<&Destination>) -> Vec<Reference> {
    let flat = Flat::new(place, node);
    let separators: &[char] = match syntax {
        Syntax::AwsNames | Syntax::OutputColonName | Syntax::IdArrowName => &['\n'],
        Syntax::VaultPaths => &['\n', ';'],
        Syntax::Names => &['\n', ','],
        Syntax::Object { .. } => &['\n', ',', '{', '}'],
    };
    let mut found = Vec::new();
    let mut start = 0;
    for part in flat.text.split(separators) {
        let end = start + part.len();
        if let Some((name, used_as, store, custody)) = entry(part, syntax) {
            let offset = start + part.find(name).unwrap_or(0);
            let location = place.at(flat.span(offset..offset + name.len()), path);
            let mut reference = facts::fetch(store, name, custody, location);
            reference.used_as = used_as.map(str::to_owned);
            // A lease leads on to what it is for, not to the secret manager.
            reference.destination = destination.filter(|_| custody != Custody::VaultDynamic).cloned();
            found.push(reference);
        }
        start = end + 1;
    }
    found
}

/// Name, receiving variable, store and custody of one entry.
fn entry(part: &str, syntax: Syntax) -> Option<(&str, Option<&str>, StoreKind, Custody)> {
    let part = part.trim();
    if part.is_empty() || part.starts_with('#') {
        return None;
    }
    let cloud = |name, used_as| Some((name, used_as, StoreKind::CloudSecretManager, Custody::VaultStatic));
    match syntax {
        Syntax::AwsNames => match part.split_once(',') {
            Some((alias, name)) => cloud(name.trim(), Some(alias.trim())),
            None => cloud(part, None),
        },
        Syntax::OutputColonName => match part.split_once(':') {
            Some((output, name)) => cloud(name.trim(), Some(output.trim())),
            None => cloud(part, None),
        },
        Syntax::Names => cloud(part, Some(part)),
        Syntax::IdArrowName => match part.split_once('>') {
            Some((id, name)) => cloud(id.trim(), Some(name.trim())),
            None => cloud(part, None),
        },
        Syntax::VaultPaths => {
            let (source, used_as) = part.split_once('|').map_or((part, None), |(source, name)| (source.trim(), Some(name.trim())));
            let path = source.split_whitespace().next()?;
            Some((path, used_as, StoreKind::Vault, vault_custody(path)?))
        }
        Syntax::Object { dynamic } => {
            let (path, used_as) = part.split_once(':')?;
            let path = path.trim().trim_matches('"');
            let custody = if dynamic { Custody::VaultDynamic } else { Custody::VaultStatic };
            Some((path, Some(used_as.trim().trim_matches('"')), StoreKind::CloudSecretManager, custody))
        }
    }
}
