//! Lists and mappings that a chart's templates put into a pod whole (`toYaml .Values.extraEnv`, `range .Values.volumes`): the
//! Secrets that its values name there.
//!
//! A line with nothing but such an action is blank to the reader of the manifest, so that what the values hold is looked for
//! here. Literals in them are found where they stand.

use unkeyed_model::{Content, Destination, Reference, Span, StoreKind, Workload};

use super::objects::{Object, Written};
use super::{secrets, template, values};
use crate::facts as shared;
use crate::place;
use crate::tree::Node;

/// Deepest nesting of a value.
const MAX_DEPTH: usize = 12;
/// How far before an action the key stands under which it writes, in bytes.
const MAX_BEFORE: usize = 4_096;

/// Keys of a pod under which a template may write what it is given.
const GIVEN: &[&str] = &["env:", "envFrom:", "volumes:", "imagePullSecrets:", "containers:", "initContainers:"];

/// Adds the Secrets that the values name to the workload that an object makes.
pub(super) fn read(object: Object<'_>, workload: &mut Workload) {
    if !object.source.place.path().split('/').any(|folder| folder == "templates") {
        return;
    }
    let rest = object.source.place.text().get(object.node.span.start..).unwrap_or_default();
    // What a template writes at the end of an object is no part of it to the reader.
    let text = rest.split("\n---").next().unwrap_or_default();
    for at in values::unread(text) {
        if GIVEN.contains(&key_above(text, at)) {
            let span = Span::new(object.node.span.start + at, object.node.span.start + at + 2);
            let location = object.source.place.at(span, "a template of the chart");
            workload.references.push(shared::reference(StoreKind::ForeignDefinition, "what a template of the chart puts there", location));
        }
    }
    let Some(values) = &object.source.values else { return };
    for (name, written, at) in values.put_whole(text) {
        let path = format!("values.{name}");
        if key_above(text, put_at(text, at)) == "imagePullSecrets:" {
            workload.references.extend(written.node.items().iter().filter_map(|entry| pulls(object, written, entry, &path)));
        } else {
            named(object, written, None, &path, MAX_DEPTH, workload);
        }
    }
}

/// Where the value of an action is put: `with` only makes it the one that the next action writes, mostly below a key of its own.
fn put_at(text: &str, at: usize) -> usize {
    let is_with = text[at + 2..].trim_start_matches(['-', ' ']).starts_with("with ");
    text[at + 2..].find("{{").filter(|_| is_with).map_or(at, |next| at + 2 + next)
}

/// The key under which an action writes: the one above it that is no deeper than what it says that it indents by.
pub(super) fn key_above(text: &str, at: usize) -> &str {
    let action = text[at..].split("}}").next().unwrap_or_default();
    let depth = action.split("indent ").nth(1).and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
    let from = (at.saturating_sub(MAX_BEFORE)..=at).find(|from| text.is_char_boundary(*from)).unwrap_or(at);
    let mut lines = text[from..at].rsplit('\n').filter_map(|line| {
        let content = line.trim_start_matches([' ', '-']);
        let indent = line.len() - line.trim_start().len();
        let is_key = content.trim_end().ends_with(':') && !content.starts_with('{');
        (is_key && depth.is_none_or(|depth: usize| indent <= depth)).then(|| content.trim())
    });
    lines.next().unwrap_or_default()
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
        let of_chart = |template: &'static str, values: &'static str| {
            let unit = |path: &str, text: &'static str| {
                Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes().to_vec())
            };
            let facts = crate::testing::read(&[unit("chart/values.yaml", values), unit("chart/templates/a.yaml", template)]);
            let pod = facts.workloads.into_iter().find(|workload| workload.id.contains("Pod")).unwrap();
            pod.references.into_iter().map(|reference| (reference.name, reference.used_as)).collect::<Vec<_>>()
        };
        let of = |values: &'static str| of_chart(template, values);
        let extra = "pull: [{name: reg}]\nextra:\n  - name: DB\n    valueFrom: {secretKeyRef: {name: db, key: k}}\nfrom: [{secretRef: {name: all}}]\n";
        let mut found = of(extra);
        found.sort();
        let expected = [("all", None), ("db", Some("DB")), ("reg", Some("imagePullSecrets"))];
        assert_eq!(found, expected.map(|(name, used_as)| (name.to_owned(), used_as.map(str::to_owned))));
        assert_eq!(of("pull: []\nextra: []\nfrom: []\n"), []);
        let made = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  {{- with .Values.imagePullSecrets }}\n  imagePullSecrets:\n    {{- toYaml . | nindent 4 }}\n  {{- end }}\n  containers: [{name: app, image: x}]\n";
        let pulled = |values: &'static str| of_chart(made, values);
        assert_eq!(pulled("imagePullSecrets: [{name: reg}]\n"), [("reg".to_owned(), Some("imagePullSecrets".to_owned()))]);
        assert_eq!(pulled("imagePullSecrets: []\n"), []);
    }

    #[test]
    fn what_a_named_template_writes_is_not_seen() {
        let of = |body: &str| {
            let head = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  containers:\n    - name: app\n";
            let origin = Origin { path: "chart/templates/a.yaml".into(), ..Origin::default() };
            let facts = crate::testing::read(&[Unit::new(Arc::new(origin), format!("{head}{body}").into_bytes())]);
            facts.workloads[0].references.iter().map(|found| found.name.clone()).collect::<Vec<_>>()
        };
        let unseen = ["what a template of the chart puts there"];
        assert_eq!(of("      env:\n        - name: A\n          value: b\n        {{- include \"app.env\" . | nindent 8 }}\n"), unseen);
        assert_eq!(of("      env:\n        {{- tpl .Values.extra . | nindent 8 }}\n"), unseen);
        assert_eq!(of("      resources:\n        {{- include \"app.resources\" . | nindent 8 }}\n"), [""; 0]);
        let looped = "      env:\n        {{- range .Values.x }}\n        - name: {{ .n }}\n          valueFrom: {secretKeyRef: {name: {{ .s.name }}, key: {{ .k }}}}\n        {{- end }}\n";
        assert_eq!(of(looped), ["a Secret of a template"]);
    }
}
