//! Values of a job's variables: what they are given, what they are made of.

use unkeyed_model::Value;

use super::asked::asked;
use super::job::{Given, Job};
use super::mentions::mentions;
use super::templates::Templates;
use crate::environment::Variable;
use crate::facts;
use crate::flat::Flat;
use crate::place::Place;
use crate::receiver::Receiver;
use crate::tree::Node;

/// Longest chain of variables that are made of each other.
const MAX_DEPTH: usize = 3;
/// Most variables that one value is put together from.
const MAX_MENTIONS: usize = 16;
/// Longest value that is put together.
const MAX_VALUE: usize = 8_192;

impl<'a> Job<'a> {
    /// A text with its variables filled in, as far as they are known.
    pub(crate) fn resolve(&self, text: &str) -> Value {
        self.resolve_at(text, 0)
    }

    /// The value of a variable that is set so far.
    fn value_of(&self, name: &str, depth: usize) -> Option<Value> {
        self.values.get(name).cloned().or_else(|| {
            let given = self.given.get(*self.given_at.get(name)?)?;
            Some(self.resolve_at(&given.templates.fill(given.node.text()?, self.system), depth + 1))
        })
    }

    fn resolve_at(&self, text: &str, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return Value::unknown("its variables are made of each other");
        }
        let mut known = String::new();
        let mut unknown = None;
        let mut at = 0;
        for (count, mention) in mentions(text, self.system).into_iter().enumerate() {
            if count >= MAX_MENTIONS || known.len() > MAX_VALUE {
                return Value::unknown("made of too many variables");
            }
            known.push_str(&text[at..mention.range.start]);
            at = mention.range.end;
            match self.value_of(&mention.name, depth) {
                Some(Value::Known(part, _)) => known.push_str(&part),
                other => {
                    known.push(facts::NOT_KNOWN);
                    let why = || Value::unknown(format!("`{}` is set in {}", mention.name, self.system.name));
                    unknown.get_or_insert_with(|| other.unwrap_or_else(why));
                }
            }
        }
        if text.contains("$(") && !self.system.macros {
            return Value::unknown("computed by the script");
        }
        known.push_str(&text[at..]);
        match unknown {
            Some(unknown) => facts::role_of_some_account(&known).unwrap_or(unknown),
            None if known.len() > MAX_VALUE => Value::unknown("too long to be told"),
            None => Value::literal(known),
        }
    }

    pub(super) fn set_given(&mut self, given: &Given<'a>) {
        let text = given.node.text().unwrap_or_default();
        let location = given.place.at(given.node.span, given.path.clone());
        let own = mentions(text, self.system).iter().any(|mention| mention.name == given.name);
        if !own {
            self.set.insert(given.name.clone());
        }
        let value = self.resolve(&given.templates.fill(text, self.system));
        self.holds(Variable { name: given.name.clone(), value, location });
    }

    /// Notes the value of a variable.
    pub(super) fn holds(&mut self, variable: Variable) {
        self.values.insert(variable.name.clone(), variable.value.clone());
        self.variables.push(variable);
    }

    /// All variables with their values.
    pub(super) fn take_variables(&mut self) -> Vec<Variable> {
        std::mem::take(&mut self.variables)
    }

    pub(super) fn read_given(&mut self, given: &Given<'a>) {
        let text = given.node.text().unwrap_or_default();
        let receiver = Receiver::variable(&given.name);
        self.read_asked(given.place, given.node, &given.path, &given.templates, &receiver);
        if mentions(text, self.system).is_empty() {
            let is_literal = !text.trim().is_empty() && !text.contains("$(") && !text.starts_with("<<");
            if is_literal && facts::is_credential_variable(&given.name) {
                self.slots.push(facts::slot(&given.name, given.place.at(given.node.span, given.path.clone())));
            }
            return;
        }
        self.read_text(given.place, given.node, &given.path, &receiver);
    }

    /// What whoever starts the pipeline gives.
    pub(super) fn read_asked(&mut self, place: &'a Place<'a>, node: &'a Node, path: &str, templates: &Templates, receiver: &Receiver) {
        for found in asked(node.text().unwrap_or_default(), templates, self.system) {
            self.parameter(&found.name, receiver, place.at(node.span, path));
        }
    }

    pub(super) fn read_text(&mut self, place: &'a Place<'a>, node: &'a Node, path: &str, receiver: &Receiver) {
        let flat = Flat::new(place, node);
        for mention in mentions(flat.text, self.system) {
            self.mentioned(&mention.name, receiver, place.at(flat.span(mention.range), path));
        }
    }
}
