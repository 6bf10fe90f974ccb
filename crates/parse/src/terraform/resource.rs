//! One resource while it is read: its block with the folder around it.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use unkeyed_model::{Basis, Facts, Location, Platform, Principal, SessionPolicy, TrustBinding, TtlBasis, Value};

use super::module::{Module, Section};
use super::traverse::SEVERAL;
use crate::evaluated::{Kind, Val};
use crate::policy_document::hole;

/// A resource.
#[derive(Clone, Copy)]
pub(super) struct Resource<'s, 'm> {
    pub(super) module: &'s Module<'m>,
    pub(super) address: &'s str,
    pub(super) section: Section<'m>,
}

/// Most instances that are told apart.
pub(super) const MAX_INSTANCES: usize = 100;

/// What is said where there are more.
pub(super) const INSTANCES_LIMITED: &str = "a `for_each` or `count` makes more than 100 instances; those beyond were not read";

/// One of the instances that `for_each` makes.
pub(super) struct Instance {
    /// Its key.
    pub(super) key: String,
    /// What expressions mean by `each.key`, `each.value` and its parts.
    names: Vec<(String, Val)>,
    /// What expressions mean by `each` or `count`.
    pub(super) each: (String, Val),
}

impl Instance {
    fn new(key: String, value: Val) -> Self {
        let parts = value.entries().iter().map(|(name, part)| (format!("each.value.{name}"), part.clone()));
        let mut names: Vec<(String, Val)> = parts.collect();
        let own = Val::new(Kind::Text(key.clone(), Basis::Literal));
        names.push(("each.key".to_owned(), own.clone()));
        names.push(("each.value".to_owned(), value.clone()));
        let each = Val::new(Kind::Map(vec![("key".to_owned(), own), ("value".to_owned(), value)]));
        Self { key, names, each: ("each".to_owned(), each) }
    }

    /// One of those that `count` makes.
    fn counted(index: usize) -> Self {
        let own = Val::new(Kind::Number(index.to_string()));
        let count = Val::new(Kind::Map(vec![("index".to_owned(), own.clone())]));
        Self { key: index.to_string(), names: vec![("count.index".to_owned(), own)], each: ("count".to_owned(), count) }
    }

    /// A text with what this instance puts into it.
    fn fill(&self, module: &Module<'_>, text: &str) -> String {
        let plain = self.names.iter().filter(|(_, part)| part.entries().is_empty());
        plain.fold(text.to_owned(), |text, (name, part)| {
            let hole = hole::hole(name);
            if text.contains(&hole) { text.replace(&hole, &module.text_of(part).0) } else { text }
        })
    }

    /// A document with what this instance puts into it; where a list is put, the list.
    pub(super) fn fill_all(&self, module: &Module<'_>, document: &Json) -> Json {
        match document {
            Json::String(text) => {
                let whole = hole::only_hole(text).and_then(|what| self.names.iter().find(|(name, _)| name == what));
                whole.map_or_else(|| Json::String(self.fill(module, text)), |(_, part)| module.json(part))
            }
            Json::Array(items) => {
                let filled = items.iter().flat_map(|item| match (self.fill_all(module, item), item) {
                    (Json::Array(inner), Json::String(_)) => inner,
                    (one, _) => vec![one],
                });
                Json::Array(filled.collect())
            }
            Json::Object(fields) => {
                Json::Object(fields.iter().map(|(key, value)| (self.fill(module, key), self.fill_all(module, value))).collect())
            }
            other => other.clone(),
        }
    }
}

/// Reads facts from one resource.
pub(super) type Reader = fn(Resource<'_, '_>, &mut Facts);

impl<'m> Resource<'_, 'm> {
    /// Its type (`aws_iam_role`).
    pub(super) fn kind(&self) -> &str {
        self.address.split('.').next().unwrap_or_default()
    }

    /// Its type with what tells a data source (`data.aws_iam_role`).
    pub(super) fn full_kind(&self) -> &str {
        self.address.rsplit_once('.').map_or(self.address, |(kind, _)| kind)
    }

    /// Its key (`tf:infra#aws_iam_role.deploy`).
    pub(super) fn key(&self) -> String {
        self.module.key(self.address)
    }

    /// An attribute, through nested blocks, if it is written and not null.
    pub(super) fn get(&self, path: &str) -> Option<Val> {
        self.module.path(self.section, path)
    }

    /// An attribute as an instance has it.
    pub(super) fn get_for(&self, instance: &Instance, path: &str) -> Option<Val> {
        self.module.path_in(self.section, path, std::slice::from_ref(&instance.each))
    }

    /// An attribute as a model value.
    pub(super) fn value(&self, path: &str) -> Option<Value> {
        self.module.value(self.section, path)
    }

    /// An attribute as a model value, with `${…}` for what is missing in a text of which some is written.
    pub(super) fn partly(&self, path: &str) -> Option<Value> {
        let (text, basis) = self.module.text_of(&self.get(path)?);
        Some(hole::partly(&text).map_or_else(|| hole::value(&text, basis), |text| Value::Known(text, basis)))
    }

    /// An attribute as text, if it is fully known.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.module.text(self.section, path)
    }

    /// What a value stands for in the resource's instances, where it is a part of `each` or a text with such parts; else itself.
    pub(super) fn instances(&self, val: &Val) -> Vec<Val> {
        // `list[count.index]`.
        if let Kind::Either(values, what) = &val.kind
            && what == SEVERAL
        {
            return values.clone();
        }
        let (text, basis) = self.module.text_of(val);
        let Some(what) = hole::only_hole(&text).filter(|what| is_of_instance(what)) else {
            let texts = self.each_text(&text).into_iter().filter(|filled| *filled != text);
            let texts: Vec<Val> = texts.map(|text| Val { kind: Kind::Text(text, basis), ..val.clone() }).collect();
            return if texts.is_empty() { vec![val.clone()] } else { texts };
        };
        let named = |instance: Instance| instance.names.into_iter().find(|(name, _)| name == what).map(|(_, part)| part);
        let each: Vec<Val> = self.each().into_iter().filter_map(named).collect();
        if each.is_empty() { vec![val.clone()] } else { each }
    }

    /// An attribute as [`Self::partly`] has it, once for each instance that it differs in.
    pub(super) fn partly_each(&self, path: &str) -> Vec<Value> {
        let Some(val) = self.get(path) else { return Vec::new() };
        if let Kind::Either(values, what) = &val.kind
            && what == SEVERAL
        {
            let texts = values.iter().map(|one| self.module.text_of(one));
            return texts
                .map(|(text, basis)| hole::partly(&text).map_or_else(|| hole::value(&text, basis), |text| Value::Known(text, basis)))
                .collect();
        }
        let (text, basis) = self.module.text_of(&val);
        let instances = if hole::is_known(&text) { Vec::new() } else { self.each() };
        let own = |instance: &Instance| {
            let (text, _) = self.module.text_of(&self.get_for(instance, path)?);
            Some(instance.fill(self.module, &text))
        };
        let mut texts: Vec<String> = instances.iter().filter_map(own).collect();
        texts.dedup();
        if texts.is_empty() {
            texts.push(text);
        }
        let value = |text: &String| hole::partly(text).map_or_else(|| hole::value(text, basis), |text| Value::Known(text, basis));
        texts.iter().map(value).collect()
    }

    /// A text, once for each instance that it differs in.
    pub(super) fn each_text(&self, text: &str) -> Vec<String> {
        let differs = hole::holes(text).any(is_of_instance);
        let instances = if differs { self.each() } else { Vec::new() };
        let filled: Vec<String> = instances.iter().map(|instance| instance.fill(self.module, text)).collect();
        if filled.is_empty() { vec![text.to_owned()] } else { filled }
    }

    /// The instances that `for_each` makes, or `count`, as far as they are known. The only one is told apart by nothing.
    pub(super) fn each(&self) -> Vec<Instance> {
        if let Some(count) = self.text("count").and_then(|count| count.parse::<usize>().ok()).filter(|count| *count > 1) {
            if count > MAX_INSTANCES {
                self.module.evaluation.instances_cut.set(true);
            }
            return (0..count.min(MAX_INSTANCES)).map(Instance::counted).collect();
        }
        let entries = self.get("for_each").and_then(|over| self.module.iterated(over)).unwrap_or_default();
        entries.into_iter().map(|(key, value)| Instance::new(key, value)).collect()
    }

    /// Whether it is certain that no instance is made.
    pub(super) fn makes_none(&self) -> bool {
        let is_empty = |over: Val| match over.kind {
            Kind::List(items) => items.is_empty(),
            Kind::Map(entries) => entries.is_empty(),
            _ => false,
        };
        self.text("count").as_deref() == Some("0") || self.get("for_each").is_some_and(is_empty)
    }

    /// Reads once for each instance that `for_each` makes, and once where there are none; with what tells it apart (`[key]`).
    pub(super) fn for_instances(&self, mut read: impl FnMut(&str)) {
        let instances = self.each();
        if instances.is_empty() {
            return read("");
        }
        for instance in instances {
            self.module.evaluation.each.borrow_mut().push(instance.each);
            read(&format!("[{}]", instance.key));
            self.module.evaluation.each.borrow_mut().pop();
        }
    }

    /// Reads once for each instance that `for_each` makes; what several of them say alike is said once.
    pub(super) fn apart(&self, facts: &mut Facts, read: fn(Resource<'_, '_>, &mut Facts)) {
        let first = (facts.trusts.len(), facts.grants.len(), facts.sessions.len(), facts.principals.len());
        self.for_instances(|instance| {
            let own = facts.trusts.len();
            read(*self, facts);
            for trust in &mut facts.trusts[own..] {
                let (key, ordinal) = trust.id.rsplit_once('/').unwrap_or((&trust.id, "0"));
                trust.id = format!("{key}{instance}/{ordinal}");
            }
        });
        let unnamed = |trust: &TrustBinding| format!("{:?}", TrustBinding { id: String::new(), ..trust.clone() });
        once(&mut facts.trusts, first.0, unnamed);
        once(&mut facts.grants, first.1, |grant| format!("{grant:?}"));
        once(&mut facts.sessions, first.2, |session| format!("{session:?}"));
        once(&mut facts.principals, first.3, |principal| format!("{principal:?}"));
    }

    /// Nested blocks of a kind.
    pub(super) fn blocks(&self, kind: &str) -> Vec<Section<'m>> {
        self.module.blocks(self.section, kind)
    }

    /// Emits what it defines as a principal, for grants that nobody is seen to get.
    pub(super) fn defines(&self, platform: Platform, kind: &str, naming: &str, facts: &mut Facts) {
        let mut names = vec![self.key(), self.address.to_owned()];
        names.extend(self.text(naming));
        let principal = Principal { platform, key: self.key(), kind: kind.to_owned(), names, location: self.location() };
        facts.principals.push(principal);
    }

    /// Where it stands.
    pub(super) fn location(&self) -> Location {
        self.module.block_location(self.section, self.address)
    }

    /// Where an attribute stands.
    pub(super) fn at(&self, attribute: &str) -> Location {
        self.module.attribute_location(self.section, self.address, attribute)
    }

    /// The key of the principal that an attribute names.
    pub(super) fn principal(&self, path: &str, platform: Platform, kind: &str, facts: &mut Facts) -> Option<String> {
        let val = self.get(path)?;
        Some(self.module.principal(&val, platform, kind, facts))
    }

    /// The settings of these names that are written, as they are.
    pub(super) fn settings(&self, names: &[&str]) -> Vec<(String, Value)> {
        names.iter().filter_map(|name| Some(((*name).to_owned(), self.value(name)?))).collect()
    }

    /// Emits a session policy of a length that was read from an attribute.
    pub(super) fn lasts(
        &self,
        platform: Platform,
        principal: &str,
        setting: &str,
        seconds: Option<u64>,
        attribute: &str,
        facts: &mut Facts,
    ) {
        facts.sessions.push(SessionPolicy {
            platform,
            principal: principal.to_owned(),
            setting: setting.to_owned(),
            seconds,
            basis: TtlBasis::Declared,
            location: self.at(attribute),
        });
    }

    /// Emits a session policy for a setting that counts seconds, if it is written.
    pub(super) fn session(&self, platform: Platform, principal: &str, setting: &str, facts: &mut Facts) -> bool {
        let Some(value) = self.value(setting) else { return false };
        self.lasts(platform, principal, setting, value.known().and_then(seconds), setting, facts);
        true
    }
}

/// Whether what fills a hole differs from instance to instance.
pub(super) fn is_of_instance(what: &str) -> bool {
    what.starts_with("each.") || what == "count.index"
}

/// Leaves of what begins at `first` only the first of those that are alike.
fn once<T>(list: &mut Vec<T>, first: usize, shown: impl Fn(&T) -> String) {
    let mut seen = BTreeSet::new();
    let mut tail = list.split_off(first);
    tail.retain(|one| seen.insert(shown(one)));
    list.append(&mut tail);
}

/// Seconds from a number, or a number with a unit as Go and Vault write durations (`1h30m`, `3600s`, `24h`).
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let mut total = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        let unit = rest.as_bytes().get(digits)?;
        let factor = match unit {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86_400,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(factor)?)?;
        rest = rest.get(digits + 1..)?;
    }
    (total > 0 || text.starts_with('0')).then_some(total)
}

/// Seconds from a duration in ISO 8601 of hours, minutes and seconds (`PT1H30M`).
pub(crate) fn iso_seconds(text: &str) -> Option<u64> {
    seconds(&text.strip_prefix("PT")?.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{iso_seconds, seconds};

    #[test]
    fn durations_in_seconds() {
        assert_eq!(
            [seconds("3600"), seconds("1h30m"), seconds("24h"), seconds("0"), seconds("0s")].map(Option::unwrap),
            [3600, 5400, 86_400, 0, 0]
        );
        assert_eq!([iso_seconds("PT12H"), iso_seconds("PT1H30M"), iso_seconds("12H")], [Some(43_200), Some(5400), None]);
        assert_eq!([seconds(""), seconds("h"), seconds("1x"), seconds("-1"), seconds("99999999999999999999h")], [None; 5]);
    }
}
