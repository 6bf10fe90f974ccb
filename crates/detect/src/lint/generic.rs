//! Whether a pattern finds ordinary code: nothing but everyday words leads to it, and its value may be any name.
//!
//! One decision a reader would question: this is tried on a list of ordinary words and not reasoned about. What counts is what a
//! rule would report in real files, and a list that anybody can read and extend says that best.

use regex_automata::{Anchored, Input};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::lead;
use crate::allow;
use crate::rule::Rule;

/// So many of the ordinary values may pass: those of one length, or of one case, do where the value is otherwise peculiar.
const TOLERATED: usize = 20;
/// A value is at least so long.
const MIN_VALUE: usize = 4;
/// Of a class with so many bytes and the line end, an endless repetition runs to the end of the file.
const ANY: usize = 200;

/// What stands as a value in files without any credential: names, words, places, versions, types.
const ORDINARY: &str = "\
    abstract accessToken access_token account-name api_key_name application applicationContext apiVersion arguments \
    AuthenticationProvider authorization_code background-color backgroundColor build.gradle.kts clientSecretName client_credentials \
    com.example.application config.yaml configuration ConfigurationManager connection_string constructor containerPort \
    createConnection credentials.json database_password DATABASE_PASSWORD DatabaseConnection default-namespace defaultValue \
    deployment-service description development docker.io/library documentation eu-central-1 example.com function generateToken \
    getElementById getEnvironmentVariable github.com/example handleSubmitButton hello-world-application implementation index.html \
    InternalServerError invalid_request_error isAuthenticated java.lang.String kubernetes-dashboard localhost localhost:8080 \
    management-console my-secret-name myPasswordField node_modules NotImplementedException organization package-lock.json parameters \
    passwordResetToken password_confirmation placeholder production-database properties refresh_token_expired registerComponent \
    repository request.headers resource-group-name response_type secret_key_base SECRET_ACCESS_KEY secretKeyRef self.connection \
    serviceAccountName session_identifier setAccessToken simple-application-name someVariableName std::string storage-account-name \
    System.Configuration templates this.password TokenValidationParameters undefined unauthorized updateUserProfile user.password \
    user_authentication username utf-8 validateCredentials variables version-1.2.3 WebSecurityConfiguration 2024-01-01 1234567890 \
    127.0.0.1:8080";

/// What is too generic about the rule, if so.
pub(super) fn problem(rule: &Rule) -> Option<String> {
    let value = rule.pattern.secret();
    // An inspector finds the end itself.
    if rule.inspect.is_none() && runs_on(value) {
        return Some("the value has no end: an endless repetition takes in nearly every byte and line ends too; bound it".into());
    }
    let is_guarded =
        rule.typed_position || rule.checksum.is_some() || rule.inspect.is_some() || !rule.keywords_near.is_empty() || rule.paths.is_some();
    if is_guarded {
        return None;
    }
    if value.properties().minimum_len().is_some_and(|least| least < MIN_VALUE) {
        return Some(format!("the value may be shorter than {MIN_VALUE} bytes, which any text is; give it a least length"));
    }
    if !lead::is_everyday(rule.pattern.hir()) {
        return None;
    }
    let passed = ordinary(value, rule.min_entropy);
    (passed.len() > TOLERATED).then(|| {
        let shown = passed.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        format!("only everyday words lead to the value, and it may be an ordinary one ({shown}); say the vendor's name or what the value looks like")
    })
}

/// The ordinary values that the pattern of a value takes.
fn ordinary(value: &Hir, min_entropy: f64) -> Vec<&'static str> {
    let Ok(regex) = allow::regex(&format!("\\A(?:{value})\\z")) else { return Vec::new() };
    let passes = |word: &&str| {
        crate::conditions::entropy(word.as_bytes()) >= min_entropy && regex.is_match(Input::new(word.as_bytes()).anchored(Anchored::Yes))
    };
    ORDINARY.split(' ').filter(passes).collect()
}

/// Whether an endless repetition in it takes in nearly every byte, line ends included.
fn runs_on(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Repetition(repetition) => repetition.max.is_none() && takes_all(&repetition.sub) || runs_on(&repetition.sub),
        HirKind::Capture(capture) => runs_on(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(runs_on),
        _ => false,
    }
}

fn takes_all(hir: &Hir) -> bool {
    let HirKind::Class(Class::Bytes(class)) = hir.kind() else { return false };
    let ranges = class.ranges();
    let count: usize = ranges.iter().map(|range| usize::from(range.end() - range.start()) + 1).sum();
    count >= ANY && ranges.iter().any(|range| (range.start()..=range.end()).contains(&b'\n'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::pattern::Pattern;

    fn told(pattern: &str, change: impl Fn(&mut Rule)) -> Option<String> {
        let mut rule = Rule::named("acme.token");
        let mutable = Arc::get_mut(&mut rule).unwrap();
        mutable.pattern = Pattern::new(pattern).unwrap();
        change(mutable);
        problem(&rule)
    }

    #[test]
    fn everyday_words_before_any_name_are_too_generic() {
        let none = |_: &mut Rule| {};
        for pattern in [
            r#"(?i)password\s{0,3}=\s{0,3}["']?(?P<secret>[^\s"']{6,80})"#,
            r"(?i)api[_-]?key\s{0,3}[:=]\s{0,3}(?P<secret>[\w.-]{8,64})",
            r"(?i)clientsecret=(?P<secret>[a-z_-]{8,40})",
        ] {
            assert!(told(pattern, none).unwrap().contains("everyday words"), "{pattern}");
        }
        for pattern in [
            r"(?i)acme[_-]?key\s{0,3}[:=]\s{0,3}(?P<secret>[\w.-]{8,64})",
            r"(?i)api[_-]?key\s{0,3}[:=]\s{0,3}(?P<secret>[0-9a-f]{32})",
            r"\bacm_[a-z0-9]{20}\b",
            r"(?i)client_secret\s{0,3}=\s{0,3}acme-(?P<secret>[a-z_-]{8,40})",
        ] {
            assert_eq!(told(pattern, none), None, "{pattern}");
        }
        assert_eq!(told(r"password=(?P<secret>\w{6,80})", |rule| rule.keywords_near = vec![b"acme".to_vec()]), None, "a guard is enough");
        assert_eq!(told(r"password=(?P<secret>\w{6,80})", |rule| rule.min_entropy = 4.5), None, "no ordinary value is left");
    }

    #[test]
    fn values_without_an_end_or_a_beginning_are_refused() {
        assert!(told(r"(?s)acme:(?P<secret>.+)", |_| {}).unwrap().contains("has no end"));
        assert!(told(r"acme:(?P<secret>[^;]{8,})", |_| {}).unwrap().contains("has no end"));
        assert_eq!(told(r"acme:(?P<secret>[A-Za-z0-9+/\s]{8,})", |_| {}), None);
        assert!(told(r"acme:(?P<secret>\w+)", |_| {}).unwrap().contains("shorter than"));
    }
}
