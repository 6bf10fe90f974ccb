//! Configurations of SPIRE that stand in ConfigMaps, as its own manifests and most tutorials deploy it.

use serde_json::Value as Json;
use unkeyed_model::{Facts, Skip, SkipReason, Workload, WorkloadKind};

use super::objects::Object;
use crate::spire;
use crate::tree::{Entry, Node};

/// Reads the files of a ConfigMap that are such configurations. Locations are those of the whole file: its lines are
/// indented in the manifest, so that bytes of the one aren't bytes of the other.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    for entry in object.at(&["data"]).map(Node::entries).unwrap_or_default() {
        file(object, entry, facts);
    }
}

fn file(object: Object<'_>, entry: &Entry, facts: &mut Facts) {
    let Some(text) = entry.value.text().filter(|text| is_one(text)) else { return };
    let place = object.location(&entry.value, &format!("data[\"{}\"]", entry.name()));
    let parsed = hcl_edit::parser::parse_body(text).or_else(|_| hcl_edit::parser::parse_body(&in_lines(text)));
    let Ok(body) = parsed.or_else(|error| of_json(text).map_or(Err(error), |text| hcl_edit::parser::parse_body(&text))) else {
        let detail = format!("{}: not the language of SPIRE's configurations; scanned as text only", entry.name());
        facts.skipped.push(Skip { path: place.origin.path.clone(), why: SkipReason::Malformed, detail });
        return;
    };
    let id = format!("spire:{}#{}/{}", place.origin.path, object.name(), entry.name());
    let mut workload = Workload::new(WorkloadKind::Spire, id, entry.name(), place.clone());
    workload.component = true;
    spire::configuration::read(&body, &|_, _| place.clone(), &mut workload, facts);
    if !workload.traits.is_empty() {
        facts.workloads.push(workload);
    }
}

/// Whether a text names a trust domain in a section of SPIRE's own.
fn is_one(text: &str) -> bool {
    let begins =
        |line: &str| ["server", "agent"].iter().any(|name| line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('{')));
    text.contains("trust_domain") && (text.contains("plugins") || text.lines().any(|line| begins(line.trim_start())))
}

/// The text with blocks that stand on one line on several, as the language's older version allowed (`plugins { … { … } }`).
fn in_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut blocks = Vec::new();
    let mut quoted = false;
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            '{' if !quoted => {
                let is_block = !out.trim_end().ends_with(['=', ',', '[', '(', ':']);
                blocks.push(is_block);
                out.push_str(if is_block { "{\n" } else { "{" });
                continue;
            }
            '}' if !quoted && blocks.pop() == Some(true) => {
                out.push_str("\n}\n");
                continue;
            }
            _ => {}
        }
        out.push(character);
    }
    out
}

/// A configuration in JSON, which the language allows, written out in the language.
fn of_json(text: &str) -> Option<String> {
    let root: Json = serde_json::from_str(text).ok()?;
    let mut out = String::new();
    for (section, inside) in root.as_object()? {
        out.push_str(&format!("{section} {{\n"));
        for (name, value) in inside.as_object()? {
            // Each plugin of a kind by its name, in a list or not.
            let listed = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            let plugins = listed.iter().filter_map(Json::as_object).flat_map(|all| all.keys());
            match section.as_str() {
                "plugins" => plugins.for_each(|plugin| out.push_str(&format!("{name} {plugin:?} {{}}\n"))),
                _ if value.is_object() || value.is_array() => {}
                _ => out.push_str(&format!("{name} = {value}\n")),
            }
        }
        out.push_str("}\n");
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{in_lines, of_json};

    #[test]
    fn json_is_written_out() {
        let text = r#"{"agent": {"trust_domain": "a", "insecure_bootstrap": true}, "plugins": {"NodeAttestor": [{"join_token": {}}]}}"#;
        let body = hcl_edit::parser::parse_body(&of_json(text).unwrap()).unwrap();
        assert_eq!(body.blocks().map(|block| block.ident.as_str()).collect::<Vec<_>>(), ["agent", "plugins"]);
        assert!(body.get_blocks("agent").next().unwrap().body.has_attribute("insecure_bootstrap"));
        assert_eq!(body.get_blocks("plugins").next().unwrap().body.get_blocks("NodeAttestor").count(), 1);
        assert!(of_json("trust_domain").is_none());
    }

    #[test]
    fn blocks_on_one_line_are_read_and_objects_stay() {
        let text = "plugins { NodeAttestor \"x\" { plugin_data { cluster = \"}\" } } }\nmap = { a = 1 }\n";
        let body = hcl_edit::parser::parse_body(&in_lines(text)).unwrap();
        assert_eq!((body.blocks().count(), body.attributes().count()), (1, 1));
    }
}
