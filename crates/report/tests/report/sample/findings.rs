//! Findings of every level, with and without a workload.

use unkeyed_model::{CheckInfo, Finding, Level, Standard};

use super::artifacts::{DEPLOY, HOSTILE, LEGACY, RELEASE};
use super::make::{at, csf, exception, keyed, owasp};

pub(super) const TRUST: usize = 3;
pub(super) const ROLE: usize = 2;
pub(super) const SHORT: usize = 4;
pub(super) const SOON: usize = 0;
pub(super) const HARM: usize = 1;

/// Sorted by check.
pub(super) fn all() -> Vec<Finding> {
    vec![
        finding(
            "EX-SOON",
            Level::Warning,
            "Exception EX-2026-014 ends on 2027-01-31, in 70 days.",
            Some(LEGACY),
            vec![at("unkeyed.toml", 12, 1, 14)],
        ),
        finding(
            "MX-02",
            Level::Note,
            "The step `\u{1b}[31m[see](https://evil.example)\u{202e}` falls back to a stored secret {0}.",
            Some(HOSTILE),
            vec![at("evil%0A%1B[31mname/\u{e9}t\u{e9} 100%25.txt", 2, 1, 3)],
        ),
        Finding {
            suppressed_by: Some(exception()),
            ..finding(
                "RS-AWS-01",
                Level::Error,
                "The role `deploy` carries AdministratorAccess.",
                Some(DEPLOY),
                vec![at("infra/iam.tf", 40, 3, 64)],
            )
        },
        Finding {
            related: vec![
                (at("infra/iam.tf", 8, 1, 30), "the role that is trusted".into()),
                (at(".github/workflows/release.yml", 33, 9, 55), "the job that assumes it".into()),
            ],
            ..finding(
                "TB-AWS-03",
                Level::Error,
                "The trust of role `publish` accepts every repository of the organisation `acme` (`repo:acme/*`), so that any of them can act as this job.",
                Some(RELEASE),
                vec![keyed("infra/iam.tf", 17, 16, 42, "aws_iam_role.publish.assume_role_policy")],
            )
        },
        finding(
            "TL-01",
            Level::Warning,
            "Sessions of role `publish` last 12 hours; the job ends after 30 minutes.",
            Some(RELEASE),
            vec![at("infra/iam.tf", 11, 3, 28)],
        ),
        finding("TB-DRIFT-01", Level::None, "A trust names the repository `acme/old-shop`, which is not this one.", None, Vec::new()),
    ]
}

pub(super) fn checks() -> Vec<CheckInfo> {
    let check = |id, title, doc, level| CheckInfo { id, title, doc, level, standards: vec![owasp("NHI5:2025"), csf("PR.AA-05")] };
    vec![
        check("EX-SOON", "exception ends soon", "What it finds: an exception with less than 90 days left.", Level::Warning),
        check(
            "MX-02",
            "fallback to a stored secret",
            "What it finds: `a || b`, where b is a stored secret.\n\nWhy it matters: it will be used.",
            Level::Note,
        ),
        check(
            "RS-AWS-01",
            "administrator role",
            "What it finds: AdministratorAccess, or `*` on `*`.\n\nInstead: name the actions.",
            Level::Error,
        ),
        check(
            "TB-AWS-03",
            "trust open to the organisation",
            "What it finds: a `StringLike` condition on `sub` that every repository of an organisation meets.\n\nWhy it matters: whoever can \
             create a repository there can act as the role.\n\nInstead: name the repository and the environment.",
            Level::Error,
        ),
        check("TL-01", "sessions outlive the task", "What it finds: a session that is much longer than the job.", Level::Warning),
    ]
}

fn finding(check: &'static str, level: Level, message: &str, workload: Option<&str>, locations: Vec<unkeyed_model::Location>) -> Finding {
    Finding {
        check,
        level,
        message: message.into(),
        workload: workload.map(Into::into),
        locations,
        related: Vec::new(),
        standards: vec![owasp("NHI5:2025"), Standard { taxonomy: "CWE", id: "CWE-863" }],
        suppressed_by: None,
    }
}
