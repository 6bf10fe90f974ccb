//! What the built-in rules, their inspectors and pairing make of whole files: kind, lifetime, destination.
//!
//! One run over the built-in rules and their own examples, and files in which several parts belong together.

use std::sync::{Arc, LazyLock};

use unkeyed_model::{Confidence, Destination, Match, Origin, Role, Unit, VendorDefault};

use crate::{Detector, FingerprintKey, RuleSet, Scratch};

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(RuleSet::builtin().unwrap(), FingerprintKey::new(b"tests")).unwrap());
/// The rules with their examples.
static AUTHORED: LazyLock<Vec<Arc<crate::rule::Rule>>> = LazyLock::new(|| DETECTOR.rules().authored());

fn scan(path: &str, text: &[u8]) -> Vec<Match> {
    let origin = Origin { path: path.into(), ..Origin::default() };
    let mut found = Vec::new();
    DETECTOR.scan(&Unit::new(Arc::new(origin), text), &[], &mut Scratch::default(), &mut |one| found.push(one));
    found
}

/// The kinds found, in order of place.
fn kinds(path: &str, text: &str) -> Vec<String> {
    scan(path, text.as_bytes()).iter().map(|found| found.kind.to_string()).collect()
}

/// A match example of a built-in rule.
fn example(rule: &str, at: usize) -> String {
    AUTHORED.iter().find(|one| one.info.id == rule).unwrap_or_else(|| panic!("{rule}")).examples.matching[at].clone()
}

fn only(path: &str, text: &str) -> Match {
    let mut found = scan(path, text.as_bytes());
    assert_eq!(found.len(), 1, "{:?}", found.iter().map(|one| &one.kind).collect::<Vec<_>>());
    found.remove(0)
}

#[test]
fn keys_and_certificates_share_their_public_key() {
    let pair = |rule: &str, at: usize| scan("k.pem", example(rule, at).as_bytes())[0].pair.clone();
    let certificate = pair("x509.certificate", 0);
    assert!(certificate.is_some());
    for at in 0..3 {
        assert_eq!(pair("x509.private-key", at), certificate, "PKCS#8, SEC 1 and one-line forms of one key");
    }
    assert_eq!(pair("x509.private-key", 3), None, "an encrypted key keeps its public half to itself");
    assert!(pair("x509.private-key", 5).is_some(), "PKCS#1 carries it");
}

#[test]
fn one_key_is_one_fingerprint_in_every_form() {
    let print = |at: usize| scan("k.pem", example("x509.private-key", at).as_bytes())[0].fingerprint;
    assert_eq!(print(0), print(2));
}

#[test]
fn names_tell_whose_key_it_is() {
    let key = example("x509.private-key", 5);
    let kind = |path: &str, text: &str| only(path, text).kind.to_string();
    assert_eq!(kind("home/.oci/key.pem", &key), "oci.api-key");
    assert_eq!(kind("home/.ssh/id_rsa", &key), "ssh.private-key");
    assert_eq!(kind("acme.2026-03-04.private-key.pem", &key), "github.app-private-key");
    assert_eq!(kind("a.env", &format!("OCI_CLI_KEY_CONTENT=\"{}\"", key.replace('\n', "\\n"))), "oci.api-key");
    assert_eq!(kind("tls.key", &key), "x509.private-key");
}

#[test]
fn certificates_carry_lifetimes() {
    let leaf = only("a.crt", &example("x509.certificate", 0));
    assert_eq!((leaf.role, leaf.lifetime.seconds()), (Role::Identifier, Some(90 * 86_400)));
    let svid = only("a.crt", &example("x509.certificate", 1));
    assert_eq!((&*svid.kind, svid.lifetime.seconds()), ("spiffe.x509-svid", Some(3600)));
    let authority = only("ca.crt", &example("x509.certificate", 2));
    assert_eq!((authority.role, authority.lifetime.expires), (Role::TrustAnchor, None));
    let hours = only("id-cert.pub", &example("ssh.certificate", 0));
    assert_eq!(hours.lifetime.seconds(), Some(8 * 3600));
    assert_eq!(only("id-cert.pub", &example("ssh.certificate", 1)).lifetime.vendor_default, VendorDefault::NeverExpires);
}

#[test]
fn an_aws_profile_is_one_key_with_its_account() {
    let key = only(".aws/credentials", &example("aws.access-key", 0));
    assert_eq!((&*key.kind, key.confidence), ("aws.access-key", Confidence::High));
    assert_eq!(key.destination, Some(Destination::new("aws", "123456789012")));
    assert_eq!(key.related.len(), 1);
}

#[test]
fn temporary_aws_keys_end_with_their_session() {
    let key = only("cache.json", &example("aws.access-key", 3));
    assert_eq!(&*key.kind, "aws.temp-key");
    assert!(key.lifetime.paired && key.lifetime.expires.is_some());
    assert_eq!(key.related.len(), 2);
}

#[test]
fn csv_exports_hold_pairs() {
    assert_eq!(kinds("accessKeys.csv", &example("aws.access-key-pair", 0)), ["aws.access-key"]);
}

#[test]
fn documented_aws_examples_are_public() {
    let text = "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n";
    assert!(scan("README.md", text.as_bytes()).iter().all(|found| found.public_because.is_some()));
}

#[test]
fn a_service_account_file_is_one_key() {
    let key = only("key.json", &example("gcp.sa-key", 0));
    assert_eq!((&*key.kind, key.destination), ("gcp.sa-key", Some(Destination::new("gcp", "dead-project"))));
}

#[test]
fn a_users_google_file_is_one_refresh_token() {
    let key = only("adc.json", &example("gcp.authorized-user", 0));
    assert_eq!((&*key.kind, key.role), ("gcp.authorized-user", Role::Refresh));
}

#[test]
fn hmac_keys_of_google_are_told_from_aws_keys() {
    assert_eq!(kinds("a.ini", &example("gcp.hmac-key-id", 1)), ["gcp.hmac-key"]);
}

#[test]
fn a_kubeconfig_user_is_dated_by_its_certificate() {
    let found = scan(".kube/config", example("kubernetes.kubeconfig-client-key", 0).as_bytes());
    let key = found.iter().find(|one| one.role != Role::Identifier).unwrap();
    assert_eq!((&*key.kind, key.lifetime.seconds(), key.lifetime.paired), ("kubernetes.kubeconfig-client-key", Some(90 * 86_400), true));
    assert_eq!(found.len(), 2, "the key and its certificate");
}

#[test]
fn oci_profiles() {
    assert_eq!(only(".oci/config", &example("oci.api-key", 0)).lifetime.vendor_default, VendorDefault::NeverExpires);
    assert_eq!(&*only(".oci/config", &example("oci.api-key", 1)).kind, "oci.session-token");
}

#[test]
fn tokens_tell_their_kind() {
    assert_eq!(kinds("a", &example("jwt.token", 1)), ["k8s.sa-token-legacy"]);
    assert_eq!(kinds("a", &example("jwt.token", 2)), ["github.oidc-token"]);
    assert_eq!(kinds("a", &example("jwt.token", 3)), ["spiffe.jwt-svid"]);
    assert_eq!(only("a", &example("pypi.token", 1)).lifetime.seconds(), Some(900));
    assert_eq!(kinds("a", &example("vault.service-token", 1)), ["vault.root-token"]);
}

#[test]
fn presigned_urls_are_one_match() {
    for at in 0..2 {
        assert_eq!(only("a.txt", &example("aws.presigned-url", at)).lifetime.seconds(), Some(3600));
    }
    assert_eq!(kinds("a.txt", &example("aws.presigned-url-v2", 0)), ["aws.presigned-url-v2"]);
}

#[test]
fn weak_and_local_database_passwords_are_less_sure() {
    let confidence = |text: &str| only("app.yaml", text).confidence;
    assert_eq!(confidence("url: postgres://app:fk38!dkw@db.acme.io/app"), Confidence::High);
    assert_eq!(confidence("url: postgres://postgres:postgres@db.acme.io/app"), Confidence::Medium);
    assert_eq!(confidence("url: postgres://app:fk38!dkw@localhost/app"), Confidence::Medium);
}

#[test]
fn secrets_in_state_are_what_they_are() {
    let key = only("terraform.tfstate", &example("terraform.state", 1));
    assert_eq!((&*key.kind, key.destination), ("aws.access-key", Some(Destination::new("aws", "123456789012"))));
}

#[test]
fn sealed_values_are_encrypted_at_rest() {
    for (rule, kind) in [("sops.value", "sops.value"), ("sealed-secrets.value", "sealed-secrets.value"), ("ansible.vault", "ansible.vault")]
    {
        let found = only("secrets.yaml", &example(rule, 0));
        assert_eq!((&*found.kind, found.custody), (kind, unkeyed_model::Custody::EncryptedAtRest));
    }
}

/// No text, however cut, makes an inspector panic; and every example of every structured rule is such a text.
#[test]
fn any_prefix_of_any_example_is_safe() {
    for rule in AUTHORED.iter().filter(|rule| rule.inspect.is_some()) {
        for example in &rule.examples.matching {
            let text = example.as_bytes();
            let step = 1 + text.len() / 6;
            for end in (0..text.len()).step_by(step) {
                scan("a", &text[..end]);
                scan("a", &text[end..]);
            }
        }
    }
}
