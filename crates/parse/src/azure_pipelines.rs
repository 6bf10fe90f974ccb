//! Azure Pipelines: pipelines and their templates.
//!
//! All files of the inputs form one group, because templates are read where they are called, with the parameters of
//! the call. The decision a reader would question: a service connection is neither an identity nor a stored secret by
//! itself. How it logs in is kept in the project's settings, so that without the Terraform that makes it the question
//! stays open.

mod connections;
mod expression;
mod scope;
mod steps;
mod tasks;
mod walk;

use std::collections::BTreeSet;

use unkeyed_model::{Facts, SkipReason, Unit, WorkloadKind, has_extension};

use self::walk::Walk;
use crate::ci::{Asks, Budget, Files, System};

/// Microsoft Learn, "Use predefined variables" and "AzureCLI@2 task" (`idToken` is set under `addSpnToEnvironment`
/// if the connection uses workload identity federation).
const AZURE: System = System {
    job_tokens: &[("System.AccessToken", "saas:azure-devops", ""), ("SYSTEM_ACCESSTOKEN", "saas:azure-devops", "")],
    identity_tokens: &["idToken"],
    predefined: &["System.", "Build.", "Agent.", "Pipeline.", "SYSTEM_", "BUILD_", "AGENT_"],
    macros: true,
    asks: Some(Asks { open: "${{", close: "}}", beginnings: &["parameters."] }),
    ..System::new("Azure Pipelines", WorkloadKind::AzureJob)
};

/// Bytes of a file that are searched for what a pipeline looks like.
const LOOKED_AT: usize = 64 << 10;

/// `azure-pipelines*.yml`, and YAML files that hold stages, jobs or steps in Azure's words.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    if !has_extension(&unit.origin().path, &["yml", "yaml"]) {
        return None;
    }
    let path = unit.origin().path.to_ascii_lowercase();
    let bytes = unit.bytes();
    let head = bytes.get(..bytes.len().min(LOOKED_AT)).unwrap_or_default();
    let holds = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let begins = |word: &str| head.starts_with(word.as_bytes()) || holds(format!("\n{word}").as_bytes());
    let has_work = ["steps:", "jobs:", "stages:", "extends:"].iter().any(|key| begins(key));
    let speaks =
        ["- task:", "vmImage:", "- job:", "- stage:", "- deployment:", "- pwsh:", "- template:"].iter().any(|word| holds(word.as_bytes()));
    let named = path.contains("pipelines") || path.contains(".azuredevops/") || path.contains(".azure-devops/");
    let variables = named && begins("variables:");
    let taken = (has_work && (named || speaks)) || variables;
    (taken && !crate::k8s::is_manifest(bytes)).then(String::new)
}

/// Reads all pipelines of the inputs.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    let files = Files::read(units, &mut facts.skipped);
    let called: BTreeSet<&str> = files.iter().flat_map(|file| walk::templates(&files, file)).map(|file| file.place.path()).collect();
    for root in files.iter().filter(|file| !called.contains(file.place.path())) {
        let budget = Budget::new();
        let mut walk = Walk::new(&files, root, &budget);
        walk.pipeline(&mut facts);
        if walk.cut {
            let detail = "its templates, jobs or scripts are more than is read of one pipeline: the rest was not read";
            facts.skipped.push(root.place.skip(SkipReason::Limit, detail));
        }
    }
    facts
}
