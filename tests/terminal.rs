//! What reaches a terminal: nothing that would control it, and links where it shows them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use support::{folder, run, text, unkeyed};

#[test]
fn hostile_names_and_lines_do_not_reach_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let name = std::ffi::OsStr::from_bytes(b"evil\x1b]0;pwned\x07\xff\n.env");
    fs::write(folder.path().join(name), "\x1b[2J\u{202e}API_PASSWORD=Wq7-lemur-Haken-31 \x1b[31m\u{9b}2J\n").unwrap();
    for format in ["human", "json", "sarif"] {
        let output = run(unkeyed().arg("audit").arg(folder.path()).args(["--format", format, "-v"]));
        for stream in [&output.stdout, &output.stderr] {
            let shown = text(stream);
            assert_eq!(unsafe_character(&shown), None, "{format}: {shown:?}");
        }
    }
}

/// The first control or direction character but the end of a line.
fn unsafe_character(shown: &str) -> Option<char> {
    shown.chars().find(|&c| c != '\n' && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')))
}

#[test]
fn what_files_of_others_say_of_themselves_does_not_reach_the_terminal() {
    let name = "x\u{1b}]0;pwned\u{7}\u{202e}";
    let rule = |pattern: &str| {
        format!("provider = \"acme\"\n[[rule]]\nid = \"acme.a\"\nname = {name:?}\ndescription = {name:?}\npattern = '{pattern}'\n")
            .replace("\\u{1b}", "\\u001b")
            .replace("\\u{7}", "\\u0007")
            .replace("\\u{202e}", "\\u202e")
    };
    let target = folder(&[("a.txt", b"nothing"), ("policy.toml", "version = 1\n\"x\\u001b]0;pwned\\u0007\" = 1\n".as_bytes())]);
    let (policy, missing) = (target.path().join("policy.toml"), target.path().join(name));
    let rules = folder(&[(&format!("{name}/acme.toml"), rule("acme_[a-z]{20}").as_bytes())]);
    let broken = folder(&[(&format!("{name}/acme.toml"), rule("acme_[a-z").as_bytes())]);
    let (rules, broken) = (rules.path().join(name), broken.path().join(name));
    let (rules, broken) = (rules.to_str().unwrap(), broken.to_str().unwrap());
    let (policy, missing, scanned) = (policy.to_str().unwrap(), missing.to_str().unwrap(), target.path().to_str().unwrap());
    for (arguments, code) in [
        (vec!["rules", "list", "--only-rules", rules], 0),
        (vec!["rules", "lint", "--only-rules", rules], 1),
        (vec!["rules", "list", "--only-rules", broken], 2),
        (vec!["explain", "acme.a", "--rules", rules], 0),
        (vec!["explain", name], 2),
        (vec!["explain", "--all", "rules", "--only-rules", rules], 0),
        (vec!["scan", scanned, "--policy", policy], 2),
        (vec!["scan", scanned, "--baseline", missing], 2),
        (vec!["report", missing], 2),
    ] {
        let output = run(unkeyed().args(&arguments));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stderr));
        for shown in [text(&output.stdout), text(&output.stderr)] {
            assert_eq!(unsafe_character(&shown), None, "{arguments:?}: {shown:?}");
        }
    }
}

/// What `unkeyed audit` writes to a terminal of so many kinds.
fn on_a_terminal(target: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = std::process::Command::new("script");
    let audit = format!("{} audit . --no-progress", unkeyed().get_program().to_str().unwrap());
    command.current_dir(target).args(["-qec", &audit, "/dev/null"]).stdin(std::process::Stdio::null());
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).envs(variables.iter().copied());
    text(&run(&mut command).stdout)
}

#[test]
fn places_are_links_on_a_terminal_that_shows_them_and_nowhere_else() {
    let target = folder(&[("a b/.env", b"DB_HOST=db.internal\nDB_PASSWORD=Wq7-lemur-Haken-31\n")]);
    let link = format!("\u{1b}]8;;file://{}/a%20b/.env\u{1b}\\", target.path().canonicalize().unwrap().display());
    let able = [("TERM", "xterm-256color"), ("VTE_VERSION", "7000")];
    let shown = on_a_terminal(target.path(), &able);
    assert!(shown.contains(&link) && shown.contains("a b/.env:2:13"), "{shown}");
    for other in [("NO_COLOR", "1"), ("TERM", "dumb"), ("FORCE_HYPERLINK", "0")] {
        let shown = on_a_terminal(target.path(), &[able[0], able[1], other]);
        assert!(shown.contains("a b/.env:2:13") && !shown.contains("\u{1b}]8"), "{other:?}: {shown}");
    }
    let piped = run(unkeyed().arg("audit").arg(target.path()).env("FORCE_HYPERLINK", "1").env("CLICOLOR_FORCE", "1"));
    assert!(!text(&piped.stdout).contains("\u{1b}]8"));
}
