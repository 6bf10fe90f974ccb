//! A template while it is read: its parameters, mappings and resources, and where everything stands.

use std::cell::Cell;
use std::collections::BTreeMap;

use unkeyed_model::{Facts, Location, SkipReason, Value, WorkloadKind};

use crate::evaluated::{At, Kind, Val};
use crate::place::{self, Place};
use crate::policy_document::hole;
use crate::tree::{Entry, Node};

/// Most steps of evaluation per template; a step is a node, or some characters of text that an expression makes.
const MAX_STEPS: usize = 2_000_000;

/// How a format that carries templates names its workloads.
#[derive(Clone, Copy)]
pub(crate) struct Scheme {
    /// Prefix of ids.
    pub(crate) prefix: &'static str,
    /// Kind of its workloads.
    pub(crate) kind: WorkloadKind,
}

/// A template.
pub(crate) struct Template<'a> {
    pub(crate) place: &'a Place<'a>,
    pub(crate) scheme: Scheme,
    /// The file as a whole, to which the Serverless Framework's variables refer.
    pub(super) file: &'a Node,
    pub(super) root: &'a Node,
    resources: BTreeMap<&'a str, &'a Entry>,
    steps: Cell<usize>,
    /// Conditions decide between branches. For credentials that are written both count, for trusts and grants what is made does.
    pub(super) decides: Cell<bool>,
    /// How many variables are being followed.
    pub(super) depth: Cell<usize>,
}

/// One resource.
#[derive(Clone, Copy)]
pub(crate) struct Resource<'t, 'a> {
    pub(crate) template: &'t Template<'a>,
    /// Its logical id.
    pub(crate) name: &'t str,
    pub(crate) entry: &'t Entry,
}

impl<'a> Template<'a> {
    /// The template at `root` in a file; both are the same for a template that is a file of its own.
    pub(crate) fn new(place: &'a Place<'a>, scheme: Scheme, file: &'a Node, root: &'a Node) -> Self {
        let entries = root.get("Resources").map(Node::entries).unwrap_or_default();
        let resources = entries.iter().filter(|entry| entry.value.str("Type").is_some()).map(|entry| (entry.name(), entry)).collect();
        Self { place, scheme, file, root, resources, steps: Cell::new(0), decides: Cell::new(false), depth: Cell::new(0) }
    }

    /// Its resources, by logical id.
    pub(crate) fn resources<'t>(&'t self) -> impl Iterator<Item = Resource<'t, 'a>> {
        self.resources.iter().map(|(name, entry)| Resource { template: self, name, entry })
    }

    /// The resource with this logical id.
    pub(crate) fn resource<'t>(&'t self, name: &str) -> Option<Resource<'t, 'a>> {
        self.resources.get_key_value(name).map(|(name, entry)| Resource { template: self, name, entry })
    }

    /// Key of whatever has this name here.
    pub(crate) fn key(&self, name: &str) -> String {
        format!("{}:{}#{name}", self.scheme.prefix, self.place.path())
    }

    /// Where a value stands.
    pub(crate) fn location(&self, at: At, path: &str) -> Location {
        self.place.at(at.span, path)
    }

    /// A value as text with holes.
    pub(crate) fn text(&self, val: &Val) -> String {
        val.text(&|reference| self.resolved(reference)).0
    }

    /// A value as a model value.
    pub(crate) fn value(&self, val: &Val) -> Value {
        let (text, basis) = val.text(&|reference| self.resolved(reference));
        hole::value(&text, basis)
    }

    /// A value as text, if it is fully known.
    pub(crate) fn known(&self, val: &Val) -> Option<String> {
        self.value(val).known().map(str::to_owned)
    }

    /// A value as JSON, unknown parts as holes.
    pub(crate) fn json(&self, val: &Val) -> serde_json::Value {
        val.json(&|reference| self.resolved(reference))
    }

    /// Takes steps from the budget; `false` once it is used up.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let spent = self.steps.get().saturating_add(steps);
        self.steps.set(spent);
        spent <= MAX_STEPS
    }

    /// Says so if the budget was used up.
    pub(crate) fn report_limit(&self, facts: &mut Facts) {
        if self.steps.get() > MAX_STEPS {
            let detail = format!("expressions go beyond {MAX_STEPS} steps of evaluation; some values are unknown");
            facts.skipped.push(self.place.skip(SkipReason::Limit, detail));
        }
    }
}

impl<'t, 'a> Resource<'t, 'a> {
    /// Its type.
    pub(crate) fn kind(self) -> &'t str {
        self.entry.value.str("Type").unwrap_or_default()
    }

    /// Its key.
    pub(crate) fn key(self) -> String {
        self.template.key(self.name)
    }

    /// Structural path to it.
    pub(crate) fn path(self) -> String {
        place::under("Resources", self.name)
    }

    /// Where it stands.
    pub(crate) fn location(self) -> Location {
        self.template.place.at(self.entry.span, self.path())
    }

    /// Its properties as written.
    pub(crate) fn properties(self) -> Option<&'t Node> {
        self.entry.value.get("Properties")
    }

    /// A property as written, through dotted names.
    pub(crate) fn node(self, path: &str) -> Option<&'t Node> {
        path.split('.').try_fold(self.properties()?, |node, key| node.get(key))
    }

    /// A property, evaluated; `None` if it isn't written, or is null.
    pub(crate) fn get(self, path: &str) -> Option<Val> {
        let mut keys = path.split('.');
        let first = self.template.eval(self.properties()?.get(keys.next()?)?);
        let val = keys.try_fold(first, |val, key| val.get(key).cloned())?;
        (!matches!(val.kind, Kind::Null)).then_some(val)
    }

    /// A property as text, if it is fully known.
    pub(crate) fn text(self, path: &str) -> Option<String> {
        self.template.known(&self.get(path)?)
    }

    /// Where a property stands; the resource if it isn't written.
    pub(crate) fn at(self, path: &str) -> Location {
        let span = self.node(path).map_or(self.entry.span, |node| node.span);
        self.template.place.at(span, format!("{}.Properties.{path}", self.path()))
    }
}
