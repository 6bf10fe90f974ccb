//! What a program takes as a credential from where it runs: a variable that is called after one, and a key file.
//!
//! The decision a reader would question: such a read says only that something is given, and not what. It keeps open what would
//! otherwise be called secretless; where the inputs show what the program is given, that decides and the read is left out.

use std::collections::BTreeSet;

use unkeyed_model::{Custody, Declaration, Facts, Lifetime, Role, Span};

use super::fetches::is_made;
use crate::credential_name::is_credential;
use crate::place::Place;

/// How the languages read a variable; the name follows, in quotes but for the first.
const READS: &[&str] = &[
    "process.env.",
    "process.env[",
    "environ[",
    "environ.get(",
    "getenv(",
    "Getenv(",
    "LookupEnv(",
    "GetEnvironmentVariable(",
    "env::var(",
    "ENV[",
    "ENV.fetch(",
];
/// What one of all reads holds.
const MARKS: [&str; 5] = ["process.env", "nviron", "etenv(", "LookupEnv(", "env::var("];
const RUBY: [&str; 2] = ["ENV[", "ENV.fetch("];

/// How the clouds' libraries and others open the file of a key (google-auth, google-cloud, Firebase Admin, google-auth-library,
/// go `option`).
const KEY_FILES: &[&str] = &[
    "from_service_account_file(",
    "from_service_account_json(",
    "from_json_keyfile_name(",
    "WithCredentialsFile(",
    "WithServiceAccountFile(",
    "keyFilename:",
    "credential.cert(",
    "credentials.Certificate(",
    "GoogleCredentials.fromStream(",
    "ServiceAccountCredentials.fromStream(",
];

/// Variables that a platform sets to what it makes for one run, or to its own credentials in force.
const OF_THE_RUN: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
    "CI_JOB_TOKEN",
    "SYSTEM_ACCESSTOKEN",
    "BITBUCKET_STEP_OIDC_TOKEN",
    "CIRCLE_OIDC_TOKEN",
    "CIRCLE_OIDC_TOKEN_V2",
    "VERCEL_OIDC_TOKEN",
];

/// Whether a text reads such a thing.
pub(super) fn holds_one(text: &[u8]) -> bool {
    let holds = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    (MARKS.iter().any(|mark| holds(mark)) || RUBY.iter().any(|mark| holds(mark)))
        && std::str::from_utf8(text).is_ok_and(|text| READS.iter().any(|read| variables(text, read).next().is_some()))
        || KEY_FILES.iter().any(|call| holds(call))
}

/// Emits each variable and each way to open a key file once.
pub(super) fn read(place: &Place<'_>, facts: &mut Facts) {
    let text = place.text();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut found = |name: &str, span: Span| {
        facts.declarations.push(Declaration {
            kind: "program.credential-read".to_owned(),
            name: name.to_owned(),
            custody: Custody::PlatformStored,
            role: Role::Access,
            lifetime: Lifetime::default(),
            destination: None,
            principal: None,
            location: place.at(span, name),
        });
    };
    for (at, name) in READS.iter().flat_map(|read| variables(text, read)) {
        if seen.insert(name) {
            found(name, Span::new(at, at + name.len()));
        }
    }
    for call in KEY_FILES {
        if let Some(at) = text.match_indices(call).map(|(at, _)| at).find(|&at| is_made(text, at)) {
            let name = call.trim_end_matches(['(', ':']);
            found(name, Span::new(at, at + name.len()));
        }
    }
}

/// Where such reads name a credential that is not of the run, and what it is called.
fn variables<'t>(text: &'t str, read: &'static str) -> impl Iterator<Item = (usize, &'t str)> {
    text.match_indices(read).filter_map(move |(start, _)| {
        let from = start + read.len();
        let quoted = !read.ends_with('.');
        let at = from + usize::from(quoted && text[from..].starts_with(['"', '\'', '`']));
        let end = at + text[at..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len() - at);
        let name = &text[at..end];
        let told = (quoted == (at > from)) && is_credential(name) && !OF_THE_RUN.contains(&name);
        (told && !is_set(&text[end..]) && is_made(text, start)).then_some((at, name))
    })
}

/// Whether the variable is set there, and not read.
fn is_set(behind: &str) -> bool {
    let behind = behind.trim_start_matches(['"', '\'', '`', ']']).trim_start_matches(' ');
    behind.starts_with('=') && !behind.starts_with("==")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    use crate::testing;

    fn read(path: &str, text: &'static str) -> Vec<String> {
        let facts = testing::read(&[Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes())]);
        facts.declarations.into_iter().filter(|found| found.kind == "program.credential-read").map(|found| found.name).collect()
    }

    #[test]
    fn variables_that_are_called_after_a_credential_and_key_files() {
        for (path, text, names) in [
            (
                "a.py",
                "p = os.environ['DB_PASSWORD']\nq = os.getenv(\"API_TOKEN\", '')\np = os.environ.get('DB_PASSWORD')\n",
                &["DB_PASSWORD", "API_TOKEN"][..],
            ),
            (
                "a.ts",
                "const k = process.env.STRIPE_API_KEY!;\nconst s = process.env['JWT_SECRET'] == 'x';\n",
                &["STRIPE_API_KEY", "JWT_SECRET"],
            ),
            (
                "main.go",
                "k := os.Getenv(\"SMTP_PASSWORD\")\no := option.WithCredentialsFile(f)\n",
                &["SMTP_PASSWORD", "WithCredentialsFile"],
            ),
            ("A.java", "String p = System.getenv(\"DB_PASSWORD\");", &["DB_PASSWORD"]),
            ("A.cs", "var p = Environment.GetEnvironmentVariable(\"DB_PASSWORD\");", &["DB_PASSWORD"]),
            ("a.rb", "p = ENV.fetch('DB_PASSWORD')\n", &["DB_PASSWORD"]),
            ("src/main.rs", "let p = env::var(\"DB_PASSWORD\")?;", &["DB_PASSWORD"]),
        ] {
            assert_eq!(read(path, text), names, "{path}");
        }
    }

    #[test]
    fn other_variables_and_what_a_program_sets() {
        for (path, text) in [
            ("a.py", "t = os.environ['TABLE_NAME']\n# os.environ['DB_PASSWORD']\nos.environ['PGPASSWORD'] = token\nk = os.environ[name]\n"),
            ("a.js", "process.env.AWS_SECRET_ACCESS_KEY; process.env.STAGE; process.env.PGPASSWORD = token;"),
            ("tests/a.py", "os.environ['DB_PASSWORD']\n"),
            ("a.txt", "os.environ['DB_PASSWORD']\n"),
        ] {
            assert_eq!(read(path, text), [""; 0], "{path} {text}");
        }
    }
}
