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

const REST: &str = "
A cell that a format of the check has in another column and not here can't be filled:

| check | cell | format | why |
|---|---|---|---|
";

/// Formats by the end of a path, the more specific first.
const ENDINGS: [(&str, &str); 33] = [
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
    (".mjs", "program"),
    (".py", "program"),
    (".go", "program"),
    (".java", "program"),
    (".cs", "program"),
    (".kt", "program"),
    (".conf", "configuration"),
    (".hcl", "configuration"),
    (".toml", "policy"),
    (".log", "log"),
    ("/k3s/config.yaml", "K3s"),
    ("values.yaml", "Helm values"),
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

/// Files that only name what stands beside them, by the end of a path.
const BESIDE: [&str; 4] = ["README.md", "/Chart.yaml", "/cdk.json", "/before.txt"];

/// The same by a word of the text.
const WORDS: [(&str, &str); 34] = [
    ("runtime: yaml", "Pulumi YAML"),
    ("AWSTemplateFormatVersion", "CloudFormation"),
    ("Type: AWS::", "CloudFormation"),
    ("\"Type\": \"AWS::", "CloudFormation"),
    ("eploymentTemplate.json", "ARM"),
    ("    runtime: ", "Serverless"),
    ("provider:\n  name: aws", "Serverless"),
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
    ("\"type\":\"external_account\"", "Google credentials"),
    ("amazon.aws.", "Ansible"),
    ("\"RoleName\"", "CLI document"),
    ("\"request_id\"", "CLI document"),
    ("@odata.context", "CLI document"),
    ("workloadIdentityPools/", "CLI document"),
    ("ttributeMapping", "CLI document"),
    ("tatements\"", "policy document"),
    ("llow dynamic-group", "policy document"),
    ("\"capabilities\"", "policy document"),
];

/// Cells that a format can't fill, and why.
const INEXPRESSIBLE: [(&str, &str, &str, &str); 12] = [
    ("RS-OCI-01", "unknown", "export", STATED),
    ("RS-OCI-02", "unknown", "export", STATED),
    ("TB-AWS-05", "unknown", "Terraform state", RECORDED),
    ("TB-GCP-01", "unknown", "CLI document", UNSET),
    ("TB-GCP-01", "unknown", "export", UNSET),
    ("TB-GCP-02", "unknown", "export", STATED),
    ("TB-GCP-03", "unknown", "Terraform state", RECORDED),
    ("TB-GCP-06", "unknown", "CLI document", UNSET),
    ("TB-GCP-06", "unknown", "export", UNSET),
    ("TB-OCI-02", "unknown", "export", UNSET),
    ("TB-OCI-03", "unknown", "export", UNSET),
    ("TB-OCI-10", "unknown", "export", UNSET),
];

const STATED: &str = "the text in force is printed whole";
const RECORDED: &str = "a state records what was applied: each value is there";
const UNSET: &str = "what is printed without the setting doesn't have it";

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// The format of a file that is judged or stands beside one that is; none of one that only names them.
fn format(path: &Path) -> Option<&'static str> {
    let name = path.to_str().unwrap();
    let is = |part: &str| name.contains(part);
    if BESIDE.iter().any(|end| name.ends_with(end)) {
        return None;
    }
    if is("/evidence/") {
        return Some("export");
    }
    if is("/.github/workflows/") {
        return Some("GitHub Actions");
    }
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let by_ending = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, format)| *format);
    let known = by_ending.or_else(|| WORDS.iter().find(|(word, _)| text.contains(word)).map(|(_, format)| *format));
    // A project of Pulumi without resources of its own names the program beside it.
    if name.ends_with("/Pulumi.yaml") { known } else { known.or(Some("other")) }
}

/// The formats of the files of each check, by kind (`bad`).
type Cells = BTreeMap<String, BTreeMap<String, BTreeSet<&'static str>>>;

fn cells(root: &Path) -> Cells {
    let mut checks = Cells::new();
    let folder = root.join("fixtures/checks");
    let mut all = Vec::new();
    files(&folder, &mut all);
    for path in all {
        let mut parts = path.strip_prefix(&folder).unwrap().iter().map(|part| part.to_str().unwrap());
        let (check, case) = (parts.next().unwrap().to_owned(), parts.next().unwrap());
        let kind = case.split('-').next().unwrap().to_owned();
        let formats = checks.entry(check).or_default().entry(kind).or_default();
        formats.extend(format(&path));
    }
    checks
}

fn table(root: &Path) -> String {
    let mut page = HEAD.to_owned();
    for (check, kinds) in &cells(root) {
        let cell = |kind: &str| kinds.get(kind).map(|formats| formats.iter().copied().collect::<Vec<_>>().join(", ")).unwrap_or_default();
        writeln!(page, "| `{check}` | {} | {} | {} |", cell("bad"), cell("good"), cell("unknown")).unwrap();
    }
    page.push_str(REST);
    for (check, kind, format, reason) in INEXPRESSIBLE {
        writeln!(page, "| `{check}` | {kind} | {format} | {reason} |").unwrap();
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
fn every_check_has_a_bad_a_good_and_an_unknown_fixture_in_each_format_or_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut empty = BTreeSet::new();
    for (check, kinds) in &cells(&root) {
        let formats: BTreeSet<&str> = kinds.values().flatten().copied().collect();
        for kind in ["bad", "good", "unknown"] {
            let missing = formats.iter().filter(|format| kinds.get(kind).is_none_or(|filled| !filled.contains(*format)));
            empty.extend(missing.map(|format| (check.clone(), kind, *format)));
        }
    }
    let reasons = INEXPRESSIBLE.iter().map(|(check, kind, format, _)| ((*check).to_owned(), *kind, *format)).collect();
    assert_eq!(empty, reasons, "left: cells without a fixture, right: those with a reason");
}
