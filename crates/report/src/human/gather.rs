//! Puts together what has something in common, in the order in which it first appears.

use std::collections::BTreeMap;

/// Groups `items` by `key`; neither the groups nor their members change their order.
pub(super) fn gathered<K: Ord, T>(items: impl IntoIterator<Item = T>, key: impl Fn(&T) -> K) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    let mut known: BTreeMap<K, usize> = BTreeMap::new();
    for item in items {
        let at = *known.entry(key(&item)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept() {
        assert_eq!(gathered([3, 1, 13, 2, 11], |number| number % 10), [vec![3, 13], vec![1, 11], vec![2]]);
    }
}
