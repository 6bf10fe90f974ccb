//! Modules that a folder calls by their path: what their trusts, grants and lifetimes are with the values that the call gives
//! (Terraform documentation, "Module Sources", "Local Paths").
//!
//! The decision a reader would question: a module's folder is read by itself as well, so that of a call only that counts which
//! the given values change. Of calls within a called module only those of known modules of the registry are followed.

use std::collections::BTreeSet;

use unkeyed_model::{Basis, Facts, SkipReason, TrustBinding, Unit, WorkloadKind};

use super::arguments::META;
use super::aws::Document;
use super::documents::Documents;
use super::module::{Module, Section};
use super::resource::Resource;
use super::{files, principals, reader_of, registry};
use crate::evaluated::{Kind, Val};
use crate::host_files;
use crate::policy_document::hole;

/// Most calls of a folder that are followed, and most bytes that a called module may have.
const MAX_CALLS: usize = 100;
const MAX_BYTES: usize = 1 << 20;

/// Folders whose modules the files of a folder call.
pub(super) fn folders(units: &[Unit<'_>]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for unit in units.iter().filter(|unit| unit.origin().file_name().ends_with(".tf")) {
        let Ok(text) = std::str::from_utf8(unit.bytes()) else { continue };
        let sources = text.lines().filter_map(|line| line.trim_start().strip_prefix("source")?.trim_start().strip_prefix('='));
        for source in sources.filter_map(|rest| rest.split('"').nth(1)) {
            found.extend(local(&unit.origin().path, source).filter(|folder| !found.contains(folder)));
        }
    }
    found.truncate(MAX_CALLS);
    found
}

/// The folder that a source names by its path.
fn local(file: &str, source: &str) -> Option<String> {
    let is_path = source.starts_with("./") || source.starts_with("../");
    is_path.then(|| host_files::relative(file, source.trim_end_matches('/')).trim_end_matches('/').to_owned())
}

/// Reads the calls of a folder's modules, whose files are among `drawn`.
pub(super) fn read(module: &Module<'_>, drawn: &[&[Unit<'_>]], facts: &mut Facts) {
    let calls = module.others.iter().filter(|section| section.block.ident.as_str() == "module");
    for (number, section) in calls.enumerate() {
        let Some(file) = module.files.get(section.file) else { continue };
        let Some((name, source)) = section.label(0).zip(module.text(*section, "source")) else { continue };
        let Some(folder) = local(file.place.path(), &source) else { continue };
        let Some(units) = drawn.iter().find(|units| super::configured(units).is_some_and(|unit| unit.origin().folder() == folder)) else {
            continue;
        };
        if number >= MAX_CALLS || units.iter().map(|unit| unit.bytes().len()).sum::<usize>() > MAX_BYTES {
            let detail =
                format!("more than {MAX_CALLS} calls of modules, or one of more than {MAX_BYTES} bytes; what it is given was not followed");
            facts.skipped.push(file.place.skip(SkipReason::Limit, detail));
            continue;
        }
        let address = format!("module.{name}");
        let call = Resource { module, address: &address, section: *section };
        call.for_instances(|instance| {
            let prefix = format!("{}{instance}", module.key(&address));
            let mut with = made(units, &folder, &prefix, given(module, *section));
            let without = made(units, &folder, &prefix, Vec::new());
            keep_changed(&mut with, &without);
            facts.append(with);
        });
    }
}

/// What a call gives to the module.
fn given(module: &Module<'_>, section: Section<'_>) -> Vec<(String, Val)> {
    let arguments = section.block.body.attributes().map(|attribute| attribute.key.as_str()).filter(|name| !META.contains(name));
    arguments.filter_map(|name| Some((name.to_owned(), carried(module, &module.get(section, name)?)))).collect()
}

/// A value as another folder may have it: without places, and with what its references stand for.
fn carried(module: &Module<'_>, val: &Val) -> Val {
    let all = |items: &[Val]| items.iter().map(|item| carried(module, item)).collect();
    Val::new(match &val.kind {
        Kind::Ref(reference) => {
            let url = module.resources.get(&reference.address).and_then(|section| module.text(*section, "url"));
            let issuer = url.filter(|_| reference.resource_type() == "aws_iam_openid_connect_provider" && reference.first() == "arn");
            let document = || Document::read(module, val).map(|document| document.json.to_string());
            let text =
                issuer.map(|url| format!("arn:aws:iam::{}:oidc-provider/{}", hole::hole("account"), url.trim_start_matches("https://")));
            let text = text.or_else(document).unwrap_or_else(|| module.text_of(val).0);
            match hole::only_hole(&text) {
                Some(what) => Kind::Unknown(what.to_owned()),
                None => Kind::Text(text, Basis::Literal),
            }
        }
        Kind::List(items) => Kind::List(all(items)),
        Kind::Either(items, what) => Kind::Either(all(items), what.clone()),
        Kind::Map(entries) => Kind::Map(entries.iter().map(|(name, value)| (name.clone(), carried(module, value))).collect()),
        other => other.clone(),
    })
}

/// What the module makes of values.
fn made(units: &[Unit<'_>], folder: &str, prefix: &str, given: Vec<(String, Val)>) -> Facts {
    let mut facts = Facts::default();
    let files = files::parse(WorkloadKind::Terraform, units, &mut facts);
    let module = Module::new(WorkloadKind::Terraform, folder, &files);
    let module = module.with_documents(Documents::read(WorkloadKind::Terraform, units)).called(prefix.to_owned(), given);
    principals::defined(&module, &mut facts);
    for (address, section) in &module.resources {
        let resource = Resource { module: &module, address, section: *section };
        if let Some(reader) = reader_of(resource.full_kind()) {
            super::read_one(resource, reader, &mut facts);
        }
    }
    registry::read(&module, &mut facts);
    facts
}

/// Leaves what the given values change, what else such principals have, and nothing but trusts, grants and lifetimes.
fn keep_changed(facts: &mut Facts, plain: &Facts) {
    let made = std::mem::take(facts);
    facts.trusts = made.trusts.into_iter().filter(|trust| !plain.trusts.contains(trust)).collect();
    let trusted: BTreeSet<String> = facts.trusts.iter().map(|trust| trust.principal.clone()).collect();
    facts.grants = made.grants;
    facts.grants.retain(|grant| trusted.contains(&grant.principal) || !plain.grants.contains(grant));
    facts.sessions = made.sessions;
    facts.sessions.retain(|session| trusted.contains(&session.principal) || !plain.sessions.contains(session));
    let mut holders = trusted;
    holders.extend(facts.grants.iter().map(|grant| grant.principal.clone()));
    holders.extend(facts.sessions.iter().map(|session| session.principal.clone()));
    facts.principals = made.principals.into_iter().filter(|principal| holders.contains(&principal.key)).collect();
}

/// Takes out what a module's folder says by itself of a principal that its calls say better, unless something of the folder
/// runs as it.
pub(crate) fn settle(facts: &mut Facts) {
    let place = |trust: &TrustBinding| (trust.location.origin.path.clone(), trust.location.region.span.start);
    let of_call = |trust: &&TrustBinding| trust.id.contains("#module.");
    let called: BTreeSet<_> = facts.trusts.iter().filter(of_call).map(|trust| (place(trust), address(&trust.id).to_owned())).collect();
    let paths = facts.workloads.iter().flat_map(|workload| &workload.identity_paths);
    let attached = facts.trusts.iter().filter(|trust| trust.id.contains("/attached/")).map(|trust| trust.principal.as_str());
    let used: BTreeSet<&str> = paths.filter_map(|path| path.principal.known()).chain(attached).collect();
    let is_better = |trust: &&TrustBinding| called.contains(&(place(trust), address(&trust.id).to_owned()));
    let own = facts.trusts.iter().filter(|trust| !of_call(trust) && trust.principal.starts_with("tf:"));
    let replaced: BTreeSet<String> =
        own.filter(is_better).map(|trust| trust.principal.clone()).filter(|key| !used.contains(key.as_str())).collect();
    if !replaced.is_empty() {
        facts.trusts.retain(|trust| !replaced.contains(&trust.principal));
        facts.grants.retain(|grant| !replaced.contains(&grant.principal));
        facts.sessions.retain(|session| !replaced.contains(&session.principal));
        facts.principals.retain(|principal| !replaced.contains(&principal.key));
    }
}

/// Kind and name of the resource that a trust is of (`aws_iam_role.this`), by its id.
fn address(id: &str) -> &str {
    let key = id.rsplit_once('/').map_or(id, |(key, _)| key);
    let named = key.rfind('.').map_or(0, |at| key[..at].rfind(['.', '#']).map_or(0, |start| start + 1));
    &key[named..]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, SubjectRule};

    use super::super::Arguments;
    use super::*;

    const MODULE: &str = r#"
variable "name" {}
variable "subjects" { type = list(string) }
variable "provider_arn" {}
resource "aws_iam_role" "this" {
  name = var.name
  assume_role_policy = jsonencode({
    Statement = [{
      Effect = "Allow", Action = "sts:AssumeRoleWithWebIdentity", Principal = { Federated = var.provider_arn }
      Condition = { StringLike = { "gitlab.com:sub" = var.subjects } }
    }]
  })
}
resource "aws_iam_role" "fixed" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
}
resource "aws_iam_role_policy_attachment" "this" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
"#;

    fn unit(path: &str, text: &str) -> Unit<'static> {
        Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes().to_vec())
    }

    fn called(caller: &str) -> Facts {
        let (own, module) = ([unit("live/prod/main.tf", caller)], [unit("modules/ci/main.tf", MODULE)]);
        assert_eq!(folders(&own), ["modules/ci"]);
        super::super::read_with(&own, &[&module], &Arguments::default())
    }

    #[test]
    fn a_module_has_the_values_of_its_call() {
        let facts = called(
            "resource \"aws_iam_openid_connect_provider\" \"gl\" { url = \"https://gitlab.com\" }\nmodule \"deploy\" {\n  source = \"../../modules/ci\"\n  \
             name = \"deploy\"\n  provider_arn = aws_iam_openid_connect_provider.gl.arn\n  subjects = [\"project_path:northwind/*\"]\n}\n",
        );
        let [trust] = facts.trusts.as_slice() else { panic!("one trust: {:?}", facts.trusts) };
        assert_eq!(trust.principal, "tf:live/prod#module.deploy.aws_iam_role.this");
        assert_eq!(trust.subject, SubjectRule::Glob(vec!["project_path:northwind/*".into()]));
        assert_eq!((trust.issuer.known(), trust.location.origin.path.as_str()), (Some("gitlab.com"), "modules/ci/main.tf"));
        assert_eq!((facts.grants.len(), facts.grants[0].principal.as_str()), (1, trust.principal.as_str()));
        let role = facts.principals.iter().find(|principal| principal.key == trust.principal).unwrap();
        assert!(role.names.contains(&"deploy".to_owned()), "{:?}", role.names);
    }

    #[test]
    fn a_module_of_the_registry_within_is_called_with_the_same_values() {
        let module = "variable \"roles\" {}\nmodule \"role\" {\n  source = \"terraform-aws-modules/iam/aws//modules/iam-github-oidc-role\"\n  \
                      for_each = { for one in var.roles : one.name => one }\n  subjects = each.value.subjects\n  policies = each.value.policies\n}\n";
        let caller = "module \"iam\" {\n  source = \"./iam\"\n  roles = [{ name = \"ci\", subjects = [\"northwind/web:*\"], policies = { A = \
                      \"arn:aws:iam::aws:policy/AdministratorAccess\" } }]\n}\n";
        let facts = super::super::read_with(&[unit("main.tf", caller)], &[&[unit("iam/main.tf", module)]], &Arguments::default());
        let [trust] = facts.trusts.as_slice() else { panic!("one trust: {:?}", facts.trusts) };
        assert_eq!(trust.subject, SubjectRule::Glob(vec!["repo:northwind/web:*".into()]));
        assert_eq!((facts.grants.len(), facts.grants[0].principal.as_str()), (1, "tf:.#module.iam.module.role[ci]"));
    }

    #[test]
    fn what_is_given_by_reference_is_the_callers() {
        let module = "variable \"application\" {}\nvariable \"subject\" {}\nresource \"azuread_application_federated_identity_credential\" \"gh\" {\n  \
                      application_id = var.application\n  issuer = \"https://gitlab.com\"\n  subject = var.subject\n}\n";
        let caller = "resource \"azuread_application\" \"ci\" { display_name = \"ci\" }\nmodule \"gh\" {\n  source = \"./gh\"\n  application = \
                      azuread_application.ci.id\n  subject = \"project_path:northwind/web:ref_type:branch:ref:main\"\n}\n";
        let facts = super::super::read_with(&[unit("main.tf", caller)], &[&[unit("gh/main.tf", module)]], &Arguments::default());
        assert_eq!(facts.trusts[0].principal, "tf:.#azuread_application.ci");
    }

    #[test]
    fn each_instance_of_a_call_has_its_own() {
        let facts = called(
            "locals { projects = { web = \"northwind/web\", docs = \"northwind/docs\" } }\nmodule \"ci\" {\n  source = \"../../modules/ci\"\n  for_each = \
             local.projects\n  name = each.key\n  subjects = [\"project_path:${each.value}:ref_type:branch:ref:main\"]\n}\n",
        );
        let principals: Vec<_> = facts.trusts.iter().map(|trust| trust.principal.as_str()).collect();
        assert_eq!(principals, ["tf:live/prod#module.ci[web].aws_iam_role.this", "tf:live/prod#module.ci[docs].aws_iam_role.this"]);
        assert_eq!(facts.trusts[1].subject, SubjectRule::Glob(vec!["project_path:northwind/docs:ref_type:branch:ref:main".into()]));
    }

    #[test]
    fn a_call_says_better_what_the_folder_says_by_itself() {
        let call = "module \"deploy\" {\n  source = \"../../modules/ci\"\n  subjects = [\"project_path:northwind/*\"]\n}\n";
        let mut facts = called(call);
        facts.append(super::super::read(&[unit("modules/ci/main.tf", MODULE)]));
        let count = facts.trusts.len();
        settle(&mut facts);
        let principals: Vec<_> = facts.trusts.iter().map(|trust| trust.principal.as_str()).collect();
        assert_eq!((count, principals), (3, vec!["tf:live/prod#module.deploy.aws_iam_role.this", "tf:modules/ci#aws_iam_role.fixed"]));
        assert!(facts.grants.iter().all(|grant| grant.principal.starts_with("tf:live/prod")));
    }

    #[test]
    fn what_something_of_the_folder_runs_as_stays() {
        let function = "resource \"aws_lambda_function\" \"f\" { role = aws_iam_role.this.arn }\n";
        let mut facts = called("module \"deploy\" {\n  source = \"../../modules/ci\"\n  subjects = [\"project_path:northwind/*\"]\n}\n");
        facts.append(super::super::read(&[unit("modules/ci/main.tf", &format!("{MODULE}{function}"))]));
        settle(&mut facts);
        assert!(facts.trusts.iter().any(|trust| trust.principal == "tf:modules/ci#aws_iam_role.this"));
    }

    #[test]
    fn what_a_call_does_not_change_is_the_folders_own() {
        assert!(called("module \"deploy\" {\n  source = \"../../modules/ci/\"\n  tags = {}\n}\n").trusts.is_empty());
        assert!(folders(&[unit("a.tf", "module \"x\" {\n  source = \"terraform-aws-modules/iam/aws\"\n}\n")]).is_empty());
    }
}
