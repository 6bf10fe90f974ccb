//! The readiness report.

use base64::Engine as _;
use sha2::{Digest as _, Sha256};
use unkeyed_model::{Confidence, Report};
use unkeyed_report::{Format, Options, printable};

use crate::sample;
use crate::snapshots::written;

const EVERYTHING: Options<'_> =
    Options { color: false, link_base: None, width: 80, show_public: true, confidence: Confidence::Low, verbose: true };

fn page(report: &Report) -> String {
    written(report, Format::Html, &EVERYTHING)
}

/// What stands between two marks, each time.
fn between<'p>(page: &'p str, start: &str, end: &str) -> Vec<&'p str> {
    page.split(start).skip(1).filter_map(|rest| rest.split_once(end)).map(|(inside, _)| inside).collect()
}

#[test]
fn style_and_script_are_the_only_ones_and_those_that_the_policy_names() {
    let page = page(&sample::audit());
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"")[0].to_owned();
    assert!(policy.starts_with("default-src &#39;none&#39;;"), "{policy}");
    for (tag, directive) in [("style", "style-src"), ("script", "script-src")] {
        let inside = between(&page, &format!("<{tag}>"), &format!("</{tag}>"));
        let [inside] = inside.as_slice() else { panic!("one <{tag}>, not {}", inside.len()) };
        let digest = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(inside.as_bytes()));
        assert!(policy.contains(&format!("{directive} &#39;sha256-{digest}&#39;")), "{tag}: {policy}");
    }
    for outside in [" src=", "url(", "@import", " style=", " onclick=", "http-equiv=\"refresh"] {
        assert!(!page.contains(outside), "{outside}");
    }
    let links = between(&page, " href=\"", "\"");
    assert!(!links.is_empty() && links.iter().all(|link| link.starts_with('#')), "{links:?}");
}

#[test]
fn every_link_has_an_end_and_every_id_is_one() {
    let page = page(&sample::audit());
    let ids = between(&page, " id=\"", "\"");
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len());
    for link in between(&page, " href=\"#", "\"") {
        assert!(ids.contains(&link), "#{link}");
    }
}

#[test]
fn hostile_names_stay_text() {
    let mut report = sample::audit();
    let hostile = "\"></title></style><script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}\n\u{0}";
    report.run.targets = vec![hostile.into()];
    for workload in &mut report.workloads {
        workload.name = hostile.into();
        workload.owner = Some(hostile.into());
        workload.environment = Some(hostile.into());
    }
    for artifact in &mut report.artifacts {
        artifact.name = Some(hostile.into());
        artifact.notes.push(hostile.into());
    }
    for finding in &mut report.findings {
        finding.message = hostile.into();
    }
    let page = page(&report);
    assert_eq!((page.matches("<script").count(), page.matches("<img").count(), page.matches("</title>").count() > 1), (1, 0, true));
    assert!(page.contains("&lt;script&gt;alert(1)"));
    assert!(!page.contains(['\u{202e}', '\u{0}']), "marks that reorder or hide are written out");
}

#[test]
fn everything_that_the_report_knows_is_on_the_page() {
    let report = sample::audit();
    let page = page(&report);
    let shown = |text: &str| {
        let escaped =
            printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;");
        page.contains(&escaped)
    };
    for workload in &report.workloads {
        assert!(shown(&workload.id), "{}", workload.id);
        assert!(workload.missing.iter().all(|missing| shown(&missing.what) && shown(&missing.supply)), "{}", workload.id);
    }
    for artifact in &report.artifacts {
        assert!(shown(&artifact.id) && shown(&artifact.rule.remediation.instead), "{}", artifact.id);
    }
    assert!(report.findings.iter().all(|finding| shown(&finding.message)));
    assert!(shown(&report.run.rules_digest) && report.summary.gate_reasons.iter().all(|reason| shown(reason)));
    let suppressions = report.artifacts.iter().filter_map(|artifact| artifact.suppressed_by.as_ref());
    for suppression in suppressions {
        assert!(shown(&suppression.exit_plan) && shown(&suppression.owner) && page.contains("days left"), "{}", suppression.exception);
    }
}

#[test]
fn a_page_without_anything_to_say_is_whole() {
    let page = page(&sample::empty());
    for section in ["workloads", "trust", "lifetimes", "persistence", "exceptions", "coverage", "standards", "provenance"] {
        assert!(page.contains(&format!("<section id=\"{section}\"")), "{section}");
    }
    assert_eq!(page.matches("<section").count(), page.matches("</section>").count());
}

#[test]
fn a_thousand_workloads_cost_a_few_kilobytes_each() {
    let mut report = sample::audit();
    let before = page(&report).len();
    let one = report.workloads.iter().find(|workload| workload.name == "publish").cloned().unwrap();
    report.workloads.extend((0..1_000).map(|number| {
        let mut workload = one.clone();
        workload.id = format!("gha:.github/workflows/w{number}.yml#job");
        workload
    }));
    let each = (page(&report).len() - before) / 1_000;
    assert!(each < 20_000, "{each} bytes");
}

#[test]
fn what_authenticates_to_nothing_does_not_look_judged() {
    let mut report = sample::audit();
    let judged = page(&report).matches("data-verdict=\"no-access\"").count();
    let workload = report.workloads.iter_mut().find(|workload| !workload.no_access_observed).unwrap();
    workload.no_access_observed = true;
    let page = page(&report);
    assert_eq!(page.matches("data-verdict=\"no-access\"").count(), judged + 1);
    assert_eq!(page.matches("<span class=\"badge v-no-access\">no access observed</span>").count(), judged + 1);
}

#[test]
fn a_trust_map_is_cut_into_drawings_that_fit_on_a_page() {
    let mut report = sample::audit();
    let one = report.workloads.iter().find(|workload| workload.identity_paths.len() == 1).cloned().unwrap();
    report.workloads = (0..45)
        .map(|number| {
            let mut workload = one.clone();
            workload.id = format!("gha:.github/workflows/w{number}.yml#job");
            workload
        })
        .collect();
    let page = page(&report);
    let drawings = between(&page, "<div class=\"scroll map\"", "</svg>");
    assert!(drawings.len() >= 3 && drawings[2].contains(", part 3"), "{} drawings", drawings.len());
    assert!(drawings.iter().all(|drawing| drawing.matches("class=\"name\">").count() <= 4 * 20));
}
