//! Exceptions at the instant of judgement, and the gate.

use unkeyed_model::{
    Estate, Exception, ExceptionCategory, Gate, Level, Lifetime, Milestone, Policy, Reason, Report, Requirement, Selector, SelectorField,
    StoreKind, Surface, Verdict, Workload, WorkloadKind,
};

use crate::testing::*;

const SERVICE: &str = "compose:compose.yaml#billing";

/// E8: a legacy service with a database password in its environment.
fn legacy() -> Estate {
    let mut service = Workload::new(WorkloadKind::Compose, SERVICE, "billing", place("compose.yaml", 0, 5));
    service.extents = vec![place("compose.yaml", 0, 1000)];
    let mut estate = estate();
    estate.facts.workloads.push(service);
    estate.matches.push(found("db.password", 1, place("compose.yaml", 40, 50)));
    estate
}

/// Ids of the findings on exceptions, other than that one is in force.
fn remarks(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.check).filter(|check| check.starts_with("EX-") && *check != "EX-VALID").collect()
}

fn ex_12() -> Exception {
    exception("EX-12", "db.password", SERVICE)
}

fn judged(estate: Estate, exceptions: Vec<Exception>, now: &str) -> Report {
    crate::judge(estate, &Policy { exceptions, ..Policy::default() }, at(now))
}

fn today(exception: Exception) -> Report {
    judged(legacy(), vec![exception], "2026-06-01T12:00:00Z")
}

#[test]
fn e8_a_valid_exception_makes_it_transitional() {
    let report = today(ex_12());
    let service = workload(&report, SERVICE);
    assert_eq!((service.verdict, service.reasons.as_slice()), (Verdict::Transitional, &[Reason::Excepted][..]));
    assert_eq!(
        report.artifacts[0].suppressed_by.as_ref().map(|by| (by.exception.as_str(), by.expires.as_str())),
        Some(("EX-12", "2026-08-01"))
    );
    assert!(remarks(&report).is_empty() && report.summary.gate_passed);
    let [valid] = report.findings.iter().filter(|finding| finding.check == "EX-VALID").collect::<Vec<_>>()[..] else { panic!("one") };
    assert_eq!((valid.level, valid.workload.as_deref()), (Level::None, Some(SERVICE)));
    assert!(valid.message.contains("until 2026-08-01") && valid.message.contains("compose.yaml:"), "{}", valid.message);
}

#[test]
fn e9_on_the_day_it_expires_the_credential_counts_again_and_the_gate_fails() {
    let report = judged(legacy(), vec![ex_12()], "2026-08-01T00:00:00Z");
    let service = workload(&report, SERVICE);
    assert_eq!(
        (service.verdict, service.reasons.as_slice()),
        (Verdict::NotSecretless, &[Reason::DurableOnly, Reason::ExceptionExpired][..])
    );
    assert!(has_finding(&report, "EX-EXPIRED", Level::Error) && !report.summary.gate_passed);
    assert_eq!(report.artifacts[0].suppressed_by, None);
    assert!(service.findings.iter().any(|&at| report.findings[at].check == "EX-EXPIRED"));
    assert!(report.checks.iter().any(|check| check.id == "EX-EXPIRED"));
}

#[test]
fn one_second_before_it_is_still_in_force_and_announced() {
    let report = judged(legacy(), vec![ex_12()], "2026-07-31T23:59:59Z");
    assert_eq!(workload(&report, SERVICE).verdict, Verdict::Transitional);
    assert!(has_finding(&report, "EX-SOON", Level::Warning));
}

#[test]
fn what_it_matches_must_match_in_every_key() {
    for change in [
        |exception: &mut Exception| exception.covers.rule = Some("other.rule".into()),
        |exception: &mut Exception| exception.covers.workload = Some("compose:*#other".into()),
        |exception: &mut Exception| exception.covers.path = Some("deploy/**".into()),
        |exception: &mut Exception| exception.covers.fingerprint = Some("hmac:00".into()),
    ] {
        let mut exception = ex_12();
        change(&mut exception);
        let report = today(exception);
        assert_eq!(workload(&report, SERVICE).verdict, Verdict::NotSecretless);
        assert!(has_finding(&report, "EX-UNUSED", Level::Note));
    }
    let mut exception = ex_12();
    exception.covers.path = Some("compose.yaml".into());
    exception.covers.workload = Some("compose:*".into());
    assert_eq!(workload(&today(exception), SERVICE).verdict, Verdict::Transitional);
}

#[test]
fn a_copy_elsewhere_is_not_covered() {
    let mut estate = legacy();
    estate.matches.push(found("db.password", 1, place("compose.override.yaml", 40, 50)));
    estate.facts.workloads[0].extents.push(place("compose.override.yaml", 0, 1000));
    let mut exception = ex_12();
    exception.covers.path = Some("compose.yaml".into());
    assert_eq!(workload(&judged(estate, vec![exception], "2026-06-01T12:00:00Z"), SERVICE).verdict, Verdict::NotSecretless);
}

#[test]
fn it_covers_one_workload_and_not_the_next_that_holds_the_same_value() {
    let mut estate = legacy();
    estate.facts.workloads.push(job("deploy"));
    estate.matches.push(found("db.password", 1, place(".github/workflows/deploy.yml", 40, 50)));
    let report = judged(estate, vec![ex_12()], "2026-06-01T12:00:00Z");
    assert_eq!(workload(&report, SERVICE).verdict, Verdict::Transitional);
    assert_eq!(workload(&report, "gha:.github/workflows/deploy.yml#deploy").verdict, Verdict::NotSecretless);
    assert_eq!(report.artifacts[0].suppressed_by, None);
}

#[test]
fn a_fingerprint_is_matched_when_ids_are_keyed() {
    let mut estate = legacy();
    estate.run.keyed = true;
    let mut exception = ex_12();
    exception.covers.fingerprint = Some(format!("hmac:{}", "01".repeat(16)));
    let report = judged(estate, vec![exception], "2026-06-01T12:00:00Z");
    assert_eq!(workload(&report, SERVICE).verdict, Verdict::Transitional);
}

#[test]
fn broad_early_and_forbidden_exceptions_cover_nothing() {
    let refused = |estate: Estate, exception: Exception, check: &str, level: Level| {
        let report = judged(estate, vec![exception], "2026-06-01T12:00:00Z");
        assert_eq!(workload(&report, SERVICE).verdict, Verdict::NotSecretless, "{check}");
        assert!(has_finding(&report, check, level), "{check}: {:?}", report.findings);
    };
    let mut broad = ex_12();
    broad.covers.workload = None;
    refused(legacy(), broad.clone(), "EX-BROAD", Level::Error);
    for everything in ["**", "**/*", "{**/*,x}"] {
        broad.covers.path = Some(everything.into());
        refused(legacy(), broad.clone(), "EX-BROAD", Level::Error);
    }
    let mut early = ex_12();
    early.created = at("2026-07-01T00:00:00Z");
    refused(legacy(), early, "EX-INVALID", Level::Warning);
    let mut shipped = legacy();
    shipped.matches[0].location = on(Surface::AppPackage, shipped.matches[0].location.clone());
    refused(shipped.clone(), ex_12(), "EX-NEVER", Level::Error);
    let allowed = Policy { exceptions: vec![ex_12()], allow_never: vec!["EX-12".into()], ..Policy::default() };
    assert_eq!(workload(&crate::judge(shipped, &allowed, now()), SERVICE).verdict, Verdict::Transitional);
    let mut renewed = ex_12();
    renewed.renewals = 2;
    refused(legacy(), renewed.clone(), "EX-RENEWED", Level::Error);
    let patient = Policy { exceptions: vec![renewed], max_renewals: 2, ..Policy::default() };
    assert_eq!(workload(&crate::judge(legacy(), &patient, now()), SERVICE).verdict, Verdict::Transitional);
    (broad.category, broad.created, broad.expires) =
        (ExceptionCategory::BreakGlass, at("2026-05-25T00:00:00Z"), at("2026-06-08T00:00:00Z"));
    assert_eq!(workload(&today(broad), SERVICE).verdict, Verdict::Transitional);
}

#[test]
fn missed_milestones_warn_and_are_errors_if_the_policy_is_strict() {
    let mut exception = ex_12();
    exception.milestones = vec![
        Milestone { by: at("2026-05-01T00:00:00Z"), what: "upgrade".into() },
        Milestone { by: at("2026-07-01T00:00:00Z"), what: "cut-over".into() },
    ];
    let report = today(exception.clone());
    assert!(has_finding(&report, "EX-MILESTONE-MISSED", Level::Warning));
    assert_eq!(remarks(&report).len(), 1);
    let strict = Policy { exceptions: vec![exception], strict_milestones: true, ..Policy::default() };
    let report = crate::judge(legacy(), &strict, now());
    assert!(has_finding(&report, "EX-MILESTONE-MISSED", Level::Error) && !report.summary.gate_passed);
}

#[test]
fn an_expired_exception_without_its_credential_is_stale_and_harmless() {
    let mut estate = legacy();
    estate.matches.clear();
    let report = judged(estate, vec![ex_12()], "2026-09-01T00:00:00Z");
    assert!(has_finding(&report, "EX-STALE", Level::Note) && report.summary.gate_passed);
}

#[test]
fn a_finding_of_the_binding_can_be_excepted_too() {
    let mut estate = secretless();
    estate.facts.grants[0].actions = vec!["*".into()];
    estate.facts.grants[0].resources = vec![unkeyed_model::Value::literal("*")];
    estate.facts.grants[0].scope = unkeyed_model::ResourceScope::Account;
    let job = "gha:.github/workflows/deploy.yml#deploy";
    assert_eq!(workload(&judge(estate.clone()), job).reasons, [Reason::RoleScope]);
    let report = judged(estate, vec![exception("EX-1", "RS-AWS-01", job)], "2026-06-01T12:00:00Z");
    assert_eq!(workload(&report, job).verdict, Verdict::Transitional);
    assert!(report.findings.iter().any(|finding| finding.check == "RS-AWS-01" && finding.suppressed_by.is_some()));
}

fn gate(mut estate: Estate, profile: &str, policy: &Policy) -> bool {
    estate.run.profile = profile.into();
    crate::judge(estate, policy, now()).summary.gate_passed
}

#[test]
fn the_gate_by_profile() {
    let plain = Policy::default();
    assert!(!gate(legacy(), "pre-commit", &plain) && !gate(legacy(), "ci", &plain) && gate(legacy(), "audit", &plain));
    let excepted = Policy { exceptions: vec![ex_12()], ..Policy::default() };
    assert!(gate(legacy(), "pre-commit", &excepted) && gate(legacy(), "ci", &excepted));
    let mut short = legacy();
    short.matches[0].lifetime = Lifetime { declared_seconds: Some(600), ..Lifetime::default() };
    assert!(gate(short, "pre-commit", &plain));
}

#[test]
fn platform_stored_secrets_fail_the_ci_gate_only_if_the_policy_says_so() {
    let mut estate = estate();
    let mut job = job("deploy");
    job.references.push(reference(StoreKind::GhaSecret, "NPM_TOKEN"));
    estate.facts.workloads.push(job);
    assert!(gate(estate.clone(), "ci", &Policy::default()));
    assert!(!gate(estate.clone(), "ci", &Policy { gate_platform_stored: Gate::Fail, ..Policy::default() }));
    assert!(gate(estate, "pre-commit", &Policy { gate_platform_stored: Gate::Fail, ..Policy::default() }));
}

#[test]
fn a_required_verdict_is_required_of_every_workload_that_authenticates() {
    let require = |verdict| Policy { require: vec![Requirement { verdict, selector: None }], ..Policy::default() };
    assert!(gate(secretless(), "audit", &require(Verdict::Secretless)));
    let mut open = secretless();
    open.facts.trusts.clear();
    assert!(!gate(open.clone(), "audit", &require(Verdict::Vaulted)));
    open.facts.workloads[0].identity_paths.clear();
    assert!(gate(open, "audit", &require(Verdict::Secretless)));
}

#[test]
fn a_requirement_may_speak_of_some_workloads_and_must_find_one() {
    let require = |field, glob: &str| {
        let selector = Some(Selector { field, glob: glob.into() });
        Policy { require: vec![Requirement { verdict: Verdict::Secretless, selector }], ..Policy::default() }
    };
    let mut estate = secretless();
    estate.facts.workloads.append(&mut legacy().facts.workloads);
    estate.matches = legacy().matches;
    assert!(gate(estate.clone(), "audit", &require(SelectorField::Id, "gha:**#deploy")));
    assert!(gate(estate.clone(), "audit", &require(SelectorField::Kind, "gha")));
    assert!(!gate(estate.clone(), "audit", &require(SelectorField::Kind, "compose")));
    assert!(!gate(estate.clone(), "audit", &require(SelectorField::Owner, "@acme/*")), "it selects nothing");
    estate.facts.workloads[0].owner = Some("@acme/platform".into());
    assert!(gate(estate, "audit", &require(SelectorField::Owner, "@acme/*")));
}

#[test]
fn error_level_trust_and_role_findings_fail_the_ci_gate() {
    let mut estate = secretless();
    estate.facts.grants[0].role = Some(unkeyed_model::Value::literal("arn:aws:iam::aws:policy/AdministratorAccess"));
    assert!(!gate(estate.clone(), "ci", &Policy::default()));
    assert!(gate(estate, "ci", &Policy { gate_role_scope: Gate::Warn, ..Policy::default() }));
}
