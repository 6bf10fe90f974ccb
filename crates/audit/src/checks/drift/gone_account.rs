//! # What it finds
//!
//! A trust in a Kubernetes service account that the manifests don't have: an account of the same name stands in another namespace,
//! another account of the namespace uses the principal, or one whose name extends or shortens it has taken its place. A note if the
//! manifests of the namespace merely lack it.
//!
//! # Why it matters
//!
//! The workload moved or was renamed, and the trust stayed behind. Whoever may create a service account in the old
//! namespace can bring the name back and has the access.
//!
//! # Instead
//!
//! Trust the account that the workload runs under now, and delete the old trust. If the account belongs to another
//! repository, keep its trust there.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Level, Platform, Use};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{standards, subjects};
use crate::trust_match::condition::How;

pub(super) const CHECK: Check = Check {
    id: "TB-DRIFT-03",
    title: "trust for a service account that is gone",
    level: Level::Warning,
    standards: standards::DRIFT,
    source: include_str!("gone_account.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let accounts = Accounts::of(view);
    let all = view.facts().trusts.iter().flat_map(subjects::of);
    let admitted: BTreeSet<String> = all.map(|subject| subject.text).collect();
    for (key, trusts) in view.trusted() {
        for trust in trusts {
            let exact = subjects::of(trust).into_iter().filter(|subject| matches!(subject.how, How::Is | How::Folded));
            for subject in exact.filter(|subject| !subject.text.contains("${")) {
                let Some((namespace, name)) = subject.text.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'))
                else {
                    continue;
                };
                let gone = accounts.missing(namespace, name).or_else(|| accounts.renamed(view, key, namespace, name));
                let gone = gone.or_else(|| accounts.replaced(namespace, name, &admitted)).map(|why| (CHECK.level, why));
                let Some((level, why)) = gone.or_else(|| Some((Level::Note, accounts.absent(namespace, name)?))) else { continue };
                let message = format!(
                    "The trust of {} ({}) admits the service account {namespace}/{name}, which no manifest here has: {why}.",
                    view.name(key),
                    spot(&trust.location),
                );
                sink.principal(key, &Statement::new(level, &trust.location, message));
            }
        }
    }
}

/// The service accounts of the manifests.
#[derive(Default)]
struct Accounts<'a> {
    by_namespace: BTreeMap<&'a str, BTreeSet<&'a str>>,
    by_name: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Some name is filled in by a template, so that it may be any.
    templated: bool,
}

impl<'a> Accounts<'a> {
    fn of(view: &View<'a>) -> Self {
        let facts = view.facts();
        let defined =
            facts.principals.iter().filter(|principal| principal.platform == Platform::K8s).filter_map(|p| p.key.strip_prefix("k8s:sa/"));
        let used = facts.workloads.iter().flat_map(|workload| &workload.uses).filter(|(kind, _)| *kind == Use::ServiceAccount);
        let mut accounts = Self::default();
        for full in defined.chain(used.map(|(_, name)| name.as_str())) {
            accounts.templated |= full.contains(['{', '$']);
            let Some((namespace, name)) = full.split_once('/') else { continue };
            accounts.by_namespace.entry(namespace).or_default().insert(name);
            accounts.by_name.entry(name).or_default().insert(namespace);
        }
        accounts
    }

    /// Why the account seems to be gone; `None` if it is there, or nothing speaks of it.
    fn missing(&self, namespace: &str, name: &str) -> Option<String> {
        if self.templated || self.by_namespace.get(namespace).is_some_and(|names| names.contains(name)) {
            return None;
        }
        // An account `default` is every namespace's own; a manifest in `default` often names no namespace at all, so that
        // whoever applies it decides.
        let mut namesakes = self.by_name.get(name).into_iter().flatten().filter(|_| name != "default");
        namesakes.find(|other| **other != "default").map(|other| format!("there is one of that name in {other}"))
    }

    /// The account of the namespace that uses the principal in its place; accounts that charts bring along stand in no manifest.
    fn renamed(&self, view: &View<'_>, key: &str, namespace: &str, name: &str) -> Option<String> {
        if self.templated || self.by_namespace.get(namespace)?.contains(name) {
            return None;
        }
        let users = view.users(key);
        let accounts = users.iter().flat_map(|user| &user.workload.uses).filter(|(kind, _)| *kind == Use::ServiceAccount);
        let own = accounts.filter_map(|(_, full)| full.split_once('/')).find(|(of, _)| *of == namespace)?;
        Some(format!("{} of {namespace} uses it", own.1))
    }

    /// The account of the namespace that no trust admits and whose name differs only by a further part (`cart-v2`).
    fn replaced(&self, namespace: &str, name: &str, admitted: &BTreeSet<String>) -> Option<String> {
        let own = self.by_namespace.get(namespace).filter(|names| !self.templated && !names.contains(name))?;
        let extends = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with(['-', '.']));
        let is_like = |other: &&&str| extends(other, name) || extends(name, other);
        let is_free = |other: &&&str| !admitted.contains(&format!("system:serviceaccount:{namespace}:{other}"));
        let other = own.iter().filter(is_like).find(is_free)?;
        Some(format!("there is {other} in {namespace}"))
    }

    /// That the namespace is described here without the account. A chart may bring it along, so that this is a note; the system's
    /// namespaces and `default` are nobody's to describe.
    fn absent(&self, namespace: &str, name: &str) -> Option<String> {
        let own = self.by_namespace.get(namespace).filter(|names| !self.templated && !names.contains(name))?;
        let is_described = name != "default" && namespace != "default" && !namespace.starts_with("kube-");
        is_described.then(|| format!("{namespace} has {}", own.iter().copied().take(3).collect::<Vec<_>>().join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{exact, levels, with_trust};

    fn trusting(subject: &str, account: &str) -> Estate {
        let mut estate = with_trust(Platform::Aws, |trust| trust.subject = exact(subject));
        estate.facts.workloads[0].uses.push((Use::ServiceAccount, account.into()));
        estate
    }

    #[test]
    fn an_account_that_moved_or_was_renamed_is_a_warning() {
        assert_eq!(levels(&CHECK, &trusting("system:serviceaccount:shop:web", "store/web")), [Level::Warning]);
        assert_eq!(levels(&CHECK, &trusting("system:serviceaccount:shop:web", "shop/frontend")), [Level::Warning]);
        let mut alike = trusting("system:serviceaccount:shop:web", "shop/web-v2");
        alike.facts.workloads[0].identity_paths.clear();
        assert_eq!(levels(&CHECK, &alike), [Level::Warning]);
    }

    #[test]
    fn one_that_the_manifests_of_its_namespace_lack_is_a_note() {
        let unused = |subject, account| {
            let mut estate = trusting(subject, account);
            estate.facts.workloads[0].identity_paths.clear();
            levels(&CHECK, &estate)
        };
        assert_eq!(unused("system:serviceaccount:shop:web", "shop/frontend"), [Level::Note]);
        assert!(unused("system:serviceaccount:kube-system:web", "kube-system/frontend").is_empty());
        assert!(unused("system:serviceaccount:shop:default", "shop/frontend").is_empty());
    }

    #[test]
    fn one_that_is_there_is_fine() {
        assert!(levels(&CHECK, &trusting("system:serviceaccount:shop:web", "shop/web")).is_empty());
    }

    #[test]
    fn what_the_manifests_may_not_have_says_nothing() {
        assert!(levels(&CHECK, &trusting("system:serviceaccount:shop:web", "pay/api")).is_empty());
        assert!(levels(&CHECK, &trusting("system:serviceaccount:shop:web", "default/web")).is_empty());
        assert!(levels(&CHECK, &trusting("system:serviceaccount:shop:web", "shop/{{ .Values.account }}")).is_empty());
        assert!(levels(&CHECK, &with_trust(Platform::Aws, |trust| trust.subject = exact("system:serviceaccount:shop:web"))).is_empty());
    }
}
