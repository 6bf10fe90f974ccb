//! A template while it is read: what it declares, and lookups by symbol, type and name.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use unkeyed_model::{Basis, Facts, Location, SkipReason, Value, WorkloadKind};

use super::expr::{COPY, Expr, REPEATED};
use super::identities::ByName;
use super::modules::Files;
use super::parser::Declared;
use crate::evaluated::{At, Kind, Ref, Val};
use crate::place::Place;
use crate::policy_document::hole;
use crate::tree::Node;

/// Most steps of evaluation per template; a step is an expression, or some characters of text that one makes.
const MAX_STEPS: usize = 1_000_000;

/// Most copies of a resource, which is the platform's own limit (ARM templates, "Resource iteration").
const MAX_COPIES: usize = 800;

/// A parameter.
#[derive(Default)]
pub(super) struct Parameter {
    pub(super) default: Option<Expr>,
    /// Declared not to be shown.
    pub(super) secure: bool,
}

/// Values of parameters, by name.
pub(super) type Given = BTreeMap<String, Val>;

/// What a template declares.
#[derive(Default)]
pub(super) struct Source {
    pub(super) parameters: BTreeMap<String, Parameter>,
    pub(super) variables: BTreeMap<String, Expr>,
    pub(super) resources: Vec<Declared>,
    /// Files that are drawn in, with their parameters.
    pub(super) modules: Vec<Declared>,
    pub(super) outputs: Vec<(String, Expr)>,
    /// The template that this file of parameters is for.
    pub(super) using: Option<String>,
    /// Where it is deployed (`resourceGroup`, `subscription` …).
    pub(super) scope: String,
    /// Templates inside: the resource that deploys each, and the template.
    pub(super) nested: Vec<(Node, Node)>,
    /// Resources inside others lie deeper than is read.
    pub(super) is_cut: bool,
}

/// A template with its place.
pub(super) struct Deployment<'a> {
    pub(super) place: &'a Place<'a>,
    pub(super) kind: WorkloadKind,
    /// Prefix of symbols, for a template inside another.
    pub(super) prefix: String,
    pub(super) source: &'a Source,
    /// What is passed in, by the name of the parameter.
    pub(super) given: Given,
    pub(super) by_symbol: BTreeMap<String, usize>,
    pub(super) known: RefCell<BTreeMap<String, Rc<Val>>>,
    pub(super) busy: RefCell<BTreeSet<String>>,
    /// Shared by a template and the files that it draws in.
    pub(super) steps: Rc<Cell<usize>>,
    /// Shared by all templates of which one may name what another defines.
    pub(super) principals: Rc<RefCell<ByName>>,
    /// The files that it may draw in.
    pub(super) files: Option<&'a Files<'a>>,
    /// The item of a loop, by its name.
    pub(super) item: RefCell<Option<(String, Val)>>,
}

impl<'a> Deployment<'a> {
    pub(super) fn new(place: &'a Place<'a>, kind: WorkloadKind, prefix: String, source: &'a Source) -> Self {
        let by_symbol = source.resources.iter().enumerate().map(|(index, resource)| (resource.symbol.clone(), index)).collect();
        Self {
            place,
            kind,
            prefix,
            source,
            given: Given::new(),
            by_symbol,
            known: RefCell::default(),
            busy: RefCell::default(),
            steps: Rc::default(),
            principals: Rc::default(),
            files: None,
            item: RefCell::new(None),
        }
    }

    /// The resource with this symbol.
    pub(super) fn resource(&self, symbol: &str) -> Option<&Declared> {
        self.by_symbol.get(symbol).and_then(|index| self.source.resources.get(*index))
    }

    /// The resource of a type with this name, as text.
    pub(super) fn by_name(&self, kind: &str, name: &str) -> Option<&Declared> {
        self.source.resources.iter().find(|resource| type_of(resource).eq_ignore_ascii_case(kind) && self.name_of(resource) == name)
    }

    /// The resource that another belongs to: declared around it, named as its parent, or the first part of its name.
    pub(super) fn parent(&self, resource: &Declared) -> Option<&Declared> {
        if let Some(outer) = &resource.outer {
            return self.resource(outer);
        }
        if let Some(parent) = resource.body.get("parent") {
            let val = self.eval(parent);
            return self.resource(&val.reference()?.address);
        }
        let (kind, _) = type_of(resource).rsplit_once('/')?;
        let name = self.name_of(resource);
        self.by_name(kind, name.rsplit_once('/')?.0)
    }

    /// The name of a resource as text with holes.
    pub(super) fn name_of(&self, resource: &Declared) -> String {
        resource.body.get("name").map_or_else(String::new, |name| self.text(&self.eval(name)))
    }

    /// Key of whatever has this symbol here.
    pub(super) fn key(&self, symbol: &str) -> String {
        // What another file passes in is named in full.
        let whole = symbol.contains('#');
        if whole { symbol.to_owned() } else { format!("{}:{}#{}{symbol}", self.kind.as_str(), self.place.path(), self.prefix) }
    }

    /// A property of a resource, evaluated; `None` if it isn't written, or is null.
    pub(super) fn get(&self, resource: &Declared, path: &str) -> Option<Val> {
        let expr = path.split('.').try_fold(&resource.body, |expr, key| expr.get(key))?;
        let val = self.eval(expr);
        (!matches!(val.kind, Kind::Null)).then_some(val)
    }

    /// Reads a resource for each item that it is repeated over, where these are known, and once where they are not.
    pub(super) fn each(&self, resource: &Declared, mut read: impl FnMut(usize)) {
        let repeated = resource.body.get(REPEATED).map(|expr| self.eval(expr));
        let (name, items) = match repeated.as_ref().map(Val::items) {
            Some([name, list]) => (self.text(name), list.items().to_vec()),
            _ => (COPY.to_owned(), self.copies(resource)),
        };
        for (ordinal, item) in items.iter().enumerate() {
            *self.item.borrow_mut() = Some((name.clone(), item.clone()));
            read(ordinal);
        }
        *self.item.borrow_mut() = None;
        if items.is_empty() {
            read(0);
        }
    }

    /// The numbers of a resource's copies (`copy.count` of a template in JSON).
    fn copies(&self, resource: &Declared) -> Vec<Val> {
        let count = self.get(resource, "copy.count").and_then(|count| self.text(&count).parse::<usize>().ok());
        let numbers = 0..count.filter(|count| *count <= MAX_COPIES).unwrap_or_default();
        numbers.map(|number| Val::new(Kind::Text(number.to_string(), Basis::Literal))).collect()
    }

    /// The item of the loop that is read, if that is its name.
    pub(super) fn item(&self, name: &str) -> Option<Val> {
        let item = self.item.borrow().as_ref().filter(|(known, _)| known == name).map(|(_, val)| val.clone())?;
        self.spend(item.weight()).then_some(item)
    }

    /// Where a resource stands.
    pub(super) fn location(&self, resource: &Declared) -> Location {
        self.place.at(resource.span, resource.symbol.clone())
    }

    /// Where a property stands; the resource if it isn't written.
    pub(super) fn at(&self, resource: &Declared, path: &str) -> Location {
        let expr = path.split('.').try_fold(&resource.body, |expr, key| expr.get(key));
        self.place.at(expr.map_or(resource.span, |expr| expr.span), format!("{}.{path}", resource.symbol))
    }

    /// Where a value stands.
    pub(super) fn place_of(&self, at: At, path: &str) -> Location {
        self.place.at(at.span, path)
    }

    /// A value as text with holes.
    pub(super) fn text(&self, val: &Val) -> String {
        val.text(&resolved).0
    }

    /// A value as a model value.
    pub(super) fn value(&self, val: &Val) -> Value {
        let (text, basis) = val.text(&resolved);
        hole::value(&text, basis)
    }

    /// Takes steps from the budget; `false` once it is used up.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let spent = self.steps.get().saturating_add(steps);
        self.steps.set(spent);
        spent <= MAX_STEPS
    }

    /// Says so if the budget was used up.
    pub(super) fn report_limit(&self, facts: &mut Facts) {
        if self.source.is_cut {
            facts.skipped.push(self.place.skip(SkipReason::Limit, "resources nested deeper than ARM allows were not read"));
        }
        if self.steps.get() > MAX_STEPS {
            let detail = format!("expressions go beyond {MAX_STEPS} steps of evaluation; some values are unknown");
            facts.skipped.push(self.place.skip(SkipReason::Limit, detail));
        }
    }
}

/// What a resource computes is only known when it is deployed.
pub(super) fn resolved(reference: &Ref) -> (String, unkeyed_model::Basis) {
    (hole::hole(&reference.shown()), unkeyed_model::Basis::Literal)
}

/// What fills a hole, as a reference again.
pub(super) fn of_hole(what: &str) -> Ref {
    let (address, attribute) = what.split_once('.').filter(|_| !what.contains('#')).unwrap_or((what, ""));
    Ref::new(address, attribute)
}

/// The type of a resource without its version.
pub(super) fn type_of(resource: &Declared) -> &str {
    resource.kind.split('@').next().unwrap_or_default()
}
