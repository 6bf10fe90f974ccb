//! Issuers: one spelling for each, and which of them serve many tenants under one name.

use unkeyed_model::{Basis, Repository, Value};

/// An issuer without scheme, trailing slash and, for AWS, without the provider ARN in front of it.
pub(crate) fn normal(issuer: &str) -> &str {
    let issuer = issuer.trim();
    // AWS names an identity provider `arn:PARTITION:iam::ACCOUNT:oidc-provider/ISSUER`.
    let issuer = issuer.split_once(":oidc-provider/").map_or(issuer, |(_, rest)| rest);
    issuer.strip_prefix("https://").unwrap_or(issuer).trim_end_matches('/')
}

/// Issuers that sign for every customer of a vendor: the subject alone tells tenants apart (DOMAIN §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shared {
    /// github.com and ghe.com.
    GitHub,
    /// gitlab.com.
    GitLab,
    /// HCP Terraform.
    Terraform,
    /// Buildkite.
    Buildkite,
    /// CircleCI, with an issuer for each organisation: only a template, see [`Shared::template`].
    CircleCi,
    /// Bitbucket, with an issuer for each workspace: only a template.
    Bitbucket,
    /// Others that are known to be shared; most of them tell customers apart by the audience.
    Other,
}

impl Shared {
    /// The shared issuer behind a name as written, if it is one.
    pub(crate) fn of(issuer: &str) -> Option<Self> {
        let issuer = normal(issuer);
        let host = issuer.split('/').next().unwrap_or(issuer);
        Some(match host {
            "token.actions.githubusercontent.com" => Self::GitHub,
            "gitlab.com" => Self::GitLab,
            "app.terraform.io" => Self::Terraform,
            "agent.buildkite.com" => Self::Buildkite,
            "accounts.google.com" | "cognito-identity.amazonaws.com" | "graph.facebook.com" | "www.amazon.com" => Self::Other,
            "oidc.vercel.com" | "api.pulumi.com" | "vstoken.dev.azure.com" => Self::Other,
            _ if host.starts_with("token.actions.") && host.ends_with(".ghe.com") => Self::GitHub,
            _ => return None,
        })
    }

    /// Whose template the subjects of an issuer follow: that of a shared one, of one that a vendor keeps for each customer, or of a
    /// server that an organisation runs itself (`gitlab.HOST`; GitHub Enterprise Server's `https://HOST/_services/token`).
    pub(crate) fn template(issuer: &Value) -> Option<Self> {
        let issuer = normal(issuer.known()?);
        let own = match () {
            () if issuer.starts_with("gitlab.") => Some(Self::GitLab),
            () if issuer.ends_with("/_services/token") => Some(Self::GitHub),
            () if issuer.starts_with("oidc.circleci.com/org/") => Some(Self::CircleCi),
            () if issuer.starts_with("api.bitbucket.org/2.0/workspaces/") => Some(Self::Bitbucket),
            () => None,
        };
        Self::of(issuer).or(own)
    }

    /// The shared issuer that a value stands for, where known.
    pub(crate) fn of_value(issuer: &Value) -> Option<Self> {
        Self::of(issuer.known()?)
    }
}

/// Whether an issuer is the one of a Kubernetes cluster, as far as its name tells.
pub(crate) fn is_cluster(issuer: &str) -> bool {
    let issuer = normal(issuer);
    let host = issuer.split('/').next().unwrap_or(issuer);
    (host.starts_with("oidc.eks.") && host.contains(".amazonaws.com"))
        || host.ends_with(".oic.prod-aks.azure.com")
        || host.starts_with("kubernetes.default.svc")
        || (host == "container.googleapis.com" && issuer.contains("/clusters/"))
}

/// Words of expressions that yield the issuer of a cluster (azurerm, aws and the EKS module's documentation).
const CLUSTER_EXPRESSIONS: &[&str] = &["oidc_issuer", "aws_eks_cluster", "module.eks", "oidc_provider"];

/// Whether a trust's issuer is that of a cluster, by its name or by where the configuration takes it from.
pub(crate) fn may_be_cluster(issuer: &Value) -> bool {
    match issuer {
        Value::Known(text, _) => is_cluster(text) || CLUSTER_EXPRESSIONS.iter().any(|word| text.contains(word)),
        Value::Unknown(what) => CLUSTER_EXPRESSIONS.iter().any(|word| what.contains(word)),
    }
}

/// Expressions that yield nothing but the issuer of a cluster (provider's documentation of `aws_eks_cluster`, the EKS module's).
const ISSUERS_OF_CLUSTERS: &[&str] = &["aws_eks_cluster.", "cluster_oidc_issuer_url"];

/// Whether a trust's issuer is certain to be that of a cluster: by its name, or because the configuration takes it from one.
pub(crate) fn is_of_cluster(issuer: &Value) -> bool {
    match issuer {
        Value::Known(text, _) => is_cluster(text),
        Value::Unknown(what) => ISSUERS_OF_CLUSTERS.iter().any(|word| what.contains(word)),
    }
}

/// The issuer of a token, with the host of the repository where a platform that people host themselves signs in its
/// own name (GitLab).
pub(crate) fn own(issuer: &Value, repository: Option<&Repository>) -> Value {
    let Value::Known(text, Basis::Platform) = issuer else { return issuer.clone() };
    let host = repository.and_then(|repository| repository.remote.as_deref()).and_then(|remote| remote.split('/').next());
    match host {
        // A mirror elsewhere says nothing of where the pipeline runs.
        Some(host) if Shared::of(text) == Some(Shared::GitLab) && !matches!(host, "" | "gitlab.com" | "github.com" | "bitbucket.org") => {
            Value::literal(format!("https://{host}"))
        }
        _ => issuer.clone(),
    }
}

/// Whether an issuer is one of those that a template with the hole `{any}` stands for (an issuer for each customer).
fn fits(template: &str, issuer: &str) -> bool {
    let (parts, given) = (template.split('/'), issuer.split('/'));
    template.matches('/').count() == issuer.matches('/').count()
        && parts.zip(given).all(|(part, given)| part == given || (part == "{any}" && !given.is_empty()))
}

/// How two issuers compare: `Some(true)` the same, `Some(false)` different, `None` can't be told.
pub(crate) fn same(token: &Value, trust: &Value) -> Option<bool> {
    let (token, trust) = (normal(token.known()?), normal(trust.known()?));
    if token == trust || fits(token, trust) {
        return Some(true);
    }
    // An enterprise may have its slug appended to GitHub's issuer; nothing in a repository tells.
    let (short, long) = if token.len() < trust.len() { (token, trust) } else { (trust, token) };
    if Shared::of(short) == Some(Shared::GitHub) && long.strip_prefix(short).is_some_and(|rest| rest.starts_with('/')) {
        return None;
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_issuer_are_one() {
        let token = Value::literal("https://token.actions.githubusercontent.com");
        for trust in [
            "token.actions.githubusercontent.com",
            "https://token.actions.githubusercontent.com/",
            "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
        ] {
            assert_eq!(same(&token, &Value::literal(trust)), Some(true), "{trust}");
        }
        assert_eq!(same(&token, &Value::literal("http://token.actions.githubusercontent.com")), Some(false));
        assert_eq!(same(&token, &Value::unknown("a variable")), None);
    }

    #[test]
    fn a_server_of_ones_own_writes_subjects_as_its_vendor_does() {
        let of = |issuer: &str| Shared::template(&Value::literal(issuer));
        assert_eq!(
            (of("gitlab.acme.example"), of("https://ghes.acme.example/_services/token")),
            (Some(Shared::GitLab), Some(Shared::GitHub))
        );
        assert_eq!((of("gitlab.com"), of("id.acme.example")), (Some(Shared::GitLab), None));
    }

    #[test]
    fn an_issuer_for_each_customer_is_known_by_its_form() {
        let circle = Value::literal("https://oidc.circleci.com/org/{any}");
        assert_eq!(same(&circle, &Value::literal("oidc.circleci.com/org/3f0d")), Some(true));
        assert_eq!(same(&circle, &Value::literal("oidc.circleci.com/org/3f0d/x")), Some(false));
        assert_eq!(same(&circle, &Value::literal("oidc.circleci.com/org/")), Some(false));
    }

    #[test]
    fn a_gitlab_of_ones_own_signs_in_its_own_name() {
        let gitlab = Value::Known("https://gitlab.com".into(), Basis::Platform);
        let on = |remote: &str| own(&gitlab, Some(&Repository { remote: Some(remote.into()), ..Repository::default() }));
        assert_eq!(on("git.acme.example/a/b").known(), Some("https://git.acme.example"));
        assert_eq!(on("github.com/a/b").known(), Some("https://gitlab.com"));
        assert_eq!(own(&gitlab, None).known(), Some("https://gitlab.com"));
        assert_eq!(
            own(
                &Value::literal("https://gitlab.com"),
                Some(&Repository { remote: Some("git.acme.example/a".into()), ..Repository::default() })
            )
            .known(),
            Some("https://gitlab.com")
        );
    }

    #[test]
    fn an_enterprise_slug_can_not_be_told_from_the_inputs() {
        let token = Value::literal("https://token.actions.githubusercontent.com");
        assert_eq!(same(&token, &Value::literal("https://token.actions.githubusercontent.com/acme-inc")), None);
        assert_eq!(same(&token, &Value::literal("https://gitlab.com/acme")), Some(false));
    }

    #[test]
    fn shared_and_cluster_issuers_are_told_apart() {
        assert_eq!(Shared::of("https://token.actions.acme.ghe.com"), Some(Shared::GitHub));
        assert_eq!(Shared::of("https://gitlab.acme.example"), None);
        assert!(is_cluster("arn:aws:iam::1:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC"));
        assert!(!is_cluster("https://gitlab.com"));
    }
}
