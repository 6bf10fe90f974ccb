//! Google Cloud in Terraform: workload identity pools, IAM members and bindings.

use unkeyed_model::{Basis, Claim, Facts, Platform, ResourceScope, RoleGrant, SubjectRule, TrustBinding, Value};

use super::module::Section;
use super::resource::{Reader, Resource};
use crate::evaluated::Val;
use crate::gke_account;
use crate::policy_document::hole;

/// Readers by resource type; IAM members and bindings exist for every service and are read by their suffix.
pub(super) const READERS: &[(&str, Reader)] = &[(PROVIDER, provider)];

const PROVIDER: &str = "google_iam_workload_identity_pool_provider";
const POOL_ID: &str = "workload_identity_pool_id";

/// Roles that let a member become a service account.
const IMPERSONATION: &[&str] = &["roles/iam.workloadIdentityUser", "roles/iam.serviceAccountTokenCreator", "roles/iam.serviceAccountUser"];

/// Custom roles.
const CUSTOM_ROLES: [&str; 2] = ["google_project_iam_custom_role", "google_organization_iam_custom_role"];

/// Such types, of the resources that people grant roles on most.
pub(super) const IAM_TYPES: &[&str] = &[
    "google_project_iam_member",
    "google_project_iam_binding",
    "google_folder_iam_member",
    "google_folder_iam_binding",
    "google_organization_iam_member",
    "google_organization_iam_binding",
    "google_service_account_iam_member",
    "google_service_account_iam_binding",
    "google_storage_bucket_iam_member",
    "google_storage_bucket_iam_binding",
    "google_secret_manager_secret_iam_member",
    "google_artifact_registry_repository_iam_member",
    "google_pubsub_topic_iam_member",
    "google_pubsub_subscription_iam_member",
    "google_kms_crypto_key_iam_member",
    "google_bigquery_dataset_iam_member",
    "google_cloud_run_service_iam_member",
];

/// The reader of an IAM member, binding or policy of any resource type.
pub(super) fn iam_reader(kind: &str) -> Option<Reader> {
    let is = |ending: &str| kind.starts_with("google_") && kind.ends_with(ending);
    match () {
        () if is("_iam_member") || is("_iam_binding") => Some(iam),
        () if is("_iam_policy") => Some(iam_policy),
        () => None,
    }
}

fn provider(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(pool) = pool_of_provider(resource, facts) else { return };
    resource.for_instances(|instance| {
        let id = format!("{}{instance}/0", resource.key());
        facts.trusts.push(provider_trust(resource, id, pool.clone(), SubjectRule::Any, &mut Vec::new()));
    });
}

/// What a provider accepts, with a subject rule and claims of a member added.
fn provider_trust(
    resource: Resource<'_, '_>,
    id: String,
    principal: String,
    subject: SubjectRule,
    claims: &mut Vec<Claim>,
) -> TrustBinding {
    let condition = resource.partly("attribute_condition");
    let mut all = std::mem::take(claims);
    all.extend(condition.clone().map(|value| claim("attribute_condition", "cel", value)));
    let subject = match (subject, condition) {
        (SubjectRule::Any, Some(Value::Known(text, _))) if all.len() == 1 => SubjectRule::Expression(text),
        (SubjectRule::Any, Some(Value::Unknown(why))) if all.len() == 1 => SubjectRule::Unknown(why),
        (subject, _) => subject,
    };
    let aws = resource.value("aws.account_id");
    let mut settings = resource.settings(&["attribute_condition", "disabled", "oidc.allowed_audiences"]);
    for (name, val) in resource.get("attribute_mapping").iter().flat_map(Val::entries) {
        settings.push((format!("attribute_mapping.{name}"), resource.module.value_of(val)));
    }
    let audiences = resource.get("oidc.allowed_audiences").map(|_| resource.module.values(resource.section, "oidc.allowed_audiences"));
    let trusted = if aws.is_some() {
        "account"
    } else if !resource.blocks("saml").is_empty() {
        "saml"
    } else {
        "oidc"
    };
    TrustBinding {
        id,
        platform: Platform::Gcp,
        principal,
        trusted: trusted.to_owned(),
        issuer: aws.or_else(|| resource.value("oidc.issuer_uri")).unwrap_or_default(),
        subject,
        audiences,
        claims: all,
        settings,
        location: resource.location(),
    }
}

pub(super) fn claim(name: &str, operator: &str, value: Value) -> Claim {
    Claim { name: name.to_owned(), operator: operator.to_owned(), values: vec![value], set_qualifier: None, if_exists: false }
}

/// A role as it is granted: its name, and of a custom one of the folder what it permits.
struct Role {
    name: Value,
    permissions: Vec<String>,
}

impl Role {
    fn of(resource: Resource<'_, '_>, val: &Val) -> Self {
        let module = resource.module;
        let name = module.value_of(val);
        let by_reference = val.reference().map(|reference| reference.address.clone());
        let by_name = || {
            let id = name.known()?.split_once("/roles/")?.1;
            CUSTOM_ROLES.iter().find_map(|kind| module.by_attribute(kind, "role_id").remove(id))
        };
        let defined = by_reference.filter(|address| CUSTOM_ROLES.iter().any(|kind| address.starts_with(kind))).or_else(by_name);
        let section = defined.and_then(|address| module.resources.get(&address).copied());
        let permissions = section.map(|section| module.texts(section, "permissions")).unwrap_or_default();
        Self { permissions: permissions.into_iter().map(|(text, _)| hole::shown(&text)).collect(), name }
    }
}

fn iam(resource: Resource<'_, '_>, facts: &mut Facts) {
    let attribute = if resource.get("members").is_some() { "members" } else { "member" };
    let mut ordinal = 0;
    resource.for_instances(|_| {
        for role in resource.get("role").iter().flat_map(|role| resource.instances(role)) {
            granted(resource, resource.section, attribute, &Role::of(resource, &role), &mut ordinal, facts);
        }
    });
}

/// A whole policy: the bindings of the data source that it is made of.
fn iam_policy(resource: Resource<'_, '_>, facts: &mut Facts) {
    let module = resource.module;
    let mut ordinal = 0;
    let data = resource.get("policy_data").and_then(|val| module.resources.get(&val.reference()?.address).copied());
    let Some(data) = data else { return };
    module.for_blocks(data, "binding", &mut |binding| {
        if let Some(role) = module.get(binding, "role") {
            granted(resource, binding, "members", &Role::of(resource, &role), &mut ordinal, facts);
        }
    });
}

/// What the members get: a way to become the account, or a role. `holder` says so, on what `resource` is about; `ordinal` counts them.
fn granted<'m>(resource: Resource<'_, 'm>, holder: Section<'m>, attribute: &str, granted: &Role, ordinal: &mut usize, facts: &mut Facts) {
    let role = &granted.name;
    let members = resource.module.path(holder, attribute);
    let members = members.iter().flat_map(Val::items).flat_map(|member| {
        let text = resource.module.text_of(member).0;
        resource.each_text(&text).into_iter().map(move |text| (member, text))
    });
    for (member, text) in members {
        if resource.kind().starts_with("google_service_account_iam") && role.known().is_none_or(|role| IMPERSONATION.contains(&role)) {
            impersonation(resource, *ordinal, &text, role, facts);
        }
        let is_gke = gke_account::granted(&text, &resource.location(), facts);
        if !resource.kind().starts_with("google_service_account_iam") {
            direct(resource, *ordinal, &text, role, facts);
        }
        let principal = if is_gke { text } else { member_key(resource, member, &text, facts) };
        let (scope, target) = scope(resource);
        let condition = resource.module.text(holder, "condition.expression");
        let has_condition = || resource.module.blocks(holder, "condition").first().map(|_| "condition".to_owned());
        facts.grants.push(RoleGrant {
            platform: Platform::Gcp,
            principal,
            role: Some(role.clone()),
            actions: granted.permissions.clone(),
            actions_inverted: false,
            resources: target.into_iter().collect(),
            scope,
            condition: condition.or_else(has_condition),
            location: resource.location(),
        });
        *ordinal += 1;
    }
}

/// The principal that a member stands for: the service account, the pool, or the member as written.
fn member_key(resource: Resource<'_, '_>, member: &Val, text: &str, facts: &mut Facts) -> String {
    let module = resource.module;
    if member.reference().is_some() {
        return module.principal(member, Platform::Gcp, "service-account", facts);
    }
    if let Some(account) = text.strip_prefix("serviceAccount:") {
        if let Some((address, _)) = hole::only_hole(account).and_then(|what| what.rsplit_once('.')) {
            return module.key(address);
        }
        if hole::is_known(account) {
            let val = Val::new(crate::evaluated::Kind::Text(account.to_owned(), Basis::Literal));
            return module.principal(&val, Platform::Gcp, "service-account", facts);
        }
    }
    if let Some(pool) = pool_of(resource, text, facts) {
        return pool;
    }
    match hole::is_known(text) {
        true => text.to_owned(),
        // Of whom a member is a set is told by the rest of it.
        false if text.starts_with("principal") => module.key_of_place(text, member.at),
        false => module.key_of_unknown(text, member.at),
    }
}

/// The key of the pool that a `principal://` or `principalSet://` member belongs to, if the folder defines it or a provider of it.
fn pool_of(resource: Resource<'_, '_>, member: &str, facts: &mut Facts) -> Option<String> {
    if !member.starts_with("principal") {
        return None;
    }
    let from_hole = hole::holes(member).find(|what| what.starts_with("google_iam_workload_identity_pool.")).and_then(|what| {
        let mut parts = what.split('.');
        Some(format!("{}.{}", parts.next()?, parts.next()?))
    });
    if let Some(pool) = from_hole {
        return Some(resource.module.key(&pool));
    }
    let id = member.split("/workloadIdentityPools/").nth(1)?.split('/').next()?;
    if let Some(pool) = resource.module.by_attribute("google_iam_workload_identity_pool", "workload_identity_pool_id").remove(id) {
        return Some(resource.module.key(&pool));
    }
    let address = resource.module.by_attribute(PROVIDER, POOL_ID).remove(id)?;
    let section = *resource.module.resources.get(&address)?;
    pool_of_provider(Resource { module: resource.module, address: &address, section }, facts)
}

fn pool_of_provider(provider: Resource<'_, '_>, facts: &mut Facts) -> Option<String> {
    provider.principal(POOL_ID, Platform::Gcp, "workload-identity-pool", facts)
}

/// A member that may become the service account: one trust for each provider through which it can come.
fn impersonation(resource: Resource<'_, '_>, ordinal: usize, member: &str, role: &Value, facts: &mut Facts) {
    let Some(account) = resource.principal("service_account_id", Platform::Gcp, "service-account", facts) else { return };
    let pool = pool_of(resource, member, facts);
    let mut found = pool.map(|pool| through(resource, &pool, member, &account, facts)).unwrap_or_default();
    if found.is_empty() {
        found.push(bare_trust(member, account));
    }
    of_member(resource, ordinal, member, role, found, facts);
}

/// A member of the folder's own pool that is granted a role itself: what the pool has is for those who come as this member.
fn direct(resource: Resource<'_, '_>, ordinal: usize, member: &str, role: &Value, facts: &mut Facts) {
    let Some(key) = pool_of(resource, member, facts) else { return };
    let is_told = |trust: &TrustBinding| {
        let settings = trust.settings.iter().filter(|(name, _)| name == "member");
        trust.principal == key && settings.into_iter().any(|(_, value)| *value == hole::value(member, Basis::Literal))
    };
    if !facts.trusts.iter().any(is_told) {
        let found = through(resource, &key, member, &key, facts);
        of_member(resource, ordinal, member, role, found, facts);
    }
}

/// What a member's tokens are, by the providers of its pool: who shows one becomes `principal`.
fn through(resource: Resource<'_, '_>, pool: &str, member: &str, principal: &str, facts: &mut Facts) -> Vec<TrustBinding> {
    let mut found = Vec::new();
    for (address, section) in resource.module.of_type(PROVIDER) {
        let provider = Resource { module: resource.module, address, section };
        if pool_of_provider(provider, facts).as_deref() == Some(pool) {
            let (subject, mut claims) = member_rule(Some(provider), member);
            found.push(provider_trust(provider, String::new(), principal.to_owned(), subject, &mut claims));
        }
    }
    found
}

/// Emits the trusts of a member.
fn of_member(resource: Resource<'_, '_>, ordinal: usize, member: &str, role: &Value, found: Vec<TrustBinding>, facts: &mut Facts) {
    for (index, mut binding) in found.into_iter().enumerate() {
        binding.id = format!("{}/{ordinal}.{index}", resource.key());
        binding.settings.push(("member".to_owned(), hole::value(member, Basis::Literal)));
        binding.settings.push(("role".to_owned(), role.clone()));
        binding.location = resource.location();
        facts.trusts.push(binding);
    }
}

/// A trust of which only the member is known: GKE's `PROJECT.svc.id.goog[NS/SA]`, another service account, another pool.
fn bare_trust(member: &str, principal: String) -> TrustBinding {
    let (mut subject, claims) = member_rule(None, member);
    let rest = member.split_once(':').map_or(member, |(_, rest)| rest);
    let (trusted, issuer) = match kubernetes_account(rest) {
        Some((pool, account)) => {
            subject = match hole::value(&account, Basis::Literal) {
                Value::Known(text, _) if text.contains('*') => SubjectRule::Glob(vec![text]),
                Value::Known(text, _) => SubjectRule::Exact(vec![text]),
                Value::Unknown(why) => SubjectRule::Unknown(why),
            };
            ("service-account", hole::value(pool, Basis::Literal))
        }
        None if member.starts_with("principal") => ("oidc", Value::unknown("the provider of the pool is not in the inputs")),
        None if !hole::is_known(member) => {
            subject = SubjectRule::Unknown("the member is not known from these inputs".to_owned());
            ("unknown", hole::value(member, Basis::Literal))
        }
        None if matches!(member, "allUsers" | "allAuthenticatedUsers") => ("any", Value::literal(member)),
        None => ("account", hole::value(rest, Basis::Literal)),
    };
    TrustBinding {
        id: String::new(),
        platform: Platform::Gcp,
        principal,
        trusted: trusted.to_owned(),
        issuer,
        subject,
        audiences: None,
        claims,
        settings: Vec::new(),
        location: unkeyed_model::Location::default(),
    }
}

/// `PROJECT.svc.id.goog[NS/SA]` as pool and Kubernetes subject.
fn kubernetes_account(member: &str) -> Option<(&str, String)> {
    let (pool, account) = member.strip_suffix(']')?.split_once(".svc.id.goog[")?;
    let (namespace, name) = account.split_once('/')?;
    Some((member.get(..pool.len() + ".svc.id.goog".len())?, format!("system:serviceaccount:{namespace}:{name}")))
}

/// What a member says of the token: its subject, or the value of an attribute that the provider maps from a claim.
pub(super) fn member_rule(provider: Option<Resource<'_, '_>>, member: &str) -> (SubjectRule, Vec<Claim>) {
    let mapped = |name: &str| {
        let provider = provider?;
        provider.module.value_of(provider.get("attribute_mapping")?.get(name)?).known().map(str::to_owned)
    };
    if let Some((_, subject)) = member.split_once("/subject/") {
        let written = hole::value(subject, Basis::Literal);
        // What the provider takes for the subject may be another claim than the token's own.
        if let Some(mapped) = mapped("google.subject").filter(|claim| claim != "assertion.sub") {
            return (SubjectRule::Any, vec![claim(&mapped, "==", written)]);
        }
        let rule = match written {
            Value::Known(text, _) => SubjectRule::Exact(vec![text]),
            Value::Unknown(why) => SubjectRule::Unknown(why),
        };
        return (rule, Vec::new());
    }
    let Some((attribute, value)) = member.split_once("/attribute.").and_then(|(_, rest)| rest.split_once('/')) else {
        return (SubjectRule::Any, Vec::new());
    };
    let name = format!("attribute.{attribute}");
    let mapped = mapped(&name);
    let claim = claim(mapped.as_deref().unwrap_or(&name), "==", hole::value(value, Basis::Literal));
    let is_subject = mapped.as_deref() == Some("assertion.sub");
    match claim.values.first() {
        Some(Value::Known(text, _)) if is_subject => (SubjectRule::Exact(vec![text.clone()]), vec![claim]),
        _ => (SubjectRule::Any, vec![claim]),
    }
}

/// How far a grant reaches, by what the IAM resource is attached to, and that resource.
fn scope(resource: Resource<'_, '_>) -> (ResourceScope, Option<Value>) {
    let kind = resource.kind().trim_start_matches("google_");
    let (scope, attributes): (_, &[&str]) = match kind.split("_iam_").next().unwrap_or_default() {
        "project" => (ResourceScope::Project, &["project"]),
        "folder" => (ResourceScope::Folder, &["folder"]),
        "organization" => (ResourceScope::Organization, &["org_id"]),
        _ => (
            ResourceScope::Resource,
            &["bucket", "service_account_id", "secret_id", "topic", "subscription", "dataset_id", "crypto_key_id", "name", "service"],
        ),
    };
    (scope, attributes.iter().find_map(|attribute| resource.value(attribute)))
}
