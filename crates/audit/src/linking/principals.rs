//! From what a workload calls the identity it becomes to that identity's trusts, grants and session policies.
//!
//! One decision a reader would question: where the name is not readable (a role ARN kept in a CI secret), the
//! identities whose trust admits this workload's token are taken instead, all of them. For whichever it is the layers
//! must hold, so the worst of them decides.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{
    Facts, IdentityKind, IdentityPath, Observed, ObservedAct, Platform, PredictedToken, Principal, Reach, Repository, TrustBinding,
};

use super::aliases::Aliases;
use super::{aims, observed, spiffe};
use crate::context::LinkedPath;
use crate::outside;
use crate::trust_match::{self, MatchResult};

/// Comparisons of tokens with trusts that one run may make; more occur only in constructed inputs.
const MAX_COMPARISONS: usize = 2_000_000;

/// Links paths, remembering what it has already compared.
#[derive(Debug)]
pub(crate) struct Linker<'a> {
    facts: &'a Facts,
    repository: Option<&'a Repository>,
    aliases: Aliases<'a>,
    /// Indices of trusts, grants and session policies by the key of their principal.
    trusts: BTreeMap<&'a str, Vec<usize>>,
    grants: BTreeMap<&'a str, Vec<usize>>,
    sessions: BTreeMap<&'a str, Vec<usize>>,
    observed: BTreeMap<&'a str, Vec<usize>>,
    /// Keys of the principals that have a trust, and of pools among them.
    trusted: BTreeMap<Platform, BTreeSet<&'a str>>,
    pools: BTreeSet<&'a str>,
    answers: BTreeMap<Question, Answer<'a>>,
    left: usize,
}

/// What decides who a path leads to: platform, name, tokens, and whether the platform attaches the identity.
type Question = (Platform, Option<String>, Vec<PredictedToken>, IdentityKind, Reach);

/// The principals it may be, and how the tokens match their trusts.
type Answer<'a> = (Vec<&'a str>, MatchResult);

impl<'a> Linker<'a> {
    /// Indexes the facts.
    pub(crate) fn new(facts: &'a Facts, repository: Option<&'a Repository>) -> Self {
        let aliases = Aliases::new(&facts.principals);
        let mut trusted: BTreeMap<Platform, BTreeSet<&str>> = BTreeMap::new();
        for trust in &facts.trusts {
            trusted.entry(trust.platform).or_default().insert(aliases.canonical(&trust.principal));
        }
        // What is in force overrules what a file only asks for.
        let in_force: BTreeSet<&str> = facts
            .trusts
            .iter()
            .filter(|trust| outside::is_export(&trust.location))
            .map(|trust| aliases.canonical(&trust.principal))
            .collect();
        let holds = |trust: &TrustBinding| outside::is_export(&trust.location) || !in_force.contains(aliases.canonical(&trust.principal));
        let mut trusts = group(facts.trusts.iter().map(|trust| aliases.canonical(&trust.principal)));
        trusts.values_mut().for_each(|list| list.retain(|&at| holds(&facts.trusts[at])));
        let is_pool = |principal: &&Principal| principal.kind == "workload-identity-pool";
        Self {
            trusts,
            grants: group(facts.grants.iter().map(|grant| aliases.canonical(&grant.principal))),
            sessions: group(facts.sessions.iter().map(|session| aliases.canonical(&session.principal))),
            observed: group(facts.observed.iter().map(|seen| aliases.canonical(&seen.principal))),
            trusted,
            pools: facts.principals.iter().filter(is_pool).map(|principal| principal.key.as_str()).collect(),
            answers: BTreeMap::new(),
            left: MAX_COMPARISONS,
            facts,
            repository,
            aliases,
        }
    }

    /// Whether the limit on comparisons was reached, so that some matches are unknown for that reason.
    pub(crate) const fn limit_reached(&self) -> bool {
        self.left == 0
    }

    /// Links one path.
    pub(crate) fn link(&mut self, at: usize, path: &IdentityPath) -> LinkedPath {
        let question = (path.platform, path.principal.known().map(str::to_owned), path.tokens.clone(), path.kind, path.reach);
        let answer = self.answers.get(&question).cloned();
        let (principals, matched) = answer.unwrap_or_else(|| self.identify(path));
        self.answers.insert(question, (principals.clone(), matched));
        let all = |index: &BTreeMap<&str, Vec<usize>>| {
            let found: BTreeSet<usize> = principals.iter().filter_map(|key| index.get(key)).flatten().copied().collect();
            found.into_iter().collect::<Vec<usize>>()
        };
        LinkedPath {
            path: at,
            counts: path.capability.is_some() && path.consumer.is_some(),
            principal: if let [only] = principals[..] { Some(only.to_owned()) } else { None },
            trusts: all(&self.trusts),
            matched,
            grants: if spiffe::is_attested(path) { self.admitting(path) } else { all(&self.grants) },
            sessions: all(&self.sessions),
            observed: self.recorded(path, all(&self.observed)),
        }
    }

    /// The policies of destinations that let an attested identity in.
    fn admitting(&self, path: &IdentityPath) -> Vec<usize> {
        let grants = self.facts.grants.iter().enumerate();
        grants.filter(|(_, grant)| spiffe::admits(grant, path)).map(|(at, _)| at).collect()
    }

    /// What logs recorded of the path's principals, or of the name that it gives one which nothing here defines.
    fn recorded(&self, path: &IdentityPath, mut found: Vec<usize>) -> Vec<usize> {
        if let (true, Some(name)) = (found.is_empty(), path.principal.known()) {
            let named = self.observed.get(name).into_iter().flatten();
            found.extend(named.filter(|&&at| self.facts.observed[at].platform == path.platform));
        }
        found.retain(|&at| self.may_be_of(path, &self.facts.observed[at]));
        found
    }

    /// Whether what a log recorded of the path's principal may be the workload's doing: its token would have said so.
    fn may_be_of(&self, path: &IdentityPath, seen: &Observed) -> bool {
        let Some(subject) = seen.subject.as_ref().filter(|_| seen.act == ObservedAct::Exchange) else { return true };
        path.tokens.is_empty() || path.tokens.iter().any(|token| observed::presents(token, subject, self.repository))
    }

    /// The principals that the path may lead to, and how its tokens match their trusts.
    fn identify(&mut self, path: &IdentityPath) -> Answer<'a> {
        let name = path.principal.known().filter(|name| !name.is_empty());
        let named = name.map(|name| self.aliases.named(path.platform, name)).unwrap_or_default();
        if let [only] = named[..] {
            let matched = self.match_principal(path, only);
            return (named, matched);
        }
        if named.is_empty() && is_attached(path) {
            return (named, self.attached(path, &[]));
        }
        let candidates: Vec<&str> = if named.is_empty() { self.trusted_on(path.platform, name) } else { named.clone() };
        let results: Vec<(&str, MatchResult)> = candidates.into_iter().map(|key| (key, self.match_principal(path, key))).collect();
        let admits = |(_, matched): &&(&str, MatchResult)| matches!(matched, MatchResult::Exact | MatchResult::OverBroad);
        let mut admitted: Vec<(&str, MatchResult)> = results.iter().filter(admits).copied().collect();
        // A token passes through a pool on its way to the service account that it becomes.
        if admitted.iter().any(|(key, _)| !self.pools.contains(key)) {
            admitted.retain(|(key, _)| !self.pools.contains(key));
        } else if !admitted.is_empty() {
            // An account behind the pool whose members are not known may be the one, and then they decide.
            let is_open = |(key, matched): &&(&str, MatchResult)| !self.pools.contains(key) && *matched == MatchResult::Unknown;
            let open: Vec<&str> = results.iter().filter(is_open).map(|(key, _)| *key).collect();
            if !open.is_empty() {
                return (open, MatchResult::Unknown);
            }
        }
        if admitted.is_empty() {
            // Nobody admits it: the one that it is named after, or whose trust means this workload and misses it.
            let meant: Vec<(&str, MatchResult)> =
                results.into_iter().filter(|(key, _)| named.contains(key) || self.means(key, path)).collect();
            let best = meant.iter().map(|(_, matched)| *matched).min().unwrap_or(MatchResult::Unknown);
            return (meant.into_iter().map(|(key, _)| key).collect(), best);
        }
        let worst = admitted.iter().map(|(_, matched)| *matched).max().unwrap_or(MatchResult::Unknown);
        (admitted.into_iter().map(|(key, _)| key).collect(), worst)
    }

    /// Principals of the platform that have a trust and, if the path gives a name, may be the one it names.
    fn trusted_on(&self, platform: Platform, name: Option<&str>) -> Vec<&'a str> {
        let all = self.trusted.get(&platform).into_iter().flatten().copied();
        all.filter(|key| name.is_none_or(|name| self.aliases.may_bear(key, name))).collect()
    }

    /// Whether a trust of the principal speaks of the path's repository or service account.
    fn means(&self, key: &str, path: &IdentityPath) -> bool {
        let trusts = self.trusts.get(key).into_iter().flatten().map(|&at| &self.facts.trusts[at]);
        trusts.into_iter().any(|trust| path.tokens.iter().any(|token| aims::aims_at(trust, token)))
    }

    /// The best match of the path against the trusts of one principal.
    fn match_principal(&mut self, path: &IdentityPath, key: &str) -> MatchResult {
        let trusts = self.trusts.get(key).cloned().unwrap_or_default();
        if is_attached(path) {
            return self.attached(path, &trusts);
        }
        let results = trusts.iter().map(|&trust| self.compare(path, trust));
        results.min().unwrap_or(MatchResult::Unknown)
    }

    /// An identity that the platform attaches: the attachment is the trust, except that AWS wants the service named in
    /// the role's trust, and that a login at Vault is Vault's own matter.
    fn attached(&self, path: &IdentityPath, trusts: &[usize]) -> MatchResult {
        let service = |&at: &usize| self.facts.trusts[at].trusted == "service";
        match path.platform {
            Platform::Aws | Platform::Vault if trusts.is_empty() => MatchResult::Unknown,
            // A mesh gives every pod the identity of its account; SPIRE gives those that are registered.
            Platform::Spiffe if trusts.is_empty() && path.destination.kind != "mesh" => MatchResult::Unknown,
            Platform::Aws if !trusts.iter().any(service) => MatchResult::None,
            _ => MatchResult::Exact,
        }
    }

    fn compare(&mut self, path: &IdentityPath, trust: usize) -> MatchResult {
        if path.tokens.is_empty() {
            return MatchResult::Unknown;
        }
        let mut best = MatchResult::None;
        for token in &path.tokens {
            if self.left == 0 {
                return MatchResult::Unknown;
            }
            self.left -= 1;
            best = best.min(trust_match::match_token(token, &self.facts.trusts[trust], self.repository));
        }
        best
    }
}

/// Whether the platform vouches for the identity without a token of the workload's.
fn is_attached(path: &IdentityPath) -> bool {
    (path.kind == IdentityKind::Managed && path.tokens.is_empty()) || spiffe::is_attested(path)
}

fn group<'a>(keys: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, key) in keys.enumerate() {
        groups.entry(key).or_default().push(at);
    }
    groups
}
