//! The values of a chart: what its templates are filled in with unless whoever installs it says otherwise (DOMAIN §9.12).
//!
//! Nothing is rendered: an action is followed if all it does is to put a value there (`{{ .Values.role | quote }}`, `toYaml`
//! of a mapping). The decision a reader would question: an empty value is one that is still to be given, and says nothing.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Skip, SkipReason};

use super::objects::{Object, Source, Written};
use crate::place;
use crate::tree::{Kind, Node};
use crate::yaml;

/// Most values of a chart that are found by their names.
const MAX_VALUES: usize = 20_000;
/// Longest name of a value, in parts.
const MAX_PARTS: usize = 12;
/// Longest name of a value, in bytes.
const MAX_NAME: usize = 256;

/// What stands before the name of a value.
const PREFIX: &str = ".Values.";
/// Functions that leave a text what it is.
const PLAIN: &[&str] = &["quote", "squote", "trim", "toString", "default", "required"];

/// Whether a file is one of values, by its name.
pub(super) fn is_one(name: &str) -> bool {
    matches!(name, "values.yaml" | "values.yml")
}

/// Whether a file is one of values for one environment (`values-dev.yaml`).
pub(super) fn is_of_environment(name: &str) -> bool {
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"));
    stem.and_then(|stem| stem.strip_prefix("values")).is_some_and(|rest| rest.starts_with(['-', '_', '.']))
}

/// The values of one chart, by their names.
pub(super) struct Values<'a> {
    source: Source<'a>,
    by_name: BTreeMap<String, Node>,
}

impl<'a> Values<'a> {
    /// Reads them.
    pub(super) fn read(source: Source<'a>, skipped: &mut Vec<Skip>) -> Self {
        let mut documents = yaml::parse(&source.place);
        skipped.append(&mut documents.skipped);
        let mut by_name = BTreeMap::new();
        for root in &documents.nodes {
            index(root, "", MAX_PARTS, &mut by_name);
        }
        if by_name.len() >= MAX_VALUES {
            skipped.push(
                source.place.skip(SkipReason::Limit, format!("more than {MAX_VALUES} values; templates were not filled in with the rest")),
            );
        }
        Self { source, by_name }
    }

    pub(super) fn get(&self, name: &str) -> Option<Written<'_>> {
        self.by_name.get(name).map(|node| Written { source: &self.source, node })
    }

    /// The value that an action puts there as it is.
    pub(super) fn put(&self, action: &str) -> Option<Written<'_>> {
        let inner = action.strip_prefix("{{")?.strip_suffix("}}")?.trim_matches(['-', ' ', '\t', '\n', '\r']);
        let mut steps = inner.split('|').map(str::trim);
        let name = steps.next()?.trim_start_matches('$').strip_prefix(PREFIX)?;
        let is_plain = steps.all(|step| PLAIN.contains(&step.split(' ').next().unwrap_or_default()));
        self.get(name).filter(|found| is_plain && found.node.text().is_some_and(|text| !text.trim().is_empty()) && !found.node.is_null())
    }

    /// A text with every action in it replaced by its value; nothing if one of them isn't known.
    pub(super) fn fill(&self, text: &str) -> Option<String> {
        let (mut out, mut rest) = (String::new(), text);
        while let Some(open) = rest.find("{{") {
            let close = open + rest[open..].find("}}")? + 2;
            out.push_str(&rest[..open]);
            out.push_str(self.put(&rest[open..close])?.node.text()?);
            rest = &rest[close..];
        }
        out.push_str(rest);
        Some(out)
    }

    /// Lists and mappings that actions of a text put there whole, each with its name and where the action stands.
    pub(super) fn put_whole<'t>(&self, text: &'t str) -> Vec<(&'t str, Written<'_>, usize)> {
        let whole = |action: &str| ["toYaml", "with ", "range "].iter().any(|word| action.contains(word));
        let found = memchr::memmem::find_iter(text.as_bytes(), "{{").filter_map(|at| {
            let action = text[at + 2..].split("}}").next()?;
            let name = mentioned(action).filter(|_| whole(action))?;
            let written = self.get(name).filter(|written| written.node.text().is_none())?;
            Some((name, written, at))
        });
        found.collect()
    }

    /// What the actions of a mapping put under a key: `before` is the text up to the mapping, `block` its own.
    pub(super) fn under(&self, before: &str, block: &str, key: &str) -> Option<Written<'_>> {
        let mut open = 0_usize;
        for action in actions(block) {
            match action.split_whitespace().next() {
                Some("end") if open == 0 => return None,
                Some("end") => open -= 1,
                Some("if" | "with" | "range") => open += 1,
                _ => {}
            }
            let name = if action.trim_end().trim_start_matches("toYaml").trim_start().starts_with('.') && !action.contains(PREFIX) {
                actions(before).filter(|action| action.starts_with("with ")).last().and_then(mentioned)
            } else {
                mentioned(action)
            };
            if let Some(node) = name.and_then(|name| self.by_name.get(name)).and_then(|node| node.get(key)) {
                return Some(Written { source: &self.source, node });
            }
        }
        None
    }

    /// The values that the template of an object mentions.
    pub(super) fn of(&self, object: Object<'_>) -> Vec<unkeyed_model::Location> {
        let text = object.source.place.slice(object.node.span);
        let names: BTreeSet<&str> = memchr::memmem::find_iter(text.as_bytes(), PREFIX).filter_map(|at| mentioned(&text[at..])).collect();
        let mut found: Vec<_> = names.into_iter().filter_map(|name| Some(self.get(name)?.location(&format!("values.{name}")))).collect();
        found.sort();
        found
    }
}

/// Where actions stand that write what a named template makes, or a value that is a template itself.
pub(super) fn unread(text: &str) -> Vec<usize> {
    let writes = |action: &str| ["include ", "template ", "tpl "].iter().any(|word| action.starts_with(word));
    let starts = memchr::memmem::find_iter(text.as_bytes(), "{{");
    starts.filter(|at| writes(text[at + 2..].trim_start_matches(['-', ' ']))).collect()
}

/// Remembers a value and those below it.
fn index(node: &Node, name: &str, parts: usize, by_name: &mut BTreeMap<String, Node>) {
    for entry in node.entries() {
        if parts == 0 || by_name.len() >= MAX_VALUES {
            return;
        }
        let name = place::under(name, entry.name());
        if matches!(entry.value.kind, Kind::Map(_)) {
            index(&entry.value, &name, parts - 1, by_name);
        }
        by_name.insert(name, entry.value.clone());
    }
}

/// What stands in the actions of a text, without their brackets.
fn actions(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0.trim_matches(['-', ' ', '\t', '\n', '\r'])))
}

/// The first value that an action mentions, by its name.
pub(super) fn mentioned(action: &str) -> Option<&str> {
    let name = &action[action.find(PREFIX)? + PREFIX.len()..];
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    let end = name.bytes().take(MAX_NAME).take_while(|byte| is_part(*byte)).count();
    Some(name[..end].trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Basis, Facts, IdentityPath, Origin, Platform, StoreKind, Unit, Value};

    fn path(workload: &unkeyed_model::Workload) -> &IdentityPath {
        workload.identity_paths.iter().find(|path| path.platform == Platform::Aws).unwrap()
    }

    fn chart(values: &'static str, template: &'static str) -> Facts {
        let unit = |path: &str, text: &'static str| Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
        crate::testing::read(&[unit("chart/values.yaml", values), unit("chart/templates/app/all.yaml", template)])
    }

    const ACCOUNT: &str = r#"apiVersion: v1
kind: ServiceAccount
metadata:
  name: app
  {{- with .Values.serviceAccount.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.labels }}
  labels:
    {{- toYaml . | nindent 4 }}
  {{- end }}
"#;

    #[test]
    fn annotations_come_from_the_values_of_the_chart() {
        let role = "arn:aws:iam::111122223333:role/app";
        let annotations =
            "serviceAccount:\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/app\nlabels: {}\n";
        let facts = chart(annotations, ACCOUNT);
        let found = path(&facts.workloads[0]);
        assert_eq!(found.principal.known(), Some(role));
        let at = found.capability.as_ref().unwrap();
        assert_eq!((at.origin.path.as_str(), at.region.line), ("chart/values.yaml", 3));
        let labels = "serviceAccount: {annotations: {}}\nlabels: {eks.amazonaws.com/role-arn: x}\n";
        assert_eq!(chart(labels, ACCOUNT).workloads[0].identity_paths, []);
        let named = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: app\n  annotations:\n    eks.amazonaws.com/role-arn: \"arn:aws:iam::{{ .Values.account }}:role/{{ $.Values.name | quote }}\"\n";
        let of = |values| path(&chart(values, named).workloads[0]).principal.clone();
        assert_eq!(of("account: 111122223333\nname: app\n"), Value::Known(role.to_owned(), Basis::Default));
        assert!(of("account: ''\nname: app\n").known().is_none());
    }

    #[test]
    fn a_chart_with_the_values_of_one_environment_runs_with_those() {
        let unit = |path: &str, text: &'static str| Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
        let named = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: app\n  annotations:\n    eks.amazonaws.com/role-arn: {{ .Values.role }}\n";
        let of = |files: &[(&str, &'static str)]| {
            let given = files.iter().map(|(path, text)| unit(path, text));
            let units: Vec<_> = given.chain([unit("chart/templates/app.yaml", named)]).collect();
            path(&crate::testing::read(&units).workloads[0]).principal.known().map(str::to_owned)
        };
        let (a, b) = ("role: arn:aws:iam::111122223333:role/a\n", "role: arn:aws:iam::111122223333:role/b\n");
        let role = |name: &str| Some(format!("arn:aws:iam::111122223333:role/{name}"));
        assert_eq!(of(&[("chart/values-dev.yaml", a)]), role("a"));
        assert_eq!(of(&[("chart/values-dev.yaml", a), ("chart/values-prod.yaml", b)]), None);
        assert_eq!(of(&[("chart/values.yaml", b), ("chart/values-dev.yaml", a)]), role("b"));
    }

    #[test]
    fn how_long_a_token_lives_may_be_a_value() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  containers: [{name: app, volumeMounts: [{name: t, mountPath: /t}]}]\n  volumes:\n    - name: t\n      \
                   projected:\n        sources:\n          - serviceAccountToken: {path: t, audience: vault, expirationSeconds: {{ .Values.ttl }} }\n";
        let of = |values| {
            let facts = chart(values, pod);
            facts.sessions.iter().find(|session| session.setting == "expirationSeconds").unwrap().seconds
        };
        assert_eq!((of("ttl: 172800\n"), of("ttl: ''\n")), (Some(172_800), None));
    }

    #[test]
    fn the_credential_of_a_pod_is_the_value_that_its_chart_puts_there() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  containers:\n    - name: app\n      env:\n        - name: DB_PASSWORD\n          value: {{ .Values.db.password | quote }}\n";
        let values = "db:\n  password: fixture-dead-0031\n";
        let facts = chart(values, pod);
        let slot = &facts.slots[0].location;
        assert_eq!(
            (slot.origin.path.as_str(), &values[slot.region.span.start..slot.region.span.end]),
            ("chart/values.yaml", "fixture-dead-0031")
        );
        assert!(
            facts.workloads[0].extents.iter().any(|extent| extent.origin == slot.origin && extent.region.span.contains(slot.region.span))
        );
        let made: String = pod.replace(".Values.db.password | quote", "include \"app.password\" .");
        let made = chart(values, made.leak());
        assert!(made.workloads[0].references.iter().any(|found| found.store == StoreKind::StepOutput));
        let vault = chart(values, pod.replace("{{ .Values.db.password | quote }}", "vault:secret/data/db#pw").leak());
        assert!(vault.slots.is_empty() && vault.workloads[0].references.iter().any(|found| found.store == StoreKind::Vault));
        let open = chart("db: {password: ''}\n", pod);
        assert_eq!(open.slots, []);
        let given = open.workloads[0].references.iter().find(|found| found.name == ".Values.db.password").unwrap();
        assert_eq!((given.store, given.used_as.as_deref()), (StoreKind::Parameter, Some("DB_PASSWORD")));
    }
}
