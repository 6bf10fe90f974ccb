//! Subjects of GitHub's tokens in the form that the platform says it uses for the repository (GitHub documentation,
//! "OpenID Connect reference"; REST API, "Get the customization template for an OIDC subject claim for a repository").

use unkeyed_model::{Facts, SubjectForm, Value};

use crate::trust_match::issuer::Shared;

/// Gives the tokens of all workloads the form that is said.
pub(super) fn apply(facts: &mut Facts) {
    let [form, ..] = &facts.subject_forms[..] else { return };
    let tokens = facts.workloads.iter_mut().flat_map(|workload| &mut workload.identity_paths).flat_map(|path| &mut path.tokens);
    for token in tokens.filter(|token| Shared::of_value(&token.issuer) == Some(Shared::GitHub)) {
        if let Value::Known(subject, _) = &mut token.subject
            && let Some(formed) = formed(subject, form)
        {
            *subject = formed;
        }
    }
}

/// The subject that is sent instead of the default one.
fn formed(subject: &str, form: &SubjectForm) -> Option<String> {
    let (repository, context) = subject.strip_prefix("repo:")?.split_once(':')?;
    let (owner, name) = match repository {
        "{repository}" => ("{repository-owner}", "{repository-name}"),
        _ => repository.split_once('/').filter(|_| !repository.contains('@'))?,
    };
    let base = match (&form.prefix, form.immutable) {
        (Some(prefix), true) => prefix.clone(),
        (None, true) => format!("repo:{owner}@{{id}}/{name}@{{id}}"),
        (_, false) => format!("repo:{repository}"),
    };
    if form.claims.is_empty() {
        return Some(format!("{base}:{context}"));
    }
    let parts = form.claims.iter().map(|claim| match claim.as_str() {
        "repo" => base.clone(),
        "context" => context.to_owned(),
        "repository" => format!("repository:{repository}"),
        "repository_owner" => format!("repository_owner:{owner}"),
        claim if context.strip_prefix(claim).is_some_and(|rest| rest.starts_with(':')) => context.to_owned(),
        claim => format!("{claim}:{{any}}"),
    });
    Some(parts.collect::<Vec<_>>().join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(immutable: bool, prefix: Option<&str>, claims: &[&str]) -> SubjectForm {
        let claims = claims.iter().map(|claim| (*claim).to_owned()).collect();
        SubjectForm { immutable, prefix: prefix.map(str::to_owned), claims, location: unkeyed_model::Location::default() }
    }

    #[test]
    fn ids_and_templates_are_filled_in() {
        let plain = "repo:acme/api:environment:prod";
        let of = |form: &SubjectForm| formed(plain, form).unwrap();
        assert_eq!(of(&form(false, None, &[])), plain);
        assert_eq!(of(&form(true, Some("repo:acme@1/api@2"), &[])), "repo:acme@1/api@2:environment:prod");
        assert_eq!(of(&form(true, None, &[])), "repo:acme@{id}/api@{id}:environment:prod");
        assert_eq!(of(&form(false, None, &["repository_owner", "environment"])), "repository_owner:acme:environment:prod");
        assert_eq!(of(&form(false, None, &["repo", "context", "actor"])), "repo:acme/api:environment:prod:actor:{any}");
        assert!(formed("project_path:acme/api:ref_type:branch:ref:main", &form(true, None, &[])).is_none());
    }
}
