//! What gates leave out: what remarks and the baseline speak of, and what was there before a change.

use unkeyed_model::{Baseline, Before, Estate, Level, Marker, Policy, Report, Silence, Verdict};

use crate::testing::*;

const JOB: &str = "gha:.github/workflows/deploy.yml#deploy";

/// A credential in a file of its own, scanned under profile `ci`.
fn leaky(command: &str) -> Estate {
    let mut estate = estate();
    (estate.run.command, estate.run.profile) = (command.into(), "ci".into());
    estate.matches.push(found("db.password", 1, place("a.env", 40, 50)));
    estate
}

fn judged(estate: Estate, before: &Before) -> Report {
    crate::judge_after(estate, &Policy::default(), now(), before)
}

fn with_baseline(report: &Report, digits: usize, expires: &str) -> Before {
    let baseline = Baseline { path: "b.json".into(), expires: at(expires), entries: crate::baseline_of(report, digits) };
    Before { baseline: Some(baseline), earlier: None, previous: None }
}

fn since(estate: Estate) -> Before {
    let report = judged(estate, &Before::default());
    Before { baseline: None, earlier: Some(crate::earlier("main".into(), &report)), previous: None }
}

#[test]
fn remarks_of_other_tools_are_honoured_by_a_scan_only_and_beside_every_copy() {
    let marked = |command: &str| {
        let mut estate = leaky(command);
        estate.matches[0].marker = Some(Marker::Foreign("gitleaks:allow"));
        estate
    };
    let scan = judged(marked("scan"), &Before::default());
    assert_eq!((&scan.artifacts[0].silenced_by, scan.summary.gate_passed), (&Some(Silence::Marker("gitleaks:allow")), true));
    let audit = judged(marked("audit"), &Before::default());
    assert_eq!((&audit.artifacts[0].silenced_by, audit.summary.gate_passed), (&None, false));
    assert!(audit.artifacts[0].notes.iter().any(|note| note.contains("gitleaks:allow")));
    let mut copied = marked("scan");
    copied.matches.push(found("db.password", 1, place("b.env", 40, 50)));
    assert!(!judged(copied, &Before::default()).summary.gate_passed);
}

#[test]
fn our_own_remark_must_point_to_an_exception_that_covers_the_credential() {
    let remarks = |id: Option<&str>, rule: &str| {
        let mut estate = leaky("audit");
        estate.matches[0].marker = Some(Marker::Own(id.map(str::to_owned)));
        let policy = Policy { exceptions: vec![exception("EX-1", rule, "repo:.")], ..Policy::default() };
        let report = crate::judge(estate, &policy, now());
        report.findings.iter().filter(|finding| finding.check == "EX-INVALID").map(|finding| finding.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(remarks(Some("EX-1"), "db.password"), [""; 0]);
    for (id, rule, said) in [
        (None, "db.password", "names no exception"),
        (Some("EX-2"), "db.password", "no such exception"),
        (Some("EX-1"), "x", "doesn't cover"),
    ] {
        let [only] = &remarks(id, rule)[..] else { panic!("{id:?}") };
        assert!(only.contains(said), "{only}");
    }
}

#[test]
fn a_baseline_knows_values_in_their_files_until_it_ends() {
    let report = judged(leaky("scan"), &Before::default());
    for digits in [4, 32] {
        let before = with_baseline(&report, digits, "2026-07-01T00:00:00Z");
        let known = judged(leaky("scan"), &before);
        assert_eq!((&known.artifacts[0].silenced_by, known.summary.gate_passed), (&Some(Silence::Baseline), true));
        assert_eq!(known.summary.verdicts, report.summary.verdicts);
        let mut other = leaky("scan");
        other.matches[0] = found("db.password", 2, place("a.env", 40, 50));
        assert!(!judged(other, &before).summary.gate_passed, "another value");
        let mut elsewhere = leaky("scan");
        elsewhere.matches[0] = found("db.password", 1, place("b.env", 40, 50));
        assert!(!judged(elsewhere, &before).summary.gate_passed, "another file");
    }
    let ended = judged(leaky("scan"), &with_baseline(&report, 32, "2026-06-01T00:00:00Z"));
    assert!(!ended.summary.gate_passed && ended.summary.gate_reasons.iter().any(|reason| reason.contains("ended on 2026-06-01")));
}

#[test]
fn a_baseline_knows_findings_and_no_requirement() {
    let wide = || {
        let mut estate = secretless();
        estate.run.profile = "ci".into();
        estate.facts.grants[0].role = Some(unkeyed_model::Value::literal("arn:aws:iam::aws:policy/AdministratorAccess"));
        estate
    };
    let report = judged(wide(), &Before::default());
    assert!(!report.summary.gate_passed && report.summary.gate_remedies.iter().any(|remedy| remedy.contains("unkeyed explain RS-AWS-01")));
    let before = with_baseline(&report, 32, "2026-07-01T00:00:00Z");
    let known = judged(wide(), &before);
    assert_eq!((known.summary.gate_passed, workload(&known, JOB).verdict), (true, Verdict::Partial));
    let require = vec![unkeyed_model::Requirement { verdict: Verdict::Secretless, selector: None }];
    assert!(!crate::judge_after(wide(), &Policy { require, ..Policy::default() }, now(), &before).summary.gate_passed);
}

#[test]
fn of_a_change_only_what_it_adds_fails() {
    let before = since(leaky("scan"));
    assert!(judged(leaky("scan"), &before).summary.gate_passed);
    let mut moved = leaky("scan");
    moved.matches[0] = found("db.password", 1, place("b.env", 0, 10));
    assert!(judged(moved.clone(), &before).summary.gate_passed, "moved");
    moved.matches.push(found("db.password", 1, place("c.env", 0, 10)));
    assert!(!judged(moved, &before).summary.gate_passed, "copied");
    let mut added = leaky("scan");
    added.matches.push(found("db.password", 2, place("a.env", 60, 70)));
    let report = judged(added, &before);
    assert_eq!(report.summary.gate_reasons.len(), 1, "{:?}", report.summary.gate_reasons);
    assert!(report.artifacts.len() == 2 && report.artifacts.iter().all(|artifact| artifact.level == Level::Error), "both are reported");
}

#[test]
fn a_verdict_that_gets_worse_fails_with_was_is_and_because() {
    let before = since(secretless());
    assert!(judged(secretless(), &before).summary.gate_passed);
    let mut wide = secretless();
    wide.facts.grants[0].role = Some(unkeyed_model::Value::literal("arn:aws:iam::aws:policy/AdministratorAccess"));
    let report = judged(wide.clone(), &before);
    let sentence = format!("{JOB}: was secretless in main, is partial, because role-scope (RS-AWS-01)");
    assert_eq!(report.summary.gate_reasons, [sentence]);
    let mut open = secretless();
    open.facts.trusts.clear();
    assert!(judged(open.clone(), &before).summary.gate_reasons[0].contains("is indeterminate, because trust-not-in-scope"));
    let as_it_was = since(open.clone());
    let require = vec![unkeyed_model::Requirement { verdict: Verdict::Secretless, selector: None }];
    let policy = Policy { require, ..Policy::default() };
    assert!(crate::judge_after(open, &policy, now(), &as_it_was).summary.gate_passed, "it is not the change's doing");
    assert!(!crate::judge_after(wide, &policy, now(), &before).summary.gate_passed);
}
