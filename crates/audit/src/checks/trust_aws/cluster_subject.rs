//! # What it finds
//!
//! An AWS role that trusts the issuer of a Kubernetes cluster (IRSA) without naming one service account: no `…:sub`
//! condition, or a wildcard in the namespace or the account (`system:serviceaccount:*:*`,
//! `system:serviceaccount:shop:*`). A wildcard that only completes an account's name in one namespace is a warning.
//!
//! # Why it matters
//!
//! Every pod whose service account matches becomes the role; whoever may create a service account or a namespace in
//! the cluster gains the role's power.
//!
//! # Instead
//!
//! `StringEquals` on `:sub` with `system:serviceaccount:NAMESPACE:ACCOUNT` and on `:aud` with `sts.amazonaws.com`.

use unkeyed_model::{Level, SubjectRule, TrustBinding};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{standards, subjects};
use crate::trust_match::condition::How;
use crate::trust_match::issuer;
use crate::trust_match::pattern::certain;

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-11",
    title: "cluster issuer is trusted without naming one service account",
    level: Level::Error,
    standards: standards::TRUST_SHARED,
    source: include_str!("cluster_subject.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view) {
        let Some((level, why)) = breadth(trust) else { continue };
        let message = format!("The trust of {} ({}) {why}.", view.name(&trust.principal), spot(&trust.location));
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

fn breadth(trust: &TrustBinding) -> Option<(Level, String)> {
    let cluster = issuer::is_of_cluster(&trust.issuer);
    if cluster && trust.subject == SubjectRule::Any && !subjects::names_tenant(trust) {
        return Some((CHECK.level, "names no service account, so that every pod of the cluster can become it".into()));
    }
    let wild = subjects::of(trust).into_iter().filter(|subject| matches!(subject.how, How::Like | How::Glob));
    let worst = wild.filter_map(|subject| Some((level(&subject.text, cluster)?, subject.text))).max()?;
    Some((worst.0, format!("matches service accounts against \"{}\", which admits more than one", worst.1)))
}

fn level(pattern: &str, cluster: bool) -> Option<Level> {
    let wild = |text: &str| certain(text).contains(['*', '?']);
    let Some(rest) = pattern.strip_prefix("system:serviceaccount:") else {
        return (cluster && wild(pattern)).then_some(Level::Error);
    };
    let (namespace, account) = rest.split_once(':').unwrap_or((rest, ""));
    if wild(namespace) || account.starts_with(['*', '?']) {
        return Some(Level::Error);
    }
    wild(account).then_some(Level::Warning)
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform, Value};

    use super::*;
    use crate::checks::testing::{exact, glob, levels, with_trust};

    fn trusting(subject: SubjectRule) -> Estate {
        with_trust(Platform::Aws, |trust| {
            trust.issuer = Value::literal("oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF");
            trust.subject = subject;
        })
    }

    #[test]
    fn more_than_one_service_account_is_an_error() {
        assert_eq!(levels(&CHECK, &trusting(SubjectRule::Any)), [Level::Error]);
        for pattern in ["*", "system:serviceaccount:*:*", "system:serviceaccount:*:web", "system:serviceaccount:shop:*"] {
            assert_eq!(levels(&CHECK, &trusting(glob(pattern))), [Level::Error], "{pattern}");
        }
        assert_eq!(levels(&CHECK, &trusting(glob("system:serviceaccount:shop:web-*"))), [Level::Warning]);
    }

    #[test]
    fn one_service_account_is_fine() {
        assert!(levels(&CHECK, &trusting(exact("system:serviceaccount:shop:web"))).is_empty());
        assert!(levels(&CHECK, &trusting(glob("system:serviceaccount:shop:web"))).is_empty());
    }

    #[test]
    fn the_subject_tells_even_where_the_issuer_is_not_known() {
        let module = |subject| {
            with_trust(Platform::Aws, |trust| {
                trust.issuer = Value::unknown("module.eks.oidc_provider");
                trust.subject = subject;
            })
        };
        assert_eq!(levels(&CHECK, &module(glob("system:serviceaccount:*:web"))), [Level::Error]);
        assert!(levels(&CHECK, &module(SubjectRule::Any)).is_empty());
        let own = with_trust(Platform::Aws, |trust| {
            trust.issuer = Value::unknown("`aws_eks_cluster.main.identity.oidc.issuer` is not known");
            trust.subject = SubjectRule::Any;
        });
        assert_eq!(levels(&CHECK, &own), [Level::Error]);
        assert!(levels(&CHECK, &trusting(SubjectRule::Unknown("var.subject".into()))).is_empty());
    }
}
