//! What a predicted token says: its claims, as templates with holes.

use unkeyed_model::{PredictedToken, Repository, Value};

use super::issuer::{self, Shared};
use super::pattern::{Case, Pattern};

/// A predicted token together with what git knows of the repository that asks for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    token: &'a PredictedToken,
    /// `owner/name`, if the remote is on the issuer's host.
    slug: Option<&'a str>,
}

/// A claim of a predicted token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Claimed {
    /// One of these templates.
    Templates(Vec<String>),
    /// The token has a value that the inputs don't tell.
    Unknown,
}

impl<'a> Token<'a> {
    /// Joins token and repository.
    pub(crate) fn new(token: &'a PredictedToken, repository: Option<&'a Repository>) -> Self {
        let issuer = issuer::own(&token.issuer, repository);
        let slug = repository.and_then(|repository| repository.slug_on(host(issuer.known()?)));
        Self { token, slug }
    }

    /// Whether a template waits for a repository that is not known, or for an environment that is chosen at the start.
    pub(crate) fn is_open(&self, template: &str) -> bool {
        template.contains("{environment}") || (self.slug.is_none() && (template.contains("{repository") || template.contains("{owner}")))
    }

    /// The template as a pattern.
    pub(crate) fn pattern(&self, template: &str, case: Case) -> Option<Pattern> {
        Pattern::of_template(template, case, |hole| fill(self.slug?, hole))
    }

    /// The template with some repository or environment that no trust can name: fits only what fits every one.
    pub(crate) fn elsewhere(&self, template: &str) -> Option<Pattern> {
        let slug = self.slug.unwrap_or("\u{F0001}/\u{F0001}");
        Pattern::of_template(template, Case::Strict, |hole| if hole == "environment" { Some("\u{F0001}") } else { fill(slug, hole) })
    }

    /// A claim by its plain name (`sub`, `repository`, `ref`).
    pub(crate) fn claim(&self, name: &str) -> Claimed {
        if name == "aud" {
            return whole(&self.token.audience);
        }
        if name == "iss" {
            return whole(&self.token.issuer);
        }
        let Value::Known(subject, _) = &self.token.subject else { return Claimed::Unknown };
        if name == "sub" {
            return Claimed::Templates(subject_forms(subject, self.token.issuer.known()));
        }
        part(subject, name).map_or(Claimed::Unknown, |template| Claimed::Templates(vec![template]))
    }
}

fn whole(value: &Value) -> Claimed {
    value.known().map_or(Claimed::Unknown, |text| Claimed::Templates(vec![text.to_owned()]))
}

/// The host on which a repository lives whose jobs get tokens of the issuer.
fn host(issuer: &str) -> &str {
    let issuer = issuer::normal(issuer);
    let host = issuer.split('/').next().unwrap_or(issuer);
    match host {
        "token.actions.githubusercontent.com" => "github.com",
        _ => host.strip_prefix("token.actions.").unwrap_or(host),
    }
}

fn fill<'t>(slug: &'t str, hole: &str) -> Option<&'t str> {
    let (owner, name) = slug.split_once('/')?;
    match hole {
        "repository" => Some(slug),
        "repository-owner" | "owner" => Some(owner),
        "repository-name" => Some(name),
        _ => None,
    }
}

/// A GitHub subject also in its immutable form `repo:OWNER@ID/NAME@ID:…`, which repositories created, renamed or
/// transferred after 2026-07-15, or opted in, send instead (docs.github.com, "OpenID Connect reference").
fn subject_forms(subject: &str, issuer: Option<&str>) -> Vec<String> {
    let mut forms = vec![subject.to_owned()];
    if issuer.and_then(Shared::of) == Some(Shared::GitHub)
        && let Some((repository, rest)) = subject.strip_prefix("repo:").and_then(|rest| rest.split_once(':'))
        && let Some((owner, name)) = names(repository)
        && !repository.contains('@')
    {
        forms.push(format!("repo:{owner}@{{id}}/{name}@{{id}}:{rest}"));
    }
    forms
}

fn names(repository: &str) -> Option<(&str, &str)> {
    if repository == "{repository}" { Some(("{repository-owner}", "{repository-name}")) } else { repository.split_once('/') }
}

/// A further claim, as far as the subject tells it.
fn part(subject: &str, name: &str) -> Option<String> {
    let fields: Vec<&str> = subject.split(':').collect();
    let after = |key: &str| fields.iter().position(|field| *field == key).and_then(|at| fields.get(at + 1)).map(|text| (*text).to_owned());
    match name {
        "repository" => after("repo").filter(|text| !text.contains('@')),
        "repository_owner" => names(&after("repo")?).map(|(owner, _)| owner.to_owned()).filter(|text| !text.contains('@')),
        "environment" => after("environment"),
        "ref" if subject.starts_with("repo:") => after("ref"),
        "ref" => after("ref"),
        "ref_type" => after("ref_type").or_else(|| ref_type(&after("ref")?)),
        "project_path" | "run_phase" => after(name),
        "namespace_path" => after("project_path")?.rsplit_once('/').map(|(group, _)| group.to_owned()),
        "terraform_organization_name" | "organization_slug" => after("organization"),
        "terraform_project_name" => after("project"),
        "terraform_workspace_name" => after("workspace"),
        "terraform_run_phase" => after("run_phase"),
        "pipeline_slug" => after("pipeline"),
        "namespace" | "service_account" if fields.starts_with(&["system", "serviceaccount"]) => {
            fields.get(if name == "namespace" { 2 } else { 3 }).map(|text| (*text).to_owned())
        }
        _ => None,
    }
}

fn ref_type(git_ref: &str) -> Option<String> {
    if git_ref.starts_with("refs/heads/") { Some("branch".into()) } else { git_ref.starts_with("refs/tags/").then(|| "tag".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(issuer: &str, subject: &str) -> PredictedToken {
        PredictedToken { issuer: Value::literal(issuer), subject: Value::literal(subject), audience: Value::unknown("not asked") }
    }

    fn claim(subject: &str, name: &str) -> Option<String> {
        let token = token("https://token.actions.githubusercontent.com", subject);
        match Token::new(&token, None).claim(name) {
            Claimed::Templates(mut templates) => Some(templates.remove(0)),
            Claimed::Unknown => None,
        }
    }

    #[test]
    fn claims_are_read_from_the_subject() {
        let github = "repo:{repository}:ref:refs/tags/{tag}";
        assert_eq!(claim(github, "repository").as_deref(), Some("{repository}"));
        assert_eq!(claim(github, "repository_owner").as_deref(), Some("{repository-owner}"));
        assert_eq!(claim(github, "ref").as_deref(), Some("refs/tags/{tag}"));
        assert_eq!(claim(github, "ref_type").as_deref(), Some("tag"));
        assert_eq!(claim(github, "environment"), None);
        assert_eq!(claim("project_path:a/b/c:ref_type:branch:ref:main", "namespace_path").as_deref(), Some("a/b"));
        assert_eq!(claim("system:serviceaccount:shop:web", "namespace").as_deref(), Some("shop"));
        assert_eq!(claim("anything", "aud"), None);
    }

    #[test]
    fn github_subjects_have_an_immutable_form() {
        let token = token("https://token.actions.githubusercontent.com", "repo:acme/api:pull_request");
        let Claimed::Templates(forms) = Token::new(&token, None).claim("sub") else { panic!("known subject") };
        assert_eq!(forms, ["repo:acme/api:pull_request", "repo:acme@{id}/api@{id}:pull_request"]);
    }

    #[test]
    fn the_repository_is_looked_up_on_the_issuers_host() {
        assert_eq!(host("https://token.actions.acme.ghe.com"), "acme.ghe.com");
        assert_eq!(host("https://code.acme.example/_services/token"), "code.acme.example");
        let gitlab = token("https://gitlab.com", "project_path:{repository}:ref_type:branch:ref:main");
        let repository = Repository { remote: Some("github.com/acme/api".into()), ..Repository::default() };
        assert!(Token::new(&gitlab, Some(&repository)).is_open("project_path:{repository}"));
    }
}
