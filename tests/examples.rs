//! The specification's worked examples and their negations: each case of `fixtures/examples/*/expect.toml`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    remote: String,
    as_of: String,
    workload: String,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Case {
    name: String,
    with: Vec<String>,
    without: Vec<String>,
    remove: Vec<String>,
    as_of: Option<String>,
    profile: Option<String>,
    verdict: Option<String>,
    not_verdict: Option<String>,
    leaning: Option<String>,
    reasons: Vec<String>,
    layers: BTreeMap<String, String>,
    findings: Vec<String>,
    no_access_observed: Option<bool>,
    level: Option<String>,
    exit: Option<i32>,
}

#[test]
fn every_worked_example_gets_its_verdict() {
    let folder = support::root().join("fixtures/examples");
    let mut examples: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    examples.sort();
    let read = |path: PathBuf| {
        let example: Example = toml::from_str(&fs::read_to_string(path.join("expect.toml")).unwrap()).unwrap();
        (path, example)
    };
    let examples: Vec<_> = examples.into_iter().map(read).collect();
    let cases: Vec<_> = examples.iter().flat_map(|(path, example)| example.case.iter().map(move |case| (path, example, case))).collect();
    assert!(cases.len() > 25, "only {} cases found", cases.len());
    let wrong = cases.into_par_iter().flat_map(|(path, example, case)| {
        let name = format!("{} / {}", path.file_name().unwrap().display(), case.name);
        check(path, example, case).into_iter().map(|wrong| format!("{name}: {wrong}")).collect::<Vec<_>>()
    });
    let failures = wrong.collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "\n{failures}");
}

fn check(path: &Path, example: &Example, case: &Case) -> Vec<String> {
    let edit = |file: &Path, text: &str| {
        let removed = case.remove.iter().any(|prefix| file.starts_with(prefix));
        (!removed).then(|| select(text, case))
    };
    let repository = support::repository(&path.join("input"), &example.remote, &edit);
    let mut arguments = vec!["--as-of", case.as_of.as_deref().unwrap_or(&example.as_of)];
    if let Some(profile) = &case.profile {
        arguments.extend(["--profile", profile]);
    }
    let (report, exit) = support::audit(repository.path(), &arguments);
    let mut wrong = compare(&report, &example.workload, case);
    if case.exit.is_some_and(|expected| expected != exit) {
        wrong.push(format!("exit code {exit}"));
    }
    wrong
}

fn compare(report: &Value, id: &str, case: &Case) -> Vec<String> {
    let mut wrong = Vec::new();
    let workloads = report["workloads"].as_array().unwrap();
    let Some(workload) = workloads.iter().find(|workload| workload["id"] == id) else {
        return vec![format!("no workload {id}; there are {:?}", workloads.iter().map(|workload| &workload["id"]).collect::<Vec<_>>())];
    };
    let verdict = workload["verdict"].as_str().unwrap();
    let why = || {
        format!(
            "reasons {}, layers {}, leaning {}, missing {}",
            workload["reasons"], workload["layers"], workload["leaning"], workload["missing"]
        )
    };
    if case.verdict.as_deref().is_some_and(|expected| expected != verdict) || case.not_verdict.as_deref() == Some(verdict) {
        wrong.push(format!("verdict {verdict}, expected {:?} / not {:?} ({})", case.verdict, case.not_verdict, why()));
    }
    if case.leaning.as_deref().is_some_and(|expected| workload["leaning"] != expected) {
        wrong.push(format!("leaning {}, expected {:?} ({})", workload["leaning"], case.leaning, why()));
    }
    let has = |list: &Value, item: &str| list.as_array().unwrap().iter().any(|known| known == item);
    wrong.extend(
        case.reasons
            .iter()
            .filter(|reason| !has(&workload["reasons"], reason))
            .map(|reason| format!("reason {reason} missing in {}", workload["reasons"])),
    );
    for (layer, expected) in &case.layers {
        if workload["layers"][layer] != expected.as_str() {
            wrong.push(format!("layer {layer} is {}, expected {expected}", workload["layers"][layer]));
        }
    }
    let checks = support::checks_of(report, id);
    wrong.extend(
        case.findings
            .iter()
            .filter(|check| !checks.contains(&check.as_str()))
            .map(|check| format!("finding {check} missing in {checks:?}")),
    );
    if case.no_access_observed.is_some_and(|expected| workload["no_access_observed"] != expected) {
        wrong.push(format!("no_access_observed is {}", workload["no_access_observed"]));
    }
    if let Some(expected) = &case.level {
        let own: Vec<_> = report["artifacts"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|artifact| has(&workload["artifacts"], artifact["id"].as_str().unwrap()))
            .collect();
        if own.is_empty() || own.iter().any(|artifact| artifact["level"] != expected.as_str()) {
            wrong.push(format!("not every artifact has level {expected}: {own:?}"));
        }
    }
    wrong
}

/// The text with the regions that the case asks for.
fn select(text: &str, case: &Case) -> String {
    let mut kept = String::new();
    let mut hidden: Option<String> = None;
    for line in text.lines() {
        let bare = line.trim().trim_start_matches("//").trim_start_matches('#').trim_start_matches("//");
        let mark = ["+ ", "- "].iter().find_map(|sign| bare.strip_prefix(sign).map(|name| (*sign, name.trim())));
        match mark {
            Some((_, name)) if name.starts_with('/') => hidden = hidden.filter(|hidden| *hidden != name[1..]),
            Some((sign, name)) if line.trim().starts_with(['#', '/']) => {
                let shown = if sign == "+ " {
                    case.with.iter().any(|with| with == name)
                } else {
                    !case.without.iter().any(|without| without == name)
                };
                if !shown && hidden.is_none() {
                    hidden = Some(name.to_owned());
                }
            }
            _ if hidden.is_none() => {
                kept.push_str(line);
                kept.push('\n');
            }
            _ => {}
        }
    }
    kept
}
