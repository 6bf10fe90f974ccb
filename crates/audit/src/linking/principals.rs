//! From what a workload calls the identity it becomes to that identity's trusts, grants and session policies.
//!
//! One decision a reader would question: where the name is not readable (a role ARN kept in a CI secret), the
//! identities whose trust admits this workload's token are taken instead, all of them. For whichever it is the layers
//! must hold, so the worst of them decides.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Facts, IdentityKind, IdentityPath, Platform, PredictedToken, Reach, Repository};

use crate::context::LinkedPath;
use crate::trust_match::{self, MatchResult};

/// Comparisons of tokens with trusts that one run may make; more occur only in constructed inputs.
const MAX_COMPARISONS: usize = 2_000_000;

/// Links paths, remembering what it has already compared.
#[derive(Debug)]
pub(crate) struct Linker<'a> {
    facts: &'a Facts,
    repository: Option<&'a Repository>,
    /// Keys of principals by platform and lower-case name; a key is a name too.
    names: BTreeMap<(Platform, String), BTreeSet<&'a str>>,
    trusts: BTreeMap<&'a str, Vec<usize>>,
    by_platform: BTreeMap<Platform, Vec<usize>>,
    grants: BTreeMap<&'a str, Vec<usize>>,
    sessions: BTreeMap<&'a str, Vec<usize>>,
    /// Principals whose names the inputs don't tell.
    unnamed: BTreeSet<&'a str>,
    /// Principals that are known by a name which is unique beyond the inputs (ARN, e-mail).
    fully_named: BTreeSet<&'a str>,
    compared: BTreeMap<(Vec<PredictedToken>, usize), MatchResult>,
    left: usize,
}

impl<'a> Linker<'a> {
    /// Indexes the facts.
    pub(crate) fn new(facts: &'a Facts, repository: Option<&'a Repository>) -> Self {
        let mut linker = Self {
            facts,
            repository,
            names: BTreeMap::new(),
            trusts: group(facts.trusts.iter().map(|trust| trust.principal.as_str())),
            by_platform: BTreeMap::new(),
            grants: group(facts.grants.iter().map(|grant| grant.principal.as_str())),
            sessions: group(facts.sessions.iter().map(|session| session.principal.as_str())),
            unnamed: keys(facts, |names| names.is_empty()),
            fully_named: keys(facts, |names| names.iter().any(|name| is_full(name))),
            compared: BTreeMap::new(),
            left: MAX_COMPARISONS,
        };
        for (at, trust) in facts.trusts.iter().enumerate() {
            linker.by_platform.entry(trust.platform).or_default().push(at);
        }
        for principal in &facts.principals {
            for name in principal.names.iter().chain([&principal.key]) {
                linker.names.entry((principal.platform, name.to_ascii_lowercase())).or_default().insert(&principal.key);
            }
        }
        linker
    }

    /// Whether the limit on comparisons was reached, so that some matches are unknown for that reason.
    pub(crate) const fn limit_reached(&self) -> bool {
        self.left == 0
    }

    /// Links one path.
    pub(crate) fn link(&mut self, at: usize, path: &IdentityPath) -> LinkedPath {
        let (principals, matched) = self.identify(path);
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
            grants: all(&self.grants),
            sessions: all(&self.sessions),
        }
    }

    /// The principals that the path may lead to, and how its tokens match their trusts.
    fn identify(&mut self, path: &IdentityPath) -> (Vec<&'a str>, MatchResult) {
        let named = path.principal.known().map(|name| self.named(path.platform, name)).unwrap_or_default();
        if let [only] = named[..] {
            return (named.clone(), self.match_principal(path, only));
        }
        let named_elsewhere = named.is_empty() && path.principal.known().is_some();
        let candidates: BTreeSet<&'a str> = if named.is_empty() { self.with_trust(path.platform) } else { named.iter().copied().collect() };
        let mut admitted: Vec<(&'a str, MatchResult)> = Vec::new();
        for key in candidates {
            // A name that no principal bears can only mean one whose own name is not readable.
            if named_elsewhere && !self.unnamed.contains(key) {
                continue;
            }
            let matched = self.match_principal(path, key);
            if matches!(matched, MatchResult::Exact | MatchResult::OverBroad) {
                admitted.push((key, matched));
            }
        }
        if admitted.is_empty() && !named.is_empty() {
            let best = named.iter().map(|key| self.match_principal(path, key)).min().unwrap_or(MatchResult::Unknown);
            return (named, best);
        }
        let worst = admitted.iter().map(|(_, matched)| *matched).max().unwrap_or(MatchResult::Unknown);
        (admitted.into_iter().map(|(key, _)| key).collect(), worst)
    }

    /// Principals that bear the name in full; else those known only by a short name which is the last part of this ARN
    /// or resource path, or the first part of this e-mail address.
    fn named(&self, platform: Platform, name: &str) -> Vec<&'a str> {
        let name = name.to_ascii_lowercase();
        let bearers = |name: &str| self.names.get(&(platform, name.to_owned())).into_iter().flatten().copied();
        let full: Vec<&str> = bearers(&name).collect();
        if !full.is_empty() || !is_full(&name) {
            return full;
        }
        let short = name.split('@').next().and_then(|name| name.rsplit(['/', ':']).next()).unwrap_or_default();
        bearers(short).filter(|key| !self.fully_named.contains(key)).collect()
    }

    /// Principals of the platform that have a trust, whether or not the inputs define them otherwise.
    fn with_trust(&self, platform: Platform) -> BTreeSet<&'a str> {
        let trusts = self.by_platform.get(&platform).map_or(&[][..], Vec::as_slice);
        trusts.iter().map(|&at| self.facts.trusts[at].principal.as_str()).collect()
    }

    /// The best match of the path against the trusts of one principal.
    fn match_principal(&mut self, path: &IdentityPath, key: &str) -> MatchResult {
        let trusts = self.trusts.get(key).cloned().unwrap_or_default();
        if path.kind == IdentityKind::Managed && path.tokens.is_empty() {
            return self.attached(path, &trusts);
        }
        let results = trusts.iter().map(|&trust| self.compare(path, trust));
        results.min().unwrap_or(MatchResult::Unknown)
    }

    /// An identity that the platform attaches: AWS wants the service named in the role's trust, elsewhere the attachment is the trust.
    fn attached(&self, path: &IdentityPath, trusts: &[usize]) -> MatchResult {
        let service = |&at: &usize| self.facts.trusts[at].trusted == "service";
        match path.platform {
            Platform::Aws if trusts.is_empty() => MatchResult::Unknown,
            Platform::Aws if !trusts.iter().any(service) => MatchResult::None,
            _ if path.reach == Reach::Vault && trusts.is_empty() => MatchResult::Unknown,
            _ => MatchResult::Exact,
        }
    }

    fn compare(&mut self, path: &IdentityPath, trust: usize) -> MatchResult {
        if path.tokens.is_empty() {
            return MatchResult::Unknown;
        }
        let key = (path.tokens.clone(), trust);
        if let Some(known) = self.compared.get(&key) {
            return *known;
        }
        let mut best = MatchResult::None;
        for token in &path.tokens {
            if self.left == 0 {
                return MatchResult::Unknown;
            }
            self.left -= 1;
            best = best.min(trust_match::match_token(token, &self.facts.trusts[trust], self.repository));
        }
        self.compared.insert(key, best);
        best
    }
}

/// Keys of the principals whose names fulfil a condition.
fn keys(facts: &Facts, condition: impl Fn(&[String]) -> bool) -> BTreeSet<&str> {
    facts.principals.iter().filter(|principal| condition(&principal.names)).map(|principal| principal.key.as_str()).collect()
}

/// Whether a name is unique beyond the inputs.
fn is_full(name: &str) -> bool {
    name.contains([':', '@', '/'])
}

fn group<'a>(keys: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, key) in keys.enumerate() {
        groups.entry(key).or_default().push(at);
    }
    groups
}
