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

#[test]
fn fallback_paths_are_read_and_must_be_narrow() {
    let entry = "version = 1\n[[fallback_paths]]\npath = \"/run/spiffe/**\"\nmax_mode = \"0640\"\nstorage = \"csi\"\n";
    let read = parse(entry).unwrap().policy.fallback_paths.remove(0);
    assert_eq!((read.max_mode, read.storage, read.allowed_classes.as_slice()), (0o640, Storage::Csi, &[Class::ShortLived][..]));
    for (from, to, expected) in [
        ("/run/spiffe/**", "**", "line 3: a fallback path names a file"),
        ("0640", "0644", "line 4: write permissions"),
        ("0640", "rw", "line 4: write permissions"),
        ("csi", "cloud", "unknown variant"),
    ] {
        let why = parse(&entry.replace(from, to)).unwrap_err();
        assert!(why.contains(expected), "{to}: {why}");
    }
}
