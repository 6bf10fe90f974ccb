//! Every command that README.md and `docs/` show, run in order, and the reference pages against the program.
//!
//! A block fenced as `sh` is run as a script that must succeed, or end as its last line says (`# exit 1`). In one fenced
//! as `console` each line behind `$ ` is run, and what is shown below it must be what comes out; `…` stands for anything,
//! alone on a line for any lines. `sh no-run: why` is for what can't run here (another system, the network); it is
//! counted. Each page has a fresh copy of `fixtures/docs/repository`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{git, root, run, text, unkeyed};

/// Now, for every page; before it lies what the pages say of dates.
const AS_OF: &str = "2026-11-22T12:00:00Z";
/// Blocks that are shown and not run. Each is a promise that nobody checks: keep them few.
const MOST_UNRUN: usize = 12;

/// A fenced block.
#[derive(Debug)]
struct Block {
    line: usize,
    /// What stands behind the fence.
    info: String,
    body: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut is_open, mut indent) = (false, 0);
    for (line, text) in (1..).zip(page.lines()) {
        if let Some(info) = text.trim_start().strip_prefix("```") {
            is_open = !is_open;
            if is_open {
                indent = text.len() - text.trim_start().len();
                blocks.push(Block { line, info: info.to_owned(), body: String::new() });
            }
        } else if let Some(block) = blocks.last_mut().filter(|_| is_open) {
            let blank = text.len() - text.trim_start().len();
            block.body += &text[indent.min(blank)..];
            block.body += "\n";
        }
    }
    blocks
}

/// README.md and every page of `docs/`, the generated ones apart.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

/// A place to run a page's commands in: the repository, and the program under its name.
struct Stage {
    folder: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fixture = root().join("fixtures/docs");
        let made = support::repository(&fixture.join("repository"), "https://github.com/acme/api.git", &|_, text| Some(text.to_owned()));
        git(made.path(), &["update-ref", "refs/remotes/origin/main", "HEAD"]);
        let repository = folder.path().join("api");
        fs::rename(made.path(), &repository).unwrap();
        fs::create_dir_all(repository.join("../evidence")).unwrap();
        fs::copy(fixture.join("evidence/iam.json"), repository.join("../evidence/iam.json")).unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_unkeyed"), folder.path().join("bin/unkeyed")).unwrap();
        Self { folder }
    }

    /// Standard output and error of a script, as a terminal would show them, and its status.
    fn run(&self, script: &str) -> (String, i32) {
        let mut command = Command::new("timeout");
        command.args(["120", "bash", "-euo", "pipefail", "-c", &format!("exec 2>&1 < /dev/null\n{script}")]);
        for variable in std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("UNKEYED_")) {
            command.env_remove(variable);
        }
        let path = format!("{}:{}", self.folder.path().join("bin").display(), std::env::var("PATH").unwrap());
        command.env("PATH", path).env("HOME", self.folder.path()).env("UNKEYED_AS_OF", AS_OF).env("COLUMNS", "80");
        for (variable, value) in [("NAME", "A. Author"), ("EMAIL", "author@acme.example"), ("DATE", "2026-11-01T00:00:00Z")] {
            command.env(format!("GIT_AUTHOR_{variable}"), value).env(format!("GIT_COMMITTER_{variable}"), value);
        }
        let output = run(command.current_dir(self.folder.path().join("api")));
        (text(&output.stdout), output.status.code().unwrap_or(-1))
    }

    /// What is wrong with a script: its status, or what it prints.
    fn check(&self, script: &str, shown: &[&str], place: &str) -> Option<String> {
        let last = script.trim_end().lines().last().unwrap_or_default();
        let expected: i32 = last.split_once("# exit ").map_or(0, |(_, code)| code.trim().parse().unwrap());
        let (output, status) = self.run(script);
        if status != expected {
            return Some(format!("{place}: {script}\nends with {status}, not {expected}\n{output}"));
        }
        let lines: Vec<&str> = output.trim_end().lines().collect();
        let is_right = shown.is_empty() || is_shown(shown, &lines);
        (!is_right).then(|| format!("{place}: {script}\nthe page shows\n{}\nbut it prints\n{output}", shown.join("\n")))
    }
}

/// Whether `lines` are what `shown` says.
fn is_shown(shown: &[&str], lines: &[&str]) -> bool {
    match (shown, lines) {
        (["…"], _) | ([], []) => true,
        (["…", rest @ ..], _) => (0..=lines.len()).any(|skipped| is_shown(rest, &lines[skipped..])),
        ([first, rest @ ..], [line, lines @ ..]) => is_alike(first, line) && is_shown(rest, lines),
        _ => false,
    }
}

fn is_alike(shown: &str, line: &str) -> bool {
    let line = line.trim_end();
    match shown.trim_end().split_once('…') {
        None => shown.trim_end() == line,
        Some((start, rest)) => {
            line.strip_prefix(start).is_some_and(|left| left.char_indices().any(|(at, _)| is_alike(rest, &left[at..])) || rest.is_empty())
        }
    }
}

/// Commands of a `console` block, each with what is shown below it.
fn steps(body: &str) -> Vec<(String, Vec<&str>)> {
    let mut steps: Vec<(String, Vec<&str>)> = Vec::new();
    for line in body.lines() {
        match (line.strip_prefix("$ "), line.strip_prefix("> "), steps.last_mut()) {
            (Some(command), ..) => steps.push((command.to_owned(), Vec::new())),
            (None, Some(more), Some((command, shown))) if shown.is_empty() => *command += &format!("\n{more}"),
            (None, _, Some((_, shown))) => shown.push(line),
            (None, _, None) => panic!("output before the first command: {line}"),
        }
    }
    steps
}

/// What is wrong with a page's commands, and how many blocks of it are not run.
fn run_page(page: &Path) -> (Vec<String>, usize) {
    let stage = Stage::new();
    let (mut wrong, mut unrun) = (Vec::new(), 0);
    for block in blocks(&fs::read_to_string(page).unwrap()) {
        let place = format!("{}:{}", page.file_name().unwrap().to_string_lossy(), block.line);
        match block.info.as_str() {
            "sh" => wrong.extend(stage.check(&block.body, &[], &place)),
            "console" => wrong.extend(steps(&block.body).iter().filter_map(|(command, shown)| stage.check(command, shown, &place))),
            info if info.strip_prefix("sh no-run: ").is_some_and(|why| !why.is_empty()) => unrun += 1,
            info => {
                let is_command = |line: &str| line.starts_with("unkeyed ") || line.starts_with("$ ");
                let shell = ["sh", "bash", "shell", "console"].iter().any(|shell| info.starts_with(shell));
                if shell || block.body.lines().any(is_command) {
                    wrong.push(format!("{place}: a block of commands is fenced as `sh`, `console` or `sh no-run: why`"));
                }
            }
        }
    }
    (wrong, unrun)
}

#[test]
fn every_command_that_the_pages_show_works() {
    let (mut wrong, mut unrun) = (Vec::new(), 0);
    for page in pages() {
        let (its, count) = run_page(&page);
        wrong.extend(its);
        unrun += count;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(unrun <= MOST_UNRUN, "{unrun} blocks are not run");
}

#[test]
fn every_link_between_pages_leads_to_a_file() {
    let reference = ["checks", "rules", "words"].map(|name| root().join(format!("docs/reference/{name}.md")));
    for page in pages().iter().chain(&reference) {
        let content = fs::read_to_string(page).unwrap();
        for target in content.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target) {
            let file = target.split('#').next().unwrap();
            if !file.is_empty() && !target.contains("://") {
                assert!(page.parent().unwrap().join(file).exists(), "{}: {target}", page.display());
            }
        }
    }
}

#[test]
fn the_reference_is_what_the_program_prints() {
    for what in ["checks", "rules", "words"] {
        let printed = run(unkeyed().args(["explain", "--all", what])).stdout;
        let page = root().join(format!("docs/reference/{what}.md"));
        if std::env::var_os("UPDATE_REFERENCE").is_some() {
            fs::write(&page, &printed).unwrap();
        }
        assert!(fs::read(&page).unwrap() == printed, "{}: write it anew with UPDATE_REFERENCE=1", page.display());
    }
}

#[test]
fn what_is_shown_is_compared_line_by_line() {
    assert!(is_shown(&["a", "…", "b …"], &["a", "x", "y", "b 12"]) && is_shown(&["…"], &[]) && is_shown(&["a … c"], &["a b c"]));
    assert!(!is_shown(&["a", "b"], &["a", "x", "b"]) && !is_shown(&["a … c"], &["a b"]) && !is_shown(&["a", "…", "b"], &["a", "x"]));
    let page = "x\n  ```console\n  $ a \\\n  > b\n  out\n  $ c\n  ```\n```sh no-run: why\nd\n```\n";
    let found = blocks(page);
    assert_eq!(steps(&found[0].body), [("a \\\nb".to_owned(), vec!["out"]), ("c".to_owned(), vec![])]);
    assert_eq!((found[0].line, found[1].line, found[1].info.as_str()), (2, 8, "sh no-run: why"));
}
