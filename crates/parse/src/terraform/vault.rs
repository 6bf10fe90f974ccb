//! HashiCorp Vault and OpenBao in Terraform: login roles, policies, lifetimes of tokens and leases.

use hcl_edit::structure::Body;
use unkeyed_model::{Basis, Claim, Facts, Location, Platform, Principal, ResourceScope, RoleGrant, SubjectRule, TrustBinding, Value};

use super::module::Module;
use super::resource::{Reader, Resource};
use crate::evaluated::{Kind, Val};
use crate::policy_document::hole;

/// Readers by resource type.
pub(super) const READERS: &[(&str, Reader)] = &[
    ("vault_jwt_auth_backend_role", |resource, facts| resource.apart(facts, |resource, facts| login(resource, jwt_trust, facts))),
    ("vault_kubernetes_auth_backend_role", |resource, facts| {
        resource.apart(facts, |resource, facts| login(resource, kubernetes_trust, facts))
    }),
    ("vault_approle_auth_backend_role", |resource, facts| resource.apart(facts, |resource, facts| login(resource, approle_trust, facts))),
    ("vault_aws_auth_backend_role", |resource, facts| resource.apart(facts, |resource, facts| login(resource, aws_trust, facts))),
    ("vault_azure_auth_backend_role", |resource, facts| resource.apart(facts, |resource, facts| login(resource, azure_trust, facts))),
    ("vault_gcp_auth_backend_role", |resource, facts| resource.apart(facts, |resource, facts| login(resource, gcp_trust, facts))),
    ("vault_policy", |resource, facts| resource.apart(facts, unassigned)),
    ("vault_database_secret_backend_role", |resource, facts| resource.apart(facts, |resource, facts| leased(resource, "creds", facts))),
    ("vault_aws_secret_backend_role", |resource, facts| resource.apart(facts, |resource, facts| leased(resource, "creds", facts))),
    ("vault_pki_secret_backend_role", |resource, facts| resource.apart(facts, |resource, facts| leased(resource, "issue", facts))),
    ("vault_aws_secret_backend", mounted),
    ("vault_consul_secret_backend", mounted),
    ("vault_gcp_secret_backend", mounted),
    ("vault_kubernetes_secret_backend", mounted),
    ("vault_nomad_secret_backend", mounted),
    ("vault_rabbitmq_secret_backend", mounted),
    ("vault_mount", |resource, facts| {
        if resource.text("type").is_some_and(|kind| LEASING.contains(&kind.as_str())) {
            mounted(resource, facts);
        }
    }),
];

/// Secrets engines that lease. What those of keys and certificates issue has lengths of its own.
const LEASING: [&str; 8] = ["aws", "azure", "consul", "database", "gcp", "ldap", "nomad", "rabbitmq"];

/// Settings of a login role that count seconds.
const LIFETIMES: &[&str] = &["token_ttl", "token_max_ttl", "token_period", "token_explicit_max_ttl"];

fn login(resource: Resource<'_, '_>, trust: fn(Resource<'_, '_>) -> TrustBinding, facts: &mut Facts) {
    let key = resource.key();
    facts.trusts.push(trust(resource));
    for setting in LIFETIMES {
        resource.session(Platform::Vault, &key, setting, facts);
    }
    of_mount(resource, &key, facts);
    for policy in ["token_policies", "policies"].iter().filter_map(|name| resource.get(name)).flat_map(|val| val.items().to_vec()) {
        grants_of_policy(resource, &key, &policy, facts);
    }
}

/// What the login method says of its tokens holds where the role says nothing (Vault, "Token time-to-live").
fn of_mount(resource: Resource<'_, '_>, key: &str, facts: &mut Facts) {
    const KINDS: [&str; 2] = ["vault_auth_backend", "vault_jwt_auth_backend"];
    let Some(backend) = resource.get("backend") else { return };
    let module = resource.module;
    let path = module.text_of(&backend).0;
    // What only a script's commands make is told by its label.
    let label = backend.reference().and_then(|reference| reference.address.split_once('.')).map(|(_, label)| label.to_owned());
    let is_meant = |address: &str, section| {
        let is_named = label.as_deref().is_some_and(|label| address.split_once('.').is_some_and(|(_, own)| own == label));
        let own = || module.text(section, "path").or_else(|| module.text(section, "type"));
        is_named || own().is_some_and(|own| own.trim_matches('/') == path.trim_matches('/'))
    };
    let all = KINDS.iter().flat_map(|kind| module.of_type(kind));
    for (address, section) in all.filter(|(address, section)| is_meant(address, *section)) {
        let mount = Resource { module, address, section };
        for (own, setting) in [("token_ttl", "tune.default_lease_ttl"), ("token_max_ttl", "tune.max_lease_ttl")] {
            let is_open = resource.value(own).is_none_or(|value| value.known() == Some("0"));
            if let Some(value) = mount.value(setting).filter(|_| is_open) {
                mount.lasts(Platform::Vault, key, own, value.known().and_then(super::resource::seconds), "tune", facts);
            }
        }
    }
}

fn trust(resource: Resource<'_, '_>, trusted: &str, issuer: Value, subject: SubjectRule) -> TrustBinding {
    TrustBinding {
        id: format!("{}/0", resource.key()),
        platform: Platform::Vault,
        principal: resource.key(),
        trusted: trusted.to_owned(),
        issuer,
        subject,
        audiences: None,
        claims: Vec::new(),
        settings: Vec::new(),
        location: resource.location(),
    }
}

fn jwt_trust(resource: Resource<'_, '_>) -> TrustBinding {
    let glob = resource.text("bound_claims_type").as_deref() == Some("glob");
    let mut claims = Vec::new();
    for (name, val) in resource.get("bound_claims").iter().flat_map(Val::entries).filter(|(name, _)| !name.is_empty()) {
        // The provider takes several values as one comma-separated text.
        let texts: Vec<(String, Basis)> = val.items().iter().map(|item| resource.module.text_of(item)).collect();
        let values = texts.iter().flat_map(|(text, basis)| text.split(',').map(|part| hole::value(part.trim(), *basis)));
        let operator = if glob { "glob" } else { "eq" };
        claims.push(Claim {
            name: name.clone(),
            operator: operator.to_owned(),
            values: values.collect(),
            set_qualifier: None,
            if_exists: false,
        });
    }
    let of_claim = claims.iter().find(|claim| claim.name == "sub" || claim.name == "/sub");
    let claims_unknown = resource.get("bound_claims").is_some_and(|val| match &val.kind {
        // What is merged into them from elsewhere has no name.
        Kind::Map(entries) => entries.iter().any(|(name, _)| name.is_empty()),
        kind => !matches!(kind, Kind::Null),
    });
    let subject = match (resource.partly("bound_subject"), of_claim) {
        (subject, _) if claims_unknown && !matches!(&subject, Some(Value::Known(text, _)) if !text.is_empty()) => {
            SubjectRule::Unknown("`bound_claims` is not known from these inputs".to_owned())
        }
        (Some(Value::Known(text, _)), _) if !text.is_empty() => SubjectRule::Exact(vec![text]),
        (Some(Value::Unknown(why)), _) => SubjectRule::Unknown(why),
        (_, Some(_)) => match written_subjects(resource) {
            Some(texts) if glob => SubjectRule::Glob(texts),
            Some(texts) => SubjectRule::Exact(texts),
            None => SubjectRule::Unknown("`bound_claims` is not fully known from these inputs".to_owned()),
        },
        _ => SubjectRule::Any,
    };
    let issuer = backend_issuer(resource).unwrap_or_else(|| Value::unknown("the auth backend of the role is not in the inputs"));
    let audiences = resource.get("bound_audiences").map(|_| resource.module.values(resource.section, "bound_audiences"));
    TrustBinding {
        audiences,
        claims,
        settings: resource.settings(&["role_type", "user_claim", "bound_claims_type", "backend"]),
        ..trust(resource, "oidc", issuer, subject)
    }
}

/// The values of `bound_claims.sub`, partly known ones with their holes.
fn written_subjects(resource: Resource<'_, '_>) -> Option<Vec<String>> {
    let claims = resource.get("bound_claims")?;
    let val = claims.get("sub").or_else(|| claims.get("/sub"))?;
    let texts = val.items().iter().map(|item| hole::partly(&resource.module.text_of(item).0));
    Some(texts.collect::<Option<Vec<_>>>()?.iter().flat_map(|text| text.split(',').map(|part| part.trim().to_owned())).collect())
}

/// What the role's backend accepts as issuer, by its `path` or by reference.
fn backend_issuer(resource: Resource<'_, '_>) -> Option<Value> {
    let module = resource.module;
    let issuer = |section| ["bound_issuer", "oidc_discovery_url", "jwks_url"].iter().find_map(|name| module.value(section, name));
    let Some(backend) = resource.get("backend") else {
        // What the server prints of a role leaves its mount out: it is the only one that is known, or not known.
        let mut all = module.of_type("vault_jwt_auth_backend");
        return all.next().filter(|_| all.next().is_none()).and_then(|(_, section)| issuer(section));
    };
    let section = match backend.reference() {
        Some(reference) => *module.resources.get(&reference.address)?,
        None => {
            let path = module.text_of(&backend).0;
            let same_path =
                |section| module.text(section, "path").unwrap_or_else(|| "jwt".to_owned()).trim_matches('/') == path.trim_matches('/');
            module.of_type("vault_jwt_auth_backend").find(|(_, section)| same_path(*section))?.1
        }
    };
    issuer(section)
}

fn kubernetes_trust(resource: Resource<'_, '_>) -> TrustBinding {
    let texts = |name| resource.module.texts(resource.section, name);
    let (names, namespaces) = (texts("bound_service_account_names"), texts("bound_service_account_namespaces"));
    let mut subjects = Vec::new();
    let mut unknown = None;
    for (namespace, _) in namespaces.iter().take(100) {
        for (name, basis) in names.iter().take(100) {
            match hole::value(&format!("system:serviceaccount:{namespace}:{name}"), *basis) {
                Value::Known(text, _) => subjects.push(text),
                Value::Unknown(why) => unknown = Some(why),
            }
        }
    }
    let subject = match unknown {
        Some(why) => SubjectRule::Unknown(why),
        None if subjects.is_empty() => SubjectRule::Unknown("no service accounts are named".to_owned()),
        None if subjects.iter().any(|subject| subject.contains('*')) => SubjectRule::Glob(subjects),
        None => SubjectRule::Exact(subjects),
    };
    let as_claim = |name: &str, texts: &[(String, Basis)]| Claim {
        name: name.to_owned(),
        operator: "glob".to_owned(),
        values: texts.iter().map(|(text, basis)| hole::value(text, *basis)).collect(),
        set_qualifier: None,
        if_exists: false,
    };
    let claims = vec![as_claim("bound_service_account_names", &names), as_claim("bound_service_account_namespaces", &namespaces)];
    let issuer = Value::unknown("the issuer of the cluster is not in the inputs");
    let audiences = resource.value("audience").map(|audience| vec![audience]);
    TrustBinding { audiences, claims, settings: resource.settings(&["backend"]), ..trust(resource, "service-account", issuer, subject) }
}

/// Who of AWS may log in: by ARN, where `*` is wild, or by what else is bound (Vault documentation, "AWS auth method").
fn aws_trust(resource: Resource<'_, '_>) -> TrustBinding {
    const WHO: &[&str] = &["bound_iam_principal_arns", "bound_iam_principal_arn", "bound_iam_role_arns", "bound_iam_role_arn"];
    const PLACES: &[&str] =
        &["bound_account_ids", "bound_account_id", "bound_ami_ids", "bound_vpc_ids", "bound_subnet_ids", "bound_ec2_instance_ids"];
    machine_trust(resource, "aws", WHO, PLACES)
}

/// Who of Azure may log in: principals by their ids, or whatever runs in what else is bound (Vault documentation, "Azure auth method").
fn azure_trust(resource: Resource<'_, '_>) -> TrustBinding {
    const PLACES: &[&str] = &["bound_subscription_ids", "bound_resource_groups", "bound_locations", "bound_scale_sets", "bound_group_ids"];
    machine_trust(resource, "azure", &["bound_service_principal_ids"], PLACES)
}

/// The same of Google Cloud, whose accounts are told by their addresses.
fn gcp_trust(resource: Resource<'_, '_>) -> TrustBinding {
    const PLACES: &[&str] = &["bound_projects", "bound_zones", "bound_regions", "bound_instance_groups", "bound_labels"];
    machine_trust(resource, "gcp", &["bound_service_accounts"], PLACES)
}

fn machine_trust(resource: Resource<'_, '_>, platform: &str, who: &[&str], places: &[&str]) -> TrustBinding {
    let texts: Vec<(String, Basis)> = who.iter().flat_map(|name| resource.module.texts(resource.section, name)).collect();
    let named: Option<Vec<String>> = texts.iter().map(|(text, _)| hole::partly(text)).collect();
    let subject = match named {
        None => SubjectRule::Unknown("who is bound is not known from these inputs".to_owned()),
        Some(named) if named.is_empty() => SubjectRule::Any,
        Some(named) if named.iter().any(|one| one.contains('*')) => SubjectRule::Glob(named),
        Some(named) => SubjectRule::Exact(named),
    };
    let bound = places.iter().map(|name| (name, resource.module.values(resource.section, name))).filter(|(_, values)| !values.is_empty());
    let claims = bound.map(|(name, values)| Claim {
        name: (*name).to_owned(),
        operator: "eq".to_owned(),
        values,
        set_qualifier: None,
        if_exists: false,
    });
    TrustBinding { claims: claims.collect(), ..trust(resource, platform, Value::literal(platform), subject) }
}

fn approle_trust(resource: Resource<'_, '_>) -> TrustBinding {
    let settings = resource.settings(&[
        "bind_secret_id",
        "secret_id_ttl",
        "secret_id_num_uses",
        "secret_id_bound_cidrs",
        "token_bound_cidrs",
        "backend",
    ]);
    TrustBinding { settings, ..trust(resource, "approle", Value::literal("approle"), SubjectRule::Any) }
}

/// Grants of a policy named by a role: what its text says if the folder defines it, else its name.
fn grants_of_policy(resource: Resource<'_, '_>, key: &str, policy: &Val, facts: &mut Facts) {
    let module = resource.module;
    let address = match policy.reference() {
        Some(reference) => Some(reference.address.clone()),
        None => module.by_attribute("vault_policy", "name").remove(&module.text_of(policy).0),
    };
    let grant = |resources, actions, scope, location: Location| RoleGrant {
        platform: Platform::Vault,
        principal: key.to_owned(),
        role: Some(module.value_of(policy)),
        actions,
        actions_inverted: false,
        resources,
        scope,
        condition: None,
        location,
    };
    let definition = address.and_then(|address| Some((module.resources.get(&address).copied()?, address)));
    let paths = definition.as_ref().and_then(|(section, _)| policy_paths(module, &module.get(*section, "policy")?));
    match (definition, paths) {
        (Some((section, address)), Some(paths)) => {
            let location = module.block_location(section, &address);
            facts.grants.extend(
                paths.into_iter().map(|(path, capabilities)| {
                    grant(vec![hole::value(&path, Basis::Literal)], capabilities, reach(&path), location.clone())
                }),
            );
        }
        _ => facts.grants.push(grant(Vec::new(), Vec::new(), ResourceScope::Unknown, resource.location())),
    }
}

fn reach(path: &str) -> ResourceScope {
    if matches!(path, "*" | "+/*" | "/*") { ResourceScope::TenantRoot } else { ResourceScope::Resource }
}

/// A policy of a folder without login roles is judged for whoever gets it.
fn unassigned(resource: Resource<'_, '_>, facts: &mut Facts) {
    let is_login =
        |address: &&String| address.starts_with("vault_") && address.split('.').next().is_some_and(|kind| kind.ends_with("_role"));
    if resource.module.resources.keys().find(is_login).is_some() || resource.module.refers_to(resource.address) {
        return;
    }
    let Some(paths) = resource.get("policy").and_then(|policy| policy_paths(resource.module, &policy)) else { return };
    resource.defines(Platform::Vault, "policy", "name", facts);
    facts.grants.extend(paths.into_iter().map(|(path, actions)| RoleGrant {
        platform: Platform::Vault,
        principal: resource.key(),
        role: resource.value("name"),
        scope: reach(&path),
        resources: vec![hole::value(&path, Basis::Literal)],
        actions,
        actions_inverted: false,
        condition: None,
        location: resource.location(),
    }));
}

/// Paths and capabilities of a policy in Vault's own language, which is HCL, or of a `vault_policy_document`.
fn policy_paths(module: &Module<'_>, policy: &Val) -> Option<Vec<(String, Vec<String>)>> {
    if let Some(reference) = policy.reference() {
        let section = *module.resources.get(&reference.address)?;
        let mut rules = Vec::new();
        module.for_blocks(section, "rule", &mut |rule| {
            let path = module.texts(rule, "path").pop().map_or_else(String::new, |(text, _)| text);
            rules.push((path, module.texts(rule, "capabilities").into_iter().map(|(text, _)| hole::shown(&text)).collect()));
        });
        return Some(rules);
    }
    let text = module.text_of(policy).0;
    if text.trim_start().starts_with('{') {
        return json_paths(&text);
    }
    let body: Body = hcl_edit::parser::parse_body(&with_braces_behind(&text)).ok()?;
    let paths = body.blocks().filter(|block| block.ident.as_str() == "path").map(|block| {
        let capabilities = block.body.get_attribute("capabilities").and_then(|attribute| attribute.value.as_array());
        let capabilities = capabilities.into_iter().flat_map(|list| list.iter()).filter_map(|item| item.as_str().map(str::to_owned));
        (block.labels.first().map_or_else(String::new, |label| label.as_str().to_owned()), capabilities.collect())
    });
    Some(paths.collect())
}

/// The same of a policy in JSON (`jsonencode({ path = { … } })`).
fn json_paths(text: &str) -> Option<Vec<(String, Vec<String>)>> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let paths = json.get("path")?.as_object()?.iter().map(|(path, rule)| {
        let capabilities = rule.get("capabilities").and_then(serde_json::Value::as_array).into_iter().flatten();
        (path.clone(), capabilities.filter_map(|item| item.as_str().map(str::to_owned)).collect())
    });
    Some(paths.collect())
}

/// The text with each brace that stands on a line of its own behind its path, as the language's older version had it and Vault's
/// documentation still writes it.
fn with_braces_behind(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let is_behind = line.trim_start().starts_with('{') && out.trim_end().ends_with('"');
        if is_behind {
            out.truncate(out.trim_end().len());
            out.push(' ');
        }
        out.push_str(if is_behind { line.trim_start() } else { line });
        out.push('\n');
    }
    out
}

/// A secrets engine, with the lengths that its leases have unless a role says otherwise.
fn mounted(resource: Resource<'_, '_>, facts: &mut Facts) {
    resource.defines(Platform::Vault, "mount", "path", facts);
    for setting in ["default_lease_ttl_seconds", "max_lease_ttl_seconds"] {
        resource.session(Platform::Vault, &resource.key(), setting, facts);
    }
}

/// A role of a secrets engine: who reads `mount/creds/name` gets a lease of this length.
fn leased(resource: Resource<'_, '_>, verb: &str, facts: &mut Facts) {
    let key = resource.key();
    let name = |attribute: &str| resource.get(attribute).map(|val| resource.module.text_of(&val).0);
    // A mount given by reference has the path that its own block says.
    let referred = resource.get("backend").and_then(|val| {
        let section = *resource.module.resources.get(&val.reference()?.address)?;
        resource.module.text(section, "path")
    });
    let known = |text: Option<String>| text.filter(|text| hole::is_known(text));
    if let (Some(mount), Some(role)) = (referred.or_else(|| known(name("backend"))), known(name("name"))) {
        let path = format!("{}/{verb}/{role}", mount.trim_matches('/'));
        let names = vec![key.clone(), resource.address.to_owned(), path];
        facts.principals.push(Principal {
            platform: Platform::Vault,
            key: key.clone(),
            kind: "lease".to_owned(),
            names,
            location: resource.location(),
        });
    }
    for setting in ["default_ttl", "max_ttl", "default_sts_ttl", "max_sts_ttl", "ttl"] {
        resource.session(Platform::Vault, &key, setting, facts);
    }
}
