//! The consumer table: what well-known actions do with their inputs (DOMAIN §3.1, §9.11). Data only.
//!
//! Each row restates the `action.yml` of its action. Lifetimes: AWS `role-duration-seconds` defaults to one hour; a
//! federated Google token lives one hour; an Entra token 60 to 90 minutes; tokens minted by trusted publishing live 15
//! minutes at PyPI and RubyGems, 30 at crates.io, 60 at NuGet (the registries' own documentation).

use std::collections::BTreeSet;

use unkeyed_model::{Platform, TtlBasis};

use super::consumer::{Audience, Consumer, Fetch, Syntax, Way};

const fn to(action: &'static str, destination: &'static str) -> Consumer {
    Consumer::new(action, destination, "")
}

const fn registry(action: &'static str, name: &'static str) -> Consumer {
    Consumer::new(action, "registry", name)
}

const GITHUB_AUDIENCE_FOR_AZURE: Audience = Audience::Is("api://AzureADTokenExchange");
const SIGSTORE: Way = Way::oidc(Platform::Saas, Audience::Is("sigstore")).to_signing().ttl(600, TtlBasis::VendorBound);
const AZURE_CREDS: &[&str] = &["creds"];
const AWS_KEYS: &[&str] = &["aws-access-key-id", "aws-secret-access-key"];

/// The row for an action (`owner/name/path`, without its version).
pub(super) fn consumer(action: &str) -> Option<&'static Consumer> {
    let action = action.to_ascii_lowercase();
    CONSUMERS.iter().find(|row| action.strip_prefix(row.action).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// The row of an action that declares these inputs: all that a known one takes for its identity, and in its stead.
pub(super) fn with_inputs(declared: BTreeSet<&str>) -> Option<&'static Consumer> {
    let fits = |row: &&Consumer| {
        let needs = || row.ways.iter().flat_map(|way| way.needs);
        needs().next().is_some() && !row.durable.is_empty() && needs().chain(row.durable).all(|input| declared.contains(input))
    };
    CONSUMERS.iter().find(fits)
}

const CONSUMERS: &[Consumer] = &[
    // Clouds.
    to("aws-actions/configure-aws-credentials", "aws")
        .durable(AWS_KEYS)
        .identifiers(&["role-to-assume", "aws-region", "role-session-name", "role-external-id", "audience", "allowed-account-ids"])
        .ways(&[Way::oidc(Platform::Aws, Audience::Is("sts.amazonaws.com"))
            .needs(&["role-to-assume"])
            .unless(&["aws-access-key-id", "aws-secret-access-key", "web-identity-token-file", "role-chaining"])
            .principal(&["role-to-assume"])
            .audience_input("audience")
            .ttl_input("role-duration-seconds")
            .ttl(3_600, TtlBasis::VendorDefault)]),
    to("aws-actions/aws-secretsmanager-get-secrets", "aws").fetches(&[Fetch { input: "secret-ids", syntax: Syntax::AwsNames }]),
    to("aws-actions/amazon-ecr-login", "aws"),
    to("aws-actions", "aws"),
    to("azure/login", "azure")
        .named_by(&["subscription-id", "tenant-id"])
        .durable(AZURE_CREDS)
        .identifiers(&["client-id", "tenant-id", "subscription-id", "audience"])
        .ways(&[
            Way::managed(Platform::Azure).when("auth-type", &["IDENTITY"]).principal(&["client-id"]).ttl(86_400, TtlBasis::VendorBound),
            Way::oidc(Platform::Azure, GITHUB_AUDIENCE_FOR_AZURE)
                .needs(&["client-id", "tenant-id"])
                .unless(AZURE_CREDS)
                .when("auth-type", &["", "SERVICE_PRINCIPAL"])
                .principal(&["client-id"])
                .audience_input("audience")
                .ttl(5_400, TtlBasis::VendorDefault),
        ]),
    to("azure/get-keyvault-secrets", "azure").named_by(&["keyvault"]).fetches(&[Fetch { input: "secrets", syntax: Syntax::Names }]),
    to("azure/cli", "azure").script("inlineScript"),
    to("azure/powershell", "azure").script("inlineScript"),
    registry("azure/docker-login", "").named_by(&["login-server"]).durable(&["password"]).identifiers(&["username"]),
    to("azure/k8s-set-context", "k8s-api").durable(&["kubeconfig", "k8s-secret"]),
    to("azure/webapps-deploy", "azure").named_by(&["app-name"]).durable(&["publish-profile"]).identifiers(&["app-name"]),
    to("azure/functions-action", "azure").named_by(&["app-name"]).durable(&["publish-profile"]).identifiers(&["app-name"]),
    to("azure/static-web-apps-deploy", "azure").durable(&["azure_static_web_apps_api_token"]).github_token("repo_token"),
    to("google-github-actions/auth", "gcp")
        .named_by(&["project_id", "service_account"])
        .durable(&["credentials_json"])
        .identifiers(&["workload_identity_provider", "service_account", "project_id", "audience"])
        .ways(&[Way::oidc(Platform::Gcp, Audience::From("https://iam.googleapis.com/", "workload_identity_provider"))
            .needs(&["workload_identity_provider"])
            .unless(&["credentials_json"])
            .principal(&["service_account", "workload_identity_provider"])
            .audience_input("audience")
            .ttl_input("access_token_lifetime")
            .ttl(3_600, TtlBasis::VendorDefault)]),
    to("google-github-actions/get-secretmanager-secrets", "gcp").fetches(&[Fetch { input: "secrets", syntax: Syntax::OutputColonName }]),
    to("google-github-actions/setup-gcloud", "gcp").durable(&["service_account_key"]).identifiers(&["project_id", "service_account_email"]),
    to("google-github-actions/release-please-action", "github").job_token("token"),
    to("google-github-actions", "gcp").durable(&["credentials", "credentials_json"]),
    to("oracle-actions", "oci"),
    to("gtrevorrow/oci-token-exchange-action", "oci")
        .bootstrap(&["oidc_client_identifier"])
        .identifiers(&["domain_base_url", "oci_tenancy", "oci_region"])
        .ways(&[Way::oidc(Platform::Oci, Audience::Owner).needs(&["oidc_client_identifier"]).ttl(3_600, TtlBasis::VendorBound)]),
    to("digitalocean/action-doctl", "saas:digitalocean").durable(&["token"]),
    // Secret managers.
    to("hashicorp/vault-action", "vault")
        .named_by(&["url"])
        .bootstrap(&["token", "secretId", "githubToken", "jwtPrivateKey", "jwtKeyPassword", "password"])
        .identifiers(&["roleId", "role", "url", "namespace", "path", "username", "jwtGithubAudience"])
        .fetches(&[Fetch { input: "secrets", syntax: Syntax::VaultPaths }])
        .ways(&[Way::oidc(Platform::Vault, Audience::Owner)
            .to_vault()
            .when("method", &["jwt"])
            .unless(&["jwtPrivateKey"])
            .principal(&["role"])
            .audience_input("jwtGithubAudience")]),
    to("1password/load-secrets-action", "saas:1password"),
    to("dopplerhq/secrets-fetch-action", "saas:doppler").bootstrap(&["doppler-token"]).ways(&[Way::oidc(
        Platform::Saas,
        Audience::Unknown,
    )
    .to_vault()
    .when("auth-method", &["oidc"])
    .principal(&["doppler-identity-id"])]),
    to("infisical/secrets-action", "saas:infisical").bootstrap(&["client-secret"]).identifiers(&["client-id", "identity-id"]).ways(&[
        Way::oidc(Platform::Saas, Audience::Owner)
            .to_vault()
            .when("method", &["oidc"])
            .principal(&["identity-id"])
            .audience_input("oidc-audience"),
    ]),
    to("akeyless-community/akeyless-github-action", "saas:akeyless")
        .bootstrap(&["access-key"])
        .identifiers(&["access-id"])
        .fetches(&[
            Fetch { input: "static-secrets", syntax: Syntax::Object { dynamic: false } },
            Fetch { input: "dynamic-secrets", syntax: Syntax::Object { dynamic: true } },
        ])
        .ways(&[Way::oidc(Platform::Saas, Audience::Unknown).to_vault().when("access-type", &["", "jwt"]).principal(&["access-id"])]),
    to("cyberark/conjur-action", "saas:conjur").bootstrap(&["api_key"]).ways(&[Way::oidc(Platform::Saas, Audience::Unknown)
        .to_vault()
        .needs(&["authn_id"])
        .unless(&["api_key"])
        .principal(&["authn_id"])]),
    to("bitwarden/sm-action", "saas:bitwarden")
        .bootstrap(&["access_token"])
        .fetches(&[Fetch { input: "secrets", syntax: Syntax::IdArrowName }]),
    // GitHub itself.
    to("actions/checkout", "github").durable(&["token", "ssh-key"]),
    to("actions/create-github-app-token", "github").bootstrap(&["private-key"]).identifiers(&[
        "app-id",
        "client-id",
        "owner",
        "repositories",
    ]),
    to("tibdex/github-app-token", "github").bootstrap(&["private_key"]).identifiers(&["app_id", "installation_id"]),
    to("getsentry/action-github-app-token", "github").bootstrap(&["private_key"]).identifiers(&["app_id"]),
    to("octo-sts/action", "github").ways(&[Way::oidc(Platform::Github, Audience::Is("octo-sts.dev"))
        .needs(&["identity"])
        .principal(&["identity"])
        .ttl(3_600, TtlBasis::VendorBound)]),
    to("actions/github-script", "github").job_token("github-token"),
    to("actions/labeler", "github").job_token("repo-token"),
    to("actions/stale", "github").job_token("repo-token"),
    to("actions/first-interaction", "github").job_token("repo-token"),
    to("actions/add-to-project", "github").github_token("github-token"),
    to("actions/deploy-pages", "github").job_token("token"),
    to("actions/attest", "sigstore").ways(&[SIGSTORE]).job_token("github-token"),
    to("actions/attest-build-provenance", "sigstore").ways(&[SIGSTORE]).job_token("github-token"),
    to("actions/attest-sbom", "sigstore").ways(&[SIGSTORE]).job_token("github-token"),
    to("softprops/action-gh-release", "github").job_token("token"),
    to("ncipollo/release-action", "github").job_token("token"),
    to("googleapis/release-please-action", "github").job_token("token"),
    to("release-drafter/release-drafter", "github").github_token("token"),
    to("peter-evans/create-pull-request", "github").job_token("token"),
    to("peter-evans/create-or-update-comment", "github").job_token("token"),
    to("peter-evans/repository-dispatch", "github").job_token("token"),
    to("peter-evans/enable-pull-request-automerge", "github").job_token("token"),
    to("marocchino/sticky-pull-request-comment", "github").job_token("GITHUB_TOKEN"),
    to("peaceiris/actions-gh-pages", "github").github_token("github_token").durable(&["deploy_key", "personal_token"]),
    to("jamesives/github-pages-deploy-action", "github").job_token("token").durable(&["ssh-key"]),
    to("ad-m/github-push-action", "github").job_token("github_token"),
    to("stefanzweifel/git-auto-commit-action", "github"),
    to("svenstaro/upload-release-action", "github").job_token("repo_token"),
    to("dependabot/fetch-metadata", "github").job_token("github-token"),
    to("changesets/action", "github").job_token("github-token"),
    to("github/codeql-action", "github").job_token("token"),
    // Registries and package indexes.
    registry("docker/login-action", "docker.io").named_by(&["registry"]).durable(&["password"]).identifiers(&["username", "registry"]),
    registry("redhat-actions/podman-login", "").named_by(&["registry"]).durable(&["password"]).identifiers(&["username", "registry"]),
    registry("pypa/gh-action-pypi-publish", "pypi.org")
        .named_by(&["repository-url", "repository_url"])
        .durable(&["password"])
        .identifiers(&["user"])
        .ways(&[Way::oidc(Platform::Registry, Audience::Is("pypi")).unless(&["password"]).ttl(900, TtlBasis::VendorBound)]),
    registry("rust-lang/crates-io-auth-action", "crates.io").named_by(&["url"]).ways(&[Way::oidc(
        Platform::Registry,
        Audience::Is("crates.io"),
    )
    .ttl(1_800, TtlBasis::VendorBound)]),
    registry("rubygems/release-gem", "rubygems.org")
        .ways(&[Way::oidc(Platform::Registry, Audience::Is("rubygems.org")).ttl(900, TtlBasis::VendorBound)]),
    registry("rubygems/configure-rubygems-credentials", "rubygems.org").durable(&["api-token"]).identifiers(&["role-to-assume"]).ways(&[
        Way::oidc(Platform::Registry, Audience::Is("rubygems.org"))
            .unless(&["api-token"])
            .principal(&["role-to-assume"])
            .audience_input("audience")
            .ttl(900, TtlBasis::VendorBound),
    ]),
    registry("nuget/login", "nuget.org").identifiers(&["user"]).ways(&[Way::oidc(
        Platform::Registry,
        Audience::Is("https://www.nuget.org"),
    )
    .principal(&["user"])
    .ttl(3_600, TtlBasis::VendorBound)]),
    registry("js-devtools/npm-publish", "registry.npmjs.org").named_by(&["registry"]).durable(&["token"]).ways(&[Way::oidc(
        Platform::Registry,
        Audience::Is("npm:registry.npmjs.org"),
    )
    .unless(&["token"])]),
    to("jfrog/setup-jfrog-cli", "saas:jfrog").ways(&[Way::oidc(Platform::Saas, Audience::Owner)
        .needs(&["oidc-provider-name"])
        .principal(&["oidc-provider-name"])
        .audience_input("oidc-audience")
        .unless_variable(&["JF_ACCESS_TOKEN", "JF_PASSWORD"])]),
    to("cloudsmith-io/cloudsmith-cli-action", "saas:cloudsmith").durable(&["api-key"]).ways(&[Way::oidc(
        Platform::Saas,
        Audience::Unknown,
    )
    .needs(&["oidc-service-slug"])
    .unless(&["api-key"])
    .principal(&["oidc-service-slug"])]),
    // Signing.
    to("sigstore/gh-action-sigstore-python", "sigstore").ways(&[SIGSTORE]),
    to("slsa-framework/slsa-github-generator", "sigstore").ways(&[SIGSTORE]),
    to("ossf/scorecard-action", "sigstore").ways(&[SIGSTORE.when("publish_results", &["true"])]).job_token("repo_token"),
    to("crazy-max/ghaction-import-gpg", "").signing(&["gpg_private_key", "passphrase"]),
    to("apple-actions/import-codesign-certs", "").signing(&["p12-file-base64", "p12-password"]),
    to("tauri-apps/tauri-action", "github"),
    // Infrastructure and deployment.
    to("hashicorp/setup-terraform", "saas:hcp-terraform").durable(&["cli_config_credentials_token"]),
    to("pulumi/auth-actions", "saas:pulumi")
        .ways(&[Way::oidc(Platform::Saas, Audience::Unknown).needs(&["organization"]).principal(&["organization"])]),
    to("cloudflare/wrangler-action", "saas:cloudflare").durable(&["apiToken", "apiKey"]).identifiers(&["accountId"]),
    to("cloudflare/pages-action", "saas:cloudflare").durable(&["apiToken"]).identifiers(&["accountId"]),
    to("amondnet/vercel-action", "saas:vercel").durable(&["vercel-token"]).identifiers(&["vercel-org-id", "vercel-project-id"]),
    to("nwtgck/actions-netlify", "saas:netlify").github_token("github-token"),
    to("superfly/flyctl-actions", "saas:fly"),
    to("akhileshns/heroku-deploy", "saas:heroku").durable(&["heroku_api_key"]).identifiers(&["heroku_app_name", "heroku_email"]),
    to("firebaseextended/action-hosting-deploy", "gcp").durable(&["firebaseServiceAccount"]).github_token("repoToken"),
    to("appleboy/ssh-action", "ssh")
        .named_by(&["host"])
        .durable(&["key", "password", "passphrase"])
        .identifiers(&["host", "username", "port"]),
    to("appleboy/scp-action", "ssh")
        .named_by(&["host"])
        .durable(&["key", "password", "passphrase"])
        .identifiers(&["host", "username", "port"]),
    to("webfactory/ssh-agent", "ssh").durable(&["ssh-private-key"]),
    to("shimataro/ssh-key-action", "ssh").durable(&["key"]).identifiers(&["known_hosts"]),
    to("samkirkland/ftp-deploy-action", "ssh").named_by(&["server"]).durable(&["password"]).identifiers(&["server", "username"]),
    to("tailscale/github-action", "saas:tailscale")
        .durable(&["authkey"])
        .bootstrap(&["oauth-secret"])
        .identifiers(&["oauth-client-id"])
        .ways(&[Way::oidc(Platform::Saas, Audience::Unknown)
            .needs(&["oauth-client-id", "audience"])
            .principal(&["oauth-client-id"])
            .audience_input("audience")]),
    to("teleport-actions", "saas:teleport").ways(&[Way::oidc(Platform::Saas, Audience::Unknown).needs(&["token"]).principal(&["token"])]),
    to("chainguard-dev/setup-chainctl", "saas:chainguard")
        .ways(&[Way::oidc(Platform::Saas, Audience::Unknown).needs(&["identity"]).principal(&["identity"])]),
    // Quality and messaging.
    to("codecov/codecov-action", "saas:codecov")
        .durable(&["token"])
        .ways(&[Way::oidc(Platform::Saas, Audience::Is("https://codecov.io")).when("use_oidc", &["true"])]),
    to("sonarsource", "saas:sonar"),
    to("coverallsapp/github-action", "saas:coveralls").github_token("github-token"),
    to("slackapi/slack-github-action", "saas:slack").durable(&["token", "webhook"]),
    to("8398a7/action-slack", "saas:slack").github_token("github_token"),
    to("rtcamp/action-slack-notify", "saas:slack"),
    to("getsentry/action-release", "saas:sentry"),
    to("datadog/datadog-ci-action", "saas:datadog").durable(&["api-key"]),
    to("chromaui/action", "saas:chromatic").durable(&["projectToken"]),
    to("snyk/actions", "saas:snyk"),
    // Models.
    to("anthropics/claude-code-action", "saas:anthropic")
        .durable(&["anthropic_api_key", "claude_code_oauth_token"])
        .github_token("github_token"),
    to("anthropics/claude-code-base-action", "saas:anthropic").durable(&["anthropic_api_key", "claude_code_oauth_token"]),
    to("openai/codex-action", "saas:openai").durable(&["openai-api-key"]),
    to("google-gemini/gemini-cli-action", "gcp").durable(&["gemini_api_key"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_action_and_path() {
        assert_eq!(consumer("Azure/Login").map(|row| row.action), Some("azure/login"));
        assert_eq!(consumer("github/codeql-action/upload-sarif").map(|row| row.action), Some("github/codeql-action"));
        assert!(consumer("azure/login-other").is_none());
    }

    #[test]
    fn no_row_hides_a_later_one() {
        for (index, row) in CONSUMERS.iter().enumerate() {
            assert!(row.action.chars().all(|c| !c.is_ascii_uppercase()), "{}", row.action);
            let first = CONSUMERS.iter().position(|other| consumer(row.action).is_some_and(|found| found.action == other.action));
            assert_eq!(first, Some(index), "{}", row.action);
        }
    }
}
