//! Principals that exports and files both define, made one.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Facts, Platform, Principal, Value};

use super::is_export;
use crate::linking::Aliases;

/// New keys by old ones.
type Renamed = BTreeMap<String, String>;

/// Joins what bears the same name, and points everything that names a principal of an export or a log to it.
pub(super) fn principals(facts: &mut Facts) {
    let renamed = same(&facts.principals);
    merge(&mut facts.principals, &renamed);
    rename(facts, &renamed);
    let aliases = Aliases::new(&facts.principals);
    let defined = |platform: Platform, name: &str| match aliases.named(platform, name)[..] {
        [only] if only != name => Some(only.to_owned()),
        _ => None,
    };
    let mut mentioned = Renamed::new();
    let mut look = |platform, name: &String| {
        if let Some(key) = defined(platform, name) {
            mentioned.insert(name.clone(), key);
        }
    };
    facts.trusts.iter().filter(|trust| is_export(&trust.location)).for_each(|trust| look(trust.platform, &trust.principal));
    facts.grants.iter().filter(|grant| is_export(&grant.location)).for_each(|grant| look(grant.platform, &grant.principal));
    facts.sessions.iter().filter(|session| is_export(&session.location)).for_each(|session| look(session.platform, &session.principal));
    facts.observed.iter().for_each(|seen| look(seen.platform, &seen.principal));
    for declaration in facts.declarations.iter().filter(|declaration| is_export(&declaration.location)) {
        let platform = Platform::ALL.iter().find(|platform| declaration.kind.starts_with(&format!("{platform}.")));
        if let (Some(platform), Some(principal)) = (platform, &declaration.principal) {
            look(*platform, principal);
        }
    }
    rename(facts, &mentioned);
}

/// Names of a principal that others use for it, in lower case.
fn names(principal: &Principal) -> impl Iterator<Item = String> {
    let address = principal.key.rsplit_once('#').map_or("", |(_, address)| address);
    principal.names.iter().filter(move |name| **name != principal.key && *name != address).map(|name| name.to_ascii_lowercase())
}

/// Which definitions are one: those of exports that share a name which is unique, and the one of a file that shares a
/// name with one of an export and has no other full name.
fn same(principals: &[Principal]) -> Renamed {
    let mut bearers: BTreeMap<(Platform, &str, String), Vec<usize>> = BTreeMap::new();
    for (at, principal) in principals.iter().enumerate().filter(|(_, principal)| principal.key.contains('#')) {
        for name in names(principal) {
            let kind = if Aliases::is_unique(&name) { "" } else { principal.kind.as_str() };
            bearers.entry((principal.platform, kind, name)).or_default().push(at);
        }
    }
    let mut renamed = Renamed::new();
    for ((_, kind, _), all) in &bearers {
        let (outside, inside): (Vec<usize>, Vec<usize>) = all.iter().partition(|&&at| is_export(&principals[at].location));
        // A name that is unique joins all of its bearers; another one only the two that have no rivals, unless both have a
        // full name as well, which then is not the same.
        let has_full = |at: usize| names(&principals[at]).any(|name| Aliases::is_unique(&name));
        let joins = match (&outside[..], &inside[..]) {
            _ if kind.is_empty() => !outside.is_empty(),
            (&[outside], &[inside]) => !(has_full(inside) && has_full(outside)),
            _ => false,
        };
        let Some(&first) = inside.first().or(outside.first()).filter(|_| joins) else { continue };
        let first = resolved(&renamed, &principals[first].key).to_owned();
        for &at in outside.iter().chain(inside.iter().skip(1).filter(|_| kind.is_empty())) {
            let key = resolved(&renamed, &principals[at].key).to_owned();
            if key != first {
                renamed.insert(key, first.clone());
            }
        }
    }
    renamed
}

/// The last name in a row of renamings, which never lead back: only keys that are final are renamed.
fn resolved<'r>(renamed: &'r Renamed, key: &'r str) -> &'r str {
    let mut at = key;
    while let Some(next) = renamed.get(at) {
        at = next;
    }
    at
}

fn merge(principals: &mut Vec<Principal>, renamed: &Renamed) {
    let mut further: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for principal in principals.iter().filter(|principal| renamed.contains_key(&principal.key)) {
        let names = principal.names.iter().filter(|name| **name != principal.key).cloned();
        further.entry(resolved(renamed, &principal.key).to_owned()).or_default().extend(names);
    }
    principals.retain(|principal| !renamed.contains_key(&principal.key));
    for principal in principals {
        for name in further.remove(&principal.key).unwrap_or_default() {
            if !principal.names.contains(&name) {
                principal.names.push(name);
            }
        }
    }
}

fn rename(facts: &mut Facts, renamed: &Renamed) {
    if renamed.is_empty() {
        return;
    }
    let change = |key: &mut String| {
        if renamed.contains_key(key.as_str()) {
            *key = resolved(renamed, key).to_owned();
        }
    };
    facts.trusts.iter_mut().for_each(|trust| change(&mut trust.principal));
    facts.grants.iter_mut().for_each(|grant| change(&mut grant.principal));
    facts.sessions.iter_mut().for_each(|session| change(&mut session.principal));
    facts.observed.iter_mut().for_each(|seen| change(&mut seen.principal));
    facts.declarations.iter_mut().filter_map(|declaration| declaration.principal.as_mut()).for_each(change);
    let paths = facts.workloads.iter_mut().flat_map(|workload| &mut workload.identity_paths);
    for value in paths.map(|path| &mut path.principal) {
        if let Value::Known(text, _) = value
            && text.contains('#')
        {
            change(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Location, Origin, Surface};

    use super::*;
    use crate::testing::principal;

    fn exported(key: &str, names: &[&str]) -> Principal {
        let mut principal = principal(Platform::Aws, key, "");
        principal.names = names.iter().map(|name| (*name).to_owned()).collect();
        principal.location =
            Location { origin: Arc::new(Origin { surface: Surface::CliExport, ..Origin::default() }), ..Location::default() };
        principal
    }

    #[test]
    fn what_bears_a_unique_name_is_one() {
        let arn = "arn:aws:iam::111122223333:role/deploy";
        let mut files = principal(Platform::Aws, "tf:a#aws_iam_role.x", "other");
        files.names.push(arn.to_owned());
        let all = [files, exported("export:.#aws_iam_role.deploy", &[arn, "deploy"])];
        assert_eq!(same(&all), Renamed::from([("export:.#aws_iam_role.deploy".into(), "tf:a#aws_iam_role.x".into())]));
        assert!(same(&all[..1]).is_empty());
    }

    #[test]
    fn a_short_name_joins_only_two_without_rivals() {
        let arn = |account: &str| format!("arn:aws:iam::{account}:role/deploy");
        let one = || principal(Platform::Aws, "tf:a#aws_iam_role.x", "deploy");
        let mut other = principal(Platform::Aws, "tf:b#aws_iam_role.x", "deploy");
        let export = || exported("export:.#aws_iam_role.deploy", &[&arn("111122223333"), "deploy"]);
        assert_eq!(same(&[one(), export()]).len(), 1);
        assert!(same(&[one(), other.clone(), export()]).is_empty());
        other.names.push(arn("999999999999"));
        assert!(same(&[other, export()]).is_empty(), "it is known by another ARN");
    }
}
