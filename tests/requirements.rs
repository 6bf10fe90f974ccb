//! `docs/requirements.md` against the program: every statement has its row, and what a row names is there.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::fs;

fn rows() -> Vec<(String, String)> {
    let text = fs::read_to_string(support::root().join("docs/requirements.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| R")?.split_once(" | "));
    rows.map(|(number, row)| (number.trim().to_owned(), row.to_owned())).collect()
}

/// What stands in backticks.
fn quoted(row: &str) -> impl Iterator<Item = &str> {
    row.split('`').skip(1).step_by(2)
}

#[test]
fn every_statement_has_one_row() {
    let numbers: Vec<String> = rows().into_iter().map(|(number, _)| number).collect();
    let expected: Vec<String> = (1..=71).map(|number| format!("{number:02}")).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn what_a_row_names_is_there() {
    let rows = rows();
    let is_check =
        |word: &&str| word.split_once('-').is_some_and(|(family, _)| ["TB", "TL", "RS", "MX", "FB", "AG", "INV", "RT"].contains(&family));
    let checks: BTreeSet<&str> = rows.iter().flat_map(|(_, row)| quoted(row)).filter(is_check).collect();
    assert!(checks.len() > 40, "only {} checks are named", checks.len());
    for check in checks {
        let output = support::run(support::unkeyed().args(["explain", check]));
        assert!(output.status.success(), "{check}: {}", support::text(&output.stderr));
    }
    let is_path = |word: &&str| ["fixtures/", "tests/", "crates/", "docs/"].iter().any(|folder| word.starts_with(folder));
    for (number, row) in &rows {
        for path in quoted(row).filter(is_path) {
            assert!(support::root().join(path).exists(), "R{number}: {path}");
        }
        assert!(quoted(row).any(|word| is_path(&word)), "R{number} names nothing that shows it");
    }
}
