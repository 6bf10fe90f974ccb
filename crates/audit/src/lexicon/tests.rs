use super::*;
use crate::testing;

#[test]
fn what_is_taken_whole_or_stands_elsewhere_is_not_told_by_its_name() {
    let says = |store, name: &str| content(&testing::reference(store, name));
    assert_eq!(says(StoreKind::CiGroup, "AWS_REGION"), Content::Unstated);
    assert_eq!(says(StoreKind::CiGroup, "prod-secrets"), Content::Durable);
    assert_eq!(says(StoreKind::CiVariable, "AWS_REGION"), Content::Identifier);
    assert_eq!(says(StoreKind::ServiceConnection, "deploy-token"), Content::Unstated);
    assert_eq!(says(StoreKind::ForeignDefinition, "deploy-token"), Content::Unstated);
}

#[test]
fn several_credentials_are_told_where_secrets_are_kept() {
    let says = |store, name: &str| content(&testing::reference(store, name));
    assert_eq!(says(StoreKind::GhaSecret, "STORAGE_TOKENS"), Content::Durable);
    assert_eq!(says(StoreKind::GhaSecret, "DB_PASSWORDS"), Content::Durable);
    assert_eq!(says(StoreKind::GhaSecret, "HOLIDAYS"), Content::Unstated);
    assert_eq!(says(StoreKind::Environment, "MAX_TOKENS"), Content::Identifier);
}

#[test]
fn the_address_of_a_webhook_opens_it() {
    let keyed = |name: &str, key: &str| {
        let reference = testing::reference(StoreKind::K8sSecret, name);
        content(&Reference { key: Some(key.to_owned()), used_as: Some("URL".to_owned()), ..reference })
    };
    assert_eq!(keyed("$(params.webhook-secret)", "url"), Content::Durable);
    assert_eq!(keyed("database", "url"), Content::Identifier);
}

#[test]
fn names_of_credentials_and_of_identifiers() {
    for name in [
        "VAULT_JWT",
        "GHSECRET",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "client-secret",
        "dbPassword",
        "DATABASE_URL",
        "SLACK_WEBHOOK_URL",
        "NPM_TOKEN",
        "KUBE_CONFIG",
        "VAULT_SECRET_ID",
        "AZURE_CREDENTIALS",
        "ssh-key",
        "DOCKERHUB_X",
        "token",
        "E2E_SA_KEY_2",
        "DB_PASSWORD_1",
    ] {
        assert_eq!(name_says(name), Content::Durable, "{name}");
    }
    for name in [
        "AZURE_CLIENT_ID",
        "AWS_ROLE_ARN",
        "DB_SECRET_ARN",
        "SECRET_NAME",
        "secret-ids",
        "SUBNET_ID",
        "AWS_DEPLOY_ROLE",
        "GCP_WIF_PROVIDER",
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "AWS_REGION",
        "API_TOKEN_URL",
        "GCP_SERVICE_ACCOUNT",
        "DOCKERHUB_USERNAME",
        "CONTENT_BUCKET",
        "creation_token",
        "sentry_host",
    ] {
        assert_eq!(name_says(name), Content::Identifier, "{name}");
    }
    for name in ["FOO", "TOKENIZER_MODEL", "KEYBOARD", "", "___"] {
        assert_eq!(name_says(name), Content::Unstated, "{name}");
    }
}

#[test]
fn the_consumer_outranks_the_name_and_the_key_outranks_the_object() {
    let mut reference = testing::reference(StoreKind::GhaSecret, "AWS_ROLE_ARN");
    reference.content = Content::Durable;
    assert_eq!(content(&reference), Content::Durable);
    let mut reference = testing::reference(StoreKind::K8sSecret, "db-credentials");
    reference.key = Some("host".into());
    assert_eq!(content(&reference), Content::Identifier);
    reference.key = Some("x".into());
    assert_eq!(content(&reference), Content::Durable);
}

#[test]
fn only_secret_stores_leave_unknown_candidates() {
    assert_eq!(content(&testing::reference(StoreKind::GhaSecret, "FOO")), Content::Unstated);
    assert_eq!(content(&testing::reference(StoreKind::GhaSecret, "*")), Content::Durable);
    let mut object = testing::reference(StoreKind::K8sSecret, "catalog-rds");
    assert_eq!(content(&object), Content::Durable);
    assert_eq!(content(&testing::reference(StoreKind::K8sSecret, "{{ .Values.certs.secretName }}")), Content::Durable);
    object.key = Some("foo".into());
    assert_eq!(content(&object), Content::Unstated);
    let mut variable = testing::reference(StoreKind::GhaVariable, "SECRET_NAME");
    variable.used_as = Some("secrets".into());
    assert_eq!(content(&variable), Content::Identifier);
    assert_eq!(content(&testing::reference(StoreKind::GhaSecret, "RPM_GPG_KEY")), Content::Durable);
    assert_eq!(content(&testing::reference(StoreKind::GhaSecret, "SONAR_PROJECT_KEY")), Content::Unstated);
    assert_eq!(content(&testing::reference(StoreKind::GhaVariable, "GPG_KEY")), Content::Identifier);
    assert_eq!(content(&testing::reference(StoreKind::Environment, "STRIPE_KEY")), Content::Unstated);
    assert_eq!(content(&testing::reference(StoreKind::TerraformVariable, "CACHE_KEY")), Content::Identifier);
    let mut bundle = testing::reference(StoreKind::K8sConfigMap, "trust-bundle");
    bundle.used_as = Some("/var/run/secrets/spiffe.io/ca.crt".into());
    assert_eq!(content(&bundle), Content::Identifier);
    assert_eq!(content(&testing::reference(StoreKind::GhaVariable, "FOO")), Content::Identifier);
    assert_eq!(content(&testing::reference(StoreKind::Environment, "DB_PASSWORD")), Content::Durable);
}

#[test]
fn a_name_can_tell_the_destination() {
    assert_eq!(destination("NPM_TOKEN"), Some(Destination::new("registry", "registry.npmjs.org")));
    assert_eq!(destination("FOO"), None);
}
