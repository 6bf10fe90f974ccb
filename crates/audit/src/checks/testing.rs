//! Builders for tests of single checks: one trust, grant or workload, and what one check says of it.

use std::sync::Arc;

use unkeyed_model::{
    Artifact, Claim, Class, Confidence, Custody, Estate, Finding, InventoryEntry, Level, Lifetime, LifetimeBasis, LifetimeConfidence,
    Observed, ObservedAct, Origin, Platform, Policy, Reachability, Replayable, Role, RoleGrant, SessionPolicy, SubjectRule, Tracked,
    TrustBinding, TtlBasis, Value, Workload, WorkloadKind,
};

use super::check::{Check, Sink};
use super::view::View;
use crate::context::{Context, Linked, LinkedPath};
use crate::testing;
use crate::trust_match::{MatchResult, match_token};

/// Key of the only principal in these estates.
pub(crate) const KEY: &str = "tf:infra#role.deploy";

/// What a check finds in an estate whose workloads carry no artifacts.
pub(crate) fn findings(check: &'static Check, estate: &Estate) -> Vec<Finding> {
    findings_with(check, estate, Vec::new())
}

/// What a check finds; artifacts are attributed by their `workloads`.
pub(crate) fn findings_with(check: &'static Check, estate: &Estate, artifacts: Vec<Artifact>) -> Vec<Finding> {
    findings_by(check, estate, artifacts, Policy::default())
}

/// What a check finds where the policy has this inventory.
pub(crate) fn findings_under(check: &'static Check, estate: &Estate, inventory: Vec<InventoryEntry>) -> Vec<Finding> {
    findings_by(check, estate, Vec::new(), Policy { inventory, ..Policy::default() })
}

/// What a check finds under a policy.
pub(crate) fn findings_by(check: &'static Check, estate: &Estate, artifacts: Vec<Artifact>, policy: Policy) -> Vec<Finding> {
    let workloads =
        estate.facts.workloads.iter().filter(|workload| !workload.component).map(|workload| linked(estate, workload, &artifacts));
    let workloads = workloads.collect();
    let context = Context { estate, policy: &policy, now: testing::now(), previous: None, workloads, artifacts: artifacts.clone() };
    Sink::run(check, &View::new(&context))
}

/// The levels of what a check finds.
pub(crate) fn levels(check: &'static Check, estate: &Estate) -> Vec<Level> {
    findings(check, estate).into_iter().map(|finding| finding.level).collect()
}

fn linked(estate: &Estate, workload: &Workload, artifacts: &[Artifact]) -> Linked {
    let facts = &estate.facts;
    let indices = |principal: &Option<String>, keys: Vec<&String>| {
        let found = keys.into_iter().enumerate().filter(|(_, key)| Some(*key) == principal.as_ref());
        found.map(|(at, _)| at).collect::<Vec<usize>>()
    };
    let paths = workload.identity_paths.iter().enumerate().map(|(at, path)| {
        let name = path.principal.known().unwrap_or_default();
        let bearer =
            |principal: &&unkeyed_model::Principal| principal.platform == path.platform && principal.names.iter().any(|n| n == name);
        let principal = facts.principals.iter().find(bearer).map(|principal| principal.key.clone());
        let trusts = indices(&principal, facts.trusts.iter().map(|trust| &trust.principal).collect());
        let fits = path
            .tokens
            .iter()
            .flat_map(|token| trusts.iter().map(move |&trust| match_token(token, &facts.trusts[trust], estate.repository.as_ref())));
        LinkedPath {
            path: at,
            counts: path.capability.is_some() && path.consumer.is_some(),
            matched: fits.min().unwrap_or(MatchResult::Unknown),
            grants: indices(&principal, facts.grants.iter().map(|grant| &grant.principal).collect()),
            sessions: indices(&principal, facts.sessions.iter().map(|session| &session.principal).collect()),
            observed: facts
                .observed
                .iter()
                .enumerate()
                .filter(|(_, seen)| Some(&seen.principal) == principal.as_ref() || path.principal.known() == Some(&seen.principal))
                .filter(|(_, seen)| {
                    let presented = |subject: &String| path.tokens.iter().any(|token| token.subject.known() == Some(subject));
                    seen.subject.as_ref().is_none_or(presented)
                })
                .map(|(at, _)| at)
                .collect(),
            trusts,
            principal,
        }
    });
    Linked {
        paths: paths.collect(),
        locations: vec![workload.location.clone()],
        links: Vec::new(),
        hidden_links: 0,
        artifacts: artifacts.iter().enumerate().filter(|(_, a)| a.workloads.contains(&workload.id)).map(|(at, _)| at).collect(),
        owner: workload.owner.clone(),
        destinations: workload.destinations.clone(),
        workload: workload.clone(),
    }
}

/// One job that becomes one principal through one clean trust, with one narrow reading grant.
pub(crate) fn one_path(platform: Platform) -> Estate {
    let mut estate = testing::estate();
    let mut job = testing::job("deploy");
    job.identity_paths.push(testing::federated(platform, platform.as_str(), "deploy"));
    estate.facts.workloads.push(job);
    estate.facts.principals.push(testing::principal(platform, KEY, "deploy"));
    estate.facts.trusts.push(testing::trust(platform, KEY));
    estate.facts.grants.push(testing::grant(platform, KEY));
    estate
}

/// The same with the trust changed.
pub(crate) fn with_trust(platform: Platform, change: impl FnOnce(&mut TrustBinding)) -> Estate {
    let mut estate = one_path(platform);
    change(&mut estate.facts.trusts[0]);
    estate
}

/// The same with the grant changed.
pub(crate) fn with_grant(platform: Platform, change: impl FnOnce(&mut RoleGrant)) -> Estate {
    let mut estate = one_path(platform);
    change(&mut estate.facts.grants[0]);
    estate
}

/// The same with the job changed.
pub(crate) fn with_job(platform: Platform, change: impl FnOnce(&mut Workload)) -> Estate {
    let mut estate = one_path(platform);
    change(&mut estate.facts.workloads[0]);
    estate
}

/// One path, and a session policy of the only principal.
pub(crate) fn lasting(platform: Platform, setting: &str, seconds: Option<u64>) -> Estate {
    lasting_for(KEY, platform, setting, seconds)
}

/// One path to AWS, and a session policy of somebody.
pub(crate) fn lasting_for(principal: &str, platform: Platform, setting: &str, seconds: Option<u64>) -> Estate {
    let mut estate = one_path(Platform::Aws);
    estate.facts.sessions.push(SessionPolicy {
        platform,
        principal: principal.into(),
        setting: setting.into(),
        seconds,
        basis: TtlBasis::Declared,
        location: testing::place("infra/lifetime.tf", 30, 40),
    });
    estate
}

/// The same with an exchange of a principal that a log recorded.
pub(crate) fn with_observed(mut estate: Estate, principal: &str, change: impl FnOnce(&mut Observed)) -> Estate {
    let mut seen = Observed {
        platform: Platform::Aws,
        act: ObservedAct::Exchange,
        principal: principal.to_owned(),
        subject: None,
        issuer: None,
        credential: None,
        credential_id: None,
        allowed: 1,
        denied: 0,
        seconds: None,
        first: None,
        last: None,
        location: testing::place("trail.json", 0, 9),
    };
    change(&mut seen);
    estate.facts.observed.push(seen);
    estate
}

/// A pool provider for GitHub and one member that may act as the only principal through it.
pub(crate) fn gcp(member: &str, condition: Option<&str>) -> Estate {
    let mut estate = one_path(Platform::Gcp);
    let mut acting = estate.facts.trusts[0].clone();
    let provider = &mut estate.facts.trusts[0];
    provider.principal = "tf:infra#pool.ci".into();
    acting.settings = vec![("member".into(), Value::literal(member))];
    for trust in [&mut *provider, &mut acting] {
        trust.claims = condition.map(|text| claim("attribute_condition", "cel", text)).into_iter().collect();
    }
    estate.facts.trusts.push(acting);
    estate
}

/// A Vault login role for tokens of workloads, changed.
pub(crate) fn vault(change: impl FnOnce(&mut TrustBinding)) -> Estate {
    with_trust(Platform::Vault, |trust| {
        trust.settings = vec![("role_type".into(), Value::literal("jwt"))];
        change(trust);
    })
}

/// A registration entry with these settings and selectors, changed; nothing else.
pub(crate) fn spiffe(settings: &[(&str, &str)], selectors: &[(&str, &str)], change: impl FnOnce(&mut TrustBinding)) -> Estate {
    let mut estate = testing::estate();
    let mut trust = testing::trust(Platform::Spiffe, "k8s:cluster/ClusterSPIFFEID/web");
    trust.trusted = "selector".into();
    trust.subject = SubjectRule::Expression("selectors".into());
    trust.claims = selectors.iter().map(|(name, value)| claim(name, "==", value)).collect();
    trust.settings = settings.iter().map(|(name, value)| ((*name).to_owned(), Value::literal(*value))).collect();
    change(&mut trust);
    estate.facts.trusts.push(trust);
    estate
}

/// Lets the only grant write.
pub(crate) fn writing(mut estate: Estate) -> Estate {
    estate.facts.grants[0].actions = vec!["s3:PutObject".into()];
    estate
}

/// Takes the only grant away.
pub(crate) fn without_grant(mut estate: Estate) -> Estate {
    estate.facts.grants.clear();
    estate
}

/// Subjects compared as globs.
pub(crate) fn glob(text: &str) -> SubjectRule {
    SubjectRule::Glob(vec![text.into()])
}

/// Subjects compared as they are.
pub(crate) fn exact(text: &str) -> SubjectRule {
    SubjectRule::Exact(vec![text.into()])
}

/// A condition on a claim.
pub(crate) fn claim(name: &str, operator: &str, value: &str) -> Claim {
    Claim { name: name.into(), operator: operator.into(), values: vec![Value::literal(value)], set_qualifier: None, if_exists: false }
}

/// A trait of the only job.
pub(crate) fn says(name: &str, value: &str) -> (String, String, unkeyed_model::Location) {
    (name.into(), value.into(), testing::place(".github/workflows/deploy.yml", 20, 30))
}

/// A credential of a class that belongs to the only job, embedded in its file.
pub(crate) fn artifact(kind: &str, class: Class, estate: &Estate) -> Artifact {
    let job = &estate.facts.workloads[0];
    Artifact {
        id: "cred-1".into(),
        rule: testing::found(kind, 1, job.location.clone()).rule,
        kind: kind.into(),
        name: None,
        class,
        class_rule: "C12",
        level: Level::Error,
        rank: 95,
        confidence: Confidence::High,
        custody: Custody::Embedded,
        role: Role::Access,
        replayable: Replayable::Bearer,
        reachability: Reachability::Runtime,
        lifetime: Lifetime::default(),
        lifetime_basis: LifetimeBasis::VendorDefault,
        lifetime_confidence: LifetimeConfidence::Assumed,
        mask: format!("{kind}…"),
        locations: vec![(testing::place(&job.location.origin.path, 40, 50), None)],
        related: Vec::new(),
        destination: None,
        workloads: vec![job.id.clone()],
        public_because: None,
        standards: Vec::new(),
        notes: Vec::new(),
        fingerprint: None,
        markers: Vec::new(),
        silenced_by: None,
        suppressed_by: None,
    }
}

/// One MCP server with a way in and these traits.
pub(crate) fn agent(traits: &[(&str, &str)]) -> Estate {
    let mut estate = testing::estate();
    let mut server = Workload::new(WorkloadKind::Mcp, "mcp:.mcp.json#server", "server", testing::place(".mcp.json", 0, 10));
    server.traits = traits.iter().map(|(name, value)| says(name, value)).collect();
    estate.facts.workloads.push(server);
    estate
}

/// The levels of what a check finds where the server holds one durable token, changed.
pub(crate) fn agent_findings(check: &'static Check, estate: &Estate, change: impl FnOnce(&mut Artifact)) -> Vec<Level> {
    let mut token = artifact("generic.token", Class::Durable, estate);
    change(&mut token);
    findings_with(check, estate, vec![token]).into_iter().map(|finding| finding.level).collect()
}

/// Says what git says of the file that an artifact stands in.
pub(crate) fn tracked(artifact: &mut Artifact, state: Option<Tracked>) {
    for (location, _) in &mut artifact.locations {
        location.origin = Arc::new(Origin { tracked: state, ..(*location.origin).clone() });
    }
}
