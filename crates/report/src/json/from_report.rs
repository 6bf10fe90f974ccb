//! Fills the published types from a report.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{self as model, RuleInfo};

use super::v1;
use crate::listing::Listing;
use crate::{Options, inventory, place, stamp};

impl v1::Report {
    /// The published form of `report`, as far as `options` let it be listed.
    #[must_use]
    pub fn new(report: &model::Report, options: &Options) -> Self {
        let listing = Listing::new(report, options);
        let listed: BTreeSet<&str> = listing.artifacts.iter().map(|artifact| artifact.id.as_str()).collect();
        let rules: BTreeMap<&str, &RuleInfo> =
            listing.artifacts.iter().map(|artifact| (artifact.rule.id.as_str(), &*artifact.rule)).collect();
        Self {
            schema_version: 1,
            tool: tool(&report.run),
            run: run(report),
            summary: summary(report, &listing),
            artifacts: listing.artifacts.iter().map(|artifact| artifact_of(artifact)).collect(),
            workloads: workloads(report, &listed),
            trusts: report.trusts.iter().map(v1::Trust::new).collect(),
            findings: report.findings.iter().map(finding).collect(),
            rules: rules.into_values().map(rule).collect(),
            checks: report.checks.iter().map(check).collect(),
            coverage: coverage(&report.coverage),
            evidence: report.evidence.iter().map(evidence).collect(),
        }
    }
}

fn workloads(report: &model::Report, listed: &BTreeSet<&str>) -> Vec<v1::Workload> {
    let before = |id: &str| report.run.saved.as_ref().and_then(|saved| saved.hidden_artifacts.get(id)).copied().unwrap_or_default();
    report.workloads.iter().map(|workload| v1::Workload::new(workload, listed, before(&workload.id))).collect()
}

fn tool(run: &model::RunInfo) -> v1::Tool {
    v1::Tool {
        name: "unkeyed".to_owned(),
        version: run.version().to_owned(),
        rules_digest: run.rules_digest.clone(),
        policy_digest: run.policy.as_ref().map(|(_, digest)| digest.clone()),
    }
}

fn run(report: &model::Report) -> v1::Run {
    let run = &report.run;
    v1::Run {
        as_of: stamp::rfc3339(report.as_of),
        targets: run.targets.clone(),
        command: run.command.clone(),
        profile: run.profile.clone(),
        complete: report.coverage.is_complete(),
        policy: run.policy.as_ref().map(|(path, _)| path.clone()),
        target_policy: run.own_policy.as_ref().map(file),
        baseline: run.baseline.as_ref().map(file),
        compared_with: run.compared_with.clone(),
        keyed: run.keyed,
        assurance: report.assurance(),
        subjects: run.subjects.iter().map(subject).collect(),
        sources: Vec::new(),
    }
}

fn subject(subject: &model::Subject) -> v1::Subject {
    let model::Subject { name, algorithm, digest } = subject.clone();
    v1::Subject { name, algorithm, digest }
}

fn evidence(evidence: &model::Evidence) -> v1::Evidence {
    v1::Evidence {
        uri: place::uri_of_path(&evidence.path),
        formats: evidence.formats.clone(),
        assurance: evidence.assurance,
        records: evidence.records,
        dated: evidence.dated.map(|(at, _)| stamp::rfc3339(at)),
        dated_by: evidence.dated.map(|(_, by)| by),
    }
}

fn file((path, digest): &(String, String)) -> v1::FileDigest {
    v1::FileDigest { path: path.clone(), digest: digest.clone() }
}

fn summary(report: &model::Report, listing: &Listing<'_>) -> v1::Summary {
    let summary = &report.summary;
    let (complete, workloads) = inventory::completeness(report);
    v1::Summary {
        artifacts: counts(model::Class::ALL, &summary.artifacts),
        hidden_low_confidence: listing.hidden_low_confidence as u64,
        hidden_public: listing.hidden_public as u64,
        verdicts: counts(model::Verdict::ALL, &summary.verdicts),
        leanings: counts(model::Verdict::ALL, &summary.leanings),
        no_access_observed: summary.no_access_observed as u64,
        inventory: v1::Inventory { complete: complete as u64, workloads: workloads as u64 },
        rollup: summary.rollup,
        gate: if summary.gate_passed { v1::Gate::Pass } else { v1::Gate::Fail },
        gate_reasons: summary.gate_reasons.clone(),
        gate_remedies: summary.gate_remedies.clone(),
    }
}

/// Every word with its count, zero included, so that a reader never has to ask whether a key is there.
fn counts<W: Copy + Ord>(all: &[W], counted: &[(W, usize)]) -> BTreeMap<W, u64> {
    let mut counts: BTreeMap<W, u64> = all.iter().map(|word| (*word, 0)).collect();
    for (word, count) in counted {
        *counts.entry(*word).or_default() += *count as u64;
    }
    counts
}

fn artifact_of(artifact: &model::Artifact) -> v1::Artifact {
    v1::Artifact {
        id: artifact.id.clone(),
        rule: artifact.rule.id.clone(),
        kind: artifact.kind.clone(),
        provider: artifact.rule.provider.clone(),
        name: artifact.name.clone(),
        class: artifact.class,
        class_rule: artifact.class_rule.to_owned(),
        level: artifact.level,
        rank: artifact.rank,
        confidence: artifact.confidence,
        custody: artifact.custody,
        role: artifact.role,
        replayable: artifact.replayable,
        reachability: artifact.reachability,
        lifetime: lifetime(artifact),
        mask: artifact.mask.clone(),
        copies: artifact.locations.len() as u64,
        locations: artifact.locations.iter().map(|(location, snippet)| located(location, snippet.as_ref())).collect(),
        related: artifact.related.iter().map(v1::Place::new).collect(),
        destination: artifact.destination.as_ref().map(v1::Destination::new),
        workloads: artifact.workloads.clone(),
        public_because: artifact.public_because.clone(),
        remediation: v1::Remediation { instead: said(&artifact.rule.remediation.instead), revoke: said(&artifact.rule.remediation.revoke) },
        standards: artifact.standards.iter().map(standard).collect(),
        notes: artifact.notes.clone(),
        silenced_by: artifact.silenced_by.as_ref().map(|silence| silence.as_str().to_owned()),
        suppressed_by: artifact.suppressed_by.as_ref().map(suppression),
    }
}

fn lifetime(artifact: &model::Artifact) -> v1::Lifetime {
    use model::VendorDefault as Model;
    let (vendor_default, vendor_seconds) = match artifact.lifetime.vendor_default {
        Model::NeverExpires => (v1::VendorDefault::NeverExpires, None),
        Model::AtMost(seconds) => (v1::VendorDefault::AtMost, Some(seconds)),
        Model::Short(seconds) => (v1::VendorDefault::Short, Some(seconds)),
        Model::Revoked => (v1::VendorDefault::Revoked, None),
        Model::Unstated => (v1::VendorDefault::Unstated, None),
    };
    v1::Lifetime {
        issued: artifact.lifetime.issued.map(stamp::rfc3339),
        expires: artifact.lifetime.expires.map(stamp::rfc3339),
        seconds: artifact.lifetime.seconds(),
        basis: artifact.lifetime_basis,
        confidence: artifact.lifetime_confidence,
        vendor_default,
        vendor_seconds,
    }
}

fn located(location: &model::Location, snippet: Option<&model::Snippet>) -> v1::Location {
    let snippet = snippet.map(|snippet| v1::Snippet { text: snippet.text.clone(), start: snippet.start as u64, end: snippet.end as u64 });
    v1::Location { place: v1::Place::new(location), snippet }
}

impl v1::Place {
    /// The published form of a place.
    #[must_use]
    pub fn new(location: &model::Location) -> Self {
        let (origin, region) = (&location.origin, location.region);
        let seen = place::has_region(location);
        Self {
            surface: origin.surface,
            uri: place::uri(origin),
            line: seen.then_some(region.line),
            column: seen.then_some(region.column),
            end_line: seen.then_some(region.end_line),
            end_column: seen.then_some(region.end_column),
            byte_offset: seen.then_some(region.span.start as u64),
            byte_length: seen.then_some(region.span.len() as u64),
            commit: origin.commit.clone(),
            git: origin.git.as_deref().map(v1::Git::new),
            layer: origin.layer.clone(),
            image_path: origin.image_path.clone(),
            image: origin.image.as_deref().map(image),
            key_path: location.key_path.clone(),
            decoded_via: place::decodings(location),
            tracked: origin.tracked,
            mode: origin.mode.map(|mode| v1::Mode { bits: format!("{:04o}", mode.bits), open_to_all: mode.open_to_all }),
            process: origin.process.as_deref().map(process),
        }
    }
}

fn image(place: &model::ImagePlace) -> v1::ImagePlace {
    v1::ImagePlace {
        images: place.images.iter().map(|name| name.to_string()).collect(),
        instruction: place.instruction.clone(),
        fate: place.fate.word().to_owned(),
        fate_by: place.fate.by().map(str::to_owned),
    }
}

fn process(process: &model::Process) -> v1::Process {
    let reads = process.reads.iter().map(|path| place::uri_of_path(path)).collect();
    v1::Process { id: process.id, name: process.name.clone(), reads }
}

impl v1::Git {
    fn new(git: &model::GitPlace) -> Self {
        let model::GitPlace { object, state, commits, branches, paths, author } = git.clone();
        Self { object, state, commits, branches, paths, author }
    }
}

fn finding(finding: &model::Finding) -> v1::Finding {
    v1::Finding {
        check: finding.check.to_owned(),
        level: finding.level,
        message: finding.message.clone(),
        workload: finding.workload.clone(),
        locations: finding.locations.iter().map(v1::Place::new).collect(),
        related: finding
            .related
            .iter()
            .map(|(location, message)| v1::Related { location: v1::Place::new(location), message: message.clone() })
            .collect(),
        standards: finding.standards.iter().map(standard).collect(),
        suppressed_by: finding.suppressed_by.as_ref().map(suppression),
    }
}

fn rule(rule: &RuleInfo) -> v1::Rule {
    v1::Rule {
        id: rule.id.clone(),
        name: rule.name.clone(),
        provider: rule.provider.clone(),
        description: rule.description.clone(),
        reference: said(&rule.reference),
    }
}

fn check(check: &model::CheckInfo) -> v1::Check {
    v1::Check {
        id: check.id.to_owned(),
        title: check.title.to_owned(),
        doc: check.doc.to_owned(),
        level: check.level,
        standards: check.standards.iter().map(standard).collect(),
    }
}

fn standard(standard: &model::Standard) -> v1::Standard {
    v1::Standard { taxonomy: standard.taxonomy.to_owned(), id: standard.id.to_owned() }
}

fn suppression(suppression: &model::Suppression) -> v1::Suppression {
    v1::Suppression {
        exception: suppression.exception.clone(),
        justification: suppression.justification.clone(),
        owner: suppression.owner.clone(),
        expires: suppression.expires.clone(),
        exit_plan: suppression.exit_plan.clone(),
    }
}

fn coverage(coverage: &model::Coverage) -> v1::Coverage {
    v1::Coverage {
        read: v1::Read {
            files: coverage.read.files,
            bytes: coverage.read.bytes,
            blobs: coverage.read.blobs,
            layers: coverage.read.layers,
            remembered: coverage.read.remembered,
        },
        skipped: coverage
            .skipped
            .iter()
            .map(|skip| v1::Skipped {
                uri: place::uri_of_path(&skip.path),
                why: skip.why,
                detail: skip.detail.clone(),
                gap: skip.why.is_gap(),
            })
            .collect(),
        limits: coverage.limits.iter().cloned().collect(),
    }
}

/// An empty text is an absent fact.
fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
