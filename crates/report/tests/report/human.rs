//! What holds for the human output whatever the report says.

use unicode_width::UnicodeWidthStr;
use unkeyed_model::{Confidence, Finding, Level, Report};
use unkeyed_report::{Format, Options, printable};

use crate::sample;
use crate::snapshots::written;

fn human(report: &Report, options: &Options<'_>) -> String {
    written(report, Format::Human, options)
}

fn wide(width: usize) -> Options<'static> {
    Options { width, ..Options::default() }
}

#[test]
fn lines_fit_unless_one_word_alone_is_too_long() {
    for width in [60, 80, 120] {
        for line in human(&sample::audit(), &wide(width)).lines().filter(|line| line.width() > width) {
            let last = line.split(' ').next_back().unwrap();
            assert!(line.width() - last.width() < 28, "{width}: a label and one word may be too long, but not {line}");
        }
    }
}

#[test]
fn no_width_is_too_small_or_too_large() {
    for width in [0, 1, 39, 100_000] {
        assert!(human(&sample::audit(), &wide(width)).contains("NOT SECRETLESS"));
    }
}

#[test]
fn nothing_of_the_input_can_steer_the_terminal() {
    for (color, verbose) in [(false, false), (false, true), (true, true)] {
        let text =
            human(&sample::audit(), &Options { color, verbose, confidence: Confidence::Low, show_public: true, ..Options::default() });
        let own = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[36m"];
        let bare = if color { own.iter().fold(text, |text, escape| text.replace(escape, "")) } else { text };
        for line in bare.lines() {
            assert_eq!(printable(line), line);
        }
    }
}

#[test]
fn colour_says_nothing_that_words_do_not() {
    let styled = human(&sample::audit(), &Options { color: true, ..Options::default() });
    let mut bare = String::new();
    for part in styled.split('\u{1b}') {
        bare += part.strip_prefix('[').map_or(part, |rest| rest.split_once('m').unwrap().1);
    }
    assert_eq!(bare, human(&sample::audit(), &Options::default()));
}

#[test]
fn verbose_lists_every_place_of_every_credential() {
    let report = sample::audit();
    let all = Options { verbose: true, confidence: Confidence::Low, show_public: true, width: 100_000, ..Options::default() };
    let text = human(&report, &all);
    for (location, _) in report.artifacts.iter().flat_map(|artifact| &artifact.locations) {
        let place = format!("{}:{}:{}", location.origin.path, location.region.line, location.region.column);
        assert!(text.contains(&place), "{place}");
    }
    assert!(!text.contains("more: -v"), "verbose leaves nothing to -v");
}

#[test]
fn many_findings_of_one_check_are_summed_up() {
    let mut report = sample::audit();
    let count_after = |report: &mut Report, level, count: usize| {
        let one = Finding { level, locations: Vec::new(), ..report.findings[0].clone() };
        report.findings = vec![one; count];
        report.workloads.iter_mut().for_each(|workload| workload.findings.clear());
        let text = human(report, &Options::default());
        (text.matches("Exception EX-2026-014 ends").count(), text.contains(&format!("and {} more of EX-SOON", count.saturating_sub(3))))
    };
    assert_eq!(count_after(&mut report, Level::Error, 4), (4, false), "one more is shown rather than spoken of");
    assert_eq!(count_after(&mut report, Level::Error, 40), (3, true));
    assert_eq!(count_after(&mut report, Level::Note, 40).0, 1);
}

#[test]
fn a_credential_seen_before_is_only_pointed_at() {
    let mut report = sample::audit();
    let id = report.artifacts[0].id.clone();
    for workload in &mut report.workloads {
        workload.locations.clear();
        if workload.name == "github" {
            workload.artifacts = vec![id.clone()];
        }
    }
    let text = human(&report, &wide(120));
    let places: Vec<&str> = text.lines().filter(|line| line.contains("--> deploy/prod.env:3:23")).collect();
    assert_eq!(places.len(), 2);
    assert!(!places[0].contains("more above") && places[1].ends_with("more above"), "{places:#?}");
    assert_eq!(text.matches("= instead: Let the job assume a role").count(), 2, "once for each workload that shows a key in full");
}

#[test]
fn the_place_in_the_workloads_own_file_is_shown_first() {
    let mut report = sample::audit();
    let home = report.workloads.iter().find(|workload| workload.name == "billing").unwrap().locations[0].clone();
    let artifact = report.artifacts.iter_mut().find(|artifact| artifact.id == "cred-3").unwrap();
    let (own, snippet) = artifact.locations[0].clone();
    let mut elsewhere = own.clone();
    elsewhere.origin = report.artifacts[0].locations[0].0.origin.clone();
    let artifact = report.artifacts.iter_mut().find(|artifact| artifact.id == "cred-3").unwrap();
    artifact.locations.insert(0, (elsewhere, snippet));
    assert_eq!(home.origin.path, own.origin.path);
    let text = human(&report, &wide(120));
    assert!(text.contains("--> docker-compose.yml:21:58") && text.contains("= also at: deploy/prod.env:21:58"), "{text}");
}

#[test]
fn the_exit_code_is_foretold() {
    let mut report = sample::empty();
    let exit = |report: &Report| human(report, &wide(200)).lines().find(|line| line.contains("exit code")).unwrap().trim_start().to_owned();
    assert_eq!(exit(&report), "exit code   0");
    report.coverage = sample::audit().coverage;
    assert_eq!(exit(&report), "exit code   0, with --strict or --require 3: the scan is incomplete, 9 places could not be read");
    report.summary.gate_passed = false;
    assert_eq!(exit(&report), "exit code   1: the gate failed; the scan is incomplete, 9 places could not be read, too");
}
