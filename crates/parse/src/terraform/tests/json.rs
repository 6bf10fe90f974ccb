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

#[test]
fn container_definitions_in_a_heredoc_are_read_through_their_holes() {
    let text = "variable \"token\" {}\nresource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = <<EOF\n[{ \"cpu\": ${var.cpu}, \"environment\": [\n  { \"name\": \"API_TOKEN\", \"value\": \"Kf8-2mPq7wZx\" },\n  { \"name\": \"DB_PASSWORD\", \"value\": \"${var.token}\" }],\n  \"secrets\": [{ \"name\": \"MAIL\", \"valueFrom\": \"arn:aws:ssm:eu-west-1:111122223333:parameter/m\" }] }]\nEOF\n}\n";
    let facts = super::one(text);
    let slot = &facts.slots[0];
    let span = slot.location.region.span;
    assert_eq!((slot.name.as_str(), &text[span.start..span.end]), ("API_TOKEN", "Kf8-2mPq7wZx"));
    let task = super::workload(&facts, "tf:m#aws_ecs_task_definition.t");
    let used: Vec<_> = task.references.iter().map(|found| (found.name.as_str(), found.used_as.as_deref().unwrap_or_default())).collect();
    assert_eq!(used, [("var.token", "DB_PASSWORD"), ("arn:aws:ssm:eu-west-1:111122223333:parameter/m", "MAIL")]);
}
