//! Commands that reach something: clouds, clusters, registries, GitHub.

use unkeyed_model::{Destination, Ttl, TtlBasis};

use super::Effect;
use crate::facts;
use crate::shell::Command;

pub(super) fn effects(command: &Command) -> Vec<Effect> {
    let mut effects = Vec::new();
    effects.extend(cloud(command).map(|kind| Effect::Reaches(Destination::new(kind, ""))));
    effects.extend(published(command));
    effects.extend(signed(command).map(|mechanism| Effect::SignsKeyless { mechanism }));
    effects.extend(pushed(command).or_else(|| logged_in(command)).map(Effect::Reaches));
    effects.extend(github(command));
    effects
}

/// Subcommands that don't leave the machine.
const OFFLINE: &[&str] = &[
    "version",
    "help",
    "config",
    "configure",
    "components",
    "completion",
    "bicep",
    "--version",
    "--help",
    "-v",
    "-h",
    "info",
    "template",
    "lint",
];
/// Options that keep `kubectl` and `helm` from the cluster.
const DRY: &[&str] = &["--dry-run", "--dry-run=client", "--client", "--client=true"];

fn cloud(command: &Command) -> Option<&'static str> {
    let first = command.invocation().get(1)?.text.as_str();
    if OFFLINE.contains(&first) {
        return None;
    }
    match command.program() {
        "aws" | "sam" | "cdk" | "eksctl" => (first != "synth" && first != "build").then_some("aws"),
        "gcloud" | "gsutil" | "bq" => Some("gcp"),
        "az" | "azd" | "func" => Some("azure"),
        "oci" => Some("oci"),
        "kubectl" | "oc" => {
            let dry = command.words.iter().any(|word| DRY.contains(&word.text.as_str())) || first == "kustomize";
            (!dry).then_some("k8s-api")
        }
        "helm" => {
            matches!(first, "install" | "upgrade" | "uninstall" | "rollback" | "list" | "status" | "get" | "test").then_some("k8s-api")
        }
        "ssh" | "sftp" => Some("ssh"),
        // Without a host in front of a path they copy on this machine.
        "scp" | "rsync" => command.words.iter().any(|word| word.text.contains(':')).then_some("ssh"),
        _ => None,
    }
}

const PYPI_VARIABLES: &[&str] =
    &["TWINE_PASSWORD", "UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD", "POETRY_PYPI_TOKEN_PYPI", "PDM_PUBLISH_PASSWORD", "HATCH_INDEX_AUTH"];
const NPM_VARIABLES: &[&str] = &["NODE_AUTH_TOKEN", "NPM_TOKEN", "NPM_AUTH_TOKEN", "NPM_CONFIG__AUTH", "YARN_NPM_AUTH_TOKEN"];

/// Publishing that knows trusted publishing: npm docs "Trusted publishing", PyPI docs "Trusted publishers", JSR docs.
fn published(command: &Command) -> Vec<Effect> {
    let pypi = |mechanism| {
        let ttl = Some(Ttl { seconds: 900, basis: TtlBasis::VendorBound });
        Effect::Publishes { mechanism, registry: "pypi.org", audience: "pypi", ttl, beaten_by: PYPI_VARIABLES }
    };
    let npm = |mechanism| Effect::Publishes {
        mechanism,
        registry: "registry.npmjs.org",
        audience: "npm:registry.npmjs.org",
        ttl: None,
        beaten_by: NPM_VARIABLES,
    };
    let says_password = command.has(&["--token", "-t", "--password", "-p"]);
    let mut effects = Vec::new();
    match command.program() {
        _ if command.has(&["--dry-run"]) => {}
        "uv" if command.runs("uv", &["publish"]) && !says_password => effects.push(pypi("uv publish")),
        "twine" if command.runs("twine", &["upload"]) && !says_password => effects.push(pypi("twine upload")),
        "poetry" if command.runs("poetry", &["publish"]) && !says_password => effects.push(pypi("poetry publish")),
        "pdm" if command.runs("pdm", &["publish"]) && !says_password => effects.push(pypi("pdm publish")),
        "npm" | "pnpm" | "lerna" | "semantic-release" | "yarn" | "bun"
            if command.program() == "semantic-release" || command.words.iter().any(|word| word.text == "publish") =>
        {
            effects.push(npm("npm publish"));
            if command.has(&["--provenance"]) {
                effects.push(Effect::SignsKeyless { mechanism: "npm publish --provenance" });
            }
        }
        "jsr" | "deno" if command.words.iter().any(|word| word.text == "publish") && !says_password => {
            effects.push(Effect::Publishes { mechanism: "jsr publish", registry: "jsr.io", audience: "", ttl: None, beaten_by: &[] });
        }
        // projen's publisher: its README, "publib".
        _ if names(command, "publib-npm") => effects.push(npm("publib-npm")),
        _ if names(command, "publib-pypi") => effects.push(pypi("publib-pypi")),
        "cargo" if command.runs("cargo", &["publish"]) => effects.push(Effect::Reaches(Destination::new("registry", "crates.io"))),
        "gem" if command.runs("gem", &["push"]) => effects.push(Effect::Reaches(Destination::new("registry", "rubygems.org"))),
        _ => {}
    }
    effects
}

fn names(command: &Command, program: &str) -> bool {
    command.words.iter().any(|word| word.text == program)
}

/// `cosign` without a key signs with the job's identity.
fn signed(command: &Command) -> Option<&'static str> {
    let signs =
        command.program() == "cosign" && ["sign", "attest", "sign-blob", "attest-blob"].iter().any(|verb| command.runs("cosign", &[verb]));
    (signs && !command.has(&["--key", "-key", "--sk"])).then_some("cosign keyless")
}

/// The registry that a login opens; Docker Hub if none is named.
fn logged_in(command: &Command) -> Option<Destination> {
    let program = command.program();
    let is_client = matches!(program, "docker" | "podman" | "buildah" | "skopeo" | "helm" | "oras" | "crane");
    if !is_client || !(command.runs(program, &["login"])) {
        return None;
    }
    let words = command.invocation();
    let is_value = |at: usize| {
        at > 0 && words[at - 1].text.starts_with('-') && !words[at - 1].text.contains('=') && words[at - 1].text != "--password-stdin"
    };
    let arguments = words.iter().enumerate().skip_while(|(_, word)| word.text != "login").skip(1);
    let host = arguments.filter(|(at, word)| !word.text.starts_with('-') && !is_value(*at)).map(|(_, word)| word.text.as_str()).next();
    let host = host.unwrap_or("docker.io").trim_start_matches("https://").split('/').next().unwrap_or_default();
    Some(facts::registry(if host.contains('$') { "" } else { host }))
}

/// The registry that an image is pushed to.
fn pushed(command: &Command) -> Option<Destination> {
    let image = match command.program() {
        program @ ("docker" | "podman" | "buildah" | "helm" | "oras" | "crane") if command.runs(program, &["push"]) => {
            let words = command.invocation().iter().rev().find(|word| !word.text.starts_with('-'))?;
            words.text.clone()
        }
        "skopeo" if command.runs("skopeo", &["copy"]) => command.invocation().last()?.text.clone(),
        _ => return None,
    };
    let image = image.trim_start_matches("docker://").trim_start_matches("oci://");
    let host =
        image.split('/').next().filter(|host| image.contains('/') && (host.contains('.') || host.contains(':')) && !host.contains('$'));
    let known = host.or((!image.contains('$')).then_some("docker.io"));
    Some(facts::registry(known.unwrap_or_default()))
}

/// `gh`, `git push`, and checkouts of foreign code.
fn github(command: &Command) -> Vec<Effect> {
    let mut effects = Vec::new();
    match command.program() {
        "gh" if !command.runs("gh", &["--version"]) => {
            effects.push(Effect::UsesGithub { mechanism: "gh", variables: &["GH_TOKEN", "GITHUB_TOKEN"] });
            if command.runs("gh", &["pr", "checkout"]) {
                effects.push(Effect::ChecksOutPullRequest);
            }
        }
        // An address with a credential in it is a login of its own.
        "git" if command.runs("git", &["push"]) && !command.words.iter().any(|word| word.text.contains("://")) => {
            effects.push(Effect::UsesGithub { mechanism: "git push", variables: &[] });
        }
        "git" if fetches_pull_request(command) => effects.push(Effect::ChecksOutPullRequest),
        "goreleaser" if command.runs("goreleaser", &["release"]) => {
            effects.push(Effect::UsesGithub { mechanism: "goreleaser", variables: &["GITHUB_TOKEN"] });
        }
        _ => {}
    }
    effects
}

/// `git fetch origin pull/1/head` and the like.
fn fetches_pull_request(command: &Command) -> bool {
    let fetches = ["fetch", "pull", "checkout"].iter().any(|verb| command.runs("git", &[verb]));
    fetches && command.words.iter().any(|word| word.text.contains("pull/") && (word.text.contains("/head") || word.text.contains("/merge")))
}
