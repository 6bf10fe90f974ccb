//! Which secret object a use by name means.
//!
//! One decision a reader would question: among several objects of the same name (one per overlay of an environment)
//! the ones that stand nearest to the use are taken, by shared leading folders. A namespace that either side leaves
//! open fits any, but only where one of them stands in the other's folder or below it: an object of another team would lend
//! its custody, and a stored secret pass for one that a vault issues.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Custody, Facts, Reference, Skip, SkipReason, StoreKind, StoredSecret};

use super::Merged;

/// The namespace of objects that name none: `kubectl -n` says another as often as not.
pub(super) const UNWRITTEN: &str = "default";

/// Secret objects by store and name.
#[derive(Debug)]
pub(crate) struct StoredIndex {
    by_name: BTreeMap<(StoreKind, String), Vec<usize>>,
}

impl StoredIndex {
    /// Indexes the secret objects of the inputs.
    pub(crate) fn new(facts: &Facts) -> Self {
        let mut by_name: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, secret) in facts.stored.iter().enumerate() {
            by_name.entry((secret.store, secret.name.clone())).or_default().push(at);
        }
        Self { by_name }
    }

    /// Indices into `facts.stored` of the objects that the reference names.
    pub(crate) fn resolve(&self, facts: &Facts, reference: &Reference) -> Vec<usize> {
        let Some(named) = self.by_name.get(&(reference.store, reference.name.clone())) else { return Vec::new() };
        let fitting = named.iter().copied().filter(|&at| fits(&facts.stored[at], reference));
        let rank = |at: usize| (facts.stored[at].namespace == reference.namespace, nearness(&facts.stored[at], reference));
        let ranked: Vec<((bool, usize), usize)> = fitting.map(|at| (rank(at), at)).collect();
        let best = ranked.iter().map(|(rank, _)| *rank).max();
        ranked.into_iter().filter(|(rank, _)| Some(*rank) == best).map(|(_, at)| at).collect()
    }
}

/// Objects that copy values of a secret manager into a cluster for nobody in the inputs: who uses the copies is not seen.
pub(crate) fn unused(facts: &Facts, merged: &[Merged], stored: &StoredIndex) -> Vec<Skip> {
    let references = merged.iter().flat_map(|merged| &merged.workload.references);
    let used: BTreeSet<usize> = references.flat_map(|reference| stored.resolve(facts, reference)).collect();
    let is_copy = |secret: &StoredSecret| secret.store == StoreKind::K8sSecret && secret.custody == Custody::VaultStatic;
    let unused = facts.stored.iter().enumerate().filter(|(at, secret)| is_copy(secret) && !used.contains(at));
    let row = |secret: &StoredSecret| Skip {
        path: secret.extent.origin.path.clone(),
        why: SkipReason::NotSupplied,
        detail: format!("the Secret {} gets values of a secret manager; no workload of the inputs uses it", secret.name),
    };
    unused.map(|(_, secret)| row(secret)).collect()
}

fn fits(secret: &StoredSecret, reference: &Reference) -> bool {
    match (&secret.namespace, &reference.namespace) {
        (Some(one), Some(other)) => one == other || ([one, other].iter().any(|name| *name == UNWRITTEN) && is_beside(secret, reference)),
        _ => true,
    }
}

/// Whether one of the two folders is the other's, or lies above it.
fn is_beside(secret: &StoredSecret, reference: &Reference) -> bool {
    let (one, other) = (secret.extent.origin.folder(), reference.location.origin.folder());
    let is_above = |above: &str, below: &str| {
        above.is_empty() || below.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    is_above(one, other) || is_above(other, one)
}

/// How many leading folders the two files share.
fn nearness(secret: &StoredSecret, reference: &Reference) -> usize {
    let (one, other) = (secret.extent.origin.folder(), reference.location.origin.folder());
    one.split('/').zip(other.split('/')).take_while(|(a, b)| a == b && !a.is_empty()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{place, reference, stored};

    fn resolve(objects: &[(Option<&str>, &str)], namespace: Option<&str>, path: &str) -> Vec<usize> {
        let mut facts = Facts::default();
        for (namespace, path) in objects {
            let mut secret = stored(StoreKind::K8sSecret, "db", Custody::Embedded, place(path, 0, 10));
            secret.namespace = namespace.map(str::to_owned);
            facts.stored.push(secret);
        }
        let mut used = reference(StoreKind::K8sSecret, "db");
        used.namespace = namespace.map(str::to_owned);
        used.location = place(path, 0, 5);
        StoredIndex::new(&facts).resolve(&facts, &used)
    }

    #[test]
    fn name_and_namespace_must_fit_and_the_nearest_wins() {
        assert_eq!(resolve(&[(Some("a"), "x.yml"), (Some("b"), "y.yml")], Some("b"), "z.yml"), [1]);
        assert_eq!(resolve(&[(None, "x.yml")], Some("b"), "z.yml"), [0]);
        assert_eq!(resolve(&[(None, "env/dev/s.yml"), (None, "env/prod/s.yml")], None, "env/prod/d.yml"), [1]);
        assert_eq!(resolve(&[(Some("a"), "x.yml")], Some("b"), "z.yml"), [0_usize; 0]);
        assert_eq!(resolve(&[(Some("default"), "x.yml"), (Some("a"), "x.yml")], Some("b"), "x.yml"), [0]);
        assert_eq!(resolve(&[(Some("default"), "x.yml"), (Some("a"), "y.yml")], Some("a"), "x.yml"), [1]);
    }

    #[test]
    fn an_open_namespace_reaches_no_folder_beside() {
        assert_eq!(resolve(&[(Some("default"), "apps/one/s.yml")], Some("b"), "apps/one/prod/d.yml"), [0]);
        assert_eq!(resolve(&[(Some("default"), "apps/one/s.yml")], Some("b"), "apps/two/d.yml"), [0_usize; 0]);
        assert_eq!(resolve(&[(Some("default"), "apps/on/s.yml")], Some("b"), "apps/one/d.yml"), [0_usize; 0]);
        assert_eq!(resolve(&[(Some("b"), "apps/one/s.yml")], Some("b"), "apps/two/d.yml"), [0]);
    }
}
