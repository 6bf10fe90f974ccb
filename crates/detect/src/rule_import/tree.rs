//! A parsed file as a tree of texts, lists and maps with their lines: what TOML and YAML have in common.

use saphyr_parser::{Event, Parser};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Deepest nesting of a file.
const MAX_DEPTH: usize = 64;

/// A value and the line on which it starts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// Numbers and truth values too, as written.
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(super) fn entries(&self) -> &[(String, Self)] {
        if let Kind::Map(entries) = &self.kind { entries } else { &[] }
    }

    /// The items of a list; a value that is no list is its own only item.
    pub(super) fn items(&self) -> &[Self] {
        if let Kind::List(items) = &self.kind { items } else { std::slice::from_ref(self) }
    }

    /// The items of the list at `key`.
    pub(super) fn list_at(&self, key: &str) -> &[Self] {
        self.get(key).filter(|node| matches!(node.kind, Kind::List(_))).map(Self::items).unwrap_or_default()
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// The text at `key`; an error if something else stands there.
    pub(super) fn text_at(&self, key: &str) -> Result<Option<String>, String> {
        let Some(node) = self.get(key) else { return Ok(None) };
        node.text().map(|text| Some(text.to_owned())).ok_or_else(|| format!("line {}: {key} is no text", node.line))
    }

    /// The texts at `key`, none if it is missing.
    pub(super) fn texts_at(&self, key: &str) -> Result<Vec<String>, String> {
        let Some(node) = self.get(key) else { return Ok(Vec::new()) };
        let texts = node.items().iter().map(|item| item.text().map(str::to_owned));
        texts.collect::<Option<_>>().ok_or_else(|| format!("line {}: {key} is no list of texts", node.line))
    }

    /// The number at `key`.
    pub(super) fn number_at<T: std::str::FromStr>(&self, key: &str) -> Result<Option<T>, String> {
        let Some(node) = self.get(key) else { return Ok(None) };
        let number = node.text().and_then(|text| text.replace('_', "").parse().ok());
        number.map(Some).ok_or_else(|| format!("line {}: {key} is no number that fits", node.line))
    }

    pub(super) fn is_at(&self, key: &str, word: &str) -> bool {
        self.get(key).and_then(Self::text) == Some(word)
    }

    /// The keys that none of `known` is.
    pub(super) fn unknown<'a>(&'a self, known: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.entries().iter().map(|(key, _)| key.as_str()).filter(move |key| !known.contains(key))
    }
}

/// Line, from 1, and what is wrong.
type Fault = (usize, String);

pub(super) fn toml(text: &str) -> Result<Node, Fault> {
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        (Lines::new(text).of(at), error.message().replace('\n', " "))
    })?;
    let lines = Lines::new(text);
    Ok(Node { line: 1, kind: map(table.get_ref(), &lines) })
}

fn map(table: &DeTable<'_>, lines: &Lines) -> Kind {
    Kind::Map(table.iter().map(|(key, value)| (key.get_ref().to_string(), node(value, lines))).collect())
}

fn node(value: &Spanned<DeValue<'_>>, lines: &Lines) -> Node {
    let kind = match value.get_ref() {
        DeValue::String(text) => Kind::Text(text.to_string()),
        DeValue::Integer(number) => Kind::Text(number.as_str().to_owned()),
        DeValue::Float(number) => Kind::Text(number.as_str().to_owned()),
        DeValue::Boolean(flag) => Kind::Text(flag.to_string()),
        DeValue::Datetime(time) => Kind::Text(time.to_string()),
        DeValue::Array(items) => Kind::List(items.iter().map(|item| node(item, lines)).collect()),
        DeValue::Table(table) => map(table, lines),
    };
    Node { line: lines.of(value.span().start), kind }
}

/// Where the lines of a text start.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    fn of(&self, offset: usize) -> usize {
        1 + self.0.partition_point(|&feed| feed < offset)
    }
}

/// The only document of a YAML file, or a list of all. Aliases are refused: rule files have no use for them.
pub(super) fn yaml(text: &str) -> Result<Node, Fault> {
    let mut open: Vec<(Node, Option<String>)> = Vec::new();
    let mut documents = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| (error.marker().line(), format!("this is not YAML: {}", error.info())))?;
        let line = span.start.line();
        let done = match event {
            Event::Scalar(text, ..) => Node { line, kind: Kind::Text(text.into_owned()) },
            Event::SequenceStart(..) => {
                open.push((Node { line, kind: Kind::List(Vec::new()) }, None));
                continue;
            }
            Event::MappingStart(..) => {
                open.push((Node { line, kind: Kind::Map(Vec::new()) }, None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some((node, _)) => node,
                None => continue,
            },
            Event::Alias(_) => return Err((line, "aliases are not read in rule files; write the value out".into())),
            _ => continue,
        };
        if open.len() >= MAX_DEPTH {
            return Err((line, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        match open.last_mut() {
            Some(parent) => add(parent, done),
            None => documents.push(done),
        }
    }
    if documents.len() == 1 { Ok(documents.remove(0)) } else { Ok(Node { line: 1, kind: Kind::List(documents) }) }
}

/// Adds a finished value to the collection it stands in: to a map by turns as key and as value.
fn add((parent, key): &mut (Node, Option<String>), done: Node) {
    match &mut parent.kind {
        Kind::List(items) => items.push(done),
        Kind::Map(entries) => match key.take() {
            Some(name) => entries.push((name, done)),
            None => *key = Some(done.text().unwrap_or_default().to_owned()),
        },
        Kind::Text(_) => {}
    }
}
