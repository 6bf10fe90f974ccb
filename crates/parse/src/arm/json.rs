//! ARM templates in JSON, as the same source that Bicep gives.

use unkeyed_model::Span;

use super::deployment::{Parameter, Source};
use super::expr::{Expr, Kind};
use super::parser::{Declared, Parser};
use crate::tree::{Entry, Kind as Written, Node};

/// Deepest nesting of resources in resources.
const MAX_RESOURCES: usize = 8;

/// Reads a template.
pub(super) fn parse(root: &Node) -> Source {
    let schema = root.str("$schema").unwrap_or_default().to_ascii_lowercase();
    let scopes = [("subscription", "subscription"), ("managementgroup", "managementGroup"), ("tenant", "tenant")];
    let scope =
        scopes.iter().find(|(word, _)| schema.contains(&format!("{word}deploymenttemplate"))).map_or("resourceGroup", |(_, scope)| scope);
    let mut source = Source { scope: scope.to_owned(), ..Source::default() };
    for entry in root.get("parameters").into_iter().flat_map(Node::entries) {
        let secure = entry.value.str("type").is_some_and(|kind| kind.to_ascii_lowercase().starts_with("secure"));
        let default = entry.value.get("defaultValue").map(expression);
        source.parameters.insert(entry.name().to_owned(), Parameter { default, secure });
    }
    for entry in root.get("variables").into_iter().flat_map(Node::entries) {
        source.variables.insert(entry.name().to_owned(), expression(&entry.value));
    }
    for entry in root.get("outputs").into_iter().flat_map(Node::entries) {
        source.outputs.extend(entry.value.get("value").map(|value| (entry.name().to_owned(), expression(value))));
    }
    if let Some(resources) = root.get("resources") {
        // Templates in language version 2.0 name their resources; of others the type and the name make a symbol.
        for entry in resources.entries() {
            resource(Some(entry.name().to_owned()), &entry.value, entry.span, None, MAX_RESOURCES, &mut source);
        }
        for node in resources.items() {
            resource(None, node, node.span, None, MAX_RESOURCES, &mut source);
        }
    }
    source
}

fn resource(symbol: Option<String>, node: &Node, span: Span, outer: Option<&Declared>, levels: usize, source: &mut Source) {
    let own = node.str("type").unwrap_or_default();
    let kind = match outer {
        Some(outer) if !own.contains('.') => format!("{}/{own}", outer.kind),
        _ => own.to_owned(),
    };
    let symbol = symbol.unwrap_or_else(|| {
        let name = node.str("name").unwrap_or_default();
        let base = format!("{}/{}", kind.rsplit('/').next().unwrap_or_default(), shown(name));
        let twins = source.resources.iter().filter(|known| known.symbol == base || known.symbol.starts_with(&format!("{base}~"))).count();
        if twins == 0 { base } else { format!("{base}~{}", twins + 1) }
    });
    let existing = node.get("existing").is_some_and(Node::is_true);
    let declared = Declared { symbol, kind, body: expression(node), span, outer: outer.map(|outer| outer.symbol.clone()), existing };
    if declared.kind.eq_ignore_ascii_case("Microsoft.Resources/deployments") {
        source.nested.extend(node.path(&["properties", "template"]).map(|template| (node.clone(), template.clone())));
    }
    for inner in node.get("resources").into_iter().flat_map(Node::items) {
        match levels {
            0 => source.is_cut = true,
            _ => resource(None, inner, inner.span, Some(&declared), levels - 1, source),
        }
    }
    source.resources.push(declared);
}

/// A name for people: the expression without its brackets and calls, as ids can't hold dots.
fn shown(name: &str) -> String {
    let inner = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    let parts: Vec<&str> = inner.split(['(', ')', '\'', ',', ' ', '[', ']']).filter(|part| !part.is_empty()).collect();
    let told = parts.iter().filter(|part| !matches!(**part, "parameters" | "variables" | "concat" | "format"));
    told.map(|part| part.replace('.', "_")).collect::<Vec<_>>().join("-")
}

/// A value of the template.
pub(super) fn expression(node: &Node) -> Expr {
    let kind = match &node.kind {
        Written::Scalar(..) if node.is_null() => Kind::Null,
        Written::Scalar(text, _) => {
            let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).filter(|inner| !inner.starts_with('['));
            match inner {
                Some(inner) => {
                    let mut parser = Parser::new(inner, 0);
                    parser.skip(true);
                    let parsed = parser.expression();
                    // Spans inside a JSON string can be off by its escapes; the string as a whole is exact.
                    return parsed.map_or_else(
                        || Expr { kind: Kind::Other("expression".to_owned()), span: node.span },
                        |parsed| Expr { kind: parsed.kind, span: node.span },
                    );
                }
                None => Kind::Text(text.strip_prefix('[').filter(|rest| rest.starts_with('[')).unwrap_or(text).to_owned()),
            }
        }
        Written::Seq(items) => Kind::Array(items.iter().map(expression).collect()),
        Written::Map(entries) => Kind::Object(entries.iter().map(|entry| (key(entry), expression(&entry.value))).collect()),
    };
    Expr { kind, span: node.span }
}

fn key(entry: &Entry) -> Expr {
    expression(&entry.key)
}
