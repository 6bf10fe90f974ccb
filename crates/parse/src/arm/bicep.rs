//! The statements of a Bicep file.
//!
//! A statement that can't be followed is left out and said so; reading goes on at the next line that begins one.

use std::collections::BTreeMap;

use unkeyed_model::{Facts, SkipReason};

use super::deployment::{Parameter, Source, type_of};
use super::expr::Expr;
use super::parser::Parser;
use crate::place::Place;

/// Largest file that is read, in bytes.
const MAX_BYTES: usize = 4 << 20;
/// Words that begin a statement.
const STATEMENTS: &[&str] = &[
    "param",
    "var",
    "resource",
    "module",
    "output",
    "targetScope",
    "type",
    "func",
    "metadata",
    "import",
    "using",
    "assert",
    "extension",
    "provider",
    "@",
];

/// Reads the file.
pub(super) fn parse(place: &Place<'_>, facts: &mut Facts) -> Source {
    let mut source = Source { scope: "resourceGroup".to_owned(), ..Source::default() };
    if place.text().len() > MAX_BYTES {
        facts.skipped.push(place.skip(SkipReason::Limit, format!("larger than {MAX_BYTES} bytes: structure not read")));
        return source;
    }
    let mut parser = Parser::new(place.text(), 0);
    parser.take("\u{feff}");
    let mut broken = None;
    let mut secure = false;
    loop {
        parser.skip(true);
        let start = parser.at;
        if start >= place.text().len() {
            break;
        }
        if parser.take("@") {
            secure |= decorator_is_secure(&mut parser);
            continue;
        }
        if statement(&mut parser, std::mem::take(&mut secure), &mut source).is_none() {
            broken.get_or_insert(start);
            parser.at = next_statement(place.text(), parser.at.max(start + 1));
        }
    }
    source.resources.append(&mut parser.nested);
    qualify(&mut source);
    if let Some(at) = broken {
        let detail = format!("line {}: not Bicep that is understood; the other statements were read", place.line(at));
        facts.skipped.push(place.skip(SkipReason::NotUnderstood, detail));
    }
    source
}

/// Gives a resource that is declared inside another its full type: `userAssignedIdentities` and `federatedIdentityCredentials`
/// make one type together.
fn qualify(source: &mut Source) {
    /// Deepest nesting of declarations.
    const LEVELS: usize = 4;
    for _ in 0..LEVELS {
        let full = source.resources.iter().filter(|resource| resource.kind.contains('.'));
        let types: BTreeMap<String, String> = full.map(|resource| (resource.symbol.clone(), type_of(resource).to_owned())).collect();
        for resource in source.resources.iter_mut().filter(|resource| !type_of(resource).contains('.')) {
            if let Some(outer) = resource.outer.as_ref().and_then(|outer| types.get(outer)) {
                resource.kind = format!("{outer}/{}", resource.kind);
            }
        }
    }
}

fn decorator_is_secure(parser: &mut Parser<'_>) -> bool {
    let start = parser.at;
    let read = parser.expression().is_some();
    if !read {
        parser.at = start + parser.text[start..].find('\n').unwrap_or(parser.text.len() - start);
    }
    matches!(parser.text[start..parser.at].trim(), "secure()" | "sys.secure()")
}

/// One statement; `None` if it can't be followed.
fn statement(parser: &mut Parser<'_>, secure: bool, source: &mut Source) -> Option<()> {
    let word = parser.name();
    parser.skip(false);
    match word {
        "param" => {
            let name = parser.name().to_owned();
            let default = assigned(parser)?;
            source.parameters.insert(name, Parameter { default, secure });
        }
        "var" => {
            let name = parser.name().to_owned();
            source.variables.insert(name, assigned(parser)??);
        }
        "resource" => source.resources.push(parser.resource(None)?),
        "module" => source.modules.push(parser.resource(None)?),
        "output" => {
            let name = parser.name().to_owned();
            source.outputs.extend(assigned(parser)?.map(|value| (name, value)));
        }
        "targetScope" => {
            let scope = assigned(parser)??;
            source.scope = scope.literal().unwrap_or_default().to_owned();
        }
        "using" => {
            let template = parser.expression();
            source.using = template.as_ref().and_then(Expr::literal).map(str::to_owned);
        }
        "metadata" | "type" | "func" | "import" | "assert" | "extension" | "provider" => {
            parser.at = next_statement(parser.text, parser.at);
        }
        _ => return None,
    }
    Some(())
}

/// What stands behind `=`, after a type; nothing if the type ends without one.
#[allow(clippy::option_option, reason = "outer: can't be followed; inner: not assigned")]
fn assigned(parser: &mut Parser<'_>) -> Option<Option<Expr>> {
    let (end, is_assigned) = type_end(parser.text, parser.at);
    parser.at = end;
    if !is_assigned {
        return Some(None);
    }
    parser.skip(true);
    parser.expression().map(Some)
}

/// Where a type ends, which may go over lines in brackets or behind `|`, and whether a `=` follows, which is passed.
fn type_end(text: &str, from: usize) -> (usize, bool) {
    let bytes = text.as_bytes();
    let (mut at, mut open) = (from, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'(' | b'{' | b'[' => open += 1,
            b')' | b'}' | b']' => open = open.saturating_sub(1),
            b'\'' => at += text[at + 1..].find(['\'', '\n']).map_or(0, |end| end + 1),
            b'=' if open == 0 => return (at + 1, true),
            b'\n' if open == 0 => {
                let rest = text[at..].trim_start();
                if !rest.starts_with('|') {
                    return (at, false);
                }
                at = text.len() - rest.len();
            }
            _ => {}
        }
        at += 1;
    }
    (text.len(), false)
}

/// Where the next line starts that begins a statement.
fn next_statement(text: &str, from: usize) -> usize {
    let from = (from..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    let mut at = from;
    while let Some(found) = text[at..].find('\n').map(|found| at + found + 1) {
        let line = &text[found..];
        if STATEMENTS.iter().any(|word| line.starts_with(word)) {
            return found;
        }
        at = found;
    }
    text.len()
}
