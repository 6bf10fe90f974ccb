//! One hand-written report that feeds every output's snapshot: a small shop's repository with something of everything,
//! every word of the model's vocabulary, and some names that mean harm. It holds no secret, as no report can.

mod artifacts;
mod coverage;
mod findings;
mod identities;
mod make;
mod trusts;
mod workloads;

use unkeyed_model::{Class, Report, RunInfo, Subject, Summary, Timestamp, Verdict};

/// The instant of the sample.
pub(crate) fn as_of() -> Timestamp {
    "2026-11-22T04:35:00Z".parse().unwrap()
}

/// The report of `unkeyed audit`.
pub(crate) fn audit() -> Report {
    let artifacts = artifacts::all();
    let workloads = workloads::all();
    let mut summary = Summary { gate_passed: false, rollup: Some(Verdict::NotSecretless), ..Summary::default() };
    for &class in Class::ALL {
        let count = artifacts.iter().filter(|artifact| artifact.class == class).count();
        summary.artifacts.extend((count > 0).then_some((class, count)));
    }
    for &verdict in Verdict::ALL {
        let judged = || workloads.iter().filter(|workload| !workload.no_access_observed);
        let count = judged().filter(|workload| workload.verdict == verdict).count();
        summary.verdicts.extend((count > 0).then_some((verdict, count)));
        let leaning = judged().filter(|workload| workload.leaning == Some(verdict)).count();
        summary.leanings.extend((leaning > 0).then_some((verdict, leaning)));
    }
    summary.no_access_observed = workloads.iter().filter(|workload| workload.no_access_observed).count();
    summary.gate_reasons = vec![
        "3 workloads hold durable credentials in files: gha:.github/workflows/deploy.yml#deploy, compose:docker-compose.yml#billing, \
         mcp:.mcp.json#github"
            .into(),
        "2 error-level findings on trust bindings or roles".into(),
    ];
    summary.gate_remedies = vec!["take the credential out and revoke it (`unkeyed explain aws.access-key`)".into()];
    Report {
        run: RunInfo {
            targets: vec!["shop".into()],
            command: "audit".into(),
            profile: "ci".into(),
            rules_digest: "sha256:5f0c1d".into(),
            policy: Some(("unkeyed.toml".into(), "77aa01".repeat(8))),
            own_policy: Some(("unkeyed.toml".into(), "77aa01".repeat(8))),
            baseline: Some((".unkeyed-baseline.json".into(), "55cc02".repeat(8))),
            compared_with: None,
            keyed: false,
            subjects: vec![Subject {
                name: "github.com/acme/shop".into(),
                algorithm: "gitCommit".into(),
                digest: "3f1c0de5a7b94c2d8e6f10233445566778899aab".into(),
            }],
            saved: None,
        },
        as_of: as_of(),
        summary,
        artifacts,
        workloads,
        trusts: trusts::all(),
        findings: findings::all(),
        checks: findings::checks(),
        coverage: coverage::partial(),
        evidence: coverage::evidence(),
    }
}

/// The report of `unkeyed scan` of the same folder: artifacts, and nothing that is judged.
pub(crate) fn scan() -> Report {
    let mut report = audit();
    report.run.command = "scan".into();
    report.workloads.clear();
    report.trusts.clear();
    report.findings.clear();
    report.checks.clear();
    report.summary = Summary {
        artifacts: report.summary.artifacts,
        gate_passed: false,
        gate_reasons: vec!["9 credentials remain usable.".into()],
        ..Summary::default()
    };
    for artifact in &mut report.artifacts {
        artifact.workloads.clear();
    }
    report
}

/// A report with nothing in it.
pub(crate) fn empty() -> Report {
    let mut report = scan();
    report.artifacts.clear();
    report.summary = Summary { gate_passed: true, ..Summary::default() };
    report.run.policy = None;
    report.evidence.clear();
    report.coverage = coverage::complete();
    report
}
