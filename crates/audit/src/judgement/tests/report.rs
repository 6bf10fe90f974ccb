//! The report as a whole: ids, order, totals, pairing, determinism, hostile sizes.

use std::sync::Arc;

use unkeyed_model::{
    Class, Confidence, Estate, Fate, ImagePlace, Level, Lifetime, Location, Match, PairKey, Reachability, Reference, Report, Role,
    RuleInfo, StoreKind, Surface, Verdict,
};

use crate::testing::*;

fn with(matches: Vec<Match>) -> Estate {
    Estate { matches, ..estate() }
}

#[test]
fn copies_are_one_artifact_with_ordinal_or_keyed_id() {
    let mut estate = with(vec![found("x.y", 7, place("b", 0, 5)), found("x.y", 7, place("a", 0, 5)), found("x.y", 8, place("a", 10, 15))]);
    let report = judge(estate.clone());
    let ids: Vec<&str> = report.artifacts.iter().map(|artifact| artifact.id.as_str()).collect();
    assert_eq!(ids, ["cred-1", "cred-2"]);
    let paths: Vec<&str> = report.artifacts[0].locations.iter().map(|(location, _)| location.origin.path.as_str()).collect();
    assert_eq!(paths, ["a", "b"]);
    estate.run.keyed = true;
    assert_eq!(judge(estate).artifacts[0].id, format!("hmac:{}", "07".repeat(16)));
}

#[test]
fn no_digest_leaves_without_the_users_key() {
    let report = judge(with(vec![found("x.y", 0xab, place("a", 0, 5))]));
    assert!(!format!("{report:?}").contains(&"ab".repeat(4)));
}

#[test]
fn the_order_of_the_inputs_is_of_no_consequence() {
    let mut estate = secretless();
    estate.facts.workloads.push(job("test"));
    estate.matches =
        (0..20).map(|n| found("x.y", n % 5, place(&format!("f{}", n % 7), usize::from(n) * 10, usize::from(n) * 10 + 5))).collect();
    let one = format!("{:?}", judge(estate.clone()));
    estate.matches.reverse();
    estate.facts.workloads.reverse();
    assert_eq!(one, format!("{:?}", judge(estate)));
}

#[test]
fn a_copy_out_of_a_secret_manager_that_nobody_uses_is_a_row() {
    let rows = |used: bool| {
        let mut estate = secretless();
        let copy = stored(StoreKind::K8sSecret, "db", unkeyed_model::Custody::VaultStatic, place("es.yaml", 0, 10));
        estate.facts.stored.push(copy);
        if used {
            estate.facts.workloads[0].references.push(reference(StoreKind::K8sSecret, "db"));
        }
        let report = judge(estate);
        report.coverage.skipped.into_iter().filter(|skip| skip.path == "es.yaml").count()
    };
    assert_eq!((rows(false), rows(true)), (1, 0));
}

fn key_and_certificate(key: &str, certificate: &str) -> Report {
    let pair = Some(PairKey("spki:00".into()));
    let mut private = found("x509.private-key", 1, place(key, 0, 5));
    private.pair.clone_from(&pair);
    let mut public = found("x509.certificate", 2, place(certificate, 0, 5));
    (public.role, public.pair) = (Role::Identifier, pair);
    public.lifetime =
        Lifetime { issued: Some(at("2026-01-01T00:00:00Z")), expires: Some(at("2027-01-01T00:00:00Z")), ..Lifetime::default() };
    judge(with(vec![private, public]))
}

#[test]
fn a_key_lives_as_long_as_the_certificate_beside_it() {
    let class = |report: &Report| report.artifacts.iter().find(|artifact| artifact.kind == "x509.private-key").unwrap().class;
    let beside = key_and_certificate("certs/tls.key", "certs/tls.crt");
    assert_eq!(class(&beside), Class::LongLived);
    let key = &beside.artifacts[1];
    assert!(key.lifetime.paired && key.related[0].origin.path == "certs/tls.crt");
    assert_eq!(class(&key_and_certificate("certs/tls.key", "other/tls.crt")), Class::Durable);
}

#[test]
fn totals_are_worst_of_and_leave_out_what_does_nothing() {
    let mut estate = secretless();
    estate.facts.workloads.push(job("lint"));
    let report = judge(estate.clone());
    assert_eq!((report.summary.rollup, report.summary.verdicts.as_slice()), (Some(Verdict::Secretless), &[(Verdict::Secretless, 1)][..]));
    estate.facts.workloads[1].references.push(reference(StoreKind::GhaSecret, "NPM_TOKEN"));
    assert_eq!(judge(estate).summary.rollup, Some(Verdict::NotSecretless));
    assert_eq!(judge(Estate::default()).summary.rollup, None);
}

#[test]
fn severity_follows_class_place_and_confidence() {
    let level = |change: &dyn Fn(&mut Match)| {
        let mut found = found("x.y", 1, place("a", 0, 5));
        change(&mut found);
        let artifact = judge(with(vec![found])).artifacts.remove(0);
        (artifact.level, artifact.rank)
    };
    assert_eq!(level(&|_| ()), (Level::Error, 95));
    assert_eq!(level(&|found| found.location = on(Surface::GitHistory, place("a", 0, 5))), (Level::Error, 85));
    assert_eq!(level(&|found| found.location = on(Surface::AppPackage, place("a", 0, 5))), (Level::Error, 100));
    assert_eq!(
        level(&|found| found.lifetime = Lifetime { declared_seconds: Some(30 * 86_400), ..Lifetime::default() }),
        (Level::Error, 70)
    );
    assert_eq!(
        level(&|found| found.lifetime = Lifetime { declared_seconds: Some(300 * 86_400), ..Lifetime::default() }),
        (Level::Error, 85)
    );
    assert_eq!(level(&|found| found.lifetime = Lifetime { declared_seconds: Some(600), ..Lifetime::default() }), (Level::Warning, 40));
    assert_eq!(
        level(&|found| found.lifetime = Lifetime { expires: Some(at("2020-01-01T00:00:00Z")), ..Lifetime::default() }),
        (Level::Note, 15)
    );
    assert_eq!(level(&|found| found.confidence = Confidence::Low), (Level::Warning, 47));
    assert_eq!(level(&|found| found.public_because = Some("x".into())), (Level::None, 0));
}

#[test]
fn a_stored_secret_is_an_error_where_its_destination_takes_identities() {
    let level = |name: &str, profile: &str| {
        let mut estate = estate();
        estate.run.profile = profile.into();
        let mut job = job("deploy");
        job.references.push(reference(StoreKind::GhaSecret, name));
        estate.facts.workloads.push(job);
        judge(estate).artifacts.remove(0)
    };
    assert_eq!((level("AWS_SECRET_ACCESS_KEY", "audit").level, level("AWS_SECRET_ACCESS_KEY", "audit").rank), (Level::Error, 60));
    assert_eq!(level("AWS_SECRET_ACCESS_KEY", "pre-commit").level, Level::Warning);
    assert_eq!(level("SLACK_WEBHOOK_URL", "audit").level, Level::Warning);
    assert!(level("AWS_SECRET_ACCESS_KEY", "audit").rule.remediation.instead.contains("IAM role"));
    assert_eq!(level("AWS_SECRET_ACCESS_KEY", "audit").mask, "secrets.AWS_SECRET_ACCESS_KEY");
}

#[test]
fn history_is_archive_and_the_worktree_is_reachable() {
    let reach = |locations: Vec<Location>| {
        judge(with(locations.into_iter().map(|location| found("x.y", 1, location)).collect())).artifacts[0].reachability
    };
    assert_eq!(reach(vec![on(Surface::GitHistory, place("a", 0, 5))]), Reachability::Archive);
    assert_eq!(reach(vec![on(Surface::GitHistory, place("a", 0, 5)), place("a", 0, 5)]), Reachability::Runtime);
}

#[test]
fn what_a_later_layer_deleted_is_archive() {
    let reach = |fate: Fate| {
        let mut location = on(Surface::ImageLayer, place("a", 0, 5));
        Arc::make_mut(&mut location.origin).image = Some(Arc::new(ImagePlace { fate, ..ImagePlace::default() }));
        judge(with(vec![found("x.y", 1, location)])).artifacts[0].reachability
    };
    let layer = || "sha256:07aa".to_owned();
    assert_eq!((reach(Fate::Deleted(layer())), reach(Fate::Overwritten(layer()))), (Reachability::Archive, Reachability::Archive));
    for fate in [Fate::Present, Fate::Unknown, Fate::Linked("/b".into())] {
        assert_eq!(reach(fate), Reachability::Runtime);
    }
}

#[test]
fn the_same_stored_secret_used_twice_is_one_artifact() {
    let used = |job: &str, at: usize| Reference {
        location: place(&format!(".github/workflows/{job}.yml"), at, at + 5),
        ..reference(StoreKind::GhaSecret, "NPM_TOKEN")
    };
    let mut estate = estate();
    let (mut one, mut two) = (job("a"), job("b"));
    one.references = vec![used("a", 20), used("a", 40)];
    two.references = vec![used("b", 20)];
    estate.facts.workloads = vec![one, two];
    let report = judge(estate);
    assert_eq!((report.artifacts.len(), report.artifacts[0].locations.len(), report.artifacts[0].workloads.len()), (1, 3, 2));
}

#[test]
fn many_occurrences_and_many_users_are_no_trouble() {
    let mut estate = estate();
    let mut big = job("big");
    big.extents = vec![place(".github/workflows/big.yml", 0, usize::MAX / 2)];
    estate.facts.workloads.push(big);
    let rule = Arc::new(RuleInfo::default());
    estate.matches = (0..20_000_usize)
        .map(|n| {
            let mut found = found("x.y", 0, place(".github/workflows/big.yml", n * 10, n * 10 + 5));
            found.fingerprint.0[..8].copy_from_slice(&(n as u64).to_le_bytes());
            found.rule = rule.clone();
            found
        })
        .collect();
    assert_eq!(judge(estate).workloads[0].artifacts.len(), 20_000);
}
