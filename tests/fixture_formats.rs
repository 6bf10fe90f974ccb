//! Which check has fixtures in which input formats: `docs/reference/fixtures.md`, which `UPDATE_SNAPSHOTS=1` rewrites.
//!
//! The decision a reader would question: a format is told by the name and the first words of each file and not asked of the
//! program, so that the table also shows what the program doesn't recognise.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = "docs/reference/fixtures.md";

const HEAD: &str = "# Fixtures of the checks

Written by `UPDATE_SNAPSHOTS=1 cargo test --test fixture_formats`: in which input formats each check is shown to fire (*bad*), to keep
silent where nothing is wrong (*good*) and where the inputs don't say (*unknown*). Files that only stand beside the judged one count as well.

| check | bad | good | unknown |
|---|---|---|---|
";

/// Formats by the end of a path, the more specific first.
const ENDINGS: [(&str, &str); 30] = [
    (".gitlab-ci.yml", "GitLab CI"),
    (".tf", "Terraform"),
    (".tf.json", "Terraform"),
    (".tfvars", "Terraform"),
    (".tfstate", "Terraform state"),
    ("terragrunt.hcl", "Terragrunt"),
    (".bicep", "Bicep"),
    (".sh", "script"),
    (".ps1", "script"),
    (".ts", "program"),
    (".py", "program"),
    (".go", "program"),
    (".java", "program"),
    (".cs", "program"),
    (".kt", "program"),
    (".conf", "configuration"),
    (".hcl", "configuration"),
    (".toml", "policy"),
    (".log", "log"),
    ("CODEOWNERS", "CODEOWNERS"),
    ("Dockerfile", "Dockerfile"),
    (".service", "systemd"),
    (".env", "env file"),
    (".npmrc", "env file"),
    ("/mcp.json", "agent"),
    (".mcp.json", "agent"),
    ("config.xml", "Jenkins"),
    ("Jenkinsfile", "Jenkins"),
    (".csv", "export"),
    (".properties", "env file"),
];

/// The same by a word of the text.
const WORDS: [(&str, &str); 21] = [
    ("AWSTemplateFormatVersion", "CloudFormation"),
    ("Type: AWS::", "CloudFormation"),
    ("\"Type\": \"AWS::", "CloudFormation"),
    ("deploymentTemplate.json", "ARM"),
    ("\"planned_values\"", "Terraform plan"),
    ("\"resource_changes\"", "Terraform plan"),
    ("kind:", "Kubernetes"),
    ("services:", "Compose"),
    ("hosts:", "Ansible"),
    ("\"Statement\"", "policy document"),
    ("\"kind\":", "Kubernetes"),
    ("clusterSPIFFEIDs:", "Helm values"),
    ("SvidTTL:", "Helm values"),
    ("kube-apiserver-arg", "K3s"),
    ("AWS::", "CloudFormation"),
    ("\"spiffe_id\"", "SPIRE entries"),
    ("\"issuer\"", "CLI document"),
    ("ssignableScopes\"", "CLI document"),
    ("\"bindings\"", "CLI document"),
    ("bindings:", "CLI document"),
    ("\"type\": \"external_account\"", "Google credentials"),
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn format(path: &Path) -> &'static str {
    let name = path.to_str().unwrap();
    let is = |part: &str| name.contains(part);
    if is("/evidence/") {
        return "export";
    }
    if is("/.github/workflows/") {
        return "GitHub Actions";
    }
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let by_ending = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, format)| *format);
    by_ending.or_else(|| WORDS.iter().find(|(word, _)| text.contains(word)).map(|(_, format)| *format)).unwrap_or("other")
}

fn table(root: &Path) -> String {
    let mut checks: BTreeMap<String, BTreeMap<String, BTreeSet<&'static str>>> = BTreeMap::new();
    let folder = root.join("fixtures/checks");
    let mut all = Vec::new();
    files(&folder, &mut all);
    for path in all {
        let mut parts = path.strip_prefix(&folder).unwrap().iter().map(|part| part.to_str().unwrap());
        let (check, case) = (parts.next().unwrap().to_owned(), parts.next().unwrap());
        let kind = case.split('-').next().unwrap().to_owned();
        checks.entry(check).or_default().entry(kind).or_default().insert(format(&path));
    }
    let mut page = HEAD.to_owned();
    for (check, kinds) in &checks {
        let cell = |kind: &str| kinds.get(kind).map(|formats| formats.iter().copied().collect::<Vec<_>>().join(", ")).unwrap_or_default();
        writeln!(page, "| `{check}` | {} | {} | {} |", cell("bad"), cell("good"), cell("unknown")).unwrap();
    }
    page
}

#[test]
fn the_page_shows_which_formats_have_fixtures() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let told = table(&root);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(root.join(PAGE), &told).unwrap();
    }
    assert_eq!(fs::read_to_string(root.join(PAGE)).unwrap(), told, "{PAGE} is out of date: UPDATE_SNAPSHOTS=1");
}

#[test]
fn every_check_has_a_bad_a_good_and_an_unknown_fixture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let told = table(&root);
    let empty: Vec<&str> = told.lines().filter(|line| line.starts_with("| `") && line.contains("|  |")).collect();
    assert!(empty.is_empty(), "no fixture: {empty:#?}");
}
