//! The configuration of one folder: its blocks by address, its variables and locals.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};
use unkeyed_model::{Basis, Location, Span, Value, WorkloadKind};

use super::documents::Documents;
use super::eval::Bindings;
use super::files::{self, File};
use super::modules::Given;
use super::resource::MAX_INSTANCES;
use crate::evaluated::{At, Kind, Val};
use crate::policy_document::hole;

/// An expression and the file it stands in.
pub(super) type Source<'m> = (usize, &'m Expression);

/// One folder.
pub(super) struct Module<'m> {
    /// Kind of the workloads in it, which is the prefix of ids as well.
    pub(super) kind: WorkloadKind,
    /// Path of the folder; `.` for the root.
    pub(super) folder: String,
    pub(super) files: &'m [File<'m>],
    /// Resources, data sources and ephemeral resources by address.
    pub(super) resources: BTreeMap<String, Section<'m>>,
    pub(super) variables: BTreeMap<String, Section<'m>>,
    /// Values that `.tfvars` files assign.
    pub(super) assigned: BTreeMap<String, Vec<Source<'m>>>,
    /// Values that its callers set.
    pub(super) given: Option<&'m Given>,
    pub(super) locals: BTreeMap<String, Source<'m>>,
    /// Blocks that are none of these: `provider`, `terraform`, `module`, `output`.
    pub(super) others: Vec<Section<'m>>,
    /// Policy documents of the folder.
    pub(super) documents: Documents<'m>,
    /// Resources that outputs of called modules stand for.
    pub(super) outputs: BTreeMap<String, String>,
    /// What stands before addresses where it is called, and the values that it is given.
    call: Option<(String, BTreeMap<String, Val>)>,
    pub(super) evaluation: Evaluation,
}

/// State of evaluation: what is known, what is under way, what is left to spend.
#[derive(Default)]
pub(super) struct Evaluation {
    pub(super) known: RefCell<BTreeMap<String, Rc<Val>>>,
    pub(super) busy: RefCell<BTreeSet<String>>,
    pub(super) spent: Cell<usize>,
    /// What `each` means while one of a resource's instances is read, and what a `dynamic` block's iterator does.
    pub(super) each: RefCell<Vec<(String, Val)>>,
    /// What a template is given was not followed to its end.
    pub(super) templates_cut: Cell<bool>,
    /// Of what `for_each` makes some instances were left out.
    pub(super) instances_cut: Cell<bool>,
}

/// A block: attributes and nested blocks.
#[derive(Clone, Copy)]
pub(super) struct Section<'m> {
    pub(super) file: usize,
    pub(super) block: &'m Block,
}

impl<'m> Module<'m> {
    pub(super) fn new(kind: WorkloadKind, folder: &str, files: &'m [File<'m>]) -> Self {
        let mut module = Self {
            kind,
            folder: if folder.is_empty() { ".".to_owned() } else { folder.to_owned() },
            files,
            resources: BTreeMap::new(),
            variables: BTreeMap::new(),
            assigned: BTreeMap::new(),
            given: None,
            locals: BTreeMap::new(),
            others: Vec::new(),
            documents: Documents::default(),
            outputs: BTreeMap::new(),
            call: None,
            evaluation: Evaluation::default(),
        };
        for (index, file) in files.iter().enumerate() {
            if file.is_tfvars() {
                module.take_assignments(index, &file.body);
            } else {
                module.take_blocks(index, &file.body);
            }
        }
        module
    }

    /// The same with what its callers set.
    pub(super) fn called_with(self, given: Option<&'m Given>) -> Self {
        Self { given, ..self }
    }

    /// The same with policy documents beside it.
    pub(super) fn with_documents(self, documents: Documents<'m>) -> Self {
        Self { documents, ..self }
    }

    /// The same as another folder calls it, with what its addresses begin with and what it is given.
    pub(super) fn called(self, prefix: String, given: Vec<(String, Val)>) -> Self {
        Self { call: Some((prefix, given.into_iter().collect())), ..self }
    }

    /// What keys of the folder begin with that calls it.
    pub(super) fn caller(&self) -> Option<&str> {
        Some(self.call.as_ref()?.0.split_once("#module.")?.0)
    }

    /// The value of a variable that a call gives.
    pub(super) fn given(&self, variable: &str) -> Option<&Val> {
        self.call.as_ref()?.1.get(variable)
    }

    /// Its calls of modules.
    pub(super) fn calls(&self) -> impl Iterator<Item = Section<'m>> {
        self.others.iter().copied().filter(|section| section.block.ident.as_str() == "module")
    }

    fn take_assignments(&mut self, file: usize, body: &'m Body) {
        for attribute in body.attributes() {
            self.assigned.entry(attribute.key.as_str().to_owned()).or_default().push((file, &attribute.value));
        }
    }

    fn take_blocks(&mut self, file: usize, body: &'m Body) {
        for block in body.blocks() {
            let section = Section { file, block };
            match (block.ident.as_str(), section.label(0), section.label(1)) {
                ("resource", Some(kind), Some(name)) => {
                    self.resources.insert(format!("{kind}.{name}"), section);
                }
                (root @ ("data" | "ephemeral"), Some(kind), Some(name)) => {
                    self.resources.insert(format!("{root}.{kind}.{name}"), section);
                }
                ("variable", Some(name), _) => {
                    self.variables.insert(name.to_owned(), section);
                }
                ("locals", ..) => {
                    for attribute in block.body.attributes() {
                        self.locals.insert(attribute.key.as_str().to_owned(), (file, &attribute.value));
                    }
                }
                _ => self.others.push(section),
            }
        }
    }

    /// The `inputs` of a unit of Terragrunt, with where they stand.
    pub(super) fn inputs(&self) -> Option<(Val, usize, Span)> {
        let is_unit = |file: &File<'_>| files::is_unit(file.place.origin().file_name());
        let (index, file) = self.files.iter().enumerate().find(|(_, file)| is_unit(file))?;
        let attribute = file.body.get_attribute("inputs")?;
        let span = hcl_edit::Span::span(attribute).map(Span::from_range).unwrap_or_default();
        Some((self.eval(index, &attribute.value), index, span))
    }

    /// Whether a file of the folder names a resource, with one of its attributes or its index.
    pub(super) fn refers_to(&self, address: &str) -> bool {
        let names = |text: &str| {
            memchr::memmem::find_iter(text.as_bytes(), address).any(|at| {
                let (before, behind) = (text[..at].chars().next_back(), text[at + address.len()..].chars().next());
                matches!(behind, Some('.' | '[')) && !before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
            })
        };
        self.files.iter().any(|file| names(file.place.text()))
    }

    /// Key of whatever has this address.
    pub(super) fn key(&self, address: &str) -> String {
        match &self.call {
            Some((prefix, _)) => format!("{prefix}.{address}"),
            None => format!("{}:{}#{address}", self.kind, self.folder),
        }
    }

    /// The location of a place.
    pub(super) fn location(&self, at: At, key_path: &str) -> Location {
        match self.files.get(at.file) {
            Some(file) => file.place.at(at.found.unwrap_or_else(|| file.span(at.span)), key_path),
            None => Location::default(),
        }
    }

    /// The bytes of the file that a place stands for, and what is written there.
    pub(super) fn source(&self, at: At) -> (Span, &str) {
        let Some(file) = self.files.get(at.file) else { return (Span::default(), "") };
        let span = file.span(at.span);
        (span, file.place.slice(span))
    }

    /// The location of bytes of the file that a place is in.
    pub(super) fn within(&self, at: At, span: Span, key_path: &str) -> Location {
        self.files.get(at.file).map_or_else(Location::default, |file| file.place.at(span, key_path))
    }

    /// The attribute of a block, evaluated; `None` if it isn't written, or is null.
    pub(super) fn get(&self, section: Section<'m>, name: &str) -> Option<Val> {
        let each = self.evaluation.each.borrow().clone();
        self.get_in(section, name, each.as_slice())
    }

    fn get_in(&self, section: Section<'m>, name: &str, bound: &Bindings) -> Option<Val> {
        let attribute = section.block.body.get_attribute(name)?;
        let val = self.eval_in(section.file, &attribute.value, bound);
        (!matches!(val.kind, Kind::Null)).then_some(val)
    }

    /// An attribute or a single nested block, as a value, through dotted names.
    pub(super) fn path(&self, section: Section<'m>, path: &str) -> Option<Val> {
        let each = self.evaluation.each.borrow().clone();
        self.path_in(section, path, each.as_slice())
    }

    /// The same with names that stand for something here (`each`).
    pub(super) fn path_in(&self, section: Section<'m>, path: &str, bound: &Bindings) -> Option<Val> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        if section.block.body.has_attribute(first) {
            let val = self.get_in(section, first, bound)?;
            return match rest {
                None => Some(val),
                Some(rest) => rest.split('.').try_fold(val, |val, key| val.get(key).cloned()),
            };
        }
        self.blocks(section, first).into_iter().find_map(|inner| self.path_in(inner, rest?, bound))
    }

    /// The attribute as a model value; `None` if it isn't written.
    pub(super) fn value(&self, section: Section<'m>, path: &str) -> Option<Value> {
        self.path(section, path).map(|val| self.value_of(&val))
    }

    /// The attribute as text, if it is written and fully known.
    pub(super) fn text(&self, section: Section<'m>, path: &str) -> Option<String> {
        self.value(section, path)?.known().map(str::to_owned)
    }

    /// Whether the attribute is written and true.
    pub(super) fn is_true(&self, section: Section<'m>, path: &str) -> bool {
        self.text(section, path).as_deref() == Some("true")
    }

    /// A list of texts with holes (or one text), in order.
    pub(super) fn texts(&self, section: Section<'m>, path: &str) -> Vec<(String, Basis)> {
        self.path(section, path).map(|val| val.items().iter().map(|item| self.text_of(item)).collect()).unwrap_or_default()
    }

    /// A list as model values.
    pub(super) fn values(&self, section: Section<'m>, path: &str) -> Vec<Value> {
        self.texts(section, path).iter().map(|(text, basis)| hole::value(text, *basis)).collect()
    }

    /// Nested blocks of a kind, those that a `dynamic` block makes included.
    pub(super) fn blocks(&self, section: Section<'m>, kind: &str) -> Vec<Section<'m>> {
        section.nested().into_iter().filter(|(name, _)| *name == kind).map(|(_, inner)| inner).collect()
    }

    /// Reads the nested blocks of a kind; what a `dynamic` block makes, once for each of its values as far as they are known.
    pub(super) fn for_blocks(&self, section: Section<'m>, kind: &str, read: &mut dyn FnMut(Section<'m>)) {
        for block in section.block.body.blocks() {
            let inner = Section { file: section.file, block };
            if block.ident.as_str() == kind {
                read(inner);
            } else if block.ident.as_str() == "dynamic" && inner.label(0) == Some(kind) {
                let iterator = block.body.get_attribute("iterator").and_then(|name| name.value.as_variable().map(|name| name.as_str()));
                let entries = self.get(inner, "for_each").and_then(|over| self.iterated(over));
                let contents = || block.body.blocks().filter(|inner| inner.ident.as_str() == "content");
                let mut read_all = || contents().for_each(|block| read(Section { file: section.file, block }));
                if entries.is_none() {
                    read_all();
                }
                for (key, value) in entries.unwrap_or_default() {
                    let key = Val::new(Kind::Text(key, Basis::Literal));
                    let both = Val::new(Kind::Map(vec![("key".to_owned(), key), ("value".to_owned(), value)]));
                    self.evaluation.each.borrow_mut().push((iterator.unwrap_or(kind).to_owned(), both));
                    read_all();
                    self.evaluation.each.borrow_mut().pop();
                }
            }
        }
    }

    /// The keys and values that `for_each` makes of a value, if it is known.
    pub(super) fn iterated(&self, over: Val) -> Option<Vec<(String, Val)>> {
        let mut entries: Vec<(String, Val)> = match self.expanded(over).kind {
            Kind::List(items) => items.into_iter().map(|item| (self.text_of(&item).0, item)).collect(),
            Kind::Map(entries) => entries,
            _ => return None,
        };
        if entries.len() > MAX_INSTANCES {
            self.evaluation.instances_cut.set(true);
            entries.truncate(MAX_INSTANCES);
        }
        Some(entries)
    }

    /// Where an attribute stands; the block if it isn't there.
    pub(super) fn attribute_location(&self, section: Section<'m>, address: &str, name: &str) -> Location {
        let first = name.split('.').next().unwrap_or(name);
        let span = section.block.body.get_attribute(first).and_then(hcl_edit::Span::span).map(Span::from_range);
        let span = span.or_else(|| self.blocks(section, first).first().map(|inner| inner.span()));
        let at = At::new(section.file, span.unwrap_or_else(|| section.span()));
        self.location(at, &format!("{address}.{name}"))
    }

    /// Where a block stands.
    pub(super) fn block_location(&self, section: Section<'m>, address: &str) -> Location {
        self.location(At::new(section.file, section.span()), address)
    }
}

impl<'m> Section<'m> {
    /// A label of the block.
    pub(super) fn label(self, index: usize) -> Option<&'m str> {
        self.block.labels.get(index).map(hcl_edit::structure::BlockLabel::as_str)
    }

    /// The block's bytes.
    pub(super) fn span(self) -> Span {
        self.block.span().map(Span::from_range).unwrap_or_default()
    }

    /// Nested blocks with their names; of a `dynamic` block its content, under the name that it makes.
    pub(super) fn nested(self) -> Vec<(&'m str, Section<'m>)> {
        let mut found = Vec::new();
        for block in self.block.body.blocks() {
            let section = Section { file: self.file, block };
            if block.ident.as_str() == "dynamic" {
                let name = section.label(0).unwrap_or_default();
                let contents = block.body.blocks().filter(|inner| inner.ident.as_str() == "content");
                found.extend(contents.map(|content| (name, Section { file: self.file, block: content })));
            } else {
                found.push((block.ident.as_str(), section));
            }
        }
        found
    }
}

/// A model span of a byte range.
pub(super) trait FromRange {
    fn from_range(range: std::ops::Range<usize>) -> Self;
}

impl FromRange for Span {
    fn from_range(range: std::ops::Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}
