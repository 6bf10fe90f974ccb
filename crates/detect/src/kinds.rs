//! Kinds of credentials that no rule has the id of: what an inspector makes of a match when it sees its structure or its partner.

/// Id and what it is, sorted by id.
const KINDS: &[(&str, &str)] = &[
    ("aws.cognito-token", "Token of an Amazon Cognito user pool (a JSON Web Token)"),
    ("aws.rds-token", "Signed token for RDS IAM authentication; good for 15 minutes"),
    ("aws.temp-key", "Temporary AWS credentials: access key, secret key and session token, which end together"),
    ("aws.web-identity-token", "Identity token that AWS issued, to be exchanged elsewhere"),
    ("azure.client-cert", "Private key of a Microsoft Entra application's certificate"),
    ("azure.cosmos-key", "Account key of Azure Cosmos DB"),
    ("azure.devops-oidc-token", "Identity token of an Azure DevOps pipeline"),
    ("azure.entra-token", "Access or identity token of Microsoft Entra ID; about an hour"),
    ("azure.servicebus-sas", "Shared access signature of Azure Service Bus or Event Hubs"),
    ("bitbucket.oidc-token", "Identity token of a Bitbucket pipeline step"),
    ("buildkite.oidc-token", "Identity token of a Buildkite job"),
    ("circleci.oidc-token", "Identity token of a CircleCI job"),
    ("docker.auth-acr", "Registry login for Azure Container Registry"),
    ("docker.auth-ecr", "Registry login for Amazon ECR; twelve hours"),
    ("docker.auth-gcp", "Registry login for Google Artifact Registry with an access token; an hour"),
    ("gcp.api-key-published", "Google API key that is published by design, in a Firebase or Maps configuration"),
    ("gcp.external-account-authorized-user", "Refresh token of a workforce identity (Google Cloud)"),
    ("gcp.firebase-token", "Token of a Firebase user; an hour"),
    ("gcp.hmac-key", "HMAC key for Google Cloud Storage: access id and secret"),
    ("gcp.id-token", "Identity token that Google issued; an hour"),
    ("gcp.self-signed-token", "JSON Web Token that a service account's key signed; an hour at most"),
    ("github.oidc-token", "Identity token of a GitHub Actions job"),
    ("gitlab.id-token", "Identity token of a GitLab CI job"),
    ("jwt.encrypted", "Encrypted JSON Web Token (JWE); what it says can't be read"),
    ("k8s.sa-token-bound", "Kubernetes ServiceAccount token bound to a pod, with an end"),
    ("k8s.sa-token-legacy", "Kubernetes ServiceAccount token from a Secret, without an end"),
    ("k8s.sa-token-secret", "Secret of type service-account-token: Kubernetes writes a token without an end into it"),
    ("oci.rpst", "OCI resource principal session token"),
    ("oci.session-token", "OCI CLI session token; an hour, renewable for a day"),
    ("oci.upst", "OCI user principal session token; an hour"),
    ("pulumi.oidc-token", "Identity token of a Pulumi deployment"),
    ("spiffe.jwt-svid", "SPIFFE identity document in the form of a JSON Web Token"),
    ("spiffe.x509-svid", "Private key of a SPIFFE X.509 identity document"),
    ("supabase.anon-key", "Supabase's anonymous key, which is published by design"),
    ("supabase.service-role-key", "Supabase's service role key, which bypasses row level security"),
    ("terraform.workload-token", "Identity token of an HCP Terraform run"),
    ("vault.oidc-token", "Identity token that Vault issued"),
    ("vault.root-token", "Root token of a Vault server"),
    ("vercel.oidc-token", "Identity token of a Vercel build or function"),
];

/// Every kind that is not a rule's id: id and what it is, sorted by id.
#[must_use]
pub fn kinds() -> &'static [(&'static str, &'static str)] {
    KINDS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::rule_set::RuleSet;

    #[test]
    fn they_are_sorted() {
        assert!(KINDS.is_sorted());
    }

    /// Every kind that code assigns stands in the source as a text of its own.
    #[test]
    fn every_kind_that_is_assigned_is_known() {
        let rules = RuleSet::builtin().unwrap();
        let known = |kind: &str| rules.position(kind).is_some() || KINDS.iter().any(|(known, _)| *known == kind);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut paths: Vec<_> = std::fs::read_dir(folder.join("structure")).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.push(folder.join("pairing.rs"));
        let assigned = regex_automata::meta::Regex::new(r#"(?:kind = |\bis\(\s*draft,\s*)"([a-z0-9.-]+)""#).unwrap();
        let mut seen = BTreeSet::new();
        for path in paths {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            seen.extend(assigned.captures_iter(code).map(|found| code[found.get_group(1).unwrap().range()].to_owned()));
        }
        assert!(seen.len() > 20, "{seen:?}");
        let unknown: Vec<_> = seen.iter().filter(|kind| !known(kind)).collect();
        assert!(unknown.is_empty(), "say what they are: {unknown:?}");
    }

    /// Kinds that come out of tables are seen in the examples.
    #[test]
    fn every_kind_that_an_example_yields_is_known() {
        let rules = RuleSet::builtin().unwrap();
        for kind in crate::rule_examples::kinds(&rules) {
            assert!(rules.position(&kind).is_some() || KINDS.iter().any(|(known, _)| *known == kind), "{kind}");
        }
    }
}
