//! Database connection strings: addresses with userinfo, and lists of keywords (ADO.NET, ODBC, JDBC, libpq).
//!
//! A string that asks for an identity instead of a password (IAM, Entra, Kerberos) holds no credential, whatever stands in
//! the password's place; a template is a reference, and parsing sees it.

use unkeyed_model::{Confidence, Destination, Span};

use super::{Candidate, Draft, Outcome, context, host};
use crate::placeholder;

/// How far a keyword list reaches on either side of its password.
const REACH: usize = 512;
/// Spellings of "sign in by identity" (lower case, blanks removed).
const IDENTITY: &[&str] = &[
    "authentication=activedirectory",
    "integratedsecurity=true",
    "integratedsecurity=sspi",
    "trusted_connection=yes",
    "trusted_connection=true",
    "iam=true",
    "iamauth=true",
    "enable_iam_auth=true",
    "enableiamauth=true",
    "authenticationplugin=awssecretsmanager",
    "wrapperplugins=iam",
    "authmechanism=mongodb-oidc",
];
/// Names of the server (lower case, blanks removed, longest first).
const SERVER: &[&str] = &["networkaddress=", "datasource=", "accountendpoint=", "hostname=", "address=", "server=", "host=", "addr="];
/// Names that show that the list describes a connection.
const CONNECTION: &[&str] = &["userid=", "uid=", "username=", "user=", "database=", "initialcatalog=", "dbname="];

/// `scheme://user:password@host`.
pub(crate) fn address(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let text = candidate.text;
    let rest = context::url_run(text, candidate.secret);
    let after = context::slice(text, Span::new(candidate.secret.end, rest.end));
    // A raw `@` in the password is against the standard, but drivers accept it: the last one before the path counts.
    let authority = after.iter().take_while(|byte| !matches!(byte, b'/' | b'?' | b'#' | b',' | b')' | b'}')).count();
    let Some(at) = memchr::memrchr(b'@', &after[..authority]) else { return Outcome::Reject };
    draft.secret = Span::new(candidate.secret.start, candidate.secret.end + at);
    let password = context::slice(text, draft.secret);
    if placeholder::in_slot(password).is_some() || signs_in_by_identity(&flatten(after)) {
        return Outcome::Reject;
    }
    doubt_words(password, draft);
    let user = context::slice(text, Span::new(candidate.whole.start, candidate.secret.start));
    if user.strip_suffix(b":").is_some_and(|user| user.ends_with(&[b"//", password].concat())) {
        // `postgres:postgres`: in use as often as for show.
        draft.confidence = draft.confidence.min(Confidence::Medium);
    }
    let host = String::from_utf8_lossy(&after[at + 1..authority]).into_owned();
    open(host, draft);
    Outcome::Keep
}

/// `Password=…` among keywords that name a server and a user or database, or in a `jdbc:` address.
pub(crate) fn keywords(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let list = context::slice(candidate.text, quoted_run(candidate.text, candidate.secret));
    let is_one_word = !list.iter().fold(false, |any, byte| any | matches!(byte, b';' | b'&' | b'?' | b',' | b' '));
    if is_one_word
        || !["server", "host", "source", "addr", "endpoint", "jdbc:"].iter().any(|word| context::contains_ignore_case(list, word))
    {
        return Outcome::Reject;
    }
    let list = flatten(list);
    let mut parts = list.split([';', '&', '?', ',']);
    let starts = |part: &&str, names: &[&str]| names.iter().any(|name| part.strip_prefix(name).is_some_and(|value| !value.is_empty()));
    let server = parts.clone().find(|part| starts(part, SERVER)).and_then(|part| part.split_once('='));
    let is_connection = parts.any(|part| starts(&part, CONNECTION));
    let address = list.split_once("jdbc:").map(|(_, rest)| rest.split_once("://").map_or("", |(_, rest)| rest));
    let is_list = server.is_some() && is_connection;
    if !(address.is_some() || is_list) {
        return Outcome::Reject;
    }
    let password = context::slice(candidate.text, candidate.secret);
    if placeholder::in_slot(password).is_some() || signs_in_by_identity(&list) {
        return Outcome::Reject;
    }
    doubt_words(password, draft);
    let host = address.or(server.map(|(_, host)| host)).unwrap_or_default();
    let host = host.split(['/', ';', '?']).next().unwrap_or_default();
    open(host.trim_start_matches("tcp:").to_owned(), draft);
    Outcome::Keep
}

/// The text around `span` up to quotes or line ends.
fn quoted_run(text: &[u8], span: Span) -> Span {
    let inside = |byte: &&u8| !matches!(byte, b'"' | b'\'' | b'`' | b'\n' | b'\r' | b'<' | b'>');
    let window = context::around(text, span, REACH, REACH);
    let before = text[window.start..span.start].iter().rev().take_while(inside).count();
    let after = text[span.end..window.end].iter().take_while(inside).count();
    Span::new(span.start - before, span.end + after)
}

/// Lower case, without blanks: keywords are written with and without them. Where blanks separate them (libpq), `;` does.
fn flatten(list: &[u8]) -> String {
    let text = String::from_utf8_lossy(list).to_ascii_lowercase();
    let is_libpq = !text.contains([';', '&']);
    text.chars().filter_map(|letter| if letter == ' ' { is_libpq.then_some(';') } else { Some(letter) }).collect()
}

/// Whether a flattened list asks for an identity.
fn signs_in_by_identity(list: &str) -> bool {
    IDENTITY.iter().any(|marker| list.contains(marker))
}

fn doubt_words(password: &[u8], draft: &mut Draft) {
    if placeholder::likely::filler(password).is_some() {
        draft.confidence = Confidence::Low;
    }
}

fn open(host: String, draft: &mut Draft) {
    draft.verified_structure = true;
    host::doubt(&host, draft);
    draft.destination = Some(Destination::new("db", host));
}

#[cfg(test)]
mod tests {
    use super::super::testing::inspected_at;
    use super::*;

    fn db(name: &str) -> Option<Destination> {
        Some(Destination::new("db", name))
    }

    #[test]
    fn addresses_lead_to_their_host() {
        let found = |text: &str, secret: &str| inspected_at(address, "", text, secret);
        let draft = found("postgres://app:d3ad@db.example:5432/app", "d3ad").unwrap();
        assert_eq!((draft.destination, draft.confidence), (db("db.example:5432"), Confidence::Medium));
        let draft = found("mongodb+srv://app:d3@ad@cluster.example/db?x=a@b", "d3").unwrap();
        assert_eq!((draft.secret.len(), draft.destination), (5, db("cluster.example")));
        assert_eq!(found("redis://:d3ad@localhost:6379", "d3ad").unwrap().destination, db("localhost:6379"));
        assert_eq!(found("redis://:password@cache", "password").unwrap().confidence, Confidence::Low);
        assert!(found("postgres://app:${PASSWORD}@db/app", "${PASSWORD}").is_none());
        assert!(found("postgres://app:d3ad@db/app?iam=true", "d3ad").is_none());
    }

    #[test]
    fn keyword_lists_of_all_dialects() {
        let found = |text: &str| inspected_at(keywords, "", text, "d3ad");
        for (text, host) in [
            ("\"Server=tcp:db.example,1433;Initial Catalog=a;User ID=u;Password=d3ad;\"", "db.example"),
            ("Data Source=db.example; User Id=u; Password=d3ad", "db.example"),
            ("host=db.example user=u password=d3ad dbname=a", "db.example"),
            ("jdbc:postgresql://db.example:5432/a?user=u&password=d3ad", "db.example:5432"),
            ("jdbc:sqlserver://db.example;databaseName=a;user=u;password=d3ad", "db.example"),
        ] {
            assert_eq!(found(text).unwrap_or_else(|| panic!("{text}")).destination, db(host), "{text}");
        }
    }

    #[test]
    fn what_is_no_connection_or_has_no_password() {
        let found = |text: &str| inspected_at(keywords, "", text, "d3ad");
        assert!(found("spring.datasource.password=d3ad").is_none());
        assert!(found("Server=db;Database=a;Authentication=Active Directory Managed Identity;User Id=u;Password=d3ad").is_none());
        assert!(found("Server=db;Database=a;Integrated Security=True;Password=d3ad").is_none());
        assert!(inspected_at(keywords, "", "Server=db;Database=a;Password={0}", "{0}").is_none());
    }
}
