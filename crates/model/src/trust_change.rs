//! What became of trusts from one state to a later one.
//!
//! One decision a reader would question: places and ordinals don't count. A trust is the same if its principal is and it admits
//! the same; a principal that moved to another folder under the same name with the same trusts says nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Claim, SubjectRule, TrustBinding, TrustReport, Value};

/// Beyond so many pairs of values two lists are not compared value by value; the trust then counts as changed.
const MOST_PAIRS: usize = 100_000;

/// How a later trust stands to an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrustChange {
    /// It was not there.
    Added,
    /// It admits all it did, and more.
    Widened,
    /// It admits others.
    Changed,
    /// It admits some of those it did.
    Narrowed,
    /// It is not there any more.
    Gone,
}

/// A change with the trust before and after; one of them is absent if it was added or is gone.
pub type ChangedTrust<'t> = (TrustChange, Option<&'t TrustReport>, Option<&'t TrustReport>);

impl TrustChange {
    /// The differences from `old` to `new`, in order of the new trusts, then of those that are gone.
    #[must_use]
    pub fn between<'t>(old: &'t [TrustReport], new: &'t [TrustReport]) -> Vec<ChangedTrust<'t>> {
        let (old, new) = unequal(old, new, |trust| &trust.binding.principal);
        let (old, new) = unequal_of(old, new, |trust| bare(&trust.binding.principal));
        let mut waiting: BTreeMap<_, Vec<&TrustReport>> = BTreeMap::new();
        for trust in old.iter().rev() {
            waiting.entry(party(&trust.binding)).or_default().push(trust);
        }
        let mut changes = Vec::new();
        for trust in new {
            match waiting.get_mut(&party(&trust.binding)).and_then(Vec::pop) {
                Some(before) => {
                    let change = change(&before.binding, &trust.binding);
                    changes.extend(change.map(|change| (change, Some(before), Some(trust))));
                }
                None => changes.push((Self::Added, None, Some(trust))),
            }
        }
        let left: BTreeSet<&str> = waiting.values().flatten().map(|trust| trust.binding.id.as_str()).collect();
        let gone = old.into_iter().filter(|trust| left.contains(trust.binding.id.as_str()));
        changes.extend(gone.map(|trust| (Self::Gone, Some(trust), None)));
        changes
    }
}

/// Whose trust in whom.
fn party(trust: &TrustBinding) -> (&str, &str, Option<&str>) {
    (&trust.principal, &trust.trusted, trust.issuer.known())
}

/// The name of a principal without the file or folder that defines it.
fn bare(principal: &str) -> &str {
    principal.rsplit_once('#').map_or(principal, |(_, name)| name)
}

/// The trusts of both sides that the other side doesn't have under the same name.
fn unequal<'t>(
    old: &'t [TrustReport],
    new: &'t [TrustReport],
    name: fn(&TrustReport) -> &str,
) -> (Vec<&'t TrustReport>, Vec<&'t TrustReport>) {
    unequal_of(old.iter().collect(), new.iter().collect(), name)
}

fn unequal_of<'t>(
    old: Vec<&'t TrustReport>,
    new: Vec<&'t TrustReport>,
    name: fn(&TrustReport) -> &str,
) -> (Vec<&'t TrustReport>, Vec<&'t TrustReport>) {
    let mut counts: BTreeMap<(&str, Terms<'_>), usize> = BTreeMap::new();
    for &trust in &old {
        *counts.entry((name(trust), Terms::of(&trust.binding))).or_default() += 1;
    }
    let mut met: BTreeMap<(&str, Terms<'_>), usize> = BTreeMap::new();
    let mut is_new = |trust: &&'t TrustReport| {
        let key = (name(trust), Terms::of(&trust.binding));
        let seen = met.get(&key).copied().unwrap_or_default();
        let is_new = counts.get(&key).is_none_or(|count| *count <= seen);
        if !is_new {
            met.insert(key, seen + 1);
        }
        is_new
    };
    let new: Vec<&TrustReport> = new.into_iter().filter(|trust| is_new(trust)).collect();
    let mut is_left = |trust: &&'t TrustReport| match met.get_mut(&(name(trust), Terms::of(&trust.binding))) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    (old.into_iter().filter(|trust| is_left(trust)).collect(), new)
}

/// All that a trust asks for, in an order of its own.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Terms<'t> {
    platform: crate::Platform,
    trusted: &'t str,
    issuer: Option<&'t str>,
    subject: (u8, BTreeSet<&'t str>),
    audiences: Option<BTreeSet<Option<&'t str>>>,
    claims: BTreeSet<(&'t str, &'t str, BTreeSet<Option<&'t str>>, Option<&'t str>, bool)>,
    settings: BTreeSet<(&'t str, Option<&'t str>)>,
}

impl<'t> Terms<'t> {
    fn of(trust: &'t TrustBinding) -> Self {
        let claim = |claim: &'t Claim| {
            (claim.name.as_str(), claim.operator.as_str(), texts(&claim.values), claim.set_qualifier.as_deref(), claim.if_exists)
        };
        Self {
            platform: trust.platform,
            trusted: &trust.trusted,
            issuer: trust.issuer.known(),
            subject: match &trust.subject {
                SubjectRule::Exact(texts) => (0, texts.iter().map(String::as_str).collect()),
                SubjectRule::Glob(texts) => (1, texts.iter().map(String::as_str).collect()),
                SubjectRule::Expression(text) => (2, BTreeSet::from([text.as_str()])),
                SubjectRule::Any => (3, BTreeSet::new()),
                SubjectRule::Unknown(_) => (4, BTreeSet::new()),
            },
            audiences: trust.audiences.as_deref().map(texts),
            claims: trust.claims.iter().map(claim).collect(),
            settings: trust.settings.iter().map(|(name, value)| (name.as_str(), value.known())).collect(),
        }
    }
}

fn texts(values: &[Value]) -> BTreeSet<Option<&str>> {
    values.iter().map(Value::known).collect()
}

/// How what is admitted stands to what was; `None` where it is the same or can't be told.
fn change(old: &TrustBinding, new: &TrustBinding) -> Option<TrustChange> {
    let claims: BTreeSet<&str> = old.claims.iter().chain(&new.claims).map(|claim| claim.name.as_str()).collect();
    let settings = |trust: &TrustBinding| trust.settings.iter().cloned().collect::<BTreeMap<String, Value>>();
    let (before, after) = (settings(old), settings(new));
    let differs = |name: &String| before.get(name).map(Value::known) != after.get(name).map(Value::known);
    let is_known = |name: &String| [&before, &after].iter().all(|side| side.get(name).is_none_or(|value| value.known().is_some()));
    let other = before.keys().chain(after.keys()).any(|name| differs(name) && is_known(name));
    let parts = claims
        .into_iter()
        .map(|name| of_claim(&named(old, name), &named(new, name)))
        .chain([of_subject(&old.subject, &new.subject), of_values(old.audiences.as_deref(), new.audiences.as_deref(), false)])
        .chain(other.then_some(Some(TrustChange::Changed)));
    parts.flatten().reduce(|one, two| if one == two { one } else { TrustChange::Changed })
}

fn named<'t>(trust: &'t TrustBinding, name: &str) -> Vec<&'t Claim> {
    trust.claims.iter().filter(|claim| claim.name == name).collect()
}

fn of_subject(old: &SubjectRule, new: &SubjectRule) -> Option<TrustChange> {
    use SubjectRule::{Any, Exact, Expression, Glob, Unknown};
    match (old, new) {
        (Unknown(_), _) | (_, Unknown(_)) | (Any, Any) => None,
        (_, Any) => Some(TrustChange::Widened),
        (Any, _) => Some(TrustChange::Narrowed),
        (Expression(old), Expression(new)) => (old != new).then_some(TrustChange::Changed),
        (Expression(_), _) | (_, Expression(_)) => Some(TrustChange::Changed),
        (Exact(before) | Glob(before), Exact(after) | Glob(after)) => {
            let side = |rule: &SubjectRule, texts: &[String]| {
                let is_glob = matches!(rule, Glob(_));
                texts.iter().map(|text| (text.clone(), is_glob)).collect::<Vec<_>>()
            };
            of_patterns(&side(old, before), &side(new, after))
        }
    }
}

/// Several conditions on one claim are compared as a whole.
fn of_claim(old: &[&Claim], new: &[&Claim]) -> Option<TrustChange> {
    match (old, new) {
        ([], []) => None,
        (_, []) => Some(TrustChange::Widened),
        ([], _) => Some(TrustChange::Narrowed),
        ([before], [after]) if before.set_qualifier == after.set_qualifier && before.if_exists == after.if_exists => {
            let is_negated = |claim: &Claim| claim.operator.contains("Not") || claim.operator.starts_with('!');
            if is_negated(before) || is_negated(after) {
                return (before.operator != after.operator || texts(&before.values) != texts(&after.values))
                    .then_some(TrustChange::Changed);
            }
            let is_glob = |claim: &Claim| claim.operator.ends_with("Like") || claim.operator == "glob";
            let side = |claim: &Claim| {
                let texts = claim.values.iter().map(|value| Some((value.known()?.to_owned(), is_glob(claim))));
                texts.collect::<Option<Vec<_>>>()
            };
            of_patterns(&side(before)?, &side(after)?)
        }
        (before, after) => (before != after).then_some(TrustChange::Changed),
    }
}

fn of_values(old: Option<&[Value]>, new: Option<&[Value]>, is_glob: bool) -> Option<TrustChange> {
    let side = |values: &[Value]| values.iter().map(|value| Some((value.known()?.to_owned(), is_glob))).collect::<Option<Vec<_>>>();
    match (old, new) {
        (None, None) => None,
        (Some(_), None) => Some(TrustChange::Widened),
        (None, Some(_)) => Some(TrustChange::Narrowed),
        (Some(old), Some(new)) => of_patterns(&side(old)?, &side(new)?),
    }
}

/// Two lists of texts, each with whether its stars are wild.
fn of_patterns(old: &[(String, bool)], new: &[(String, bool)]) -> Option<TrustChange> {
    if old.len().saturating_mul(new.len()) > MOST_PAIRS {
        return (old != new).then_some(TrustChange::Changed);
    }
    let covers = |wide: &[(String, bool)], narrow: &[(String, bool)]| {
        narrow.iter().all(|(text, _)| wide.iter().any(|(pattern, is_glob)| pattern == text || (*is_glob && matches(pattern, text))))
    };
    match (covers(new, old), covers(old, new)) {
        (true, true) => None,
        (true, false) => Some(TrustChange::Widened),
        (false, true) => Some(TrustChange::Narrowed),
        (false, false) => Some(TrustChange::Changed),
    }
}

/// Whether a pattern of `*` and `?` matches a text. A star of the text is matched by a star only: what matches another pattern
/// so, admits all that it admits.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut seen, mut star) = (0, 0, None);
    while seen < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(&byte) if byte == text[seen] || (byte == b'?' && text[seen] != b'*') => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((start, from)) = star else { return false };
                star = Some((start, from + 1));
                (at, seen) = (start + 1, from + 1);
            }
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Location, Platform};

    fn trust(principal: &str, subject: SubjectRule) -> TrustReport {
        let binding = TrustBinding {
            id: format!("{principal}/0"),
            platform: Platform::Aws,
            principal: principal.into(),
            trusted: "oidc".into(),
            issuer: Value::literal("token.actions.githubusercontent.com"),
            subject,
            audiences: Some(vec![Value::literal("sts.amazonaws.com")]),
            claims: Vec::new(),
            settings: Vec::new(),
            location: Location::default(),
        };
        TrustReport { binding, names: Vec::new(), workloads: Vec::new() }
    }

    fn exact(text: &str) -> SubjectRule {
        SubjectRule::Exact(vec![text.into()])
    }

    fn glob(text: &str) -> SubjectRule {
        SubjectRule::Glob(vec![text.into()])
    }

    fn changes(old: &[TrustReport], new: &[TrustReport]) -> Vec<TrustChange> {
        TrustChange::between(old, new).into_iter().map(|(change, ..)| change).collect()
    }

    fn subjects(old: SubjectRule, new: SubjectRule) -> Vec<TrustChange> {
        changes(&[trust("tf:a#role", old)], &[trust("tf:a#role", new)])
    }

    #[test]
    fn subjects_are_wider_narrower_or_others() {
        let branch = "repo:acme/api:ref:refs/heads/main";
        assert_eq!(subjects(exact(branch), exact(branch)), []);
        assert_eq!(subjects(exact(branch), glob("repo:acme/api:*")), [TrustChange::Widened]);
        assert_eq!(subjects(glob("repo:acme/*"), glob("repo:acme/api:*")), [TrustChange::Narrowed]);
        assert_eq!(subjects(exact(branch), exact("repo:acme/web:ref:refs/heads/main")), [TrustChange::Changed]);
        assert_eq!(subjects(glob("repo:acme/?pi:*"), glob("repo:acme/*")), [TrustChange::Widened]);
        assert_eq!(subjects(glob("repo:*/a"), glob("repo:?/a")), [TrustChange::Narrowed]);
        assert_eq!(subjects(exact(branch), SubjectRule::Any), [TrustChange::Widened]);
        assert_eq!(subjects(exact(branch), SubjectRule::Unknown("var.x".into())), []);
    }

    #[test]
    fn trusts_come_and_go_and_move_without_a_word() {
        let (one, other) = (trust("tf:a#role", exact("x")), trust("tf:a#other", exact("x")));
        assert_eq!(changes(&[], std::slice::from_ref(&one)), [TrustChange::Added]);
        assert_eq!(changes(&[one.clone(), other.clone()], std::slice::from_ref(&other)), [TrustChange::Gone]);
        assert_eq!(changes(&[one.clone(), other.clone()], &[other, trust("tf:b#role", exact("x"))]), []);
        assert_eq!(changes(&[one.clone(), one.clone()], std::slice::from_ref(&one)), [TrustChange::Gone]);
    }

    #[test]
    fn a_condition_less_is_wider_and_settings_are_others() {
        let old = trust("tf:a#role", exact("x"));
        let with = |change: fn(&mut TrustBinding)| {
            let mut new = old.clone();
            change(&mut new.binding);
            new
        };
        let anyone = with(|trust| trust.audiences = None);
        assert_eq!(changes(std::slice::from_ref(&old), std::slice::from_ref(&anyone)), [TrustChange::Widened]);
        assert_eq!(changes(&[anyone], std::slice::from_ref(&old)), [TrustChange::Narrowed]);
        let switched = with(|trust| trust.settings.push(("allow_impersonation".into(), Value::literal("true"))));
        assert_eq!(changes(std::slice::from_ref(&old), &[switched]), [TrustChange::Changed]);
        let claim = |values: &[&str]| Claim {
            name: "x:repository_id".into(),
            operator: "StringEquals".into(),
            values: values.iter().map(|value| Value::literal(*value)).collect(),
            set_qualifier: None,
            if_exists: false,
        };
        let (mut one, mut two) = (old.clone(), old.clone());
        one.binding.claims.push(claim(&["1"]));
        two.binding.claims.push(claim(&["1", "2"]));
        assert_eq!(changes(std::slice::from_ref(&one), std::slice::from_ref(&two)), [TrustChange::Widened]);
        assert_eq!(changes(&[one], &[old]), [TrustChange::Widened]);
    }
}
