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

/// Templates of further shared issuers (Vercel, Pulumi, Azure DevOps): what leads, what ends the tenant's name, what leads the project's.
const OTHERS: [(&str, &str, &str); 3] = [("owner:", ":", ":project:"), ("pulumi:deploy:org:", ":", ":project:"), ("sc://", "/", "/")];

/// The breadth of a pattern in which `*` and `?` are wild.
pub(crate) fn of(pattern: &str, issuer: Option<Shared>) -> Breadth {
    // The issuer names the tenant, so that only the project is to be told.
    let project = match issuer {
        Some(Shared::CircleCi) => Some(pattern.split_once("/project/").map_or("*", |(_, rest)| rest.split('/').next().unwrap_or(rest))),
        // A UUID ends with its brace: what follows is another of the token's parts.
        Some(Shared::Bitbucket) => pattern.split(':').next().map(|uuid| uuid.strip_suffix("}*").unwrap_or(uuid)),
        _ => None,
    };
    if let Some(project) = project {
        let open = project.contains('*') && !pattern.contains("${");
        return if open { Breadth::Tenant } else { Breadth::Exact };
    }
    let Some(pattern) = filled(pattern) else { return Breadth::Exact };
    let pattern = pattern.as_str();
    let Some(wild) = pattern.find(['*', '?']) else { return Breadth::Exact };
    let parts = match issuer {
        Some(Shared::GitLab) => parts(pattern, "project_path:", "/", &["/"]),
        Some(Shared::Terraform) => parts(pattern, "organization:", ":", &[":workspace:", ":stack:"]),
        Some(Shared::Buildkite) => parts(pattern, "organization:", ":", &[":pipeline:"]),
        Some(Shared::Other) => OTHERS.iter().find_map(|(lead, after, before)| parts(pattern, lead, after, &[before])),
        _ => parts(pattern, "repo:", "/", &["/"]),
    };
    // Organization and project are whole, and so is the beginning of the workspace's name.
    if issuer == Some(Shared::Terraform)
        && pattern[..wild].split_once(":workspace:").is_some_and(|(_, name)| !name.is_empty() && !name.contains(':'))
    {
        return Breadth::Prefix;
    }
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
        Some(at) if is_run(issuer, pattern, &context[..at]) => Breadth::Exact,
        Some(at) if is_whole(&context[..at]) => Breadth::Project,
        Some(_) => Breadth::Prefix,
    }
}

/// The pattern with names in place of what is filled in elsewhere (`${…}`): one in front of the first colon may say
/// anything, and one that stands where `OWNER/NAME` belongs stands for both.
fn filled(pattern: &str) -> Option<String> {
    const NAME: &str = "filled-in";
    if !pattern.contains("${") {
        return Some(pattern.to_owned());
    }
    let (lead, body) = pattern.split_once(':').filter(|(lead, _)| !lead.contains("${"))?;
    let mut out = format!("{lead}:");
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        rest = after.split_once('}').map_or("", |(_, behind)| behind);
        let named = out[lead.len() + 1..].contains(['/', ':']) || rest.split(':').next().is_some_and(|name| name.contains('/'));
        out.push_str(NAME);
        if !named && matches!(lead, "repo" | "project_path") {
            out.push('/');
            out.push_str(NAME);
        }
    }
    Some(out + rest)
}

/// Where the tenant's and the project's names end, the latter behind one of these words; `None` if the pattern doesn't even name
/// a tenant.
fn parts(pattern: &str, lead: &str, after_tenant: &str, before_project: &[&str]) -> Option<(usize, usize)> {
    let body = pattern.strip_prefix(lead)?;
    let tenant = lead.len() + body.find(after_tenant).or_else(|| body.contains('@').then_some(body.len()))?;
    let rest = &pattern[tenant..];
    let named = before_project.iter().find_map(|word| Some(rest.find(word)? + word.len()));
    let project = named.and_then(|at| Some(tenant + at + rest[at..].find(':')?));
    Some((tenant, project.unwrap_or(pattern.len())))
}

/// Whether what is wild behind a project's name tells only its runs apart: phases of a workspace, operations of a stack's
/// deployment, commits and steps of a pipeline on one branch.
fn is_run(issuer: Option<Shared>, pattern: &str, before: &str) -> bool {
    match issuer {
        Some(Shared::Terraform) => !pattern.contains(":stack:") || before.contains(":operation:"),
        Some(Shared::Buildkite) => before.contains(":commit:") || before.contains(":ref:refs/") && before.ends_with(':'),
        Some(Shared::Other) => before.contains(":operation:"),
        _ => false,
    }
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
        "deployment:",
        "stack:",
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
    fn what_is_filled_in_elsewhere_stands_for_names() {
        for pattern in ["repo:${var.org}/${var.name}:*", "repo:${var.repository}:*", "repo:acme/${var.name}:ref:refs/heads/*"] {
            assert_eq!(github(pattern), Breadth::Project, "{pattern}");
        }
        assert_eq!(github("repo:${var.org}/*"), Breadth::Tenant);
        assert_eq!(github("repo:*/${var.name}:environment:prod"), Breadth::Everybody);
        for pattern in ["${var.prefix}:*", "repo:${var.repository}:${var.context}", "repo:${var.org}/${each.value}:environment:prod"] {
            assert_eq!(github(pattern), Breadth::Exact, "{pattern}");
        }
        assert_eq!(of("organization:${var.org}:project:${var.p}:workspace:${var.w}:run_phase:*", Some(Shared::Terraform)), Breadth::Exact);
        assert_eq!(of("project_path:${var.path}:*", Some(Shared::GitLab)), Breadth::Project);
    }

    #[test]
    fn other_issuers_have_their_own_parts() {
        assert_eq!(of("project_path:*", Some(Shared::GitLab)), Breadth::Everybody);
        assert_eq!(of("project_path:acme/*:ref_type:branch:ref:main", Some(Shared::GitLab)), Breadth::Tenant);
        assert_eq!(of("project_path:acme/api:ref_type:branch:ref:*", Some(Shared::GitLab)), Breadth::Project);
        assert_eq!(of("organization:*:project:p", Some(Shared::Terraform)), Breadth::Everybody);
        assert_eq!(of("organization:acme:project:p:workspace:*:run_phase:apply", Some(Shared::Terraform)), Breadth::Tenant);
        assert_eq!(of("organization:acme:project:p:workspace:w:run_phase:*", Some(Shared::Terraform)), Breadth::Exact);
        assert_eq!(of("organization:acme:project:p:workspace:w*", Some(Shared::Terraform)), Breadth::Prefix);
        assert_eq!(of("organization:acme:pipeline:*", Some(Shared::Buildkite)), Breadth::Tenant);
        assert_eq!(of("organization:acme:pipeline:web:*", Some(Shared::Buildkite)), Breadth::Project);
        assert_eq!(of("organization:acme:pipeline:web:ref:refs/heads/*", Some(Shared::Buildkite)), Breadth::Project);
        let one_branch = "organization:acme:pipeline:web:ref:refs/heads/main:commit:*:step:deploy";
        assert_eq!(of(one_branch, Some(Shared::Buildkite)), Breadth::Exact);
        assert_eq!(of("organization:acme:pipeline:web:ref:refs/heads/main:*", Some(Shared::Buildkite)), Breadth::Exact);
        assert_eq!(of("organization:acme:project:p:workspace:w:*", Some(Shared::Terraform)), Breadth::Exact);
        let stack = "organization:acme:project:p:stack:s:deployment";
        assert_eq!(of(&format!("{stack}:*:operation:apply"), Some(Shared::Terraform)), Breadth::Project);
        assert_eq!(of(&format!("{stack}:production:operation:*"), Some(Shared::Terraform)), Breadth::Exact);
        assert_eq!(of("organization:acme:project:p:stack:*", Some(Shared::Terraform)), Breadth::Tenant);
    }

    #[test]
    fn issuers_of_one_tenant_leave_the_project_to_be_told() {
        for pattern in ["*", "org/3f0d/*", "org/3f0d/project/*/user/*", "org/3f0d/project/*"] {
            assert_eq!(of(pattern, Some(Shared::CircleCi)), Breadth::Tenant, "{pattern}");
        }
        for pattern in ["org/3f0d/project/9c1d/user/*", "org/3f0d/project/9c1d/*", "org/${var.org}/project/${var.project}/user/*"] {
            assert_eq!(of(pattern, Some(Shared::CircleCi)), Breadth::Exact, "{pattern}");
        }
        assert_eq!(of("*", Some(Shared::Bitbucket)), Breadth::Tenant);
        assert_eq!(of("{3f0d}:*", Some(Shared::Bitbucket)), Breadth::Exact);
        assert_eq!(of("{3f0d}*:*", Some(Shared::Bitbucket)), Breadth::Exact);
        assert_eq!(of("{3f0d*:*", Some(Shared::Bitbucket)), Breadth::Tenant);
    }

    #[test]
    fn further_shared_issuers_have_templates_of_their_own() {
        let other = |pattern| of(pattern, Some(Shared::Other));
        assert_eq!(other("owner:acme:project:web:environment:production"), Breadth::Exact);
        assert_eq!(other("owner:acme:project:web:environment:*"), Breadth::Project);
        assert_eq!(other("owner:acme:project:*:environment:production"), Breadth::Tenant);
        assert_eq!(other("owner:*:project:web:environment:production"), Breadth::Everybody);
        assert_eq!(other("pulumi:deploy:org:acme:project:web:stack:prod:operation:*:scope:write"), Breadth::Exact);
        assert_eq!(other("pulumi:deploy:org:acme:*"), Breadth::Tenant);
        assert_eq!(other("sc://acme/*"), Breadth::Tenant);
        assert_eq!(other("*"), Breadth::Everybody);
    }
}
