//! SARIF against the official schema, and against what GitHub and DOMAIN §6.5 ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use unkeyed_model::{Level, Location, Origin, Report, Surface};
use unkeyed_report::{Format, Options};

use crate::sample;
use crate::snapshots::written;

fn sarif(report: &Report, options: &Options) -> Value {
    serde_json::from_str(&written(report, Format::Sarif, options)).unwrap()
}

fn run(report: &Report) -> Value {
    sarif(report, &Options::default())["runs"][0].take()
}

fn results(run: &Value) -> &Vec<Value> {
    run["results"].as_array().unwrap()
}

fn errors(log: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(include_str!("../../../../tests/sarif/sarif-2.1.0.json")).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    validator.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn output_meets_the_official_schema() {
    for report in [sample::audit(), sample::scan(), sample::empty()] {
        for show_public in [false, true] {
            assert_eq!(errors(&sarif(&report, &Options { show_public, ..Options::default() })), Vec::<String>::new());
        }
    }
}

#[test]
fn the_schema_test_can_fail() {
    let mut log = sarif(&sample::audit(), &Options::default());
    log["runs"][0]["results"][0]["level"] = "fatal".into();
    log["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0.into();
    assert_eq!(errors(&log).len(), 2);
}

#[test]
fn a_credential_is_underlined_exactly_and_never_shown() {
    let run = run(&sample::audit());
    let key = results(&run).iter().find(|result| result["ruleId"] == "aws.access-key").unwrap();
    let place = &key["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "deploy/prod.env");
    let region = &place["region"];
    let bounds = ["startLine", "startColumn", "endLine", "endColumn", "byteOffset", "byteLength"].map(|key| region[key].as_u64().unwrap());
    assert_eq!(bounds, [3, 23, 3, 63, 102, 40]);
    assert_eq!(region["snippet"]["text"], "*".repeat(40));
    assert_eq!(place["contextRegion"]["snippet"]["text"], format!("AWS_SECRET_ACCESS_KEY={}", "*".repeat(40)));
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let related: Vec<&str> =
        key["relatedLocations"].as_array().unwrap().iter().map(|place| place["message"]["text"].as_str().unwrap()).collect();
    assert_eq!(related, ["another copy", "another part of it"]);
    assert_eq!((&key["properties"]["class"], &key["properties"]["verdict"]), (&Value::from("durable"), &Value::from("not-secretless")));
}

#[test]
fn uris_are_relative_references_whatever_the_file_is_called() {
    let run = run(&sample::audit());
    let hostile = results(&run).iter().find(|result| result["ruleId"] == "vault.service-token").unwrap();
    assert_eq!(
        hostile["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "evil%0A%1B[31mname/\u{e9}".replace('[', "%5B").replace('\u{e9}', "%C3%A9") + "t%C3%A9%20100%25.txt"
    );
    let text = hostile["message"]["text"].as_str().unwrap();
    assert!(!text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text}");
}

#[test]
fn what_the_input_writes_is_no_link() {
    let run = run(&sample::audit());
    let finding = results(&run).iter().find(|result| result["ruleId"] == "MX-02").unwrap();
    assert!(finding["message"]["text"].as_str().unwrap().contains("[see] (https://evil.example)"));
}

#[test]
fn rules_are_found_by_index_and_say_what_github_shows() {
    let run = run(&sample::audit());
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results(&run) {
        assert_eq!(rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()]["id"], result["ruleId"]);
    }
    let rule = rules.iter().find(|rule| rule["id"] == "aws.access-key").unwrap();
    assert_eq!(rule["properties"]["security-severity"], "9.5");
    assert_eq!(rule["properties"]["precision"], "high");
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("**Instead:** Let the job assume a role"));
    for rule in rules {
        let tags = rule["properties"]["tags"].as_array().map_or(0, Vec::len);
        assert!(tags <= 10, "{} has {tags} tags", rule["id"]);
    }
}

#[test]
fn relationships_lead_to_taxa_with_titles() {
    let run = run(&sample::audit());
    let mut reached = BTreeSet::new();
    for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
        for relationship in rule["relationships"].as_array().into_iter().flatten() {
            let target = &relationship["target"];
            let taxonomy = &run["taxonomies"][usize::try_from(target["toolComponent"]["index"].as_u64().unwrap()).unwrap()];
            assert_eq!(taxonomy["name"], target["toolComponent"]["name"]);
            let taxon = &taxonomy["taxa"][usize::try_from(target["index"].as_u64().unwrap()).unwrap()];
            assert_eq!(taxon["id"], target["id"]);
            assert!(taxon["shortDescription"]["text"].is_string(), "{taxon} lacks its title");
            reached.insert(taxonomy["name"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(Vec::from_iter(reached), ["CWE", "NIST-AI-RMF-1.0", "NIST-CSF-2.0", "NIST-SP-800-207", "OWASP-NHI-2025"]);
}

#[test]
fn verdicts_have_the_kinds_of_the_domain() {
    let run = run(&sample::audit());
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for result in results(&run).iter().filter(|result| result["ruleId"] == "WL-VERDICT") {
        let said = format!("{}/{}", result["kind"].as_str().unwrap(), result["level"].as_str().unwrap());
        seen.entry(result["properties"]["verdict"].as_str().unwrap().to_owned()).or_default().insert(said);
        let logical = &result["locations"][0]["logicalLocations"][0];
        let workload = &run["logicalLocations"][usize::try_from(logical["index"].as_u64().unwrap()).unwrap()];
        assert_eq!(workload["fullyQualifiedName"], result["properties"]["workload"]);
    }
    let said: Vec<String> = seen.into_iter().map(|(verdict, kinds)| format!("{verdict}: {}", Vec::from_iter(kinds).join(" "))).collect();
    assert_eq!(
        said,
        [
            "indeterminate: notApplicable/none open/none",
            "not-secretless: fail/error",
            "partial: fail/warning",
            "secretless: pass/none",
            "transitional: review/none",
            "vaulted: fail/warning"
        ]
    );
}

#[test]
fn valid_exceptions_are_suppressions() {
    let run = run(&sample::audit());
    let suppressed: Vec<&Value> = results(&run).iter().filter(|result| result["suppressions"].is_array()).collect();
    assert_eq!(
        suppressed.iter().map(|result| result["ruleId"].as_str().unwrap()).collect::<Vec<_>>(),
        ["generic.typed-position", "RS-AWS-01"]
    );
    for result in suppressed {
        let suppression = &result["suppressions"][0];
        assert_eq!((&suppression["kind"], &suppression["status"]), (&Value::from("external"), &Value::from("accepted")));
        assert_eq!(suppression["properties"]["exceptionId"], "EX-2026-014");
        assert_eq!(suppression["properties"]["expires"], "2027-01-31");
    }
}

#[test]
fn fingerprints_survive_moved_lines_and_tell_equals_apart() {
    let before = sample::audit();
    let mut after = before.clone();
    for artifact in &mut after.artifacts {
        for (location, _) in &mut artifact.locations {
            location.region.line += 7;
            location.region.end_line += 7;
            location.region.span.start += 400;
        }
    }
    let prints =
        |report: &Report| -> Vec<String> { results(&run(report)).iter().map(|result| result["partialFingerprints"].to_string()).collect() };
    assert_eq!(prints(&before), prints(&after));
    let all = prints(&before);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "no two results share fingerprints");
    let mut moved = before.clone();
    let origin = Origin { path: "elsewhere.env".into(), ..Origin::clone(&moved.artifacts[0].locations[0].0.origin) };
    moved.artifacts[0].locations[0].0.origin = Arc::new(origin);
    assert_ne!(prints(&before)[0], prints(&moved)[0]);
}

#[test]
fn nothing_to_do_is_no_result_unless_asked_for() {
    let of = |show_public| {
        let log = sarif(&sample::audit(), &Options { show_public, ..Options::default() });
        results(&log["runs"][0]).iter().filter(|result| result["properties"]["class"] == "runtime-identity").count()
    };
    assert_eq!((of(false), of(true)), (0, 1));
}

#[test]
fn every_result_has_a_place_even_if_it_concerns_none() {
    let run = run(&sample::audit());
    for result in results(&run) {
        assert!(result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap() > 0, "{result}");
    }
    let nowhere = results(&run).iter().find(|result| result["ruleId"] == "TB-DRIFT-01").unwrap();
    assert_eq!(nowhere["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], ".");
}

#[test]
fn gaps_are_notifications_and_bounded() {
    let mut report = sample::audit();
    let invocation = run(&report)["invocations"][0].take();
    assert_eq!(invocation["endTimeUtc"], "2026-11-22T04:35:00Z");
    assert_eq!(invocation["executionSuccessful"], false, "the sample has an internal error");
    let row = report.coverage.skipped.iter().find(|skip| skip.why == unkeyed_model::SkipReason::TooLarge).unwrap().clone();
    report.coverage.skipped = vec![row; 1_000];
    let invocation = run(&report)["invocations"][0].take();
    assert_eq!(invocation["executionSuccessful"], true);
    let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notifications.len(), 101);
    assert_eq!(notifications[0]["descriptor"]["id"], "not-read/too-large");
    assert!(notifications[100]["message"]["text"].as_str().unwrap().contains("900 more places"));
}

#[test]
fn over_the_limit_the_worst_are_kept_and_it_is_said() {
    let mut report = sample::scan();
    let mild = report.artifacts.iter().find(|artifact| artifact.level == Level::Note).unwrap().clone();
    let severe = report.artifacts[0].clone();
    report.artifacts = vec![mild; 25_003];
    report.artifacts.push(severe);
    // Only counted: reading so much JSON back would take most of the tests' time.
    let text = written(&report, Format::Sarif, &Options::default());
    assert_eq!(text.matches("\"ruleIndex\":").count(), 25_000);
    assert_eq!(text.matches("\"ruleId\": \"aws.access-key\"").count(), 1, "the last one is the worst");
    assert!(text.contains("\"text\": \"4 results are left out, the least severe ones;"));
}

#[test]
fn a_credential_copied_everywhere_stays_within_the_limit_of_locations() {
    let mut report = sample::scan();
    let copy: (Location, _) = report.artifacts[0].locations[0].clone();
    report.artifacts[0].locations = vec![copy; 3_000];
    let run = run(&report);
    assert_eq!(results(&run)[0]["relatedLocations"].as_array().unwrap().len(), 999);
    assert_eq!(results(&run)[0]["properties"]["copies"], 3_000);
}

#[test]
fn what_stands_in_no_file_is_shown_at_one_and_says_where_it_is() {
    let mut report = sample::scan();
    let origin = Origin {
        surface: Surface::GitHistory,
        path: "deploy/old/gone.env".into(),
        commit: Some("0f9e8d7c6b5a".into()),
        ..Origin::default()
    };
    report.artifacts[1].locations[0].0.origin = Arc::new(origin);
    let run = run(&report);
    let moved = results(&run).iter().find(|result| result["message"]["text"].as_str().unwrap().contains("0f9e8d7c6b5a")).unwrap();
    let place = &moved["locations"][0]["physicalLocation"];
    let nearest = place["artifactLocation"]["uri"].as_str().unwrap();
    assert!(nearest.starts_with("deploy/"), "{nearest}");
    assert_eq!(place["region"], serde_json::json!({ "startLine": 1 }));
    let truth = &moved["relatedLocations"][0];
    assert_eq!((&truth["id"], &truth["message"]["text"]), (&Value::from(1), &Value::from("where it stands")));
    assert_eq!(truth["physicalLocation"]["artifactLocation"]["uri"], "deploy/old/gone.env");
    assert_eq!(truth["properties"]["commit"], "0f9e8d7c6b5a");
    let ids: Vec<u64> = moved["relatedLocations"].as_array().unwrap().iter().map(|place| place["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>());
}

#[test]
fn an_identity_is_drawn_from_the_workload_to_its_destination() {
    let run = run(&sample::audit());
    let verdict = results(&run)
        .iter()
        .find(|result| result["properties"]["workload"] == "agent:agents/build.yaml#builder" && result["ruleId"] == "WL-VERDICT");
    let flows = verdict.unwrap()["codeFlows"].as_array().unwrap();
    let steps = flows[0]["threadFlows"][0]["locations"].as_array().unwrap();
    let said: Vec<&str> = steps.iter().map(|step| step["location"]["message"]["text"].as_str().unwrap()).collect();
    assert!(said[0].ends_with("runs here") && said[1].contains("token of https://token.actions.githubusercontent.com"), "{said:#?}");
    assert_eq!(said.last(), Some(&"which leads to aws:111122223333"));
    for step in steps {
        assert!(step["location"]["physicalLocation"]["region"]["startLine"].as_u64().unwrap() > 0);
    }
}

#[test]
fn more_results_than_github_shows_are_said() {
    let mut report = sample::scan();
    let one = report.artifacts[0].clone();
    report.artifacts = vec![one; 5_001];
    let text = written(&report, Format::Sarif, &Options::default());
    assert!(text.contains("GitHub code scanning shows the 5000 most severe of the 5001 results."));
}
