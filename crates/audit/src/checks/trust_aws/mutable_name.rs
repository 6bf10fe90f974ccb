//! # What it finds
//!
//! A trust, on any platform, that names a GitHub repository by `owner/name` only, without the numeric ids that stay
//! when the repository is renamed or transferred.
//!
//! # Why it matters
//!
//! A name can pass to somebody else: after a rename of the owner, whoever registers the old name sends the trusted
//! subject. Repositories created, renamed or transferred after 2026-07-15 send the immutable form
//! `repo:OWNER@ID/NAME@ID:…`, so that for those a trust by name goes dead instead. It is a warning where this repository
//! visibly bears another owner's name today, and an error where an export says that the immutable form is in use (`gh api
//! repos/OWNER/NAME/actions/oidc/customization/sub`).
//!
//! # Instead
//!
//! Trust the immutable subject, or add a condition on `repository_id` (AWS, GCP and Vault can test it; `gh api
//! repos/OWNER/NAME --jq .id` prints it).

use unkeyed_model::{Level, TrustBinding};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{drift, standards, subjects};
use crate::trust_match::condition::Condition;
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-14",
    title: "repository is trusted by a name that can change hands",
    level: Level::Note,
    standards: standards::DRIFT,
    source: include_str!("mutable_name.rs"),
    run,
};

/// Claims that stay with a repository or its owner.
const IDS: [&str; 4] = ["repository_id", "repository_owner_id", "enterprise_id", "enterprise"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let slug = view.context.estate.repository.as_ref().and_then(|repository| repository.slug_on("github.com"));
    for trust in &view.facts().trusts {
        if Shared::of_value(&trust.issuer) != Some(Shared::GitHub) || has_id(trust) {
            continue;
        }
        let Some(repository) =
            subjects::of(trust).iter().filter(|subject| !subject.text.contains('@')).find_map(|subject| named_repository(&subject.text))
        else {
            continue;
        };
        let named_here = slug.is_none_or(|slug| slug.eq_ignore_ascii_case(&repository));
        if let Some(form) = view.facts().subject_forms.iter().find(|form| form.immutable && named_here) {
            let message = format!(
                "The trust of {} ({}) names {repository}, whose tokens carry numeric ids ({}): the name alone no longer matches.",
                view.name(&trust.principal),
                spot(&trust.location),
                spot(&form.location),
            );
            let statement = Statement::new(Level::Error, &trust.location, message).with(&form.location, "the form of its subjects");
            sink.principal(&trust.principal, &statement);
            continue;
        }
        let moved = slug.is_some_and(|slug| drift::is_renamed(&repository, slug));
        let level = if moved { Level::Warning } else { CHECK.level };
        let message = format!(
            "The trust of {} ({}) knows the repository only as {repository}, a name that can be given up and taken by others.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

fn has_id(trust: &TrustBinding) -> bool {
    Condition::of(trust).tests().iter().any(|test| IDS.contains(&test.plain_claim()) && !test.negated)
}

/// `owner/name` of a subject that names exactly one repository; ids are left out.
pub(in crate::checks) fn named_repository(subject: &str) -> Option<String> {
    let repository = subject.strip_prefix("repo:")?.split(':').next()?;
    let (owner, name) = repository.split_once('/')?;
    let plain = |text: &str| text.split('@').next().filter(|text| !text.is_empty() && !text.contains(['*', '?', '$'])).map(str::to_owned);
    Some(format!("{}/{}", plain(owner)?, plain(name)?))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Platform, SubjectRule};

    use super::*;
    use crate::checks::testing::{claim, exact, glob, levels, with_trust};

    #[test]
    fn a_name_alone_is_a_note_on_every_platform() {
        for platform in [Platform::Aws, Platform::Azure, Platform::Vault] {
            assert_eq!(levels(&CHECK, &with_trust(platform, |_| {})), [Level::Note]);
        }
    }

    #[test]
    fn a_rename_makes_it_a_warning() {
        let renamed = with_trust(Platform::Aws, |trust| trust.subject = exact("repo:oldco/api:environment:prod"));
        assert_eq!(levels(&CHECK, &renamed), [Level::Warning]);
    }

    #[test]
    fn it_is_dead_where_the_immutable_form_is_in_use() {
        let mut estate = with_trust(Platform::Aws, |_| {});
        let form = |immutable| unkeyed_model::SubjectForm {
            immutable,
            prefix: None,
            claims: Vec::new(),
            location: crate::testing::place("sub.json", 0, 9),
        };
        estate.facts.subject_forms = vec![form(false)];
        assert_eq!(levels(&CHECK, &estate), [Level::Note]);
        estate.facts.subject_forms = vec![form(true)];
        assert_eq!(levels(&CHECK, &estate), [Level::Error]);
    }

    #[test]
    fn ids_are_fine() {
        let immutable = with_trust(Platform::Aws, |trust| trust.subject = exact("repo:acme@1/api@2:environment:prod"));
        assert!(levels(&CHECK, &immutable).is_empty());
        let by_claim = with_trust(Platform::Aws, |trust| {
            trust.claims = vec![claim("token.actions.githubusercontent.com:repository_id", "StringEquals", "2")];
        });
        assert!(levels(&CHECK, &by_claim).is_empty());
    }

    #[test]
    fn wider_and_unknown_subjects_are_not_names() {
        assert!(levels(&CHECK, &with_trust(Platform::Aws, |trust| trust.subject = glob("repo:acme/*"))).is_empty());
        let unknown = with_trust(Platform::Aws, |trust| trust.subject = SubjectRule::Unknown("var.subject".into()));
        assert!(levels(&CHECK, &unknown).is_empty());
    }
}
