//! Values that say where the credential is instead of being it.

use super::connection;
use super::word_list::WordList;

/// Prefixes of references into secret stores and configuration.
static STORES: WordList = WordList::new(
    "
    @env: @keychain: @microsoft.keyvault( akv:// arn:aws awssecretsmanager: awssm: azurekeyvault: bws:// credstash: doppler:// env: env://
    gcpsecretmanager: gcpsm: infisical:// keyring: keyvault: op:// pass: projects/ ref+ secret:// secretref: secretref+
    secretsmanager: sm:// ssm: vault: vault://
",
);

/// Prefixes of password hashes (crypt, LDAP, Django, PostgreSQL) and of encrypted values.
static SEALED: WordList = WordList::new(
    "
    $1$ $2a$ $2b$ $2x$ $2y$ $5$ $6$ $7$ $apr1$ $argon2 $gy$ $pbkdf2 $scrypt$ $y$ argon2: bcrypt: bcrypt_sha256$ pbkdf2:
    pbkdf2_sha256$ scram-sha-256$ scrypt: {bcrypt} {crypt} {pbkdf2 {sha {smd5} {ssha enc[ enc( !vault $ansible_vault
    age1 cipher: {cipher}
",
);

/// Extensions of files that hold keys.
static KEY_FILES: WordList = WordList::new(
    "
    cer conf crt der env jks json key p12 pem pfx pub toml txt yaml yml
",
);

/// Marks of regular expressions.
static EXPRESSIONS: WordList = WordList::new("[^ ]+) ]*) (?: .* .+) [a-z [A-Z [0-9");

/// Tags of CloudFormation whose value is one of something else ("Intrinsic function reference").
const INTRINSICS: &[&str] = &["!ref ", "!getatt ", "!importvalue ", "!findinmap ", "!if [", "!select ["];

/// Names with which a path of members starts, where it isn't clear from the language that it is one.
static ROOTS: WordList = WordList::new(
    "
    app args conf config configuration context credentials ctx data each env environment event github inputs job local matrix
    module needs options opts os params parameters process props random_password req request root runner secrets self session
    settings spec state steps system this user values var vars
",
);

/// `$shiro1$SHA-256$…$…`, and what MySQL's `mysql_native_password` stores: an asterisk and 40 digits in capitals.
fn is_sealed(text: &str) -> bool {
    let mysql = text
        .strip_prefix('*')
        .is_some_and(|hash| hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte)));
    let is_scheme = |scheme: &str| !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let mut parts = text.strip_prefix('$').unwrap_or_default().split('$');
    // What PostgreSQL stores without SCRAM.
    let postgres = text.strip_prefix("md5").is_some_and(|hash| hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    mysql || postgres || parts.next().is_some_and(is_scheme) && parts.filter(|part| !part.is_empty()).count() > 1
}

/// Why `value` is a reference, if it is one.
pub(super) fn reference(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?;
    let lower = text.to_ascii_lowercase();
    if STORES.begins(lower.as_bytes()) {
        return Some("a reference to a secret store");
    }
    // `secret:namespace/name#key`
    if lower.strip_prefix("secret:").is_some_and(|path| path.contains('/') && !path.contains(' ')) {
        return Some("a reference to a secret store");
    }
    if INTRINSICS.iter().any(|tag| lower.starts_with(tag)) {
        return Some("a reference to a part of the template");
    }
    if SEALED.begins(lower.as_bytes()) || is_sealed(text) {
        return Some("a hash or an encrypted value");
    }
    // Mapbox's tokens for pages.
    if text.starts_with("pk.eyJ") {
        return Some("public or encrypted");
    }
    // The second and third are base64 of the first words of a certificate and of a public key.
    let public = text.starts_with("LS0tLS1CRUdJTiBDRVJU") || text.starts_with("LS0tLS1CRUdJTiBQVUJMSUMg");
    if public || lower.starts_with("-----begin ") && !lower.contains("private key") {
        return Some("public or encrypted");
    }
    if connection::is_bare(text) {
        return Some("an address without a credential");
    }
    if text.starts_with('{') && text.ends_with("=}") {
        return Some("a hash or an encrypted value");
    }
    is_path(text).then_some("a path")
}

/// Why a value is an address of a machine or a regular expression, if it is one.
pub(super) fn not_a_value(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?;
    if text.parse::<core::net::IpAddr>().is_ok() {
        return Some("the address of a machine");
    }
    if is_version(text) {
        return Some("a version or object identifier");
    }
    if is_media_type(text) {
        return Some("a media type");
    }
    if is_algorithm(text) {
        return Some("the name of an algorithm");
    }
    EXPRESSIONS.is_within(value).then_some("a regular expression")
}

/// `Sha256WithRsaEncryption`, `PBKDF2WithHmacSHA512`, `HmacSHA256`.
fn is_algorithm(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let starts = ["ecdsa", "hmac", "md5", "pbe", "pbkdf2", "rsa", "sha"].iter().any(|name| lower.starts_with(name));
    let is_name = lower.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/'));
    starts && is_name && lower.len() < 40 && (lower.contains("with") || lower.starts_with("hmacsha"))
}

/// `text/*`, `application/json` (RFC 6838).
fn is_media_type(text: &str) -> bool {
    let Some((kind, subtype)) = text.split_once('/') else { return false };
    let kinds = ["application", "audio", "font", "image", "message", "model", "multipart", "text", "video"];
    let is_subtype = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"*.+-".contains(&byte);
    kinds.contains(&kind) && !subtype.is_empty() && subtype.len() < 80 && subtype.bytes().all(is_subtype)
}

/// `^4.0.2`, `>=1.2,<2`, `1.2.840.113549.1.9.7`.
fn is_version(text: &str) -> bool {
    let bare = text.trim_start_matches(['^', '~', '>', '<', '=', 'v', ' ']);
    let dots = || bare.bytes().filter(|&byte| byte == b'.').count();
    let numeric =
        bare.starts_with(|c: char| c.is_ascii_digit()) && bare.bytes().all(|byte| byte.is_ascii_digit() || b".,<>=^~|x* -".contains(&byte));
    numeric && (dots() > 1 || dots() == 1 && bare.len() < text.len())
}

/// Why an unquoted or structural value is an expression, if it is one.
pub(super) fn expression(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?;
    let root = text.split(['.', '[', '(']).next().unwrap_or_default();
    let member = text.len() > root.len() && ROOTS.has_any_case(root.as_bytes());
    let named = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-[]()\"'?:,* ".contains(&byte));
    // Ruby's `@agent.options[`.
    let of_instance = root.strip_prefix('@').is_some_and(is_path_of_names) && text.len() > root.len() && named(&text[1..]);
    // `IntPtr.Zero`
    let is_capital =
        |name: &str| name.len() > 1 && name.starts_with(|c: char| c.is_ascii_uppercase()) && name.bytes().all(|b| b.is_ascii_alphabetic());
    let of_class = text.contains('.') && text.trim_end_matches([')', ';']).split('.').all(is_capital);
    // `auth[1]`
    let item = text.strip_suffix(']').and_then(|text| text.split_once('['));
    let of_list = item.is_some_and(|(list, at)| is_path_of_names(list) && at.len() < 3 && at.bytes().all(|byte| byte.is_ascii_digit()));
    if of_instance || of_class || of_list || member && named(text) {
        return Some("an expression");
    }
    // PowerShell's `[System.Security.SecureString](Read-Host …`
    let cast = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    if cast.is_some_and(|(class, rest)| is_path_of_names(class) && rest.starts_with(['(', '$'])) {
        return Some("an expression");
    }
    // `1*255CHAR` (ABNF, RFC 5234).
    let repeated = text.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix('*').unwrap_or_default();
    let rule = repeated.trim_start_matches(|c: char| c.is_ascii_digit());
    if rule.starts_with(|c: char| c.is_ascii_uppercase())
        && rule.bytes().all(|byte| byte.is_ascii_uppercase() || b"-0123456789".contains(&byte))
    {
        return Some("a rule of a grammar");
    }
    let call = text.split_once('(').is_some_and(|(name, rest)| is_path_of_names(name) && rest.contains(')'));
    call.then_some("a function call")
}

fn is_path_of_names(text: &str) -> bool {
    !text.is_empty()
        && text.split(['.', ':']).all(|name| {
            name.is_empty()
                || name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                    && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        })
}

/// A path in the file system: rooted, or with the extension of a key file. base64 may begin with a slash too, but its
/// parts mix cases and digits.
fn is_path(text: &str) -> bool {
    let path_like = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/\\._-~ :@#".contains(&byte));
    if !path_like(text) {
        return false;
    }
    if text.rsplit_once('.').is_some_and(|(_, extension)| KEY_FILES.has_any_case(extension.as_bytes())) {
        return true;
    }
    let drive = text.as_bytes().get(1..3) == Some(b":\\");
    let rooted = ["/", "./", "../", "~/", "#/"].iter().any(|root| text.starts_with(root));
    let ordinary = |part: &str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        let mixed = part.bytes().any(|b| b.is_ascii_uppercase()) && part.bytes().any(|b| b.is_ascii_lowercase());
        part.len() < 40 && !(mixed && digits > 0)
    };
    // `prod/orders/db`: a secret in a store, by the names above it.
    let is_word = |part: &str| {
        part.len() > 1
            && part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_')
    };
    let stored = text.split('/').count() > 2 && text.split('/').all(is_word);
    drive || stored || rooted && text.split('/').filter(|part| !part.is_empty()).count() > 1 && text.split('/').all(ordinary)
}
