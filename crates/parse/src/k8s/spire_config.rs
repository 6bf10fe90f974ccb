//! Configurations of SPIRE that stand in ConfigMaps, as its own manifests and most tutorials deploy it.

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
    let Some(text) = entry.value.text().filter(|text| text.contains("trust_domain") && text.contains("plugins")) else { return };
    let place = object.location(&entry.value, &format!("data[\"{}\"]", entry.name()));
    let Ok(body) = hcl_edit::parser::parse_body(text).or_else(|_| hcl_edit::parser::parse_body(&in_lines(text))) else {
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

#[cfg(test)]
mod tests {
    use super::in_lines;

    #[test]
    fn blocks_on_one_line_are_read_and_objects_stay() {
        let text = "plugins { NodeAttestor \"x\" { plugin_data { cluster = \"}\" } } }\nmap = { a = 1 }\n";
        let body = hcl_edit::parser::parse_body(&in_lines(text)).unwrap();
        assert_eq!((body.blocks().count(), body.attributes().count()), (1, 1));
    }
}
