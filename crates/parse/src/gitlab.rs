//! GitLab CI: `.gitlab-ci.yml` and the files of the repository that it includes.
//!
//! All files of the inputs form one group, because a job is spread over them: `include`, `extends`, `default`,
//! `!reference`. A key is read where GitLab would take it from, and its place is where it stands. The decision a reader
//! would question: an included file is only recognised by what it looks like, because its name can be anything; one
//! that no pipeline includes says nothing, unless its own name says that it is a pipeline: a project's settings may name any.

mod config;
mod includes;
mod job;
mod keys;
mod refs;
mod vaults;

use unkeyed_model::{Facts, SkipReason, Unit, WorkloadKind};

use self::config::Pipeline;
use crate::ci::{Asks, Budget, Files, System};

/// GitLab docs, "Predefined CI/CD variables" and "CI/CD job token". `CI_JOB_JWT` was removed in GitLab 17.0.
const GITLAB: System = System {
    job_tokens: &[
        ("CI_JOB_TOKEN", "saas:gitlab", ""),
        ("CI_BUILD_TOKEN", "saas:gitlab", ""),
        ("CI_REGISTRY_PASSWORD", "registry", ""),
        ("CI_DEPENDENCY_PROXY_PASSWORD", "registry", ""),
        ("CI_REPOSITORY_URL", "git", ""),
    ],
    identity_tokens: &["CI_JOB_JWT", "CI_JOB_JWT_V1", "CI_JOB_JWT_V2"],
    predefined: &["CI_", "GITLAB_"],
    asks: Some(Asks { open: "$[[", close: "]]", beginnings: &["inputs."] }),
    ..System::new("GitLab", WorkloadKind::GitlabJob)
};

/// Bytes of a file that are searched for what a pipeline looks like.
const LOOKED_AT: usize = 64 << 10;

/// Pipelines by their name, and YAML files that hold jobs with a stage and a script.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let name = unit.origin().file_name();
    if !(name.ends_with(".yml") || name.ends_with(".yaml")) {
        return None;
    }
    if is_root(name) {
        return Some(String::new());
    }
    let bytes = unit.bytes();
    let head = bytes.get(..bytes.len().min(LOOKED_AT)).unwrap_or_default();
    let holds = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let keys: [&[u8]; 8] = [
        b"\n  script:",
        b"\n  before_script:",
        b"\n  stage:",
        b"\n  extends:",
        b"\n  rules:",
        b"\n  id_tokens:",
        b"\n  image:",
        b"\n  variables:",
    ];
    if lies_with_pipelines(unit.origin().folder()) && config::is_settings_alone(head) {
        return Some(String::new());
    }
    let in_its_place = unit.origin().path.contains("gitlab");
    let with = keys.iter().filter(|key| holds(key)).count();
    let spoken = with > 1 || (in_its_place && (with == 1 || head.starts_with(b"include:") || holds(b"script:")));
    (spoken && !crate::k8s::is_manifest(bytes)).then(String::new)
}

/// Whether a folder is called as one of pipelines' parts is.
fn lies_with_pipelines(folder: &str) -> bool {
    folder.split('/').any(|part| matches!(part, "ci" | ".ci" | "gitlab-ci" | ".gitlab-ci" | ".gitlab" | "gitlab"))
}

/// Whether a file is a pipeline by its name: also `gitlab-ci.yml`, `.gitlab-ci-release.yml`.
fn is_root(name: &str) -> bool {
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")).unwrap_or_default();
    stem.ends_with("gitlab-ci") || stem.starts_with(".gitlab-ci")
}

/// Whether a file is a component, which pipelines of other projects include (GitLab docs, "CI/CD components").
fn is_component(path: &str) -> bool {
    let Some(below) = path.strip_prefix("templates/") else { return false };
    match below.split_once('/') {
        None => true,
        Some((_, file)) => matches!(file, "template.yml" | "template.yaml"),
    }
}

/// Reads all pipelines of the inputs.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    let files = Files::read(units, &mut facts.skipped);
    let named: Vec<_> = files.iter().filter(|file| is_root(file.place.origin().file_name()) || is_component(file.place.path())).collect();
    let mut pipelines: Vec<Pipeline<'_>> = named.iter().map(|root| Pipeline::new(&files, root)).collect();
    let children: Vec<_> = pipelines.iter().flat_map(|pipeline| pipeline.children(&files)).collect();
    pipelines
        .extend(children.into_iter().filter(|child| !is_root(child.place.origin().file_name())).map(|root| Pipeline::new(&files, root)));
    // A file that another pipeline includes is a part of that one.
    let included: Vec<&str> = pipelines.iter().flat_map(|pipeline| pipeline.included()).collect();
    let mut seen = std::collections::BTreeSet::new();
    for pipeline in &pipelines {
        let path = pipeline.root.place.path();
        if included.contains(&path) || !seen.insert(path) {
            continue;
        }
        let budget = Budget::new();
        let mut cut = pipeline.cut;
        for name in pipeline.jobs() {
            cut |= job::read(pipeline, name, &budget, &mut facts);
        }
        if cut {
            let detail = "its includes, jobs or scripts are more than is read of one pipeline: the rest was not read";
            facts.skipped.push(pipeline.root.place.skip(SkipReason::Limit, detail));
        }
    }
    facts
}
