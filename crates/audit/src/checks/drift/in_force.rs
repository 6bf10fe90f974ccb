//! # What it finds
//!
//! A principal whose trust in the files is not the one that the platform's own export shows.
//!
//! # Why it matters
//!
//! What is reviewed is not what is in force: somebody changed the trust by hand, or the file was never applied. The
//! verdict follows the export. The next apply brings the file's trust back, which can open a door or close the one that
//! the workload uses.
//!
//! # Instead
//!
//! Decide which of the two is meant, bring both to it, and detect drift where the file is applied from.

use std::collections::BTreeSet;

use unkeyed_model::{Claim, Level, Platform, SubjectRule, TrustBinding, Value};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::outside;
use crate::trust_match::issuer;

pub(super) const CHECK: Check = Check {
    id: "TB-DRIFT-07",
    title: "trust in force differs from the files",
    level: Level::Warning,
    standards: standards::DRIFT,
    source: include_str!("in_force.rs"),
    run,
};

/// What a trust says, without where and in which order it says so.
type Said = (String, String, BTreeSet<String>, BTreeSet<String>, BTreeSet<String>);

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for (key, trusts) in view.trusted() {
        let (in_force, written): (Vec<&TrustBinding>, Vec<&TrustBinding>) =
            trusts.iter().copied().partition(|trust| outside::is_export(&trust.location));
        let (Some(first), Some(file)) = (in_force.first(), written.first()) else { continue };
        // What is read of one role of Vault doesn't tell whose tokens its method accepts.
        let issuers = |trusts: &[&TrustBinding]| trusts.iter().all(|trust| trust.issuer.known().is_some());
        let by_issuer = (issuers(&in_force) && issuers(&written)) || first.platform != Platform::Vault;
        let said = |trusts: &[&TrustBinding]| trusts.iter().map(|trust| said(trust, by_issuer)).collect::<Option<BTreeSet<Said>>>();
        let (Some(now), Some(meant)) = (said(&in_force), said(&written)) else { continue };
        if now == meant {
            continue;
        }
        let message = format!(
            "The trust of {} in {} is not the one in force ({}), which the verdict follows.",
            view.name(key),
            spot(&file.location),
            spot(&first.location)
        );
        let statement = Statement::new(CHECK.level, &file.location, message).with(&first.location, "what is in force");
        sink.principal(key, &statement);
    }
}

/// `None` if any of it can't be told.
fn said(trust: &TrustBinding, by_issuer: bool) -> Option<Said> {
    let subjects = match &trust.subject {
        SubjectRule::Exact(texts) | SubjectRule::Glob(texts) => texts.iter().cloned().collect(),
        SubjectRule::Expression(text) => BTreeSet::from([text.split_whitespace().collect::<Vec<_>>().join(" ")]),
        SubjectRule::Any => BTreeSet::new(),
        SubjectRule::Unknown(_) => return None,
    };
    let texts = |values: &[Value]| values.iter().map(|value| value.known().map(str::to_owned)).collect::<Option<BTreeSet<_>>>();
    let audiences = texts(trust.audiences.as_deref().unwrap_or_default())?;
    let claims = trust.claims.iter().map(|claim| Some(condition(claim, &texts(&claim.values)?))).collect::<Option<BTreeSet<_>>>()?;
    let issuer = if by_issuer { issuer::normal(trust.issuer.known()?).to_ascii_lowercase() } else { String::new() };
    Some((trust.trusted.clone(), issuer, subjects, audiences, claims))
}

fn condition(claim: &Claim, values: &BTreeSet<String>) -> String {
    let set = claim.set_qualifier.as_deref().unwrap_or_default();
    format!("{} {} {set} {} {values:?}", claim.name.to_ascii_lowercase(), claim.operator, claim.if_exists)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Estate, Origin, Platform, Surface};

    use super::*;
    use crate::checks::testing::{exact, levels, one_path};

    fn with(subject: SubjectRule) -> Estate {
        let mut estate = one_path(Platform::Aws);
        let mut deployed = estate.facts.trusts[0].clone();
        deployed.subject = subject;
        deployed.location.origin = Arc::new(Origin { path: "iam.json".into(), surface: Surface::CliExport, ..Origin::default() });
        estate.facts.trusts.push(deployed);
        estate
    }

    #[test]
    fn a_difference_is_a_warning() {
        assert_eq!(levels(&CHECK, &with(exact("repo:acme/api:pull_request"))), [Level::Warning]);
    }

    #[test]
    fn a_role_of_vault_is_compared_without_an_issuer_that_is_not_told() {
        let mut estate = with(exact("repo:acme/api:pull_request"));
        estate.facts.trusts.iter_mut().for_each(|trust| trust.issuer = Value::unknown("the auth backend"));
        assert!(levels(&CHECK, &estate).is_empty());
        estate.facts.trusts.iter_mut().for_each(|trust| trust.platform = Platform::Vault);
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
    }

    #[test]
    fn agreement_and_what_is_unknown_are_fine() {
        let same = one_path(Platform::Aws).facts.trusts[0].subject.clone();
        assert!(levels(&CHECK, &with(same)).is_empty());
        assert!(levels(&CHECK, &with(SubjectRule::Unknown("var.subject".into()))).is_empty());
        assert!(levels(&CHECK, &one_path(Platform::Aws)).is_empty());
    }
}
