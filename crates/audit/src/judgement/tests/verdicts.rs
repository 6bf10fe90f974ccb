//! Rows of the decision table (DOMAIN §4.3), the settled points of §9, and what each turns into without one of its facts.

use unkeyed_model::{
    Confidence, Content, Custody, Destination, Estate, Lifetime, Platform, PlatformStoredAs, Policy, Reach, Reason, Replayable,
    ResourceScope, Role, Skip, SkipReason, StoreKind, Verdict, WorkloadReport,
};

use crate::testing::*;

const JOB: &str = "gha:.github/workflows/deploy.yml#deploy";

fn judged(estate: Estate) -> WorkloadReport {
    workload(&judge(estate), JOB).clone()
}

/// The job of [`secretless`], to be changed.
fn change(estate: &mut Estate) -> &mut unkeyed_model::Workload {
    &mut estate.facts.workloads[0]
}

fn stored_secret(name: &str) -> unkeyed_model::Reference {
    let mut reference = reference(StoreKind::GhaSecret, name);
    reference.location = place(".github/workflows/deploy.yml", 50, 60);
    reference
}

fn layers(report: &WorkloadReport) -> [&'static str; 5] {
    let layers = report.layers;
    [layers.l0, layers.l1, layers.l2, layers.l3a, layers.l3b].map(|layer| layer.as_str())
}

/// A job without any identity.
fn bare() -> Estate {
    let mut estate = estate();
    estate.facts.workloads.push(job("deploy"));
    estate
}

#[test]
fn row_1_durable_and_no_identity() {
    let mut estate = bare();
    change(&mut estate).references.push(stored_secret("AWS_SECRET_ACCESS_KEY"));
    let report = judged(estate);
    assert_eq!((report.verdict, report.reasons.as_slice()), (Verdict::NotSecretless, &[Reason::DurableOnly][..]));
    assert_eq!(layers(&report), ["fail", "fail", "na", "na", "na"]);
    assert!(!report.no_access_observed && report.missing.is_empty() && report.leaning.is_none());
}

#[test]
fn row_2_durable_beside_identity() {
    let mut estate = secretless();
    change(&mut estate).references.push(stored_secret("NPM_TOKEN"));
    let report = judged(estate);
    assert_eq!((report.verdict, report.reasons.as_slice()), (Verdict::Partial, &[Reason::MixedMode][..]));
    assert_eq!(layers(&report), ["fail", "fail", "pass", "pass", "pass"]);
}

#[test]
fn row_2_needs_more_than_the_platforms_own_token() {
    let mut estate = bare();
    change(&mut estate).identity_paths.push(job_token(true));
    change(&mut estate).references.push(stored_secret("DOCKERHUB_TOKEN"));
    assert_eq!(judged(estate).verdict, Verdict::NotSecretless);
}

#[test]
fn keyless_signing_is_an_identity_for_row_2() {
    let mut estate = bare();
    let mut signing = federated(Platform::Saas, "sigstore", "");
    signing.reach = Reach::Signing;
    change(&mut estate).identity_paths.push(signing);
    assert_eq!(judged(estate.clone()).verdict, Verdict::Secretless);
    change(&mut estate).references.push(stored_secret("DOCKERHUB_TOKEN"));
    assert_eq!(judged(estate).verdict, Verdict::Partial);
}

#[test]
fn row_3_vaulted_and_how_the_vault_is_reached() {
    let mut estate = bare();
    let mut fetched = stored_secret("secret/data/db");
    (fetched.store, fetched.custody) = (StoreKind::Vault, Custody::VaultStatic);
    change(&mut estate).references.push(fetched);
    assert_eq!(judged(estate.clone()).reasons, [Reason::VaultedStatic]);
    let mut login = federated(Platform::Vault, "vault", "app");
    login.reach = Reach::Vault;
    change(&mut estate).identity_paths.push(login);
    let report = judged(estate);
    assert_eq!((report.verdict, report.reasons.as_slice()), (Verdict::Vaulted, &[Reason::VaultedStatic, Reason::IdentityBootstrapped][..]));
}

#[test]
fn row_4_a_live_token_that_can_be_recovered() {
    let mut estate = secretless();
    let mut token = found("jwt.generic", 1, place(".github/workflows/deploy.yml", 40, 50));
    token.lifetime =
        Lifetime { issued: Some(at("2026-06-01T11:30:00Z")), expires: Some(at("2026-06-01T12:30:00Z")), ..Lifetime::default() };
    estate.matches.push(token);
    assert_eq!((judged(estate.clone()).verdict, judged(estate.clone()).reasons), (Verdict::Partial, vec![Reason::RecoverableToken]));
    let mut bound = estate.clone();
    bound.matches[0].replayable = Replayable::SenderConstrained;
    assert_eq!(judged(bound).verdict, Verdict::Secretless);
    let later = crate::judge(estate, &Policy::default(), at("2026-06-01T13:00:00Z"));
    assert_eq!(workload(&later, JOB).verdict, Verdict::Secretless);
}

#[test]
fn row_7_all_layers_and_each_fact_it_needs() {
    let report = judged(secretless());
    assert_eq!((report.verdict, report.reasons.as_slice()), (Verdict::Secretless, &[Reason::AllLayers][..]));
    assert_eq!(layers(&report), ["pass"; 5]);
    assert!(report.missing.is_empty());

    let mut no_trust = secretless();
    no_trust.facts.trusts.clear();
    let report = judged(no_trust);
    assert_eq!((report.verdict, report.leaning), (Verdict::Indeterminate, Some(Verdict::Secretless)));
    assert_eq!(report.reasons, [Reason::TrustNotInScope]);
    assert!(report.missing.iter().any(|missing| missing.supply.contains("aws iam get-role --role-name deploy")), "{:?}", report.missing);

    let mut no_grant = secretless();
    no_grant.facts.grants.clear();
    assert_eq!(judged(no_grant).reasons, [Reason::RoleNotInScope]);

    let mut no_consumer = secretless();
    change(&mut no_consumer).identity_paths[0].consumer = None;
    let report = judged(no_consumer);
    assert_eq!((report.verdict, report.leaning), (Verdict::Indeterminate, None));
    assert!(report.reasons.contains(&Reason::IdentityUnused));

    let mut open_grant = secretless();
    open_grant.facts.grants[0].scope = ResourceScope::Unknown;
    open_grant.facts.grants[0].resources.clear();
    assert_eq!(judged(open_grant).reasons, [Reason::RoleNotInScope]);
}

#[test]
fn a_trust_that_admits_somebody_else_fails_the_layer() {
    let mut estate = secretless();
    estate.facts.trusts[0].subject = unkeyed_model::SubjectRule::Exact(vec!["repo:acme/other:environment:prod".into()]);
    let report = judged(estate);
    assert_ne!(report.verdict, Verdict::Secretless);
    assert!(report.reasons.contains(&Reason::TrustBinding));
    assert_eq!(layers(&report)[3], "fail");
    assert_eq!(report.leaning, None);
}

#[test]
fn a_role_that_is_not_named_is_found_by_its_trust() {
    let mut estate = secretless();
    change(&mut estate).identity_paths[0].principal = unkeyed_model::Value::unknown("kept in a secret");
    assert_eq!(judged(estate.clone()).verdict, Verdict::Secretless);
    // A second role that admits the same job, with no grants in the inputs: it might be that one.
    estate.facts.principals.push(principal(Platform::Aws, "other", "other"));
    estate.facts.trusts.push(trust(Platform::Aws, "other"));
    estate.facts.trusts.remove(0);
    assert_eq!(judged(estate).reasons, [Reason::RoleNotInScope]);
}

#[test]
fn a_role_of_another_account_is_not_taken_for_its_namesake() {
    let mut estate = secretless();
    estate.facts.principals[0].names.push("arn:aws:iam::999999999999:role/deploy".into());
    assert!(judged(estate).reasons.contains(&Reason::TrustNotInScope));
}

#[test]
fn coverage_gaps_block_secretless_and_nothing_else_does() {
    let skip = |why| Skip { path: "x.tf".into(), why, detail: String::new() };
    let mut gap = secretless();
    gap.coverage.skipped.push(skip(SkipReason::Malformed));
    let report = judged(gap.clone());
    assert_eq!((report.verdict, report.reasons.as_slice()), (Verdict::Indeterminate, &[Reason::CoverageFailed][..]));
    assert!(report.missing[0].what.contains("x.tf"));
    change(&mut gap).references.push(stored_secret("NPM_TOKEN"));
    assert_eq!(judged(gap).verdict, Verdict::Partial);
    let mut chosen = secretless();
    chosen.coverage.skipped.extend([skip(SkipReason::Excluded), skip(SkipReason::NotSupplied)]);
    assert_eq!(judged(chosen).verdict, Verdict::Secretless);
    let mut elsewhere = secretless();
    elsewhere.coverage.skipped.push(Skip { path: "docs/snippets/x.yaml".into(), ..skip(SkipReason::Malformed) });
    assert_eq!(judged(elsewhere.clone()).verdict, Verdict::Secretless);
    elsewhere.coverage.skipped.push(Skip { path: "docs/snippets/x.yaml".into(), ..skip(SkipReason::TooLarge) });
    assert_eq!(judged(elsewhere).verdict, Verdict::Indeterminate);
    for (path, verdict) in [("docs/snippets/x.rar", Verdict::Secretless), ("x.rar", Verdict::Indeterminate)] {
        let mut packed = secretless();
        packed.coverage.skipped.push(Skip { path: path.into(), ..skip(SkipReason::NotOpened) });
        assert_eq!(judged(packed).verdict, verdict, "{path}");
    }
}

#[test]
fn row_8_open_candidates_destinations_and_lifetimes() {
    let mut candidate = secretless();
    change(&mut candidate).references.push(stored_secret("SOMETHING"));
    let report = judged(candidate);
    assert_eq!((report.verdict, report.reasons.as_slice()), (Verdict::Indeterminate, &[Reason::UnresolvedCandidates][..]));
    assert!(report.missing.iter().any(|missing| missing.what.contains("secrets.SOMETHING")));

    let mut unserved = secretless();
    change(&mut unserved).destinations.push(Destination::new("registry", "registry.acme.example"));
    assert_eq!(judged(unserved).reasons, [Reason::DestinationUnknown]);

    let mut open_ended = secretless();
    let path = &mut change(&mut open_ended).identity_paths[0];
    (path.platform, path.ttl) = (Platform::Saas, None);
    let facts = &mut open_ended.facts;
    (facts.principals[0].platform, facts.trusts[0].platform, facts.grants[0].platform) = (Platform::Saas, Platform::Saas, Platform::Saas);
    assert_eq!(layers(&judged(open_ended))[2], "unknown");
}

#[test]
fn a_token_lifetime_over_the_threshold_fails_the_layer() {
    let mut estate = secretless();
    change(&mut estate).identity_paths[0].ttl.as_mut().unwrap().seconds = 90_000;
    let report = judged(estate);
    assert_ne!(report.verdict, Verdict::Secretless);
    assert_eq!(layers(&report)[2], "fail");
}

#[test]
fn a_vendors_upper_bound_passes_without_a_declared_lifetime() {
    let mut estate = secretless();
    change(&mut estate).identity_paths[0].ttl = None;
    assert_eq!(judged(estate).verdict, Verdict::Secretless);
}

#[test]
fn a_job_that_touches_nothing_is_left_out_of_the_count() {
    let report = judge(bare());
    let job = workload(&report, JOB);
    assert_eq!((job.verdict, job.reasons.as_slice()), (Verdict::Indeterminate, &[Reason::NoAuthenticationObserved][..]));
    assert!(job.no_access_observed);
    assert_eq!((report.summary.no_access_observed, report.summary.verdicts.len()), (1, 0));
    assert_eq!(layers(job), ["pass", "na", "na", "na", "na"]);
    let mut gap = bare();
    gap.coverage.skipped.push(Skip { path: "x.tf".into(), why: SkipReason::Malformed, detail: String::new() });
    assert!(judged(gap).no_access_observed);
    let mut lead = bare();
    change(&mut lead).references.push(stored_secret("FOO"));
    assert!(!judged(lead).no_access_observed);
}

#[test]
fn a_job_token_alone_is_secretless_if_its_permissions_are_declared() {
    for (declared, verdict) in [(true, Verdict::Secretless), (false, Verdict::Indeterminate)] {
        let mut estate = bare();
        change(&mut estate).identity_paths.push(job_token(declared));
        let report = judged(estate);
        assert_eq!(report.verdict, verdict);
        assert_eq!(report.missing.iter().any(|missing| missing.supply.contains("permissions:")), !declared);
    }
}

#[test]
fn bootstrap_in_front_of_leases_is_partial_and_in_front_of_static_values_is_not() {
    let mut estate = bare();
    let mut secret_id = stored_secret("VAULT_SECRET_ID");
    secret_id.role = Role::Bootstrap;
    let mut lease = stored_secret("database/creds/app");
    (lease.store, lease.custody) = (StoreKind::Vault, Custody::VaultDynamic);
    change(&mut estate).references = vec![secret_id.clone(), lease.clone()];
    assert_eq!((judged(estate.clone()).verdict, judged(estate.clone()).reasons), (Verdict::Partial, vec![Reason::BootstrapBrokered]));
    let mut fetched = stored_secret("secret/data/db");
    (fetched.store, fetched.custody) = (StoreKind::Vault, Custody::VaultStatic);
    change(&mut estate).references = vec![secret_id, fetched];
    assert_eq!((judged(estate.clone()).verdict, judged(estate.clone()).reasons), (Verdict::NotSecretless, vec![Reason::DurableOnly]));
    change(&mut estate).references = vec![stored_secret("DB_PASSWORD"), lease];
    assert_eq!(judged(estate).verdict, Verdict::NotSecretless);
}

#[test]
fn credentials_of_local_development_servers_decide_nothing() {
    let mut estate = secretless();
    let mut password = found("db.connection-string", 1, place(".github/workflows/deploy.yml", 40, 50));
    password.destination = Some(Destination::new("db", "localhost:5432"));
    estate.matches.push(password);
    let report = judge(estate.clone());
    assert_eq!(workload(&report, JOB).verdict, Verdict::Secretless);
    assert!(workload(&report, JOB).reasons.contains(&Reason::LocalEmulator));
    assert_eq!(report.artifacts[0].confidence, Confidence::Medium);
    estate.matches[0].destination = Some(Destination::new("db", "db.acme.example"));
    assert_eq!(judged(estate.clone()).verdict, Verdict::Partial);
    estate.matches[0].destination = Some(Destination::new("vault", "localhost:8200"));
    assert_eq!(judge(estate).artifacts[0].confidence, Confidence::Low);
}

#[test]
fn what_one_copy_opens_on_the_same_machine_another_may_open_elsewhere() {
    let mut estate = secretless();
    let mut here = found("db.connection-string", 1, place(".github/workflows/deploy.yml", 40, 50));
    here.notes.push("local-emulator: it opens a server on the same machine".into());
    let elsewhere = found("db.connection-string", 1, place(".github/workflows/deploy.yml", 60, 70));
    estate.matches.push(here);
    assert_eq!(judged(estate.clone()).verdict, Verdict::Secretless);
    estate.matches.push(elsewhere);
    assert_eq!(judged(estate).verdict, Verdict::Partial);
}

#[test]
fn a_right_to_read_secrets_is_said_but_vaults_nothing() {
    let mut estate = secretless();
    estate.facts.grants[0].actions = vec!["secretsmanager:GetSecretValue".into()];
    let report = judged(estate);
    assert_eq!((report.verdict, report.reasons.as_slice()), (Verdict::Secretless, &[Reason::AllLayers, Reason::SecretReadGrant][..]));
}

#[test]
fn the_policy_can_count_ci_secrets_as_vaulted() {
    let mut estate = bare();
    change(&mut estate).references.push(stored_secret("NPM_TOKEN"));
    let policy = Policy { platform_stored_as: PlatformStoredAs::Vaulted, ..Policy::default() };
    assert_eq!(workload(&crate::judge(estate, &policy, now()), JOB).verdict, Verdict::Vaulted);
}

#[test]
fn expired_and_public_values_change_no_verdict() {
    let mut estate = secretless();
    let mut old = found("jwt.generic", 1, place(".github/workflows/deploy.yml", 40, 50));
    old.lifetime.expires = Some(at("2025-01-01T00:00:00Z"));
    let mut example = found("aws.access-key", 2, place(".github/workflows/deploy.yml", 60, 70));
    example.public_because = Some("documented example".into());
    estate.matches = vec![old, example];
    assert_eq!(judged(estate).verdict, Verdict::Secretless);
}

#[test]
fn a_refresh_token_fails_the_lifetime_layer() {
    let mut estate = secretless();
    let mut refresh = found("x.refresh", 1, place(".github/workflows/deploy.yml", 40, 50));
    refresh.role = Role::Refresh;
    estate.matches.push(refresh);
    let report = judged(estate);
    assert_eq!((report.verdict, layers(&report)[2]), (Verdict::Partial, "fail"));
}

#[test]
fn what_the_consumer_says_outweighs_the_name() {
    let mut estate = bare();
    let mut reference = stored_secret("AWS_ROLE_ARN");
    reference.content = Content::Durable;
    change(&mut estate).references.push(reference);
    assert_eq!(judged(estate).verdict, Verdict::NotSecretless);
}

#[test]
fn a_trust_that_means_this_job_and_misses_it_is_not_taken_for_a_missing_one() {
    let mut estate = secretless();
    change(&mut estate).identity_paths[0].principal = unkeyed_model::Value::unknown("kept in a secret");
    estate.facts.trusts[0].subject = unkeyed_model::SubjectRule::Exact(vec!["repo:acme/api:environment:production".into()]);
    assert_eq!(layers(&judged(estate.clone()))[3], "fail");
    estate.facts.trusts[0].subject = unkeyed_model::SubjectRule::Exact(vec!["repo:acme/web:environment:prod".into()]);
    assert_eq!(layers(&judged(estate))[3], "unknown");
}

#[test]
fn without_a_remote_the_repository_is_what_is_missing() {
    let mut estate = secretless();
    estate.repository = None;
    change(&mut estate).identity_paths[0].tokens[0].subject = unkeyed_model::Value::literal("repo:{repository}:environment:prod");
    // The only repository that trusts name is taken for this one.
    assert_eq!(judged(estate.clone()).reasons, [Reason::AllLayers]);
    let mut other = estate.facts.trusts[0].clone();
    other.principal = "another".into();
    other.subject = unkeyed_model::SubjectRule::Exact(vec!["repo:acme/web:environment:prod".into()]);
    estate.facts.trusts.push(other);
    let report = judged(estate);
    assert_eq!(report.reasons, [Reason::TrustNotInScope]);
    assert!(report.missing.iter().any(|missing| missing.supply.contains("`origin` remote")), "{:?}", report.missing);
}

#[test]
fn a_federation_that_carries_a_bootstrap_secret_is_mixed() {
    let mut estate = secretless();
    let mut secret = stored_secret("OCI_CLIENT_SECRET");
    secret.role = Role::Bootstrap;
    change(&mut estate).references.push(secret);
    let report = judge(estate.clone());
    assert_eq!((workload(&report, JOB).verdict, report.artifacts[0].class), (Verdict::Partial, unkeyed_model::Class::Bootstrap));
    let policy = Policy { exceptions: vec![exception("EX-1", "ref.gha-secret", JOB)], ..Policy::default() };
    assert_eq!(workload(&crate::judge(estate, &policy, now()), JOB).verdict, Verdict::Transitional);
}

#[test]
fn an_attached_identity_needs_no_trust_object_except_on_aws() {
    for (platform, kind, expected) in
        [(Platform::Azure, "azure", "pass"), (Platform::K8s, "k8s-api", "pass"), (Platform::Aws, "aws", "unknown")]
    {
        let mut estate = bare();
        let mut path = federated(platform, kind, "somebody");
        (path.kind, path.tokens) = (unkeyed_model::IdentityKind::Managed, Vec::new());
        change(&mut estate).identity_paths.push(path);
        assert_eq!(layers(&judged(estate))[3], expected, "{platform}");
    }
    let mut estate = secretless();
    let path = &mut change(&mut estate).identity_paths[0];
    (path.kind, path.tokens) = (unkeyed_model::IdentityKind::Managed, Vec::new());
    assert_eq!(layers(&judged(estate.clone()))[3], "fail");
    estate.facts.trusts[0].trusted = "service".into();
    assert_eq!(layers(&judged(estate))[3], "pass");
}
