//! Modules of the public registry that make AWS roles for OIDC issuers: their variables are the trust.
//!
//! The decision a reader would question: the modules are not read, only known by name. The document that each makes stands in its
//! own source (terraform-aws-modules/terraform-aws-iam, unfunco/terraform-aws-oidc-github), and what matters of it are the
//! subjects, the issuer and the operator; a variable that is left out has the module's default.

use serde_json::{Map, Value as Json, json};
use unkeyed_model::{Facts, Platform, Principal};

use super::module::{Module, Section};
use crate::evaluated::Val;
use crate::policy_document::{self, Carrier};

const GITHUB: &str = "token.actions.githubusercontent.com";
const AUDIENCE: &str = "sts.amazonaws.com";

/// What a module makes of its variables: each issuer with its conditions.
type Make = fn(&Call<'_, '_>) -> Vec<(String, Json)>;

/// Sources of modules, as they end.
const MODULES: &[(&str, Make)] = &[
    ("terraform-aws-modules/iam/aws//modules/iam-github-oidc-role", github_role),
    ("terraform-aws-modules/iam/aws//modules/iam-assumable-role-with-oidc", assumable),
    ("terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks", service_accounts),
    ("terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts", service_accounts),
    ("unfunco/oidc-github/aws", repositories),
];

/// Variables that name the role, and that attach policies to it.
const NAMES: &[&str] = &["name", "role_name", "iam_role_name"];
const POLICIES: &[&str] = &["policies", "role_policy_arns", "iam_role_policy_arns"];

/// A call of a module.
struct Call<'c, 'm> {
    module: &'c Module<'m>,
    section: Section<'m>,
}

/// Reads the calls of known modules.
pub(super) fn read(module: &Module<'_>, facts: &mut Facts) {
    for section in module.others.iter().filter(|section| section.block.ident.as_str() == "module") {
        let source = module.text(*section, "source").unwrap_or_default();
        let known = MODULES.iter().find(|(name, _)| source.trim_start_matches("registry.terraform.io/") == *name);
        if let Some((_, make)) = known {
            role(&Call { module, section: *section }, *make, facts);
        }
    }
}

fn role(call: &Call<'_, '_>, make: Make, facts: &mut Facts) {
    let Some(label) = call.section.label(0) else { return };
    let (module, address) = (call.module, format!("module.{label}"));
    let (key, location) = (module.key(&address), module.block_location(call.section, &address));
    let made = make(call);
    if made.is_empty() {
        return;
    }
    let mut names = vec![key.clone(), address];
    names.extend(NAMES.iter().filter_map(|name| module.text(call.section, name)));
    facts.principals.push(Principal {
        platform: Platform::Aws,
        key: key.clone(),
        kind: "role".to_owned(),
        names,
        location: location.clone(),
    });
    let statements: Vec<Json> = made.into_iter().map(|(issuer, conditions)| statement(&issuer, &conditions)).collect();
    let carrier = Carrier { principal: &key, id: &key, locate: &|_| location.clone(), issuer: &|_| None };
    facts.trusts.append(&mut policy_document::trusts(&json!({ "Statement": statements }), &carrier));
    let policies = POLICIES.iter().filter_map(|name| module.get(call.section, name));
    for policy in policies.flat_map(|val| values(&val)) {
        facts.grants.push(policy_document::managed_policy(&key, &module.text_of(&policy).0, location.clone()));
    }
}

fn statement(issuer: &str, conditions: &Json) -> Json {
    let provider = format!("arn:aws:iam::000000000000:oidc-provider/{issuer}");
    json!({
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": { "Federated": provider },
        "Condition": conditions,
    })
}

/// The values of a list or of a mapping.
fn values(val: &Val) -> Vec<Val> {
    if val.entries().is_empty() { val.items().to_vec() } else { val.entries().iter().map(|(_, value)| value.clone()).collect() }
}

impl Call<'_, '_> {
    fn texts(&self, name: &str) -> Vec<String> {
        self.module.texts(self.section, name).into_iter().map(|(text, _)| text).collect()
    }

    /// The conditions on subject and audience; without subjects the module makes none.
    fn conditions(issuer: &str, operator: &str, subjects: Vec<String>, audiences: Vec<String>) -> Json {
        let mut conditions: Map<String, Json> = Map::new();
        let mut add = |operator: &str, claim: &str, texts: Vec<String>| {
            if let Some(known) = conditions.entry(operator).or_insert_with(|| json!({})).as_object_mut().filter(|_| !texts.is_empty()) {
                known.insert(format!("{issuer}:{claim}"), json!(texts));
            }
        };
        add(operator, "sub", subjects);
        add("StringEquals", "aud", audiences);
        Json::Object(conditions)
    }
}

fn github_role(call: &Call<'_, '_>) -> Vec<(String, Json)> {
    let issuer = call.module.text(call.section, "provider_url").unwrap_or_else(|| GITHUB.to_owned());
    let subjects = call.texts("subjects").iter().map(|text| format!("repo:{}", text.trim_start_matches("repo:"))).collect();
    let audience = call.module.text(call.section, "audience").unwrap_or_else(|| AUDIENCE.to_owned());
    vec![(issuer.clone(), Call::conditions(&issuer, "StringLike", subjects, vec![audience]))]
}

fn repositories(call: &Call<'_, '_>) -> Vec<(String, Json)> {
    let subject = |text: &String| if text.contains(':') { format!("repo:{text}") } else { format!("repo:{text}:*") };
    let subjects = call.texts("github_repositories").iter().map(subject).collect();
    vec![(GITHUB.to_owned(), Call::conditions(GITHUB, "StringLike", subjects, vec![AUDIENCE.to_owned()]))]
}

fn assumable(call: &Call<'_, '_>) -> Vec<(String, Json)> {
    let mut issuers = call.texts("provider_urls");
    issuers.extend(call.module.text(call.section, "provider_url"));
    let (exact, wild) = (call.texts("oidc_fully_qualified_subjects"), call.texts("oidc_subjects_with_wildcards"));
    let (operator, subjects) = if wild.is_empty() { ("StringEquals", exact) } else { ("StringLike", [exact, wild].concat()) };
    let audiences = call.texts("oidc_fully_qualified_audiences");
    let of = |issuer: String| {
        let issuer = issuer.trim_start_matches("https://").to_owned();
        let conditions = Call::conditions(&issuer, operator, subjects.clone(), audiences.clone());
        (issuer, conditions)
    };
    issuers.into_iter().map(of).collect()
}

fn service_accounts(call: &Call<'_, '_>) -> Vec<(String, Json)> {
    let operator = ["assume_role_condition_test", "trust_condition_test"].iter().find_map(|name| call.module.text(call.section, name));
    let operator = operator.unwrap_or_else(|| "StringEquals".to_owned());
    let providers = call.module.get(call.section, "oidc_providers");
    let of = |provider: Val| {
        let arn = call.module.text_of(provider.get("provider_arn")?).0;
        let issuer = arn.split_once("oidc-provider/").map_or(arn.as_str(), |(_, issuer)| issuer).to_owned();
        let accounts = provider.get("namespace_service_accounts").map(|list| list.items().to_vec()).unwrap_or_default();
        let subjects = accounts.iter().map(|account| format!("system:serviceaccount:{}", call.module.text_of(account).0)).collect();
        let conditions = Call::conditions(&issuer, &operator, subjects, vec![AUDIENCE.to_owned()]);
        Some((issuer, conditions))
    };
    providers.iter().flat_map(values).filter_map(of).collect()
}
