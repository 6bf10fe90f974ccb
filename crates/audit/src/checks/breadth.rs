//! How much a subject pattern lets in.
//!
//! Each shared issuer has its own template (DOMAIN §3.1); what matters is in which part of it the first wild character
//! stands: before the tenant's name ends, in the name of the project, or after it.

use crate::trust_match::issuer::Shared;

/// What a pattern lets in, widest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Breadth {
    /// Tokens of other tenants of the issuer.
    Everybody,
    /// Several repositories, projects or workspaces of one tenant.
    Tenant,
    /// Every branch, tag or environment of one project.
    Project,
    /// Branches, tags or environments whose name begins as written.
    Prefix,
    /// What is written and nothing else.
    Exact,
}

/// The breadth of a pattern in which `*` and `?` are wild.
pub(crate) fn of(pattern: &str, issuer: Option<Shared>) -> Breadth {
    let Some(wild) = pattern.find(['*', '?']) else { return Breadth::Exact };
    let parts = match issuer {
        Some(Shared::GitLab) => parts(pattern, "project_path:", "/", ":"),
        Some(Shared::Terraform) => parts(pattern, "organization:", ":", ":run_phase"),
        Some(Shared::Buildkite) => parts(pattern, "organization:", ":", ":ref"),
        _ => parts(pattern, "repo:", "/", ":"),
    };
    let Some((tenant_end, project_end)) = parts else { return Breadth::Everybody };
    // An `@` starts the numeric id of the immutable form: what stands before it already names one owner or repository.
    let named = |from: usize, to: usize| pattern[from..to].find('@').map_or(to, |at| from + at);
    let start = pattern.find(':').map_or(0, |at| at + 1);
    if wild < named(start, tenant_end) {
        return Breadth::Everybody;
    }
    if tenant_end == pattern.len() {
        return Breadth::Tenant;
    }
    if pattern[tenant_end..named(tenant_end, project_end)].contains(['*', '?']) {
        return Breadth::Tenant;
    }
    let Some(context) = pattern.get(project_end..).filter(|context| !context.is_empty()) else { return Breadth::Exact };
    match context.find(['*', '?']) {
        None => Breadth::Exact,
        // The last parts of these differ in every run, or name the phases of one run.
        Some(_) if matches!(issuer, Some(Shared::Terraform)) => Breadth::Exact,
        Some(at) if is_whole(&context[..at]) => Breadth::Project,
        Some(_) => Breadth::Prefix,
    }
}

/// Where the tenant's and the project's names end; `None` if the pattern doesn't even name a tenant.
fn parts(pattern: &str, lead: &str, after_tenant: &str, after_project: &str) -> Option<(usize, usize)> {
    let body = pattern.strip_prefix(lead)?;
    let tenant = lead.len() + body.find(after_tenant).or_else(|| body.contains('@').then_some(body.len()))?;
    let rest = &pattern[tenant..];
    let skip = after_tenant.len().min(rest.len());
    let project = rest[skip..].find(after_project).map_or(pattern.len(), |at| tenant + skip + at);
    Some((tenant, project))
}

/// Whether what stands before the wild character names no branch, tag or environment yet.
fn is_whole(before: &str) -> bool {
    let before = before.trim_start_matches(':');
    let wholes = [
        "",
        "ref:",
        "ref:refs/",
        "ref:refs/heads/",
        "ref:refs/tags/",
        "environment:",
        "ref_type:",
        "ref_type:branch:ref:",
        "ref_type:tag:ref:",
    ];
    wholes.contains(&before) || wholes.iter().any(|whole| whole.starts_with(before) && !before.ends_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn github(pattern: &str) -> Breadth {
        of(pattern, Some(Shared::GitHub))
    }

    #[test]
    fn github_patterns_by_where_they_become_wild() {
        for pattern in ["*", "repo:*", "re*", "repo:acme*", "repo:*/api:ref:refs/heads/main", "repo:acm?/api:*", "*:acme/api:*"] {
            assert_eq!(github(pattern), Breadth::Everybody, "{pattern}");
        }
        for pattern in
            ["repo:acme/*", "repo:acme/api*", "repo:acme/*:environment:prod", "repo:acme/a?i:pull_request", "repo:acme@1/*", "repo:acme@*"]
        {
            assert_eq!(github(pattern), Breadth::Tenant, "{pattern}");
        }
        for pattern in ["repo:acme/api:*", "repo:acme/api:ref:refs/heads/*", "repo:acme/api:environment:*", "repo:acme/api:r*"] {
            assert_eq!(github(pattern), Breadth::Project, "{pattern}");
        }
        for pattern in ["repo:acme/api:ref:refs/heads/release/*", "repo:acme/api:ref:refs/tags/v*", "repo:acme/api:environment:prod-*"] {
            assert_eq!(github(pattern), Breadth::Prefix, "{pattern}");
        }
        for pattern in ["repo:acme/api:environment:prod", "repo:acme@*/api@*:environment:prod", "repo:acme/api"] {
            assert_eq!(github(pattern), Breadth::Exact, "{pattern}");
        }
    }

    #[test]
    fn other_issuers_have_their_own_parts() {
        assert_eq!(of("project_path:*", Some(Shared::GitLab)), Breadth::Everybody);
        assert_eq!(of("project_path:acme/*:ref_type:branch:ref:main", Some(Shared::GitLab)), Breadth::Tenant);
        assert_eq!(of("project_path:acme/api:ref_type:branch:ref:*", Some(Shared::GitLab)), Breadth::Project);
        assert_eq!(of("organization:*:project:p", Some(Shared::Terraform)), Breadth::Everybody);
        assert_eq!(of("organization:acme:project:p:workspace:*:run_phase:apply", Some(Shared::Terraform)), Breadth::Tenant);
        assert_eq!(of("organization:acme:project:p:workspace:w:run_phase:*", Some(Shared::Terraform)), Breadth::Exact);
        assert_eq!(of("organization:acme:pipeline:*", Some(Shared::Buildkite)), Breadth::Tenant);
    }
}
