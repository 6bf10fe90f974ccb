//! What a policy changes of the rules: applied before the run, and said in its report. Silence is honest only with this beside it.

use anyhow::anyhow;
use unkeyed_detect::{Detector, RuleSet};
use unkeyed_model::{Skip, SkipReason};

use crate::RuleChange;

/// Applies the changes of the policy at `path`.
pub(crate) fn rules(rules: &mut RuleSet, changes: &[RuleChange], path: &str) -> anyhow::Result<()> {
    let adjustments: Vec<_> = changes.iter().map(|change| change.adjustment.clone()).collect();
    rules.adjust(&adjustments).map_err(|refusals| {
        let lines =
            refusals.iter().map(|one| format!("  {path}: line {}: {}", changes.get(one.at).map_or(1, |change| change.line), one.what));
        anyhow!("{path}: the policy is refused\n{}", lines.collect::<Vec<_>>().join("\n"))
    })
}

/// Rows of the report's coverage: what the rule files and the policy have left out.
pub(crate) fn said(detector: &Detector, changes: &[RuleChange], path: &str) -> Vec<Skip> {
    let row = |path: String, line: usize, why, what: String| Skip { path, why, detail: format!("line {line}: {what}") };
    let remarks = detector.rules().remarks().into_iter();
    let mut rows: Vec<_> = remarks.map(|one| row(one.file, one.line, SkipReason::NotUnderstood, one.what)).collect();
    for change in changes {
        let (rule, reason) = (&change.adjustment.rule, &change.reason);
        let mut say = |what: String| {
            rows.push(row(path.to_owned(), change.line, SkipReason::Excluded, format!("rule {rule}: {what} ({reason})")));
        };
        if change.adjustment.is_off {
            say("it is switched off".into());
        }
        if let Some(confidence) = change.adjustment.confidence {
            say(format!("its matches start at confidence {confidence}"));
        }
        if !(change.adjustment.paths.is_empty() && change.adjustment.values.is_empty() && change.adjustment.fingerprints.is_empty()) {
            say(format!("its allow-list is longer; {} matches were left out", detector.left_out(rule)));
        }
    }
    rows
}
