//! Lists and mappings that a chart's templates put into a pod whole (`toYaml .Values.extraEnv`, `range .Values.volumes`): the
//! Secrets that its values name there.
//!
//! A line with nothing but such an action is blank to the reader of the manifest, so that what the values hold is looked for
//! here. Literals in them are found where they stand.

use unkeyed_model::{Content, Destination, Reference, Workload};

use super::objects::{Object, Written};
use super::{secrets, template};
use crate::facts as shared;
use crate::place;
use crate::tree::Node;

/// Deepest nesting of a value.
const MAX_DEPTH: usize = 12;
/// How far before an action the key stands under which it writes, in bytes.
const MAX_BEFORE: usize = 160;

/// Adds the Secrets that the values name to the workload that an object makes.
pub(super) fn read(object: Object<'_>, workload: &mut Workload) {
    let Some(values) = &object.source.values else { return };
    let rest = object.source.place.text().get(object.node.span.start..).unwrap_or_default();
    // What a template writes at the end of an object is no part of it to the reader.
    let text = rest.split("\n---").next().unwrap_or_default();
    for (name, written, at) in values.put_whole(text) {
        let before = text.get(at.saturating_sub(MAX_BEFORE)..at).unwrap_or_default();
        let key = before.rsplit('\n').find(|line| line.trim_end().ends_with(':') || line.contains(": ")).unwrap_or_default();
        let path = format!("values.{name}");
        if key.trim_start().starts_with("imagePullSecrets:") {
            workload.references.extend(written.node.items().iter().filter_map(|entry| pulls(object, written, entry, &path)));
        } else {
            named(object, written, None, &path, MAX_DEPTH, workload);
        }
    }
}

fn pulls(object: Object<'_>, list: Written<'_>, entry: &Node, path: &str) -> Option<Reference> {
    let node = entry.get("name").unwrap_or(entry);
    let name = node.text().filter(|name| !name.is_empty() && !template::is_templated(name))?;
    let reference = secrets::reference(object, name, Written { node, ..list }.location(path));
    let (used_as, destination) = (Some("imagePullSecrets".to_owned()), Some(Destination::new("registry", "")));
    Some(Reference { content: Content::Durable, used_as, destination, ..reference })
}

/// Secrets that a value names as containers, volumes and sources of variables do.
fn named(object: Object<'_>, written: Written<'_>, variable: Option<&str>, path: &str, deeper: usize, workload: &mut Workload) {
    let Some(deeper) = deeper.checked_sub(1) else { return };
    let variable = written.node.str("name").or(variable);
    for entry in written.node.entries() {
        let path = place::under(path, entry.name());
        let name = match entry.name() {
            "secretKeyRef" | "secretRef" => entry.value.get("name"),
            "secretName" => Some(&entry.value),
            _ => None,
        };
        match name.and_then(|node| Some((node, node.text().filter(|name| !name.is_empty())?))) {
            Some((node, name)) => {
                let reference = secrets::reference(object, name, Written { node, ..written }.location(&path));
                let variable = variable.filter(|_| entry.name() == "secretKeyRef");
                workload.references.push(match variable {
                    Some(variable) => shared::received_by(reference, variable),
                    None => reference,
                });
            }
            None => named(object, Written { node: &entry.value, ..written }, variable, &path, deeper, workload),
        }
    }
    for (index, node) in written.node.items().iter().enumerate() {
        named(object, Written { node, ..written }, None, &place::item(path, index), deeper, workload);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    #[test]
    fn what_a_template_puts_in_whole_names_secrets() {
        let template = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  imagePullSecrets: {{ toYaml .Values.pull | nindent 4 }}\n  \
                        containers:\n    - name: app\n      image: x\n      env:\n        {{- toYaml .Values.extra | nindent 8 }}\n      \
                        {{- with .Values.from }}\n      envFrom:\n        {{- toYaml . | nindent 8 }}\n      {{- end }}\n";
        let of = |values: &'static str| {
            let unit = |path: &str, text: &'static str| {
                Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes().to_vec())
            };
            let facts = crate::testing::read(&[unit("chart/values.yaml", values), unit("chart/templates/a.yaml", template)]);
            let pod = facts.workloads.into_iter().find(|workload| workload.id.contains("Pod")).unwrap();
            pod.references.into_iter().map(|reference| (reference.name, reference.used_as)).collect::<Vec<_>>()
        };
        let extra = "pull: [{name: reg}]\nextra:\n  - name: DB\n    valueFrom: {secretKeyRef: {name: db, key: k}}\nfrom: [{secretRef: {name: all}}]\n";
        let mut found = of(extra);
        found.sort();
        let expected = [("all", None), ("db", Some("DB")), ("reg", Some("imagePullSecrets"))];
        assert_eq!(found, expected.map(|(name, used_as)| (name.to_owned(), used_as.map(str::to_owned))));
        assert_eq!(of("pull: []\nextra: []\nfrom: []\n"), []);
    }
}
