//! `gh api …`, `gh secret list`, `gh variable list` (GitHub CLI manual; REST API: "GitHub Actions OIDC", "Secrets"), and `glab api`.

use unkeyed_model::{Custody, Declaration, Lifetime, Role, SubjectForm, VendorDefault};

use super::Out;
use super::out::node;
use crate::tree::Node;
use crate::{credential_name, facts, variables};

/// When an entry was made or changed, as the tool and the interface write it.
const DATES: &[&str] = &["updatedAt", "updated_at", "createdAt", "created_at"];

/// Whether an entry is dated, as secrets and variables are.
pub(super) fn is_dated(item: &Node) -> bool {
    DATES.iter().any(|key| item.get(key).is_some())
}

/// The form of the subjects of a repository's jobs.
pub(super) fn subject(item: &Node, out: &mut Out<'_>) {
    let is_default = item.get("use_default").is_none_or(Node::is_true);
    let keys = item.get("include_claim_keys").map(Node::items).unwrap_or_default();
    out.facts.subject_forms.push(SubjectForm {
        immutable: item.get("use_immutable_subject").is_some_and(Node::is_true),
        prefix: item.str("sub_claim_prefix").filter(|prefix| !prefix.is_empty()).map(|prefix| prefix.trim_end_matches(':').to_owned()),
        claims: if is_default { Vec::new() } else { keys.iter().filter_map(|key| key.text().map(str::to_owned)).collect() },
        location: out.place.at(item.span, ""),
    });
}

/// A project of GitLab: how long its jobs may run.
pub(super) fn gitlab_project(item: &Node, out: &mut Out<'_>) {
    let name = item.str("path_with_namespace").unwrap_or_default();
    let label = out.label("gitlab_project", name, name);
    out.resource("gitlab_project", label, item, vec![("build_timeout", node(item, "build_timeout"))]);
}

/// An environment: that it is there.
pub(super) fn environment(_: &Node, _: &mut Out<'_>) {}

/// A secret that the platform keeps: its name and age. What the name says is an identifier is none.
pub(super) fn secret(item: &Node, out: &mut Out<'_>) {
    let name = item.str("name").unwrap_or_default();
    let is_identifier = variables::known(name).is_some_and(|known| known.content == unkeyed_model::Content::Identifier);
    if is_identifier || !(facts::is_credential_variable(name) || credential_name::is_credential(name)) {
        return;
    }
    let issued = DATES.iter().find_map(|key| item.str(key)).and_then(|time| time.parse().ok());
    out.facts.declarations.push(Declaration {
        kind: "github.actions-secret".to_owned(),
        name: name.to_owned(),
        custody: Custody::PlatformStored,
        role: Role::Access,
        lifetime: Lifetime { issued, vendor_default: VendorDefault::NeverExpires, paired: true, ..Lifetime::default() },
        destination: None,
        principal: None,
        location: out.place.at(item.span, name),
    });
}

/// A variable, which the platform keeps in plain text.
pub(super) fn variable(item: &Node, out: &mut Out<'_>) {
    setting(item, out);
}

/// A name with a value in plain text: a credential, if the name says so.
pub(super) fn setting(item: &Node, out: &mut Out<'_>) {
    let (Some(name), Some(value)) = (item.str("name"), item.get("value")) else { return };
    if facts::is_credential_variable(name) && value.text().is_some_and(|text| !text.trim().is_empty()) && !value.is_null() {
        out.facts.slots.push(facts::slot(name, out.place.at(value.span, name)));
    }
}
