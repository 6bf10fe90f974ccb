//! Tasks that fetch, log in or hand on credentials.

use unkeyed_model::{Custody, Destination, StoreKind};

use super::scope::Scope;
use crate::ci::{ANYTHING, Job};
use crate::commands;
use crate::facts;
use crate::place::{self, Place};
use crate::receiver::Receiver;
use crate::tree::Entry;

/// Inputs that hold a script.
pub(super) fn is_script(input: &str) -> bool {
    let options = ["overrideparameters", "commandoptions", "arguments", "scriptarguments", "overrides"];
    let input = input.to_ascii_lowercase();
    matches!(input.as_str(), "inlinescript" | "script" | "inline") || options.contains(&input.as_str())
}

/// The script of the tree that an input names, for a path that begins at a variable's folder or at the root.
pub(super) fn script_file(input: &Entry) -> Option<String> {
    let text = input.value.text().filter(|_| matches!(input.name(), "filePath" | "scriptPath"))?;
    let path = text.strip_prefix("$(").and_then(|rest| rest.split_once(")/")).map_or(text, |(_, path)| path);
    commands::is_script(path).then(|| path.trim_start_matches("./").to_owned())
}

/// Records what a task is known to do.
pub(super) fn read<'a>(job: &mut Job<'a>, place: &'a Place<'a>, task: &str, inputs: &[&'a Entry], scope: &Scope<'a>) {
    let input = |name: &str| inputs.iter().copied().find(|entry| entry.name().eq_ignore_ascii_case(name));
    match task {
        "AzureKeyVault" => key_vault(job, place, &input, scope),
        // They log in to feeds of the organisation with the job's own token, to others with a connection.
        "NuGetAuthenticate" | "npmAuthenticate" | "PipAuthenticate" | "TwineAuthenticate" | "MavenAuthenticate" | "CargoAuthenticate" => {
            if let Some(first) = inputs.first() {
                let at = place.at(first.span, "inputs");
                job.uses_job_token("System.AccessToken", Destination::new("saas:azure-devops", ""), &Receiver::unstated(None), at);
            }
        }
        "DownloadSecureFile" | "InstallSSHKey" | "InstallAppleCertificate" | "InstallAppleProvisioningProfile" => {
            secure_file(job, place, &input);
        }
        _ => {}
    }
    if let Some(entry) = input("addSpnToEnvironment").filter(|entry| entry.value.is_true()) {
        job.note("connection-in-environment", "addSpnToEnvironment", place.at(entry.span, "inputs.addSpnToEnvironment"));
    }
}

/// `AzureKeyVault@2`: every secret of the filter becomes a variable of the job.
fn key_vault<'a>(job: &mut Job<'a>, place: &'a Place<'a>, input: &dyn Fn(&str) -> Option<&'a Entry>, scope: &Scope<'a>) {
    let Some(vault) = input("KeyVaultName") else { return };
    let name = vault.value.text().unwrap_or_default();
    let vault_name = scope.fill(name).known().unwrap_or(name).to_owned();
    let filter = input("SecretsFilter");
    let names = filter.and_then(|entry| entry.value.text()).unwrap_or(ANYTHING);
    let entry = filter.unwrap_or(vault);
    let at = place.at(entry.value.span, place::under("inputs", entry.name()));
    for secret in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        job.is_given(secret);
        let mut fetched = facts::fetch(StoreKind::CloudSecretManager, format!("{vault_name}/{secret}"), Custody::VaultStatic, at.clone());
        fetched.destination = Some(Destination::new("azure", ""));
        fetched.used_as = (secret != ANYTHING).then(|| secret.to_owned());
        job.refers(fetched);
    }
}

/// Files of the project's library: keys and certificates.
fn secure_file<'a>(job: &mut Job<'a>, place: &'a Place<'a>, input: &dyn Fn(&str) -> Option<&'a Entry>) {
    let names = ["secureFile", "sshKeySecureFile", "certSecureFile"];
    let Some(entry) = names.iter().find_map(|name| input(name)) else { return };
    let at = place.at(entry.value.span, place::under("inputs", entry.name()));
    let mut reference = facts::reference(StoreKind::CiVariable, entry.value.text().unwrap_or_default(), at);
    // What is installed is a key; what is only downloaded may be anything.
    if entry.name() != "secureFile" {
        reference.content = unkeyed_model::Content::Durable;
    }
    reference.used_as = Some(entry.name().to_owned());
    job.refers(reference);
}
