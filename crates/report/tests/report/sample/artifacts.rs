//! Credentials of every class, custody, role and lifetime.

use std::sync::Arc;

use unkeyed_model::{
    Artifact, Class, Confidence, Custody, DecodeStep, Fate, FileMode, ImagePlace, Level, Lifetime, LifetimeBasis, LifetimeConfidence,
    Location, Origin, Process, Reachability, Replayable, Role, RuleInfo, Standard, Surface, Tracked, VendorDefault,
};

use super::make::{at, durable, exception, keyed, line, placed, reference, rule, time, to};

pub(super) const DEPLOY: &str = "gha:.github/workflows/deploy.yml#deploy";
pub(super) const RELEASE: &str = "gha:.github/workflows/release.yml#publish";
pub(super) const API: &str = "k8s:deploy/k8s/api.yaml#prod/Deployment/api";
pub(super) const BILLING: &str = "compose:docker-compose.yml#billing";
pub(super) const LEGACY: &str = "k8s:deploy/k8s/legacy.yaml#prod/CronJob/ledger";
pub(super) const IMAGE: &str = "dockerfile:Dockerfile#app";
pub(super) const MCP: &str = "mcp:.mcp.json#github";
pub(super) const HOSTILE: &str = "repo:.#\u{1b}[2Jroot\u{202e}tset";
pub(super) const TERRAFORM: &str = "tf:infra#run";

/// Sorted by id only so far as the audit sorts by first location.
pub(super) fn all() -> Vec<Artifact> {
    let mut all = embedded();
    all.extend(by_name());
    all.extend(passing());
    all.extend(odd());
    all
}

fn aws() -> Arc<RuleInfo> {
    rule(
        "aws.access-key",
        "AWS access key",
        "A key pair of an IAM user. It is valid until somebody deletes it.",
        "Let the job assume a role through GitHub's OIDC provider: `permissions: id-token: write` and aws-actions/configure-aws-credentials \
         with `role-to-assume`.",
        "aws iam delete-access-key --access-key-id AKIA… (or https://console.aws.amazon.com/iam/home#/security_credentials)",
    )
}

fn gha() -> Arc<RuleInfo> {
    rule(
        "ref.gha-secret",
        "GitHub Actions secret, used by name",
        "The workflow reads a stored secret by its name. Somebody has to rotate what is stored there.",
        "Replace the stored value by federation (`id-token: write`) where the destination accepts it.",
        "gh secret delete NAME, after the credential itself is revoked at its issuer",
    )
}

fn password() -> Arc<RuleInfo> {
    rule(
        "generic.typed-position",
        "password or token in a credential's place",
        "A literal value where configuration keeps credentials. Passwords do not expire by themselves.",
        "Use the destination's own identity-based login, or short leases of a secret manager.",
        "",
    )
}

fn embedded() -> Vec<Artifact> {
    let mut key = durable(
        "cred-1",
        &aws(),
        "AKIA…WXYZ + secret (40)",
        Location { origin: ignored("deploy/prod.env"), ..keyed("deploy/prod.env", 3, 23, 40, "AWS_SECRET_ACCESS_KEY") },
        line("AWS_SECRET_ACCESS_KEY=«****************************************»"),
    );
    key.locations.push((at("docs/runbook.md", 118, 9, 40), line("export K=«****************************************»  # remove me")));
    key.related = vec![at("deploy/prod.env", 2, 19, 20)];
    key.destination = Some(to("aws", "111122223333"));
    key.workloads = vec![DEPLOY.into()];
    key.notes = vec!["the account id is read from the key id".into()];
    let pat = rule(
        "github.pat-classic",
        "GitHub personal access token (classic)",
        "Acts as a person with all of the token's scopes. It may be made without an end.",
        "Let the server sign in by OAuth, or use a GitHub App's installation token.",
        "https://github.com/settings/tokens",
    );
    let pat = Artifact {
        workloads: vec![MCP.into()],
        destination: Some(to("saas:github", "github.com")),
        ..durable(
            "cred-2",
            &pat,
            "ghp_…a1b2",
            keyed(".mcp.json", 7, 34, 40, "mcpServers.github.headers.Authorization"),
            line("        \"Authorization\": \"Bearer «****************************************»\","),
        )
    };
    let billing = Artifact {
        confidence: Confidence::Medium,
        class_rule: "C15",
        lifetime: Lifetime::default(),
        lifetime_basis: LifetimeBasis::None,
        workloads: vec![BILLING.into()],
        destination: Some(to("db", "db.acme.internal")),
        ..durable(
            "cred-3",
            &password(),
            "password (14)",
            keyed("docker-compose.yml", 21, 58, 14, "services.billing.environment.DATABASE_URL"),
            line(
                "      DATABASE_URL: \"postgres://billing_application_user:«**************»@db.acme.internal:5432/billing?sslmode=disable\"",
            ),
        )
    };
    let excepted = Artifact {
        suppressed_by: Some(exception()),
        workloads: vec![LEGACY.into()],
        ..durable(
            "cred-4",
            &password(),
            "password (9)",
            at("deploy/k8s/legacy.yaml", 31, 22, 12),
            line("            value: «************»"),
        )
    };
    vec![key, pat, billing, excepted]
}

fn by_name() -> Vec<Artifact> {
    let mut all = Vec::new();
    for (index, name) in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "SLACK_WEBHOOK", "NPM_TOKEN", "SENTRY_TOKEN"].iter().enumerate() {
        let row = 20 + u32::try_from(index).unwrap();
        let location = keyed(
            ".github/workflows/deploy.yml",
            row,
            32,
            8 + u32::try_from(name.len()).unwrap(),
            &format!("jobs.deploy.steps[2].env.{name}"),
        );
        all.push(reference(&format!("cred-{}", 5 + index), &gha(), name, location, DEPLOY));
    }
    all.push(reference(
        "cred-10",
        &gha(),
        "PYPI_TOKEN",
        keyed(".github/workflows/release.yml", 44, 22, 18, "jobs.publish.steps[4].with.password"),
        RELEASE,
    ));
    let vault = rule(
        "ref.vault",
        "value fetched from Vault",
        "A static value in a key-value store.",
        "Use the database engine's leases.",
        "vault kv delete secret/db",
    );
    let fetched = |id: &str, class, rule_id, custody, name: &str, row| Artifact {
        class,
        class_rule: rule_id,
        custody,
        level: if class == Class::VaultFetchedStatic { Level::Warning } else { Level::None },
        ..reference(id, &vault, name, placed(Surface::K8sManifest, "deploy/k8s/api.yaml", row, 13, 30), API)
    };
    all.push(fetched("cred-11", Class::VaultFetchedStatic, "C3", Custody::VaultStatic, "secret/data/db", 24));
    all.push(fetched("cred-12", Class::VaultFetchedStatic, "C3", Custody::VaultUnknown, "secret/data/other", 25));
    let mut lease = fetched("cred-13", Class::VaultFetchedDynamic, "C2", Custody::VaultDynamic, "database/creds/app", 26);
    lease.lifetime = Lifetime { declared_seconds: Some(3_600), ..Lifetime::default() };
    lease.lifetime_basis = LifetimeBasis::Declared;
    all.push(lease);
    let token = rule("ref.github-token", "GitHub's own job token", "Made for each job, gone with it.", "", "");
    all.push(Artifact {
        class: Class::RuntimeIdentity,
        class_rule: "C5",
        level: Level::None,
        rank: 0,
        custody: Custody::RuntimeMinted,
        role: Role::IdentityAssertion,
        ..reference("cred-14", &token, "GITHUB_TOKEN", at(".github/workflows/release.yml", 51, 20, 20), RELEASE)
    });
    all
}

fn passing() -> Vec<Artifact> {
    let sas = rule(
        "azure.sas",
        "Azure shared access signature",
        "A signed address with an end.",
        "Use a managed identity.",
        "Rotate the account key.",
    );
    let dated = |id: &str, class, class_rule, level, rank, issued, expires| Artifact {
        class,
        class_rule,
        level,
        rank,
        lifetime: Lifetime { issued, expires, vendor_default: VendorDefault::AtMost(604_800), ..Lifetime::default() },
        lifetime_basis: LifetimeBasis::Intrinsic,
        lifetime_confidence: LifetimeConfidence::Proven,
        workloads: vec![IMAGE.into()],
        ..durable(
            id,
            &sas,
            "sig=…",
            layered("srv/app/.env", 1, 60, 44),
            line("URL=https://acme.blob.core.windows.net/x?se=2026-11-22&sig=«********************************************»"),
        )
    };
    let live = dated("cred-15", Class::ShortLived, "C8", Level::Warning, 40, time("2026-11-22T04:00:00Z"), time("2026-11-22T05:15:00Z"));
    let mut gone = dated("cred-16", Class::Expired, "C6", Level::Note, 15, time("2024-01-01T00:00:00Z"), time("2024-01-02T00:00:00Z"));
    gone.reachability = Reachability::Archive;
    let mut certificate =
        dated("cred-17", Class::LongLived, "C9", Level::Error, 85, time("2025-06-01T00:00:00Z"), time("2035-05-30T00:00:00Z"));
    let key = rule(
        "x509.private-key",
        "private key with certificate",
        "Lives as long as its certificate.",
        "Mount SVIDs by the SPIFFE CSI driver.",
        "Revoke the certificate at its CA.",
    );
    certificate.rule = key;
    certificate.kind = "x509.private-key".into();
    certificate.mask = "RSA 2048, CN=billing".into();
    certificate.lifetime_basis = LifetimeBasis::Paired;
    certificate.replayable = Replayable::SenderConstrained;
    certificate.role = Role::Signing;
    certificate.locations = vec![(Location { decoded_via: DecodeStep::ALL.to_vec(), ..layered("certs/client.key", 1, 1, 27) }, None)];
    certificate.locations[0].0.region.end_line = 28;
    vec![live, gone, certificate]
}

/// The corners: hostile names, low confidence, public values, and every word that the others leave out.
fn odd() -> Vec<Artifact> {
    let mut all = unlisted();
    all.extend([hostile(), encrypted()]);
    all.extend(open());
    all.extend(everywhere());
    all
}

/// What is listed only if asked for.
fn unlisted() -> Vec<Artifact> {
    let masked = line("«********************************»");
    let low = Artifact {
        confidence: Confidence::Low,
        class: Class::Unknown,
        class_rule: "C16",
        level: Level::Note,
        rank: 10,
        replayable: Replayable::Unknown,
        reachability: Reachability::Build,
        lifetime: Lifetime { vendor_default: VendorDefault::Unstated, ..Lifetime::default() },
        workloads: vec![BILLING.into()],
        ..durable("cred-18", &password(), "hex (32)", at("test/fixtures/seed.txt", 1, 1, 32), masked)
    };
    let public = Artifact {
        class: Class::Public,
        class_rule: "C0",
        level: Level::None,
        rank: 0,
        custody: Custody::PublicDoc,
        role: Role::Identifier,
        public_because: Some("documented example of the vendor".into()),
        ..durable("cred-19", &aws(), "AKIA…MPLE", at("docs/aws.md", 9, 3, 20), line("  «AKIAIOSFODNN7EXAMPLE»"))
    };
    vec![low, public]
}

fn hostile() -> Artifact {
    let vault = rule(
        "vault.service-token",
        "Vault service token",
        "Opens the door to other secrets.",
        "Log in with the pod's own token.",
        "vault token revoke -self",
    );
    let location = at("evil%0A%1B[31mname/\u{e9}t\u{e9} 100%25.txt", 4, 8, 26);
    Artifact {
        class: Class::Bootstrap,
        class_rule: "C7",
        rank: 80,
        role: Role::Bootstrap,
        lifetime: Lifetime { vendor_default: VendorDefault::Short(2_764_800), ..Lifetime::default() },
        workloads: vec![HOSTILE.into()],
        ..durable(
            "cred-20",
            &vault,
            "hvs.…\u{202e}9z",
            Location { key_path: Some("\u{1b}]0;owned\u{7}".into()), ..location },
            line("token:\u{202e} «**************************» # \u{1b}[8mhidden"),
        )
    }
}

fn encrypted() -> Artifact {
    let sops =
        rule("sops.value", "SOPS-encrypted value", "Encrypted here, readable with the key.", "Fetch it at run time.", "sops updatekeys");
    let masked = line("password: «************************************************************»");
    Artifact {
        class: Class::EncryptedStored,
        class_rule: "C1",
        level: Level::Warning,
        rank: 45,
        custody: Custody::EncryptedAtRest,
        lifetime: Lifetime { vendor_default: VendorDefault::Revoked, ..Lifetime::default() },
        ..durable("cred-21", &sops, "ENC[…]", at("secrets.yaml", 2, 11, 60), masked)
    }
}

/// Candidates whose nature is open.
fn open() -> Vec<Artifact> {
    let candidate = |id: &str, role, column| Artifact {
        role,
        class: Class::Unknown,
        class_rule: "C16",
        level: Level::Warning,
        rank: 30,
        replayable: Replayable::ObjectBound,
        lifetime: Lifetime::default(),
        lifetime_basis: LifetimeBasis::None,
        lifetime_confidence: LifetimeConfidence::Bounded,
        standards: vec![
            Standard { taxonomy: "NIST-SP-800-207", id: "tenet-6" },
            Standard { taxonomy: "NIST-AI-RMF-1.0", id: "GOVERN 1.6" },
        ],
        ..durable(id, &password(), "token (20)", at("notes.txt", 1, column, 20), None)
    };
    vec![candidate("cred-22", Role::Refresh, 1), candidate("cred-23", Role::TrustAnchor, 31)]
}

/// One key on every surface, and thirty more tokens of one kind in one file.
fn everywhere() -> Vec<Artifact> {
    let mut copied = durable("cred-24", &aws(), "AKIA…CDEF + secret (40)", at("infra/terraform.tfstate", 88, 24, 40), None);
    copied.locations = Surface::ALL.iter().map(|surface| (placed(*surface, &format!("copies/{surface}.txt"), 5, 1, 40), None)).collect();
    let history =
        Origin { commit: Some("0f3c9ab2d4e1".into()), tracked: Some(Tracked::Untracked), ..Origin::clone(&copied.locations[1].0.origin) };
    copied.locations[1].0.origin = Arc::new(history);
    for (location, _) in &mut copied.locations {
        let origin = Arc::make_mut(&mut location.origin);
        match origin.surface {
            Surface::EnvDump => {
                let reads = vec!["copies/host fs.txt".into()];
                origin.process = Some(Arc::new(Process { id: 4711, name: "billing".into(), reads }));
            }
            Surface::HostFs => origin.mode = Some(FileMode { bits: 0o600, open_to_all: false }),
            _ => {}
        }
    }
    copied.workloads = vec![TERRAFORM.into()];
    let mut all = vec![copied];
    for index in 0..31_u32 {
        let location = keyed("infra/users.tf", 10 + 8 * index, 14, 16, &format!("local.users[{index}].password"));
        let mut one =
            durable(&format!("cred-{}", 25 + index), &password(), "password (16)", location, line("  password = \"«****************»\""));
        one.lifetime = Lifetime::default();
        one.lifetime_basis = LifetimeBasis::None;
        one.workloads = vec![TERRAFORM.into()];
        one.notes = vec!["read by every plan of this folder".into()];
        all.push(one);
    }
    all
}

fn ignored(path: &str) -> Arc<Origin> {
    Arc::new(Origin { path: path.into(), tracked: Some(Tracked::Ignored), ..Origin::default() })
}

fn layered(path: &str, row: u32, column: u32, length: u32) -> Location {
    let mut location = placed(Surface::ImageLayer, path, row, column, length);
    location.origin = Arc::new(Origin {
        layer: Some("sha256:9d1f".into()),
        image_path: Some(format!("/{path}")),
        image: Some(Arc::new(ImagePlace {
            images: vec!["acme/billing:1.4 (linux/amd64)".into()],
            instruction: Some("history[3]: COPY srv /srv".into()),
            fate: if path.ends_with(".env") { Fate::Deleted("sha256:07aa".into()) } else { Fate::Present },
        })),
        tracked: None,
        ..Origin::clone(&location.origin)
    });
    location
}
