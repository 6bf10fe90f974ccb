//! Whether a name says that the value assigned to it is a credential.
//!
//! Used for positions where a literal would be a stored secret (an environment variable of a container, an attribute
//! of a provider). One decision a reader would question: only the end of a name decides, with few exceptions, because
//! `password_policy`, `token_ttl` and `secret_arn` describe a credential without being one.

/// Word sequences with which the name of a credential ends.
const ENDINGS: &[&[&str]] = &[
    &["secret"],
    &["password"],
    &["passwd"],
    &["pwd"],
    &["pass"],
    &["passphrase"],
    &["token"],
    &["pat"],
    &["apikey"],
    &["api", "key"],
    &["auth", "key"],
    &["access", "key"],
    &["access", "key", "id"],
    &["account", "key"],
    &["shared", "key"],
    &["primary", "key"],
    &["secondary", "key"],
    &["secret", "key"],
    &["private", "key"],
    &["private", "key", "pem"],
    &["key", "pem"],
    &["client", "key"],
    &["master", "key"],
    &["signing", "key"],
    &["ssh", "key"],
    &["deploy", "key"],
    &["license", "key"],
    &["service", "account", "key"],
    &["principal", "key"],
    &["sa", "key"],
    &["sa", "json"],
    &["sas", "url"],
    &["approle", "secret", "id"],
    &["vault", "secret", "id"],
    &["secret", "string"],
    &["secret", "data"],
    &["secret", "value"],
    &["credential"],
    &["credentials"],
    &["creds"],
    &["dsn"],
    &["connection", "string"],
    &["conn", "str"],
    &["database", "url"],
    &["webhook"],
    &["webhook", "url"],
    &["webhook", "uri"],
    &["hook", "url"],
    &["pfx"],
    &["p12"],
    &["keystore"],
    &["kubeconfig"],
    &["kube", "config"],
    &["dockerconfigjson"],
];

/// Word sequences with which the name of something public ends, although [`ENDINGS`] would claim it.
const PUBLIC_ENDINGS: &[&[&str]] = &[
    &["public", "key"],
    &["public", "key", "pem"],
    &["public", "access", "key"],
    &["kms", "master", "key"],
    &["next", "token"],
    &["continuation", "token"],
    &["automount", "service", "account", "token"],
    &["csrf", "token"],
    &["creation", "token"],
    &["idempotency", "token"],
    // Which kinds of credentials are tried (azure-identity, "Credential chains": `dev`, `prod` or the name of one).
    &["azure", "token", "credentials"],
    &["request", "token"],
    // The hash of the resource group that Azure's templates end their names with (Azure Developer CLI).
    &["resource", "token"],
    // It lets telemetry in and nothing out (Azure Monitor, "Connection strings in Application Insights").
    &["insights", "connection", "string"],
];

/// Endings of names whose words are run together (`WEBPASSWORD`, `dbpasswd`).
const RUN_TOGETHER: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "dbpass",
    "dbpwd",
    "userpass",
    "apikey",
    "secretkey",
    "accesskey",
    "privatekey",
    "secret",
    "authtoken",
    "accesstoken",
    "apitoken",
    "authkey",
];

/// Last words that say how a value is written (`SSH_PRIVATE_KEY_B64`).
const ENCODINGS: &[&str] = &["b64", "base64"];

/// Whether a literal under this name is a credential.
pub(crate) fn is_credential(name: &str) -> bool {
    // Every shell sets these, to folders.
    if matches!(name, "PWD" | "OLDPWD") {
        return false;
    }
    // How a connection gets its token (Azure Functions, "Identity-based connections").
    if name.ends_with("__credential") {
        return false;
    }
    let words = words(name);
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.last().is_some_and(|last| ENCODINGS.contains(last)) {
        words.pop();
    }
    let ends = |endings: &[&[&str]]| endings.iter().any(|ending| words.ends_with(ending));
    // As an environment variable it is a key; as an attribute of a cloud resource it names one.
    let is_variable = name.ends_with("ENCRYPTION_KEY");
    let run_together = words.last().is_some_and(|last| RUN_TOGETHER.iter().any(|ending| last.ends_with(ending)));
    // What AppRole logs in with; behind a word that says whose it is, the id of a stored secret (`DB_SECRET_ID`).
    let is_login = words == ["secret", "id"];
    (ends(ENDINGS) || is_variable || run_together || is_login) && !ends(PUBLIC_ENDINGS)
}

/// Whether a value of this name is a public key.
pub(crate) fn is_public_key(name: &str) -> bool {
    let words = words(name);
    words.len() > 1 && words[words.len() - 2..] == ["public", "key"]
}

/// Whether a value of this name is the text of a private key, which is longer than the name of one.
pub(crate) fn is_key_material(name: &str) -> bool {
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    [&["ssh", "key"][..], &["private", "key"], &["deploy", "key"], &["key", "pem"]].iter().any(|ending| words.ends_with(ending))
}

/// Words before `KEY` in names of variables that hold the key of a record, or one that is no secret.
const PLAIN_KEYS: &[&str] = &[
    "public",
    "partition",
    "sort",
    "range",
    "hash",
    "cache",
    "object",
    "s3",
    "bucket",
    "file",
    "state",
    "routing",
    "kms",
    "foreign",
    "index",
    "row",
    "search",
    "lookup",
    "lock",
    "queue",
    "topic",
    "group",
    "order",
    "gpg",
    "feature",
    "config",
    "redis",
    "site",
];

/// Whether a variable of this name, which is set elsewhere, may hold a credential: also `STRIPE_KEY`. A literal there may as well be the
/// key of a record.
pub(crate) fn may_be_credential(name: &str) -> bool {
    let before = name.strip_suffix("_KEY").and_then(|before| before.rsplit('_').next()).unwrap_or_default().to_ascii_lowercase();
    // A file that a platform keeps, or hands over encoded.
    let is_file = ["KEYFILE", "KEY_FILE", "KEY_JSON"].iter().any(|end| name.ends_with(end));
    is_credential(name)
        || is_file
        || !(before.is_empty() || PLAIN_KEYS.contains(&before.as_str()) || name.contains(|c: char| c.is_ascii_lowercase()))
}

/// Words for what a stored secret holds, and last words of the name of a variable that says where it is stored.
const STORED: &[&str] = &["secret", "secrets", "password", "pass", "passwd", "pwd", "token", "credential", "credentials", "apikey"];
const STORED_AS: &[&str] = &["name", "arn", "id", "path", "parameter", "param", "ssm", "uri"];

/// Whether a variable of this name holds the name of a stored secret, which the program then fetches (`DB_SECRET_ARN`,
/// `DBPassSSMName`).
pub(crate) fn names_stored_secret(name: &str) -> bool {
    let words = words(name);
    let Some((last, before)) = words.split_last() else { return false };
    // `SSMName` is one word where capitals run together.
    let is_place = STORED_AS.contains(&last.as_str()) || last == "ssmname" || last == "ssmpath";
    let is_identity = before.iter().any(|word| matches!(word.as_str(), "role" | "user" | "account" | "client" | "key" | "csrf" | "xsrf"));
    is_place && !is_identity && before.iter().any(|word| STORED.iter().any(|stored| word.ends_with(stored)))
}

/// Last words of attributes that say where something is, or which.
const PLACES: &[&str] =
    &["arn", "id", "ids", "name", "names", "endpoint", "address", "host", "hostname", "fqdn", "port", "email", "region", "version", "path"];

/// Whether an attribute of a resource names it, whatever receives it (`bucketName`, `Endpoint.Address`).
pub(crate) fn names_place(attribute: &str) -> bool {
    words(attribute).last().is_some_and(|word| PLACES.contains(&word.as_str())) || is_address(attribute)
}

/// Whether it is an address as a whole, which may hold more than the place.
pub(crate) fn is_address(attribute: &str) -> bool {
    words(attribute).last().is_some_and(|word| matches!(word.as_str(), "url" | "uri" | "link"))
}

/// Lower-case words of `snake_case`, `kebab-case`, `dotted.case` and `camelCase`; names longer than any real one have none.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    if name.len() > 256 {
        return words;
    }
    let mut open = false;
    let mut after_lower = false;
    for character in name.chars() {
        if !character.is_ascii_alphanumeric() {
            open = false;
            continue;
        }
        if !open || (after_lower && character.is_ascii_uppercase()) {
            words.push(String::new());
        }
        open = true;
        after_lower = character.is_ascii_lowercase();
        if let Some(word) = words.last_mut() {
            word.push(character.to_ascii_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{is_credential, may_be_credential, names_stored_secret};

    #[test]
    fn keys_that_are_set_elsewhere() {
        assert!(is_credential("GHSECRET") && !is_credential("SECRETARY"));
        for name in ["STRIPE_KEY", "MY_SENDGRID_KEY", "DB_PASSWORD", "DEV_GCP_KEYFILE"] {
            assert!(may_be_credential(name), "{name}");
        }
        for name in ["CACHE_KEY", "TABLE_PARTITION_KEY", "KEY", "stripe_key", "KEY_NAME", "_KEY", ""] {
            assert!(!may_be_credential(name), "{name}");
        }
    }

    #[test]
    fn names_of_stored_secrets() {
        for name in ["DB_SECRET_ARN", "DBPassSSMName", "SLACK_TOKEN_PARAMETER", "SECRET_NAME", "db_credentials_secret_id"] {
            assert!(names_stored_secret(name), "{name}");
        }
        for name in ["TABLE_NAME", "SECRET", "TOKEN_ROLE_ARN", "PASSWORD_LENGTH", "QUEUE_ARN", "CSRF_TOKEN_NAME", ""] {
            assert!(!names_stored_secret(name), "{name}");
        }
    }

    #[test]
    fn the_end_of_a_name_decides() {
        for name in [
            "DB_PASSWORD",
            "clientSecret",
            "aws_secret_access_key",
            "AWS_ACCESS_KEY_ID",
            "token",
            "SLACK_WEBHOOK_URL",
            "ALERT_HOOK_URL",
            "tls.key-pem",
            "WEBPASSWORD",
            "SMTP_PASS",
            "DBPASS",
            "SSH_PRIVATE_KEY_B64",
            "N8N_ENCRYPTION_KEY",
            "secret_id",
            "VAULT_SECRET_ID",
        ] {
            assert!(is_credential(name), "{name}");
        }
        for name in [
            "PWD",
            "OLDPWD",
            "password_policy",
            "AZURE_TOKEN_CREDENTIALS",
            "TOKEN_TTL",
            "SECRET_ARN",
            "ssh_public_key",
            "KEYBOARD",
            "BYPASS",
            "CONTENT_BASE64",
            "tokenizer",
            "",
            "___",
            "api_key_header",
            "resourceToken",
            "APP_SECRET_ID",
            "AzureWebJobsStorage__credential",
            "encryption_key",
        ] {
            assert!(!is_credential(name), "{name}");
        }
        assert!(!is_credential(&"_password".repeat(1000)));
    }
}
