//! Literals of JavaScript, TypeScript, Python, Go, Java, Kotlin and C# as JSON: objects, lists, texts and numbers. Whatever else an expression is
//! stands as a hole that says it.
//!
//! The decision a reader would question: nothing is resolved but names that the file sets once to a literal.

mod applied;
mod mapped;
mod text;
mod typed;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::policy_document::hole;

/// How deep literals are followed.
const MAX_DEPTH: usize = 32;

/// How much of a file one literal may take, in bytes.
const MAX_BYTES: usize = 64 << 10;

/// How much of an expression a hole says, in bytes.
const MAX_SHOWN: usize = 120;

/// Calls that only change the form of what they are given: text as JSON and what it stands for are one here.
const WRAPPERS: &[&str] = &[
    "JSON.stringify(",
    "json.dumps(",
    "pulumi.jsonStringify(",
    "pulumi.Output.json_dumps(",
    "Output.json_dumps(",
    "jsii.String(",
    "jsii.Number(",
    "jsii.Bool(",
    "aws.String(",
    "pulumi.String(",
    "pulumi.StringPtr(",
    "pulumi.Int(",
    "pulumi.Bool(",
    "pulumi.Any(",
    "JsonSerializer.Serialize(",
    "Output.JsonSerialize(",
    "Output.Create(",
    "Output.Format(",
    "Output.of(",
    "serializeJson(",
];

/// The call that makes a role's trust of a principal (Pulumi's AWS provider, `iam.assumeRolePolicyForPrincipal`).
const TRUST: &str = "iam.assumeRolePolicyForPrincipal(";

fn assumed_by(principal: Json) -> Json {
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal }] })
}

/// What stands in front of a text that is put together from outputs.
const TAGS: &[&str] = &["pulumi.interpolate", "interpolate"];

/// Names with the texts, objects and lists that the file sets them to.
pub(super) type Names = BTreeMap<String, Json>;

/// One argument of a call, with its name where it has one.
pub(super) struct Argument {
    pub(super) name: Option<String>,
    pub(super) value: Json,
}

/// The arguments of the call whose parenthesis opens before `text`, and how far they reach.
pub(super) fn arguments(text: &str, names: &Names) -> Option<(Vec<Argument>, usize)> {
    let mut reader = Reader::new(bounded(text), names);
    let all = reader.arguments(MAX_DEPTH)?;
    Some((all, reader.at))
}

/// The literal with which a text begins.
pub(super) fn value(text: &str, names: &Names) -> Option<Json> {
    Reader::new(bounded(text), names).value(MAX_DEPTH)
}

pub(super) fn bounded(text: &str) -> &str {
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    names: &'t Names,
    /// What stands for an item of a list while one is made of each.
    item: Option<(&'t str, &'t Json)>,
    /// What the parameters of the functions around stand for.
    bound: Vec<(String, Json)>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, names: &'t Names) -> Self {
        Self { text, at: 0, names, item: None, bound: Vec::new() }
    }
}

impl Reader<'_> {
    fn named(&self, name: &str) -> Option<&Json> {
        let item = self.item.filter(|(item, _)| *item == name).map(|(_, value)| value);
        let bound = || self.bound.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value);
        item.or_else(bound).or_else(|| self.names.get(name))
    }

    /// The arguments of a call whose parenthesis opens in front of the place, up to the one that closes it.
    fn arguments(&mut self, levels: usize) -> Option<Vec<Argument>> {
        self.until_closed(|reader| Some(Argument { name: reader.keyword(), value: reader.value(levels)? }))
    }

    /// What stands between commas, up to the parenthesis that closes.
    fn until_closed<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut all = Vec::new();
        loop {
            self.blank();
            match self.peek()? {
                b')' => {
                    self.at += 1;
                    return Some(all);
                }
                b',' => self.at += 1,
                _ => all.push(read(self)?),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Passes blanks and comments.
    fn blank(&mut self) {
        loop {
            let rest = self.rest();
            let blanks = rest.len() - rest.trim_start().len();
            let rest = &rest[blanks..];
            let comment = if rest.starts_with("//") || rest.starts_with('#') {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else {
                0
            };
            self.at += blanks + comment;
            if comment == 0 {
                return;
            }
        }
    }

    /// `name=` in front of an argument.
    fn keyword(&mut self) -> Option<String> {
        let length = self.rest().bytes().take_while(|byte| is_name(*byte)).count();
        let behind = self.rest()[length..].trim_start();
        let is_named = length > 0 && behind.starts_with('=') && !behind.starts_with("==") && !behind.starts_with("=>");
        let name = is_named.then(|| self.rest()[..length].to_owned())?;
        self.at += length + (self.rest().len() - length - behind.len()) + 1;
        Some(name)
    }

    fn value(&mut self, levels: usize) -> Option<Json> {
        self.blank();
        let start = self.at;
        let levels = levels.checked_sub(1)?;
        if let Some(value) = self.wrapped(levels) {
            return Some(value);
        }
        if let Some(tag) = TAGS.iter().find(|tag| self.rest().strip_prefix(**tag).is_some_and(|rest| rest.starts_with('`'))) {
            self.at += tag.len();
        }
        let literal = self.typed(levels);
        let literal = match self.peek()? {
            _ if literal.is_some() => literal,
            b'{' => {
                let object = self.object(levels);
                if object.is_none() {
                    self.at = start + 1;
                }
                Some(object.or_else(|| self.initializer("", levels))?)
            }
            b'[' => Some(self.list(levels)?),
            _ => self.string().map(Json::String).or_else(|| self.number()),
        };
        let is_structure = matches!(literal, Some(Json::Object(_) | Json::Array(_)));
        self.blank();
        let ends = matches!(self.peek(), Some(b',' | b'}' | b']' | b')' | b';') | None);
        match literal {
            Some(literal) if ends => return Some(literal),
            Some(literal) if is_structure => {
                let behind = self.at;
                self.pass();
                let call = self.text.get(behind..self.at).unwrap_or_default().strip_prefix(".map(");
                return call.map_or(Some(literal.clone()), |call| self.mapped(&literal, call, levels).or_else(|| Some(self.shown(start))));
            }
            _ => self.at = start,
        }
        if let Some(text) = self.joined()
            && matches!(self.peek(), Some(b',' | b'}' | b']' | b')' | b';') | None)
        {
            return Some(Json::String(text));
        }
        self.at = start;
        self.pass();
        let written = self.text.get(start..self.at).unwrap_or_default().trim();
        if written.is_empty() {
            return None;
        }
        let made = written.split_once(".map(").and_then(|(list, call)| self.mapped(self.named(list.trim())?, call, levels));
        made.or_else(|| self.applied(written, levels))
            .or_else(|| self.named(written).cloned())
            .or_else(|| Some(Json::String(self.meant(written))))
    }

    /// What a call holds that only changes its form, or that names the fields of an object (`…Args(issuer_uri="…")`).
    fn wrapped(&mut self, levels: usize) -> Option<Json> {
        let rest = self.rest();
        let length = rest.bytes().take_while(|byte| is_name(*byte) || *byte == b'.').count() + 1;
        let call = rest.get(..length).filter(|call| call.ends_with('('))?;
        let is_object = call.ends_with("Args(");
        let is_trust = call.ends_with(TRUST);
        if !is_object && !is_trust && !WRAPPERS.contains(&call) {
            return None;
        }
        let (start, mut first, mut fields) = (self.at, None, Map::new());
        self.at += length;
        loop {
            self.blank();
            match self.peek() {
                Some(b')') => self.at += 1,
                Some(b',') => {
                    self.at += 1;
                    continue;
                }
                _ => {
                    let name = self.keyword();
                    let Some(value) = self.value(levels) else { break };
                    first = first.or_else(|| Some(value.clone()));
                    fields.extend(name.map(|name| (name, value)));
                    continue;
                }
            }
            self.blank();
            let ends = matches!(self.peek(), Some(b',' | b'}' | b']' | b')' | b';') | None);
            let value = if is_object { Some(Json::Object(fields)) } else { first };
            let value = if is_trust { value.map(assumed_by) } else { value };
            if let Some(value) = value.filter(|_| ends) {
                return Some(value);
            }
            break;
        }
        self.at = start;
        None
    }

    /// What was passed since, as a hole.
    fn shown(&self, start: usize) -> Json {
        Json::String(hole::hole(&self.text.get(start..self.at).unwrap_or_default().chars().take(MAX_SHOWN).collect::<String>()))
    }

    /// What an expression stands for: the text that a name is set to, else a hole.
    fn meant(&self, expression: &str) -> String {
        let shown: String = expression.chars().take(MAX_SHOWN).collect();
        self.named(expression).and_then(Json::as_str).map_or_else(|| hole::hole(&shown), str::to_owned)
    }

    /// Passes an expression, to the comma or bracket that ends it.
    fn pass(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' | b'\'' | b'`' if self.string().is_some() => continue,
                b'(' | b'[' | b'{' => depth += 1,
                b',' | b';' if depth == 0 => return,
                b')' | b']' | b'}' => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => return,
                },
                _ => {}
            }
            self.at += 1;
        }
    }

    fn object(&mut self, levels: usize) -> Option<Json> {
        let mut fields = Map::new();
        self.at += 1;
        loop {
            self.blank();
            match self.peek()? {
                b'}' => {
                    self.at += 1;
                    return Some(Json::Object(fields));
                }
                b',' => self.at += 1,
                // A list or pairs of C#.
                b'{' => return None,
                first => {
                    let key = self.key(levels)?;
                    self.blank();
                    let value = if self.peek() == Some(b':') {
                        self.at += 1;
                        self.value(levels)?
                    } else if matches!(first, b'"' | b'\'') {
                        return None;
                    } else {
                        Json::String(self.meant(&key))
                    };
                    fields.insert(key, value);
                }
            }
        }
    }

    /// A key: a text, a name, `[expression]`, or what is spread into the object.
    fn key(&mut self, levels: usize) -> Option<String> {
        if let Some(text) = self.string() {
            return Some(text);
        }
        if self.peek() == Some(b'[') {
            let Json::Array(items) = self.list(levels)? else { return None };
            return items.first()?.as_str().map(str::to_owned);
        }
        let length = self.rest().bytes().take_while(|byte| is_name(*byte)).count();
        if length == 0 {
            let start = self.at;
            self.pass();
            let spread = self.text.get(start..self.at).unwrap_or_default().trim();
            return (!spread.is_empty()).then(|| hole::hole(spread));
        }
        let name = self.rest()[..length].to_owned();
        self.at += length;
        Some(name)
    }

    fn list(&mut self, levels: usize) -> Option<Json> {
        let mut items = Vec::new();
        self.at += 1;
        let start = self.at;
        self.pass();
        let inside = self.text.get(start..self.at).unwrap_or_default();
        if self.peek() == Some(b']')
            && let Some(made) = self.comprehension(inside, levels)
        {
            self.at += 1;
            return Some(made);
        }
        self.at = start;
        loop {
            self.blank();
            match self.peek()? {
                b']' => {
                    self.at += 1;
                    return Some(Json::Array(items));
                }
                b',' => self.at += 1,
                _ => items.push(self.value(levels)?),
            }
        }
    }

    fn number(&mut self) -> Option<Json> {
        let length = self.rest().bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).count();
        let word = &self.rest()[..length];
        let value = match word {
            "true" | "True" => Json::Bool(true),
            "false" | "False" => Json::Bool(false),
            number => Json::from(number.replace('_', "").parse::<u64>().ok()?),
        };
        self.at += length;
        Some(value)
    }
}

#[cfg(test)]
mod tests;
