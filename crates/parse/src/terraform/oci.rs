//! Oracle Cloud in Terraform: identity propagation trusts, dynamic groups, policies.

mod certificate;
mod domain;
mod policy;

pub(super) use self::domain::is_machine;

use unkeyed_model::{Claim, Facts, Platform, RoleGrant, SubjectRule, TrustBinding, Value};

use super::resource::{Reader, Resource};
use crate::evaluated::Val;
use crate::policy_document::hole;

/// Readers by resource type.
pub(super) const READERS: &[(&str, Reader)] = &[
    ("oci_identity_domains_identity_propagation_trust", |resource, facts| resource.apart(facts, propagation_trust)),
    ("oci_identity_dynamic_group", |resource, facts| resource.apart(facts, dynamic_group)),
    ("oci_identity_domains_dynamic_resource_group", |resource, facts| resource.apart(facts, dynamic_group)),
    ("oci_identity_policy", |resource, facts| resource.apart(facts, policies)),
    ("oci_identity_domains_grant", |resource, facts| resource.apart(facts, domain::application_role)),
    ("oci_identity_domains_group", domain::group),
    ("oci_identity_user_group_membership", |resource, facts| resource.apart(facts, domain::membership)),
];

/// Switches of a propagation trust that judgement asks for (Oracle, IdentityPropagationTrust schema).
const SETTINGS: &[&str] = &[
    "active",
    "allow_impersonation",
    "type",
    "subject_type",
    "subject_claim_name",
    "subject_mapping_attribute",
    "client_claim_name",
    "public_key_endpoint",
    "clock_skew_seconds",
];

fn propagation_trust(resource: Resource<'_, '_>, facts: &mut Facts) {
    let audiences = resource.get("client_claim_values").map(|_| resource.module.values(resource.section, "client_claim_values"));
    let base = TrustBinding {
        id: format!("{}/0", resource.key()),
        platform: Platform::Oci,
        principal: resource.key(),
        trusted: "oidc".to_owned(),
        issuer: resource.value("issuer").unwrap_or_default(),
        subject: SubjectRule::Any,
        audiences,
        claims: Vec::new(),
        settings: settings(resource, facts),
        location: resource.location(),
    };
    let mut index = 0;
    resource.module.for_blocks(resource.section, "impersonation_service_users", &mut |block| {
        let user = ["ocid", "value"].iter().find_map(|name| resource.module.get(block, name));
        let principal = user.as_ref().map(|user| resource.module.principal(user, Platform::Oci, "service-user", facts));
        let rule = resource.module.value(block, "rule").unwrap_or_default();
        let (subject, claims) = impersonation_rule(&rule);
        let mut binding = TrustBinding { id: format!("{}/{index}", resource.key()), subject, claims, ..base.clone() };
        binding.principal = principal.unwrap_or_else(|| resource.key());
        let is_service = user.as_ref().and_then(|user| domain::is_service_user(resource.module, user));
        binding.settings.extend(is_service.map(|value| ("service_user".to_owned(), value)));
        binding.settings.push(("rule".to_owned(), rule));
        binding.settings.push(("order".to_owned(), Value::literal(index.to_string())));
        binding.location = resource.module.block_location(block, &format!("{}.impersonation_service_users[{index}]", resource.address));
        facts.trusts.push(binding);
        index += 1;
    });
    if index == 0 {
        facts.trusts.push(base);
    }
}

/// Settings as written, the clients that may exchange, and until when a pinned certificate serves.
fn settings(resource: Resource<'_, '_>, facts: &mut Facts) -> Vec<(String, Value)> {
    let mut found = resource.settings(SETTINGS);
    for client in resource.get("oauth_clients").iter().flat_map(Val::items) {
        let key = resource.module.principal(client, Platform::Oci, "application", facts);
        found.push(("oauth_client".to_owned(), Value::literal(key)));
    }
    if let Some(pinned) = resource.value("public_certificate") {
        let until = match &pinned {
            Value::Known(text, _) => certificate::expiry(text).map(|instant| instant.to_string()),
            Value::Unknown(_) => None,
        };
        let value = until.map_or_else(|| Value::unknown("the certificate can't be read"), Value::literal);
        found.push(("public_certificate.expires".to_owned(), value));
    }
    found
}

/// `<claim> eq|co <value>`: the whole grammar of impersonation rules. `eq` accepts `*`, `co` means "contains".
pub(super) fn impersonation_rule(rule: &Value) -> (SubjectRule, Vec<Claim>) {
    let text = match rule {
        Value::Known(text, _) => text.trim(),
        Value::Unknown(why) => return (SubjectRule::Unknown(why.clone()), Vec::new()),
    };
    let mut words = text.splitn(3, char::is_whitespace);
    let (Some(name), Some(operator), Some(value)) = (words.next(), words.next(), words.next()) else {
        return (SubjectRule::Expression(text.to_owned()), Vec::new());
    };
    let unquoted = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let (name, value) = (unquoted(name), unquoted(value));
    let claim = Claim {
        name: name.clone(),
        operator: operator.to_ascii_lowercase(),
        values: vec![Value::literal(value.clone())],
        set_qualifier: None,
        if_exists: false,
    };
    let subject = match (claim.operator.as_str(), name.eq_ignore_ascii_case("sub"), value.contains('*')) {
        ("eq", true, false) => SubjectRule::Exact(vec![value]),
        ("eq", true, true) => SubjectRule::Glob(vec![value]),
        // `co` matches any subject that contains the text; a rule on another claim leaves the subject open.
        ("co", true, _) => SubjectRule::Expression(text.to_owned()),
        _ => SubjectRule::Any,
    };
    (subject, vec![claim])
}

fn dynamic_group(resource: Resource<'_, '_>, facts: &mut Facts) {
    let rule = matching_rule(resource).unwrap_or_default();
    facts.trusts.push(TrustBinding {
        id: format!("{}/0", resource.key()),
        platform: Platform::Oci,
        principal: resource.key(),
        trusted: "dynamic-group".to_owned(),
        issuer: Value::literal("oci"),
        subject: match &rule {
            Value::Known(text, _) => SubjectRule::Expression(text.clone()),
            Value::Unknown(why) => SubjectRule::Unknown(why.clone()),
        },
        audiences: None,
        claims: Vec::new(),
        settings: vec![("matching_rule".to_owned(), rule)],
        location: resource.location(),
    });
}

/// The rule that makes members. A dynamic group lies in the root compartment, so that what its own `compartment_id` says is the
/// tenancy (Oracle, "oci_identity_dynamic_group"); other ids that aren't known stay as `${…}` between their quotes.
fn matching_rule(resource: Resource<'_, '_>) -> Option<Value> {
    const TENANCY: &str = "ocid1.tenancy.";
    let (mut text, basis) = resource.module.text_of(&resource.get("matching_rule")?);
    let own = resource.get("compartment_id").map(|val| resource.module.text_of(&val).0);
    if let Some(own) = own.filter(|own| !own.is_empty() && !own.contains(TENANCY)) {
        text = text.replace(&own, &format!("{TENANCY}{own}"));
    }
    let shown = hole::shown(&text);
    let quoted = shown.split(['\'', '"']).step_by(2).all(|outside| !outside.contains("${"));
    Some(if quoted { Value::Known(shown, basis) } else { hole::value(&text, basis) })
}

fn policies(resource: Resource<'_, '_>, facts: &mut Facts) {
    for statement in resource.get("statements").iter().flat_map(Val::items) {
        let text = resource.module.text_of(statement).0;
        let location = match statement.at {
            Some(at) => resource.module.location(at, &format!("{}.statements", resource.address)),
            None => resource.at("statements"),
        };
        let Some(read) = policy::statement(&text) else { continue };
        let holders: Vec<String> = read.subjects.iter().flat_map(|one| holders(resource, &read.subject_kind, one, facts)).collect();
        for principal in holders {
            facts.grants.push(RoleGrant {
                platform: Platform::Oci,
                principal,
                role: None,
                actions: vec![format!("{} {}", read.verb, hole::shown(&read.target))],
                actions_inverted: false,
                resources: vec![Value::literal(hole::shown(&read.place))],
                scope: read.scope,
                condition: read.condition.as_deref().map(hole::shown),
                location: location.clone(),
            });
        }
    }
}

/// Keys of those whom a statement names: the group itself and, where the folder says, its members.
fn holders(resource: Resource<'_, '_>, kind: &str, subject: &str, facts: &mut Facts) -> Vec<String> {
    let module = resource.module;
    let name = subject.rsplit('/').next().unwrap_or(subject).trim_matches(['\'', '"']);
    if let Some(what) = hole::only_hole(name) {
        return vec![module.key(what.rsplit_once('.').map_or(what, |(address, _)| address))];
    }
    let shown = hole::shown(name);
    if kind == "dynamic-group" {
        let defined = facts.principals.iter().find(|known| known.kind == kind && known.names.contains(&shown));
        return vec![defined.map_or_else(|| format!("oci:dynamic-group/{shown}"), |known| known.key.clone())];
    }
    let mut keys = vec![if shown.is_empty() { format!("oci:{kind}") } else { format!("oci:{kind}/{shown}") }];
    let groups = [("oci_identity_domains_group", "display_name"), ("oci_identity_group", "name")];
    let defined: Vec<String> = groups.iter().filter_map(|(kind, attribute)| module.by_attribute(kind, attribute).remove(&shown)).collect();
    for (address, section) in module.of_type("oci_identity_user_group_membership") {
        let member = Resource { module, address, section };
        let group = member.get("group_id").and_then(|val| val.reference().map(|reference| reference.address.clone()));
        if group.is_some_and(|group| defined.contains(&group)) {
            keys.extend(member.principal("user_id", Platform::Oci, "user", facts));
        }
    }
    for group in &defined {
        let Some(section) = module.resources.get(group) else { continue };
        for member in module.blocks(*section, "members") {
            let user = module.get(member, "value").map(|val| module.principal(&val, Platform::Oci, "service-user", facts));
            keys.extend(user);
        }
    }
    keys
}
