//! Kubernetes manifests in Terraform: `kubectl_manifest` with text, `kubernetes_manifest` with an object.
//!
//! The decision a reader would question: text is read as it stands, `${…}` and all, so that what Terraform fills in is said
//! to be filled in elsewhere and every value keeps its place. A text that a function makes of a file is that file's.

use std::ops::Range;
use std::rc::Rc;

use unkeyed_model::{Facts, Span};

use super::module::Module;
use super::resource::Resource;
use crate::evaluated::{Kind, Val};
use crate::policy_document::hole;
use crate::tree::{self, Entry, Node, Style};
use crate::{k8s, yaml};

/// Types of resources, with the attribute that holds the manifest.
const HOLDERS: &[(&str, &str)] = &[("kubectl_manifest", "yaml_body"), ("kubernetes_manifest", "manifest"), ("k8s_manifest", "content")];

/// Emits what the manifests of a folder say, file by file.
pub(super) fn read(module: &Module<'_>, facts: &mut Facts) {
    let mut texts: Vec<Vec<Range<usize>>> = vec![Vec::new(); module.files.len()];
    let mut objects: Vec<Vec<Node>> = vec![Vec::new(); module.files.len()];
    for (kind, attribute) in HOLDERS {
        for (address, section) in module.of_type(kind) {
            let resource = Resource { module, address, section };
            let Some(val) = resource.get(attribute) else { continue };
            match (&val.kind, val.at) {
                (Kind::Text(..), Some(at)) => {
                    let (span, text) = module.source(at);
                    if text.contains('\n') && is_in(at.file, &mut texts, span) {
                        texts[at.file].push(span.start..span.end);
                    }
                }
                (Kind::Map(_), _) => objects[section.file].push(node(module, &val, section.file, section.span())),
                _ => {}
            }
        }
    }
    for ((file, mut ranges), mut nodes) in module.files.iter().zip(texts).zip(objects) {
        ranges.sort_by_key(|range| range.start);
        if !ranges.is_empty() {
            let mut read = yaml::parse_text(&file.place, &only(file.place.text(), &ranges));
            facts.skipped.append(&mut read.skipped);
            nodes.append(&mut read.nodes);
        }
        if !nodes.is_empty() {
            k8s::read_embedded(file.place.again(), &nodes, facts);
        }
    }
}

/// Whether a span of a file is new; a local that several resources take is one text.
fn is_in(file: usize, texts: &mut [Vec<Range<usize>>], span: Span) -> bool {
    texts.get(file).is_some_and(|ranges| ranges.iter().all(|range| range.end <= span.start || span.end <= range.start))
}

/// The text of a file, of the same length, with nothing but these parts of it, each a document of its own. Quotes inside of
/// `${…}` would end a value.
fn only(text: &str, ranges: &[Range<usize>]) -> String {
    let mut bytes: Vec<u8> = text.bytes().map(|byte| if byte == b'\n' { b'\n' } else { b' ' }).collect();
    for range in ranges {
        let line_before = text[..range.start].trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1);
        if range.start >= line_before + 4 {
            bytes[line_before..line_before + 3].copy_from_slice(b"---");
        }
        let mut is_filled = false;
        for (at, byte) in text.bytes().enumerate().take(range.end).skip(range.start) {
            is_filled = (is_filled || text.as_bytes()[at..].starts_with(b"${")) && !matches!(byte, b'}' | b'\n');
            bytes[at] = if is_filled && byte == b'"' { b'_' } else { byte };
        }
    }
    // Only whole parts of the text were kept, and quotes replaced by ASCII.
    String::from_utf8(bytes).unwrap_or_default()
}

/// A value as the tree that a manifest is read as. What stands elsewhere stands at the whole.
fn node(module: &Module<'_>, val: &Val, file: usize, whole: Span) -> Node {
    let span = val.at.filter(|at| at.file == file).map_or(whole, |at| module.source(at).0);
    let scalar = |text: &str, style| tree::Kind::Scalar(Rc::from(text), style);
    let kind = match &val.kind {
        Kind::Null => scalar("null", Style::Plain),
        Kind::List(items) => tree::Kind::Seq(items.iter().map(|item| node(module, item, file, span)).collect()),
        Kind::Map(entries) => {
            let entry = |(name, value): &(String, Val)| {
                let value = node(module, value, file, span);
                Entry { key: Node { span: value.span, tag: None, kind: scalar(name, Style::Double) }, span: value.span, value }
            };
            tree::Kind::Map(entries.iter().map(entry).collect())
        }
        _ => scalar(&hole::shown(&module.text_of(val).0), Style::Masked),
    };
    Node { span, tag: None, kind }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Facts, Origin, Unit};

    use crate::testing::read;

    fn folder(text: &str) -> Facts {
        read(&[Unit::new(Arc::new(Origin { path: "infra/main.tf".into(), ..Origin::default() }), text.as_bytes().to_vec())])
    }

    fn slots<'t>(facts: &Facts, text: &'t str) -> Vec<&'t str> {
        facts.slots.iter().map(|slot| &text[slot.location.region.span.start..slot.location.region.span.end]).collect()
    }

    #[test]
    fn text_of_a_manifest_is_read_where_it_stands() {
        let text = r#"
# ärgerlich
resource "kubectl_manifest" "cache" {
  yaml_body = <<-YAML
    apiVersion: v1
    kind: Pod
    metadata:
      name: cache
      namespace: "${var.names["cache"]}"
    spec:
      containers:
        - name: redis
          env:
            - name: REDIS_PASSWORD
              value: fixture-dead-token-0021
  YAML
}
resource "kubectl_manifest" "other" {
  yaml_body = <<YAML
apiVersion: v1
kind: Pod
metadata: {name: other}
spec: {containers: [{name: a}]}
YAML
}
"#;
        let facts = folder(text);
        assert_eq!(facts.skipped, []);
        let ids: Vec<&str> = facts.workloads.iter().map(|workload| workload.id.as_str()).filter(|id| id.starts_with("k8s:")).collect();
        assert_eq!(ids, ["k8s:${var.names[_cache_]}/Pod/cache", "k8s:default/Pod/other"]);
        assert_eq!(slots(&facts, text), ["fixture-dead-token-0021"]);
    }

    #[test]
    fn an_object_is_a_manifest_as_well() {
        let text = r#"
resource "kubernetes_manifest" "app" {
  manifest = {
    apiVersion = "v1"
    kind       = "Pod"
    metadata   = { name = "app", namespace = "shop" }
    spec = { containers = [{ name = "a", env = [{ name = "API_TOKEN", value = "fixture-dead-token-0022" }, { name = "DB_PASSWORD", value = var.db }] }] }
  }
}
"#;
        let facts = folder(text);
        assert_eq!(facts.workloads.iter().filter(|workload| workload.id == "k8s:shop/Pod/app").count(), 1);
        assert_eq!(slots(&facts, text), ["fixture-dead-token-0022"]);
        let pod = facts.workloads.iter().find(|workload| workload.id.starts_with("k8s:")).unwrap();
        assert_eq!(pod.references.iter().map(|reference| reference.name.as_str()).collect::<Vec<_>>(), ["var.db"]);
    }
}
