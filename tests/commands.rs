//! The program as users meet it: commands, flags, exit codes, and what it says about what it can't read.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;

use support::{folder, run, text, unkeyed};

/// A password in a typed position, generated for this file.
const DOTENV: &str = "DB_HOST=db.internal\nDB_PASSWORD=Wq7-lemur-Haken-31\n";
const AS_OF: &str = "2026-11-22T12:00:00Z";

fn code(arguments: &[&str], target: &Path) -> i32 {
    run(unkeyed().args(arguments).arg(target)).status.code().unwrap()
}

fn json(arguments: &[&str], target: &Path) -> serde_json::Value {
    let output = run(unkeyed().args(arguments).arg(target).args(["--format", "json", "--as-of", AS_OF]));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
}

#[test]
fn exit_codes_say_what_happened() {
    let clean = folder(&[("readme.txt", b"nothing here")]);
    let leaky = folder(&[(".env", DOTENV.as_bytes())]);
    let malformed = folder(&[(".github/workflows/ci.yml", b"jobs: {a: [b\n")]);
    assert_eq!(code(&["scan"], clean.path()), 0);
    assert_eq!(code(&["scan"], leaky.path()), 1);
    assert_eq!(code(&["audit"], leaky.path()), 0, "the audit profile fails only on --require");
    assert_eq!(code(&["audit", "--require", "secretless"], leaky.path()), 1);
    assert_eq!(code(&["audit"], malformed.path()), 0);
    assert_eq!(code(&["audit", "--strict"], malformed.path()), 3);
    assert_eq!(code(&["scan"], Path::new("/no/such/place")), 2);
    assert_eq!(code(&["scan", "--no-such-flag"], clean.path()), 2);
    assert_eq!(code(&["scan", "--format", "sarif", "--format", "json"], clean.path()), 2);
}

#[test]
fn what_is_misspelt_is_answered_by_what_is_wanted() {
    let target = folder(&[]);
    let said = |arguments: &[&str]| {
        let output = run(unkeyed().args(arguments).arg(target.path()));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        text(&output.stderr)
    };
    assert!(said(&["audit", "--fromat", "json"]).contains("'--format'"));
    assert!(said(&["audit", "--format", "jsn"]).contains("'json'"));
    assert!(said(&["adit"]).contains("'audit'"));
    assert!(said(&["audit", "--require", "secretles"]).contains("did you mean `secretless`?"));
    assert!(said(&["audit", "--as-of", "yesterday"]).contains("such as 2026-11-22T12:00:00Z"));
}

#[test]
fn a_full_disk_is_an_error_and_a_reader_that_leaves_is_none() {
    let target = folder(&[(".env", DOTENV.as_bytes())]);
    for arguments in [&["audit"][..], &["audit", "--format", "html"], &["scan", "--format", "json"]] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = unkeyed().args(arguments).arg(target.path()).stdout(full).output().unwrap();
        assert_eq!((output.status.code(), text(&output.stderr).contains("No space left")), (Some(2), true), "{arguments:?}");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = unkeyed().args(arguments).arg(target.path()).stdout(writer).output().unwrap();
        assert!(output.status.code().is_some_and(|code| code != 2), "{arguments:?}");
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
    }
}

#[test]
fn a_malformed_file_is_said_and_still_scanned() {
    let text = "jobs:\n  a: [\n  # password: \"Wq7-lemur-Haken-31\"\n";
    let target = folder(&[(".github/workflows/ci.yml", text.as_bytes())]);
    let report = json(&["audit"], target.path());
    assert_eq!(report["run"]["complete"], false);
    let skipped = &report["coverage"]["skipped"][0];
    assert_eq!((&skipped["uri"], &skipped["why"]), (&".github/workflows/ci.yml".into(), &"malformed".into()));
    assert_eq!(report["artifacts"][0]["locations"][0]["line"], 3);
    assert!(report["workloads"].as_array().unwrap().iter().all(|workload| workload["verdict"] != "secretless"));
}

#[test]
fn the_same_bytes_come_out_for_any_number_of_threads_and_at_any_time() {
    let fixtures = support::root().join("fixtures/examples");
    for format in ["human", "json", "sarif"] {
        let report = |threads: &str| {
            let output = run(unkeyed().arg("audit").arg(&fixtures).args(["--format", format, "--as-of", AS_OF, "--threads", threads]));
            assert!(!output.stdout.is_empty(), "{}", text(&output.stderr));
            output.stdout
        };
        let one = report("1");
        assert!(one == report("2") && one == report("7"), "{format} differs");
    }
}

#[test]
fn a_report_goes_where_its_output_says() {
    let target = folder(&[(".env", DOTENV.as_bytes())]);
    let out = tempfile::tempdir().unwrap();
    let (sarif, json) = (out.path().join("a.sarif"), out.path().join("b.json"));
    let mut command = unkeyed();
    command
        .arg("scan")
        .arg(target.path())
        .args(["--format", "sarif", "--output"])
        .arg(&sarif)
        .args(["--format", "json", "--output"])
        .arg(&json);
    let output = run(command.args(["--format", "human"]));
    assert!(text(&output.stdout).contains(".env"));
    for (file, key) in [(sarif, "runs"), (json, "artifacts")] {
        let report: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        assert!(report[key].is_array());
    }
}

#[test]
fn a_policy_with_an_unknown_key_is_refused_with_its_line() {
    let target = folder(&[("unkeyed.toml", b"version = 1\nallow_all = true\n")]);
    let output = run(unkeyed().arg("audit").arg(target.path()));
    assert_eq!(output.status.code(), Some(2));
    let message = text(&output.stderr);
    assert!(message.contains("unkeyed.toml") && message.contains("line 2") && message.contains("allow_all"), "{message}");
}

#[test]
fn a_policy_from_outside_wins_over_the_repositorys_own() {
    let target = folder(&[("unkeyed.toml", b"version = 1\n[thresholds]\nshort = \"12h\"\n")]);
    let outside = folder(&[("policy.toml", b"version = 1\n")]);
    let policy = outside.path().join("policy.toml");
    let own = json(&["audit"], target.path());
    let other = json(&["audit", "--policy", policy.to_str().unwrap()], target.path());
    assert!(own["tool"]["policy_digest"].is_string() && other["tool"]["policy_digest"].is_string());
    assert_ne!(own["tool"]["policy_digest"], other["tool"]["policy_digest"]);
}

#[test]
fn what_is_misspelt_is_answered_with_what_was_meant() {
    let target = folder(&[("a.txt", b"nothing")]);
    let path = target.path().to_str().unwrap();
    for (arguments, meant) in [
        (vec!["audti", path], "'audit'"),
        (vec!["scan", path, "--no-histroy"], "'--no-history'"),
        (vec!["scan", path, "--format", "sarfi"], "'sarif'"),
        (vec!["scan", path, "--confidence", "hihg"], "'high'"),
        (vec!["scan", path, "--profile", "pre-comit"], "'pre-commit'"),
        (vec!["audit", path, "--require", "secretles"], "`secretless`"),
        (vec!["audit", path, "--require", "secretless:enviroment=prod"], "`environment`"),
        (vec!["explain", "aws.acess-key"], "`aws.access-key`"),
        (vec!["explain", "TB-AWS-3"], "`TB-AWS-03`"),
        (vec!["explain", "trust-bindng"], "`trust-binding`"),
        (vec!["explain", "--all", "word"], "'words'"),
    ] {
        let output = run(unkeyed().args(&arguments));
        let message = text(&output.stderr);
        assert!(output.status.code() == Some(2) && message.contains(meant), "{arguments:?}: {message}");
    }
}

#[test]
fn utf16_files_are_read() {
    let bytes: Vec<u8> = format!("\u{feff}{DOTENV}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let target = folder(&[("settings.env", &bytes)]);
    let report = json(&["scan"], target.path());
    let location = &report["artifacts"][0]["locations"][0];
    assert_eq!((&location["line"], &location["decoded_via"]), (&2.into(), &serde_json::json!(["utf16le"])));
}

#[test]
fn what_git_ignores_is_read_and_marked() {
    let target = folder(&[(".env", DOTENV.as_bytes()), (".gitignore", b".env\n")]);
    support::git(target.path(), &["init", "-q"]);
    let report = json(&["scan"], target.path());
    assert_eq!(report["artifacts"][0]["locations"][0]["tracked"], "ignored");
    let tracked = json(&["scan", "--tracked-only"], target.path());
    assert_eq!(tracked["artifacts"].as_array().unwrap().len(), 0);
    let skipped = tracked["coverage"]["skipped"].as_array().unwrap();
    assert!(skipped.iter().any(|skip| skip["uri"] == ".env" && skip["why"] == "excluded"));
}

#[test]
fn own_rules_add_or_replace() {
    let rule = r#"
provider = "acme"
[[rule]]
id = "acme.token"
name = "Acme token"
description = "Opens Acme."
reference = "https://acme.example/tokens"
pattern = '''\b(?P<secret>acmetok_[a-z0-9]{20})\b'''
lifetime = { default = "never" }
instead = "Use Acme's federation."
revoke = "https://acme.example/revoke"
match = ["acmetok_k3j9x0q2m4n6b8v1c5z7"]
no_match = ["acmetok_short"]
"#;
    let rules = folder(&[("acme.toml", rule.as_bytes())]);
    let dir = rules.path().to_str().unwrap();
    let target = folder(&[("notes.txt", b"acmetok_p0o9i8u7y6t5r4e3w2q1"), (".env", DOTENV.as_bytes())]);
    let kinds = |report: &serde_json::Value| {
        report["artifacts"].as_array().unwrap().iter().map(|artifact| artifact["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let added = kinds(&json(&["scan", "--rules", dir], target.path()));
    assert!(added.len() == 2 && added.contains(&"acme.token".to_owned()), "{added:?}");
    assert_eq!(kinds(&json(&["scan", "--only-rules", dir], target.path())), ["acme.token"]);
    assert!(run(unkeyed().args(["rules", "test", "--only-rules", dir])).status.success());
    assert!(text(&run(unkeyed().args(["rules", "list", "--only-rules", dir])).stdout).contains("Acme token"));
}

#[test]
fn the_built_in_rules_pass_their_own_tests() {
    for command in ["test", "lint"] {
        let output = run(unkeyed().args(["rules", command]));
        assert!(output.status.success(), "{}", text(&output.stdout));
    }
}

#[test]
fn a_key_makes_ids_that_survive_from_run_to_run() {
    let target = folder(&[(".env", DOTENV.as_bytes())]);
    let id = |key: Option<&str>| {
        let mut command = unkeyed();
        command.arg("scan").arg(target.path()).args(["--format", "json"]);
        if let Some(key) = key {
            command.env("UNKEYED_FINGERPRINT_KEY", key);
        }
        let report: serde_json::Value = serde_json::from_slice(&run(&mut command).stdout).unwrap();
        report["artifacts"][0]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(id(None), "cred-1");
    assert!(id(Some("k1")).starts_with("hmac:"));
    assert_eq!(id(Some("k1")), id(Some("k1")));
    assert_ne!(id(Some("k1")), id(Some("k2")));
}

#[test]
fn explain_says_why_a_line_is_reported_or_not() {
    let folder = folder(&[("app.py", b"password = \"kW3x!qz9Vt\"\npassword = \"${DB_PASSWORD}\"\nx = 1\n")]);
    let why = |line: usize| {
        let output = run(unkeyed().args(["explain", "--why", &format!("{}:{line}", folder.path().join("app.py").display())]));
        assert_eq!(output.status.code(), Some(0));
        text(&output.stdout)
    };
    let told = why(1);
    assert!(told.contains("reported by generic.password") && told.contains("rare character sequences"), "{told}");
    assert!(!told.contains("kW3x"), "{told}");
    assert!(why(2).contains("ruled out: a template"));
    assert!(why(3).contains("no name, address, tool or statement gives a value here"));
    assert_eq!(run(unkeyed().args(["explain", "--why", "app.py"])).status.code(), Some(2));
}

#[test]
fn explain_refuses_what_it_does_not_know_and_suggests() {
    let output = run(unkeyed().args(["explain", "tb-aws"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("TB-AWS-01"));
}

/// Made at random for this file; its checksum is right.
const GITHUB_TOKEN: &str = "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";

fn policy(rule: &str) -> String {
    format!("version = 1\n[[rules]]\nid = \"github.pat-classic\"\nreason = \"Expired tokens of the parser's fixtures\"\n{rule}\n")
}

#[test]
fn what_a_policy_changes_of_the_rules_is_said() {
    let text = format!("x = {GITHUB_TOKEN}\n");
    for (rule, findings, said) in [
        ("enabled = false", 0, "it is switched off"),
        ("confidence = \"low\"", 1, "its matches start at confidence low"),
        ("allow = { paths = [\"fixtures/**\"] }", 0, "its allow-list is longer; 1 matches were left out"),
    ] {
        let target = folder(&[("unkeyed.toml", policy(rule).as_bytes()), ("fixtures/a.txt", text.as_bytes())]);
        let report = json(&["scan", "--confidence", "low"], target.path());
        let found: Vec<_> = report["artifacts"].as_array().unwrap().iter().filter(|one| one["rule"] == "github.pat-classic").collect();
        assert_eq!(found.len(), findings, "{rule}");
        assert!(found.iter().all(|one| one["confidence"] == "low"));
        let rows = report["coverage"]["skipped"].as_array().unwrap();
        let row = rows.iter().find(|row| row["detail"].as_str().unwrap().contains(said)).unwrap();
        assert!(row["uri"].as_str().unwrap().ends_with("unkeyed.toml") && row["why"] == "excluded", "{row}");
        assert!(row["detail"].as_str().unwrap().starts_with("line 2: rule github.pat-classic: "), "{row}");
        assert_eq!(report["run"]["complete"], true);
    }
}

#[test]
fn a_policy_that_names_no_rule_or_shows_a_secret_is_refused_with_its_line() {
    let value = format!("allow = {{ values = ['{GITHUB_TOKEN}'] }}");
    for (broken, said) in [
        (policy("enabled = false").replace("pat-classic", "pat-modern"), "line 2: there is no rule \"github.pat-modern\""),
        (policy(&value), "line 2: a value's expression contains a credential"),
    ] {
        let target = folder(&[("unkeyed.toml", broken.as_bytes())]);
        let output = run(unkeyed().arg("scan").arg(target.path()));
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(said) && !message.contains(GITHUB_TOKEN), "{message}");
    }
}

#[test]
fn rule_files_of_other_programs_are_used_and_their_rest_is_said() {
    let rules = folder(&[
        (
            "team.toml",
            b"[[rules]]\nid = \"widget\"\nregex = 'widget_key=([a-z0-9]{12})'\n[[rules]]\nid = \"bare\"\nregex = '[0-9a-f]{32}'\n",
        ),
        ("more.yml", b"rules:\n- id: kingfisher.gadget.1\n  name: Gadget\n  pattern: gadget_([a-z0-9]{12})\n"),
    ]);
    let target = folder(&[("a.txt", b"widget_key=k3j8q1z7m2x9\nuse gadget_q1z7m2x9k3j8 here\n")]);
    for place in [rules.path().to_owned(), rules.path().join("team.toml")] {
        let output = run(unkeyed().arg("scan").arg(target.path()).arg("--rules").arg(&place).args(["--format", "json"]));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let ids: Vec<_> = report["artifacts"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
        assert!(ids.contains(&"team.widget") && (ids.contains(&"kingfisher.gadget.1") || place.is_file()), "{ids:?}");
        let said = text(&output.stderr);
        assert!(said.contains("team.toml:4: rule bare: not used: no literal"), "{said}");
        assert!(report["coverage"]["skipped"].to_string().contains("rule bare: not used"), "{report}");
    }
}

#[test]
fn nothing_is_scanned_with_half_a_rule_set() {
    let target = folder(&[(".env", DOTENV.as_bytes())]);
    let good = "provider = \"acme\"\n[[rule]]\nid = \"acme.a\"\npattern = 'acme_[a-z]{20}'\n";
    for (bad, said) in [
        ("pattern = 'acme_[a-z'", "acme.toml:7: rule acme.b: the pattern does not parse"),
        ("pattern = '[a-f0-9]{32}'", "acme.toml:7: rule acme.b: no literal"),
        ("pattern = 'acme_[0-9]{20}'\nmatch = ['acme_x']", "acme.toml:5: rule acme.b: it finds none of its own examples"),
    ] {
        let rules = folder(&[("acme.toml", format!("{good}[[rule]]\nid = \"acme.b\"\n{bad}\n").as_bytes())]);
        let output = run(unkeyed().arg("scan").arg(target.path()).arg("--rules").arg(rules.path()));
        let message = text(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{message}");
        assert!(message.contains(said), "{message}");
    }
}

/// A repository whose credential was committed and then deleted, with one that is only staged.
fn forgetful() -> tempfile::TempDir {
    let repository = folder(&[(".env", DOTENV.as_bytes()), ("readme.txt", b"nothing here")]);
    support::git(repository.path(), &["init", "-q", "-b", "main"]);
    support::git(repository.path(), &["add", "-A"]);
    support::git(repository.path(), &["commit", "-q", "-m", "with a credential"]);
    support::git(repository.path(), &["rm", "-q", ".env"]);
    support::git(repository.path(), &["commit", "-q", "-m", "without"]);
    fs::write(repository.path().join("staged.env"), "DB_PASSWORD=Vx4-otter-Birke-58\n").unwrap();
    support::git(repository.path(), &["add", "staged.env"]);
    fs::remove_file(repository.path().join("staged.env")).unwrap();
    repository
}

#[test]
fn an_audit_finds_what_was_deleted_and_says_where_git_has_it() {
    let repository = forgetful();
    let report = json(&["audit"], repository.path());
    let deleted = report["artifacts"].as_array().unwrap().iter().find(|artifact| artifact["locations"][0]["uri"] == ".env").unwrap();
    let place = &deleted["locations"][0];
    assert_eq!((place["surface"].as_str(), place["line"].as_u64()), (Some("git-history"), Some(2)));
    assert_eq!((place["git"]["state"].as_str(), place["git"]["commits"].as_u64()), (Some("reachable"), Some(1)));
    assert_eq!(place["commit"].as_str().unwrap().len(), 40);
    assert!(report["coverage"]["read"]["blobs"].as_u64().unwrap() >= 3);
    let without = json(&["audit", "--no-history"], repository.path());
    assert!(without["artifacts"].as_array().unwrap().is_empty());
    assert!(without["coverage"]["skipped"].as_array().unwrap().iter().any(|skip| skip["uri"] == ".git" && skip["why"] == "not-supplied"));
    assert_eq!(code(&["scan"], repository.path()), 0);
    assert_eq!(code(&["scan"], Path::new(&format!("git:{}", repository.path().display()))), 1);
}

#[test]
fn a_staged_credential_is_found_whatever_the_working_file_holds() {
    let repository = forgetful();
    let report = json(&["scan", "--staged"], repository.path());
    let places: Vec<_> = report["artifacts"].as_array().unwrap().iter().map(|artifact| artifact["locations"][0]["uri"].clone()).collect();
    assert_eq!(places, ["staged.env"]);
    let range = json(&["scan", "--range", "HEAD~1..HEAD"], repository.path());
    assert!(range["artifacts"].as_array().unwrap().is_empty());
    assert_eq!(code(&["scan", "--branch", "main"], repository.path()), 1);
    assert_eq!(code(&["scan", "--range", "nothing..HEAD"], repository.path()), 2);
}
