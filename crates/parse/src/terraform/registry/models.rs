//! Modules that are known by what they make: each has a model beside this file, written in the language itself, in which stand the
//! variables, roles and grants of the module and nothing else. A call is read as that of a module in the inputs would be.

use std::sync::Arc;

use unkeyed_model::{Facts, Origin, Unit, WorkloadKind};

use super::{Call, Given};
use crate::evaluated::Val;
use crate::terraform::carried::carried;
use crate::terraform::files::{self, File};
use crate::terraform::module::Module;
use crate::terraform::resource::Resource;
use crate::terraform::{calls, declared, limits, principals, read_one, reader_of};

/// Models by the module's source.
const MODELS: &[(&str, &str)] = &[
    ("terraform-aws-modules/iam/aws//modules/iam-role", include_str!("models/aws_iam_role.tf")),
    ("terraform-aws-modules/iam/aws//modules/iam-assumable-role", include_str!("models/aws_iam_assumable_role.tf")),
    ("terraform-aws-modules/iam/aws//modules/iam-assumable-roles", include_str!("models/aws_iam_assumable_roles.tf")),
    ("terraform-aws-modules/iam/aws//modules/iam-assumable-role-with-saml", include_str!("models/aws_iam_assumable_role_with_saml.tf")),
    ("terraform-aws-modules/iam/aws//modules/iam-assumable-roles-with-saml", include_str!("models/aws_iam_assumable_roles_with_saml.tf")),
    ("terraform-aws-modules/iam/aws//modules/iam-eks-role", include_str!("models/aws_iam_eks_role.tf")),
    ("terraform-aws-modules/iam/aws//modules/iam-policy", include_str!("models/aws_iam_policy.tf")),
    ("terraform-aws-modules/lambda/aws", include_str!("models/aws_lambda.tf")),
    ("cloudposse/iam-role/aws", include_str!("models/cloudposse_iam_role.tf")),
    ("cloudposse/iam-policy/aws", include_str!("models/cloudposse_iam_policy.tf")),
    ("cloudposse/eks-iam-role/aws", include_str!("models/cloudposse_eks_iam_role.tf")),
    ("cloudposse/sso/aws//modules/permission-sets", include_str!("models/cloudposse_permission_sets.tf")),
    ("terraform-google-modules/iam/google//modules/member_iam", include_str!("models/google_member_iam.tf")),
    ("terraform-google-modules/project-factory/google", include_str!("models/google_project_factory.tf")),
    ("terraform-google-modules/service-accounts/google//modules/simple-sa", include_str!("models/google_simple_account.tf")),
    ("terraform-google-modules/service-accounts/google", include_str!("models/google_service_accounts.tf")),
    ("terraform-google-modules/kubernetes-engine/google//modules/workload-identity", include_str!("models/google_workload_identity.tf")),
];

/// What the file of a model is called.
const FILE: &str = "model.tf";

/// Reads a call of a module that has a model.
pub(super) fn read(source: &str, call: &Call<'_, '_>, facts: &mut Facts) {
    let Some(text) = text(source) else { return };
    let mut made = with(text, |files| made(call, files));
    let places = made.principals.iter_mut().map(|one| &mut one.location).chain(made.trusts.iter_mut().map(|one| &mut one.location));
    let places =
        places.chain(made.grants.iter_mut().map(|one| &mut one.location)).chain(made.sessions.iter_mut().map(|one| &mut one.location));
    let places = places.chain(made.declarations.iter_mut().map(|one| &mut one.location));
    places.for_each(|place| *place = call.location.clone());
    facts.principals.append(&mut made.principals);
    facts.trusts.append(&mut made.trusts);
    facts.grants.append(&mut made.grants);
    facts.sessions.append(&mut made.sessions);
    facts.declarations.append(&mut made.declarations);
    facts.skipped.append(&mut made.skipped);
}

/// The model of a module.
pub(in crate::terraform) fn text(source: &str) -> Option<&'static str> {
    let source = super::registered(source);
    MODELS.iter().find(|(name, _)| *name == source).map(|(_, text)| *text)
}

/// Works with the files of a model.
pub(in crate::terraform) fn with<T>(text: &'static str, work: impl FnOnce(&[File<'_>]) -> T) -> T {
    let units = [Unit::new(Arc::new(Origin { path: FILE.to_owned(), ..Origin::default() }), text.as_bytes())];
    work(&files::parse(WorkloadKind::Terraform, &units, &mut Facts::default()))
}

fn made(call: &Call<'_, '_>, files: &[File<'_>]) -> Facts {
    let given = match &call.given {
        Given::Block(section) => calls::given(call.module, *section),
        Given::Inputs(inputs) => {
            inputs.entries().iter().map(|(name, val)| (name.clone(), carried(call.module, val))).collect::<Vec<(String, Val)>>()
        }
    };
    let mut facts = Facts::default();
    let module = Module::new(WorkloadKind::Terraform, "", files).called(call.key(), given);
    principals::defined(&module, &mut facts);
    for (address, section) in &module.resources {
        let resource = Resource { module: &module, address, section: *section };
        if let Some(reader) = reader_of(resource.full_kind()) {
            read_one(resource, reader, &mut facts);
        }
        if !resource.makes_none() {
            resource.for_instances(|_| declared::read(resource, &mut facts));
        }
    }
    limits(&module, &mut facts);
    for principal in &mut facts.principals {
        principal.names.push(call.address.clone());
        principal.key = bare(&principal.key);
    }
    facts.trusts.iter_mut().for_each(|one| one.principal = bare(&one.principal));
    facts.grants.iter_mut().for_each(|one| one.principal = bare(&one.principal));
    facts.sessions.iter_mut().for_each(|one| one.principal = bare(&one.principal));
    facts.declarations.iter_mut().filter_map(|one| one.principal.as_mut()).for_each(|key| *key = bare(key));
    facts
}

/// A key without the place in the model that an unknown is told apart by.
fn bare(key: &str) -> String {
    key.split_once(&format!(" ({FILE}:")).map_or(key, |(key, _)| key).to_owned()
}

#[cfg(test)]
mod tests {
    use unkeyed_model::SubjectRule;

    use super::*;

    fn called(source: &str, arguments: &str) -> Facts {
        let text = format!("module \"m\" {{\n  source = \"{source}\"\n{arguments}\n}}\n");
        crate::testing::read(&[Unit::new(Arc::new(Origin { path: "infra/main.tf".into(), ..Origin::default() }), text.into_bytes())])
    }

    fn roles(facts: &Facts) -> Vec<String> {
        facts.grants.iter().filter_map(|grant| Some(grant.role.as_ref()?.known()?.to_owned())).collect()
    }

    #[test]
    fn calls_of_modules_for_aws_are_read_by_their_models() {
        let admin = "policies = { a = \"arn:aws:iam::aws:policy/AdministratorAccess\" }";
        let github = "enable_github_oidc = true\n oidc_wildcard_subjects = [\"northwind/*\"]";
        let role = called("terraform-aws-modules/iam/aws//modules/iam-role", &format!("name = \"ci\"\n {github}\n {admin}"));
        assert_eq!(role.trusts[0].subject, SubjectRule::Glob(vec!["repo:northwind/*".into()]));
        assert_eq!(role.trusts[0].principal, "tf:infra#module.m.aws_iam_role.this");
        assert_eq!((role.grants.len(), role.trusts[0].location.origin.path.as_str()), (1, "infra/main.tf"));
        let vendor = called("cloudposse/iam-role/aws", "principals = { AWS = [\"arn:aws:iam::424242424242:root\"] }");
        assert_eq!((vendor.trusts[0].trusted.as_str(), vendor.trusts[0].claims.len()), ("account", 0));
        let people = "trusted_role_arns = [\"arn:aws:iam::424242424242:root\"]";
        let person = called("terraform-aws-modules/iam/aws//modules/iam-assumable-role", people);
        assert_eq!(person.trusts[0].claims[0].name, "aws:MultiFactorAuthPresent");
        let cluster = "eks_cluster_oidc_issuer_url = \"https://oidc.eks.eu-west-2.amazonaws.com/id/A\"";
        let pods = called("cloudposse/eks-iam-role/aws", &format!("{cluster}\n service_account_namespace = \"shop\""));
        assert_eq!(pods.trusts[0].subject, SubjectRule::Glob(vec!["system:serviceaccount:shop:*".into()]));
        let everything = "jsonencode({ Statement = [{ Action = \"*\", Resource = \"*\" }] })";
        let function = called("terraform-aws-modules/lambda/aws", &format!("attach_policy_json = true\n policy_json = {everything}"));
        assert_eq!(function.grants[0].actions, ["*"]);
        let policy = called("terraform-aws-modules/iam/aws//modules/iam-policy", &format!("policy = {everything}"));
        assert_eq!(policy.grants.len(), 1);
        let set = "{ name = \"ops\", session_duration = \"PT12H\", inline_policy = \"\", policy_attachments = [\"arn:aws:iam::aws:policy/AdministratorAccess\"] }";
        let sets = called("cloudposse/sso/aws//modules/permission-sets", &format!("permission_sets = [{set}]"));
        assert_eq!((sets.sessions[0].seconds, roles(&sets)), (Some(43_200), vec!["AdministratorAccess".to_owned()]));
    }

    #[test]
    fn modules_that_make_several_roles_make_those_that_are_asked_for() {
        let of = |name: &str, arguments: &str| called(&format!("terraform-aws-modules/iam/aws//modules/{name}"), arguments);
        let accounts = "cluster_service_accounts = { prod = [\"*:web\"] }\n assume_role_condition_test = \"StringLike\"";
        let pods = of("iam-eks-role", &format!("{accounts}\n role_policy_arns = {{ a = \"arn:aws:iam::aws:policy/PowerUserAccess\" }}"));
        assert_eq!(pods.trusts[0].subject, SubjectRule::Glob(vec!["system:serviceaccount:*:web".into()]));
        assert_eq!((roles(&pods), pods.trusts[0].audiences.clone()), (vec!["PowerUserAccess".to_owned()], None));
        let arns = "trusted_role_arns = [\"arn:aws:iam::424242424242:root\"]";
        let people = of("iam-assumable-roles", &format!("{arns}\n create_admin_role = true\n admin_role_requires_mfa = false"));
        assert_eq!((people.trusts.len(), people.trusts[0].claims.len(), roles(&people)), (1, 0, vec!["AdministratorAccess".to_owned()]));
        let careful = of("iam-assumable-roles", &format!("{arns}\n create_readonly_role = true"));
        assert_eq!((careful.trusts.len(), careful.trusts[0].claims[0].name.as_str()), (1, "aws:MultiFactorAuthPresent"));
        let provider = "provider_id = \"arn:aws:iam::424242424242:saml-provider/idp\"";
        let saml = of("iam-assumable-roles-with-saml", &format!("{provider}\n create_poweruser_role = true"));
        assert_eq!((saml.trusts[0].trusted.as_str(), roles(&saml)), ("saml", vec!["PowerUserAccess".to_owned()]));
        let one =
            of("iam-assumable-role-with-saml", &format!("{provider}\n role_policy_arns = [\"arn:aws:iam::aws:policy/IAMFullAccess\"]"));
        assert_eq!((one.trusts[0].trusted.as_str(), roles(&one)), ("saml", vec!["IAMFullAccess".to_owned()]));
    }

    #[test]
    fn a_project_and_its_account_are_what_their_modules_make() {
        let factory =
            |more: &str| roles(&called("terraform-google-modules/project-factory/google", &format!("name = \"northwind-1\"\n {more}")));
        assert_eq!(factory("sa_role = \"roles/editor\""), ["roles/editor"]);
        assert_eq!(factory(""), [""; 0]);
        assert_eq!(factory("sa_role = \"roles/editor\"\n create_project_sa = false"), [""; 0]);
        let account = "project_id = \"northwind\"\n name = \"ci\"\n project_roles = [\"roles/owner\"]";
        assert_eq!(roles(&called("terraform-google-modules/service-accounts/google//modules/simple-sa", account)), ["roles/owner"]);
        let policy = "name = \"all\"\n iam_policy = [{ statements = [{ actions = [\"*\"], resources = [\"*\"] }] }]";
        assert_eq!(called("cloudposse/iam-policy/aws", &format!("iam_policy_enabled = true\n {policy}")).grants.len(), 1);
        assert_eq!(called("cloudposse/iam-policy/aws", &format!("role_names = [\"ci\"]\n {policy}")).grants.len(), 1);
        assert_eq!(called("cloudposse/iam-policy/aws", policy).grants.len(), 0);
    }

    #[test]
    fn calls_of_modules_for_google_are_read_by_their_models() {
        let own = "project_id = \"northwind\"";
        let member = "service_account_address = \"ci@northwind.iam.gserviceaccount.com\"\n project_roles = [\"roles/editor\"]";
        let member = called("terraform-google-modules/iam/google//modules/member_iam", &format!("{own}\n {member}"));
        assert_eq!(roles(&member), ["roles/editor"]);
        let accounts =
            |more: &str| called("terraform-google-modules/service-accounts/google", &format!("{own}\n names = [\"a\", \"b\"]\n {more}"));
        let some = accounts("project_roles = [\"northwind=>roles/viewer\"]\n generate_keys = true");
        assert_eq!((roles(&some).len(), some.declarations.len()), (2, 2));
        assert_eq!(accounts("").declarations.len(), 0);
        let pod = "name = \"web\"\n namespace = \"shop\"\n roles = [\"roles/viewer\"]";
        let pod = called("terraform-google-modules/kubernetes-engine/google//modules/workload-identity", &format!("{own}\n {pod}"));
        assert_eq!((pod.trusts.len(), roles(&pod).len()), (1, 2));
        let open = called(
            "terraform-google-modules/kubernetes-engine/google//modules/workload-identity",
            "name = \"a\"\n roles = [\"roles/viewer\"]",
        );
        assert!(open.grants.iter().all(|grant| !grant.principal.contains("model.tf")) && !open.trusts[0].principal.contains("model.tf"));
    }

    #[test]
    fn every_model_is_read_whole() {
        for (source, text) in MODELS {
            let units = [Unit::new(Arc::new(Origin { path: "model.tf".into(), ..Origin::default() }), text.as_bytes())];
            let mut facts = Facts::default();
            let files = files::parse(WorkloadKind::Terraform, &units, &mut facts);
            assert!(facts.skipped.is_empty(), "{source}: {:?}", facts.skipped);
            let module = Module::new(WorkloadKind::Terraform, "", &files);
            assert!(module.resources.keys().any(|address| reader_of(address.rsplit_once('.').unwrap().0).is_some()), "{source}");
        }
    }
}
