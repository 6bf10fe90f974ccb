//! Whose an artifact is, and what happens to what belongs to nobody.

use std::sync::Arc;

use unkeyed_model::{
    Class, Custody, Estate, ImagePlace, InventoryEntry, Location, Origin, Policy, Report, Role, StoreKind, Surface, Use, Verdict, Workload,
    WorkloadKind,
};

use crate::testing::*;

fn holders(report: &Report, at: usize) -> Vec<&str> {
    report.artifacts[at].workloads.iter().map(String::as_str).collect()
}

fn image(path: &str) -> Workload {
    let mut image = Workload::new(WorkloadKind::Dockerfile, format!("dockerfile:{path}"), path, place(path, 0, 5));
    image.extents = vec![place(path, 0, 1000)];
    image.traits = vec![("copies".to_owned(), ".".to_owned(), place(path, 0, 5))];
    image
}

fn pod(name: &str, path: &str) -> Workload {
    let mut pod = Workload::new(WorkloadKind::K8s, format!("k8s:prod/Deployment/{name}"), name, place(path, 0, 5));
    pod.extents = vec![place(path, 0, 100)];
    pod
}

fn with(workloads: Vec<Workload>, kind: &str, path: &str) -> Estate {
    let mut estate = estate();
    estate.facts.workloads = workloads;
    estate.matches.push(found(kind, 1, place(path, 40, 50)));
    estate
}

fn in_image(name: &str, path: &str) -> Location {
    let place = ImagePlace { images: vec![format!("{name} (linux/amd64)").into()], ..ImagePlace::default() };
    let origin = Origin { path: path.into(), surface: Surface::ImageLayer, image: Some(Arc::new(place)), ..Origin::default() };
    Location { origin: Arc::new(origin), ..Location::default() }
}

#[test]
fn in_a_layer_it_belongs_to_the_image_and_to_whoever_runs_it() {
    let scanned = |name: &str| Workload::new(WorkloadKind::Image, format!("image:{name}"), name, in_image(name, "config.json"));
    let mut pods = vec![pod("api", "api.yaml"), pod("old", "old.yaml"), image("svc/Dockerfile")];
    pods[0].uses.push((Use::Image, "docker.io/library/demo:latest".into()));
    pods[1].uses.push((Use::Image, "demo:v1".into()));
    pods.extend([scanned("demo"), scanned("ghcr.io/acme/api:v2")]);
    let mut estate = with(pods, "x.y", "api.yaml");
    // Beside a Dockerfile and in a manifest by its path, but in another world.
    estate.matches[0].location = in_image("demo", "svc/key");
    let report = judge(estate.clone());
    assert_eq!(holders(&report, 0), ["image:demo", "k8s:prod/Deployment/api"]);
    let verdict = |id: &str| report.workloads.iter().find(|workload| workload.id == id).map(|workload| workload.verdict);
    assert_eq!((verdict("image:demo"), verdict("k8s:prod/Deployment/api")), (Some(Verdict::NotSecretless), Some(Verdict::NotSecretless)));
    assert_eq!(verdict("image:ghcr.io/acme/api:v2"), Some(Verdict::Indeterminate));
    estate.matches[0].location = in_image("unknown", "svc/key");
    assert_eq!(holders(&judge(estate), 0), ["repo:."]);
}

#[test]
fn inside_the_definition() {
    let report = judge(with(vec![job("deploy"), job("test")], "x.y", ".github/workflows/test.yml"));
    assert_eq!(holders(&report, 0), ["gha:.github/workflows/test.yml#test"]);
    assert!(!report.workloads.iter().any(|workload| workload.id == "repo:."));
}

#[test]
fn in_a_component_it_belongs_to_every_user() {
    let mut action = Workload::new(WorkloadKind::GhaJob, "gha:act/action.yml", "act", place("act/action.yml", 0, 5));
    (action.component, action.extents) = (true, vec![place("act/action.yml", 0, 100)]);
    let mut users = vec![job("a"), job("b"), job("c")];
    users[0].uses.push((Use::Component, "./act".into()));
    users[1].uses.push((Use::Component, "act".into()));
    users.push(action);
    let report = judge(with(users, "x.y", "act/action.yml"));
    assert_eq!(holders(&report, 0), ["gha:.github/workflows/a.yml#a", "gha:.github/workflows/b.yml#b"]);
    assert_eq!(report.artifacts[0].standards.iter().filter(|standard| standard.id == "NHI9:2025").count(), 1);
}

#[test]
fn in_a_secret_object_it_belongs_to_its_readers_and_replaces_the_use_by_name() {
    let mut reader = pod("api", "api.yaml");
    let mut used = reference(StoreKind::K8sSecret, "db");
    (used.key, used.role) = (Some("secret-id".into()), Role::Bootstrap);
    reader.references = vec![used];
    let mut estate = with(vec![reader, pod("web", "web.yaml")], "x.y", "secret.yaml");
    estate.matches[0].location.key_path = Some("data.secret-id".into());
    estate.facts.stored = vec![stored(StoreKind::K8sSecret, "db", Custody::Embedded, place("secret.yaml", 0, 100))];
    let report = judge(estate.clone());
    assert_eq!(report.artifacts.len(), 1);
    assert_eq!((holders(&report, 0), report.artifacts[0].class), (vec!["k8s:prod/Deployment/api"], Class::Bootstrap));
    // The object is there but this key's value is not: the use by name stands, and the other value is still handed over.
    estate.matches[0].location.key_path = Some("data.other".into());
    let report = judge(estate.clone());
    assert_eq!(report.artifacts.iter().filter(|artifact| artifact.kind == "ref.k8s-secret").count(), 1);
    assert!(report.artifacts.iter().all(|artifact| artifact.workloads == ["k8s:prod/Deployment/api"]));
    // A placeholder is no value.
    estate.matches[0].location.key_path = Some("data.secret-id".into());
    estate.matches[0].public_because = Some("placeholder".into());
    assert!(judge(estate).artifacts.iter().any(|artifact| artifact.kind == "ref.k8s-secret" && artifact.class == Class::Bootstrap));
}

#[test]
fn an_object_in_a_vault_or_encrypted_passes_its_custody_to_the_use() {
    for (custody, class) in [
        (Custody::VaultStatic, Class::VaultFetchedStatic),
        (Custody::EncryptedAtRest, Class::EncryptedStored),
        (Custody::VaultDynamic, Class::VaultFetchedDynamic),
    ] {
        let mut reader = pod("api", "api.yaml");
        reader.references = vec![reference(StoreKind::K8sSecret, "db-password")];
        let mut estate = estate();
        estate.facts.workloads.push(reader);
        estate.facts.stored = vec![stored(StoreKind::K8sSecret, "db-password", custody, place("es.yaml", 0, 100))];
        assert_eq!(judge(estate).artifacts[0].class, class);
    }
}

#[test]
fn an_object_without_a_value_yields_to_whoever_fills_one_of_its_name() {
    let mut reader = pod("api", "api.yaml");
    reader.references = vec![reference(StoreKind::K8sSecret, "db")];
    let mut estate = estate();
    estate.facts.workloads.push(reader);
    let object = |custody, path| stored(StoreKind::K8sSecret, "db", custody, place(path, 0, 100));
    estate.facts.stored = vec![object(Custody::Embedded, "empty.yaml"), object(Custody::VaultDynamic, "dynamic.yaml")];
    assert_eq!(judge(estate).artifacts[0].class, Class::VaultFetchedDynamic);
}

#[test]
fn an_object_that_nobody_reads_belongs_to_nobody() {
    let mut estate = with(vec![pod("api", "deploy/api.yaml")], "x.y", "deploy/secret.yaml");
    estate.facts.stored = vec![stored(StoreKind::K8sSecret, "db", Custody::Embedded, place("deploy/secret.yaml", 0, 100))];
    assert_eq!(holders(&judge(estate), 0), ["repo:."]);
}

#[test]
fn a_drawn_in_file_belongs_to_its_users() {
    let mut service = Workload::new(WorkloadKind::Compose, "compose:compose.yaml#db", "db", place("compose.yaml", 0, 5));
    service.uses = vec![(Use::File, "secret.txt".into())];
    assert_eq!(holders(&judge(with(vec![service], "x.y", "secret.txt")), 0), ["compose:compose.yaml#db"]);
}

#[test]
fn the_only_image_above_owns_the_folder_but_jobs_and_crowds_do_not() {
    let one = judge(with(vec![image("svc/Dockerfile"), image("web/Dockerfile"), job("test")], "x.y", "svc/src/config.py"));
    assert_eq!(holders(&one, 0), ["dockerfile:svc/Dockerfile"]);
    let crowd = judge(with(vec![image("svc/Dockerfile"), image("svc/Dockerfile.dev")], "x.y", "svc/src/config.py"));
    assert_eq!(holders(&crowd, 0), ["repo:."]);
    let mut narrow = image("svc/Dockerfile");
    narrow.traits[0].1 = "src/".to_owned();
    assert_eq!(holders(&judge(with(vec![narrow.clone()], "x.y", "svc/src/config.py")), 0), ["dockerfile:svc/Dockerfile"]);
    assert_eq!(holders(&judge(with(vec![narrow], "x.y", "svc/infra/key.pem")), 0), ["repo:."]);
    let job = judge(with(vec![job("test")], "x.y", "docs/key.pem"));
    assert_eq!(holders(&job, 0), ["repo:."]);
    assert_eq!(workload(&job, "repo:.").verdict, Verdict::NotSecretless);
}

#[test]
fn a_definition_is_no_part_of_an_image_beside_it() {
    let beside = |surface| {
        let mut estate = with(vec![image("svc/repo/Dockerfile")], "x.y", "svc/infra/main.tf");
        estate.matches[0].location = on(surface, estate.matches[0].location.clone());
        judge(estate)
    };
    assert_eq!(holders(&beside(Surface::Iac), 0), ["repo:."]);
    assert_eq!(holders(&beside(Surface::Worktree), 0), ["dockerfile:svc/repo/Dockerfile"]);
}

#[test]
fn the_policy_can_say_whose_a_folder_is() {
    let entry = InventoryEntry { workload: "gha:*#test".into(), paths: vec!["docs/**".into()], ..InventoryEntry::default() };
    let policy = Policy { inventory: vec![entry], ..Policy::default() };
    let report = crate::judge(with(vec![job("test")], "x.y", "docs/key.pem"), &policy, now());
    assert_eq!(holders(&report, 0), ["gha:.github/workflows/test.yml#test"]);
}

#[test]
fn public_values_make_no_pseudo_workload() {
    let mut estate = with(Vec::new(), "x.y", "README.md");
    estate.matches[0].public_because = Some("documented example".into());
    assert!(judge(estate).workloads.is_empty());
}

#[test]
fn declarations_are_durable_and_belong_to_the_run() {
    let mut run = Workload::new(WorkloadKind::Terraform, "tf:infra#run", "run", place("infra/main.tf", 0, 5));
    run.extents = vec![place("infra/main.tf", 0, 1000)];
    let mut estate = estate();
    estate.facts.workloads.push(run);
    estate.facts.declarations.push(declaration("aws.access-key", "aws_iam_access_key.ci", place("infra/main.tf", 50, 60)));
    let report = judge(estate);
    assert_eq!((report.artifacts[0].class, report.artifacts[0].class_rule), (Class::Durable, "C12"));
    assert_eq!((holders(&report, 0), report.artifacts[0].rule.id.as_str()), (vec!["tf:infra#run"], "declared.aws.access-key"));
}

#[test]
fn who_uses_what_a_configuration_creates_holds_it_and_it_is_counted_once() {
    let mut function = Workload::new(WorkloadKind::Terraform, "tf:infra#aws_lambda_function.f", "f", place("infra/f.tf", 0, 5));
    function.references = vec![reference(StoreKind::TerraformVariable, "random_password.db[0].result")];
    function.references[0].location = place("infra/f.tf", 50, 60);
    let mut estate = estate();
    estate.facts.workloads.push(function);
    estate.facts.declarations.push(declaration("generic.password", "random_password.db", place("infra/main.tf", 50, 60)));
    let report = judge(estate.clone());
    assert_eq!((report.artifacts.len(), holders(&report, 0)), (1, vec!["tf:infra#aws_lambda_function.f"]));
    estate.facts.declarations[0].location = place("other/main.tf", 50, 60);
    assert_eq!(judge(estate).artifacts.len(), 2);
}

#[test]
fn whoever_draws_in_a_file_gets_what_another_definition_of_it_holds() {
    let mut service = Workload::new(WorkloadKind::Compose, "compose:compose.yml#web", "web", place("compose.yml", 0, 5));
    service.uses.push((Use::File, "conf/server.conf".into()));
    let mut server = Workload::new(WorkloadKind::Spire, "spire:conf/server.conf", "server", place("conf/server.conf", 0, 5));
    server.extents = vec![place("conf/server.conf", 0, 100)];
    let report = judge(with(vec![service, server], "x.y", "conf/server.conf"));
    assert_eq!(holders(&report, 0), ["compose:compose.yml#web", "spire:conf/server.conf"]);
}

#[test]
fn a_job_that_draws_in_a_file_of_jobs_gets_the_parts_that_it_is_made_of() {
    let mut deploy = Workload::new(WorkloadKind::GitlabJob, "gitlab:.gitlab-ci.yml#deploy", "deploy", place(".gitlab-ci.yml", 0, 5));
    deploy.uses.push((Use::File, "ci/all.yml".into()));
    let mut build = Workload::new(WorkloadKind::GitlabJob, "gitlab:.gitlab-ci.yml#build", "build", place(".gitlab-ci.yml", 6, 9));
    build.extents.push(place("ci/all.yml", 0, 100));
    let report = judge(with(vec![deploy, build], "x.y", "ci/all.yml"));
    assert_eq!(holders(&report, 0), ["gitlab:.gitlab-ci.yml#build"]);
}

#[test]
fn a_map_that_is_here_leaves_nothing_open_when_all_of_it_is_taken() {
    let taken = |is_here: bool| {
        let mut estate = estate();
        let mut app = pod("app", "app.yaml");
        app.references.push(unkeyed_model::Reference { key: Some("*".into()), ..reference(StoreKind::K8sConfigMap, "settings") });
        estate.facts.workloads.push(app);
        if is_here {
            estate.facts.stored.push(stored(StoreKind::K8sConfigMap, "settings", Custody::Embedded, place("map.yaml", 0, 50)));
        }
        judge(estate).artifacts.len()
    };
    assert_eq!((taken(true), taken(false)), (0, 1));
}

/// A pod whose folder holds a program that reads a variable called after a credential.
fn reader_of_a_variable() -> Estate {
    let mut estate = secretless();
    let mut pod = estate.facts.workloads.remove(0);
    (pod.id, pod.kind) = ("k8s:prod/Deployment/api".into(), WorkloadKind::K8s);
    (pod.location, pod.extents) = (place("api/pod.yaml", 0, 5), vec![place("api/pod.yaml", 0, 100)]);
    estate.facts.workloads.push(pod);
    let mut read = declaration("program.credential-read", "DB_PASSWORD", place("api/src/app.py", 10, 20));
    read.custody = Custody::PlatformStored;
    estate.facts.declarations.push(read);
    estate
}

#[test]
fn a_program_that_is_given_a_credential_keeps_its_workload_open() {
    let verdict = |estate: Estate| {
        let report = judge(estate);
        let of = report.workloads.iter().find(|workload| workload.id.contains("api")).map(|workload| workload.verdict);
        (of, report.artifacts.iter().filter(|artifact| artifact.kind.starts_with("program.")).count())
    };
    let mut without = reader_of_a_variable();
    without.facts.declarations.clear();
    assert_eq!(verdict(without), (Some(Verdict::Secretless), 0));
    assert_eq!(verdict(reader_of_a_variable()), (Some(Verdict::Indeterminate), 1));
    // What the pod is known to be given decides.
    let mut given = reader_of_a_variable();
    given.facts.workloads[0].references.push(reference(StoreKind::K8sSecret, "db"));
    assert_eq!(verdict(given), (Some(Verdict::Partial), 0));
    // A test isn't deployed.
    let mut nobody = reader_of_a_variable();
    nobody.facts.declarations[0].location = place("api/tests/app.py", 10, 20);
    assert_eq!(verdict(nobody), (Some(Verdict::Secretless), 0));
    // Nor is what people read.
    let mut read = reader_of_a_variable();
    read.facts.declarations[0].location = place("api/docs/users.json", 10, 20);
    assert_eq!(verdict(read), (Some(Verdict::Secretless), 0));
}

#[test]
fn a_program_belongs_to_whoever_runs_what_is_built_from_it() {
    let mut function = pod("fn", "template.yaml");
    (function.id, function.kind) = ("cfn:template.yaml#fn".into(), WorkloadKind::CloudFormation);
    function.uses.push((Use::File, "svc/dist".into()));
    let mut estate = estate();
    estate.facts.workloads = vec![function];
    let mut fetch = declaration("program.secret-fetch", "getObject", place("svc/src/a.ts", 10, 20));
    fetch.custody = Custody::VaultStatic;
    estate.facts.declarations.push(fetch);
    assert_eq!(holders(&judge(estate.clone()), 0), ["cfn:template.yaml#fn"]);
    estate.facts.declarations[0].location = place("web/src/a.ts", 10, 20);
    assert!(judge(estate.clone()).artifacts.is_empty());
    estate.facts.declarations[0].location = place("svc/tests/a.ts", 10, 20);
    assert!(judge(estate).artifacts.is_empty());
}
