//! What an attribute of a resource is, where the folder says: names that are written, names that follow from others.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value as Json;
use unkeyed_model::Basis;

use super::module::{Module, Section};
use super::resource::Resource;
use crate::evaluated::{Kind, Ref, Val};
use crate::policy_document::hole;

impl<'m> Module<'m> {
    /// The text of a reference; a hole if it is only known after apply.
    pub(super) fn resolved(&self, reference: &Ref) -> (String, Basis) {
        let unknown = || (hole::hole(&reference.shown()), Basis::Literal);
        let Some(section) = self.resources.get(&reference.address).copied() else { return unknown() };
        let instance = reference.index.as_deref().unwrap_or_default();
        let val = self.once(&format!("#{}[{instance}]", reference.shown()), || {
            self.within_instance(reference, section, || self.attribute(reference, section))
        });
        match &val.kind {
            Kind::Ref(same) if same == reference => unknown(),
            _ => self.text_of(&val),
        }
    }

    /// The instances of a resource by their keys, where a value is one with several as a whole.
    pub(super) fn expanded(&self, val: Val) -> Val {
        let Kind::Ref(whole) = &val.kind else { return val };
        if !whole.attribute.is_empty() || whole.index.is_some() {
            return val;
        }
        let Some(section) = self.resources.get(&whole.address).copied().filter(|section| section.block.body.has_attribute("for_each"))
        else {
            return val;
        };
        let busy = format!("#each {}", whole.address);
        if !self.evaluation.busy.borrow_mut().insert(busy.clone()) {
            return val;
        }
        let instances = Resource { module: self, address: &whole.address, section }.each();
        self.evaluation.busy.borrow_mut().remove(&busy);
        let one = |key: &str| Val { kind: Kind::Ref(Ref { index: Some(Rc::from(key)), ..whole.clone() }), ..val.clone() };
        let entries: Vec<(String, Val)> = instances.iter().map(|instance| (instance.key.clone(), one(&instance.key))).collect();
        if entries.is_empty() { val } else { Val::new(Kind::Map(entries)) }
    }

    /// Works with what the instance that a reference means has for `each` or `count`.
    pub(super) fn within_instance<T>(&self, reference: &Ref, section: Section<'m>, work: impl FnOnce() -> T) -> T {
        let resource = Resource { module: self, address: &reference.address, section };
        let instance = reference.index.as_ref().and_then(|index| resource.each().into_iter().find(|one| *one.key == **index));
        let Some(instance) = instance else { return work() };
        self.evaluation.each.borrow_mut().push(instance.each);
        let made = work();
        self.evaluation.each.borrow_mut().pop();
        made
    }

    fn attribute(&self, reference: &Ref, section: Section<'m>) -> Val {
        let itself = || Val::new(Kind::Ref(reference.clone()));
        let kind = reference.resource_type();
        let known = |text: Option<String>| text.map_or_else(itself, |text| Val::new(Kind::Text(text, Basis::Literal)));
        match (kind, reference.attribute.as_str()) {
            ("google_service_account", "email" | "member" | "name" | "id") => {
                let email = self.service_account_email(section);
                known(email.map(|email| match reference.attribute.as_str() {
                    "member" => format!("serviceAccount:{email}"),
                    "email" => email,
                    _ => format!("projects/{}/serviceAccounts/{email}", email.split(['@', '.']).nth(1).unwrap_or_default()),
                }))
            }
            ("aws_iam_role" | "aws_iam_user" | "aws_iam_instance_profile" | "aws_iam_group", "id") => {
                self.path(section, "name").unwrap_or_else(itself)
            }
            // AWS gives the provider's address back without its scheme.
            ("aws_iam_openid_connect_provider", "url") => match self.path(section, "url") {
                Some(Val { kind: Kind::Text(url, basis), at, via }) => {
                    Val { kind: Kind::Text(url.trim_start_matches("https://").to_owned(), basis), at, via }
                }
                other => other.unwrap_or_else(itself),
            },
            ("time_rotating", "rotation_rfc3339") => self.later(section, "rotation").map_or_else(itself, Val::new),
            ("time_offset", "rfc3339") => self.later(section, "offset").map_or_else(itself, Val::new),
            // What it computes has no attribute of that name.
            (_, attribute) if !attribute.is_empty() => self.path(section, attribute).unwrap_or_else(itself),
            _ => itself(),
        }
    }

    /// A point so many days, months or years after something is applied, as `timeadd` writes one.
    fn later(&self, section: Section<'m>, prefix: &str) -> Option<Kind> {
        const HOURS: [(&str, u64); 4] = [("hours", 1), ("days", 24), ("months", 30 * 24), ("years", 365 * 24)];
        let set = |(unit, hours): (&str, u64)| self.text(section, &format!("{prefix}_{unit}"))?.parse::<u64>().ok()?.checked_mul(hours);
        let hours = HOURS.into_iter().find_map(set)?;
        Some(Kind::Text(format!("{}+{hours}h", hole::hole("its creation")), Basis::Literal))
    }

    /// `account_id@project.iam.gserviceaccount.com`, where both are known (Google IAM, "Create service accounts").
    pub(super) fn service_account_email(&self, section: Section<'m>) -> Option<String> {
        let account = self.text(section, "account_id")?;
        if account.contains('@') {
            return Some(account);
        }
        let project = self.text(section, "project").or_else(|| self.provider_setting("google", "project"))?;
        Some(format!("{account}@{project}.iam.gserviceaccount.com"))
    }

    /// A setting of the folder's provider block of this name, if there is one such block and it is known.
    pub(super) fn provider_setting(&self, provider: &str, setting: &str) -> Option<String> {
        let mut blocks =
            self.others.iter().filter(|section| section.block.ident.as_str() == "provider" && section.label(0) == Some(provider));
        match (blocks.next(), blocks.next()) {
            (Some(only), None) => self.text(*only, setting),
            _ => None,
        }
    }

    /// A value as JSON, unknown parts as text with holes.
    pub(super) fn json(&self, val: &Val) -> Json {
        val.json(&|reference| self.resolved(reference))
    }

    /// Resources of a type, by address.
    pub(super) fn of_type<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = (&'s String, Section<'m>)> {
        let from = format!("{kind}.");
        self.resources
            .range(from.clone()..)
            .take_while(move |(address, _)| address.starts_with(&from))
            .map(|(address, section)| (address, *section))
    }

    /// Addresses of a type by the known value of one of its attributes.
    pub(super) fn by_attribute(&self, kind: &str, attribute: &str) -> BTreeMap<String, String> {
        self.of_type(kind).filter_map(|(address, section)| Some((self.text(section, attribute)?, address.clone()))).collect()
    }
}
