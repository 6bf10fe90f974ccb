//! # What it finds
//!
//! A pod that shows a service-account token without an audience of its own to somebody other than the API server: a
//! projected token without `audience`, handed to a cloud or another service.
//!
//! # Why it matters
//!
//! Such a token is made for the API server. Whoever receives it can use it there as the pod; and a cloud that accepts it
//! accepts every token of the cluster.
//!
//! # Instead
//!
//! `serviceAccountToken: {audience: …}` with the audience of the one who is to accept it: `sts.amazonaws.com`,
//! `api://AzureADTokenExchange`, the address of the Vault.

use unkeyed_model::{Basis, Level, Platform, Value, WorkloadKind};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards::{csf, cwe, nhi, tenet};
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-K8S-01",
    title: "API server's token is shown to others",
    level: Level::Warning,
    standards: &[nhi("NHI4:2025"), nhi("NHI9:2025"), cwe("CWE-346"), csf("PR.AA-04"), tenet("tenet-6")],
    source: include_str!("default_audience.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in view.context.workloads.iter().filter(|linked| linked.workload.kind == WorkloadKind::K8s) {
        for path in linked.workload.identity_paths.iter().filter(|path| path.platform != Platform::K8s) {
            let by_default = path.tokens.iter().any(|token| is_api_server(&token.audience));
            let Some(place) = path.capability.as_ref().or(path.consumer.as_ref()).filter(|_| by_default) else { continue };
            let message = format!(
                "{} shows a token without an audience of its own to {} ({}), which can use it at the API server.",
                linked.workload.name,
                path.destination,
                spot(place),
            );
            sink.workload(&linked.workload.id, Statement::new(CHECK.level, place, message));
        }
    }
}

/// The audience that the API server puts in when nothing is written.
fn is_api_server(audience: &Value) -> bool {
    matches!(audience, Value::Known(text, Basis::Platform) if text.starts_with("https://kubernetes.default"))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{levels, with_job};

    fn showing(platform: Platform, audience: Value) -> Estate {
        with_job(platform, |pod| {
            pod.kind = WorkloadKind::K8s;
            pod.identity_paths[0].tokens[0].audience = audience;
        })
    }

    fn by_default() -> Value {
        Value::Known("https://kubernetes.default.svc".into(), Basis::Platform)
    }

    #[test]
    fn a_token_for_the_api_server_shown_to_a_cloud_is_a_warning() {
        assert_eq!(levels(&CHECK, &showing(Platform::Aws, by_default())), [Level::Warning]);
    }

    #[test]
    fn an_audience_of_its_own_or_the_api_server_itself_is_fine() {
        assert!(levels(&CHECK, &showing(Platform::Aws, Value::literal("sts.amazonaws.com"))).is_empty());
        assert!(levels(&CHECK, &showing(Platform::K8s, by_default())).is_empty());
        let vendors_default = Value::Known("sts.amazonaws.com".into(), Basis::Platform);
        assert!(levels(&CHECK, &showing(Platform::Aws, vendors_default)).is_empty());
    }

    #[test]
    fn an_unknown_audience_is_not_missing() {
        assert!(levels(&CHECK, &showing(Platform::Aws, Value::unknown("{{ .Values.audience }}"))).is_empty());
    }
}
