//! Modules that a folder calls by their path: what their trusts, grants and lifetimes are with the values that the call gives
//! (Terraform documentation, "Module Sources", "Local Paths").
//!
//! The decision a reader would question: a module's folder is read by itself as well, so that of a call only that counts which
//! the given values change. Calls within a called module are followed with it.

use std::cell::Cell;
use std::collections::BTreeSet;

use unkeyed_model::{Facts, SkipReason, TrustBinding, WorkloadKind};

use super::carried::carried;
use super::documents::Documents;
use super::module::{Module, Section};
use super::modules::{self, MAX_DEPTH, META, Modules, Parsed};
use super::resource::Resource;
use super::{outputs, principals, reader_of, registry};
use crate::evaluated::Val;

/// Most calls that are followed for a folder, each instance counted, and most bytes that a called module may have.
pub(super) const MAX_CALLS: usize = 400;
const MAX_BYTES: usize = 1 << 20;

/// The calls of a folder, and those within the modules that it calls.
struct Calls<'c, 'u> {
    modules: &'c Modules<'u>,
    left: Cell<usize>,
    is_cut: Cell<bool>,
}

/// Reads the calls of a folder's modules.
pub(super) fn read(module: &Module<'_>, modules: &Modules<'_>, facts: &mut Facts) {
    let calls = Calls { modules, left: Cell::new(MAX_CALLS), is_cut: Cell::new(false) };
    calls.read(module, 1, facts);
    if calls.is_cut.get()
        && let Some(file) = module.files.first()
    {
        let detail = format!(
            "more than {MAX_CALLS} calls of modules, one of more than {MAX_BYTES} bytes, or more than {MAX_DEPTH} one in the other; what \
             some modules are given was not followed"
        );
        facts.skipped.push(file.place.skip(SkipReason::Limit, detail));
    }
}

impl Calls<'_, '_> {
    fn read(&self, module: &Module<'_>, depth: usize, facts: &mut Facts) {
        for section in module.calls() {
            let parsed = modules::callee(module, section).and_then(|folder| Some((self.modules.parsed(&folder)?, folder)));
            let Some((name, (parsed, folder))) = section.label(0).zip(parsed) else { continue };
            let address = format!("module.{name}");
            let call = Resource { module, address: &address, section };
            call.for_instances(|instance| {
                if !self.may(parsed, depth) {
                    return self.is_cut.set(true);
                }
                let prefix = format!("{}{instance}", module.key(&address));
                let mut with = self.made(parsed, &folder, &prefix, given(module, section), depth);
                let without = self.made(parsed, &folder, &prefix, Vec::new(), depth);
                keep_changed(&mut with, &without);
                with.skipped.retain(|row| !facts.skipped.contains(row));
                facts.append(with);
            });
        }
    }

    /// Whether another call is followed.
    fn may(&self, called: &Parsed<'_>, depth: usize) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0 && depth <= MAX_DEPTH && called.units.iter().map(|unit| unit.bytes().len()).sum::<usize>() <= MAX_BYTES
    }

    /// What the module makes of values.
    fn made(&self, called: &Parsed<'_>, folder: &str, prefix: &str, given: Vec<(String, Val)>, depth: usize) -> Facts {
        let mut facts = Facts::default();
        let module = Module::new(WorkloadKind::Terraform, folder, &called.files);
        let mut module = module.with_documents(Documents::read(WorkloadKind::Terraform, called.units)).called(prefix.to_owned(), given);
        module.outputs = outputs::read(&module, self.modules);
        principals::defined(&module, &mut facts);
        for (address, section) in &module.resources {
            let resource = Resource { module: &module, address, section: *section };
            if let Some(reader) = reader_of(resource.full_kind()) {
                super::read_one(resource, reader, &mut facts);
            }
        }
        registry::read(&module, &mut facts);
        self.read(&module, depth + 1, &mut facts);
        super::limits(&module, &mut facts);
        facts
    }
}

/// What a call gives to the module.
pub(super) fn given(module: &Module<'_>, section: Section<'_>) -> Vec<(String, Val)> {
    let arguments = section.block.body.attributes().map(|attribute| attribute.key.as_str()).filter(|name| !META.contains(name));
    arguments.filter_map(|name| Some((name.to_owned(), carried(module, &module.get(section, name)?)))).collect()
}

/// Leaves what the given values change, what else such principals have, and nothing but trusts, grants and lifetimes.
fn keep_changed(facts: &mut Facts, plain: &Facts) {
    let mut made = std::mem::take(facts);
    facts.skipped = std::mem::take(&mut made.skipped);
    // The trusts of a resource belong together, and so do those of a principal, whichever of them the values change.
    let changed = || made.trusts.iter().filter(|trust| !plain.trusts.contains(trust));
    let resources: BTreeSet<&str> = changed().map(|trust| address(&trust.id)).collect();
    let principals: BTreeSet<&str> = changed().map(|trust| trust.principal.as_str()).collect();
    let belongs = |trust: &&TrustBinding| resources.contains(address(&trust.id)) || principals.contains(trust.principal.as_str());
    facts.trusts = made.trusts.iter().filter(belongs).cloned().collect();
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

/// Takes out what a module's folder says of a principal that its calls, or the calls of those, say better, unless something of
/// the folder runs as it.
pub(crate) fn settle(facts: &mut Facts) {
    let place = |trust: &TrustBinding| (trust.location.origin.path.clone(), trust.location.region.span.start);
    let mut better = BTreeSet::new();
    for trust in facts.trusts.iter().filter(|trust| trust.id.contains("#module.")) {
        let mut address = address(&trust.id);
        while let Some(inner) = within(address) {
            better.insert((place(trust), inner.to_owned()));
            address = inner;
        }
    }
    let paths = facts.workloads.iter().flat_map(|workload| &workload.identity_paths);
    let attached = facts.trusts.iter().filter(|trust| trust.id.contains("/attached/")).map(|trust| trust.principal.as_str());
    let used: BTreeSet<&str> = paths.filter_map(|path| path.principal.known()).chain(attached).collect();
    let own = facts.trusts.iter().filter(|trust| trust.principal.starts_with("tf:"));
    let is_better = |trust: &&TrustBinding| better.contains(&(place(trust), address(&trust.id).to_owned()));
    // Somebody whom the folder only names may be trusted elsewhere as well.
    let said_better = |trust: &TrustBinding| !trust.principal.starts_with("tf:") && is_better(&trust);
    let others: BTreeSet<String> = facts.trusts.iter().filter(|trust| said_better(trust)).map(|trust| trust.id.clone()).collect();
    let replaced: BTreeSet<String> =
        own.filter(is_better).map(|trust| trust.principal.clone()).filter(|key| !used.contains(key.as_str())).collect();
    if !replaced.is_empty() || !others.is_empty() {
        facts.trusts.retain(|trust| !replaced.contains(&trust.principal) && !others.contains(&trust.id));
        facts.grants.retain(|grant| !replaced.contains(&grant.principal));
        facts.sessions.retain(|session| !replaced.contains(&session.principal));
        facts.principals.retain(|principal| !replaced.contains(&principal.key));
    }
}

/// The resource that a trust is of (`module.ci.aws_iam_role.this`), by its id.
fn address(id: &str) -> &str {
    let key = id.rsplit_once('/').map_or(id, |(key, _)| key);
    key.split_once('#').map_or(key, |(_, address)| address)
}

/// The same address as the module that is called knows it.
fn within(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("module.")?;
    let name = rest.find(['.', '['])?;
    let behind = if rest[name..].starts_with('[') { rest[name..].find("].")? + name + 1 } else { name };
    Some(&rest[behind + 1..])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, ResourceScope, SubjectRule, Unit, Value};

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
        calling(&[unit("live/prod/main.tf", caller)], &[&[unit("modules/ci/main.tf", MODULE)]])
    }

    /// What a folder says that calls modules.
    fn calling(own: &[Unit<'static>], called: &[&[Unit<'static>]]) -> Facts {
        let folders: Vec<&[Unit<'static>]> = std::iter::once(own).chain(called.iter().copied()).collect();
        super::super::read_with(own, &Modules::between(&folders))
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
        let facts = calling(&[unit("main.tf", caller)], &[&[unit("iam/main.tf", module)]]);
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
        let facts = calling(&[unit("main.tf", caller)], &[&[unit("gh/main.tf", module)]]);
        assert_eq!(facts.trusts[0].principal, "tf:.#azuread_application.ci");
    }

    #[test]
    fn what_is_looked_up_is_known_where_it_is_handed_to() {
        let module = "variable \"scope\" {}\nvariable \"role\" {}\nvariable \"policy\" {}\n\
                      resource \"azurerm_role_assignment\" \"a\" {\n  scope = var.scope\n  role_definition_id = var.role\n  principal_id = \"x\"\n}\n\
                      resource \"aws_iam_role_policy_attachment\" \"p\" {\n  role = \"ci\"\n  policy_arn = var.policy\n}\n";
        let own = "data \"azurerm_subscription\" \"current\" {}\ndata \"azurerm_role_definition\" \"r\" { name = \"Contributor\" }\n\
                   data \"aws_iam_policy\" \"admin\" { name = \"AdministratorAccess\" }\n\
                   module \"m\" {\n  source = \"./m\"\n  scope = data.azurerm_subscription.current.id\n  role = data.azurerm_role_definition.r.id\n  \
                   policy = data.aws_iam_policy.admin.arn\n}\n";
        let facts = calling(&[unit("main.tf", own)], &[&[unit("m/main.tf", module)]]);
        let said: Vec<_> =
            facts.grants.iter().map(|grant| (grant.role.as_ref().and_then(Value::known).unwrap_or_default(), grant.scope)).collect();
        assert_eq!(said, [("AdministratorAccess", ResourceScope::Account), ("Contributor", ResourceScope::Subscription)]);
    }

    #[test]
    fn the_role_of_one_module_may_be_handed_to_another() {
        let policy = "variable \"role\" {}\nresource \"aws_iam_role_policy_attachment\" \"a\" {\n  role = var.role\n  policy_arn = \"arn:aws:iam::aws:policy/AdministratorAccess\"\n}\n";
        let own = "module \"deploy\" {\n  source = \"../../modules/ci\"\n  name = \"d\"\n  provider_arn = \"arn:aws:iam::1:oidc-provider/gitlab.com\"\n  \
                   subjects = [\"project_path:northwind/*\"]\n}\n\
                   resource \"aws_iam_role_policy_attachment\" \"own\" {\n  role = module.deploy.role\n  policy_arn = \"arn:aws:iam::aws:policy/IAMFullAccess\"\n}\n\
                   module \"policy\" {\n  source = \"../../modules/policy\"\n  role = module.deploy.role\n}\n";
        let module = format!("{MODULE}\noutput \"role\" {{ value = aws_iam_role.this.name }}\n");
        let (ci, policy) = ([unit("modules/ci/main.tf", &module)], [unit("modules/policy/main.tf", policy)]);
        let facts = calling(&[unit("live/prod/main.tf", own)], &[&ci, &policy]);
        let holders: BTreeSet<&str> = facts.grants.iter().map(|grant| grant.principal.as_str()).collect();
        assert_eq!(facts.grants.len(), 3, "{:?}", facts.grants);
        assert_eq!(holders, BTreeSet::from([facts.trusts[0].principal.as_str()]));
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
    fn calls_within_a_called_module_are_followed() {
        let middle = "variable \"projects\" {}\nmodule \"role\" {\n  source = \"../ci\"\n  for_each = toset(var.projects)\n  name = each.key\n  \
                      subjects = [\"project_path:northwind/${each.key}:*\"]\n}\n";
        let root = "module \"all\" {\n  source = \"./modules/all\"\n  projects = [\"web\"]\n}\n";
        let (root, middle, role) = ([unit("main.tf", root)], [unit("modules/all/main.tf", middle)], [unit("modules/ci/main.tf", MODULE)]);
        let mut facts = calling(&root, &[&middle, &role]);
        facts.append(calling(&middle, &[&root, &role]));
        facts.append(super::super::read(&role));
        settle(&mut facts);
        let said: Vec<_> = facts.trusts.iter().map(|trust| (trust.principal.as_str(), trust.subject.clone())).collect();
        let glob = SubjectRule::Glob(vec!["project_path:northwind/web:*".into()]);
        assert_eq!(said[0], ("tf:.#module.all.module.role[web].aws_iam_role.this", glob));
        assert_eq!((said.len(), said[1].0), (2, "tf:modules/ci#aws_iam_role.fixed"));
    }

    #[test]
    fn the_trusts_of_a_resource_stay_together() {
        let module = "variable \"repository\" {}\nmodule \"oidc\" {\n  source = \"terraform-google-modules/github-actions-runners/google//modules/gh-oidc\"\n  \
                      pool_id = \"ci\"\n  sa_mapping = { a = { sa_name = \"x\", attribute = \"attribute.repository/${var.repository}\" } }\n}\n";
        let (caller, module) = (
            [unit("main.tf", "module \"ci\" {\n  source = \"./ci\"\n  repository = \"northwind/web\"\n}\n")],
            [unit("ci/main.tf", module)],
        );
        let mut facts = calling(&caller, &[&module]);
        facts.append(super::super::read(&module));
        settle(&mut facts);
        let principals: Vec<_> = facts.trusts.iter().map(|trust| trust.principal.as_str()).collect();
        assert_eq!(principals.len(), 2, "the provider and its member: {principals:?}");
        assert_eq!(principals[0], "tf:.#module.ci.module.oidc");
    }

    #[test]
    fn the_trusts_of_a_principal_stay_together() {
        let module = "variable \"branches\" {}\nresource \"azuread_application\" \"a\" { display_name = \"a\" }\nresource \"azuread_application_federated_identity_credential\" \"pr\" {\n  \
                      application_id = azuread_application.a.id\n  issuer = \"https://gitlab.com\"\n  subject = \"fixed\"\n}\nresource \"azuread_application_federated_identity_credential\" \"b\" {\n  \
                      for_each = toset(var.branches)\n  application_id = azuread_application.a.id\n  issuer = \"https://gitlab.com\"\n  subject = each.key\n}\n";
        let (caller, module) =
            ([unit("main.tf", "module \"ci\" {\n  source = \"./ci\"\n  branches = [\"main\"]\n}\n")], [unit("ci/main.tf", module)]);
        let mut facts = calling(&caller, &[&module]);
        facts.append(super::super::read(&module));
        settle(&mut facts);
        let subjects: Vec<_> = facts.trusts.iter().map(|trust| trust.subject.clone()).collect();
        let exact = |text: &str| SubjectRule::Exact(vec![text.into()]);
        assert_eq!(subjects, [exact("main"), exact("fixed")]);
    }

    #[test]
    fn what_goes_beyond_the_limits_is_said() {
        let row = |facts: Facts| facts.skipped.iter().any(|skip| skip.why == SkipReason::Limit && skip.path == "live/prod/main.tf");
        let calls = |count: usize| {
            let call = |at| format!("module \"m{at}\" {{\n  source = \"../../modules/ci\"\n  subjects = [\"project_path:a/{at}:*\"]\n}}\n");
            called(&(0..count).map(call).collect::<String>())
        };
        let within = calls(3);
        assert_eq!(within.trusts.len(), 3);
        assert!(!row(within));
        let beyond = calls(MAX_CALLS + 1);
        assert_eq!(beyond.trusts.len(), MAX_CALLS);
        assert!(row(beyond));
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
    }
}
