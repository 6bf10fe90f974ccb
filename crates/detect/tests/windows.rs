//! A text in overlapping windows yields what the whole text yields.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use unkeyed_detect::{Detector, FingerprintKey, RuleFile, RuleSet, Scratch};
use unkeyed_model::{FileMode, Origin, Region, Span, Unit, Window};

const RULE: &str = r#"
provider = "test"

[[rule]]
id = "test.token"
pattern = '''\b(?P<secret>tok_[A-Za-z0-9]{14})\b'''
"#;

fn detector() -> Detector {
    let file = RuleFile { name: "test.toml".into(), text: RULE.into() };
    Detector::new(RuleSet::from_files(&[file]).unwrap(), FingerprintKey::new(b"windows")).unwrap()
}

fn regions(detector: &Detector, unit: &Unit<'_>) -> Vec<Region> {
    let mut found = Vec::new();
    detector.scan(unit, &[], &mut Scratch::default(), &mut |one| found.push(one.location.region));
    found
}

#[test]
fn places_count_from_the_beginning_of_the_text_and_each_is_reported_once() {
    let detector = detector();
    let text: String = (0..40).map(|line| format!("ü line {line}\ntoken: tok_Ab3kXq9vLw{line:02}Zp\n")).collect();
    let origin = Arc::new(Origin { path: "app.env".into(), ..Origin::default() });
    let whole = regions(&detector, &Unit::new(Arc::clone(&origin), text.as_bytes()));
    assert_eq!(whole.len(), 40);
    // Two windows that share 200 bytes, the second from the middle of a line.
    let cut = text.char_indices().map(|(at, _)| at).find(|&at| at >= 900 && !text[at..].starts_with('\n')).unwrap();
    let lines = text[..cut].matches('\n').count();
    let columns = text[..cut].rsplit('\n').next().unwrap().chars().count();
    let first = Window { own: Span::new(0, cut + 100), ..Window::default() };
    let second = Window { lines: lines as u32, columns: columns as u32, bytes: cut, own: Span::new(100, text.len() - cut) };
    let unit = |range: std::ops::Range<usize>, window| Unit::new(Arc::clone(&origin), &text.as_bytes()[range]).part(window);
    let mut parts = regions(&detector, &unit(0..cut + 200, first));
    parts.extend(regions(&detector, &unit(cut..text.len(), second)));
    assert_eq!(parts, whole);
}

#[test]
fn a_file_that_everyone_can_read_is_said() {
    let detector = detector();
    let notes = |open_to_all| {
        let mode = Some(FileMode { bits: 0o644, open_to_all });
        let unit = Unit::new(Arc::new(Origin { path: ".env".into(), mode, ..Origin::default() }), &b"token: tok_Ab3kXq9vLwT7Zp\n"[..]);
        let mut notes = Vec::new();
        detector.scan(&unit, &[], &mut Scratch::default(), &mut |one| notes.extend(one.notes));
        notes
    };
    assert_eq!(notes(true), ["open-to-all: every user of the host can read its file (mode 0644)"]);
    assert!(notes(false).is_empty());
}
