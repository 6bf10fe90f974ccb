//! Trusts and grants that commands and objects make: scripts and steps of pipelines with `aws`, `az`, `gcloud`, `oci`, `vault` and
//! `kubectl`, cmdlets of Azure PowerShell, JSON and YAML that these take and print, tasks of Ansible, units of Terragrunt, and
//! custom resources of cluster operators that manage clouds.
//!
//! The decision a reader would question: a command is written out as the Terraform resource that would do the same, as exports
//! are ([`crate::exports`]), so that it is judged by the same readers. What the shell fills in from elsewhere is a variable
//! without a value. Nothing is run: branches are read as if each command ran, and loops with the values
//! that are written out for them.

mod ansible;
mod aws;
mod azure;
mod blanks;
mod deployment;
mod expansion;
mod gcp;
mod inside;
mod kubernetes;
mod lasting;
mod loops;
mod manifests;
mod objects;
mod oci;
mod power_shell;
mod printed;
mod script;
mod steps;
mod vault;

pub(crate) use self::blanks::as_variables as with_variables;
pub(crate) use self::script::tree as node;
pub(crate) use self::steps::{FORMATS as STEPS, Visit};

use std::ops::Range;

use unkeyed_model::{Facts, SkipReason, Span, Unit};

use crate::exports::{self, Labels, Out, Resource};
use crate::place::Place;
use crate::{commands, place, programs, shell_script, spire, terraform};

/// How far into a file the words that tell it are looked for, in bytes.
const HEAD: usize = 64 << 10;

/// Words of commands that make trusts, and of requests that do.
const WORDS: &[&str] = &[
    "federated-credential",
    "federatedIdentityCredentials",
    "workload-identity-pools",
    "add-iam-policy-binding",
    "assume-role-policy",
    "s3 presign",
    "sign-url",
    "gsutil signurl",
    "generate-sas",
    "create token",
    "instances create",
    "TokenLifetimePolicy",
    "vault write",
    "bao write",
    "identity-propagation-trust",
    "IdentityPropagationTrust",
    "dynamic-group",
    "group add-user",
    "kind: ClusterRoleBinding",
    "kind: RoleBinding",
    "kind: ClusterSPIFFEID",
    "kubernetes.io/service-account-token",
    "secrets tune",
    "AppRoleAssignment",
    "app permission add",
    "auth tune",
    "iam policy create",
    "iam policy update",
    "/v1/auth/",
    "policy write",
    "attach-role-policy",
    "attach-user-policy",
    "put-user-policy",
    "put-role-policy",
    "role assignment create",
    "role definition create",
    "appRoleAssignments",
    "roleManagement/directory",
    "add-cluster-role-to-user",
    "add-role-to-user",
    "iam roles create",
    "create-for-rbac",
    "clusterrolebinding",
    "create rolebinding",
    "FederatedCredential",
    "FederatedIdentityCredential",
    "New-AzRoleAssignment",
    "create serviceaccount",
    "kubectl annotate",
    "create-profile",
    "service-accounts keys create",
    "credential reset",
    "New-AzADAppCredential",
    "update-profile",
    "permission-set",
    "pod-identity-association",
    "iam create-policy",
];

/// Endings of shell scripts.
const ENDINGS: &[&str] = &[".sh", ".bash", ".zsh", ".ps1"];

fn head<'u>(unit: &'u Unit<'_>) -> &'u [u8] {
    unit.bytes().get(..unit.bytes().len().min(HEAD)).unwrap_or_default()
}

fn holds(head: &[u8], word: &str) -> bool {
    memchr::memmem::find(head, word.as_bytes()).is_some()
}

fn is_script(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending)) || !name.contains('.')
}

/// Scripts that make trusts, or entries of SPIRE.
pub(crate) fn claims_scripts(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let head = head(unit);
    let makes_trusts = || WORDS.iter().any(|word| holds(head, word));
    let makes_entries = || {
        (holds(head, "entry create") && (holds(head, "piffeID") || holds(head, "piffe_id")))
            || (holds(head, "federation create") && holds(head, "bundleEndpointProfile"))
    };
    let name = origin.file_name();
    let is_read = (is_script(name) && steps::reader_of(name).is_none()) || steps::is_runners(name);
    let is_told = || is_read && (makes_trusts() || makes_entries());
    // A policy of Vault may stand in a file of its own.
    let is_policy = || name.ends_with(".hcl") && std::str::from_utf8(unit.bytes()).is_ok_and(exports::is_vault_policy);
    (terraform::is_terragrunt(name) || is_told() || is_policy()).then(|| origin.path.clone())
}

/// Reads such scripts, and what they do for the jobs that run them.
pub(crate) fn read_scripts(units: &[Unit<'_>]) -> Facts {
    let mut facts = place::each(units, spire::read_commands);
    for unit in units {
        facts.append(terraform::read_provisioning(std::slice::from_ref(unit), &unit.origin().path));
        if shell_script::claims(unit).is_some() {
            facts.append(shell_script::read(std::slice::from_ref(unit)));
        }
    }
    facts
}

/// JSON that describes one trust or a list of them, as tools print and take it.
pub(crate) fn claims_documents(unit: &Unit<'_>) -> Option<String> {
    let head = head(unit);
    let all = |words: &[&str]| words.iter().all(|word| holds(head, word));
    let told = [
        &["\"issuer\"", "\"audiences\""][..],
        &["IdentityPropagationTrust"],
        &["/workloadIdentityPools/", "\"attributeMapping\""],
        &["\"RoleName\"", "\"AssumeRolePolicyDocument\""],
        &["\"bound_service_account_names\"", "\"request_id\""],
        &["\"bound_claims\"", "\"request_id\""],
        &["\"user_claim\"", "\"bound_audiences\""],
        &["\"bound_service_account_names\"", "\"bound_service_account_namespaces\""],
        &["\"bindings\"", "\"members\"", "\"roles/"],
        &["\"principalId\"", "\"roleDefinitionId\"", "\"scope\""],
        &["\"clientId\"", "\"principalId\"", "/userAssignedIdentities"],
        &["\"path\"", "\"capabilities\""],
        &["\"AssignableScopes\"", "\"Actions\""],
        &["\"assignableScopes\"", "\"actions\""],
        &["\"statements\"", "llow ", " to ", " in "],
        &["\"matching-rule\""],
        &["\"matchingRule\""],
        &["\"allow-impersonation\""],
        &["\"allowImpersonation\""],
        &["\"fingerprint\"", "\"user-id\""],
        &["\"secret_id_num_uses\"", "\"request_id\""],
        &["\"policy\"", "\"request_id\""],
        &["\"keyId\"", "\"endDateTime\""],
        &["\"authorization\"", "WorkloadIdentityFederation"],
        &["\"use_immutable_subject\""],
        &["\"build_timeout\"", "\"path_with_namespace\""],
        &["[", "\"Allow ", " to ", " in "],
        &["[", "\"allow ", " to ", " in "],
    ];
    // gcloud prints YAML unless it is told otherwise, az with `--output yaml`.
    let told_in_yaml = [
        &["/workloadIdentityPools/", "attributeMapping:"][..],
        &["bindings:", "role: roles/", "members:"],
        &["issuer:", "audiences:", "api://AzureADTokenExchange"],
        &["principalId:", "roleDefinitionId:", "scope:"],
    ];
    let name = unit.origin().file_name();
    let is_told = (name.ends_with(".json") && told.into_iter().any(all)) || (is_yaml(name) && told_in_yaml.into_iter().any(all));
    let deploys = || is_yaml(name) && holds(head, "resources:") && deployment::WORDS.iter().any(|word| holds(head, word));
    (is_told && exports::is_trusts(unit) || deploys()).then(|| unit.origin().folder().to_owned())
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// Reads the documents of a folder: they are configuration here and no evidence of what is in force. One says what another only
/// names by an id (an identity, and its grants).
pub(crate) fn read_documents(units: &[Unit<'_>]) -> Facts {
    let folder = units.first().map_or("", |unit| unit.origin().folder());
    let mut facts = terraform::read_provisioning(units, folder);
    facts.evidence.clear();
    facts
}

/// Whether a manifest holds objects that operators make trusts of.
pub(crate) fn is_manifest(unit: &Unit<'_>) -> bool {
    let head = head(unit);
    objects::GROUPS.iter().any(|group| holds(head, group))
}

/// Whether tasks of Ansible make trusts.
pub(crate) fn is_tasks(unit: &Unit<'_>) -> bool {
    let head = head(unit);
    ansible::WORDS.iter().any(|word| holds(head, word))
}

/// Reads the objects of manifests that operators make trusts of.
pub(crate) fn read_manifests(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    for unit in units.iter().filter(|unit| is_manifest(unit) || is_tasks(unit)) {
        facts.append(terraform::read_provisioning(std::slice::from_ref(unit), &unit.origin().path));
    }
    facts
}

/// Reads what the steps of pipelines, recipes and instructions make.
pub(crate) fn read_steps(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    // What holds objects too is read with them.
    for unit in units.iter().filter(|unit| steps::are_in(unit) && !is_manifest(unit) && !is_tasks(unit)) {
        facts.append(terraform::read_provisioning(std::slice::from_ref(unit), &unit.origin().path));
    }
    facts
}

/// What a script or manifest makes, as resources; `None` for any other file.
pub(crate) fn written(place: &Place<'_>, labels: &mut Labels, facts: &mut Facts) -> Option<Vec<Resource>> {
    let name = place.origin().file_name();
    let is_program = programs::is_pulumi(place);
    let is_other = steps::reader_of(name).is_some() || name == commands::PACKAGE;
    if !is_yaml(name) && !is_script(name) && !is_program && !is_other {
        return None;
    }
    let mut out = Out::new(place, facts, labels);
    if is_program {
        programs::pulumi::read(&mut out);
    } else if is_other {
        steps::read(&mut out);
    } else if is_yaml(name) {
        objects::read(&mut out);
        steps::read(&mut out);
    } else {
        script::read(&mut out);
    }
    Some(out.finish())
}

/// Commands that stand in a file of another language.
pub(crate) struct Commands<'c> {
    pub(crate) text: String,
    /// Variables that are set for them.
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) is_power_shell: bool,
    /// Where a part of the text stands.
    pub(crate) locate: Box<dyn Fn(Range<usize>) -> Span + 'c>,
}

/// What such commands make, each for itself, as resources.
pub(crate) fn made(place: &Place<'_>, all: Vec<Commands<'_>>, facts: &mut Facts) -> Vec<Resource> {
    let mut labels = Labels::default();
    let mut out = Out::new(place, facts, &mut labels);
    let mut script = script::Script::new();
    for commands in all {
        script.begin();
        script.given = commands.variables.into_iter().collect();
        let (text, limited) = if commands.is_power_shell { power_shell::plain(&commands.text) } else { (commands.text, false) };
        if limited {
            out.facts.skipped.push(place.skip(SkipReason::Limit, power_shell::LIMITED));
        }
        script.run(&script::Text { text: &text, locate: &*commands.locate, is_step: true }, &mut out);
    }
    out.finish()
}

/// Whether a text has words of commands that make trusts.
pub(crate) fn makes_trusts(text: &str) -> bool {
    WORDS.iter().any(|word| holds(text.as_bytes(), word))
}

#[cfg(test)]
mod tests;
