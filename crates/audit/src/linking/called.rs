//! Scripts and recipes that jobs run: which of the stored variables that a script mentions its caller hands over.
//!
//! One decision a reader would question: only systems that put every stored variable into the environment of every job are
//! taken to. Elsewhere the job's definition names what it hands over, and that is read there.

use unkeyed_model::{Reference, StoreKind, Workload, WorkloadKind};

/// Trait of a job: a variable that is set for its scripts; `*` where that can't be told.
const SETS_VARIABLE: &str = "sets-variable";

/// Beginnings of the names of variables that such a system sets itself.
const PREDEFINED: &[&str] = &["CI_", "GITLAB_", "CIRCLE_", "BITBUCKET_", "BUILDKITE_", "TRAVIS_"];

/// Whether a definition is a script or a recipe, which is judged with the jobs that run it.
pub(super) fn is_script(workload: &Workload) -> bool {
    workload.component && matches!(workload.kind, WorkloadKind::Repository | WorkloadKind::VaultAgent)
}

/// What a script is called by where its folder isn't told: its file; of a recipe file and name (`Makefile#deploy`).
pub(super) fn name(script: &Workload) -> &str {
    let path = script.id.strip_prefix("repo:").unwrap_or(&script.id);
    match path.rsplit_once('#') {
        Some((_, recipe)) if recipe != "script" => path.rsplit_once('/').map_or(path, |(_, name)| name),
        _ => script.location.origin.file_name(),
    }
}

/// Whether what a part refers to is there for it when this workload draws it in.
pub(super) fn is_handed_over(user: &Workload, part: &Workload, reference: &Reference) -> bool {
    if !is_script(part) || reference.store != StoreKind::CiVariable {
        return true;
    }
    // A configuration fills its start scripts in: what is a credential there comes from it.
    if user.kind == WorkloadKind::Terraform {
        return true;
    }
    let hands_over = matches!(
        user.kind,
        WorkloadKind::GitlabJob
            | WorkloadKind::CircleciJob
            | WorkloadKind::BitbucketStep
            | WorkloadKind::BuildkiteStep
            | WorkloadKind::Travis
    );
    let name = reference.name.as_str();
    let is_set = user.traits.iter().any(|(key, set, _)| key == SETS_VARIABLE && (set == name || set == "*"));
    hands_over && !is_set && !PREDEFINED.iter().any(|beginning| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn scripts_are_called_by_file_and_recipes_by_name_as_well() {
        let called = |id: &str, path: &str| {
            let script = Workload::new(WorkloadKind::Repository, id, path, testing::place(path, 0, 9));
            name(&script).to_owned()
        };
        assert_eq!(called("repo:ci/deploy.sh#script", "ci/deploy.sh"), "deploy.sh");
        assert_eq!(called("repo:infra/Makefile#deploy", "infra/Makefile"), "Makefile#deploy");
        assert_eq!(called("repo:package.json#deploy", "package.json"), "package.json#deploy");
    }

    #[test]
    fn a_stored_variable_of_a_script_is_there_where_the_system_hands_over_all_and_the_job_sets_none() {
        let place = testing::place("ci/deploy.sh", 0, 9);
        let mut script = Workload::new(WorkloadKind::Repository, "repo:ci/deploy.sh#script", "ci/deploy.sh", place.clone());
        script.component = true;
        let token = testing::reference(StoreKind::CiVariable, "DEPLOY_TOKEN");
        let user = |kind| Workload { kind, ..testing::job("deploy") };
        assert!(is_handed_over(&user(WorkloadKind::GitlabJob), &script, &token));
        assert!(is_handed_over(&user(WorkloadKind::BuildkiteStep), &script, &token));
        assert!(!is_handed_over(&user(WorkloadKind::GhaJob), &script, &token));
        let mut setting = user(WorkloadKind::GitlabJob);
        setting.traits.push((SETS_VARIABLE.to_owned(), "DEPLOY_TOKEN".to_owned(), place));
        assert!(!is_handed_over(&setting, &script, &token));
        let job_token = Reference { name: "CI_REGISTRY_PASSWORD".to_owned(), ..token.clone() };
        assert!(!is_handed_over(&user(WorkloadKind::GitlabJob), &script, &job_token));
        let fetched = Reference { store: StoreKind::CloudSecretManager, ..token };
        assert!(is_handed_over(&user(WorkloadKind::GhaJob), &script, &fetched));
    }
}
