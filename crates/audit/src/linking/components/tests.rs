//! Components, cycles, environment files, secret objects, brokered leases.

use unkeyed_model::{Custody, Destination, Facts, IdentityKind, Platform, Reach, StoreKind, Use, Workload, WorkloadKind};

use super::*;
use crate::testing::{federated, job, place, reference, stored};

fn merged(facts: &Facts) -> Vec<Merged> {
    merge(facts, &StoredIndex::new(facts))
}

fn component(path: &str, uses: &[&str]) -> Workload {
    let mut action = Workload::new(WorkloadKind::GhaJob, format!("gha:{path}"), path, place(path, 0, 5));
    action.component = true;
    action.uses = uses.iter().map(|target| (Use::Component, (*target).to_owned())).collect();
    action.references = vec![reference(StoreKind::GhaSecret, path)];
    action
}

#[test]
fn components_are_drawn_in_once_even_in_a_cycle() {
    let mut user = job("deploy");
    user.uses = vec![(Use::Component, "./a".into())];
    let facts =
        Facts { workloads: vec![component("a/action.yml", &["b"]), component("b/action.yaml", &["a", "b"]), user], ..Facts::default() };
    let merged = merged(&facts);
    assert_eq!(merged.len(), 1);
    assert_eq!(merged[0].parts, [2, 0, 1]);
    let names: Vec<&str> = merged[0].workload.references.iter().map(|reference| reference.name.as_str()).collect();
    assert_eq!(names, ["a/action.yml", "b/action.yaml"]);
}

#[test]
fn a_definition_of_a_cluster_that_is_not_in_the_inputs_is_lacking() {
    let run = |task: &str| {
        let mut run = Workload::new(WorkloadKind::K8s, "k8s:ci/PipelineRun/ship", "ship", place("run.yaml", 0, 5));
        run.uses = vec![(Use::Component, format!("k8s:ci/Task/{task}"))];
        run
    };
    let mut task = Workload::new(WorkloadKind::K8s, "k8s:ci/Task/push", "push", place("task.yaml", 0, 5));
    task.references = vec![reference(StoreKind::K8sSecret, "hub")];
    let used = |name: &str| {
        let facts = Facts { workloads: vec![run(name), task.clone()], ..Facts::default() };
        let run = merged(&facts).into_iter().find(|merged| merged.workload.id.contains("Run")).unwrap();
        run.workload.references.into_iter().map(|used| (used.store, used.name)).collect::<Vec<_>>()
    };
    assert_eq!(used("push"), [(StoreKind::K8sSecret, "hub".to_owned())]);
    assert_eq!(used("other"), [(StoreKind::ForeignDefinition, "ci/Task/other".to_owned())]);
}

#[test]
fn an_environment_file_that_is_drawn_in_is_no_workload_of_its_own() {
    let env = |path: &str| Workload::new(WorkloadKind::Env, format!("env:{path}"), path, place(path, 0, 5));
    let mut service = Workload::new(WorkloadKind::Compose, "compose:compose.yaml#db", "db", place("compose.yaml", 0, 5));
    service.uses = vec![(Use::File, "./db.env".into())];
    let facts = Facts { workloads: vec![env("db.env"), env("other.env"), service], ..Facts::default() };
    let ids: Vec<String> = merged(&facts).into_iter().map(|merged| merged.workload.id).collect();
    assert_eq!(ids, ["compose:compose.yaml#db", "env:other.env"]);
}

#[test]
fn a_pod_under_a_service_account_uses_its_identity_but_not_the_api_servers_token() {
    let mut account = Workload::new(WorkloadKind::K8s, "k8s:prod/ServiceAccount/api", "api", place("sa.yaml", 0, 5));
    account.component = true;
    let mut role = federated(Platform::Aws, "aws", "role");
    role.consumer = None;
    let mut api_server = federated(Platform::K8s, "k8s-api", "sa");
    (api_server.kind, api_server.consumer) = (IdentityKind::Managed, None);
    account.identity_paths = vec![role, api_server];
    let mut pod = Workload::new(WorkloadKind::K8s, "k8s:prod/Deployment/api", "api", place("d.yaml", 0, 5));
    pod.uses = vec![(Use::ServiceAccount, "prod/api".into())];
    let facts = Facts { workloads: vec![account, pod], ..Facts::default() };
    let consumed: Vec<bool> = merged(&facts)[0].workload.identity_paths.iter().map(|path| path.consumer.is_some()).collect();
    assert_eq!(consumed, [true, false]);
}

#[test]
fn a_service_account_without_a_namespace_is_the_only_one_of_its_name_in_the_folder() {
    let account = |id: &str, path: &str| {
        let mut account = Workload::new(WorkloadKind::K8s, id, "api", place(path, 0, 5));
        account.component = true;
        account.identity_paths = vec![federated(Platform::Aws, "aws", "role")];
        account
    };
    let paths = |target: &str, accounts: &[(&str, &str)]| {
        let mut pod = Workload::new(WorkloadKind::K8s, "k8s:shop/Deployment/api", "api", place("k8s/d.yaml", 0, 5));
        pod.uses = vec![(Use::ServiceAccount, target.to_owned())];
        let accounts = accounts.iter().map(|(id, path)| account(id, path));
        let facts = Facts { workloads: accounts.chain([pod]).collect(), ..Facts::default() };
        merged(&facts)[0].workload.identity_paths.len()
    };
    let (open, shop) = ("k8s:default/ServiceAccount/api", "k8s:shop/ServiceAccount/api");
    assert_eq!(paths("shop/api", &[(open, "k8s/sa.yaml")]), 1);
    assert_eq!(paths("default/api", &[(shop, "k8s/sa.yaml")]), 1);
    assert_eq!(paths("default/api", &[(shop, "other/sa.yaml")]), 0);
    assert_eq!(paths("other/api", &[(shop, "k8s/sa.yaml")]), 0);
    assert_eq!(paths("default/api", &[(shop, "k8s/sa.yaml"), ("k8s:pay/ServiceAccount/api", "k8s/pay.yaml")]), 0);
}

#[test]
fn the_store_behind_a_secret_object_brings_its_login() {
    let mut store = component("store.yaml", &[]);
    store.references.clear();
    let mut login = federated(Platform::Vault, "vault", "app");
    login.reach = Reach::Vault;
    store.identity_paths = vec![login];
    let mut pod = Workload::new(WorkloadKind::K8s, "k8s:prod/Deployment/api", "api", place("d.yaml", 0, 5));
    pod.references = vec![reference(StoreKind::K8sSecret, "db")];
    let mut object = stored(StoreKind::K8sSecret, "db", Custody::VaultStatic, place("es.yaml", 0, 9));
    object.component = Some(store.id.clone());
    let facts = Facts { workloads: vec![store, pod], stored: vec![object], ..Facts::default() };
    let merged = merged(&facts);
    assert_eq!(merged[0].workload.identity_paths[0].reach, Reach::Vault);
}

#[test]
fn a_lease_is_a_path_to_its_destination_only_behind_an_identity() {
    let mut pod = Workload::new(WorkloadKind::K8s, "k8s:prod/Deployment/api", "api", place("d.yaml", 0, 5));
    let mut lease = reference(StoreKind::Vault, "database/creds/app");
    (lease.custody, lease.lease_seconds) = (Custody::VaultDynamic, Some(3600));
    lease.destination = Some(Destination::new("db", "orders"));
    pod.references = vec![lease];
    let without = Facts { workloads: vec![pod.clone()], ..Facts::default() };
    assert!(merged(&without)[0].workload.identity_paths.is_empty());
    let mut login = federated(Platform::Vault, "vault", "app");
    login.reach = Reach::Vault;
    pod.identity_paths = vec![login];
    let with = Facts { workloads: vec![pod], ..Facts::default() };
    let paths = merged(&with).remove(0).workload.identity_paths;
    assert_eq!(paths.len(), 2);
    assert_eq!((paths[1].reach, paths[1].destination.clone()), (Reach::Destination, Destination::new("db", "orders")));
    assert_eq!(paths[1].ttl.map(|ttl| ttl.seconds), Some(3600));
}

#[test]
fn the_account_of_a_secret_store_is_not_the_pods_own() {
    let mut account = Workload::new(WorkloadKind::K8s, "k8s:eso/ServiceAccount/reader", "reader", place("sa.yaml", 0, 5));
    account.component = true;
    account.identity_paths = vec![federated(Platform::Aws, "aws", "reader")];
    account.identity_paths[0].consumer = None;
    let mut store = component("store.yaml", &[]);
    store.references.clear();
    store.uses = vec![(Use::ServiceAccount, "eso/reader".into())];
    let mut pod = Workload::new(WorkloadKind::K8s, "k8s:prod/Deployment/api", "api", place("d.yaml", 0, 5));
    pod.references = vec![reference(StoreKind::K8sSecret, "db")];
    let mut object = stored(StoreKind::K8sSecret, "db", Custody::VaultStatic, place("es.yaml", 0, 9));
    object.component = Some(store.id.clone());
    let facts = Facts { workloads: vec![account, store, pod], stored: vec![object], ..Facts::default() };
    let paths = merged(&facts).remove(0).workload.identity_paths;
    assert_eq!((paths.len(), paths[0].reach), (1, Reach::Vault));
    assert_eq!(paths[0].consumer.as_ref().map(|at| at.origin.path.as_str()), Some("store.yaml"));
}

#[test]
fn an_agent_of_vault_is_judged_alone_where_nobody_draws_it_in() {
    let mut agent = Workload::new(WorkloadKind::VaultAgent, "vault-agent:a.hcl#agent", "vault-agent", place("a.hcl", 0, 9));
    agent.component = true;
    let mut facts = Facts::default();
    facts.workloads.push(agent);
    let ids = |facts: &Facts| merged(facts).into_iter().map(|one| one.workload.id).collect::<Vec<_>>();
    assert_eq!(ids(&facts), ["vault-agent:a.hcl#agent"]);
    let mut user = job("deploy");
    user.uses.push((Use::Component, "a.hcl".to_owned()));
    facts.workloads.push(user.clone());
    assert_eq!(ids(&facts), [user.id]);
}

#[test]
fn a_unit_of_a_host_draws_in_the_files_that_lie_in_the_inputs_as_they_do_there() {
    let unit = |path: &str, file: &str| {
        let mut unit = Workload::new(WorkloadKind::Systemd, format!("systemd:{path}"), path, place(path, 0, 5));
        unit.uses.push((Use::File, file.to_owned()));
        unit
    };
    let env = Workload::new(WorkloadKind::Env, "env:host/etc/app/app.env", "app.env", place("host/etc/app/app.env", 0, 5));
    let mut agent = Workload::new(WorkloadKind::VaultAgent, "vault-agent:etc/a.hcl#agent", "vault-agent", place("etc/a.hcl", 0, 9));
    agent.component = true;
    let units =
        vec![unit("host/units/a.service", "/etc/app/app.env"), unit("units/v.service", "/etc/a.hcl"), unit("b.service", "/etc/b.env")];
    let facts = Facts { workloads: units.into_iter().chain([env, agent]).collect(), ..Facts::default() };
    let parts: Vec<(String, usize)> = merged(&facts).into_iter().map(|one| (one.workload.id, one.parts.len())).collect();
    let of = |id: &str| (format!("systemd:{id}"), if id == "b.service" { 1 } else { 2 });
    assert_eq!(parts, [of("b.service"), of("host/units/a.service"), of("units/v.service")]);
}
