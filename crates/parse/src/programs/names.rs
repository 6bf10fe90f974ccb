//! Names that a program sets once to a literal.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::literal::{Names, bounded, is_name, value};
use crate::policy_document::hole;
use crate::terraform::snake_case;

/// Calls that leave a list as it is.
const READS: &[&str] = &[".map(", ".forEach(", ".filter(", ".join(", ".length", ".includes("];

/// Names that lines of the file set to a text, an object or a list, each once. Of an object or list nothing may be set or taken
/// apart elsewhere: what it is then, nobody runs the program to see.
pub(super) fn names(text: &str) -> Names {
    let mut found: BTreeMap<&str, Option<Json>> = BTreeMap::new();
    let texts = set(text, &['"', '\'', '`', 'f'], &Names::new(), &mut found);
    set(text, &['{', '['], &texts, &mut found);
    let is_whole = |name: &str, json: &Json| {
        json.is_string()
            || !text.match_indices(name).any(|(at, _)| {
                let is_start = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.'));
                let behind = &text[at + name.len()..];
                is_start && behind.starts_with(['.', '[']) && !READS.iter().any(|call| behind.starts_with(call))
            })
    };
    let known = found.into_iter().filter_map(|(name, json)| Some((name, json?)));
    known.filter(|(name, json)| is_whole(name, json)).map(|(name, json)| (name.to_owned(), json)).collect()
}

/// Takes the names that are set to something that begins so, and says which are known by now.
fn set<'t>(text: &'t str, begins: &[char], names: &Names, found: &mut BTreeMap<&'t str, Option<Json>>) -> Names {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some((left, right)) = line.split_once('=').filter(|(_, right)| !right.starts_with('=')) else { continue };
        let own = left.trim().trim_start_matches("export ").trim_start();
        let own = ["const ", "let ", "var "].iter().find_map(|word| own.strip_prefix(word)).unwrap_or(own);
        let name = own.split(':').next().unwrap_or_default().trim();
        // `private static final String ISSUER`.
        let is_typed = || name.bytes().all(|byte| is_name(byte) || byte == b' ');
        let name = name.rsplit(' ').next().filter(|_| is_typed()).unwrap_or(name);
        if name.is_empty() || !name.bytes().all(is_name) || !right.trim_start().starts_with(begins) {
            continue;
        }
        // A text ends with its line.
        let is_text = !begins.contains(&'{');
        let written = if is_text { format!("{};", bounded(right)) } else { bounded(&text[start + left.len() + 1..]).to_owned() };
        let known = value(&written, names).filter(|json| match json {
            Json::String(text) => is_text && hole::is_known(text),
            Json::Object(_) | Json::Array(_) => !is_text,
            _ => false,
        });
        let entry = found.entry(name).or_insert_with(|| known.clone());
        if *entry != known {
            *entry = None;
        }
    }
    found.iter().filter_map(|(name, json)| Some(((*name).to_owned(), json.clone()?))).collect()
}

/// A value by its name in the notation of Python; the other languages write the same name in theirs.
pub(super) fn field<'j>(given: &'j Map<String, Json>, name: &str) -> Option<&'j Json> {
    given.iter().find(|(theirs, _)| snake_case(theirs) == name).map(|(_, value)| value)
}

/// A statement of a policy with what a kit's object says of its actions and resources.
pub(super) fn statement(given: &Map<String, Json>) -> Map<String, Json> {
    const ELEMENTS: [(&str, &str); 4] =
        [("actions", "Action"), ("not_actions", "NotAction"), ("resources", "Resource"), ("not_resources", "NotResource")];
    let written = ELEMENTS.iter().filter_map(|(theirs, element)| Some(((*element).to_owned(), field(given, theirs)?.clone())));
    std::iter::once(("Effect".to_owned(), json!("Allow"))).chain(written).collect()
}

/// The literal with what a format or a joined text fills in (`%s`, `` ` + name + ` ``) as holes.
pub(super) fn formatted(json: Json) -> Json {
    match json {
        // Which part of a joined text is written isn't told apart.
        Json::String(text) if text.contains('`') => Json::String(hole::hole("a joined text")),
        Json::String(text) => {
            let verbs = ["%s", "%v", "%d", "%q"];
            Json::String(verbs.iter().fold(text, |text, verb| text.replace(verb, &hole::hole("a formatted value"))))
        }
        Json::Array(items) => Json::Array(items.into_iter().map(formatted).collect()),
        Json::Object(fields) => Json::Object(fields.into_iter().map(|(key, value)| (key, formatted(value))).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_have_the_names_that_they_are_given_once() {
        let text = "const org = 'northwind';\nexport const conditions: iam.Conditions = {\n  StringLike: { 'x:sub': `repo:${org}/*` },\n};\nlist = ['a', org]\n";
        let names = names(text);
        assert_eq!(names["conditions"], json!({ "StringLike": { "x:sub": "repo:northwind/*" } }));
        assert_eq!((&names["org"], &names["list"]), (&json!("northwind"), &json!(["a", "northwind"])));
    }

    #[test]
    fn what_is_set_twice_or_in_parts_is_not_known() {
        for text in ["a = 'x'\na = 'y'\n", "a = {}\na = []\n", "const a = {};\na.StringLike = b;\n", "a = {}\na['x'] = 1\n", "a = f(x)\n"] {
            assert!(names(text).is_empty(), "{text}");
        }
    }
}
