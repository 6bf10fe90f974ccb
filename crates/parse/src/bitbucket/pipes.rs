//! Pipes: containers that a step runs with variables of their own.

use unkeyed_model::{Destination, IdentityPath, Platform, Reference, StoreKind, Ttl, TtlBasis};

use crate::ci::{File, Job};
use crate::facts;
use crate::place;
use crate::receiver::Receiver;
use crate::tree::Node;

/// Variables that a pipe takes from the environment where the step doesn't give them (the pipes' own documentation).
const DEFAULTS: &[(&str, &[&str])] = &[
    ("atlassian/aws-", &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]),
    ("sonarsource/sonarcloud-scan", &["SONAR_TOKEN"]),
    ("sonarsource/sonarcloud-quality-gate", &["SONAR_TOKEN"]),
    ("sonarsource/sonarqube-scan", &["SONAR_TOKEN"]),
];

/// Reads a pipe.
pub(super) fn read<'a>(job: &mut Job<'a>, file: &'a File<'a>, item: &'a Node, path: &str) {
    let name = item.str("pipe").unwrap_or_default().trim_start_matches("docker://");
    let variables = item.get("variables");
    let at = file.place.at(item.span, path);
    let path = place::under(path, "variables");
    let has = |name: &str| variables.is_some_and(|variables| variables.get(name).is_some());
    if let Some(role) = variables.and_then(|variables| variables.get("AWS_OIDC_ROLE_ARN")) {
        takes_role(job, file, name, role, &place::under(&path, "AWS_OIDC_ROLE_ARN"));
    }
    for entry in variables.into_iter().flat_map(Node::entries).filter(|entry| entry.value.text().is_some()) {
        given(job, file, entry.name(), &entry.value, place::under(&path, entry.name()));
    }
    for entry in variables.into_iter().flat_map(Node::entries) {
        let mut before = "";
        for word in entry.value.items() {
            let text = word.text().unwrap_or_default();
            job.text(&file.place, word, place::under(&path, entry.name()), Receiver::of_word(before, text));
            before = text;
        }
    }
    destination(name).into_iter().for_each(|to| job.reaches(to));
    let row = DEFAULTS.iter().find(|(pipe, _)| name.starts_with(pipe));
    let federated = has("AWS_OIDC_ROLE_ARN") || job.identity.iter().any(|token| token.mentioned.is_some());
    for variable in row.into_iter().flat_map(|(_, variables)| variables.iter()) {
        // They stand in the repository's variables under the same name.
        if !has(variable) && !federated {
            let reference = facts::received_by(facts::reference(StoreKind::CiVariable, *variable, at.clone()), variable);
            job.refers(Reference { used_as: Some((*variable).to_owned()), ..reference });
        }
    }
}

/// A value that is given to something that takes it as a variable; it is no variable of the step.
pub(super) fn given<'a>(job: &mut Job<'a>, file: &'a File<'a>, name: &str, node: &'a Node, path: String) {
    let text = node.text().unwrap_or_default();
    let known = match name {
        "KEY_FILE" => "GCP_SA_KEY",
        "SSH_KEY" | "EXTRA_KEY" => "SSH_PRIVATE_KEY",
        other => other,
    };
    if !text.contains('$') && !text.trim().is_empty() && facts::is_credential_variable(known) {
        job.slots.push(facts::slot(known, file.place.at(node.span, path)));
    } else {
        job.text(&file.place, node, path, Receiver::variable(known));
    }
}

/// A role that is assumed with the step's token.
pub(super) fn takes_role<'a>(job: &mut Job<'a>, file: &'a File<'a>, mechanism: &str, role: &'a Node, path: &str) {
    let principal = job.resolve(role.text().unwrap_or_default());
    let at = file.place.at(role.span, path);
    let token = (!job.identity.is_empty()).then_some(0);
    let mechanism = format!("{} AWS_OIDC_ROLE_ARN", mechanism.split(':').next().unwrap_or_default());
    let path = job.federated(Platform::Aws, &mechanism, facts::aws(principal.known()), token, None, at);
    let ttl = Some(Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault });
    job.workload.identity_paths.push(IdentityPath { principal, ttl, ..path });
}

/// Where a pipe leads, by its name.
fn destination(pipe: &str) -> Option<Destination> {
    let name = pipe.strip_prefix("atlassian/")?;
    let kinds = [("aws-", "aws"), ("google-", "gcp"), ("azure-", "azure"), ("kubectl", "k8s-api"), ("ssh", "ssh"), ("slack", "saas:slack")];
    kinds.iter().find(|(beginning, _)| name.starts_with(beginning)).map(|(_, kind)| Destination::new(*kind, ""))
}
