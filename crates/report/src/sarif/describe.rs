//! Reporting descriptors: how rules, checks and notifications introduce themselves.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use serde_sarif::sarif::{PropertyBag, ReportingConfiguration, ReportingDescriptor};
use unkeyed_model::{CheckInfo, Confidence, Level, SkipReason, Standard};

use super::catalog::{ArtifactRule, VERDICT};
use super::selection::rank;
use super::standards::{Standards, tag};
use super::text::{both, own, sentence};
use crate::words;

/// GitHub shows ten tags of a rule.
const MOST_TAGS: usize = 10;

/// A detection rule.
pub(super) fn rule(rule: &ArtifactRule<'_>, standards: &Standards) -> ReportingDescriptor {
    let info = rule.info;
    let help: Vec<(&str, &str)> =
        [("Instead", &info.remediation.instead), ("Revoke", &info.remediation.revoke), ("Documentation", &info.reference)]
            .into_iter()
            .map(|(title, text)| (title, text.trim()))
            .filter(|(_, text)| !text.is_empty())
            .collect();
    let plain: String = help.iter().map(|(title, text)| format!("\n\n{title}: {text}")).collect();
    let marked: String = help.iter().map(|(title, text)| format!("\n\n**{title}:** {text}")).collect();
    let about = sentence(&info.description);
    let mut descriptor = ReportingDescriptor::builder()
        .id(info.id.clone())
        .name(pascal(&info.id))
        .short_description(own(sentence(&capital(&info.name))))
        .full_description(own(about.clone()))
        .help(both(format!("{about}{plain}"), format!("{about}{marked}")))
        .default_configuration(configuration(rule.level, rule.rank))
        .properties(properties(rule.level, precision(rule.confidence), Some(rule.rank), &rule.standards))
        .relationships(standards.relationships(&rule.standards))
        .build();
    descriptor.help_uri = is_address(&info.reference).then(|| info.reference.clone());
    descriptor
}

/// A check; of one that the report does not describe little more than its id can be said.
pub(super) fn check(id: &str, known: Option<&CheckInfo>, taxa: &BTreeSet<Standard>, standards: &Standards) -> ReportingDescriptor {
    let Some(check) = known else {
        return introduced(id.to_owned(), &format!("check {id}"), &format!("`unkeyed explain {id}` prints the manual page of this check."));
    };
    let mut descriptor = introduced(id.to_owned(), check.title, check.doc);
    descriptor.default_configuration = Some(configuration(check.level, rank(check.level)));
    descriptor.properties = Some(properties(check.level, "high", Some(rank(check.level)), taxa));
    descriptor.relationships = Some(standards.relationships(taxa));
    descriptor
}

/// A descriptor with all the texts that GitHub requires; the first paragraph of the manual is the full description.
fn introduced(id: String, title: &str, manual: &str) -> ReportingDescriptor {
    ReportingDescriptor::builder()
        .id(id)
        .name(pascal(title))
        .short_description(own(sentence(&capital(title))))
        .full_description(own(sentence(manual.split("\n\n").next().unwrap_or(manual))))
        .help(both(manual.to_owned(), manual.to_owned()))
        .build()
}

/// The rule of the verdicts.
///
/// It has no `security-severity`: its results run from pass to error, and GitHub would give all of them the rule's.
pub(super) fn verdict_rule() -> ReportingDescriptor {
    let about = "Says of one workload whether it is secretless: no credential remains that could be extracted and used again, and an \
                 identity with exact trust, a narrow role and short tokens stands in its place.";
    let steps = "The result names the reasons, the state of each layer of evidence, and for an indeterminate workload what would settle it. \
                 A static scan can disprove that a workload is secretless; it can support it, but never prove it.";
    ReportingDescriptor::builder()
        .id(VERDICT.to_owned())
        .name("WorkloadVerdict".to_owned())
        .short_description(own("Whether the workload is secretless."))
        .full_description(own(about))
        .help(both(format!("{about}\n\n{steps}"), format!("{about}\n\n{steps}")))
        .default_configuration(configuration(Level::Warning, rank(Level::Warning)))
        .properties(properties(Level::Warning, "high", None, &BTreeSet::new()))
        .build()
}

/// What notifications refer to.
pub(super) fn notifications(reasons: &BTreeSet<SkipReason>) -> Vec<ReportingDescriptor> {
    let mut described: Vec<ReportingDescriptor> = reasons
        .iter()
        .map(|why| introduced(skipped_id(*why), &format!("not read {why}"), &sentence(&format!("Not read: {}", words::skip_reason(*why)))))
        .collect();
    described.push(introduced(
        TRUNCATED.to_owned(),
        "results left out",
        "There are more results than GitHub accepts; the least severe are left out. The JSON report has them all.",
    ));
    described
}

/// Notification id for results that were left out.
pub(super) const TRUNCATED: &str = "limit/results";

/// Notification id for a reason.
pub(super) fn skipped_id(why: SkipReason) -> String {
    format!("not-read/{why}")
}

fn configuration(level: Level, rank: u8) -> ReportingConfiguration {
    ReportingConfiguration::builder().level(json!(level)).rank(f64::from(rank)).build()
}

fn properties(level: Level, precision: &str, rank: Option<u8>, standards: &BTreeSet<Standard>) -> PropertyBag {
    let problem = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note | Level::None => "recommendation",
    };
    let mut entries = BTreeMap::from([("precision".to_owned(), json!(precision)), ("problem.severity".to_owned(), json!(problem))]);
    if let Some(rank) = rank {
        entries.insert("security-severity".to_owned(), json!(format!("{:.1}", f64::from(rank) / 10.0)));
    }
    let mut tags = vec!["security".to_owned(), "secret-persistence".to_owned()];
    tags.extend(standards.iter().map(tag));
    tags.truncate(MOST_TAGS);
    PropertyBag::builder().tags(tags).additional_properties(entries).build()
}

const fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

/// `aws.access-key` → `AwsAccessKey`: the form that SARIF §3.49.7 gives for names.
fn pascal(text: &str) -> String {
    text.split(|character: char| !character.is_ascii_alphanumeric()).map(capital).collect()
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn is_address(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_pascal_case() {
        assert_eq!(pascal("aws.access-key"), "AwsAccessKey");
        assert_eq!(pascal("trust open to the organisation"), "TrustOpenToTheOrganisation");
    }

    #[test]
    fn only_addresses_become_help_uris() {
        assert!(is_address("https://docs.example/x"));
        assert!(!is_address("see RFC 7519") && !is_address("") && !is_address("https://a b"));
    }
}
