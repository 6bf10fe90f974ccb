use unkeyed_model::{ResourceScope, SubjectRule};

use crate::testing;

#[test]
fn a_configuration_in_json_reads_like_the_language() {
    let facts = testing::read(&testing::units("terraform-json/configuration"));
    assert_eq!(facts.skipped, []);
    let trust = &facts.trusts[0];
    assert_eq!((trust.principal.as_str(), trust.trusted.as_str()), ("tf:.#aws_iam_role.deploy", "oidc"));
    assert_eq!(trust.subject, SubjectRule::Glob(vec!["repo:acme/api:*".into()]));
    assert_eq!(trust.location.region.line, 29);
    assert_eq!((facts.grants[0].principal.as_str(), facts.grants[0].scope), ("tf:.#aws_iam_role.deploy", ResourceScope::Account));
}

#[test]
fn a_state_is_read_without_taking_its_strings_for_templates() {
    let facts = testing::read(&testing::units("terraform-json/state"));
    assert_eq!(facts.skipped, []);
    assert_eq!(facts.trusts[0].trusted, "service");
    let grant = &facts.grants[0];
    assert_eq!(grant.resources[0].known(), Some("arn:aws:s3:::data/${aws:username}"));
    let function = &facts.workloads[0];
    assert_eq!(function.identity_paths[0].principal.known(), Some("tf:terraform.tfstate#aws_iam_role.api"));
}
