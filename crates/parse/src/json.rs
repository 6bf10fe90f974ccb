//! JSON and JSON with comments, as the same tree that YAML gives.

use std::rc::Rc;

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use unkeyed_model::{Skip, SkipReason, Span};

use crate::place::Place;
use crate::tree::{Entry, Kind, Node, Style};
use crate::yaml::{MAX_BYTES, MAX_DEPTH, MAX_NODES};

/// Most values per file: each may have a key, and the parser's own tree stands beside ours while it is converted.
const MAX_VALUES: usize = MAX_NODES / 2;

/// Reads the unit's text. Comments and trailing commas are accepted everywhere, because agents' configurations use them.
pub(crate) fn parse(place: &Place<'_>) -> Result<Node, Skip> {
    let text = place.text();
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let base = text.len() - body.len();
    // Each value but the first follows one of these bytes, so their number bounds the tree before it is built.
    let values = memchr::memchr3_iter(b',', b'[', b'{', body.as_bytes()).count();
    if text.len() > MAX_BYTES || values > MAX_VALUES {
        let detail = format!("larger than {MAX_BYTES} bytes or {MAX_VALUES} values: structure not read");
        return Err(place.skip(SkipReason::Limit, detail));
    }
    let options = ParseOptions { allow_missing_commas: false, ..ParseOptions::default() };
    let result = parse_to_ast(body, &CollectOptions::default(), &options).map_err(|error| {
        let line = place.line(base + error.range().start);
        place.skip(SkipReason::Malformed, format!("line {line}: not JSON, {}", error.kind()))
    })?;
    let too_deep = || place.skip(SkipReason::Limit, format!("nested deeper than {MAX_DEPTH} levels: structure not read"));
    match result.value {
        Some(value) => convert(&value, base, MAX_DEPTH).ok_or_else(too_deep),
        None => Ok(Node { span: Span::default(), tag: None, kind: Kind::Scalar(Rc::from(""), Style::Plain) }),
    }
}

/// Converts a value; `None` if more than `levels` lie below.
fn convert(value: &Value<'_>, base: usize, levels: usize) -> Option<Node> {
    let levels = levels.checked_sub(1)?;
    let whole = span(value.range(), base);
    Some(match value {
        Value::StringLit(lit) => quoted(&lit.value, whole),
        Value::NumberLit(lit) => scalar(lit.value, whole, Style::Plain),
        Value::BooleanLit(lit) => scalar(if lit.value { "true" } else { "false" }, whole, Style::Plain),
        Value::NullKeyword(_) => scalar("null", whole, Style::Plain),
        Value::Array(array) => {
            let items: Option<Vec<Node>> = array.elements.iter().map(|element| convert(element, base, levels)).collect();
            Node { span: whole, tag: None, kind: Kind::Seq(items?.into()) }
        }
        Value::Object(object) => {
            let entries: Option<Vec<Entry>> = object
                .properties
                .iter()
                .map(|property| {
                    let key = match &property.name {
                        ObjectPropName::String(lit) => quoted(&lit.value, span(lit.range, base)),
                        ObjectPropName::Word(lit) => scalar(lit.value, span(lit.range, base), Style::Plain),
                    };
                    let value = convert(&property.value, base, levels)?;
                    Some(Entry { key, value, span: span(property.range, base) })
                })
                .collect();
            Node { span: whole, tag: None, kind: Kind::Map(entries?.into()) }
        }
    })
}

fn scalar(text: &str, span: Span, style: Style) -> Node {
    Node { span, tag: None, kind: Kind::Scalar(Rc::from(text), style) }
}

/// A string, whose span leaves the quotes out.
fn quoted(text: &str, whole: Span) -> Node {
    scalar(text, Span::new(whole.start + 1, whole.end.saturating_sub(1).max(whole.start + 1)), Style::Double)
}

fn span(range: Range, base: usize) -> Span {
    Span::new(range.start + base, range.end + base)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    use super::*;

    fn read(text: &str) -> Result<Node, Skip> {
        let unit = Unit::new(Arc::new(Origin::default()), text.as_bytes());
        parse(&Place::new(&unit).ok().unwrap())
    }

    #[test]
    fn spans_leave_quotes_out() {
        let text = "\u{feff}{ // cömment\n \"ä\": \"v\\\"x\", 'b': [1, true, null,], }";
        let root = read(text).ok().unwrap();
        let of = |node: &Node| text[node.span.start..node.span.end].to_owned();
        assert_eq!((of(root.get("ä").unwrap()).as_str(), root.str("ä")), ("v\\\"x", Some("v\"x")));
        assert_eq!(of(&root.get("b").unwrap().items()[1]), "true");
        assert!(root.get("b").unwrap().items()[2].is_null());
        assert_eq!(of(&root.entry("ä").unwrap().key), "ä");
        assert_eq!(&text[root.entry("b").unwrap().span.start..root.entry("b").unwrap().span.end], "'b': [1, true, null,]");
    }

    #[test]
    fn faults_are_coverage_rows() {
        let skip = read("{\n\"a\": hunter2 }").err().unwrap();
        assert_eq!(skip.why, SkipReason::Malformed);
        assert!(skip.detail.starts_with("line 2:") && !skip.detail.contains("hunter2"));
        assert_eq!(read(&"[".repeat(100_000)).err().map(|skip| skip.why), Some(SkipReason::Malformed));
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert_eq!(read(&deep).err().map(|skip| skip.why), Some(SkipReason::Limit));
    }

    #[test]
    fn every_prefix_is_read_without_panic() {
        let text = "{\"é\": [1, {\"b\": 'c'}, \"\\u00e9\"], /* x */ d: -1.5e3 }";
        for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
            let _ = read(&text[..end]).is_ok();
        }
    }
}
