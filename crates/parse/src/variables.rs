//! Environment variables whose meaning a vendor documents: what they hold and where they lead.
//!
//! Exact names only. Names that merely *sound* like credentials are left to `credential_name` and to judgement.

use std::collections::HashMap;
use std::sync::LazyLock;

use unkeyed_model::{Content, Destination, Role};

/// What a documented variable holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    names: &'static [&'static str],
    /// A durable credential, an identifier, or not said.
    pub(crate) content: Content,
    /// What it is for.
    pub(crate) role: Role,
    destination: (&'static str, &'static str),
}

impl Known {
    /// Where it leads.
    pub(crate) fn destination(&self) -> Option<Destination> {
        let (kind, name) = self.destination;
        (!kind.is_empty()).then(|| Destination::new(kind, name))
    }
}

/// The meaning of a variable, by its exact name.
pub(crate) fn known(name: &str) -> Option<&'static Known> {
    /// Every word of every script is asked for.
    static BY_NAME: LazyLock<HashMap<&str, &Known>> = LazyLock::new(|| {
        let names = KNOWN.iter().rev().flat_map(|known| known.names.iter().map(move |name| (*name, known)));
        names.collect()
    });
    BY_NAME.get(name).copied()
}

const fn access(names: &'static [&'static str], kind: &'static str, name: &'static str) -> Known {
    Known { names, content: Content::Durable, role: Role::Access, destination: (kind, name) }
}

/// Opens a secret manager, or mints other credentials.
const fn bootstrap(names: &'static [&'static str], kind: &'static str, name: &'static str) -> Known {
    Known { names, content: Content::Durable, role: Role::Bootstrap, destination: (kind, name) }
}

const fn signing(names: &'static [&'static str]) -> Known {
    Known { names, content: Content::Durable, role: Role::Signing, destination: ("", "") }
}

const fn identifier(names: &'static [&'static str], kind: &'static str) -> Known {
    Known { names, content: Content::Identifier, role: Role::Identifier, destination: (kind, "") }
}

const KNOWN: &[Known] = &[
    // POSIX: the working folder, not a password.
    identifier(&["PWD", "OLDPWD"], ""),
    // Clouds: the documented variables of the SDKs, command lines and Terraform providers.
    access(&["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_BEARER_TOKEN_BEDROCK"], "aws", ""),
    Known { names: &["AWS_SESSION_TOKEN"], content: Content::Unstated, role: Role::Access, destination: ("aws", "") },
    // Connection strings with a storage account's key ("App settings reference for Azure Functions").
    access(&["AzureWebJobsStorage", "AzureWebJobsDashboard", "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING"], "azure", ""),
    // They let telemetry in and nothing out (Azure Monitor, "Connection strings in Application Insights").
    identifier(&["APPLICATIONINSIGHTS_CONNECTION_STRING", "APPINSIGHTS_INSTRUMENTATIONKEY"], "azure"),
    identifier(
        &[
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
            "AWS_ROLE_ARN",
            "AWS_ROLE_TO_ASSUME",
            "AWS_ACCOUNT_ID",
            "AWS_ROLE_SESSION_NAME",
            "AWS_PROFILE",
        ],
        "aws",
    ),
    access(&["AZURE_CLIENT_SECRET", "ARM_CLIENT_SECRET", "AZURE_CREDENTIALS", "ARM_ACCESS_KEY", "ARM_SAS_TOKEN"], "azure", ""),
    access(&["AZURE_CLIENT_CERTIFICATE_PASSWORD", "ARM_CLIENT_CERTIFICATE", "ARM_CLIENT_CERTIFICATE_PASSWORD"], "azure", ""),
    // AzureCLI@2 sets it under `addSpnToEnvironment`.
    access(&["servicePrincipalKey"], "azure", ""),
    access(&["AZURE_PASSWORD", "AZURE_STORAGE_KEY", "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_SAS_TOKEN"], "azure", ""),
    access(&["AZURE_WEBAPP_PUBLISH_PROFILE", "AZURE_FUNCTIONAPP_PUBLISH_PROFILE", "AZURE_STATIC_WEB_APPS_API_TOKEN"], "azure", ""),
    identifier(
        &["AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID", "ARM_CLIENT_ID", "ARM_TENANT_ID", "ARM_SUBSCRIPTION_ID"],
        "azure",
    ),
    access(&["GOOGLE_CREDENTIALS", "GOOGLE_CREDENTIALS_JSON", "GCLOUD_SERVICE_KEY", "GOOGLE_API_KEY"], "gcp", ""),
    access(
        &["GCP_SA_KEY", "GCP_CREDENTIALS", "GCP_SERVICE_ACCOUNT_KEY", "GCLOUD_SERVICE_ACCOUNT_KEY", "GOOGLE_OAUTH_ACCESS_TOKEN"],
        "gcp",
        "",
    ),
    Known { names: &["GOOGLE_APPLICATION_CREDENTIALS"], content: Content::Unstated, role: Role::Access, destination: ("gcp", "") },
    identifier(
        &["GOOGLE_CLOUD_PROJECT", "GCP_PROJECT", "GCP_PROJECT_ID", "CLOUDSDK_CORE_PROJECT", "GCP_WORKLOAD_IDENTITY_PROVIDER"],
        "gcp",
    ),
    access(&["OCI_CLI_KEY_CONTENT", "OCI_CLI_KEY_FILE", "OCI_CLI_PASSPHRASE", "TF_VAR_private_key"], "oci", ""),
    identifier(&["OCI_CLI_USER", "OCI_CLI_TENANCY", "OCI_CLI_FINGERPRINT", "OCI_CLI_REGION"], "oci"),
    access(&["DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN"], "saas:digitalocean", ""),
    access(&["HCLOUD_TOKEN"], "saas:hetzner", ""),
    access(&["LINODE_TOKEN", "LINODE_CLI_TOKEN"], "saas:linode", ""),
    access(&["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY", "CF_API_TOKEN", "CF_API_KEY"], "saas:cloudflare", ""),
    identifier(&["CLOUDFLARE_ACCOUNT_ID", "CF_ACCOUNT_ID", "CLOUDFLARE_ZONE_ID"], "saas:cloudflare"),
    access(
        &["ALICLOUD_SECRET_KEY", "ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_ACCESS_KEY_ID"],
        "saas:alibaba",
        "",
    ),
    // Secret managers: what opens them.
    bootstrap(&["VAULT_TOKEN", "VAULT_SECRET_ID", "VAULT_DEV_ROOT_TOKEN_ID"], "vault", ""),
    identifier(&["VAULT_ADDR", "VAULT_ROLE_ID", "VAULT_NAMESPACE"], "vault"),
    bootstrap(&["OP_SERVICE_ACCOUNT_TOKEN", "OP_CONNECT_TOKEN"], "saas:1password", ""),
    bootstrap(&["DOPPLER_TOKEN"], "saas:doppler", ""),
    bootstrap(&["INFISICAL_TOKEN", "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"], "saas:infisical", ""),
    bootstrap(&["BWS_ACCESS_TOKEN"], "saas:bitwarden", ""),
    bootstrap(&["AKEYLESS_ACCESS_KEY"], "saas:akeyless", ""),
    bootstrap(&["CONJUR_AUTHN_API_KEY"], "saas:conjur", ""),
    bootstrap(&["KSM_CONFIG"], "saas:keeper", ""),
    bootstrap(&["SOPS_AGE_KEY", "ANSIBLE_VAULT_PASSWORD", "GIT_CRYPT_KEY"], "", ""),
    // HCP Terraform, "Dynamic provider credentials".
    identifier(
        &["TFC_VAULT_ADDR", "TFC_VAULT_NAMESPACE", "TFC_VAULT_RUN_ROLE", "TFC_VAULT_AUTH_PATH", "TFC_VAULT_ENCODED_CACERT"],
        "vault",
    ),
    identifier(&["TFC_AWS_PROVIDER_AUTH", "TFC_AWS_RUN_ROLE_ARN", "TFC_AWS_PLAN_ROLE_ARN", "TFC_AWS_APPLY_ROLE_ARN"], "aws"),
    identifier(&["TFC_AZURE_RUN_CLIENT_ID", "TFC_AZURE_PLAN_CLIENT_ID", "TFC_AZURE_APPLY_CLIENT_ID"], "azure"),
    identifier(&["TFC_GCP_WORKLOAD_PROVIDER_NAME", "TFC_GCP_RUN_SERVICE_ACCOUNT_EMAIL", "TFC_GCP_WORKLOAD_POOL_ID"], "gcp"),
    // Registries and package indexes.
    access(
        &["NODE_AUTH_TOKEN", "NPM_TOKEN", "NPM_AUTH_TOKEN", "NPM_CONFIG__AUTH", "YARN_NPM_AUTH_TOKEN"],
        "registry",
        "registry.npmjs.org",
    ),
    access(
        &["TWINE_PASSWORD", "UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD", "POETRY_PYPI_TOKEN_PYPI", "FLIT_PASSWORD"],
        "registry",
        "pypi.org",
    ),
    access(
        &["HATCH_INDEX_AUTH", "PDM_PUBLISH_PASSWORD", "PYPI_TOKEN", "PYPI_API_TOKEN", "PYPI_PASSWORD", "MATURIN_PYPI_TOKEN"],
        "registry",
        "pypi.org",
    ),
    access(&["TEST_PYPI_API_TOKEN", "TEST_PYPI_TOKEN", "TESTPYPI_API_TOKEN"], "registry", "test.pypi.org"),
    access(&["CARGO_REGISTRY_TOKEN", "CRATES_IO_TOKEN", "CRATES_TOKEN"], "registry", "crates.io"),
    access(&["GEM_HOST_API_KEY", "RUBYGEMS_API_KEY", "RUBYGEMS_AUTH_TOKEN"], "registry", "rubygems.org"),
    access(&["NUGET_API_KEY", "NUGET_AUTH_TOKEN", "NUGET_TOKEN"], "registry", "nuget.org"),
    access(&["DOCKERHUB_TOKEN", "DOCKERHUB_PASSWORD", "DOCKER_HUB_TOKEN", "DOCKER_HUB_PASSWORD"], "registry", "docker.io"),
    access(&["DOCKER_PASSWORD", "DOCKER_TOKEN", "REGISTRY_PASSWORD", "REGISTRY_TOKEN", "DOCKER_AUTH_CONFIG"], "registry", ""),
    access(&["QUAY_TOKEN", "QUAY_PASSWORD", "QUAY_ROBOT_TOKEN"], "registry", "quay.io"),
    access(&["HEX_API_KEY"], "registry", "hex.pm"),
    access(&["PUB_TOKEN", "PUB_CREDENTIALS"], "registry", "pub.dev"),
    access(&["MAVEN_PASSWORD", "OSSRH_PASSWORD", "OSSRH_TOKEN", "SONATYPE_PASSWORD", "MAVEN_CENTRAL_TOKEN"], "registry", "maven-central"),
    access(
        &["MAVEN_CENTRAL_PASSWORD", "CENTRAL_PASSWORD", "CENTRAL_TOKEN", "ORG_GRADLE_PROJECT_mavenCentralPassword"],
        "registry",
        "maven-central",
    ),
    access(&["JF_ACCESS_TOKEN", "JF_PASSWORD", "ARTIFACTORY_TOKEN", "ARTIFACTORY_PASSWORD", "ARTIFACTORY_API_KEY"], "saas:jfrog", ""),
    access(&["CLOUDSMITH_API_KEY"], "saas:cloudsmith", ""),
    access(&["GRADLE_PUBLISH_KEY", "GRADLE_PUBLISH_SECRET"], "registry", "plugins.gradle.org"),
    access(&["VSCE_PAT"], "registry", "marketplace.visualstudio.com"),
    access(&["OVSX_PAT"], "registry", "open-vsx.org"),
    access(&["ANACONDA_API_TOKEN", "ANACONDA_TOKEN"], "registry", "anaconda.org"),
    access(&["HOMEBREW_GITHUB_API_TOKEN", "HOMEBREW_TAP_TOKEN", "HOMEBREW_TAP_GITHUB_TOKEN"], "github", ""),
    // Source hosts and deployment targets.
    access(&["GITHUB_PAT", "GH_PAT", "GITHUB_PERSONAL_ACCESS_TOKEN", "RELEASE_PLEASE_TOKEN", "RENOVATE_TOKEN"], "github", ""),
    Known {
        names: &["GITHUB_TOKEN", "GH_TOKEN", "INPUT_GITHUB_TOKEN"],
        content: Content::Durable,
        role: Role::Access,
        destination: ("github", ""),
    },
    access(&["GITLAB_TOKEN", "GITLAB_PAT", "CI_DEPLOY_PASSWORD"], "git", "gitlab"),
    access(&["BITBUCKET_TOKEN", "BITBUCKET_APP_PASSWORD"], "git", "bitbucket"),
    access(
        &["KUBECONFIG", "KUBE_CONFIG", "KUBECONFIG_DATA", "KUBE_CONFIG_DATA", "KUBECONFIG_FILE", "K8S_TOKEN", "KUBE_TOKEN"],
        "k8s-api",
        "",
    ),
    access(&["SSH_PRIVATE_KEY", "SSH_KEY", "DEPLOY_KEY", "SSH_DEPLOY_KEY", "ACTIONS_DEPLOY_KEY", "SSHPASS", "SSH_PASSWORD"], "ssh", ""),
    access(&["FLY_API_TOKEN"], "saas:fly", ""),
    access(&["HEROKU_API_KEY"], "saas:heroku", ""),
    access(&["VERCEL_TOKEN"], "saas:vercel", ""),
    identifier(&["VERCEL_ORG_ID", "VERCEL_PROJECT_ID"], "saas:vercel"),
    access(&["NETLIFY_AUTH_TOKEN"], "saas:netlify", ""),
    identifier(&["NETLIFY_SITE_ID"], "saas:netlify"),
    access(&["RAILWAY_TOKEN"], "saas:railway", ""),
    access(&["RENDER_API_KEY"], "saas:render", ""),
    access(&["EXPO_TOKEN"], "saas:expo", ""),
    access(&["FIREBASE_TOKEN"], "gcp", "firebase"),
    access(&["PULUMI_ACCESS_TOKEN"], "saas:pulumi", ""),
    access(&["TF_API_TOKEN", "TFE_TOKEN", "TF_TOKEN_app_terraform_io"], "saas:hcp-terraform", ""),
    access(&["TS_AUTHKEY", "TAILSCALE_AUTHKEY"], "saas:tailscale", ""),
    access(&["SUPABASE_ACCESS_TOKEN", "SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_DB_PASSWORD"], "saas:supabase", ""),
    // Databases.
    access(&["PGPASSWORD", "POSTGRES_PASSWORD", "MYSQL_PASSWORD", "MYSQL_ROOT_PASSWORD", "MYSQL_PWD", "MARIADB_ROOT_PASSWORD"], "db", ""),
    access(
        &[
            "DATABASE_URL",
            "DB_PASSWORD",
            "DB_PASS",
            "MONGODB_URI",
            "MONGO_URI",
            "REDIS_PASSWORD",
            "REDISCLI_AUTH",
            "MONGO_INITDB_ROOT_PASSWORD",
        ],
        "db",
        "",
    ),
    access(&["SNOWFLAKE_PASSWORD", "SNOWFLAKE_PRIVATE_KEY"], "saas:snowflake", ""),
    access(&["DATABRICKS_TOKEN", "DATABRICKS_CLIENT_SECRET"], "saas:databricks", ""),
    // Quality, observability, messaging.
    access(&["CODECOV_TOKEN"], "saas:codecov", ""),
    access(&["SONAR_TOKEN", "SONARQUBE_TOKEN"], "saas:sonar", ""),
    access(&["SNYK_TOKEN"], "saas:snyk", ""),
    access(&["FOSSA_API_KEY"], "saas:fossa", ""),
    access(&["SEMGREP_APP_TOKEN"], "saas:semgrep", ""),
    access(&["SENTRY_AUTH_TOKEN"], "saas:sentry", ""),
    access(&["DD_API_KEY", "DATADOG_API_KEY", "DD_APP_KEY", "DATADOG_APP_KEY"], "saas:datadog", ""),
    access(&["NEW_RELIC_API_KEY", "NEW_RELIC_LICENSE_KEY"], "saas:newrelic", ""),
    access(&["GRAFANA_TOKEN", "GRAFANA_API_KEY"], "saas:grafana", ""),
    access(&["HONEYCOMB_API_KEY"], "saas:honeycomb", ""),
    access(&["PAGERDUTY_TOKEN", "PAGERDUTY_API_KEY"], "saas:pagerduty", ""),
    access(
        &["SLACK_BOT_TOKEN", "SLACK_TOKEN", "SLACK_WEBHOOK_URL", "SLACK_WEBHOOK", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"],
        "saas:slack",
        "",
    ),
    access(&["DISCORD_WEBHOOK", "DISCORD_WEBHOOK_URL", "DISCORD_TOKEN", "DISCORD_BOT_TOKEN"], "saas:discord", ""),
    access(&["TELEGRAM_TOKEN", "TELEGRAM_BOT_TOKEN"], "saas:telegram", ""),
    access(&["SENDGRID_API_KEY"], "saas:sendgrid", ""),
    access(&["TWILIO_AUTH_TOKEN", "TWILIO_API_SECRET"], "saas:twilio", ""),
    access(&["STRIPE_SECRET_KEY", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET"], "saas:stripe", ""),
    access(&["ALGOLIA_API_KEY", "ALGOLIA_ADMIN_KEY"], "saas:algolia", ""),
    access(&["CYPRESS_RECORD_KEY"], "saas:cypress", ""),
    access(&["PERCY_TOKEN", "BROWSERSTACK_ACCESS_KEY"], "saas:browserstack", ""),
    access(&["CHROMATIC_PROJECT_TOKEN"], "saas:chromatic", ""),
    access(&["NX_CLOUD_ACCESS_TOKEN"], "saas:nx", ""),
    access(&["TURBO_TOKEN"], "saas:vercel", ""),
    access(&["CACHIX_AUTH_TOKEN", "CACHIX_SIGNING_KEY"], "saas:cachix", ""),
    access(&["DEVELOCITY_ACCESS_KEY", "GRADLE_ENTERPRISE_ACCESS_KEY"], "saas:develocity", ""),
    access(&["LAUNCHDARKLY_SDK_KEY", "LAUNCHDARKLY_ACCESS_TOKEN", "LD_API_KEY"], "saas:launchdarkly", ""),
    access(&["LINEAR_API_KEY"], "saas:linear", ""),
    access(&["NOTION_TOKEN", "NOTION_API_KEY"], "saas:notion", ""),
    access(&["JIRA_API_TOKEN", "CONFLUENCE_API_TOKEN", "ATLASSIAN_API_TOKEN"], "saas:atlassian", ""),
    access(&["FIGMA_API_KEY", "FIGMA_TOKEN"], "saas:figma", ""),
    access(&["CROWDIN_PERSONAL_TOKEN", "CROWDIN_TOKEN"], "saas:crowdin", ""),
    // Models.
    access(&["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_API_KEY"], "saas:anthropic", ""),
    identifier(
        &["ANTHROPIC_FEDERATION_RULE_ID", "ANTHROPIC_ORGANIZATION_ID", "ANTHROPIC_SERVICE_ACCOUNT_ID", "ANTHROPIC_WORKSPACE_ID"],
        "saas:anthropic",
    ),
    access(&["OPENAI_API_KEY", "OPENAI_ADMIN_KEY"], "saas:openai", ""),
    access(&["AZURE_OPENAI_API_KEY", "AZURE_OPENAI_KEY"], "azure", ""),
    access(&["GEMINI_API_KEY", "GOOGLE_GENAI_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"], "gcp", "generativelanguage"),
    access(&["OPENROUTER_API_KEY"], "saas:openrouter", ""),
    access(&["MISTRAL_API_KEY"], "saas:mistral", ""),
    access(&["COHERE_API_KEY"], "saas:cohere", ""),
    access(&["GROQ_API_KEY"], "saas:groq", ""),
    access(&["XAI_API_KEY"], "saas:xai", ""),
    access(&["DEEPSEEK_API_KEY"], "saas:deepseek", ""),
    access(&["REPLICATE_API_TOKEN"], "saas:replicate", ""),
    access(&["HF_TOKEN", "HUGGINGFACE_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HUGGINGFACEHUB_API_TOKEN"], "saas:huggingface", ""),
    access(&["WANDB_API_KEY"], "saas:wandb", ""),
    access(&["LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"], "saas:langsmith", ""),
    access(&["BRAVE_API_KEY", "TAVILY_API_KEY", "EXA_API_KEY", "FIRECRAWL_API_KEY", "PERPLEXITY_API_KEY"], "saas", ""),
    // Keys that sign.
    signing(&["GPG_PRIVATE_KEY", "GPG_PASSPHRASE", "SIGNING_KEY", "SIGNING_PASSWORD", "MAVEN_GPG_PASSPHRASE", "MAVEN_GPG_PRIVATE_KEY"]),
    signing(&[
        "COSIGN_PRIVATE_KEY",
        "COSIGN_PASSWORD",
        "TAURI_SIGNING_PRIVATE_KEY",
        "TAURI_SIGNING_PRIVATE_KEY_PASSWORD",
        "TAURI_PRIVATE_KEY",
    ]),
    signing(&["APPLE_CERTIFICATE", "APPLE_CERTIFICATE_PASSWORD", "APPLE_PASSWORD", "CSC_LINK", "CSC_KEY_PASSWORD", "MATCH_PASSWORD"]),
    signing(&[
        "ANDROID_KEYSTORE",
        "KEYSTORE_PASSWORD",
        "KEY_PASSWORD",
        "KEYSTORE_BASE64",
        "WINDOWS_CERTIFICATE",
        "WINDOWS_CERTIFICATE_PASSWORD",
    ]),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_name_stands_in_two_rows() {
        let mut seen = HashSet::new();
        for name in KNOWN.iter().flat_map(|known| known.names) {
            assert!(seen.insert(name), "{name}");
        }
    }

    #[test]
    fn a_known_name_says_what_it_holds() {
        let known = known("VAULT_TOKEN").unwrap();
        assert_eq!(
            (known.content, known.role, known.destination()),
            (Content::Durable, Role::Bootstrap, Some(Destination::new("vault", "")))
        );
        assert!(super::known("vault_token").is_none());
    }
}
