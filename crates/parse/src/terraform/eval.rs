//! Evaluates expressions as far as the folder tells: variables with their values, locals, templates, `for`.
//!
//! Total by construction: cycles end at what is under way, and everything that is copied is paid for from one budget,
//! so that locals which double each other can't grow without bound.

use std::rc::Rc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ForExpr, Object, ObjectKey, UnaryOperator};
use hcl_edit::template::{Element, Template};
use unkeyed_model::{Basis, Span, Value};

use super::module::{FromRange as _, Module};
use super::traverse::reference;
use super::{embedded, functions};
use crate::credential_name::is_credential;
use crate::evaluated::{At, Kind, Ref, Val};
use crate::host_files;
use crate::policy_document::hole;

/// What evaluation may copy per folder, in [`Val::weight`].
const BUDGET: usize = 20_000_000;
/// Most that one copy may weigh.
const MAX_WEIGHT: usize = 20_000;
/// Longest text that is put together, in bytes.
pub(super) const MAX_TEXT: usize = 256 << 10;
/// Most names that are followed one into the other.
const MAX_NAMES: usize = 64;
/// Most items that a `for` goes through.
pub(super) const MAX_ITEMS: usize = 1000;

/// Variables bound by an enclosing `for`.
pub(super) type Bindings = [(String, Val)];

impl<'m> Module<'m> {
    /// The value of an expression that stands in a file.
    pub(super) fn eval(&self, file: usize, expr: &'m Expression) -> Val {
        self.eval_in(file, expr, &[])
    }

    pub(super) fn eval_in(&self, file: usize, expr: &Expression, bound: &Bindings) -> Val {
        let kind = match expr {
            Expression::Null(_) => Kind::Null,
            Expression::Bool(value) => Kind::Bool(**value),
            Expression::Number(value) => Kind::Number(value.value().to_string()),
            Expression::String(text) => Kind::Text(hole::clean(text.as_str()), Basis::Literal),
            Expression::Array(items) => Kind::List(items.iter().map(|item| self.eval_in(file, item, bound)).collect()),
            Expression::Object(object) => self.object(file, object, bound),
            Expression::StringTemplate(template) => match single(template.iter()) {
                Some(inner) => return self.eval_in(file, inner, bound),
                None => self.template(file, template.iter(), bound),
            },
            Expression::HeredocTemplate(heredoc) => self.template(file, heredoc.template.iter(), bound),
            Expression::Parenthesis(inner) => return self.eval_in(file, inner.inner(), bound),
            Expression::Variable(name) => match bound.iter().rev().find(|(known, _)| known == name.as_str()) {
                Some((_, val)) => return self.paid(val),
                None => Kind::Unknown(name.as_str().to_owned()),
            },
            Expression::Conditional(branches) => {
                let [condition, yes, no] =
                    [&branches.cond_expr, &branches.true_expr, &branches.false_expr].map(|expr| self.eval_in(file, expr, bound));
                match condition.kind {
                    Kind::Bool(true) => return yes,
                    Kind::Bool(false) => return no,
                    _ => Kind::Either(vec![yes, no], "a conditional expression".to_owned()),
                }
            }
            Expression::FuncCall(call) => {
                let mut args: Vec<Val> = call.args.iter().map(|arg| self.eval_in(file, arg, bound)).collect();
                // `merge(list...)`: the items of the last one are arguments themselves.
                if let Some(last) = args.pop_if(|last| call.args.expand_final() && matches!(last.kind, Kind::List(_))) {
                    args.extend(last.items().iter().cloned());
                }
                let name = call.name.name.as_str();
                let is_paid = self.pay(args.iter().map(Val::weight).sum());
                let result = if is_paid { functions::call(self, name, args) } else { Val::unknown(format!("{name}(…)")) };
                let whole = expr.span().map(|range| At::new(file, Span::from_range(range)));
                return Val { at: result.at.or(whole), ..result };
            }
            Expression::Traversal(traversal) => return self.traversal(file, traversal, bound),
            Expression::UnaryOp(op) => match (*op.operator.value(), self.eval_in(file, &op.expr, bound).kind) {
                (UnaryOperator::Not, Kind::Bool(value)) => Kind::Bool(!value),
                (UnaryOperator::Neg, Kind::Number(value)) => Kind::Number(format!("-{value}")),
                _ => Kind::Unknown("an operation".to_owned()),
            },
            Expression::BinaryOp(op) => {
                let [left, right] = [&op.lhs_expr, &op.rhs_expr].map(|expr| self.eval_in(file, expr, bound));
                self.operation(*op.operator.value(), &left, &right)
            }
            Expression::ForExpr(each) => self.for_each(file, each, bound),
        };
        let span = expr.span().map(|range| content(expr, Span::from_range(range)));
        Val { kind, at: span.map(|span| At::new(file, span)), via: None }
    }

    fn object(&self, file: usize, object: &Object, bound: &Bindings) -> Kind {
        let entries = object.iter().map(|(key, value)| {
            let key = match key {
                ObjectKey::Ident(name) => name.as_str().to_owned(),
                ObjectKey::Expression(expr) => self.text_of(&self.eval_in(file, expr, bound)).0,
            };
            (key, self.eval_in(file, value.expr(), bound))
        });
        Kind::Map(entries.collect())
    }

    fn for_each(&self, file: usize, each: &ForExpr, bound: &Bindings) -> Kind {
        let collection = self.expanded(self.eval_in(file, &each.intro.collection_expr, bound));
        let known = pairs(&collection);
        let pairs: Vec<(Val, Val)> = match collection.kind {
            Kind::List(_) | Kind::Map(_) => known.unwrap_or_default(),
            // Whatever a variable holds, each item of it makes one: a symbolic one stands for them all.
            Kind::Ref(Ref { address: what, .. }) | Kind::Unknown(what) if each.key_expr.is_none() && what.starts_with("var.") => {
                vec![(Val::unknown(format!("a key of {what}")), Val::unknown(format!("an item of {what}")))]
            }
            Kind::Unknown(what) => return Kind::Unknown(format!("a `for` over {what}")),
            _ => return Kind::Unknown("a `for` over something unknown".to_owned()),
        };
        if pairs.len() > MAX_ITEMS {
            return Kind::Unknown(format!("a `for` over more than {MAX_ITEMS} items"));
        }
        let mut list = Vec::new();
        let mut map: Vec<(String, Val)> = Vec::new();
        for (key, value) in pairs {
            let mut inner = bound.to_vec();
            if let Some(name) = &each.intro.key_var {
                inner.push((name.as_str().to_owned(), key));
            }
            inner.push((each.intro.value_var.as_str().to_owned(), value));
            if each.cond.as_ref().is_some_and(|cond| matches!(self.eval_in(file, &cond.expr, &inner).kind, Kind::Bool(false))) {
                continue;
            }
            let value = self.eval_in(file, &each.value_expr, &inner);
            if !self.pay(value.weight()) {
                return Kind::Unknown("a `for` that makes too much".to_owned());
            }
            let Some(key) = &each.key_expr else {
                list.push(value);
                continue;
            };
            let key = self.text_of(&self.eval_in(file, key, &inner)).0;
            match map.iter_mut().find(|(known, _)| each.grouping && *known == key) {
                Some((_, Val { kind: Kind::List(group), .. })) => group.push(value),
                _ if each.grouping => map.push((key, Val::new(Kind::List(vec![value])))),
                _ => map.push((key, value)),
            }
        }
        if each.key_expr.is_some() { Kind::Map(map) } else { Kind::List(list) }
    }

    /// A variable: what `.tfvars` files assign, what its callers set, else its default, else a reference to it.
    pub(super) fn variable(&self, name: &str) -> Val {
        let address = format!("var.{name}");
        self.once(&address, || {
            let val = self.chosen(name, &address);
            match self.variables.get(name).and_then(|section| Some((section.file, section.block.body.get_attribute("type")?))) {
                Some((file, wanted)) => self.typed(val, file, &wanted.value),
                None => val,
            }
        })
    }

    /// What is assigned, given or the default.
    fn chosen(&self, name: &str, address: &str) -> Val {
        if let Some(given) = self.given(name) {
            return self.paid(given);
        }
        let sources = self.assigned.get(name).map(Vec::as_slice).unwrap_or_default();
        let automatic = sources.iter().rev().find(|(file, _)| self.files.get(*file).is_some_and(super::files::File::is_automatic));
        let chosen = automatic.map(std::slice::from_ref).unwrap_or(sources);
        match (chosen, self.given.and_then(|given| given.get(name))) {
            ([], Some(given)) => match given.as_ref().filter(|_| !self.is_secret_variable(name)) {
                Some(json) => embedded::given(json, &Rc::from(address)),
                None => reference(address.to_owned()),
            },
            ([(file, expr)], _) => self.eval(*file, expr),
            ([], None) => match self.variables.get(name).and_then(|section| self.default(name, *section)) {
                Some(val) => defaulted(val),
                None => reference(address.to_owned()),
            },
            (several, _) => Val::new(Kind::Either(several.iter().map(|(file, expr)| self.eval(*file, expr)).collect(), address.to_owned())),
        }
    }

    /// What a variable is by default; `null` is a default too: what it is given to is as if it were not written. A secret
    /// that is `null` is given where nobody reads it.
    fn default(&self, name: &str, section: super::module::Section<'m>) -> Option<Val> {
        let attribute = section.block.body.get_attribute("default")?;
        let val = self.eval(section.file, &attribute.value);
        (!matches!(val.kind, Kind::Null) || !self.is_secret_variable(name)).then_some(val)
    }

    /// Whether a variable is there for a secret, which then is one whatever it is set to.
    fn is_secret_variable(&self, name: &str) -> bool {
        is_credential(name) || self.variables.get(name).is_some_and(|section| self.is_true(*section, "sensitive"))
    }

    pub(super) fn local(&self, name: &str) -> Val {
        let address = format!("local.{name}");
        self.once(&address, || match self.locals.get(name) {
            Some((file, expr)) => self.eval(*file, expr),
            None => Val::unknown(address.clone()),
        })
    }

    /// Evaluates what has this address once; a cycle ends as unknown.
    pub(super) fn once(&self, address: &str, work: impl FnOnce() -> Val) -> Val {
        let known = self.evaluation.known.borrow().get(address).cloned();
        if let Some(known) = known {
            return self.paid(&known);
        }
        let is_open = {
            let mut busy = self.evaluation.busy.borrow_mut();
            busy.len() < MAX_NAMES && busy.insert(address.to_owned())
        };
        if !is_open {
            return Val::unknown(address.trim_start_matches('#'));
        }
        // What is known once is so outside of any instance.
        let each = self.evaluation.each.take();
        let mut val = work();
        *self.evaluation.each.borrow_mut() = each;
        self.evaluation.busy.borrow_mut().remove(address);
        if !address.contains('#') {
            mark_via(&mut val, &Rc::from(address));
        }
        let val = Rc::new(val);
        self.evaluation.known.borrow_mut().insert(address.to_owned(), Rc::clone(&val));
        self.paid(&val)
    }

    /// A copy, if the budget allows one.
    fn paid(&self, val: &Val) -> Val {
        let weight = val.weight();
        if weight <= MAX_WEIGHT && self.pay(weight) { val.clone() } else { Val::unknown("a value that is too large to follow") }
    }

    pub(super) fn pay(&self, weight: usize) -> bool {
        let spent = self.evaluation.spent.get().saturating_add(weight);
        self.evaluation.spent.set(spent);
        spent <= BUDGET
    }

    /// Whether the budget was exceeded.
    pub(super) fn is_exhausted(&self) -> bool {
        self.evaluation.spent.get() > BUDGET
    }

    /// A value as text with holes.
    pub(super) fn text_of(&self, val: &Val) -> (String, Basis) {
        val.text(&|reference| self.resolved(reference))
    }

    /// The path in the inputs of a file or folder that a value names; none where part of it isn't known.
    pub(super) fn file_of(&self, val: &Val) -> Option<String> {
        let named = hole::shown(&self.text_of(val).0);
        let inside = ["${path.module}", "${path.root}", "${path.cwd}"].iter().find_map(|base| named.strip_prefix(base)).unwrap_or(&named);
        let inside = inside.trim_start_matches('/');
        (!inside.contains("${")).then(|| host_files::relative(&format!("{}/x", self.folder), inside))
    }

    /// A value as a model value.
    pub(super) fn value_of(&self, val: &Val) -> Value {
        let (text, basis) = self.text_of(val);
        hole::value(&text, basis)
    }
}

/// The keys and values of a list or map.
pub(super) fn pairs(collection: &Val) -> Option<Vec<(Val, Val)>> {
    match &collection.kind {
        Kind::List(items) => {
            Some(items.iter().enumerate().map(|(at, item)| (Val::new(Kind::Number(at.to_string())), item.clone())).collect())
        }
        Kind::Map(entries) => {
            Some(entries.iter().map(|(key, value)| (Val::new(Kind::Text(key.clone(), Basis::Literal)), value.clone())).collect())
        }
        _ => None,
    }
}

fn single<'e>(mut elements: impl Iterator<Item = &'e Element>) -> Option<&'e Expression> {
    match (elements.next(), elements.next()) {
        (Some(Element::Interpolation(inner)), None) => Some(&inner.expr),
        _ => None,
    }
}

/// The bytes of text without quotes or heredoc markers.
fn content(expr: &Expression, span: Span) -> Span {
    let of_template = |template: &Template| {
        let first = template.iter().next().and_then(hcl_edit::Span::span)?;
        let last = template.iter().last().and_then(hcl_edit::Span::span)?;
        Some(Span::new(first.start, last.end.saturating_sub(1).max(first.start)))
    };
    match expr {
        Expression::String(_) | Expression::StringTemplate(_) if span.len() >= 2 => Span::new(span.start + 1, span.end - 1),
        Expression::HeredocTemplate(heredoc) => of_template(&heredoc.template).unwrap_or(span),
        _ => span,
    }
}

/// Marks text as coming from a default.
fn defaulted(mut val: Val) -> Val {
    match &mut val.kind {
        Kind::Text(_, basis) => *basis = Basis::Default,
        Kind::List(items) | Kind::Either(items, _) => {
            *items = std::mem::take(items).into_iter().map(defaulted).collect();
        }
        Kind::Map(entries) => {
            *entries = std::mem::take(entries).into_iter().map(|(key, value)| (key, defaulted(value))).collect();
        }
        _ => {}
    }
    val
}

/// Notes the name through which literals are reached.
fn mark_via(val: &mut Val, name: &Rc<str>) {
    match &mut val.kind {
        Kind::List(items) | Kind::Either(items, _) => items.iter_mut().for_each(|item| mark_via(item, name)),
        Kind::Map(entries) => entries.iter_mut().for_each(|(_, item)| mark_via(item, name)),
        _ => {}
    }
    val.via = Some(Rc::clone(name));
}
