//! What changed between two reports.

use unkeyed_model::{Confidence, Level, Verdict};
use unkeyed_report::Options;
use unkeyed_report::compare::{Change, ChangeKind, Comparison, Subject};
use unkeyed_report::json::v1;

use crate::sample;

const EVERYTHING: Options<'_> =
    Options { color: false, link_base: None, width: 80, show_public: true, confidence: Confidence::Low, verbose: true };

fn report() -> v1::Report {
    v1::Report::new(&sample::audit(), &EVERYTHING)
}

/// The changes from one report to another, as `kind subject fact: was → is`.
fn changes(old: v1::Report, new: v1::Report) -> Vec<String> {
    let said = |change: &Change| {
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        let (kind, subject) = (change.change.as_str(), change.subject.as_str());
        format!("{kind} {subject} {}: {} → {}", text(&change.fact), text(&change.was), text(&change.is))
    };
    Comparison::new(&[old, new]).changes.iter().map(said).collect()
}

fn workload<'r>(report: &'r mut v1::Report, name: &str) -> &'r mut v1::Workload {
    report.workloads.iter_mut().find(|workload| workload.name == name).unwrap()
}

#[test]
fn nothing_changes_from_a_report_to_itself() {
    assert_eq!(changes(report(), report()), Vec::<String>::new());
}

#[test]
fn an_inserted_line_makes_nothing_new() {
    let mut new = report();
    for location in new.artifacts.iter_mut().flat_map(|artifact| &mut artifact.locations) {
        location.place.line = location.place.line.map(|line| line + 1);
    }
    assert_eq!(changes(report(), new), Vec::<String>::new());
}

#[test]
fn a_credential_appears_and_goes_and_its_copies_and_exceptions_count() {
    let mut less = report();
    let first = less.artifacts.remove(0);
    let class = first.class;
    assert_eq!(changes(less.clone(), report()), [format!("appeared credential -: - → {class}")]);
    assert_eq!(changes(report(), less), [format!("gone credential -: {class} → -")]);
    let mut copied = report();
    copied.artifacts[0].copies += 2;
    let copies = report().artifacts[0].copies;
    assert_eq!(changes(report(), copied), [format!("worse credential copies: {copies} → {}", copies + 2)]);
    let mut open = report();
    let excepted = open.artifacts.iter_mut().find(|artifact| artifact.suppressed_by.is_some()).unwrap();
    excepted.suppressed_by = None;
    assert_eq!(changes(open.clone(), report()), ["better credential exception: no exception → EX-2026-014"]);
    assert_eq!(changes(report(), open), ["worse credential exception: EX-2026-014 → no exception"]);
}

#[test]
fn with_fingerprints_a_credential_is_the_same_wherever_it_moves() {
    let keyed = |place: &str| {
        let mut report = report();
        report.run.keyed = true;
        report.artifacts.truncate(1);
        report.artifacts[0].id = "hmac:00".into();
        report.artifacts[0].locations[0].place.uri = place.into();
        report
    };
    assert_eq!(changes(keyed("old.env"), keyed("new.env")), Vec::<String>::new());
}

#[test]
fn verdicts_get_worse_and_better_and_identities_drift() {
    let mut better = report();
    workload(&mut better, "publish").verdict = Verdict::Secretless;
    assert_eq!(changes(report(), better.clone()), ["better workload verdict: partial → secretless"]);
    assert_eq!(changes(better, report()), ["worse workload verdict: secretless → partial"]);
    let mut layer = report();
    workload(&mut layer, "publish").layers.l3b = unkeyed_model::LayerState::Fail;
    assert_eq!(changes(report(), layer), ["worse workload L3b: pass → fail"]);
    let mut moved = report();
    for token in workload(&mut moved, "publish").identity_paths.iter_mut().flat_map(|path| &mut path.tokens) {
        token.audience.value = Some("api://elsewhere".into());
    }
    assert_eq!(changes(report(), moved), ["drift workload audience: sts.amazonaws.com → api://elsewhere"]);
}

#[test]
fn trusts_widen_and_narrow() {
    let mut wide = report();
    wide.trusts[0].subject.rule = v1::SubjectRule::Glob;
    wide.trusts[0].subject.values = vec!["repo:acme/shop:*".into()];
    let rest = "https://token.actions.githubusercontent.com; sts.amazonaws.com; token.actions.githubusercontent.com:aud StringEquals \
                sts.amazonaws.com";
    let (exact, glob) = (format!("repo:acme/shop:environment:production; {rest}"), format!("repo:acme/shop:*; {rest}"));
    assert_eq!(changes(report(), wide.clone()), [format!("worse trust -: {exact} → {glob}")]);
    assert_eq!(changes(wide.clone(), report()), [format!("better trust -: {glob} → {exact}")]);
    wide.trusts.remove(0);
    assert_eq!(changes(wide, report()), [format!("appeared trust -: - → {exact}")]);
}

#[test]
fn findings_are_counted_by_what_they_say() {
    let mut more = report();
    let mut one = more.findings[0].clone();
    one.level = Level::Error;
    more.findings.push(one);
    assert_eq!(changes(report(), more.clone()), ["appeared finding -: - → error"]);
    let comparison = Comparison::new(&[report(), more]);
    assert!(comparison.is_worse());
    assert_eq!((comparison.changes[0].subject, comparison.count(ChangeKind::Gone)), (Subject::Finding, 0));
}

#[test]
fn the_trend_holds_every_report_and_hostile_names_stay_text() {
    let mut hostile = report();
    hostile.workloads[0].id = "gha:<script>alert(1)</script>\u{1b}[2J\u{202e}".into();
    let comparison = Comparison::new(&[report(), report(), hostile]);
    assert_eq!(comparison.trend.len(), 3);
    let written = |write: fn(&Comparison, &mut dyn std::io::Write) -> std::io::Result<()>| {
        let mut out = Vec::new();
        write(&comparison, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let (text, page) = (written(|one, out| one.write_text(out)), written(|one, out| one.write_html(out)));
    assert!(text.contains("appeared  workload    gha:<script>") && !text.contains(['\u{1b}', '\u{202e}']));
    assert!(page.contains("gha:&lt;script&gt;") && page.matches("<script").count() == 1);
    assert_eq!(page.matches("lasting credentials").count() + page.matches("Lasting credentials").count(), 2);
    let json: serde_json::Value = serde_json::from_str(&written(|one, out| one.write_json(out))).unwrap();
    assert_eq!(json["trend"].as_array().unwrap().len(), 3);
    assert_eq!(json["changes"][0]["change"], "appeared");
}
