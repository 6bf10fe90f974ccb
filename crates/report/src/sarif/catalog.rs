//! The rules that the results name, and the taxa they belong to.

use std::collections::{BTreeMap, BTreeSet};

use serde_sarif::sarif::{ReportingDescriptor, ToolComponent};
use unkeyed_model::{Confidence, Level, Report, RuleInfo, SkipReason, Standard};

use super::describe;
use super::selection::{Candidate, Selection};
use super::standards::Standards;

/// Rule of the verdict results.
pub(super) const VERDICT: &str = "WL-VERDICT";

/// What the results of this run say of a detection rule. A rule has no severity of its own (the class decides, and
/// that differs from place to place), so it gets the worst of the run; GitHub reads severity from the rule only.
pub(super) struct ArtifactRule<'r> {
    pub(super) info: &'r RuleInfo,
    pub(super) level: Level,
    pub(super) rank: u8,
    pub(super) confidence: Confidence,
    pub(super) standards: BTreeSet<Standard>,
}

/// Rules by id, and the standards.
pub(super) struct Catalog {
    rules: BTreeMap<String, (i64, ReportingDescriptor)>,
    reasons: BTreeSet<SkipReason>,
    pub(super) standards: Standards,
}

impl Catalog {
    pub(super) fn new(report: &Report, selection: &Selection<'_>) -> Self {
        let detected = detected(selection);
        let checked = checked(report, selection);
        let standards = Standards::new(detected.values().flat_map(|rule| &rule.standards).chain(checked.values().flatten()));
        let mut described: Vec<ReportingDescriptor> = detected.values().map(|rule| describe::rule(rule, &standards)).collect();
        for (id, taxa) in &checked {
            let known = report.checks.iter().find(|check| check.id == *id);
            described.push(describe::check(id, known, taxa, &standards));
        }
        if selection.chosen.iter().any(|candidate| matches!(candidate, Candidate::Verdict(..))) {
            described.push(describe::verdict_rule());
        }
        described.sort_by(|a, b| a.id.cmp(&b.id));
        let rules = described.into_iter().zip(0..).map(|(rule, index)| (rule.id.clone(), (index, rule))).collect();
        Self { rules, reasons: report.coverage.skipped.iter().map(|skip| skip.why).collect(), standards }
    }

    /// The rule's position, for `ruleIndex`.
    pub(super) fn index(&self, id: &str) -> Option<i64> {
        self.rules.get(id).map(|(index, _)| *index)
    }

    /// The tool.
    pub(super) fn driver(&self) -> ToolComponent {
        let mut driver = ToolComponent::builder()
            .name("unkeyed".to_owned())
            .full_name(concat!("unkeyed ", env!("CARGO_PKG_VERSION")).to_owned())
            .semantic_version(env!("CARGO_PKG_VERSION").to_owned())
            .short_description(super::text::own("Finds the credentials that persist, and says per workload whether it is secretless."))
            .language("en-US".to_owned())
            .rules(self.rules.values().map(|(_, rule)| rule.clone()).collect::<Vec<_>>())
            .notifications(describe::notifications(&self.reasons))
            .supported_taxonomies(self.standards.references())
            .build();
        driver.information_uri = Some(env!("CARGO_PKG_REPOSITORY")).filter(|uri| !uri.is_empty()).map(str::to_owned);
        driver
    }
}

fn detected<'r>(selection: &Selection<'r>) -> BTreeMap<&'r str, ArtifactRule<'r>> {
    let mut detected: BTreeMap<&str, ArtifactRule<'_>> = BTreeMap::new();
    for candidate in &selection.chosen {
        let Candidate::Artifact(artifact) = candidate else { continue };
        let rule = detected.entry(&artifact.rule.id).or_insert_with(|| ArtifactRule {
            info: &artifact.rule,
            level: artifact.level,
            rank: artifact.rank,
            confidence: artifact.confidence,
            standards: BTreeSet::new(),
        });
        rule.level = rule.level.max(artifact.level);
        rule.rank = rule.rank.max(artifact.rank);
        rule.confidence = rule.confidence.max(artifact.confidence);
        rule.standards.extend(artifact.standards.iter().cloned());
    }
    detected
}

/// The checks that results name, each with what the check and its findings refer to.
fn checked<'r>(report: &'r Report, selection: &Selection<'r>) -> BTreeMap<&'r str, BTreeSet<Standard>> {
    let mut checked: BTreeMap<&str, BTreeSet<Standard>> = BTreeMap::new();
    for candidate in &selection.chosen {
        let Candidate::Finding(finding) = candidate else { continue };
        checked.entry(finding.check).or_default().extend(finding.standards.iter().cloned());
    }
    for check in &report.checks {
        if let Some(taxa) = checked.get_mut(check.id) {
            taxa.extend(check.standards.iter().cloned());
        }
    }
    checked
}
