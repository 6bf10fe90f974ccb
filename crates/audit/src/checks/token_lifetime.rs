//! How long the tokens of identities live.

mod aws_irsa;
mod aws_job;
mod aws_roles_anywhere;
mod aws_session;
mod azure_access_token;
mod azure_projected;
mod azure_secret;
mod batch_refresh;
mod batch_session;
mod client_certificate;
mod gcp_extended;
mod gcp_keys;
mod gitlab_job;
mod k8s_api_server;
mod k8s_projected;
mod k8s_token;
mod longer_than_target;
mod oci_session;
mod short_bootstrap;
mod signed_url;
mod svid;
mod vault_lease;
mod vault_token;

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Location, Platform, SessionPolicy, StoreKind, Use, Workload};

use super::check::{Check, Sink, Statement};
use super::view::View;
use crate::context::Linked;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[
    &aws_session::CHECK,
    &aws_roles_anywhere::CHECK,
    &aws_job::CHECK,
    &aws_irsa::CHECK,
    &k8s_projected::CHECK,
    &k8s_api_server::CHECK,
    &k8s_token::CHECK,
    &azure_access_token::CHECK,
    &azure_secret::CHECK,
    &azure_projected::CHECK,
    &gcp_extended::CHECK,
    &gcp_keys::CHECK,
    &oci_session::CHECK,
    &svid::CHECK,
    &vault_token::CHECK,
    &vault_lease::CHECK,
    &gitlab_job::CHECK,
    &batch_session::CHECK,
    &batch_refresh::CHECK,
    &signed_url::CHECK,
    &client_certificate::CHECK,
    &longer_than_target::CHECK,
    &short_bootstrap::CHECK,
];

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// The session policies that these settings make, each with its length, where that is known.
fn sessions<'a>(
    view: &View<'a>,
    platform: Platform,
    settings: &'static [&'static str],
) -> impl Iterator<Item = (&'a SessionPolicy, u64)> + use<'a> {
    let made = move |session: &&SessionPolicy| session.platform == platform && settings.contains(&session.setting.as_str());
    view.facts().sessions.iter().filter(made).filter_map(|session| Some((session, session.seconds?)))
}

/// The lengths in seconds that a workload's definition states under a name, each with its place.
fn stated<'w>(workload: &'w Workload, name: &'static str) -> impl Iterator<Item = (u64, &'w Location)> {
    let named = workload.traits.iter().filter(move |(known, ..)| known == name);
    named.filter_map(|(_, text, location)| Some((text.trim().parse().ok()?, location)))
}

/// The workloads of a cluster, by what their tokens, certificates and lifetimes belong to.
struct Pods<'a> {
    of_file: BTreeMap<&'a str, Vec<(&'a Location, &'a Linked)>>,
    of_account: BTreeMap<&'a str, Vec<&'a Linked>>,
    of_secret: BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>,
}

impl<'a> Pods<'a> {
    fn new(view: &View<'a>) -> Self {
        let mut pods = Self { of_file: BTreeMap::new(), of_account: BTreeMap::new(), of_secret: BTreeMap::new() };
        for linked in &view.context.workloads {
            for extent in &linked.workload.extents {
                pods.of_file.entry(&extent.origin.path).or_default().push((extent, linked));
            }
            for (_, account) in linked.workload.uses.iter().filter(|(kind, _)| *kind == Use::ServiceAccount) {
                pods.of_account.entry(account).or_default().push(linked);
            }
            for used in linked.workload.references.iter().filter(|used| used.store == StoreKind::K8sSecret) {
                let key = (used.namespace.as_deref().unwrap_or_default(), used.name.as_str());
                pods.of_secret.entry(key).or_default().insert(&linked.workload.id);
            }
        }
        pods
    }

    /// About something of a pod: of the one whose definition it stands in, else of all that run under the account
    /// `k8s:sa/<namespace>/<name>`, else of the principal itself.
    fn say(&self, sink: &mut Sink<'_>, account: &str, place: &Location, statement: &Statement) {
        let own = self.of_file.get(place.origin.path.as_str()).into_iter().flatten();
        if let Some((_, linked)) = own.clone().find(|(extent, _)| extent.region.span.contains(place.region.span)) {
            return sink.workload(&linked.workload.id, statement.clone());
        }
        match account.strip_prefix("k8s:sa/").and_then(|name| self.of_account.get(name)) {
            Some(users) => users.iter().for_each(|linked| sink.workload(&linked.workload.id, statement.clone())),
            None => sink.principal(account, statement),
        }
    }

    /// About what a Secret holds, given as `<namespace>/<name>`: of every workload that uses it, else of nobody.
    fn say_of_secret(&self, sink: &mut Sink<'_>, secret: &str, statement: &Statement) {
        match secret.split_once('/').and_then(|key| self.of_secret.get(&key)) {
            Some(users) => users.iter().for_each(|id| sink.workload(id, statement.clone())),
            None => sink.alone(statement.clone()),
        }
    }
}

/// Whether the workload runs to an end, and then again: jobs of clusters and of clouds.
fn is_batch(workload: &Workload) -> bool {
    const K8S: [&str; 8] = ["Job", "CronJob", "Workflow", "CronWorkflow", "WorkflowTemplate", "TaskRun", "PipelineRun", "Task"];
    const TERRAFORM: [&str; 8] = [
        "aws_batch_job_definition",
        "aws_glue_job",
        "google_cloud_run_v2_job",
        "google_dataflow_job",
        "azurerm_container_app_job",
        "kubernetes_cron_job",
        "kubernetes_job",
        "nomad_job",
    ];
    let kind = workload.id.rsplit('/').nth(1).unwrap_or_default();
    let address = workload.id.rsplit_once('#').map_or("", |(_, address)| address);
    K8S.contains(&kind) || TERRAFORM.iter().any(|name| address.starts_with(name))
}

/// A length for people: whole days, hours or minutes where it is one.
fn length(seconds: u64) -> String {
    let unit = |size: u64, one: &str, many: &str| {
        let count = seconds / size;
        (seconds >= size && seconds.is_multiple_of(size)).then(|| format!("{count} {}", if count == 1 { one } else { many }))
    };
    unit(DAY, "day", "days")
        .or_else(|| unit(HOUR, "hour", "hours"))
        .or_else(|| unit(60, "minute", "minutes"))
        .unwrap_or_else(|| format!("{seconds} seconds"))
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths_are_said_in_the_largest_whole_unit() {
        assert_eq!(
            [86_400, 172_800, 43_200, 3_600, 5_400, 90, 0].map(length),
            ["1 day", "2 days", "12 hours", "1 hour", "90 minutes", "90 seconds", "0 seconds"]
        );
    }
}
