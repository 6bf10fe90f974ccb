//! Workloads of every kind and verdict.

use unkeyed_model::{Assurance, LayerState, Layers, Link, Missing, Reason, Relation, Verdict, WorkloadKind, WorkloadReport};

use super::artifacts::{API, BILLING, DEPLOY, HOSTILE, IMAGE, LEGACY, MCP, RELEASE, TERRAFORM};
use super::make::{at, to};
use super::{findings, identities};

const F: LayerState = LayerState::Fail;
const P: LayerState = LayerState::Pass;
const U: LayerState = LayerState::Unknown;
const N: LayerState = LayerState::Na;

/// Sorted by id.
pub(super) fn all() -> Vec<WorkloadReport> {
    let mut all = with_credentials();
    all.extend(kept_elsewhere());
    all.extend(other_systems());
    all.extend(on_the_way());
    all.extend(quiet());
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

fn workload(kind: WorkloadKind, id: &str, name: &str, verdict: Verdict, layers: [LayerState; 5]) -> WorkloadReport {
    let path = id.split_once(':').unwrap().1.split('#').next().unwrap();
    let [l0, l1, l2, l3a, l3b] = layers;
    WorkloadReport {
        id: id.into(),
        kind,
        name: name.into(),
        locations: vec![at(path, 8, 3, 6)],
        assurance: Assurance::Static,
        owner: None,
        environment: None,
        verdict,
        leaning: None,
        reasons: Vec::new(),
        missing: Vec::new(),
        layers: Layers { l0, l1, l2, l3a, l3b },
        identity_paths: Vec::new(),
        links: Vec::new(),
        hidden_links: 0,
        destinations: Vec::new(),
        artifacts: Vec::new(),
        findings: Vec::new(),
        no_access_observed: false,
    }
}

fn link(relation: Relation, name: &str, from: (&str, u32), to: (&str, u32)) -> Link {
    Link { relation, name: name.into(), from: at(from.0, from.1, 1, 4), to: at(to.0, to.1, 1, 4) }
}

fn deploy_links() -> Vec<Link> {
    vec![
        link(
            Relation::Component,
            "./.github/actions/deploy",
            (".github/workflows/deploy.yml", 8),
            (".github/actions/deploy/action.yml", 1),
        ),
        link(Relation::Principal, "arn:aws:iam::111122223333:role/deploy", (".github/workflows/deploy.yml", 33), ("infra/iam.tf", 21)),
        link(Relation::Trust, "arn:aws:iam::111122223333:role/deploy", ("infra/iam.tf", 21), ("infra/iam.tf", 2)),
        link(Relation::Trust, "arn:aws:iam::111122223333:role/deploy", ("infra/iam.tf", 21), ("infra/iam.tf", 9)),
        link(Relation::Grant, "arn:aws:iam::111122223333:role/deploy", ("infra/iam.tf", 21), ("infra/\u{1b}[2Jx.tf", 30)),
        link(Relation::Secret, "\u{202e}db", (".github/workflows/deploy.yml", 40), ("k8s/secrets.yaml", 1)),
    ]
}

fn ids(numbers: &[u32]) -> Vec<String> {
    let mut ids: Vec<String> = numbers.iter().map(|number| format!("cred-{number}")).collect();
    ids.sort();
    ids
}

fn with_credentials() -> Vec<WorkloadReport> {
    vec![
        WorkloadReport {
            assurance: Assurance::Runtime,
            owner: Some("@acme/platform".into()),
            environment: Some("production".into()),
            links: deploy_links(),
            hidden_links: 3,
            reasons: vec![Reason::DurableOnly, Reason::IdentityUnused, Reason::ExceptionExpired],
            destinations: vec![to("aws", "111122223333"), to("saas:slack", "")],
            artifacts: ids(&[1, 5, 6, 7, 8, 9]),
            findings: vec![findings::ROLE],
            ..workload(WorkloadKind::GhaJob, DEPLOY, "Deploy to production", Verdict::NotSecretless, [F, F, N, N, N])
        },
        WorkloadReport {
            reasons: vec![Reason::MixedMode, Reason::TrustBinding, Reason::TokenLifetime],
            identity_paths: vec![
                identities::aws_role(".github/workflows/release.yml", "publish"),
                identities::from_a_tag(".github/workflows/release.yml", "publish"),
                identities::from_a_tag(".github/workflows/release.yml", "publish"),
                identities::job_token(".github/workflows/release.yml", true),
            ],
            artifacts: ids(&[10, 14]),
            findings: vec![findings::TRUST, findings::SHORT],
            ..workload(WorkloadKind::GhaJob, RELEASE, "publish", Verdict::Partial, [F, F, P, F, P])
        },
        WorkloadReport {
            reasons: vec![Reason::DurableOnly, Reason::LocalEmulator],
            artifacts: ids(&[3, 18]),
            ..workload(WorkloadKind::Compose, BILLING, "billing", Verdict::NotSecretless, [F, F, U, U, U])
        },
        WorkloadReport {
            reasons: vec![Reason::DurableOnly],
            artifacts: ids(&[2]),
            ..workload(WorkloadKind::Mcp, MCP, "github", Verdict::NotSecretless, [F, F, N, N, N])
        },
        WorkloadReport {
            reasons: vec![Reason::RecoverableToken, Reason::RoleScope],
            artifacts: ids(&[15, 16, 17]),
            ..workload(WorkloadKind::Dockerfile, IMAGE, "app", Verdict::Partial, [F, U, U, U, U])
        },
        WorkloadReport {
            reasons: vec![Reason::BootstrapBrokered],
            artifacts: ids(&[20]),
            findings: vec![findings::HARM],
            owner: Some("mallory\u{1b}[0m\u{202e}".into()),
            locations: vec![at("evil%0A%1B[31mname/\u{e9}t\u{e9} 100%25.txt", 1, 1, 3)],
            ..workload(WorkloadKind::Repository, HOSTILE, "\u{1b}[2Jroot\u{202e}tset", Verdict::Partial, [F, P, P, P, P])
        },
        WorkloadReport {
            reasons: vec![Reason::DurableOnly],
            artifacts: ids(&(24..56).collect::<Vec<_>>()),
            ..workload(WorkloadKind::Terraform, TERRAFORM, "terraform run in infra", Verdict::NotSecretless, [F, F, N, N, N])
        },
    ]
}

fn kept_elsewhere() -> Vec<WorkloadReport> {
    vec![
        WorkloadReport {
            reasons: vec![Reason::VaultedStatic, Reason::IdentityBootstrapped, Reason::SecretReadGrant],
            identity_paths: vec![identities::vault_login()],
            artifacts: ids(&[11, 12, 13]),
            ..workload(WorkloadKind::K8s, API, "prod/Deployment/api", Verdict::Vaulted, [F, F, U, U, U])
        },
        WorkloadReport {
            reasons: vec![Reason::Excepted],
            artifacts: ids(&[4]),
            findings: vec![findings::SOON],
            ..workload(WorkloadKind::K8s, LEGACY, "prod/CronJob/ledger", Verdict::Transitional, [P, P, P, P, P])
        },
    ]
}

fn on_the_way() -> Vec<WorkloadReport> {
    let trust = Missing {
        what: "the trust policy of role `docs`".into(),
        supply: "aws iam get-role --role-name docs > exports/docs-role.json, or the Terraform that defines it".into(),
    };
    let grants = Missing {
        what: "the permissions of role `docs`".into(),
        supply: "aws iam list-attached-role-policies --role-name docs > exports/docs-policies.json".into(),
    };
    let mut all = vec![
        WorkloadReport {
            leaning: Some(Verdict::Secretless),
            reasons: vec![Reason::TrustNotInScope, Reason::RoleNotInScope],
            missing: vec![trust, grants],
            identity_paths: vec![identities::aws_role(".github/workflows/pages.yml", "docs")],
            environment: Some("github-pages".into()),
            ..workload(
                WorkloadKind::GhaJob,
                "gha:.github/workflows/pages.yml#publish-docs",
                "publish-docs",
                Verdict::Indeterminate,
                [P, P, P, U, U],
            )
        },
        WorkloadReport {
            reasons: vec![Reason::LifetimeUnknown, Reason::DestinationUnknown, Reason::CoverageFailed, Reason::UnresolvedCandidates],
            identity_paths: vec![identities::svid()],
            missing: ["malformed.bin", "limit.bin"]
                .map(|file| Missing { what: format!("a readable `some/{file}`"), supply: "mend the file and run again".into() })
                .into(),
            ..workload(
                WorkloadKind::K8s,
                "k8s:deploy/k8s/web.yaml#prod/Deployment/web",
                "prod/Deployment/web",
                Verdict::Indeterminate,
                [U, U, U, U, U],
            )
        },
        WorkloadReport {
            reasons: vec![Reason::AllLayers],
            identity_paths: std::iter::once(identities::aws_role("agents/build.yaml", "agent")).chain(identities::elsewhere()).collect(),
            ..workload(WorkloadKind::Agent, "agent:agents/build.yaml#builder", "builder", Verdict::Secretless, [P, P, P, P, P])
        },
    ];
    for name in ["cart", "checkout", "mail", "search", "stock"] {
        let id = format!("k8s:deploy/k8s/services.yaml#prod/Deployment/{name}");
        all.push(WorkloadReport {
            leaning: Some(Verdict::Vaulted),
            reasons: vec![Reason::DestinationUnknown],
            missing: vec![Missing {
                what: "what the service connects to".into(),
                supply: "`destinations` in unkeyed.toml's inventory".into(),
            }],
            ..workload(WorkloadKind::K8s, &id, &format!("prod/Deployment/{name}"), Verdict::Indeterminate, [P, U, N, N, N])
        });
    }
    all
}

fn quiet() -> Vec<WorkloadReport> {
    let none = |kind, id: &str, name: &str| WorkloadReport {
        reasons: vec![Reason::NoAuthenticationObserved],
        no_access_observed: true,
        ..workload(kind, id, name, Verdict::Indeterminate, [P, N, N, N, N])
    };
    let mut all: Vec<WorkloadReport> = (1..=14)
        .map(|index| none(WorkloadKind::GhaJob, &format!("gha:.github/workflows/ci.yml#check-{index:02}"), &format!("check-{index:02}")))
        .collect();
    all.push(none(WorkloadKind::GhaJob, "gha:.github/workflows/stale.yml#stale", "stale"));
    all.push(none(WorkloadKind::Dockerfile, "dockerfile:tools/Dockerfile", "tools/Dockerfile"));
    all.push(none(WorkloadKind::Env, "env:ci.env#ci", "ci"));
    all.push(none(WorkloadKind::CliProfile, "cli-profile:home/.oci/config#DEFAULT", "DEFAULT"));
    all.push(none(WorkloadKind::CloudFormation, "cfn:deploy/stack.yaml#Worker", "Worker"));
    all.push(none(WorkloadKind::Serverless, "serverless:serverless.yml#thumbnail", "thumbnail"));
    all.push(none(WorkloadKind::Arm, "arm:azuredeploy.json#sites/docs", "sites/docs"));
    all.push(none(WorkloadKind::Bicep, "bicep:infra/main.bicep#docs", "docs"));
    all.push(none(WorkloadKind::Pulumi, "pulumi:Pulumi.yaml#site", "site"));
    all.push(none(WorkloadKind::Systemd, "systemd:etc/motd.service#motd", "motd"));
    all.push(none(WorkloadKind::CloudInit, "cloud-init:user-data.yaml", "user-data.yaml"));
    all.push(none(WorkloadKind::Export, "export:evidence#connection", "a connection that was exported"));
    all.push(none(WorkloadKind::Packer, "packer:images#build", "build of images"));
    all.push(none(WorkloadKind::Ansible, "ansible:site.yml#0", "hosts"));
    all.push(none(WorkloadKind::VaultAgent, "vault-agent:etc/agent.hcl#agent", "agent"));
    all.push(none(WorkloadKind::Spire, "spire:agent.conf#agent", "agent"));
    all
}

/// Jobs of the CI systems that no other sample has.
fn other_systems() -> Vec<WorkloadReport> {
    let jobs = [
        (WorkloadKind::GitlabJob, ".gitlab-ci.yml"),
        (WorkloadKind::AzureJob, "azure-pipelines.yml"),
        (WorkloadKind::CircleciJob, ".circleci/config.yml"),
        (WorkloadKind::BitbucketStep, "bitbucket-pipelines.yml"),
        (WorkloadKind::BuildkiteStep, ".buildkite/pipeline.yml"),
        (WorkloadKind::Jenkins, "Jenkinsfile"),
        (WorkloadKind::Drone, ".drone.yml"),
        (WorkloadKind::Woodpecker, ".woodpecker.yml"),
        (WorkloadKind::Travis, ".travis.yml"),
        (WorkloadKind::Codebuild, "buildspec.yml"),
        (WorkloadKind::CloudBuild, "cloudbuild.yaml"),
        (WorkloadKind::HcpTerraform, "infra"),
        (WorkloadKind::Spacelift, ".spacelift/config.yml"),
        (WorkloadKind::Atlantis, "atlantis.yaml"),
    ];
    let lint = |(kind, path): (WorkloadKind, &str)| WorkloadReport {
        reasons: vec![Reason::NoAuthenticationObserved],
        no_access_observed: true,
        ..workload(kind, &format!("{kind}:{path}#lint"), "lint", Verdict::Indeterminate, [P, N, N, N, N])
    };
    jobs.into_iter().map(lint).collect()
}
