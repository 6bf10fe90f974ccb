//! # What it finds
//!
//! A Vault JWT login role whose glob admits other tenants or every repository of one (an error), or every branch and
//! environment of one repository (a warning); one that binds the owner or the organisation alone (an error); and a role
//! without `bound_audiences` (a warning). Of logins with an identity of AWS, Azure or Google: an ARN whose role's name is wild, every
//! account, or nothing but an account, a subscription, a project or a region (an error).
//!
//! # Why it matters
//!
//! With `bound_claims_type = "glob"` a `*` in a value is wild and crosses `/` and `:`. Without `bound_audiences` Vault
//! refuses tokens that name an audience, so that such a role invites an issuer setup without one.
//!
//! # Instead
//!
//! `bound_claims_type = "string"` with whole values, and one audience made for this Vault.

use unkeyed_model::{Level, Platform, SubjectRule, TrustBinding, Value};

use super::jwt;
use crate::checks::breadth::{self, Breadth};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{standards, subjects};
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-VLT-02",
    title: "login role binds loosely",
    level: Level::Error,
    standards: standards::TRUST,
    source: include_str!("loose_claim.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in view.trusts(Platform::Vault).filter(|trust| ["aws", "azure", "gcp"].contains(&trust.trusted.as_str())) {
        let Some(who) = of_machines(trust) else { continue };
        let message = format!("The login role {} ({}) admits {who}.", view.name(&trust.principal), spot(&trust.location));
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
    for trust in jwt(view) {
        let mut say = |level, why: String| {
            let message = format!("The login role {} ({}) {why}.", view.name(&trust.principal), spot(&trust.location));
            sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
        };
        if let Some((level, pattern)) = glob(trust) {
            say(level, format!("binds {pattern}, which admits more than one workload"));
        }
        if trust.audiences.is_none() {
            say(Level::Warning, "has no bound_audiences, so that it doesn't say for whom tokens must be made".to_owned());
        }
    }
}

/// What is bound that whole accounts, subscriptions or projects have in common.
const PLACES: &[&str] = &[
    "bound_account_id",
    "bound_account_ids",
    "bound_subscription_ids",
    "bound_locations",
    "bound_projects",
    "bound_zones",
    "bound_regions",
];

/// Whom of a cloud a role lets in, if that is many.
fn of_machines(trust: &TrustBinding) -> Option<String> {
    match &trust.subject {
        SubjectRule::Glob(arns) => {
            let is_wild = |arn: &&String| {
                let who = arn.splitn(6, ':').nth(5).unwrap_or(arn);
                ["role/", "user/", "assumed-role/"].iter().fold(who, |who, kind| who.strip_prefix(kind).unwrap_or(who)).starts_with('*')
            };
            arns.iter().find(is_wild).map(|arn| format!("every principal that fits \"{arn}\""))
        }
        SubjectRule::Any if trust.claims.iter().all(|claim| PLACES.contains(&claim.name.as_str())) => Some(match trust.claims.first() {
            None => format!("every principal of {}", trust.trusted),
            Some(claim) => format!("every principal that {} holds for", claim.name),
        }),
        _ => None,
    }
}

/// The widest glob, on the subject or on a claim that names a repository.
fn glob(trust: &TrustBinding) -> Option<(Level, String)> {
    let of_subject = subjects::of(trust).first().and_then(|_| subjects::widest(trust)).map(|widest| (widest.breadth, widest.admits));
    let of_claims = trust.claims.iter().filter(|claim| claim.operator == "glob").flat_map(|claim| {
        let lead = match claim.name.trim_start_matches('/') {
            "repository" => Some(("repo:", Shared::GitHub)),
            "project_path" => Some(("project_path:", Shared::GitLab)),
            _ => None,
        };
        let texts = claim.values.iter().filter_map(Value::known);
        texts.filter_map(move |text| {
            lead.map(|(lead, issuer)| (breadth::of(&format!("{lead}{text}:x"), Some(issuer)), format!("{} \"{text}\"", claim.name)))
        })
    });
    let by_owner =
        || subjects::widest(trust).filter(|widest| widest.breadth <= Breadth::Tenant).map(|widest| (widest.breadth, widest.admits));
    let (breadth, pattern) = of_subject.into_iter().chain(of_claims).min().or_else(by_owner)?;
    match breadth {
        Breadth::Everybody | Breadth::Tenant => Some((CHECK.level, pattern)),
        Breadth::Project => Some((Level::Warning, pattern)),
        Breadth::Prefix | Breadth::Exact => None,
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::SubjectRule;

    use super::*;
    use crate::checks::testing::{claim, levels, vault};

    fn globbed(pattern: &str) -> Vec<Level> {
        levels(&CHECK, &vault(|trust| trust.subject = SubjectRule::Glob(vec![pattern.into()])))
    }

    #[test]
    fn the_level_depends_on_the_breadth() {
        assert_eq!(globbed("*"), [Level::Error]);
        assert_eq!(globbed("repo:acme/*"), [Level::Error]);
        assert_eq!(globbed("repo:acme/api:*"), [Level::Warning]);
        let by_claim = vault(|trust| {
            trust.subject = SubjectRule::Any;
            trust.claims = vec![claim("repository", "glob", "acme/*")];
        });
        assert_eq!(levels(&CHECK, &by_claim), [Level::Error]);
        let on_gitlab = vault(|trust| {
            trust.subject = SubjectRule::Any;
            trust.claims = vec![claim("project_path", "glob", "acme/*")];
        });
        assert_eq!(levels(&CHECK, &on_gitlab), [Level::Error]);
    }

    #[test]
    fn machines_are_named() {
        let in_cloud = |cloud: &str, subject: SubjectRule, bound: &[&str]| {
            let estate = vault(|trust| {
                trust.trusted = cloud.into();
                trust.subject = subject.clone();
                trust.claims = bound.iter().map(|name| claim(name, "eq", "x")).collect();
            });
            levels(&CHECK, &estate)
        };
        let admitting = |subject, bound: &[&str]| in_cloud("aws", subject, bound);
        assert_eq!(in_cloud("azure", SubjectRule::Any, &["bound_subscription_ids"]), [Level::Error]);
        assert!(in_cloud("azure", SubjectRule::Any, &["bound_subscription_ids", "bound_resource_groups"]).is_empty());
        assert_eq!(in_cloud("gcp", SubjectRule::Glob(vec!["*".into()]), &[]), [Level::Error]);
        let glob = |arn: &str| SubjectRule::Glob(vec![arn.into()]);
        assert_eq!(admitting(glob("arn:aws:iam::111122223333:role/*"), &[]), [Level::Error]);
        assert_eq!(admitting(glob("arn:aws:iam::111122223333:*"), &[]), [Level::Error]);
        assert_eq!(admitting(SubjectRule::Any, &["bound_account_ids"]), [Level::Error]);
        assert!(admitting(glob("arn:aws:iam::111122223333:role/orders-*"), &[]).is_empty());
        assert!(admitting(SubjectRule::Exact(vec!["arn:aws:iam::111122223333:role/orders".into()]), &[]).is_empty());
        assert!(admitting(SubjectRule::Any, &["bound_account_ids", "bound_ami_ids"]).is_empty());
        assert!(admitting(SubjectRule::Unknown("var.arn".into()), &[]).is_empty());
    }

    #[test]
    fn an_owner_alone_is_an_error() {
        let by = |name: &str| {
            let estate = vault(|trust| {
                trust.subject = SubjectRule::Any;
                trust.claims = vec![claim("repository_owner", "eq", "acme"), claim(name, "eq", "x")];
            });
            levels(&CHECK, &estate)
        };
        assert_eq!(by("ref"), [Level::Error]);
        assert!(by("repository").is_empty() && by("job_workflow_ref").is_empty());
    }

    #[test]
    fn an_open_audience_is_a_warning() {
        assert_eq!(levels(&CHECK, &vault(|trust| trust.audiences = None)), [Level::Warning]);
    }

    #[test]
    fn whole_values_are_fine() {
        assert!(globbed("repo:acme/api:environment:prod").is_empty());
        assert!(levels(&CHECK, &vault(|_| {})).is_empty());
    }

    #[test]
    fn unknown_values_say_nothing() {
        let unknown = vault(|trust| {
            trust.subject = SubjectRule::Unknown("var.subject".into());
            trust.audiences = Some(vec![Value::unknown("var.audience")]);
        });
        assert!(levels(&CHECK, &unknown).is_empty());
    }
}
