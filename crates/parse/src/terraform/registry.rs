//! Modules of the public registry that make trusts for OIDC issuers: their variables are the trust. A module block calls one, or
//! a unit of Terragrunt, whose `inputs` are the variables (Terragrunt documentation, "Units").
//!
//! The decision a reader would question: the modules are not read, only known by name. What each makes stands in its own source
//! (terraform-aws-modules/terraform-aws-iam, unfunco/terraform-aws-oidc-github,
//! terraform-google-modules/terraform-google-github-actions-runners), and what matters of it are the subjects, the issuer and
//! the operator; a variable that is left out has the module's default.

mod google;
pub(super) mod models;

use serde_json::{Map, Value as Json, json};
use unkeyed_model::{Facts, Location, Platform, Principal};

use super::module::{Module, Section};
use super::resource::Resource;
use crate::evaluated::{At, Val};
use crate::policy_document::{self, Carrier, hole};

const GITHUB: &str = "token.actions.githubusercontent.com";
const AUDIENCE: &str = "sts.amazonaws.com";

/// What a module of AWS makes of its variables: each issuer with its conditions.
type Make = fn(&Call<'_, '_>) -> Vec<(String, Json)>;

/// What reads the calls of a module.
#[derive(Clone, Copy)]
enum Known {
    Role(Make),
    Pool,
}

/// Sources of modules, without where they are had from.
const MODULES: &[(&str, Known)] = &[
    ("terraform-aws-modules/iam/aws//modules/iam-github-oidc-role", Known::Role(github_role)),
    ("terraform-aws-modules/iam/aws//modules/iam-assumable-role-with-oidc", Known::Role(assumable)),
    ("terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks", Known::Role(service_accounts)),
    ("terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts", Known::Role(service_accounts)),
    ("unfunco/oidc-github/aws", Known::Role(repositories)),
    ("terraform-google-modules/github-actions-runners/google//modules/gh-oidc", Known::Pool),
];

/// Variables that name the role, and that attach policies to it.
const NAMES: &[&str] = &["name", "role_name", "iam_role_name"];
const POLICIES: &[&str] = &["policies", "role_policy_arns", "iam_role_policy_arns"];
/// Variables that attach a policy of AWS if they are true.
const SWITCHES: &[(&str, &str)] = &[("attach_admin_policy", "AdministratorAccess"), ("attach_poweruser_policy", "PowerUserAccess")];

/// A call of a module.
struct Call<'c, 'm> {
    module: &'c Module<'m>,
    given: Given<'m>,
    address: String,
    location: Location,
}

/// Where the variables stand.
enum Given<'m> {
    Block(Section<'m>),
    Inputs(Val),
}

/// Reads the calls of known modules, each instance that `for_each` makes for itself.
pub(super) fn read(module: &Module<'_>, facts: &mut Facts) {
    for section in module.others.iter().filter(|section| section.block.ident.as_str() == "module") {
        let Some((name, source)) = section.label(0).zip(module.text(*section, "source")) else { continue };
        let address = format!("module.{name}");
        let location = module.block_location(*section, &address);
        let call = Resource { module, address: &address, section: *section };
        call.for_instances(|instance| {
            let address = format!("{address}{instance}");
            made(&source, &Call { module, given: Given::Block(*section), address, location: location.clone() }, facts);
        });
    }
    if let Some((source, call)) = unit(module) {
        made(&source, &call, facts);
    }
}

fn made(source: &str, call: &Call<'_, '_>, facts: &mut Facts) {
    let source = registered(source);
    match MODULES.iter().find(|(name, _)| *name == source) {
        Some((_, Known::Role(make))) => role(call, *make, facts),
        Some((_, Known::Pool)) => google::pool(call, facts),
        None => models::read(&source, call, facts),
    }
}

/// The module that a unit of Terragrunt calls.
fn unit<'c, 'm>(module: &'c Module<'m>) -> Option<(String, Call<'c, 'm>)> {
    let (inputs, file, span) = module.inputs()?;
    let terraform = module.others.iter().find(|section| section.block.ident.as_str() == "terraform")?;
    let source = module.text(*terraform, "source")?;
    let location = module.location(At::new(file, span), "inputs");
    Some((source, Call { module, given: Given::Inputs(inputs), address: "inputs".to_owned(), location }))
}

/// A source as the registry has it: without the way to it and its version. A repository of GitHub that is called
/// `terraform-PROVIDER-NAME` is the registry's `OWNER/NAME/PROVIDER` (Terraform Registry, "Publishing modules").
fn registered(source: &str) -> String {
    let source = source.split('?').next().unwrap_or(source);
    let source = ["tfr:///", "tfr://registry.terraform.io/", "registry.terraform.io/"]
        .iter()
        .find_map(|way| source.strip_prefix(way))
        .unwrap_or(source);
    let Some((_, path)) = source.split_once("github.com/").or_else(|| source.split_once("github.com:")) else { return source.to_owned() };
    let (repository, folder) = path.split_once("//").map_or((path, None), |(repository, folder)| (repository, Some(folder)));
    let parts =
        repository.trim_end_matches(".git").split_once("/terraform-").and_then(|(owner, rest)| Some((owner, rest.split_once('-')?)));
    let Some((owner, (provider, name))) = parts else { return source.to_owned() };
    format!("{owner}/{name}/{provider}{}", folder.map_or_else(String::new, |folder| format!("//{folder}")))
}

fn role(call: &Call<'_, '_>, make: Make, facts: &mut Facts) {
    let made = make(call);
    if made.is_empty() {
        return;
    }
    let key = call.key();
    let mut names = vec![key.clone(), call.address.clone()];
    names.extend(NAMES.iter().filter_map(|name| call.text(name)));
    facts.principals.push(Principal {
        platform: Platform::Aws,
        key: key.clone(),
        kind: "role".to_owned(),
        names,
        location: call.location.clone(),
    });
    let statements: Vec<Json> = made.into_iter().map(|(issuer, conditions)| statement(&issuer, &conditions)).collect();
    let carrier = Carrier { principal: &key, id: &key, locate: &|_| call.location.clone(), issuer: &|_| None };
    facts.trusts.append(&mut policy_document::trusts(&json!({ "Statement": statements }), &carrier));
    let policies = POLICIES.iter().filter_map(|name| call.get(name));
    for policy in policies.flat_map(|val| values(&val)) {
        facts.grants.push(policy_document::managed_policy(&key, &call.module.text_of(&policy).0, call.location.clone()));
    }
    for (_, policy) in SWITCHES.iter().filter(|(switch, _)| call.text(switch).as_deref() == Some("true")) {
        facts.grants.push(policy_document::managed_policy(&key, &format!("arn:aws:iam::aws:policy/{policy}"), call.location.clone()));
    }
}

fn statement(issuer: &str, conditions: &Json) -> Json {
    let provider = format!("arn:aws:iam::{}:oidc-provider/{issuer}", hole::hole("account"));
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
    fn key(&self) -> String {
        self.module.key(&self.address)
    }

    fn get(&self, name: &str) -> Option<Val> {
        match &self.given {
            Given::Block(section) => self.module.get(*section, name),
            Given::Inputs(inputs) => inputs.get(name).cloned(),
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        self.module.value_of(&self.get(name)?).known().map(str::to_owned)
    }

    fn texts(&self, name: &str) -> Vec<String> {
        self.get(name).iter().flat_map(Val::items).map(|item| self.module.text_of(item).0).collect()
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
    let issuer = call.text("provider_url").unwrap_or_else(|| GITHUB.to_owned());
    let subjects: Vec<String> = call.texts("subjects").iter().map(|text| format!("repo:{}", text.trim_start_matches("repo:"))).collect();
    // The condition is there whatever the list holds: nobody meets an empty one.
    if subjects.is_empty() {
        return Vec::new();
    }
    let audience = call.text("audience").unwrap_or_else(|| AUDIENCE.to_owned());
    vec![(issuer.clone(), Call::conditions(&issuer, "StringLike", subjects, vec![audience]))]
}

fn repositories(call: &Call<'_, '_>) -> Vec<(String, Json)> {
    let subject = |text: &String| if text.contains(':') { format!("repo:{text}") } else { format!("repo:{text}:*") };
    let subjects: Vec<String> = call.texts("github_repositories").iter().map(subject).collect();
    if subjects.is_empty() {
        return Vec::new();
    }
    vec![(GITHUB.to_owned(), Call::conditions(GITHUB, "StringLike", subjects, vec![AUDIENCE.to_owned()]))]
}

fn assumable(call: &Call<'_, '_>) -> Vec<(String, Json)> {
    let mut issuers = call.texts("provider_urls");
    issuers.extend(call.text("provider_url"));
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
    let operator = ["assume_role_condition_test", "trust_condition_test"].iter().find_map(|name| call.text(name));
    let operator = operator.unwrap_or_else(|| "StringEquals".to_owned());
    let providers = call.get("oidc_providers");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_the_registrys_however_they_are_written() {
        let name = "terraform-aws-modules/iam/aws//modules/iam-github-oidc-role";
        for source in [
            name,
            "tfr:///terraform-aws-modules/iam/aws//modules/iam-github-oidc-role?version=5.39.0",
            "git::https://github.com/terraform-aws-modules/terraform-aws-iam.git//modules/iam-github-oidc-role?ref=v5.39.0",
            "git@github.com:terraform-aws-modules/terraform-aws-iam.git//modules/iam-github-oidc-role",
        ] {
            assert_eq!(registered(source), name);
        }
        assert_eq!(registered("./modules/role"), "./modules/role");
    }
}
