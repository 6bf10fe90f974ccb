//! Calls with which a program fetches a stored secret when it runs, in the languages of the clouds' libraries.
//!
//! The decision a reader would question: a call is a fetch only in a file that names the store as well, because a wrapper of
//! somebody's own may be called the same. What is fetched is not followed: the call is what shows that a value is kept there.

use unkeyed_model::{Custody, Declaration, Facts, Lifetime, Role, Span, Workload, WorkloadKind};

use crate::place::Place;

/// Calls, and words of which one stands in a file that means the store: AWS SDKs (`GetSecretValue`, `GetParameter` with
/// decryption), Powertools for AWS Lambda, Azure SDKs (`SecretClient`), Secret Manager of Google, hvac for Vault.
const CALLS: &[(&str, &[&str])] = &[
    ("get_secret_value(", AWS),
    ("getSecretValue(", AWS),
    ("GetSecretValue(", AWS),
    ("GetSecretValueAsync(", AWS),
    ("GetSecretValueCommand(", AWS),
    ("WithDecryption: true", &["arameter"]),
    ("WithDecryption=True", &["arameter"]),
    ("withDecryption(true)", &["arameter"]),
    ("WithDecryption = true", &["arameter"]),
    ("get_secret(", &["SecretClient", "aws_lambda_powertools"]),
    ("getSecret(", &["SecretClient", "@aws-lambda-powertools/parameters"]),
    ("GetSecret(", &["SecretClient", "azsecrets"]),
    ("GetSecretAsync(", &["SecretClient"]),
    ("AddAzureKeyVault(", &["KeyVault"]),
    ("access_secret_version(", GOOGLE),
    ("accessSecretVersion(", GOOGLE),
    ("AccessSecretVersion(", GOOGLE),
    ("read_secret_version(", &["hvac"]),
    ("read_secret(", &["hvac"]),
];
const AWS: &[&str] = &["ecretsmanager", "ecretsManager", "ecrets-manager", "ecrets_manager"];
const GOOGLE: &[&str] = &["ecretmanager", "ecretManager", "ecret-manager", "ecret_manager"];

/// Beginnings of lines that are comments.
const COMMENTS: &[&str] = &["#", "//", "*", "/*"];
/// Words in front of a name that is defined there.
const DEFINITIONS: &[&str] = &["def ", "func ", "function ", "fn "];

/// Endings of programs in further languages, of which only these calls are read.
const FURTHER: &[&str] = &[".go", ".java", ".cs", ".kt", ".rb", ".php", ".rs"];

/// Whether a file is a program in one of the further languages.
pub(super) fn is_further(name: &str) -> bool {
    FURTHER.iter().any(|ending| name.ends_with(ending))
}

/// Words of which each call holds one. Most programs hold none, and are looked through for no more than these.
const GATES: &[&str] = &["ecret", "ithDecryption", "AzureKeyVault"];

/// Whether a text holds such a call.
pub(super) fn holds_one(text: &[u8]) -> bool {
    let holds = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    GATES.iter().any(|gate| holds(gate)) && CALLS.iter().any(|(call, stores)| holds(call) && stores.iter().any(|store| holds(store)))
}

/// Emits each kind of call once, because the same program makes it, and the program as a part of whoever runs it by its name.
pub(super) fn read(place: &Place<'_>, facts: &mut Facts) {
    let text = place.text();
    let before = facts.declarations.len();
    for (call, _) in CALLS.iter().filter(|(_, stores)| stores.iter().any(|store| text.contains(store))) {
        let Some(at) = text.match_indices(call).map(|(at, _)| at).find(|&at| is_made(text, at)) else { continue };
        let name = call.trim_end_matches('(');
        facts.declarations.push(Declaration {
            kind: "program.secret-fetch".to_owned(),
            name: name.to_owned(),
            custody: Custody::VaultStatic,
            role: Role::Access,
            lifetime: Lifetime::default(),
            destination: None,
            principal: None,
            location: place.at(Span::new(at, at + name.len()), name),
        });
    }
    if facts.declarations.len() > before {
        let mut program = Workload::new(WorkloadKind::Repository, format!("repo:{}#script", place.path()), place.path(), place.whole());
        program.component = true;
        program.extents.push(place.bare(Span::new(0, text.len())));
        facts.workloads.push(program);
    }
}

/// Whether a call is made where its name stands, and not only spoken of or defined.
fn is_made(text: &str, at: usize) -> bool {
    /// Longest part of a line that is looked at, in bytes.
    const MAX_LINE: usize = 4 << 10;
    let from = text.floor_char_boundary(at.saturating_sub(MAX_LINE));
    let line = text[from..at].rsplit('\n').next().unwrap_or_default();
    let is_whole = !line.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    is_whole
        && !COMMENTS.iter().any(|comment| line.trim_start().starts_with(comment))
        && !DEFINITIONS.iter().any(|word| line.ends_with(word))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Custody, Origin, Unit};

    use crate::testing;

    fn read(path: &str, text: &'static str) -> Vec<String> {
        let facts = testing::read(&[Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes())]);
        assert!(facts.declarations.iter().all(|found| found.custody == Custody::VaultStatic));
        facts.declarations.into_iter().map(|found| found.name).collect()
    }

    #[test]
    fn calls_that_fetch_a_secret() {
        for (path, text, name) in [
            ("src/a.py", "c = boto3.client('secretsmanager')\nv = c.get_secret_value(SecretId='x')\n", "get_secret_value"),
            ("a.ts", "import '@aws-sdk/client-secrets-manager';\nawait c.send(new GetSecretValueCommand({}))", "GetSecretValueCommand"),
            ("a.js", "await ssm.getParameter({ Name: n, WithDecryption: true })", "WithDecryption: true"),
            ("main.go", "import secretmanager\nr, err := client.AccessSecretVersion(ctx, req)", "AccessSecretVersion"),
            ("A.cs", "var c = new SecretClient(u, d); c.GetSecretAsync(n);", "GetSecretAsync"),
        ] {
            assert_eq!(read(path, text), [name], "{path}");
        }
    }

    #[test]
    fn every_call_passes_a_gate() {
        for (call, _) in super::CALLS {
            assert!(super::GATES.iter().any(|gate| call.contains(gate)), "{call}");
        }
    }

    #[test]
    fn what_is_no_such_call() {
        for (path, text) in [
            ("a.py", "# boto3.client('secretsmanager').get_secret_value(SecretId='x')\n"),
            ("a.py", "import secretsmanager\ndef get_secret_value(name):\n  pass\n"),
            ("a.py", "v = store.get_secret_value(name)\n"),
            ("a.ts", "import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';\n"),
            ("tests/a.py", "boto3.client('secretsmanager').get_secret_value(SecretId='x')\n"),
            ("a.js", "ssm.getParameter({ Name: n, WithDecryption: false })"),
            ("a.txt", "boto3.client('secretsmanager').get_secret_value(SecretId='x')\n"),
        ] {
            assert_eq!(read(path, text), [""; 0], "{path} {text}");
        }
    }
}
