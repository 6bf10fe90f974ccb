//! TOML as the same tree that YAML and JSON give.

use std::rc::Rc;

use toml_edit::{Document, Item, Key, Table, Value};
use unkeyed_model::{Skip, SkipReason, Span};

use crate::place::Place;
use crate::tree::{Entry, Kind, Node, Style};
use crate::yaml::{MAX_BYTES, MAX_DEPTH};

/// Reads the unit's text.
pub(crate) fn parse(place: &Place<'_>) -> Result<Node, Skip> {
    let text = place.text();
    if text.len() > MAX_BYTES {
        return Err(place.skip(SkipReason::Limit, format!("larger than {MAX_BYTES} bytes: structure not read")));
    }
    let document = Document::parse(text).map_err(|error| {
        // The message may quote the file, so only the place is told.
        let line = place.line(error.span().map_or(0, |span| span.start));
        place.skip(SkipReason::Malformed, format!("line {line}: not TOML"))
    })?;
    let whole = Span::new(0, text.len());
    table(document.as_table(), text, Some(whole), MAX_DEPTH)
        .ok_or_else(|| place.skip(SkipReason::Limit, format!("nested deeper than {MAX_DEPTH} levels: structure not read")))
}

/// A table's own span is its heading; it reaches to the end of its last entry.
fn table(table: &Table, text: &str, heading: Option<Span>, levels: usize) -> Option<Node> {
    let levels = levels.checked_sub(1)?;
    let entries = table.iter().map(|(name, item)| entry(table.key(name), name, item, text, levels)).collect::<Option<Vec<Entry>>>()?;
    let first = entries.iter().map(|entry| entry.span.start).min().unwrap_or_default();
    let last = entries.iter().map(|entry| entry.span.end).max().unwrap_or_default();
    let heading = span_of(table.span()).or(heading).filter(|heading| !heading.is_empty());
    let span = Span::new(heading.map_or(first, |heading| heading.start.min(first)), heading.map_or(last, |heading| heading.end.max(last)));
    let span = if entries.is_empty() { heading.unwrap_or_default() } else { span };
    Some(Node { span, tag: None, kind: Kind::Map(entries.into()) })
}

fn entry(key: Option<&Key>, name: &str, item: &Item, text: &str, levels: usize) -> Option<Entry> {
    let value = node(item, text, levels)?;
    let key_span = key.and_then(|key| span_of(key.span())).unwrap_or(Span::new(value.span.start, value.span.start));
    let key = Node { span: unquoted(key_span, text), tag: None, kind: Kind::Scalar(Rc::from(name), Style::Plain) };
    let span = Span::new(key_span.start.min(value.span.start), value.span.end.max(key_span.end));
    Some(Entry { key, value, span })
}

fn node(item: &Item, text: &str, levels: usize) -> Option<Node> {
    let levels = levels.checked_sub(1)?;
    let whole = span_of(item.span()).unwrap_or_default();
    match item {
        Item::None => Some(scalar("", whole, Style::Plain)),
        Item::Value(inner) => value(inner, text, whole, levels),
        Item::Table(inner) => table(inner, text, None, levels),
        Item::ArrayOfTables(tables) => {
            let items = tables.iter().map(|inner| table(inner, text, None, levels)).collect::<Option<Vec<_>>>()?;
            let start = items.first().map_or(whole.start, |item| item.span.start);
            let span = Span::new(start, items.last().map_or(whole.end, |item| item.span.end));
            Some(Node { span, tag: None, kind: Kind::Seq(items.into()) })
        }
    }
}

fn value(value: &Value, text: &str, whole: Span, levels: usize) -> Option<Node> {
    let levels = levels.checked_sub(1)?;
    let whole = span_of(value.span()).unwrap_or(whole);
    Some(match value {
        Value::String(inner) => scalar(inner.value(), unquoted(whole, text), Style::Double),
        Value::Array(array) => {
            let items = array.iter().map(|item| self::value(item, text, whole, levels)).collect::<Option<Vec<_>>>()?;
            Node { span: whole, tag: None, kind: Kind::Seq(items.into()) }
        }
        Value::InlineTable(inline) => {
            let entries = inline.iter().map(|(name, inner)| {
                let inner = self::value(inner, text, whole, levels)?;
                let key = inline.key(name).and_then(|key| span_of(key.span())).unwrap_or(Span::new(inner.span.start, inner.span.start));
                let span = Span::new(key.start.min(inner.span.start), inner.span.end);
                Some(Entry { key: scalar(name, unquoted(key, text), Style::Plain), value: inner, span })
            });
            Node { span: whole, tag: None, kind: Kind::Map(entries.collect::<Option<Vec<_>>>()?.into()) }
        }
        // Numbers, booleans, dates: their text as written.
        _ => scalar(text.get(whole.start..whole.end).unwrap_or_default(), whole, Style::Plain),
    })
}

fn scalar(text: &str, span: Span, style: Style) -> Node {
    Node { span, tag: None, kind: Kind::Scalar(Rc::from(text), style) }
}

/// The span without `"`, `'`, `"""` or `'''`.
fn unquoted(span: Span, text: &str) -> Span {
    let raw = text.get(span.start..span.end).unwrap_or_default();
    let quotes = ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|quote| raw.len() >= 2 * quote.len() && raw.starts_with(quote) && raw.ends_with(quote));
    let width = quotes.map_or(0, str::len);
    Span::new(span.start + width, span.end - width)
}

fn span_of(range: Option<std::ops::Range<usize>>) -> Option<Span> {
    range.map(|range| Span::new(range.start, range.end))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    use super::*;

    #[test]
    fn spans_leave_quotes_out() {
        let text = "é = 1\n[a.b]\n\"k y\" = 'v' # c\nm = \"\"\"x\ny\"\"\"\nt = { u = [\"é\", 2] }\n[[l]]\nz = true\n";
        let unit = Unit::new(Arc::new(Origin::default()), text.as_bytes());
        let root = parse(&Place::new(&unit).ok().unwrap()).ok();
        // A bare key may not be `é`.
        assert!(root.is_none());
        let text = &text[7..];
        let unit = Unit::new(Arc::new(Origin::default()), text.as_bytes());
        let root = parse(&Place::new(&unit).ok().unwrap()).ok().unwrap();
        let slice = |node: &Node| text[node.span.start..node.span.end].to_owned();
        let table = root.path(&["a", "b"]).unwrap();
        assert_eq!(slice(table.get("k y").unwrap()), "v");
        assert_eq!(slice(&table.entry("k y").unwrap().key), "k y");
        assert_eq!(slice(table.get("m").unwrap()), "x\ny");
        assert_eq!(slice(&table.path(&["t", "u"]).unwrap().items()[0]), "é");
        assert_eq!(root.get("l").unwrap().items()[0].str("z"), Some("true"));
        assert_eq!(slice(&root.get("l").unwrap().items()[0]), "[[l]]\nz = true");
        assert!(slice(table).starts_with("[a.b]\n\"k y\"") && slice(table).ends_with("2] }"));
        assert_eq!(root.span.end, text.trim_end().len());
    }

    #[test]
    fn faults_are_coverage_rows_without_content() {
        let unit = Unit::new(Arc::new(Origin::default()), b"a = 1\nb = hunter2\n".as_slice());
        let skip = parse(&Place::new(&unit).ok().unwrap()).err().unwrap();
        assert!(skip.detail.starts_with("line 2") && !skip.detail.contains("hunter2"));
    }
}
