//! What a name says of a value that is not here (DOMAIN §3.1): credential, identifier, or nothing.
//!
//! One decision a reader would question: user names, e-mail addresses, ARNs and names of buckets, clusters and the like
//! count as identifiers although the lists of §3.1 don't name them. They are kept in secret stores by the thousand and
//! open nothing by themselves; a report that calls them unresolved candidates would bury the ones that matter.

use unkeyed_model::{Content, Destination, Reference, StoreKind};

/// Names that are a credential whatever they end in.
const DURABLE_PHRASES: &[&[&str]] = &[
    &["CONNECTION", "STRING"],
    &["DATABASE", "URL"],
    &["ACCESS", "KEY", "ID"],
    &["KUBE", "CONFIG"],
    &["SECRET", "ID"],
    &["SESSION", "ID"],
    &["HOOK", "URL"],
];

/// Words that make a name a credential wherever they stand.
const DURABLE_WORDS: &[&str] = &["SECRET", "SECRETS", "WEBHOOK", "WEBHOOKS", "KUBECONFIG"];

/// Names that end so are credentials.
const DURABLE_ENDINGS: &[&[&str]] = &[
    &["PASSWORD"],
    &["PASSWD"],
    &["PWD"],
    &["PASS"],
    &["PASSPHRASE"],
    &["TOKEN"],
    &["PAT"],
    &["API", "KEY"],
    &["APIKEY"],
    &["ACCESS", "KEY"],
    &["ACCOUNT", "KEY"],
    &["PRIVATE", "KEY"],
    &["SIGNING", "KEY"],
    &["SSH", "KEY"],
    &["DEPLOY", "KEY"],
    &["PEM"],
    &["PFX"],
    &["P12"],
    &["KEYSTORE"],
    &["KEYFILE"],
    &["KEY", "FILE"],
    &["KEY", "JSON"],
    &["CREDENTIALS"],
    &["CREDENTIAL"],
    &["CREDS"],
    &["SA", "KEY"],
    &["SA", "JSON"],
    &["DSN"],
    &["JWT"],
    &["HOOK"],
];

/// Names that begin so are credentials.
const DURABLE_BEGINNINGS: &[&str] = &["PYPI", "DOCKERHUB"];

/// Endings of words that were run together (`GHSECRET`, `DBPASSWORD`).
const RUN_TOGETHER: &[&str] =
    &["SECRET", "PASSWORD", "PASSWD", "APIKEY", "SECRETKEY", "ACCESSKEY", "PRIVATEKEY", "AUTHTOKEN", "ACCESSTOKEN"];

/// Last words of a name that only says what a secret is called or where it is kept.
const PURE_NAMES: &[&str] = &["ARN", "REGION", "NAME", "NAMES", "NAMESPACE", "VERSION", "IDS", "PROJECT"];

/// Names that end so are identifiers.
const IDENTIFIER_ENDINGS: &[&[&str]] = &[
    &["ID"],
    &["IDS"],
    &["ARN"],
    &["ROLE"],
    &["ROLE", "TO", "ASSUME"],
    &["REGION"],
    &["LOCATION"],
    &["PROJECT"],
    &["PROJECT", "NUMBER"],
    &["PROVIDER"],
    &["SERVICE", "ACCOUNT"],
    &["STORAGE", "ACCOUNT"],
    &["AWS", "ACCOUNT"],
    &["AUDIENCE"],
    &["GROUP"],
    &["ORG"],
    &["ORGANIZATION"],
    &["OWNER"],
    &["BRANCH"],
    &["REGISTRY"],
    &["SERVER"],
    &["HOSTNAME"],
    &["URL"],
    &["HOST"],
    &["ENDPOINT"],
    &["CODECOV", "SLUG"],
    &["USERNAME"],
    &["USER"],
    &["EMAIL"],
    &["NAME"],
    &["BUCKET"],
    &["CLUSTER"],
    &["DOMAIN"],
    &["NAMESPACE"],
    &["PORT"],
    &["REPO"],
    &["REPOSITORY"],
    &["VERSION"],
    &["ZONE"],
    // Tokens that make a request repeatable, not possible.
    &["CREATION", "TOKEN"],
    &["IDEMPOTENCY", "TOKEN"],
    &["REQUEST", "TOKEN"],
];

/// Last words that say how a value is written.
const ENCODINGS: &[&str] = &["B64", "BASE64"];

/// What one name says.
pub(crate) fn name_says(name: &str) -> Content {
    let words = words(name);
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    // `SA_KEY_2` is one of several.
    if words.len() > 1 && words.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit())) {
        words.pop();
    }
    if words.last().is_some_and(|last| ENCODINGS.contains(last)) {
        words.pop();
    }
    let ends = |endings: &[&[&str]]| endings.iter().any(|ending| words.ends_with(ending));
    let contains = |phrases: &[&[&str]]| phrases.iter().any(|phrase| words.windows(phrase.len()).any(|window| window == *phrase));
    if contains(&[&["INSIGHTS", "CONNECTION", "STRING"], &["APPLICATIONINSIGHTS", "CONNECTION", "STRING"]]) {
        return Content::Identifier;
    }
    if contains(DURABLE_PHRASES) {
        return Content::Durable;
    }
    // `…_WEBHOOK_URL` is a credential, `…_SECRET_ARN` names one: the word decides unless the ending is a pure name.
    let named_only = words.last().is_some_and(|last| PURE_NAMES.contains(last));
    if !named_only && words.iter().any(|word| DURABLE_WORDS.contains(word)) {
        return Content::Durable;
    }
    if ends(IDENTIFIER_ENDINGS) {
        return Content::Identifier;
    }
    let begins = words.first().is_some_and(|first| DURABLE_BEGINNINGS.contains(first));
    let run_together = words.last().is_some_and(|last| RUN_TOGETHER.iter().any(|ending| last.ends_with(ending)));
    if begins || run_together || ends(DURABLE_ENDINGS) { Content::Durable } else { Content::Unstated }
}

/// What the place that uses a reference and the names around it say of its content, most specific name first.
pub(crate) fn content(reference: &Reference) -> Content {
    // What a step hands on may be short-lived, whatever it is called; a connection or a definition is called after what it is for.
    let is_opaque = matches!(reference.store, StoreKind::StepOutput | StoreKind::ServiceConnection | StoreKind::ForeignDefinition);
    if reference.content != Content::Unstated || is_opaque {
        return reference.content;
    }
    // A whole environment that is handed in may hold anything, whatever it is called.
    if reference.key.as_deref() == Some("*") {
        return Content::Unstated;
    }
    // A variable of GitHub is plain text, whatever it is given to.
    let used_as = reference.used_as.as_deref().filter(|_| reference.store != StoreKind::GhaVariable);
    // A ConfigMap says nothing by the folder that it is put in (`/var/run/secrets/…`).
    let is_plain_file = reference.store == StoreKind::K8sConfigMap;
    let used_as = used_as.map(|place| if is_plain_file { place.rsplit('/').next().unwrap_or_default() } else { place });
    let names = [reference.key.as_deref(), used_as, Some(reference.name.as_str())];
    let said = names.into_iter().flatten().map(name_says).find(|content| *content != Content::Unstated);
    match said {
        // The name of a set says what it is for, not that nothing in it is secret.
        Some(Content::Identifier) if reference.store == StoreKind::CiGroup => Content::Unstated,
        // The address that a webhook is called by is what opens it.
        Some(Content::Identifier) if keeps_secrets(reference.store) && names.into_iter().flatten().any(is_webhook) => Content::Durable,
        // Nor does that of a Secret which is taken whole (`{{ .Values.certs.secretName }}`).
        Some(Content::Identifier) if reference.store == StoreKind::K8sSecret && reference.key.is_none() => Content::Durable,
        Some(content) => content,
        // All of a store (`secrets: inherit`, `toJSON(secrets)`) or of an object that exists to hold secrets.
        None if is_whole(reference) && keeps_secrets(reference.store) => Content::Durable,
        // Where secrets are kept, a key is one: `RPM_GPG_KEY`, `tls.key`.
        None if keeps_secrets(reference.store) && is_key(reference.key.as_deref().unwrap_or(&reference.name)) => Content::Durable,
        // Nor is `API_TOKENS` a number there.
        None if keeps_secrets(reference.store) && names.into_iter().flatten().any(is_several) => Content::Durable,
        None if keeps_secrets(reference.store) => Content::Unstated,
        // Elsewhere it may be one (`STRIPE_KEY`).
        None if is_handed_in(reference.store) && names.into_iter().flatten().any(is_key) => Content::Unstated,
        // Plain variables hold settings; without a telling name there is no reason to suspect one.
        None => Content::Identifier,
    }
}

/// Words in front of `KEY` that tell a key which opens nothing.
const PLAIN_KEYS: &[&str] = &[
    "PUBLIC",
    "PUB",
    "PUBLISHABLE",
    "PROJECT",
    "CACHE",
    "HOST",
    "PARTITION",
    "SITE",
    "OBJECT",
    "SORT",
    "PRIMARY",
    "FOREIGN",
    "S3",
    "STATE",
];

/// Whether a name is that of a key which opens something.
fn is_key(name: &str) -> bool {
    let words = words(name);
    words.last().is_some_and(|last| last == "KEY") && !words.iter().any(|word| PLAIN_KEYS.contains(&word.as_str()))
}

/// Whether a name is that of several credentials (`API_TOKENS`, `DB_PASSWORDS`).
fn is_several(name: &str) -> bool {
    let mut words = words(name);
    let Some(one) = words.pop().and_then(|last| last.strip_suffix('S').map(str::to_owned)) else { return false };
    words.push(one);
    DURABLE_ENDINGS.iter().any(|ending| words.ends_with(&ending.iter().map(|&word| word.to_owned()).collect::<Vec<_>>()))
}

/// Whether a name speaks of a webhook's address, or of the secret that holds it.
fn is_webhook(name: &str) -> bool {
    let words = words(name);
    let is_address = words.last().is_some_and(|last| matches!(last.as_str(), "SECRET" | "URL" | "URI" | "WEBHOOK"));
    is_address && words.iter().any(|word| word == "WEBHOOK")
}

/// Whether whoever deploys sets it, so that nobody can read there what it is.
const fn is_handed_in(store: StoreKind) -> bool {
    matches!(store, StoreKind::Environment | StoreKind::TerraformVariable | StoreKind::Parameter)
}

/// Whether the use takes everything that is kept under the name.
fn is_whole(reference: &Reference) -> bool {
    let object = matches!(reference.store, StoreKind::K8sSecret | StoreKind::ComposeSecret) && reference.key.is_none();
    reference.name == "*" || object
}

/// Whether people put secrets there; plain variables and settings are only suspected by name.
const fn keeps_secrets(store: StoreKind) -> bool {
    !matches!(
        store,
        StoreKind::GhaVariable | StoreKind::K8sConfigMap | StoreKind::Environment | StoreKind::TerraformVariable | StoreKind::Parameter
    )
}

/// Where a credential leads, by the words of its name; tried in order.
const LEADS_TO: &[(&str, &str, &str)] = &[
    ("AWS", "aws", ""),
    ("AZURE", "azure", ""),
    ("ARM", "azure", ""),
    ("GCP", "gcp", ""),
    ("GOOGLE", "gcp", ""),
    ("GCLOUD", "gcp", ""),
    ("OCI", "oci", ""),
    ("VAULT", "vault", ""),
    ("KUBECONFIG", "k8s-api", ""),
    ("KUBE", "k8s-api", ""),
    ("NPM", "registry", "registry.npmjs.org"),
    ("PYPI", "registry", "pypi.org"),
    ("TWINE", "registry", "pypi.org"),
    ("CARGO", "registry", "crates.io"),
    ("NUGET", "registry", "nuget.org"),
    ("DOCKERHUB", "registry", "docker.io"),
    ("DOCKER", "registry", "docker.io"),
    ("GHCR", "registry", "ghcr.io"),
    ("DATABASE", "db", ""),
    ("POSTGRES", "db", ""),
    ("MYSQL", "db", ""),
    ("MONGO", "db", ""),
    ("MONGODB", "db", ""),
    ("REDIS", "db", ""),
    ("DB", "db", ""),
    ("SLACK", "saas:slack", ""),
    ("SONAR", "saas:sonar", ""),
    ("CODECOV", "saas:codecov", ""),
    ("ANTHROPIC", "saas:anthropic", ""),
    ("OPENAI", "saas:openai", ""),
    ("GITHUB", "github", ""),
    ("GH", "github", ""),
];

/// The destination that a name tells, if it tells one.
pub(crate) fn destination(name: &str) -> Option<Destination> {
    let words = words(name);
    let (_, kind, at) = LEADS_TO.iter().find(|(word, ..)| words.iter().any(|candidate| candidate == word))?;
    Some(Destination::new(*kind, *at))
}

/// Upper-case words of `snake_case`, `kebab-case`, `dotted.case` and `camelCase` names.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for character in name.chars() {
        let boundary = !character.is_ascii_alphanumeric();
        if (boundary || (after_lower && character.is_ascii_uppercase())) && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let (false, Some(word)) = (boundary, words.last_mut()) {
            word.push(character.to_ascii_uppercase());
        }
        after_lower = character.is_ascii_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests;
