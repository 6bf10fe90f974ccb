//! From a way in to the principal it leads to, who may become that principal, and what it may do.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Facts, IdentityPath, Link, Location, Relation};

use crate::context::LinkedPath;

/// Most links that are told of one workload: a role with thousands of grants is told of again for each that has it.
const MOST_LINKS: usize = 100;

/// Where principals are defined.
#[derive(Debug)]
pub(crate) struct Chains<'a> {
    facts: &'a Facts,
    defined: BTreeMap<&'a str, &'a Location>,
}

impl<'a> Chains<'a> {
    /// Indexes the principals of the inputs.
    pub(crate) fn new(facts: &'a Facts) -> Self {
        Self { facts, defined: facts.principals.iter().map(|principal| (principal.key.as_str(), &principal.location)).collect() }
    }

    /// The links of a workload with those to its principals, each once, and how many were left out.
    pub(crate) fn complete(&self, links: &[Link], paths: &[IdentityPath], linked: &[LinkedPath]) -> (Vec<Link>, usize) {
        let drawn_in = links.iter().map(|link| (link.relation, link.name.as_str(), &link.from, &link.to));
        let identities = paths.iter().zip(linked).flat_map(|(path, linked)| self.identity(path, linked));
        let mut seen = BTreeSet::new();
        let all: Vec<Step<'_>> = drawn_in.chain(identities).filter(|step| seen.insert(*step)).collect();
        let told = all.iter().take(MOST_LINKS);
        let told = told.map(|&(relation, name, from, to)| Link { relation, name: name.to_owned(), from: from.clone(), to: to.clone() });
        (told.collect(), all.len().saturating_sub(MOST_LINKS))
    }

    /// The steps to the principals that the inputs define.
    fn identity<'s>(&'s self, path: &'s IdentityPath, linked: &'s LinkedPath) -> Vec<Step<'s>> {
        let Some(used) = path.consumer.as_ref().or(path.capability.as_ref()) else { return Vec::new() };
        let trusts = || linked.trusts.iter().filter_map(|&at| self.facts.trusts.get(at));
        let grants = || linked.grants.iter().filter_map(|&at| self.facts.grants.get(at));
        let beyond = trusts().map(|trust| trust.principal.as_str()).chain(grants().map(|grant| grant.principal.as_str()));
        let keys: BTreeSet<&str> = linked.principal.as_deref().into_iter().chain(beyond).collect();
        let name = |key: &'s str| path.principal.known().filter(|name| !name.is_empty()).unwrap_or_else(|| short(key));
        let at = |key: &str| self.defined.get(key).copied();
        let principals = keys.iter().filter_map(|key| Some((Relation::Principal, name(key), used, at(key)?)));
        let trusts = trusts().filter_map(|trust| Some((Relation::Trust, name(&trust.principal), at(&trust.principal)?, &trust.location)));
        let grants = grants().filter_map(|grant| Some((Relation::Grant, name(&grant.principal), at(&grant.principal)?, &grant.location)));
        principals.chain(trusts).chain(grants).collect()
    }
}

/// A link by its parts.
type Step<'s> = (Relation, &'s str, &'s Location, &'s Location);

/// The part of a principal's key that people know it by.
fn short(key: &str) -> &str {
    key.rsplit_once('#').map_or(key, |(_, name)| name)
}
