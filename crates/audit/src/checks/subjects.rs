//! What a trust says of the subject, once for all platforms.

use unkeyed_model::{TrustBinding, Value};

use super::breadth::{self, Breadth};
use crate::trust_match::condition::{Condition, How, Test};
use crate::trust_match::issuer::Shared;

/// Claims that name one repository or project.
const PROJECT: [&str; 8] = [
    "repository",
    "repository_id",
    "project_path",
    "project_id",
    "terraform_workspace_id",
    "terraform_workspace_name",
    "pipeline_id",
    "pipeline_slug",
];

/// Claims whose text the subject holds, and what stands in front of it there.
const NAMES: [(&str, &str); 2] = [("repository", "repo:"), ("project_path", "project_path:")];

/// Claims that name one tenant.
const TENANT: [&str; 11] = [
    "repository_owner",
    "repository_owner_id",
    "namespace_id",
    "namespace_path",
    "organization_id",
    "organization_slug",
    "enterprise",
    "enterprise_id",
    "terraform_organization_id",
    "terraform_organization_name",
    "root_group_id",
];

/// Claims that name one ref, environment or workflow file.
const CONTEXT: [&str; 5] = ["ref", "environment", "job_workflow_ref", "workflow_ref", "ci_config_ref_uri"];

/// A subject pattern as written, `*` and `?` being wild in it only if it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    /// The text.
    pub(crate) text: String,
    /// How it compares.
    pub(crate) how: How,
}

impl Subject {
    /// How much it lets in.
    pub(crate) fn breadth(&self, issuer: Option<Shared>) -> Breadth {
        match self.how {
            How::Like | How::Glob => breadth::of(&self.text, issuer),
            How::StartsWith => breadth::of(&format!("{}*", self.text), issuer),
            How::Contains => Breadth::Everybody,
            How::Is | How::Folded | How::Opaque => Breadth::Exact,
        }
    }
}

/// Whether a word of the name says that it is production's.
pub(crate) fn is_production(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| matches!(word, "prod" | "production" | "prd" | "live"))
}

/// The subjects that a trust accepts, as far as they can be told.
pub(crate) fn of(trust: &TrustBinding) -> Vec<Subject> {
    let condition = Condition::of(trust);
    let about_subject = |test: &&Test| test.plain_claim() == "sub" && !test.negated;
    let tests = condition.tests().into_iter().filter(about_subject);
    // A pattern in which nothing is wild is the text itself.
    let how = |test: &Test, text: &str| match test.how {
        How::Like | How::Glob if !text.contains(['*', '?']) => How::Is,
        how => how,
    };
    tests
        .flat_map(|test| {
            test.values.iter().filter_map(Value::known).map(move |text| Subject { text: text.to_owned(), how: how(test, text) })
        })
        .collect()
}

/// What the widest part of a trust lets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Widest {
    /// How much.
    pub(crate) breadth: Breadth,
    /// What is written, in words: `the subject "repo:acme/*"`, `repository_owner "acme"`.
    pub(crate) admits: String,
}

/// The widest subject of a trust, further claims considered; where nothing is said of the subject, what its other claims
/// admit. `None` if neither tells.
pub(crate) fn widest(trust: &TrustBinding) -> Option<Widest> {
    let issuer = Shared::template(&trust.issuer);
    let of_subject = of(trust).into_iter().map(|subject| (subject.breadth(issuer), subject)).min_by_key(|(breadth, _)| *breadth);
    if let Some((breadth, subject)) = of_subject {
        return Some(Widest { breadth: narrowed(trust, breadth), admits: format!("the subject \"{}\"", subject.text) });
    }
    let condition = Condition::of(trust);
    let tests = condition.tests();
    if let Some((breadth, subject, claim)) = of_names(&tests, issuer) {
        return Some(Widest { breadth: narrowed(trust, breadth), admits: format!("{claim} \"{}\"", subject.text) });
    }
    let naming = |claims: &[&str]| tests.iter().find(|test| has_exact(&[test], claims)).copied();
    let (test, breadth) = match (naming(&PROJECT), naming(&TENANT)) {
        (Some(test), _) => (test, Breadth::Project),
        (None, Some(test)) => (test, Breadth::Tenant),
        (None, None) => return None,
    };
    let value = test.values.first().and_then(Value::known)?;
    Some(Widest { breadth: narrowed(trust, breadth), admits: format!("{} \"{value}\"", test.plain_claim()) })
}

/// Whether anything is said of the subject, or by a pattern of the repository's or project's name in it.
pub(crate) fn has_pattern(trust: &TrustBinding) -> bool {
    !of(trust).is_empty() || of_names(&Condition::of(trust).tests(), None).is_some()
}

/// The widest pattern on a claim that is the middle of the subject: the repository's or project's name.
fn of_names<'t>(tests: &[&'t Test], issuer: Option<Shared>) -> Option<(Breadth, Subject, &'t str)> {
    let patterns = tests.iter().filter(|test| !test.negated).filter_map(|test| {
        let lead = NAMES.iter().find(|(claim, _)| *claim == test.plain_claim())?.1;
        Some(test.values.iter().filter_map(Value::known).filter(|text| test.how.is_wild(text)).map(move |text| {
            let whole = Subject { text: format!("{lead}{text}"), how: test.how };
            (whole.breadth(issuer), Subject { text: text.to_owned(), how: test.how }, test.plain_claim())
        }))
    });
    patterns.flatten().min_by_key(|(breadth, ..)| *breadth)
}

/// Whether the trust tells tenants apart by anything at all.
pub(crate) fn names_tenant(trust: &TrustBinding) -> bool {
    if !matches!(trust.subject, unkeyed_model::SubjectRule::Any) {
        return true;
    }
    let condition = Condition::of(trust);
    let tells = |test: &&Test| {
        let claim = test.plain_claim();
        !test.negated && (claim == "sub" || TENANT.contains(&claim) || PROJECT.contains(&claim) || CONTEXT[2..].contains(&claim))
    };
    condition.tests().iter().any(tells)
}

/// Whether the trust names one repository or project by a claim of its own.
pub(crate) fn names_project(trust: &TrustBinding) -> bool {
    has_exact(&Condition::of(trust).tests(), &PROJECT)
}

/// Whether one of these claims must equal something.
fn has_exact(tests: &[&Test], claims: &[&str]) -> bool {
    tests.iter().any(|test| {
        let plain = test.values.iter().all(|value| value.known().is_none_or(|text| !test.how.is_wild(text)));
        !test.negated && test.how != How::Opaque && plain && claims.contains(&test.plain_claim())
    })
}

fn narrowed(trust: &TrustBinding, breadth: Breadth) -> Breadth {
    let condition = Condition::of(trust);
    let tests = condition.tests();
    let exact = |claims: &[&str]| has_exact(&tests, claims);
    let within_project = exact(&CONTEXT);
    match breadth {
        // A reusable workflow that is pinned decides what runs, whoever calls it.
        _ if exact(&CONTEXT[2..]) => Breadth::Exact,
        _ if exact(&PROJECT) => {
            if within_project {
                Breadth::Exact
            } else {
                breadth.max(Breadth::Project)
            }
        }
        Breadth::Everybody if exact(&TENANT) => Breadth::Tenant,
        Breadth::Project | Breadth::Prefix if within_project => Breadth::Exact,
        _ => breadth,
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Claim, Platform, SubjectRule};

    use super::*;
    use crate::testing;

    fn widest_with(subject: SubjectRule, claims: &[(&str, &str)]) -> Option<Breadth> {
        let mut trust = testing::trust(Platform::Aws, "p");
        trust.subject = subject;
        trust.claims = claims
            .iter()
            .map(|(name, value)| Claim {
                name: format!("token.actions.githubusercontent.com:{name}"),
                operator: "StringEquals".into(),
                values: vec![Value::literal(*value)],
                set_qualifier: None,
                if_exists: false,
            })
            .collect();
        widest(&trust).map(|widest| widest.breadth)
    }

    fn glob(text: &str) -> SubjectRule {
        SubjectRule::Glob(vec!["repo:acme/api:pull_request".into(), text.into()])
    }

    #[test]
    fn the_widest_pattern_counts() {
        assert_eq!(widest_with(glob("repo:acme/*"), &[]), Some(Breadth::Tenant));
        assert_eq!(widest_with(SubjectRule::Exact(vec!["repo:acme/*".into()]), &[]), Some(Breadth::Exact));
        assert_eq!(widest_with(SubjectRule::Expression("assertion.sub.startsWith('repo:acme/')".into()), &[]), Some(Breadth::Tenant));
        assert_eq!(widest_with(SubjectRule::Any, &[]), None);
        assert_eq!(widest_with(SubjectRule::Any, &[("repository_owner", "acme")]), Some(Breadth::Tenant));
        assert_eq!(widest_with(SubjectRule::Any, &[("repository", "acme/api")]), Some(Breadth::Project));
        assert_eq!(widest_with(SubjectRule::Any, &[("repository", "acme/api"), ("ref", "refs/heads/main")]), Some(Breadth::Exact));
        assert_eq!(widest_with(SubjectRule::Unknown("a variable".into()), &[]), None);
    }

    #[test]
    fn patterns_on_names_count_as_those_on_the_subject() {
        let cel = |text: &str| widest_with(SubjectRule::Expression(text.into()), &[]);
        assert_eq!(cel("assertion.repository.startsWith('acme/')"), Some(Breadth::Tenant));
        assert_eq!(cel("assertion.repository.matches('^acme/.*$')"), Some(Breadth::Tenant));
        assert_eq!(cel("assertion.repository.startsWith('acme')"), Some(Breadth::Everybody));
        assert_eq!(cel("assertion.repository.startsWith('acme/') && assertion.repository_id == '1'"), Some(Breadth::Project));
        assert_eq!(cel("assertion.repository.startsWith(assertion.x)"), None);
    }

    #[test]
    fn further_claims_narrow() {
        assert_eq!(widest_with(glob("repo:acme/*"), &[("repository_id", "1")]), Some(Breadth::Project));
        assert_eq!(widest_with(glob("repo:acme/*"), &[("repository_id", "1"), ("ref", "refs/heads/main")]), Some(Breadth::Exact));
        assert_eq!(widest_with(glob("repo:acme/*"), &[("job_workflow_ref", "acme/ci/w.yml@v1")]), Some(Breadth::Exact));
        assert_eq!(widest_with(glob("repo:*"), &[("repository_owner_id", "1")]), Some(Breadth::Tenant));
        assert_eq!(widest_with(glob("repo:acme/api:*"), &[("environment", "prod")]), Some(Breadth::Exact));
        assert_eq!(widest_with(glob("repo:acme/*"), &[("actor", "bob")]), Some(Breadth::Tenant));
    }
}
