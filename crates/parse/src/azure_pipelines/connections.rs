//! Inputs of tasks that name a service connection.

use unkeyed_model::{Content, Destination, Reference, StoreKind};

use super::scope::Scope;
use crate::ci::Job;
use crate::facts;
use crate::place::{self, Place};
use crate::tree::Entry;

/// Inputs, in lower case, with where the connection leads, and whether such a connection always keeps a secret.
///
/// Microsoft Learn, "Service connections": Azure, AWS and registry connections may be federated, the others keep a
/// token, key or password.
const INPUTS: &[(&str, &str, bool)] = &[
    ("azuresubscription", "azure", false),
    ("connectedservicename", "azure", false),
    ("connectedservicenamearm", "azure", false),
    ("azureresourcemanagerconnection", "azure", false),
    ("azuresubscriptionendpoint", "azure", false),
    ("azureconnection", "azure", false),
    ("backendservicearm", "azure", false),
    ("environmentservicenameazurerm", "azure", false),
    ("providerserviceconnection", "azure", false),
    ("deploymentgroupendpoint", "azure", false),
    ("environmentservicename", "azure", false),
    ("environmentservicenameaws", "aws", false),
    ("backendserviceaws", "aws", false),
    ("awscredentials", "aws", false),
    ("backendservicegcp", "gcp", false),
    ("environmentservicenamegcp", "gcp", false),
    ("containerregistry", "registry", false),
    ("dockerregistryendpoint", "registry", false),
    ("dockerregistryserviceconnection", "registry", false),
    ("kubernetesserviceendpoint", "k8s-api", false),
    ("kubernetesserviceconnection", "k8s-api", false),
    ("sonarqube", "saas:sonar", true),
    ("sonarcloud", "saas:sonar", true),
    ("githubconnection", "github", true),
    ("nugetserviceconnections", "registry", true),
    ("externalfeedcredentials", "registry", true),
    ("publishfeedcredentials", "registry", true),
    ("customendpoint", "registry", true),
    ("publishendpoint", "registry", true),
    ("pythonuploadserviceconnection", "registry", true),
    ("pythondownloadserviceconnections", "registry", true),
    ("artifactoryservice", "saas:jfrog", true),
    ("artifactoryconnection", "saas:jfrog", true),
    ("serverendpoint", "saas", true),
    ("serviceendpoint", "saas", true),
    ("sshendpoint", "ssh", true),
    ("serviceconnection", "saas", false),
];

/// Records the connections of a task.
pub(super) fn read<'a>(job: &mut Job<'a>, place: &'a Place<'a>, task: &str, inputs: &[&'a Entry], scope: &Scope<'a>) {
    for entry in inputs {
        let input = entry.name().to_ascii_lowercase();
        let Some((_, kind, keeps)) = INPUTS.iter().find(|(name, ..)| *name == input) else { continue };
        let Some(text) = entry.value.text().filter(|text| !text.trim().is_empty()) else { continue };
        let kind = match task {
            "KubernetesManifest" | "Kubernetes" | "HelmDeploy" if input.starts_with("kubernetes") => "k8s-api",
            "SSH" | "CopyFilesOverSSH" => "ssh",
            _ => kind,
        };
        let name = job.resolve(scope.fill(text).known().unwrap_or(text));
        let name = name.known().unwrap_or(text).to_owned();
        let at = place.at(entry.value.span, place::under("inputs", entry.name()));
        let destination = Destination::new(kind, "");
        job.reaches(destination.clone());
        job.refers(Reference {
            content: if *keeps { Content::Durable } else { Content::Unstated },
            destination: Some(destination),
            used_as: Some(entry.name().to_owned()),
            ..facts::reference(StoreKind::ServiceConnection, name, at)
        });
    }
}
