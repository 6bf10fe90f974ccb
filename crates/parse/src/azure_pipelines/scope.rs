//! What parameters mean in a template, and the items of lists with blocks spliced in.

use std::collections::BTreeMap;
use std::rc::Rc;

use unkeyed_model::Value;

use super::AZURE;
use super::expression::{self, expressions, is_block};
use crate::ci::{File, Templates};
use crate::tree::{Entry, Node};

/// Deepest nesting of blocks and of parameters that stand for lists.
const MAX_DEPTH: usize = 16;
/// Most items of one list, those of spliced blocks and parameters included.
const MAX_ITEMS: usize = 5_000;

/// A parameter as the caller gives it, or its default.
#[derive(Clone)]
pub(super) struct Parameter<'a> {
    pub(super) file: &'a File<'a>,
    pub(super) node: &'a Node,
    value: Value,
    /// Whoever starts the pipeline may give another.
    asked: bool,
}

/// The parameters of a template.
#[derive(Clone, Default)]
pub(super) struct Scope<'a>(Rc<BTreeMap<&'a str, Parameter<'a>>>);

/// An item of a list, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) file: &'a File<'a>,
    pub(super) node: &'a Node,
}

impl<'a> Scope<'a> {
    /// The scope inside a file: its own defaults, and what the caller gives.
    pub(super) fn inside(file: &'a File<'a>, caller: &Self, given: Option<Item<'a>>) -> Self {
        let mut parameters = BTreeMap::new();
        let declared = file.root.get("parameters");
        for entry in declared.into_iter().flat_map(Node::entries) {
            parameters.insert(entry.name(), caller.bind(Item { file, node: &entry.value }));
        }
        for item in declared.into_iter().flat_map(Node::items) {
            if let (Some(name), Some(default)) = (item.str("name"), item.get("default")) {
                parameters.insert(name, caller.bind(Item { file, node: default }));
            }
        }
        if let Some(given) = given {
            for entry in caller.entries(given.node) {
                parameters.insert(entry.name(), caller.bind(Item { file: given.file, node: &entry.value }));
            }
        }
        Self(Rc::new(parameters))
    }

    /// The scope of a pipeline: its parameters are asked for.
    pub(super) fn of_pipeline(file: &'a File<'a>) -> Self {
        let mut scope = Self::inside(file, &Self::default(), None);
        Rc::make_mut(&mut scope.0).values_mut().for_each(|parameter| parameter.asked = true);
        scope
    }

    fn bind(&self, item: Item<'a>) -> Parameter<'a> {
        let passed_on = item.node.text().and_then(|text| self.sole(text));
        match passed_on {
            Some(parameter) => parameter.clone(),
            None => {
                let text = item.node.text().unwrap_or_default();
                let asked =
                    expressions(text).iter().any(|found| self.0.iter().any(|(name, parameter)| parameter.asked && reads(found.body, name)));
                Parameter { file: item.file, node: item.node, value: self.fill(text), asked }
            }
        }
    }

    /// The parameter that a text consists of.
    fn sole(&self, text: &str) -> Option<&Parameter<'a>> {
        let found = expressions(text);
        let [only] = found.as_slice() else { return None };
        (only.range.len() == text.trim().len()).then(|| self.0.get(expression::parameter(only.body)?))?
    }

    /// A text with its parameters filled in.
    pub(super) fn fill(&self, text: &str) -> Value {
        let mut known = String::new();
        let mut at = 0;
        for found in expressions(text) {
            let value = expression::parameter(found.body).and_then(|name| self.0.get(name)).map(|parameter| &parameter.value);
            match (value, expression::variable(found.body)) {
                (Some(Value::Known(part, _)), _) => {
                    known.push_str(&text[at..found.range.start]);
                    known.push_str(part);
                    at = found.range.end;
                }
                (Some(Value::Unknown(why)), _) => return Value::unknown(why.clone()),
                // The same variable, read earlier.
                (None, Some(name)) => {
                    known.push_str(&text[at..found.range.start]);
                    known.push_str(&format!("$({name})"));
                    at = found.range.end;
                }
                (None, None) => return Value::unknown(format!("`{}` is known only to whoever starts the pipeline", found.body)),
            }
        }
        known.push_str(&text[at..]);
        Value::literal(known)
    }

    /// The parameters that stand for texts, for the scripts of a job.
    pub(super) fn templates(&self) -> Templates {
        let texts = self.0.iter().filter_map(|(name, parameter)| Some((format!("parameters.{name}"), parameter.value.known()?)));
        let asked = self.0.iter().filter(|(_, parameter)| parameter.asked).map(|(name, _)| format!("parameters.{name}"));
        Templates::default().with(texts, &AZURE).opened(asked)
    }

    /// The entries of a mapping, those of blocks in their place.
    pub(super) fn entries(&self, node: &'a Node) -> Vec<&'a Entry> {
        let mut found = Vec::new();
        collect_entries(node, 0, &mut found);
        found
    }

    /// The items of a list: blocks opened, parameters that stand for items replaced. Says whether a limit was reached.
    pub(super) fn items(&self, list: Item<'a>) -> (Vec<Item<'a>>, bool) {
        let mut found = Vec::new();
        let complete = self.collect(list, 0, &mut found);
        (found, !complete)
    }

    fn collect(&self, list: Item<'a>, depth: usize, found: &mut Vec<Item<'a>>) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        let mut complete = true;
        let nodes = if list.node.items().is_empty() { list.node.one_or_many() } else { list.node.items() };
        for node in nodes {
            if found.len() >= MAX_ITEMS {
                return false;
            }
            let replaced = node.text().and_then(|text| self.sole(text));
            let blocks: Vec<&Entry> = node.entries().iter().filter(|entry| is_block(entry.name())).collect();
            if let Some(parameter) = replaced {
                complete &= self.collect(Item { file: parameter.file, node: parameter.node }, depth + 1, found);
            } else if !blocks.is_empty() && blocks.len() == node.entries().len() {
                for block in blocks {
                    complete &= self.collect(Item { file: list.file, node: &block.value }, depth + 1, found);
                }
            } else {
                found.push(Item { file: list.file, node });
            }
        }
        complete
    }
}

/// Whether an expression reads a parameter.
fn reads(body: &str, name: &str) -> bool {
    let behind = |start: &str| {
        body.split(start)
            .skip(1)
            .any(|rest| rest.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')))
    };
    behind("parameters.") || behind("parameters['")
}

fn collect_entries<'a>(node: &'a Node, depth: usize, found: &mut Vec<&'a Entry>) {
    for entry in node.entries() {
        if !is_block(entry.name()) {
            found.push(entry);
        } else if depth < MAX_DEPTH {
            collect_entries(&entry.value, depth + 1, found);
        }
    }
}
