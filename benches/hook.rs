//! `unkeyed hook` on a change of a hundred files in a repository of three thousand, from start to exit, with the answer asserted.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench fails by panicking, and is no API")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use criterion::{Criterion, criterion_group, criterion_main};

const FILES: usize = 3_000;
const CHANGED: usize = 100;
const LINES: usize = 150;

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=Bench", "-c", "user.email=bench@acme.example"];
    assert!(Command::new("git").current_dir(folder).args(identity).args(arguments).status().unwrap().success());
}

fn file(at: usize, version: usize) -> String {
    let mut text = String::new();
    for line in 0..LINES {
        let _ = writeln!(text, "    let token_{line} = user.password({at}, config.secret[{line}], auth.key({version}));");
    }
    text
}

fn write(root: &Path, at: usize, version: usize) {
    let folder = root.join(format!("src/{}", at % 50));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{at}.rs")), file(at, version)).unwrap();
}

/// Exit code of the hook.
fn hook(root: &Path) -> i32 {
    Command::new(env!("CARGO_BIN_EXE_unkeyed")).arg("hook").current_dir(root).output().unwrap().status.code().unwrap()
}

fn staged(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "-q"]);
    (0..FILES).for_each(|at| write(root, at, 1));
    git(root, &["add", "-A"]);
    git(root, &["commit", "-q", "-m", "x"]);
    (0..CHANGED).for_each(|at| write(root, at, 2));
    git(root, &["add", "-A"]);
    criterion.bench_function("hook/100 of 3000 files", |bencher| bencher.iter(|| assert_eq!(hook(root), 0)));
    fs::write(root.join("a.env"), "DB_PASSWORD=Zr2-heron-Ulme-53\n").unwrap();
    git(root, &["add", "-A"]);
    criterion.bench_function("hook/100 of 3000 files and a credential", |bencher| bencher.iter(|| assert_eq!(hook(root), 1)));
}

criterion_group!(benches, staged);
criterion_main!(benches);
