//! The rules of a set, by position.

use std::sync::{Arc, OnceLock};

use crate::builtin;
use crate::rule::Rule;

/// Rules, sorted by id. A built-in one is read when it is first asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleList(Vec<Slot>);

#[derive(Clone, Debug)]
struct Slot {
    /// Position among the built-in rules.
    builtin: usize,
    rule: OnceLock<Arc<Rule>>,
}

impl Slot {
    fn rule(&self) -> &Arc<Rule> {
        // That each can be read is tested; one that could not would match nothing.
        self.rule.get_or_init(|| Arc::new(builtin::rule(self.builtin).unwrap_or_else(|_| Rule::empty())))
    }

    fn id(&self) -> &str {
        match self.rule.get() {
            Some(rule) => &rule.info.id,
            None => builtin::catalogue().rules[self.builtin].id,
        }
    }
}

impl RuleList {
    /// All built-in rules.
    pub(crate) fn builtin() -> Self {
        Self((0..builtin::catalogue().rules.len()).map(|builtin| Slot { builtin, rule: OnceLock::new() }).collect())
    }

    /// These rules.
    pub(crate) fn of(mut rules: Vec<Arc<Rule>>) -> Self {
        rules.sort_by(|a, b| a.info.id.cmp(&b.info.id));
        Self(rules.into_iter().map(|rule| Slot { builtin: 0, rule: rule.into() }).collect())
    }

    pub(crate) fn into_vec(self) -> Vec<Arc<Rule>> {
        self.iter().for_each(drop);
        self.0.into_iter().filter_map(|slot| slot.rule.into_inner()).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, at: usize) -> &Arc<Rule> {
        self.0[at].rule()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.0.iter().map(Slot::rule)
    }

    /// Position of a rule.
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.0.binary_search_by(|slot| slot.id().cmp(id)).ok()
    }
}
