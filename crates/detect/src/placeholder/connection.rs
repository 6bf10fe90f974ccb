//! Addresses and connection strings that say where something is and how to reach it, and hold no credential.

use super::template::find;
use super::word_list::WordList;
use super::words;

/// What is in the names of parameters that hold a password, and what in those of others that open something.
const PASSWORD: &[&str] = &["pass", "pwd", "secret"];
const OPENING: &[&str] = &["credential", "key", "sig", "token"];

/// How switches begin that have a word for a password in their names: `allowCleartextPasswords=1`.
const ALLOWING: &[&str] = &["allow", "disable", "enable", "use"];

/// Keys of connection strings: ODBC, ADO.NET, libpq, Azure's services. One of them is in each.
static KEYS: WordList = WordList::new(
    "
    accountendpoint accountname address authentication blobendpoint cache database dbname defaultendpointsprotocol driver dsn
    encrypt endpoint endpointsuffix filename host hostaddr hostname port protocol provider server service
    usedevelopmentstorage
",
);

/// Whether the text is an address, an address of a driver, or settings of a connection, and holds no credential.
pub(super) fn is_bare(text: &str) -> bool {
    // Of a longer text the end is not here.
    let is_whole = text.len() < super::LOOK;
    is_bare_address(text) || is_whole && (is_bare_of_driver(text) || is_bare_settings(text) || is_hosts(text))
}

/// An address without a password, and without a parameter that may be one.
fn is_bare_address(text: &str) -> bool {
    let Some(at) = find(text, "://") else { return false };
    let (scheme, rest) = (&text[..at], &text[at + 3..]);
    let authority = rest.split(['/', '?', '#', ';']).next().unwrap_or_default();
    let scheme_ok =
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+.-:_".contains(&b));
    let userinfo = authority.rsplit_once('@').map_or("", |(userinfo, _)| userinfo);
    let password = userinfo.split_once(':').map_or("", |(_, password)| password);
    let credential = !password.is_empty() && words::placeholder(password.as_bytes()).is_none();
    let query = rest.split_once(['?', ';']).map_or("", |(_, query)| query);
    scheme_ok
        && !credential
        && !query.split(['&', ';']).any(|parameter| may_open(scheme, parameter))
        && !rest.contains("hooks.")
        && !rest.contains("webhook")
}

/// Whether a parameter of an address, or a setting of a connection, may be a credential. On the web each may be one that is
/// more than a switch or a small number; elsewhere most say how to connect (`serverTimezone=UTC`).
fn may_open(scheme: &str, parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_ascii_lowercase());
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if has(PASSWORD) && !ALLOWING.iter().any(|verb| name.starts_with(verb)) {
        return !value.is_empty();
    }
    let is_switch = ["false", "no", "off", "on", "true", "yes"].contains(&value.as_str());
    let is_number = !value.is_empty() && value.len() < 6 && value.bytes().all(|byte| byte.is_ascii_digit());
    if name.is_empty() || is_switch || is_number {
        return false;
    }
    // `sslkey=client.key`, `SharedAccessKeyName=send`: which one, not the key.
    let names_one = name.starts_with("ssl") || name.starts_with("tls") || name.ends_with("name");
    scheme.to_ascii_lowercase().starts_with("http") || has(OPENING) && !names_one && !value.is_empty()
}

/// `jdbc:oracle:thin:@db:1521:xe`, `file:data.db?mode=rwc`, `app@tcp(db:3306)/app`: what comes without `//`.
fn is_bare_of_driver(text: &str) -> bool {
    let start = text.split(['?', ';']).next().unwrap_or_default();
    let settings = text[start.len()..].split(['?', '&', ';']);
    let is_named = ["jdbc:", "file:", "sqlite:"].iter().any(|scheme| text.starts_with(scheme));
    // Oracle's come as `USER/PASSWORD@` in front of the host.
    let in_front = start.split('@').next().unwrap_or_default();
    let is_of_driver = is_named && (!start.contains('@') || !in_front.contains('/'));
    let is_data_source = start.split_once('@').is_some_and(|(user, rest)| {
        user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
            && ["tcp(", "unix("].iter().any(|protocol| rest.starts_with(protocol))
            && rest.contains(')')
    });
    (is_of_driver || is_data_source) && !settings.into_iter().any(|setting| may_open("", setting))
}

/// `Server=db;Database=app;Authentication=Active Directory Default`, `host=db dbname=app sslmode=require`.
fn is_bare_settings(text: &str) -> bool {
    let parts: Vec<&str> = match text.contains(';') {
        true => text.split(';').map(str::trim).filter(|part| !part.is_empty()).collect(),
        false => text.split_ascii_whitespace().collect(),
    };
    let is_key = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _-.".contains(&byte));
    let is_of_connection = |key: &str| KEYS.has_any_case(key.replace(['_', ' '], "").as_bytes());
    let keys: Vec<&str> = parts.iter().map(|part| part.split_once('=').map_or("", |(key, _)| key.trim())).collect();
    keys.iter().all(|key| is_key(key)) && keys.iter().any(|key| is_of_connection(key)) && !parts.iter().any(|part| may_open("", part))
}

/// `kafka1:9092,kafka2:9092`
fn is_hosts(text: &str) -> bool {
    let is_host = |part: &str| {
        part.trim().split_once(':').is_some_and(|(host, port)| {
            !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
                && (2..6).contains(&port.len())
                && port.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    text.contains(',') && text.split(',').all(is_host)
}
