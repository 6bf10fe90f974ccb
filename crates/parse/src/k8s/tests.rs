use std::path::Path;
use std::sync::Arc;

use unkeyed_model::{
    Content, Custody, IdentityKind, IdentityPath, Location, Origin, Platform, Reach, Reference, ResourceScope, Role, SkipReason,
    SlotEncoding, StoreKind, SubjectRule, TtlBasis, Unit, Use, Value, Workload,
};

use super::*;

mod made;

fn units(case: &str) -> Vec<Unit<'static>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/parse/k8s").join(case);
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let unit = |path: &std::path::PathBuf| {
        let origin = Origin { path: format!("{case}/{}", path.file_name().unwrap().to_str().unwrap()), ..Origin::default() };
        Unit::new(Arc::new(origin), std::fs::read(path).unwrap())
    };
    names.iter().map(unit).collect()
}

fn one(text: &str) -> Facts {
    let origin = Origin { path: "x/a.yaml".into(), ..Origin::default() };
    read(&[Unit::new(Arc::new(origin), text.as_bytes())])
}

fn text_at(units: &[Unit<'_>], location: &Location) -> String {
    let unit = units.iter().find(|unit| unit.origin() == &location.origin).unwrap();
    String::from_utf8_lossy(&unit.bytes()[location.region.span.start..location.region.span.end]).into_owned()
}

fn workload<'f>(facts: &'f Facts, id: &str) -> &'f Workload {
    facts.workloads.iter().find(|workload| workload.id == id).unwrap_or_else(|| panic!("no workload {id}"))
}

fn path(workload: &Workload, platform: Platform) -> &IdentityPath {
    workload.identity_paths.iter().find(|path| path.platform == platform).unwrap_or_else(|| panic!("no path to {platform}"))
}

fn reference<'f>(workload: &'f Workload, name: &str) -> &'f Reference {
    workload.references.iter().find(|found| found.name == name).unwrap_or_else(|| panic!("no reference {name}"))
}

/// Slots as (name, bytes, key path).
fn slots(units: &[Unit<'_>], facts: &Facts) -> Vec<(String, String)> {
    facts.slots.iter().map(|slot| (slot.name.clone(), text_at(units, &slot.location))).collect()
}

#[test]
fn a_deployment_with_everything_it_is_given() {
    let units = units("pods");
    let facts = read(&units);
    assert_eq!(facts.skipped, []);
    let api = workload(&facts, "k8s:prod/Deployment/api");
    assert_eq!(text_at(&units, &api.location), "api");
    assert_eq!(api.owner.as_deref(), Some("payments"));
    assert_eq!(api.uses, [(Use::ServiceAccount, "prod/api".to_owned()), (Use::Image, "registry.acme.example/api:1".to_owned())]);
    let url = reference(api, "db");
    assert_eq!((url.key.as_deref(), url.namespace.as_deref(), url.used_as.as_deref()), (Some("url"), Some("prod"), Some("DB_URL")));
    assert_eq!(text_at(&units, &url.location), "{name: db, key: url}");
    assert_eq!(reference(api, "settings").store, StoreKind::K8sConfigMap);
    assert_eq!((reference(api, "all").key.as_deref(), reference(api, "all").custody), (None, Custody::PlatformStored));
    let key = reference(api, "gcp-key");
    assert_eq!(key.used_as.as_deref(), Some("GOOGLE_APPLICATION_CREDENTIALS"));
    assert_eq!(reference(api, "regcred").destination.as_ref().unwrap().kind, "registry");
    assert_eq!(reference(api, "projected-secret").store, StoreKind::K8sSecret);
    assert!(api.identity_paths.is_empty());
    let traits: Vec<_> = api.traits.iter().map(|(name, value, _)| (name.as_str(), value.as_str())).collect();
    assert_eq!(traits, [("automount", "false"), ("host-network", "true")]);
    let token = &facts.slots[0];
    assert_eq!(token.location.key_path.as_deref(), Some("spec.template.spec.containers[0].env[1].value"));
    assert_eq!(
        slots(&units, &facts),
        [
            ("DB_PASSWORD".to_owned(), "fixture-dead-pässword-0001".to_owned()),
            ("API_TOKEN".to_owned(), "fixture-dead-token-0002".to_owned()),
        ]
    );
}

#[test]
fn kinds_and_lists() {
    let units = units("pods");
    let facts = read(&units);
    let ids: Vec<_> = facts.workloads.iter().map(|workload| workload.id.as_str()).collect();
    assert_eq!(
        ids,
        ["k8s:prod/Deployment/api", "k8s:default/CronJob/report", "k8s:default/Pod/one", "k8s:default/Workflow/build-", "k8s:x/Pod/j"]
    );
    let report = workload(&facts, "k8s:default/CronJob/report");
    let cluster = path(report, Platform::K8s);
    assert_eq!((cluster.kind, cluster.destination.kind.as_str()), (IdentityKind::Managed, "k8s-api"));
    assert_eq!(cluster.principal.known(), Some("k8s:sa/default/default"));
    assert_eq!(text_at(&units, cluster.consumer.as_ref().unwrap()), "kubectl get pods");
    let traits: Vec<_> = report.traits.iter().map(|(name, value, _)| (name.as_str(), value.as_str())).collect();
    assert_eq!(traits, [("schedule", "0 3 * * *"), ("active-deadline-seconds", "600")]);
    let flow = workload(&facts, "k8s:default/Workflow/build-");
    assert_eq!((reference(flow, "npm").content, flow.uses[0].1.as_str()), (Content::Durable, "default/builder"));
}

#[test]
fn annotations_of_service_accounts_are_capabilities() {
    let units = units("identities");
    let facts = read(&units);
    let irsa = workload(&facts, "k8s:prod/ServiceAccount/irsa");
    assert!(irsa.component);
    let aws = path(irsa, Platform::Aws);
    assert_eq!(
        (aws.principal.known(), aws.destination.to_string().as_str()),
        (Some("arn:aws:iam::111122223333:role/api"), "aws:111122223333")
    );
    assert_eq!(aws.tokens[0].subject.known(), Some("system:serviceaccount:prod:irsa"));
    assert_eq!(aws.tokens[0].audience.known(), Some("sts.amazonaws.com"));
    assert!(aws.tokens[0].issuer.known().is_none());
    assert!(aws.capability.is_some() && aws.consumer.is_none());
    let expiration = facts.sessions.iter().find(|session| session.setting == "eks.amazonaws.com/token-expiration").unwrap();
    assert_eq!((expiration.seconds, expiration.principal.as_str()), (Some(172_800), "k8s:sa/prod/irsa"));
    // Azure's webhook wants the label on the pod: without it there is no token.
    let azure = path(workload(&facts, "k8s:prod/ServiceAccount/azure"), Platform::Azure);
    assert!(azure.capability.is_none() && azure.consumer.is_some());
    let label = path(workload(&facts, "k8s:prod/Pod/labelled"), Platform::Azure);
    assert!(label.capability.is_some() && label.consumer.is_none());
    let gke = workload(&facts, "k8s:prod/ServiceAccount/gke");
    assert_eq!(path(gke, Platform::Gcp).destination.to_string(), "gcp:acme-prod");
    assert_eq!(reference(gke, "regcred").content, Content::Durable);
    assert!(facts.principals.iter().any(|principal| principal.names.contains(&"system:serviceaccount:prod:gke".to_owned())));
}

#[test]
fn projected_tokens_go_where_variables_and_audiences_say() {
    let units = units("identities");
    let facts = read(&units);
    let agent = workload(&facts, "k8s:ai/Deployment/claude");
    let anthropic = path(agent, Platform::Saas);
    assert_eq!((anthropic.kind, anthropic.destination.kind.as_str()), (IdentityKind::Federated, "saas:anthropic"));
    assert_eq!(anthropic.tokens[0].audience.known(), Some("https://api.anthropic.com"));
    assert_eq!(anthropic.tokens[0].subject.known(), Some("system:serviceaccount:ai:agent"));
    let vault = path(agent, Platform::Vault);
    assert_eq!((vault.reach, vault.tokens[0].audience.known()), (Reach::Vault, Some("vault")));
    assert!(vault.consumer.is_some());
    assert_eq!(path(agent, Platform::K8s).ttl.unwrap().basis, TtlBasis::VendorDefault);
    let session = facts.sessions.iter().find(|session| session.setting == "expirationSeconds").unwrap();
    assert_eq!((session.seconds, text_at(&units, &session.location).as_str()), (Some(900), "900"));
    assert_eq!(agent.identity_paths.len(), 3);
}

#[test]
fn a_static_key_beside_the_federation_takes_its_consumer() {
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/parse/k8s/identities/tokens.yaml")).unwrap();
    let with_key = text.replacen(
        "          env:\n",
        "          env:\n            - {name: ANTHROPIC_API_KEY, valueFrom: {secretKeyRef: {name: k, key: k}}}\n",
        1,
    );
    let facts = one(&with_key);
    assert!(path(workload(&facts, "k8s:ai/Deployment/claude"), Platform::Saas).consumer.is_none());
}

#[test]
fn spiffe_counts_when_mounted_and_oci_keeps_its_client_secret() {
    let units = units("identities");
    let facts = read(&units);
    let app = workload(&facts, "k8s:ci/Deployment/spiffe");
    let oci = path(app, Platform::Oci);
    assert_eq!((oci.kind, oci.destination.kind.as_str(), app.identity_paths.len()), (IdentityKind::Federated, "oci", 1));
    assert!(text_at(&units, oci.capability.as_ref().unwrap()).contains("csi.spiffe.io"));
    assert_eq!(text_at(&units, oci.consumer.as_ref().unwrap()), "OCI_TOKEN_URL");
    let secret = reference(app, "oci");
    assert_eq!(
        (secret.role, secret.content, secret.destination.as_ref().unwrap().kind.as_str()),
        (Role::Bootstrap, Content::Durable, "oci")
    );
    let unmounted = path(workload(&facts, "k8s:ci/Pod/unmounted"), Platform::Spiffe);
    assert_eq!((unmounted.kind, unmounted.consumer.is_none()), (IdentityKind::Attested, true));
}

#[test]
fn registrations_say_who_gets_an_id_and_for_how_long() {
    let facts = read(&units("identities"));
    let of = |name: &str| facts.trusts.iter().find(|trust| trust.principal == format!("k8s:cluster/ClusterSPIFFEID/{name}")).unwrap();
    assert_eq!(of("all").subject, SubjectRule::Any);
    assert_eq!(of("some").subject, SubjectRule::Expression("podSelector".into()));
    assert_eq!(of("some").claims[0].values, [Value::literal("ci")]);
    let lengths: Vec<_> =
        facts.sessions.iter().filter(|session| session.platform == Platform::Spiffe).map(|session| session.seconds).collect();
    assert_eq!(lengths, [Some(3600), Some(300)]);
    // Outside of a chart `{{…}}` is not Helm's.
    assert!(of("all").settings.iter().any(|(name, value)| name == "spiffeIDTemplate" && matches!(value, Value::Known(..))));
}

#[test]
fn the_injector_logs_in_by_identity_or_by_a_stored_secret() {
    let facts = read(&units("identities"));
    let app = workload(&facts, "k8s:prod/Deployment/static");
    let login = path(app, Platform::Vault);
    assert_eq!((login.reach, login.principal.known()), (Reach::Vault, Some("api")));
    assert_eq!(login.tokens[0].subject.known(), Some("system:serviceaccount:prod:api"));
    assert_eq!(reference(app, "secret/data/db").custody, Custody::VaultStatic);
    let lease = reference(app, "database/creds/app");
    assert_eq!((lease.custody, lease.destination.as_ref().unwrap().kind.as_str()), (Custody::VaultDynamic, "db"));
    let approle = workload(&facts, "k8s:prod/Deployment/approle");
    assert!(approle.identity_paths.is_empty());
    let secret = reference(approle, "approle-secret");
    assert_eq!((secret.role, secret.content, secret.store), (Role::Bootstrap, Content::Durable, StoreKind::K8sSecret));
}

#[test]
fn engines_are_told_by_their_paths() {
    for (path, custody, destination) in [
        ("secret/data/db", Custody::VaultStatic, ""),
        ("kv/creds", Custody::VaultStatic, ""),
        ("database/creds/app", Custody::VaultDynamic, "db"),
        ("database/static-creds/app", Custody::VaultStatic, ""),
        ("aws-prod/sts/deploy", Custody::VaultDynamic, "aws"),
        ("pki/issue/web", Custody::VaultDynamic, ""),
        ("kubernetes/creds/x", Custody::VaultDynamic, "k8s-api"),
        ("unknown/x", Custody::VaultStatic, ""),
        ("", Custody::VaultStatic, ""),
    ] {
        let (found, leads_to) = injector::engine(path);
        assert_eq!((found, leads_to.map(|found| found.kind).unwrap_or_default().as_str()), (custody, destination), "{path}");
    }
}

#[test]
fn secrets_hold_their_values_in_slots() {
    let units = units("secrets");
    let facts = read(&units);
    let stored: Vec<_> = facts.stored.iter().map(|stored| (stored.store, stored.name.as_str(), stored.custody)).collect();
    assert_eq!(
        stored,
        [
            (StoreKind::K8sSecret, "db", Custody::Embedded),
            (StoreKind::K8sSecret, "ci-token", Custody::Embedded),
            (StoreKind::K8sSecret, "encrypted", Custody::EncryptedAtRest),
            (StoreKind::K8sSecret, "sealed", Custody::EncryptedAtRest),
            (StoreKind::K8sConfigMap, "settings", Custody::Embedded),
        ]
    );
    assert_eq!(
        slots(&units, &facts),
        [("password", "Zml4dHVyZS1kZWFkLTAwMDM="), ("api-key", "fixture-dead-0004"), ("SMTP_PASSWORD", "fixture-dead-0005")]
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
    );
    assert_eq!(
        facts.slots.iter().map(|slot| slot.encoding).collect::<Vec<_>>(),
        [SlotEncoding::Base64, SlotEncoding::Plain, SlotEncoding::Plain]
    );
    assert_eq!(facts.slots[0].location.key_path.as_deref(), Some("data.password"));
    assert!(facts.stored[0].extent.region.span.contains(facts.slots[0].location.region.span));
    let token = &facts.declarations[0];
    assert_eq!((token.kind.as_str(), token.principal.as_deref()), ("k8s.sa-token-secret", Some("k8s:sa/prod/ci")));
    assert_eq!(token.lifetime.vendor_default, unkeyed_model::VendorDefault::NeverExpires);
}

#[test]
fn stores_say_how_they_log_in() {
    let facts = read(&units("stores"));
    let stored = |name: &str| facts.stored.iter().find(|stored| stored.name == name).unwrap();
    let database = stored("db-credentials");
    assert_eq!((database.custody, database.component.as_deref()), (Custody::VaultStatic, Some("k8s:cluster/ClusterSecretStore/aws")));
    assert_eq!((stored("ecr").custody, stored("ecr").component.as_deref()), (Custody::VaultDynamic, Some("k8s:prod/SecretStore/vault")));
    let aws = workload(&facts, "k8s:cluster/ClusterSecretStore/aws");
    let contents: Vec<_> = aws.references.iter().map(|found| (found.content, found.role, found.namespace.as_deref())).collect();
    assert_eq!(contents, [(Content::Identifier, Role::Identifier, Some("eso")), (Content::Durable, Role::Bootstrap, Some("eso"))]);
    let vault = path(workload(&facts, "k8s:prod/SecretStore/vault"), Platform::Vault);
    assert_eq!((vault.reach, vault.principal.known()), (Reach::Vault, Some("eso")));
    assert_eq!(vault.tokens[0].subject.known(), Some("system:serviceaccount:prod:eso"));
    assert_eq!((stored("kv").store, stored("synced").store), (StoreKind::CloudSecretManager, StoreKind::K8sSecret));
    assert_eq!(stored("leases").custody, Custody::VaultDynamic);
    assert_eq!(path(workload(&facts, "k8s:prod/SecretProviderClass/kv"), Platform::Azure).reach, Reach::Vault);
    let mounts = workload(&facts, "k8s:prod/Pod/mounts");
    assert_eq!((reference(mounts, "kv").custody, reference(mounts, "sp-creds").role), (Custody::VaultStatic, Role::Bootstrap));
    assert_eq!(stored("db-lease").component.as_deref(), Some("k8s:prod/VaultAuth/default"));
    assert_eq!(reference(workload(&facts, "k8s:prod/VaultAuth/default"), "approle").role, Role::Bootstrap);
}

#[test]
fn bindings_find_their_roles_in_other_files_of_the_folder() {
    let facts = read(&units("rbac"));
    let api: Vec<_> = facts.grants.iter().filter(|grant| grant.principal == "k8s:sa/prod/api").collect();
    assert_eq!((api.len(), api[0].scope, api[0].actions.join(",").as_str()), (2, ResourceScope::Cluster, "get,list"));
    assert_eq!((&api[0].resources[0], &api[1].resources[0]), (&Value::literal("secrets"), &Value::literal("apps/deployments")));
    assert_eq!(api[1].condition.as_deref(), Some("resourceNames api"));
    assert_eq!(api[0].location.origin.path, "rbac/role.yaml");
    let default = facts.grants.iter().find(|grant| grant.principal == "k8s:sa/prod/default").unwrap();
    assert_eq!(
        (default.scope, default.role.as_ref().unwrap().known(), default.actions.len()),
        (ResourceScope::Namespace, Some("cluster-admin"), 0)
    );
    assert!(facts.grants.iter().any(|grant| grant.principal == "k8s:group/system:serviceaccounts"));
}

#[test]
fn templates_are_read_unrendered() {
    let units = units("helm/templates");
    let facts = read(&units);
    assert_eq!(facts.skipped, []);
    let id = "k8s:{{ .Release.Namespace }}/Deployment/{{ include \"app.fullname\" . }}";
    let app = workload(&facts, id);
    assert_eq!(app.uses, [(Use::ServiceAccount, "{{ .Release.Namespace }}/{{ .Values.account }}".to_owned())]);
    let url = reference(app, "{{ include \"app.fullname\" . }}-db");
    assert_eq!((url.key.as_deref(), url.namespace.as_deref()), (Some("url"), Some("{{ .Release.Namespace }}")));
    assert_eq!(facts.stored[0].name, url.name);
    assert_eq!(
        slots(&units, &facts),
        [("API_TOKEN".to_owned(), "fixture-dead-token-0006".to_owned()), ("token".to_owned(), "Zml4dHVyZS1kZWFkLTAwMDc=".to_owned())]
    );
}

#[test]
fn generators_make_secrets_from_literals() {
    let units = units("kustomize");
    let facts = read(&units);
    assert_eq!(
        slots(&units, &facts),
        [("password", "fixture-dead-0008"), ("user", "app"), ("SMTP_PASSWORD", "fixture-dead-0009")]
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
    );
    assert_eq!((facts.stored[0].name.as_str(), facts.stored[0].namespace.as_deref()), ("db", Some("prod")));
    assert!(facts.stored[0].extent.region.span.contains(facts.slots[0].location.region.span));
}

#[test]
fn a_kustomization_gives_its_namespace_to_the_folder() {
    let unit = |path: &str, text: &'static str| Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a}]}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: b, namespace: other}\n";
    let facts = read(&[unit("k/a.yaml", pod), unit("k/kustomization.yaml", "namespace: shop\nresources: [a.yaml]\n")]);
    assert_eq!(facts.workloads[0].id, "k8s:shop/Pod/a");
    assert_eq!(facts.stored[0].namespace.as_deref(), Some("other"));
}

#[test]
fn patches_beyond_the_limit_are_said() {
    let patch = "- patch: |-\n    kind: Pod\n    apiVersion: v1\n    metadata: {name: a}\n";
    let rows = |count: usize| {
        let text = format!("patches:\n{}", patch.repeat(count));
        let origin = Origin { path: "k/kustomization.yaml".into(), ..Origin::default() };
        read(&[Unit::new(Arc::new(origin), text.as_bytes())]).skipped.len()
    };
    assert_eq!((rows(200), rows(201)), (0, 1));
}

#[test]
fn what_is_substituted_later_is_unknown() {
    let facts =
        one("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: a\n  annotations: {eks.amazonaws.com/role-arn: \"${ROLE}\"}\n");
    assert_eq!(path(&facts.workloads[0], Platform::Aws).principal, Value::unknown("`${ROLE}` is filled in elsewhere"));
}

#[test]
fn broken_files_are_coverage_rows() {
    let facts = one("apiVersion: v1\nkind: Pod\nmetadata: {name: a\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: b}\n");
    assert_eq!(facts.skipped.iter().map(|skip| skip.why).collect::<Vec<_>>(), [SkipReason::Malformed]);
    for text in [
        "kind: Pod\nspec: 1\n",
        "kind: Deployment\nspec: {template: {spec: []}}\n",
        "kind: List\nitems: x\n",
        "kind: Secret\ndata: [1]\n",
        "- kind\n",
    ] {
        assert!(one(text).slots.is_empty());
    }
    let deep = "kind: List\nitems: [".repeat(60);
    assert!(!one(&deep).skipped.is_empty());
}

#[test]
fn no_prefix_of_any_fixture_panics() {
    for case in ["pods", "identities", "secrets", "stores", "rbac", "helm/templates", "kustomize"] {
        for unit in units(case) {
            let bytes = unit.bytes().to_vec();
            for end in (0..bytes.len()).step_by(7) {
                let _ = read(&[Unit::new(Arc::clone(unit.origin()), bytes[..end].to_vec())]);
            }
        }
    }
}

#[test]
fn a_login_to_vault_may_show_the_token_for_the_api_server() {
    let audience = |token: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: seed, namespace: shop}}\nspec:\n  serviceAccountName: seed\n  containers:\n    - name: seed\n      image: x\n      \
             args: [\"vault write auth/kubernetes/login role=seed jwt=@{token}\"]\n"
        );
        let unit = Unit::new(Arc::new(Origin { path: "pod.yaml".into(), ..Origin::default() }), text.into_bytes());
        let facts = read(std::slice::from_ref(&unit));
        let path = facts.workloads[0].identity_paths.iter().find(|path| path.platform == Platform::Vault).unwrap();
        path.tokens[0].audience.known().map(str::to_owned)
    };
    assert_eq!(audience("/var/run/secrets/kubernetes.io/serviceaccount/token").as_deref(), Some("https://kubernetes.default.svc"));
    assert_eq!(audience("/var/run/vault/token"), None);
}
