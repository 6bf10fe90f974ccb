//! One resource while it is read: its block with the folder around it.

use unkeyed_model::{Basis, Facts, Location, Platform, SessionPolicy, TtlBasis, Value};

use super::module::{Module, Section};
use crate::evaluated::{Kind, Val};
use crate::policy_document::hole;

/// A resource.
#[derive(Clone, Copy)]
pub(super) struct Resource<'s, 'm> {
    pub(super) module: &'s Module<'m>,
    pub(super) address: &'s str,
    pub(super) section: Section<'m>,
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

    /// What a value stands for in the resource's instances: the keys or values of `for_each` where it is `each.key` or
    /// `each.value`, else itself.
    pub(super) fn instances(&self, val: &Val) -> Vec<Val> {
        let text = self.module.text_of(val).0;
        let what = hole::only_hole(&text).filter(|what| matches!(*what, "each.key" | "each.value"));
        let Some((what, over)) = what.and_then(|what| Some((what, self.get("for_each")?))) else { return vec![val.clone()] };
        match over.kind {
            Kind::List(items) => items,
            Kind::Map(entries) if what == "each.key" => {
                entries.into_iter().map(|(key, _)| Val::new(Kind::Text(key, Basis::Literal))).collect()
            }
            Kind::Map(entries) => entries.into_iter().map(|(_, value)| value).collect(),
            _ => vec![val.clone()],
        }
    }

    /// An attribute as [`Self::partly`] has it, once for each instance that it differs in.
    pub(super) fn partly_each(&self, path: &str) -> Vec<Value> {
        /// Most instances that are told apart.
        const MAX_INSTANCES: usize = 100;
        let Some(val) = self.get(path) else { return Vec::new() };
        let (text, basis) = self.module.text_of(&val);
        let differs = hole::holes(&text).any(|what| what.starts_with("each."));
        let instances: Vec<(String, Val)> = match self.get("for_each").filter(|_| differs).map(|over| over.kind) {
            Some(Kind::List(items)) => items.into_iter().map(|item| (self.module.text_of(&item).0, item)).collect(),
            Some(Kind::Map(entries)) => entries,
            _ => Vec::new(),
        };
        let filled = |(key, value): &(String, Val)| {
            let mut one = text.replace(&hole::hole("each.key"), key);
            if value.entries().is_empty() {
                one = one.replace(&hole::hole("each.value"), &self.module.text_of(value).0);
            }
            for (name, part) in value.entries() {
                one = one.replace(&hole::hole(&format!("each.value.{name}")), &self.module.text_of(part).0);
            }
            hole::partly(&one).map_or_else(|| hole::value(&one, basis), |text| Value::Known(text, basis))
        };
        let each: Vec<Value> = instances.iter().take(MAX_INSTANCES).map(filled).collect();
        if each.is_empty() { self.partly(path).into_iter().collect() } else { each }
    }

    /// Nested blocks of a kind.
    pub(super) fn blocks(&self, kind: &str) -> Vec<Section<'m>> {
        self.module.blocks(self.section, kind)
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

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_in_seconds() {
        assert_eq!(
            [seconds("3600"), seconds("1h30m"), seconds("24h"), seconds("0"), seconds("0s")].map(Option::unwrap),
            [3600, 5400, 86_400, 0, 0]
        );
        assert_eq!([seconds(""), seconds("h"), seconds("1x"), seconds("-1"), seconds("99999999999999999999h")], [None; 5]);
    }
}
