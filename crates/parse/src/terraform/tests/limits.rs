//! What is broken, hostile or beyond evaluation.

use super::*;

#[test]
fn expressions_are_evaluated_or_unknown_never_wrong() {
    let facts = read(&units("eval"));
    let of = |name: &str| trust(&facts, &format!("tf:eval#azurerm_federated_identity_credential.{name}/0"));
    assert_eq!(of("joined").issuer, Value::Known("https://host/prod".into(), unkeyed_model::Basis::Default));
    assert_eq!(of("joined").subject, exact(&["repo:acme/api:environment:prod"]));
    assert!(matches!(&of("open").subject, SubjectRule::Exact(texts) if texts[0].starts_with("repo:acme/${var.open}:ref")));
    assert!(matches!(of("open").issuer, Value::Unknown(_)));
    assert_eq!(of("bomb").issuer.known(), Some("2"));
    assert!(matches!(&of("bomb").subject, SubjectRule::Exact(texts) if texts[0].contains("${")), "what goes beyond the limit is a hole");
}

#[test]
fn a_broken_block_does_not_hide_the_others() {
    let text = "resource \"aws_iam_user\" \"a\" {\n  name = \"ä\"\n}\nlocals {\n  x = = \"ä\"\n}\nresource \"aws_iam_user\" \"b\" {\n  name = \"b\"\n}\n";
    let facts = one(text);
    assert_eq!(facts.skipped[0].detail, "line 5: not Terraform configuration language; the other blocks were read");
    let places: Vec<_> =
        facts.principals.iter().map(|found| &text[found.location.region.span.start..found.location.region.span.end]).collect();
    assert_eq!(places, [&text[..text.find("\nlocals").unwrap()], &text[text.rfind("resource").unwrap()..text.len() - 1]]);
}

#[test]
fn broken_json_is_said_and_copies_are_left_out() {
    let unit = |path: &str| Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), &b"{"[..]);
    assert_eq!(read(&[unit("a/main.tf.json")]).skipped[0].why, SkipReason::Malformed);
    assert_eq!(
        [claims(&unit("a/x.tofu")), claims(&unit("a/x.tfstate")), claims(&unit("a/.terraform/modules/m/x.tf"))],
        [Some("a".to_owned()), None, None]
    );
}

#[test]
fn hostile_files_are_coverage_rows() {
    let cases = [
        ("{".repeat(100_000), SkipReason::Malformed),
        (format!("a = {}1{}", "(".repeat(5000), ")".repeat(5000)), SkipReason::Malformed),
        (format!("a = {}1{}\n", "\"%{if ".repeat(63), "}%{endif}\"".repeat(63)), SkipReason::Malformed),
        ("a = 1\n".repeat(40_000), SkipReason::Limit),
        ("#".repeat(5 << 20), SkipReason::Limit),
    ];
    for (index, (text, why)) in cases.into_iter().enumerate() {
        let origin = Origin { path: "x/main.tf".into(), ..Origin::default() };
        let facts = read(&[Unit::new(Arc::new(origin), text.into_bytes())]);
        // The third one is within the parser's own limits: it must be read without exhausting the stack.
        let found: Vec<_> = facts.skipped.iter().map(|skip| skip.why).collect();
        assert!(found == [why] || (index == 2 && found.is_empty()), "case {index}: {found:?}");
    }
    let chain: String = (0..5000).map(|at| format!("  l{at} = [[[[local.l{}]]]]\n", at + 1)).collect();
    let text = format!("locals {{\n{chain}}}\nresource \"aws_iam_role\" \"r\" {{\n  assume_role_policy = local.l0\n}}\n");
    let facts = read(&[Unit::new(Arc::new(Origin { path: "x/main.tf".into(), ..Origin::default() }), text.into_bytes())]);
    assert_eq!(facts.trusts[0].trusted, "unknown");
}

#[test]
fn no_prefix_of_any_fixture_panics() {
    for case in ["aws", "azure", "gcp", "oci_vault", "run", "eval"] {
        for unit in units(case) {
            let bytes = unit.bytes().to_vec();
            for end in (0..bytes.len()).step_by(if case == "eval" { 97 } else { 13 }) {
                let _ = read(&[Unit::new(Arc::clone(unit.origin()), bytes[..end].to_vec())]);
            }
        }
    }
}

#[test]
fn a_condition_whose_key_is_not_known_may_be_one_on_the_subject() {
    let facts = one(r#"
        data "aws_iam_policy_document" "trust" {
          statement {
            actions = ["sts:AssumeRoleWithWebIdentity"]
            principals {
              type        = "Federated"
              identifiers = [var.provider_arn]
            }
            condition {
              test     = "StringEquals"
              variable = "${var.issuer}:aud"
              values   = ["sts.amazonaws.com"]
            }
            dynamic "condition" {
              for_each = local.conditions
              content {
                test     = split("|", condition.value.test)[0]
                variable = split("|", condition.value.test)[1]
                values   = condition.value.values
              }
            }
          }
        }
        resource "aws_iam_role" "ci" {
          assume_role_policy = data.aws_iam_policy_document.trust.json
        }"#);
    let found = trust(&facts, "tf:m#aws_iam_role.ci/0");
    assert!(matches!(found.subject, SubjectRule::Unknown(_)), "{:?}", found.subject);
    assert_eq!(found.audiences, Some(vec![Value::literal("sts.amazonaws.com")]));
}

#[test]
fn instances_that_are_left_out_are_said() {
    let accounts = |count: usize| {
        let names: Vec<String> = (0..count).map(|at| format!("\"ns/{at}\"")).collect();
        one(&format!(
            "resource \"google_service_account_iam_member\" \"m\" {{\n  for_each = toset([{}])\n  service_account_id = \"x\"\n  \
             role = \"roles/iam.workloadIdentityUser\"\n  member = \"serviceAccount:p.svc.id.goog[${{each.value}}]\"\n}}\n",
            names.join(", ")
        ))
    };
    let said = |facts: &Facts| facts.skipped.iter().any(|row| row.detail.contains("more than 100 instances"));
    let (whole, cut) = (accounts(100), accounts(101));
    assert_eq!((whole.trusts.len(), said(&whole)), (100, false));
    assert_eq!((cut.trusts.len(), said(&cut)), (100, true));
}

#[test]
fn what_is_too_large_to_be_read_is_unknown_and_not_absent() {
    let containers = |image: &str| {
        let text = format!("[{{\"name\": \"api\", \"image\": \"{image}\", \"secrets\": []}}]");
        one(&format!("resource \"aws_ecs_task_definition\" \"t\" {{\n  container_definitions = <<E\n{text}\nE\n}}\n"))
    };
    let open =
        |facts: &Facts| facts.workloads.iter().flat_map(|workload| &workload.references).any(|used| used.key.as_deref() == Some("*"));
    assert!(!open(&containers("acme/api")));
    assert!(open(&containers(&"a".repeat(300 << 10))));
    let variables = |count: usize| {
        let names: String = (0..count).map(|at| format!("    V{at} = {at}\n")).collect();
        one(&format!("resource \"aws_lambda_function\" \"f\" {{\n  environment {{\n  variables = {{\n{names}  }}\n  }}\n}}\n"))
    };
    assert!(!open(&variables(100)));
    assert!(open(&variables(20_100)));
}
