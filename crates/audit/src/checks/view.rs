//! What checks look at: the context, with the indexes that keep every check linear in the size of the inputs.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Declaration, Facts, Platform, Principal, RoleGrant, TrustBinding};

use super::privilege::{self, Privilege};
use crate::context::{Context, Linked};

/// The context, indexed by principal.
#[derive(Debug)]
pub(crate) struct View<'a> {
    /// Everything there is.
    pub(crate) context: &'a Context<'a>,
    principals: BTreeMap<&'a str, &'a Principal>,
    users: BTreeMap<&'a str, BTreeSet<usize>>,
    grants: BTreeMap<&'a str, Vec<&'a RoleGrant>>,
    trusts: BTreeMap<&'a str, Vec<&'a TrustBinding>>,
    declarations: BTreeMap<&'a str, Vec<&'a Declaration>>,
}

impl<'a> View<'a> {
    /// Indexes the context.
    pub(crate) fn new(context: &'a Context<'a>) -> Self {
        let facts = &context.estate.facts;
        let mut declarations: BTreeMap<&str, Vec<&Declaration>> = BTreeMap::new();
        for declaration in &facts.declarations {
            if let Some(principal) = &declaration.principal {
                declarations.entry(principal).or_default().push(declaration);
            }
        }
        Self {
            context,
            principals: facts.principals.iter().map(|principal| (principal.key.as_str(), principal)).collect(),
            users: users(context),
            grants: group(&facts.grants, |grant| &grant.principal),
            trusts: group(&facts.trusts, |trust| &trust.principal),
            declarations,
        }
    }

    /// The facts as read.
    pub(crate) fn facts(&self) -> &'a Facts {
        &self.context.estate.facts
    }

    /// The trusts of one platform.
    pub(crate) fn trusts(&self, platform: Platform) -> impl Iterator<Item = &'a TrustBinding> {
        self.facts().trusts.iter().filter(move |trust| trust.platform == platform)
    }

    /// The grants of one platform.
    pub(crate) fn grants(&self, platform: Platform) -> impl Iterator<Item = &'a RoleGrant> {
        self.facts().grants.iter().filter(move |grant| grant.platform == platform)
    }

    /// The principals that have trusts, each with them.
    pub(crate) fn trusted(&self) -> impl Iterator<Item = (&'a str, &[&'a TrustBinding])> {
        self.trusts.iter().map(|(key, trusts)| (*key, trusts.as_slice()))
    }

    /// Whether anybody is trusted with the principal.
    pub(crate) fn is_trusted(&self, key: &str) -> bool {
        self.trusts.contains_key(key)
    }

    /// The principals that have grants, each with them.
    pub(crate) fn granted(&self) -> impl Iterator<Item = (&'a str, &[&'a RoleGrant])> {
        self.grants.iter().map(|(key, grants)| (*key, grants.as_slice()))
    }

    /// The grants of one principal.
    pub(crate) fn grants_of(&self, key: &str) -> &[&'a RoleGrant] {
        self.grants.get(key).map_or(&[], Vec::as_slice)
    }

    /// The durable credentials that configurations create for one principal.
    pub(crate) fn declared_for(&self, key: &str) -> &[&'a Declaration] {
        self.declarations.get(key).map_or(&[], Vec::as_slice)
    }

    /// The workloads that become a principal.
    pub(crate) fn users(&self, key: &str) -> Vec<&'a Linked> {
        let users = self.users.get(key).into_iter().flatten();
        users.filter_map(|&at| self.context.workloads.get(at)).collect()
    }

    /// A principal as the inputs define it.
    pub(crate) fn principal(&self, key: &str) -> Option<&'a Principal> {
        self.principals.get(key).copied()
    }

    /// A principal's name for people.
    pub(crate) fn name<'k>(&self, key: &'k str) -> &'k str
    where
        'a: 'k,
    {
        let of_principal = || self.principal(key)?.names.first().map(String::as_str);
        key.rsplit_once('#').map(|(_, name)| name).or_else(of_principal).unwrap_or(key)
    }

    /// What a principal can do with what it reaches.
    pub(crate) fn privilege(&self, key: &str) -> Privilege {
        privilege::of_all(self.grants_of(key))
    }
}

fn group<'a, T>(items: &'a [T], key: impl Fn(&'a T) -> &'a String) -> BTreeMap<&'a str, Vec<&'a T>> {
    let mut groups: BTreeMap<&str, Vec<&T>> = BTreeMap::new();
    for item in items {
        groups.entry(key(item)).or_default().push(item);
    }
    groups
}

/// Which workloads become which principals. A path whose principal can't be told apart counts for every candidate.
fn users<'a>(context: &'a Context<'a>) -> BTreeMap<&'a str, BTreeSet<usize>> {
    let facts = &context.estate.facts;
    let mut users: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (at, linked) in context.workloads.iter().enumerate() {
        for path in &linked.paths {
            let trusts = path.trusts.iter().filter_map(|&trust| facts.trusts.get(trust)).map(|trust| &trust.principal);
            let grants = path.grants.iter().filter_map(|&grant| facts.grants.get(grant)).map(|grant| &grant.principal);
            let sessions = path.sessions.iter().filter_map(|&session| facts.sessions.get(session)).map(|session| &session.principal);
            for key in path.principal.iter().chain(trusts).chain(grants).chain(sessions) {
                users.entry(key).or_default().insert(at);
            }
        }
    }
    users
}
