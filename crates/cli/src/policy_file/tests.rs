use unkeyed_model::Class;

use super::*;

const VALID: &str = r#"
version = 1
[thresholds]
short = "12h"
[[exceptions]]
id = "EX-1"
match = { rule = "generic.typed-position", path = "deploy/billing.env" }
owner = "jane@acme.example"
reason = "Vendor database has no short-lived authentication"
category = "legacy"
approved_by = "ciso@acme.example"
created = 2026-09-01
expires = 2027-01-31
exit_plan = { target = "Vault database/creds/billing", milestones = [{ by = 2026-12-01, what = "upgrade" }] }
compensating_controls = ["network policy"]
"#;

#[test]
fn a_valid_policy_is_read() {
    let policy = parse(VALID).unwrap().policy;
    assert_eq!(policy.thresholds.short, 43_200);
    assert_eq!(policy.exceptions[0].expires.to_string(), "2027-01-31T00:00:00Z");
    assert_eq!(policy.exceptions[0].milestones.len(), 1);
}

#[test]
fn every_fault_is_refused_with_its_line() {
    for (from, to, expected) in [
        ("short = \"12h\"", "short = \"soon\"", "line 4: `soon` is not a duration"),
        ("short = ", "shrot = ", "line 4: unknown field `shrot`"),
        ("short = ", "shrot = ", "did you mean `short`?"),
        ("approved_by", "aproved_by", "did you mean `approved_by`?"),
        ("version = 1", "version = 1\nallow_never = [\"EX-2\"]", "line 3: `allow_never` names `EX-2`"),
        ("version = 1", "version = 1\nfingerprint_key = { env = \"HOME\" }", "line 3: `env` must name"),
        ("version = 1", "version = 1\nmax_exception_days = 0", "line 3: `max_exception_days` must be"),
        ("version = 1", "version = 1\nrequire_ticket = true", "`ticket` is required"),
        ("[thresholds]", "[trust_allow]\nissuers = [\"token.acme.example\"]\n[thresholds]", "line 4: the issuer `token.acme.example`"),
        ("[thresholds]", "[trust_allow]\nspiffe_trust_domains = [\"spiffe://acme\"]\n[thresholds]", "line 4: `spiffe://acme`"),
        ("version = 1", "version = 2", "line 2: this program reads version 1"),
        ("ciso@acme.example", "jane@acme.example", "`approved_by` is the owner"),
        ("Vendor database has no short-lived authentication", "because", "at least 20 characters"),
        ("2027-01-31", "2027-12-31", "lasts longer than 180 days"),
        ("2027-01-31", "2026-08-31", "not after `created`"),
        ("[\"network policy\"]", "[]", "`compensating_controls`"),
        ("target = \"Vault database/creds/billing\"", "target = \"\"", "`exit_plan.target`"),
        ("path = \"deploy/billing.env\"", "path = \"**\"", "too broad"),
        ("owner = \"jane@acme.example\"\n", "", "missing field `owner`"),
        ("category = \"legacy\"", "category = \"later\"", "unknown variant `later`"),
    ] {
        let text = VALID.replace(from, to);
        assert_ne!(text, VALID);
        let error = parse(&text).unwrap_err();
        assert!(error.contains(expected) && error.starts_with("line "), "{from}: {error}");
    }
}

const WHOLE: &str = r#"
fingerprint_key = { env = "UNKEYED_ACME_KEY" }
max_renewals = 3
gate = { trust_binding = "fail", profile_overrides = { ci = { platform_stored = "fail", role_scope = "warn" } } }
[trust_allow]
issuers = ["https://token.actions.githubusercontent.com"]
spiffe_trust_domains = ["acme.internal"]
vendor_accounts = [{ id = "444455556666", name = "Datadog" }, { id = "777788889999", name = "Acme", require_external_id = false }]
[[fallback_paths]]
path = "/run/spiffe/**"
max_mode = "0640"
storage = "tmpfs"
allowed_classes = ["SHORT_LIVED", "expired"]
workload = "k8s:prod/Deployment/legacy-*"
[[inventory]]
workload = "gha:.github/workflows/deploy.yml#deploy"
identity = "aws:arn:aws:iam::111122223333:role/deploy"
"#;

#[test]
fn every_section_is_read() {
    let PolicyFile { policy, key_variable, .. } = parse(WHOLE).unwrap();
    assert_eq!((key_variable.as_deref(), policy.max_renewals), (Some("UNKEYED_ACME_KEY"), 3));
    assert_eq!((policy.gate_platform_stored, policy.gate_trust_binding, policy.gate_role_scope), (Gate::Fail, Gate::Fail, Gate::Warn));
    assert_eq!(policy.trust_allow.spiffe_trust_domains, ["acme.internal"]);
    let external: Vec<bool> = policy.trust_allow.vendor_accounts.iter().map(|vendor| vendor.require_external_id).collect();
    assert_eq!(external, [true, false]);
    let [path] = &policy.fallback_paths[..] else { panic!("{:?}", policy.fallback_paths) };
    assert_eq!((path.max_mode, path.allowed_classes.as_slice()), (0o640, &[Class::ShortLived, Class::Expired][..]));
    assert_eq!(policy.inventory[0].identity.as_deref(), Some("aws:arn:aws:iam::111122223333:role/deploy"));
    for (from, to, expected) in [
        ("0640", "rw", "line 9: fallback path `/run/spiffe/**`: `max_mode` rw"),
        ("SHORT_LIVED", "shortish", "there is no class `shortish`"),
        ("/run/spiffe/**", "/**", "is everywhere"),
        ("tmpfs", "memory", "unknown variant `memory`"),
        ("ci = {", "audit = {", "unknown field `audit`"),
    ] {
        assert!(parse(&WHOLE.replace(from, to)).unwrap_err().contains(expected), "{from}: {:?}", parse(&WHOLE.replace(from, to)));
    }
}

const RULE: &str = r#"
[[rules]]
id = "github.pat-classic"
reason = "Fixtures of the parser hold expired tokens"
allow = { paths = ["fixtures/**"], fingerprints = ["hmac:0123456789abcdef0123456789abcdef"] }
"#;

#[test]
fn changes_to_rules_are_read() {
    let [change] = parse(RULE).unwrap().rules.try_into().unwrap();
    assert_eq!((change.line, change.adjustment.rule.as_str(), change.adjustment.is_off), (2, "github.pat-classic", false));
    assert_eq!((change.adjustment.paths.len(), change.adjustment.fingerprints.len()), (1, 1));
    for (from, to, expected) in [
        ("Fixtures of the parser hold expired tokens", "noise", "at least 20 characters"),
        ("allow = { paths", "enabled = false\nallow = { paths", "say either"),
        ("allow", "# allow", "say either"),
        ("paths", "path", "unknown field `path`"),
        ("reason", "why", "unknown field `why`"),
    ] {
        let error = parse(&RULE.replace(from, to)).unwrap_err();
        assert!(error.contains(expected) && error.starts_with("line "), "{from}: {error}");
    }
    assert!(parse(&format!("{RULE}{RULE}")).unwrap_err().starts_with("line 7: rule github.pat-classic: it stands here twice"));
    assert!(parse(&RULE.replace("allow", "enabled = false #")).unwrap().rules[0].adjustment.is_off);
}

#[test]
fn an_id_is_used_once() {
    let second = VALID.split_once("[[exceptions]]").unwrap().1;
    assert!(parse(&format!("{VALID}[[exceptions]]{second}")).unwrap_err().contains("used twice"));
}
