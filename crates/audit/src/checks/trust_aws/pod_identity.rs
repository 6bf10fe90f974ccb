//! # What it finds
//!
//! A role for EKS Pod Identity (`pods.eks.amazonaws.com`) whose trust lacks one of the two actions `sts:AssumeRole` and
//! `sts:TagSession`; and, as a note, one that has both but neither a condition nor an association in these inputs that
//! says which service account it is for.
//!
//! # Why it matters
//!
//! EKS tags every session with cluster, namespace and service account, so that without `sts:TagSession` the role can't
//! be assumed at all (Amazon EKS User Guide, "EKS Pod Identity role trust policy"): pods get their access another way.
//! Without a condition, whoever may create associations decides who gets the role.
//!
//! # Instead
//!
//! Allow both actions, and add `StringEquals` on `aws:RequestTag/kubernetes-namespace` and
//! `aws:RequestTag/kubernetes-service-account`, or on `aws:SourceAccount` with `ArnEquals` on `aws:SourceArn`.

use unkeyed_model::{Level, Platform, TrustBinding, Value};

use crate::checks::check::{Check, Sink, Statement, list, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::pattern::glob_admits;

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-12",
    title: "trust of a Pod Identity role is incomplete",
    level: Level::Warning,
    standards: standards::TRUST,
    source: include_str!("pod_identity.rs"),
    run,
};

const SERVICE: &str = "pods.eks.amazonaws.com";

const NEEDED: [&str; 2] = ["sts:AssumeRole", "sts:TagSession"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for (key, trusts) in view.trusted() {
        let of_pods: Vec<&TrustBinding> = trusts.iter().copied().filter(|trust| is_of_pods(trust)).collect();
        let Some(first) = of_pods.first() else { continue };
        let Some(lacking) = lacking(&of_pods) else { continue };
        let who = view.name(key);
        let place = spot(&first.location);
        let associated = || trusts.iter().any(|trust| trust.trusted == "service-account");
        let (level, message) = if !lacking.is_empty() {
            (
                CHECK.level,
                format!("The trust of {who} ({place}) doesn't allow {}, without which EKS Pod Identity can't assume it.", list(&lacking)),
            )
        } else if of_pods.iter().all(|trust| trust.claims.is_empty()) && !associated() {
            (Level::Note, format!("The trust of {who} ({place}) lets EKS give it to any service account that an association names."))
        } else {
            continue;
        };
        sink.principal(key, &Statement::new(level, &first.location, message));
    }
}

fn is_of_pods(trust: &TrustBinding) -> bool {
    trust.platform == Platform::Aws && trust.trusted == "service" && trust.issuer.known() == Some(SERVICE)
}

/// The needed actions that no statement allows; `None` if it can't be told.
fn lacking(trusts: &[&TrustBinding]) -> Option<Vec<&'static str>> {
    let actions = || trusts.iter().flat_map(|trust| &trust.settings).filter(|(name, _)| name == "action").map(|(_, value)| value);
    if actions().next().is_none() || actions().any(|action| action.known().is_none_or(|text| text.contains("${"))) {
        return None;
    }
    let allowed = |needed: &str| {
        actions().filter_map(Value::known).any(|action| glob_admits(&action.to_ascii_lowercase(), &needed.to_ascii_lowercase()))
    };
    Some(NEEDED.into_iter().filter(|needed| !allowed(needed)).collect())
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{claim, levels, with_trust};

    fn allowing(actions: &[&str], change: impl FnOnce(&mut TrustBinding)) -> Estate {
        with_trust(Platform::Aws, |trust| {
            trust.trusted = "service".into();
            trust.issuer = Value::literal(SERVICE);
            trust.settings = actions.iter().map(|action| ("action".to_owned(), Value::literal(*action))).collect();
            change(trust);
        })
    }

    #[test]
    fn without_session_tags_the_role_is_dead() {
        assert_eq!(levels(&CHECK, &allowing(&["sts:AssumeRole"], |_| {})), [Level::Warning]);
    }

    #[test]
    fn without_condition_it_is_noted() {
        assert_eq!(levels(&CHECK, &allowing(&["sts:AssumeRole", "sts:tagsession"], |_| {})), [Level::Note]);
        assert_eq!(levels(&CHECK, &allowing(&["sts:*"], |_| {})), [Level::Note]);
    }

    #[test]
    fn a_condition_or_an_association_ties_it() {
        let tag = claim("aws:RequestTag/kubernetes-namespace", "StringEquals", "shop");
        assert!(levels(&CHECK, &allowing(&["sts:AssumeRole", "sts:TagSession"], |trust| trust.claims = vec![tag])).is_empty());
        let mut associated = allowing(&["sts:AssumeRole", "sts:TagSession"], |_| {});
        let mut association = associated.facts.trusts[0].clone();
        association.trusted = "service-account".into();
        associated.facts.trusts.push(association);
        assert!(levels(&CHECK, &associated).is_empty());
    }

    #[test]
    fn unknown_actions_and_other_services_say_nothing() {
        assert!(levels(&CHECK, &allowing(&["sts:AssumeRole", "${var.more}"], |_| {})).is_empty());
        let lambda = |trust: &mut TrustBinding| trust.issuer = Value::literal("lambda.amazonaws.com");
        assert!(levels(&CHECK, &allowing(&["sts:AssumeRole"], lambda)).is_empty());
    }
}
