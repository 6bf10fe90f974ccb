//! Follows names: `var.x.y`, `local.m["k"]`, `aws_iam_role.r[0].arn`, `data.t.n.attr`.
//!
//! Which of several instances is meant is kept in the reference; where that isn't known, they are one symbolic instance.

use std::rc::Rc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use unkeyed_model::Span;

use super::eval::Bindings;
use super::module::{FromRange as _, Module};
use crate::evaluated::{At, Kind, Ref, Val};
use crate::policy_document::hole;

/// What a value of a collection is of which the index isn't known.
pub(super) const SEVERAL: &str = "one of several";

impl Module<'_> {
    /// The value that a chain of names and indices leads to.
    pub(super) fn traversal(&self, file: usize, traversal: &Traversal, bound: &Bindings) -> Val {
        let mut operators: Vec<&TraversalOperator> = traversal.operators.iter().map(|operator| operator.value()).collect();
        let mut val = match &traversal.expr {
            Expression::Variable(root) if !bound.iter().any(|(known, _)| known == root.as_str()) => {
                let (val, used) = self.named(root.as_str(), &operators);
                operators.drain(..used);
                val
            }
            other => self.eval_in(file, other, bound),
        };
        val = self.stepped(file, val, &operators, bound);
        if val.at.is_none() && matches!(val.kind, Kind::Ref(_) | Kind::Unknown(_)) {
            val.at = traversal.span().map(|range| At::new(file, Span::from_range(range)));
        }
        val
    }

    /// The value that a chain of names and indices leads to from another.
    fn stepped(&self, file: usize, mut val: Val, operators: &[&TraversalOperator], bound: &Bindings) -> Val {
        for (at, operator) in operators.iter().enumerate() {
            val = match operator {
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) if matches!(val.kind, Kind::List(_)) => {
                    // An index behind `.*` is one of the list that this makes, behind `[*]` of each item.
                    let behind = &operators[at + 1..];
                    let is_names = matches!(operator, TraversalOperator::AttrSplat(_));
                    let names = behind.iter().take_while(|operator| !is_names || matches!(operator, TraversalOperator::GetAttr(_))).count();
                    let each = val.items().iter().map(|item| self.stepped(file, item.clone(), &behind[..names], bound));
                    let list = Val::new(Kind::List(each.collect()));
                    return self.stepped(file, list, &behind[names..], bound);
                }
                TraversalOperator::GetAttr(name) => step(val, name.as_str()),
                TraversalOperator::Index(index) if is_resource(&val) => self.which(val, &self.eval_in(file, index, bound)),
                TraversalOperator::Index(index) => match self.eval_in(file, index, bound).kind {
                    Kind::Text(key, _) | Kind::Number(key) => step(val, &key),
                    _ => instance(val),
                },
                TraversalOperator::LegacyIndex(index) => step(val, &index.value().to_string()),
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => val,
            };
        }
        val
    }

    /// What a name that begins a traversal stands for, and how many operators that took.
    fn named(&self, root: &str, operators: &[&TraversalOperator]) -> (Val, usize) {
        let name = |index: usize| match operators.get(index) {
            Some(TraversalOperator::GetAttr(name)) => Some(name.as_str()),
            _ => None,
        };
        match (root, name(0), name(1)) {
            ("var", Some(name), _) => (self.variable(name), 1),
            ("local", Some(name), _) => (self.local(name), 1),
            ("data" | "ephemeral", Some(kind), Some(name)) => (reference(format!("{root}.{kind}.{name}")), 2),
            ("resource", Some(kind), Some(name)) => (reference(format!("{kind}.{name}")), 2),
            ("module", Some(name), _) => (reference(format!("module.{name}")), 1),
            ("path" | "terraform" | "each" | "count" | "self", Some(name), _) => (Val::unknown(format!("{root}.{name}")), 1),
            // The iterator of a `dynamic` block bears the block's name.
            (_, Some("value" | "key"), _) if !self.resources.contains_key(&format!("{root}.{}", name(0).unwrap_or_default())) => {
                (Val::unknown(root), 0)
            }
            (_, Some(name), _) if root.contains('_') => (reference(format!("{root}.{name}")), 1),
            _ => (Val::unknown(root), 0),
        }
    }
}

impl Module<'_> {
    /// One of several instances of a resource, where its key is known.
    fn which(&self, mut val: Val, key: &Val) -> Val {
        if let (Kind::Ref(reference), Kind::Text(..) | Kind::Number(_)) = (&mut val.kind, &key.kind) {
            reference.index = Some(self.text_of(key).0).filter(|key| hole::is_known(key)).map(Rc::from);
        }
        val
    }
}

/// Something named, as a whole.
pub(super) fn reference(address: String) -> Val {
    Val::new(Kind::Ref(Ref::new(address, "")))
}

/// Whether it is a resource or data source as a whole.
fn is_resource(val: &Val) -> bool {
    matches!(&val.kind, Kind::Ref(reference) if reference.attribute.is_empty() && reference.resource_type().contains('_'))
}

/// Goes one attribute or key deeper.
fn step(val: Val, key: &str) -> Val {
    match val.kind {
        Kind::Ref(mut reference) => {
            if !key.bytes().all(|byte| byte.is_ascii_digit()) {
                reference.attribute =
                    if reference.attribute.is_empty() { key.to_owned() } else { format!("{}.{key}", reference.attribute) };
            }
            Val { kind: Kind::Ref(reference), ..val }
        }
        Kind::Map(entries) => {
            // What `merge` couldn't tell may hold it.
            let is_whole = entries.iter().all(|(name, _)| !name.is_empty() && hole::is_known(name));
            let found = entries.into_iter().rev().find(|(name, _)| name == key);
            found.map_or_else(|| if is_whole { Val::new(Kind::Null) } else { Val::unknown(key) }, |(_, value)| value)
        }
        Kind::List(items) => {
            let found = key.parse::<usize>().ok().and_then(|index| items.into_iter().nth(index));
            found.unwrap_or_else(|| Val::unknown(format!("[{key}]")))
        }
        Kind::Either(values, what) => {
            let values: Vec<Val> = values.into_iter().map(|value| step(value, key)).collect();
            // What all of them have is no question of which.
            match values.first().filter(|first| values.iter().all(|value| is_same(&first.kind, &value.kind))) {
                Some(first) => first.clone(),
                None => Val { kind: Kind::Either(values, what), ..val },
            }
        }
        Kind::Unknown(what) => Val { kind: Kind::Unknown(format!("{what}.{key}")), ..val },
        _ => Val::unknown(key),
    }
}

/// Whether two values are written alike: texts, and lists of them.
fn is_same(one: &Kind, other: &Kind) -> bool {
    match (one, other) {
        (Kind::Text(one, _), Kind::Text(other, _)) => one == other,
        (Kind::List(ones), Kind::List(others)) => {
            ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| is_same(&one.kind, &other.kind))
        }
        _ => false,
    }
}

/// One of several instances: of a resource itself, of a collection any of its values.
fn instance(val: Val) -> Val {
    match val.kind {
        Kind::Map(entries) => Val::new(Kind::Either(entries.into_iter().map(|(_, value)| value).collect(), SEVERAL.to_owned())),
        Kind::List(items) => Val::new(Kind::Either(items, SEVERAL.to_owned())),
        _ => val,
    }
}
