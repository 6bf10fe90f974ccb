//! Secrets never leave: everything is scanned with every format, and no planted value may occur in any output byte.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::process::Command;

use support::{run, text, unkeyed};
use unkeyed_report::Format;

/// Values generated for this file. Each is planted in every place below; none may come out, whole or in a part long
/// enough to matter.
const SECRETS: &[&str] =
    &["Wq7-lemur-Haken-31", "zT4kP9vXc2LmQ8rYw6BnJ3sD5fGh1aEo0iUtRb7K", "gablet-horse-9-staple", "5f2c8e1d9b7a4036c1e2f8d7b6a59483"];
const LONGEST_ALLOWED: usize = 5;

const PLACES: &[(&str, &str)] = &[
    (".env", "DB_PASSWORD={s}\nAPI_TOKEN=\"{s}\"\n"),
    (
        "compose.yaml",
        "services:\n  db:\n    image: postgres\n    command: --password={s}\n    environment:\n      POSTGRES_PASSWORD: {s}\n      DATABASE_URL: postgres://app:{s}@db.internal/app\n",
    ),
    (
        ".github/workflows/ci.yml",
        "name: ci\non: push\nenv:\n  API_SECRET: {s}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: curl -u admin:{s} https://x.example\n      - run: docker build -t user:{s}@registry.example/x .\n      - uses: acme/login@v1\n        with:\n          password: {s}\n",
    ),
    (
        "k8s/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  password: {s}\n---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n    - name: c\n      image: user:{s}@registry.example/x\n      args: [\"--token\", \"{s}\"]\n      env:\n        - name: APP_SECRET\n          value: {s}\n",
    ),
    (
        "infra/main.tf",
        "provider \"aws\" {\n  access_key = \"AKIAQW7RTZ5MNBVCXLKJ\"\n  secret_key = \"{s}\"\n}\nresource \"aws_db_instance\" \"a\" {\n  password = \"{s}\"\n}\nresource \"aws_lambda_function\" \"f\" {\n  environment {\n    variables = { APP_PASSWORD = \"{s}\" }\n  }\n}\nvariable \"db_password\" {\n  default = \"{s}\"\n}\n",
    ),
    (
        "infra/calls.tf",
        "module \"m\" {\n  source = \"./m\"\n  password = \"{s}\"\n  role_name = \"{s}\"\n  script = \"#!/bin/sh\\nmysql -p{s}\"\n}\n",
    ),
    (
        "infra/m/main.tf",
        "variable \"password\" {}\nvariable \"role_name\" {}\nvariable \"script\" {}\nresource \"aws_iam_role\" \"r\" {\n  name = var.role_name\n}\nresource \"aws_instance\" \"i\" {\n  user_data = var.script\n}\nresource \"aws_lambda_function\" \"f\" {\n  function_name = var.role_name\n  role = aws_iam_role.r.arn\n  environment {\n    variables = { APP_PASSWORD = var.password, PLAIN = var.role_name }\n  }\n}\n",
    ),
    ("Dockerfile", "FROM alpine\nARG NPM_TOKEN={s}\nENV APP_PASSWORD={s}\nRUN curl -H \"Authorization: Bearer {s}\" https://x.example\n"),
    (
        ".mcp.json",
        "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"args\":[\"--api-key\",\"{s}\"],\"env\":{\"API_KEY\":\"{s}\"}},\"b\":{\"url\":\"https://user:{s}@mcp.example/?token={s}\",\"headers\":{\"Authorization\":\"Bearer {s}\"}}}}\n",
    ),
    ("broken.json", "{\"password\": \"{s}\", \n"),
    ("src/main.py", "password = \"{s}\"\nrequests.get('https://u:{s}@h.example')\n# {s}\n"),
    ("notes/{s}.txt", "password: {s}\n"),
];

/// What `az webapp config appsettings list` prints.
const EVIDENCE: &str = "[{\"name\": \"DB_PASSWORD\", \"slotSetting\": false, \"value\": \"{s}\"}]\n";

#[test]
fn no_planted_value_comes_out_anywhere() {
    for secret in SECRETS {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in PLACES {
            let path = folder.path().join(name.replace("{s}", "named"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content.replace("{s}", secret)).unwrap();
        }
        // What an attestation is bound to.
        for arguments in [&["init", "--quiet"][..], &["add", "."], &["commit", "--quiet", "-m", "all"]] {
            support::git(folder.path(), arguments);
        }
        let written = tempfile::tempdir().unwrap();
        let evidence = written.path().join("settings.json");
        fs::write(&evidence, EVIDENCE.replace("{s}", secret)).unwrap();
        for command in ["scan", "audit"] {
            let mut program = unkeyed();
            program.arg(command).arg(folder.path()).args(["--confidence", "low", "--show-public", "-v", "--evidence"]).arg(&evidence);
            program.env("RUST_LOG", "trace").env("UNKEYED_FINGERPRINT_KEY", "k");
            let reports = Format::ALL.iter().map(|format| (format, written.path().join(format.as_str())));
            reports.clone().for_each(|(format, path)| {
                program.args(["--format", format.as_str(), "--output"]).arg(path);
            });
            let output = run(&mut program);
            assert_no_part(secret, &(text(&output.stdout) + &text(&output.stderr)), command);
            for (format, path) in reports {
                let report = text(&fs::read(path).unwrap());
                assert!(report.len() > 100, "{command} --format {format} says next to nothing: {report}");
                assert_no_part(secret, &report, &format!("{command} --format {format}"));
            }
        }
        // Records are full of digests, in which six hex digits of a secret may stand by chance.
        if !secret.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let records = written.path().join("records");
            let mut program = unkeyed();
            program.args(["audit", "--confidence", "low", "--show-public", "--records"]).arg(&records).arg("--evidence").arg(&evidence);
            let output = run(program.arg(folder.path()).env("UNKEYED_FINGERPRINT_KEY", "k"));
            assert_no_part(secret, &(text(&output.stdout) + &text(&output.stderr)), "--records");
            for file in fs::read_dir(&records).unwrap() {
                let record = text(&fs::read(file.unwrap().path()).unwrap());
                assert!(record.lines().count() > 10, "the record says next to nothing: {record}");
                assert_no_part(secret, &record, "--records");
            }
        }
    }
}

/// Dumps of an environment, as several programs print them.
const DUMPS: &[(&str, &str)] = &[
    ("printenv", "HOME=/srv\nDB_PASSWORD={s}\nAPI_TOKEN={s}\n"),
    ("declared", "declare -x HOME=\"/srv\"\ndeclare -x API_TOKEN=\"{s}\"\n"),
    (
        "inspect.json",
        "[{\"Id\":\"0f\",\"Name\":\"/{s}\",\"Config\":{\"Env\":[\"DB_PASSWORD={s}\"],\"Cmd\":[\"app\",\"--token={s}\"],\"Labels\":{\"password\":\"{s}\"}}}]",
    ),
    (
        "task.json",
        "{\"taskDefinition\":{\"family\":\"a\",\"containerDefinitions\":[{\"name\":\"c\",\"environment\":[{\"name\":\"API_TOKEN\",\"value\":\"{s}\"}]}]}}",
    ),
    ("broken.json", "[{\"Id\":\"0f\",\"Config\":{\"Env\":[\"DB_PASSWORD={s}\""),
];

#[test]
fn no_planted_value_comes_out_of_histories_archives_and_dumps() {
    for secret in SECRETS {
        let folder = tempfile::tempdir().unwrap();
        let git = |arguments: &[&str]| {
            let own = ["-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"];
            let output = Command::new("git").current_dir(folder.path()).args(own).args(arguments).output().unwrap();
            assert!(output.status.success(), "git {arguments:?}: {}", text(&output.stderr));
        };
        let write = |name: &str, content: &str| fs::write(folder.path().join(name), content.replace("{s}", secret)).unwrap();
        git(&["init", "--quiet"]);
        write("app.env", "DB_PASSWORD={s}\n");
        let packed = Command::new("tar").current_dir(folder.path()).args(["-czf", "app.tar.gz", "app.env"]).status().unwrap();
        assert!(packed.success());
        git(&["add", "."]);
        git(&["commit", "--quiet", "-m", &format!("set password={secret}")]);
        git(&["rm", "--quiet", "app.env"]);
        git(&["commit", "--quiet", "-m", "forget it"]);
        git(&["tag", "-a", "v1", "-m", &format!("password: {secret}")]);
        write("stashed.env", "API_TOKEN={s}\n");
        git(&["add", "stashed.env"]);
        git(&["stash", "push", "--quiet", "-m", &format!("token={secret}")]);
        let here = folder.path().display();
        let mut targets = vec![format!("git:{here}"), here.to_string()];
        for (name, content) in DUMPS {
            write(name, content);
            targets.push(format!("env:{here}/{name}"));
        }
        let mut found = 0;
        for target in &targets {
            for (command, format) in [("scan", "human"), ("scan", "json"), ("audit", "json"), ("audit", "sarif")] {
                let options = ["--format", format, "--confidence", "low", "--show-public", "--show-authors", "-v"];
                let options = if target.starts_with("env:") { &options[..5] } else { &options[..] };
                let output = run(unkeyed().arg(command).arg(target).args(options).env("UNKEYED_FINGERPRINT_KEY", "k"));
                found += usize::from(text(&output.stdout).contains("generic."));
                for stream in [&output.stdout, &output.stderr] {
                    assert_no_part(secret, &text(stream), &format!("{command} {target} --format {format}"));
                }
            }
        }
        assert!(found >= targets.len(), "{found}: next to nothing was found, so nothing was proved");
    }
}

fn assert_no_part(secret: &str, output: &str, what: &str) {
    for start in 0..=secret.len() - LONGEST_ALLOWED - 1 {
        let part = &secret[start..=start + LONGEST_ALLOWED];
        if let Some(at) = output.find(part) {
            let context = output[..at].rfind('\n').map_or(0, |line| line + 1);
            panic!("{what} prints part {start} of a planted value, in the line that starts with: {}", &output[context..at]);
        }
    }
}
