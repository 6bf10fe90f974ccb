//! Small builders for this crate's tests: each gives the plainest valid value, and the test changes what it is about.

use std::sync::Arc;

use unkeyed_model::{
    Confidence, Content, Custody, Declaration, Destination, Estate, Exception, ExceptionCategory, ExceptionMatch, Fingerprint,
    IdentityKind, IdentityPath, Level, Lifetime, Location, Match, Origin, Platform, Policy, PredictedToken, Principal, Reach, Reference,
    Region, Replayable, Report, Repository, ResourceScope, Role, RoleGrant, RuleInfo, RunInfo, Span, StoreKind, StoredSecret, SubjectRule,
    Surface, Timestamp, TrustBinding, Ttl, TtlBasis, Value, VendorDefault, Workload, WorkloadKind,
};

/// The instant of judgement in tests.
pub(crate) fn now() -> Timestamp {
    at("2026-06-01T12:00:00Z")
}

/// An instant.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Bytes `start..end` of the file `path`; for tests a line is ten bytes long.
pub(crate) fn place(path: &str, start: usize, end: usize) -> Location {
    let line = u32::try_from(start / 10 + 1).unwrap();
    let column = u32::try_from(start % 10 + 1).unwrap();
    let region = Region { line, column, end_line: line, end_column: column + 1, span: Span::new(start, end) };
    Location { origin: Arc::new(Origin { path: path.into(), ..Origin::default() }), region, ..Location::default() }
}

/// The same place on another surface.
pub(crate) fn on(surface: Surface, location: Location) -> Location {
    Location { origin: Arc::new(Origin { surface, ..(*location.origin).clone() }), ..location }
}

/// An embedded credential that never expires; `id` makes its fingerprint.
pub(crate) fn found(kind: &str, id: u8, location: Location) -> Match {
    Match {
        rule: Arc::new(RuleInfo { id: kind.into(), provider: kind.split('.').next().unwrap().into(), ..RuleInfo::default() }),
        kind: kind.into(),
        location,
        related: Vec::new(),
        confidence: Confidence::High,
        verified_structure: true,
        role: Role::Access,
        custody: Custody::Embedded,
        replayable: Replayable::Bearer,
        lifetime: Lifetime { vendor_default: VendorDefault::NeverExpires, ..Lifetime::default() },
        typed_position: false,
        fingerprint: Fingerprint([id; 16]),
        mask: format!("{kind}…"),
        public_because: None,
        pair: None,
        destination: None,
        notes: Vec::new(),
        snippet: None,
        marker: None,
    }
}

/// A use by name with nothing known of the content.
pub(crate) fn reference(store: StoreKind, name: &str) -> Reference {
    Reference {
        store,
        name: name.into(),
        key: None,
        namespace: None,
        used_as: None,
        content: Content::Unstated,
        custody: Custody::PlatformStored,
        role: Role::Access,
        destination: None,
        lease_seconds: None,
        fallback: false,
        location: place("w.yml", 50, 60),
    }
}

/// A job that owns the first hundred bytes of its file.
pub(crate) fn job(name: &str) -> Workload {
    let path = format!(".github/workflows/{name}.yml");
    let mut workload = Workload::new(WorkloadKind::GhaJob, format!("gha:{path}#{name}"), name, place(&path, 0, 5));
    workload.extents = vec![place(&path, 0, 100)];
    workload
}

/// A complete federated path of a GitHub job of `acme/api` in environment `prod`.
pub(crate) fn federated(platform: Platform, destination: &str, principal: &str) -> IdentityPath {
    IdentityPath {
        kind: IdentityKind::Federated,
        platform,
        mechanism: "test exchange".into(),
        reach: Reach::Destination,
        destination: Destination::new(destination, ""),
        principal: Value::literal(principal),
        tokens: vec![PredictedToken {
            issuer: Value::literal("https://token.actions.githubusercontent.com"),
            subject: Value::literal("repo:acme/api:environment:prod"),
            audience: Value::literal("sts.amazonaws.com"),
        }],
        ttl: Some(Ttl { seconds: 3600, basis: TtlBasis::Declared }),
        capability: Some(place("w.yml", 10, 20)),
        consumer: Some(place("w.yml", 30, 40)),
        platform_bound: None,
    }
}

/// The path of a job token.
pub(crate) fn job_token(permissions_declared: bool) -> IdentityPath {
    let mut path = federated(Platform::Github, "git", "GITHUB_TOKEN");
    path.kind = IdentityKind::Managed;
    path.reach = Reach::OwnPlatform;
    path.tokens.clear();
    path.ttl = None;
    path.platform_bound = Some(permissions_declared);
    path
}

/// A principal with a key and one name.
pub(crate) fn principal(platform: Platform, key: &str, name: &str) -> Principal {
    Principal { platform, key: key.into(), kind: "role".into(), names: vec![name.into()], location: place("iam.tf", 0, 10) }
}

/// A trust that admits exactly the token of [`federated`].
pub(crate) fn trust(platform: Platform, principal: &str) -> TrustBinding {
    TrustBinding {
        id: format!("trust of {principal}"),
        platform,
        principal: principal.into(),
        trusted: "oidc".into(),
        issuer: Value::literal("https://token.actions.githubusercontent.com"),
        subject: SubjectRule::Exact(vec!["repo:acme/api:environment:prod".into()]),
        audiences: Some(vec![Value::literal("sts.amazonaws.com")]),
        claims: Vec::new(),
        settings: Vec::new(),
        location: place("iam.tf", 10, 20),
    }
}

/// A narrow grant.
pub(crate) fn grant(platform: Platform, principal: &str) -> RoleGrant {
    RoleGrant {
        platform,
        principal: principal.into(),
        role: None,
        actions: vec!["s3:GetObject".into()],
        actions_inverted: false,
        resources: vec![Value::literal("arn:aws:s3:::bucket/*")],
        scope: ResourceScope::Resource,
        condition: None,
        location: place("iam.tf", 20, 30),
    }
}

/// A secret object that holds its values in `extent`.
pub(crate) fn stored(store: StoreKind, name: &str, custody: Custody, extent: Location) -> StoredSecret {
    StoredSecret { store, name: name.into(), namespace: None, custody, extent, component: None }
}

/// A declaration that persists in state.
pub(crate) fn declaration(kind: &str, name: &str, location: Location) -> Declaration {
    Declaration {
        kind: kind.into(),
        name: name.into(),
        custody: Custody::Embedded,
        role: Role::Access,
        lifetime: Lifetime::default(),
        destination: None,
        principal: None,
        location,
    }
}

/// An estate of `github.com/acme/api`, audited under profile `audit`.
pub(crate) fn estate() -> Estate {
    Estate {
        repository: Some(Repository {
            remote: Some("github.com/acme/api".into()),
            default_branch: Some("main".into()),
            branches: vec!["main".into()],
            knows_all_branches: true,
            head: None,
        }),
        run: RunInfo { command: "audit".into(), profile: "audit".into(), ..RunInfo::default() },
        ..Estate::default()
    }
}

/// An estate with one clean federated job: everything passes.
pub(crate) fn secretless() -> Estate {
    let mut estate = estate();
    let mut job = job("deploy");
    job.identity_paths.push(federated(Platform::Aws, "aws", "arn:aws:iam::111122223333:role/deploy"));
    estate.facts.workloads.push(job);
    estate.facts.principals.push(principal(Platform::Aws, "tf:infra#aws_iam_role.deploy", "deploy"));
    estate.facts.trusts.push(trust(Platform::Aws, "tf:infra#aws_iam_role.deploy"));
    estate.facts.grants.push(grant(Platform::Aws, "tf:infra#aws_iam_role.deploy"));
    estate
}

/// A valid exception for a rule in one workload.
pub(crate) fn exception(id: &str, rule: &str, workload: &str) -> Exception {
    Exception {
        id: id.into(),
        covers: ExceptionMatch { rule: Some(rule.into()), workload: Some(workload.into()), ..ExceptionMatch::default() },
        owner: "jane@acme.example".into(),
        reason: "vendor database has no short-lived authentication".into(),
        category: ExceptionCategory::Legacy,
        ticket: None,
        approved_by: "ciso@acme.example".into(),
        created: at("2026-04-01T00:00:00Z"),
        expires: at("2026-08-01T00:00:00Z"),
        exit_target: "Vault database/creds/billing".into(),
        milestones: Vec::new(),
        compensating_controls: vec!["egress policy".into()],
        renewals: 0,
    }
}

/// Judges under the default policy at [`now`].
pub(crate) fn judge(estate: Estate) -> Report {
    crate::judge(estate, &Policy::default(), now())
}

/// The judged workload with this id.
pub(crate) fn workload<'a>(report: &'a Report, id: &str) -> &'a unkeyed_model::WorkloadReport {
    report
        .workloads
        .iter()
        .find(|workload| workload.id == id)
        .unwrap_or_else(|| panic!("no workload {id} among {:?}", report.workloads.iter().map(|workload| &workload.id).collect::<Vec<_>>()))
}

/// Whether an error of a check is in the report.
pub(crate) fn has_finding(report: &Report, check: &str, level: Level) -> bool {
    report.findings.iter().any(|finding| finding.check == check && finding.level == level)
}
