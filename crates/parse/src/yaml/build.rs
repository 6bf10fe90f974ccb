//! Builds the tree from parser events, without recursion, within the limits.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use saphyr_parser::{Event, ScalarStyle, Tag};
use unkeyed_model::Span;

use super::{MAX_DEPTH, MAX_NODES};
use crate::tree::{Entry, Kind, Node, Style};

/// Why reading ended before the end of the text.
pub(super) enum Stop {
    Syntax { at: usize, what: String },
    Limit(String),
}

/// A finished node with what its place in the tree costs.
#[derive(Clone)]
struct Built {
    node: Node,
    /// Where it stands; differs from the node's span for quotes, anchors and aliases.
    extent: Span,
    /// Nodes in it, aliases written out.
    weight: usize,
    /// Levels in it.
    height: usize,
}

/// An open collection.
struct Frame {
    anchor: usize,
    tag: Option<Rc<str>>,
    start: usize,
    flow: bool,
    is_map: bool,
    children: Vec<Built>,
}

pub(super) struct Builder<'a> {
    text: &'a str,
    frames: Vec<Frame>,
    anchors: HashMap<usize, Built>,
    nodes: usize,
    pub(super) documents: Vec<Node>,
    /// Where the first duplicate key stands.
    pub(super) duplicate: Option<usize>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, frames: Vec::new(), anchors: HashMap::new(), nodes: 0, documents: Vec::new(), duplicate: None }
    }

    /// Forgets what was unfinished.
    pub(super) fn restart(&mut self) {
        self.frames.clear();
        self.anchors.clear();
    }

    pub(super) fn take(&mut self, event: Event<'_>, start: usize, end: usize) -> Result<(), Stop> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let had_properties = anchor != 0 || tag.is_some();
                let style = style_of(style);
                let span = content_span(self.text, Span::new(start, end), style, text.is_empty(), had_properties);
                let node = Node { span, tag: tag.as_deref().map(tag_text), kind: Kind::Scalar(Rc::from(&*text), style) };
                let extent = match style {
                    Style::Block | Style::Masked => span,
                    Style::Plain => Span::new(start, trimmed_end(self.text, start, end)),
                    // The parser's end lies behind a comment that follows on the same line.
                    Style::Single | Style::Double => Span::new(start, (span.end + 1).min(end)),
                };
                self.finish(anchor, Built { node, extent, weight: 1, height: 1 })
            }
            Event::Alias(anchor) => {
                let extent = Span::new(start, end);
                let built = match self.anchors.get(&anchor) {
                    Some(target) => Built { extent, ..target.clone() },
                    // An alias to a collection that is still open would be endless: it counts as null.
                    None => Built { node: null(extent), extent, weight: 1, height: 1 },
                };
                self.finish(0, built)
            }
            Event::SequenceStart(anchor, tag) => self.open(anchor, tag.as_deref(), Span::new(start, end), false),
            Event::MappingStart(anchor, tag) => self.open(anchor, tag.as_deref(), Span::new(start, end), true),
            Event::SequenceEnd | Event::MappingEnd => self.close(end),
            Event::DocumentStart(_) => {
                self.restart();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn open(&mut self, anchor: usize, tag: Option<&Tag>, span: Span, is_map: bool) -> Result<(), Stop> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(Stop::Limit(format!("nested deeper than {MAX_DEPTH} levels: the rest was not read")));
        }
        let opening = self.text.get(span.start..span.end).unwrap_or_default().trim_end();
        let flow = opening.ends_with(['{', '[']);
        let start = if flow { span.start + opening.len() - 1 } else { span.end };
        self.frames.push(Frame { anchor, tag: tag.map(tag_text), start, flow, is_map, children: Vec::new() });
        Ok(())
    }

    fn close(&mut self, end: usize) -> Result<(), Stop> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let last = frame.children.last().map_or(frame.start, |child| child.extent.end);
        let end = if frame.flow { end.max(frame.start) } else { last };
        let weight = 1 + frame.children.iter().map(|child| child.weight).sum::<usize>();
        let height = 1 + frame.children.iter().map(|child| child.height).max().unwrap_or(0);
        let kind = if frame.is_map {
            Kind::Map(self.entries(frame.children).into())
        } else {
            Kind::Seq(frame.children.into_iter().map(|child| child.node).collect())
        };
        let span = Span::new(frame.start, end);
        self.finish(frame.anchor, Built { node: Node { span, tag: frame.tag, kind }, extent: span, weight, height })
    }

    /// Hands a finished node to the collection it stands in, or makes it a document.
    fn finish(&mut self, anchor: usize, built: Built) -> Result<(), Stop> {
        // A collection's children were counted when they were finished; an alias brings all its content again.
        self.nodes += if matches!(built.node.kind, Kind::Scalar(..)) || built.extent != built.node.span { built.weight } else { 1 };
        if self.nodes > MAX_NODES {
            return Err(Stop::Limit(format!("more than {MAX_NODES} nodes with aliases written out: the rest was not read")));
        }
        if self.frames.len() + built.height > MAX_DEPTH {
            return Err(Stop::Limit(format!("nested deeper than {MAX_DEPTH} levels: the rest was not read")));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, built.clone());
        }
        match self.frames.last_mut() {
            Some(frame) => frame.children.push(built),
            None if built.node.is_null() => {}
            None => self.documents.push(built.node),
        }
        Ok(())
    }

    /// Pairs keys with values and draws in merge keys (YAML 1.1 `<<`): own keys win, then earlier sources.
    fn entries(&mut self, children: Vec<Built>) -> Vec<Entry> {
        let mut own = Vec::with_capacity(children.len() / 2);
        let mut merged = Vec::new();
        let mut seen: HashSet<Rc<str>> = HashSet::new();
        let mut children = children.into_iter();
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            if matches!(&key.node.kind, Kind::Scalar(text, Style::Plain) if &**text == "<<") {
                match &value.node.kind {
                    Kind::Seq(items) => merged.extend(items.iter().cloned()),
                    Kind::Map(_) | Kind::Scalar(..) => merged.push(value.node),
                }
                continue;
            }
            let span = Span::new(key.extent.start, value.extent.end.max(key.extent.end));
            if let Kind::Scalar(text, _) = &key.node.kind
                && !seen.insert(Rc::clone(text))
            {
                self.duplicate.get_or_insert(span.start);
            }
            own.push(Entry { key: key.node, value: value.node, span });
        }
        for source in merged {
            own.extend(source.entries().iter().filter(|entry| entry.key.text().is_none_or(|key| seen.insert(key.into()))).cloned());
        }
        own
    }
}

fn null(span: Span) -> Node {
    Node { span: Span::new(span.start, span.start), tag: None, kind: Kind::Scalar(Rc::from(""), Style::Plain) }
}

fn tag_text(tag: &Tag) -> Rc<str> {
    if tag.is_yaml_core_schema() { format!("!!{}", tag.suffix).into() } else { format!("{}{}", tag.handle, tag.suffix).into() }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    }
}

fn trimmed_end(text: &str, start: usize, end: usize) -> usize {
    start + text.get(start..end).unwrap_or_default().trim_end().len()
}

/// The bytes of a scalar's content within the span that the parser gives, which includes tag, anchor and quotes.
fn content_span(text: &str, span: Span, style: Style, is_empty: bool, had_properties: bool) -> Span {
    let end = trimmed_end(text, span.start, span.end);
    let raw = text.get(span.start..end).unwrap_or_default();
    let mut rest = raw;
    while had_properties && rest.starts_with(['&', '!', '#']) {
        let stop = if rest.starts_with('#') { '\n' } else { ' ' };
        let skipped = rest.find(|c: char| c == stop || (stop == ' ' && c.is_whitespace())).unwrap_or(rest.len());
        rest = rest[skipped..].trim_start();
    }
    match style {
        Style::Plain => {}
        Style::Single | Style::Double => {
            let start = (end - rest.len() + 1).min(end);
            return Span::new(start, start + quoted_len(rest.get(1..).unwrap_or_default(), style));
        }
        Style::Block if is_empty => return Span::new(span.start, span.start),
        // With a tag or an anchor the span begins before the block's header line.
        Style::Block if had_properties && rest.len() < raw.len() => {
            rest = rest.split_once('\n').map_or("", |(_, body)| body.trim_start());
        }
        Style::Block | Style::Masked => {}
    }
    Span::new(end - rest.len(), end)
}

/// Length of the content of a quoted scalar, given the text behind the opening quote.
fn quoted_len(text: &str, style: Style) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            b'\\' if style == Style::Double => 2,
            b'\'' if style == Style::Single && bytes.get(at + 1) == Some(&b'\'') => 2,
            b'\'' if style == Style::Single => return at,
            b'"' if style == Style::Double => return at,
            _ => 1,
        };
    }
    text.len()
}
