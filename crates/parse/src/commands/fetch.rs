//! Commands that read values from secret managers.

use unkeyed_model::{Custody, Destination, StoreKind};

use super::Effect;
use crate::credential_name::is_credential;
use crate::shell::Command;

/// A command that prints a stored value.
struct Reader {
    program: &'static str,
    subcommands: &'static [&'static str],
    /// Options that name the value; the first argument behind the last subcommand if none is given.
    named_by: &'static [&'static str],
    destination: &'static str,
}

const READERS: &[Reader] = &[
    Reader { program: "aws", subcommands: &["secretsmanager", "get-secret-value"], named_by: &["--secret-id"], destination: "aws" },
    Reader {
        program: "aws",
        subcommands: &["secretsmanager", "batch-get-secret-value"],
        named_by: &["--secret-id-list"],
        destination: "aws",
    },
    Reader { program: "aws", subcommands: &["ssm", "get-parameter"], named_by: &["--name"], destination: "aws" },
    Reader { program: "aws", subcommands: &["ssm", "get-parameters"], named_by: &["--names"], destination: "aws" },
    Reader { program: "aws", subcommands: &["ssm", "get-parameters-by-path"], named_by: &["--path"], destination: "aws" },
    Reader { program: "gcloud", subcommands: &["secrets", "versions", "access"], named_by: &["--secret"], destination: "gcp" },
    Reader { program: "az", subcommands: &["keyvault", "secret", "show"], named_by: &["--name", "-n", "--id"], destination: "azure" },
    Reader { program: "az", subcommands: &["keyvault", "secret", "download"], named_by: &["--name", "-n", "--id"], destination: "azure" },
    // Keys of a resource that never expire by themselves.
    Reader { program: "az", subcommands: &["keys", "list"], named_by: &["--name", "--account-name", "-n"], destination: "azure" },
    Reader { program: "az", subcommands: &["list-keys"], named_by: &["--name", "-n"], destination: "azure" },
    Reader { program: "az", subcommands: &["show-connection-string"], named_by: &["--name", "-n"], destination: "azure" },
    Reader { program: "az", subcommands: &["credential", "show"], named_by: &["--name", "-n"], destination: "azure" },
    Reader { program: "az", subcommands: &["staticwebapp", "secrets", "list"], named_by: &["--name", "-n"], destination: "azure" },
    Reader { program: "oci", subcommands: &["secrets", "secret-bundle", "get"], named_by: &["--secret-id"], destination: "oci" },
    Reader { program: "op", subcommands: &["read"], named_by: &[], destination: "saas:1password" },
    Reader { program: "op", subcommands: &["run"], named_by: &["--env-file"], destination: "saas:1password" },
    Reader { program: "op", subcommands: &["item", "get"], named_by: &[], destination: "saas:1password" },
    Reader { program: "bws", subcommands: &["secret", "get"], named_by: &[], destination: "saas:bitwarden" },
    Reader { program: "bw", subcommands: &["get", "password"], named_by: &[], destination: "saas:bitwarden" },
    Reader { program: "bw", subcommands: &["get", "item"], named_by: &[], destination: "saas:bitwarden" },
    Reader { program: "bw", subcommands: &["get", "notes"], named_by: &[], destination: "saas:bitwarden" },
    Reader { program: "chamber", subcommands: &["exec"], named_by: &[], destination: "aws" },
    Reader { program: "chamber", subcommands: &["read"], named_by: &[], destination: "aws" },
    Reader { program: "chamber", subcommands: &["export"], named_by: &[], destination: "aws" },
    Reader { program: "chamber", subcommands: &["env"], named_by: &[], destination: "aws" },
    Reader { program: "kubectl", subcommands: &["get", "secret"], named_by: &[], destination: "k8s-api" },
    Reader { program: "kubectl", subcommands: &["get", "secrets"], named_by: &[], destination: "k8s-api" },
    Reader { program: "oc", subcommands: &["get", "secret"], named_by: &[], destination: "k8s-api" },
    Reader { program: "oc", subcommands: &["extract"], named_by: &[], destination: "k8s-api" },
    // Keys that these make last until somebody deletes them.
    Reader { program: "aws", subcommands: &["iam", "create-access-key"], named_by: &["--user-name"], destination: "aws" },
    Reader {
        program: "gcloud",
        subcommands: &["iam", "service-accounts", "keys", "create"],
        named_by: &["--iam-account"],
        destination: "gcp",
    },
    Reader { program: "az", subcommands: &["ad", "sp", "create-for-rbac"], named_by: &["--name", "-n"], destination: "azure" },
    Reader { program: "doppler", subcommands: &["secrets", "get"], named_by: &[], destination: "saas:doppler" },
    Reader { program: "doppler", subcommands: &["secrets", "download"], named_by: &["--config", "-c"], destination: "saas:doppler" },
    Reader { program: "doppler", subcommands: &["run"], named_by: &["--config", "-c"], destination: "saas:doppler" },
    Reader { program: "infisical", subcommands: &["secrets", "get"], named_by: &[], destination: "saas:infisical" },
    Reader { program: "infisical", subcommands: &["run"], named_by: &["--path"], destination: "saas:infisical" },
    Reader { program: "infisical", subcommands: &["export"], named_by: &["--path"], destination: "saas:infisical" },
];

pub(super) fn effects(command: &Command) -> Vec<Effect> {
    let reader = READERS.iter().find(|reader| command.runs(reader.program, reader.subcommands));
    let mut effects: Vec<Effect> = reader.and_then(|reader| read(command, reader)).into_iter().collect();
    effects.extend(vault(command).or_else(|| output(command)));
    effects
}

/// An output of Terraform or Pulumi that is called after a credential: it is kept in the state.
fn output(command: &Command) -> Option<Effect> {
    let name = match command.program() {
        program @ ("terraform" | "tofu" | "terragrunt") if command.runs(program, &["output"]) => command.argument_after("output")?,
        "pulumi" if command.runs("pulumi", &["stack", "output"]) => command.argument_after("output")?,
        _ => return None,
    };
    let name = is_credential(&name.text).then(|| name.text.clone())?;
    let (store, custody) = (StoreKind::CloudSecretManager, Custody::VaultStatic);
    Some(Effect::Fetches { store, name, custody, destination: Destination::new("unknown", "") })
}

fn read(command: &Command, reader: &Reader) -> Option<Effect> {
    // A parameter that isn't decrypted is no secret.
    if reader.subcommands.first() == Some(&"ssm") && !command.has(&["--with-decryption"]) {
        return None;
    }
    // `bw get template item` prints an empty form.
    if reader.program == "bw" && command.argument_after("get").is_some_and(|word| word.text == "template") {
        return None;
    }
    // A list of Secrets shows their names only.
    if matches!(reader.program, "kubectl" | "oc") && reader.subcommands[0] == "get" && !shows_values(command) {
        return None;
    }
    let behind = reader.subcommands.last().and_then(|last| command.argument_after(last)).map(|word| word.text.as_str());
    let named = command.option_text(reader.named_by).or(behind.filter(|_| reader.named_by.is_empty() || reader.program == "gcloud"));
    let name = match (command.option_text(&["--vault-name"]), named) {
        (Some(vault), Some(name)) => format!("{vault}/{name}"),
        (_, name) => name.unwrap_or("*").to_owned(),
    };
    let (store, custody) = (StoreKind::CloudSecretManager, Custody::VaultStatic);
    Some(Effect::Fetches { store, name, custody, destination: Destination::new(reader.destination, "") })
}

/// Whether `kubectl get` prints whole objects or chosen values.
fn shows_values(command: &Command) -> bool {
    let forms = ["json", "yaml", "go-template", "custom-columns", "template"];
    let text = |word: &str| forms.iter().any(|form| word.trim_start_matches(['-', 'o', '=']).starts_with(form));
    command.option_text(&["-o", "--output", "--template"]).is_some_and(text)
        || command.words.iter().any(|word| word.text.starts_with("-o") && text(&word.text))
}

/// `vault kv get`, `vault read`: static or dynamic by the path.
fn vault(command: &Command) -> Option<Effect> {
    if !matches!(command.program(), "vault" | "bao") {
        return None;
    }
    let program = command.program().to_owned();
    let path = if command.runs(&program, &["kv", "get"]) {
        let path = command.argument_after("get")?.text.clone();
        match command.option_text(&["-mount", "--mount"]) {
            Some(mount) => format!("{mount}/{path}"),
            None => path,
        }
    } else if command.runs(&program, &["read"]) {
        command.argument_after("read")?.text.clone()
    } else {
        return None;
    };
    let custody = vault_custody(&path)?;
    Some(Effect::Fetches { store: StoreKind::Vault, name: path, custody, destination: Destination::new("vault", "") })
}

/// What a Vault path yields; `None` for configuration, which is no secret.
pub(crate) fn vault_custody(path: &str) -> Option<Custody> {
    let path = path.trim_start_matches('/');
    let path = path.strip_prefix("v1/").unwrap_or(path);
    let has = |part: &str| path.split('/').skip(1).any(|segment| segment == part);
    if path.starts_with("auth/") || path.starts_with("sys/") || path.starts_with("identity/") {
        return None;
    }
    // Secrets engines that issue per request: database, cloud, PKI, SSH, RabbitMQ, Consul, Nomad, Kubernetes.
    if has("creds")
        || has("static-creds")
        || has("issue")
        || has("sign")
        || has("sts")
        || has("token")
        || has("key") && path.contains("/roleset/")
    {
        return Some(if has("static-creds") { Custody::VaultStatic } else { Custody::VaultDynamic });
    }
    let engine = path.split('/').next().unwrap_or_default();
    let is_kv = matches!(engine, "secret" | "kv" | "cubbyhole") || engine.starts_with("kv-") || has("data");
    Some(if is_kv { Custody::VaultStatic } else { Custody::VaultUnknown })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell;

    fn fetched(line: &str) -> Vec<String> {
        let name = |effect| if let Effect::Fetches { name, .. } = effect { Some(name) } else { None };
        shell::commands(line).iter().flat_map(effects).filter_map(name).collect()
    }

    #[test]
    fn stores_that_commands_read_and_keys_that_they_make() {
        for (line, name) in [
            ("bw get password prod", "prod"),
            ("chamber exec web -- ./run", "web"),
            ("kubectl get secret db -o jsonpath='{.data.password}'", "db"),
            ("kubectl get secret db -ojson", "db"),
            ("oc get secret db --output=yaml", "db"),
            ("oc extract secret/db", "secret/db"),
            ("aws iam create-access-key --user-name ci", "ci"),
            ("az ad sp create-for-rbac --name ci", "ci"),
            ("gcloud iam service-accounts keys create k.json --iam-account ci@p", "ci@p"),
            ("terraform output -raw db_password", "db_password"),
            ("pulumi stack output dbPassword --show-secrets", "dbPassword"),
        ] {
            assert_eq!(fetched(line), [name], "{line}");
        }
        for line in [
            "kubectl get secret",
            "kubectl get secrets -n a -o name",
            "kubectl get pods -o json",
            "terraform output -raw url",
            "terraform output",
            "pulumi stack output url",
            "aws iam list-access-keys --user-name ci",
            "bw get template item",
        ] {
            assert_eq!(fetched(line), [""; 0], "{line}");
        }
    }
}
