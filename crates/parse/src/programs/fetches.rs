//! Calls with which a program fetches a stored secret when it runs, in the languages of the clouds' libraries.
//!
//! The decision a reader would question: a call is a fetch only in a file that names the store as well, because a wrapper of
//! somebody's own may be called the same. What is fetched is not followed: the call is what shows that a value is kept there.

use unkeyed_model::{Custody, Declaration, Facts, Lifetime, Role, Span, Workload, WorkloadKind};

use crate::host_files;
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
    (".KVv2(", VAULT),
    (".KVv1(", VAULT),
    ("/v1/secret/", &["X-Vault-Token"]),
    ("/v1/kv/", &["X-Vault-Token"]),
    ("secret/data/", VAULT),
    ("/secretsmanager/get?", &["secretId"]),
    (".vault.azure.net/secrets/", &["api-version"]),
    ("/systemsmanager/parameters/get", &["withDecryption=true"]),
];
const VAULT: &[&str] = &["hashicorp/vault", "vault/api", "hvac", "node-vault", "X-Vault-Token", "VaultTemplate"];
const AWS: &[&str] = &["ecretsmanager", "ecretsManager", "ecrets-manager", "ecrets_manager"];
const GOOGLE: &[&str] = &["ecretmanager", "ecretManager", "ecret-manager", "ecret_manager"];

/// Beginnings of lines that are comments.
const COMMENTS: &[&str] = &["#", "//", "*", "/*"];
/// Words in front of a name that is defined there.
const DEFINITIONS: &[&str] = &["def ", "func ", "function ", "fn "];

/// Endings of programs in further languages, of which only these calls are read.
pub(super) const FURTHER: &[&str] = &[".go", ".java", ".cs", ".kt", ".rb", ".php", ".rs"];

/// What one of all calls holds: few files do, and every program is asked.
const MARKS: [&str; 7] = ["ecret", "ithDecryption", "AzureKeyVault(", ".KVv", "/v1/kv/", "vault.azure.net", "/systemsmanager/"];

/// Calls with which a program takes a file out of an object store or a file share, and words of which one stands in a file that
/// means the store: AWS SDKs, Azure Storage, Cloud Storage of Google.
const DOWNLOADS: &[(&str, &[&str])] = &[
    ("getObject(", S3),
    ("GetObjectCommand(", S3),
    ("get_object(", S3),
    ("download_file(", S3),
    ("download_fileobj(", S3),
    ("GetObject(", S3),
    ("GetObjectAsync(", S3),
    (".downloadFile(", S3),
    ("download_blob(", AZURE_STORAGE),
    ("downloadToFile(", AZURE_STORAGE),
    ("downloadToBuffer(", AZURE_STORAGE),
    ("DownloadTo(", AZURE_STORAGE),
    ("DownloadContent(", AZURE_STORAGE),
    ("DownloadToAsync(", AZURE_STORAGE),
    ("download_to_filename(", GOOGLE_STORAGE),
    ("download_as_", GOOGLE_STORAGE),
    (".download(", GOOGLE_STORAGE),
    ("NewReader(", GOOGLE_STORAGE),
];
const S3: &[&str] = &["s3", "S3"];
const AZURE_STORAGE: &[&str] = &["BlobServiceClient", "BlobClient", "BlobContainerClient", "ShareFileClient", "ShareServiceClient"];
const GOOGLE_STORAGE: &[&str] = &["google.cloud", "@google-cloud/storage", "cloud.google.com/go/storage"];

/// What one of all downloads holds.
const DOWNLOAD_MARKS: [&str; 4] = ["etObject", "get_object(", "ownload", "NewReader("];

/// Whether a text holds such a call.
pub(super) fn holds_one(text: &[u8]) -> bool {
    let holds = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    let makes = |marks: &[&str], calls: &[(&str, &[&str])]| {
        let is_call = |(call, stores): &(&str, &[&str])| holds(call) && stores.iter().any(|store| holds(store));
        marks.iter().any(|mark| holds(mark)) && calls.iter().any(is_call)
    };
    makes(&MARKS, CALLS) || makes(&DOWNLOAD_MARKS, DOWNLOADS) && std::str::from_utf8(text).is_ok_and(|text| key_file(text).is_some())
}

/// The first text of a program that is the name of a file of credentials, or lies in a folder that is kept for them: where a file
/// is downloaded, that is what is downloaded. It may stand apart from the call, under a name.
fn key_file(text: &str) -> Option<usize> {
    /// Longest name that is looked at, in bytes.
    const MAX_NAME: usize = 256;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if COMMENTS.iter().any(|comment| line.trim_start().starts_with(comment)) {
            continue;
        }
        let mut from = 0;
        while let Some(open) = line[from..].find(['"', '\'', '`']) {
            let begin = from + open + 1;
            let Some(length) = line[begin..].find(&line[begin - 1..begin]) else { break };
            let name = &line[begin..begin + length];
            if name.len() <= MAX_NAME && is_key_file(name) {
                return Some(start + begin);
            }
            from = begin + length + 1;
        }
    }
    None
}

/// Whether a name is that of a file, not of a module or an address, that holds credentials.
fn is_key_file(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    let Some((stem, extension)) = file.rsplit_once('.').filter(|(_, extension)| !extension.is_empty()) else { return false };
    let is_file = !name.contains("://") && !name.starts_with('.') && !name.contains([' ', '(', ',']);
    let in_folder = || name.rsplit_once('/').is_some_and(|(folder, _)| folder.split('/').any(host_files::is_kept));
    let data = matches!(extension, "json" | "yaml" | "yml" | "env" | "txt" | "pem" | "enc" | "ini" | "cfg" | "properties" | "toml");
    let stem = stem.to_ascii_lowercase();
    let is_called = || ["key", "credentials", "creds", "secrets"].iter().any(|end| stem.ends_with(end)) || stem.contains("service-account");
    is_file && (host_files::credential_file(name).is_some() || data && !stem.contains("pub") && (is_called() || in_folder()))
}

/// Emits each kind of call once, because the same program makes it, and the program as a part of whoever runs it by its name.
pub(super) fn read(place: &Place<'_>, facts: &mut Facts) {
    let text = place.text();
    let before = facts.declarations.len();
    let downloads = if key_file(text).is_some() { DOWNLOADS } else { &[] };
    for (call, _) in CALLS.iter().chain(downloads).filter(|(_, stores)| stores.iter().any(|store| text.contains(store))) {
        let Some(at) = text.match_indices(call).map(|(at, _)| at).find(|&at| is_made(text, at)) else { continue };
        let name = call.trim_matches(['(', '.', '/', '?', '_']);
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
pub(super) fn is_made(text: &str, at: usize) -> bool {
    /// Longest part of a line that is looked at, in bytes.
    const MAX_LINE: usize = 4 << 10;
    let from = text.floor_char_boundary(at.saturating_sub(MAX_LINE));
    let line = text[from..at].rsplit('\n').next().unwrap_or_default();
    let is_word = text[at..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let is_whole = !is_word || !line.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
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
            ("a.py", "h = {'X-Vault-Token': t}\nr = requests.get(f'{addr}/v1/secret/{p}', headers=h)\n", "v1/secret"),
            ("main.go", "import \"github.com/hashicorp/vault/api\"\ns, err := client.KVv2(m).Get(ctx, p)", "KVv2"),
            ("b.js", "fetch(`http://localhost:2773/secretsmanager/get?secretId=${id}`)", "secretsmanager/get"),
        ] {
            assert_eq!(read(path, text), [name], "{path}");
        }
    }

    #[test]
    fn files_of_credentials_in_an_object_store() {
        for (path, text, name) in [
            ("a.ts", "const KEY = 'credentials.json';\nawait new S3().getObject({ Bucket: b, Key: KEY }).promise()", "getObject"),
            ("a.py", "s3 = boto3.client('s3')\ns3.download_file(bucket, 'certs/client.p12', '/tmp/c')\n", "download_file"),
            ("b.py", "from google.cloud import storage\nb.blob('secrets/app.json').download_to_filename(f)\n", "download_to_filename"),
            ("main.go", "o, err := s3c.GetObject(ctx, &s3.GetObjectInput{Key: aws.String(\"firebase-key.json\")})", "GetObject"),
            ("A.java", "s3.getObject(b, \"keys/service-account.json\");", "getObject"),
        ] {
            assert_eq!(read(path, text), [name], "{path}");
        }
        for (path, text) in [
            ("a.py", "boto3.client('s3').download_file(b, 'report.json', f)\nimport_module('.keys.json')\n"),
            ("b.py", "boto3.client('s3').download_file(b, 'certs/public-key.pem', f)\n"),
            ("c.py", "# 'credentials.json'\nboto3.client('s3').download_file(b, k, f)\n"),
            ("d.py", "open('credentials.json')\nclient.download_file(b, k)\n"),
        ] {
            assert_eq!(read(path, text), [""; 0], "{path} {text}");
        }
    }

    #[test]
    fn every_call_has_a_mark() {
        assert!(super::CALLS.iter().all(|(call, _)| super::MARKS.iter().any(|mark| call.contains(mark))));
        assert!(super::DOWNLOADS.iter().all(|(call, _)| super::DOWNLOAD_MARKS.iter().any(|mark| call.contains(mark))));
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
