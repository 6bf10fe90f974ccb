//! By platform: which command or file tells who may become an identity, what it may do, and how long its tokens live.

use unkeyed_model::{IdentityPath, Platform, Reach, Value};

use crate::context::LinkedPath;

/// The identity in words.
pub(crate) fn principal(path: &IdentityPath, link: &LinkedPath) -> String {
    let name = match (path.principal.known(), &link.principal) {
        (Some(name), _) if !name.is_empty() => name,
        (_, Some(key)) => key,
        _ => return format!("the identity that {} assumes{}", path.mechanism, why_not_named(path)),
    };
    // Keys of definitions: `tf:folder#address`, `k8s:sa/namespace/name`.
    if let Some((file, address)) = name.split_once('#') {
        return format!("{address} in {}", file.split_once(':').map_or(file, |(_, folder)| folder));
    }
    match path.platform {
        Platform::Vault => format!("Vault role {name}"),
        Platform::Azure => format!("client id {name}"),
        Platform::K8s => format!("ServiceAccount {}", name.strip_prefix("k8s:sa/").unwrap_or(name)),
        _ => name.to_owned(),
    }
}

/// Why the inputs don't name it.
fn why_not_named(path: &IdentityPath) -> String {
    match &path.principal {
        Value::Unknown(why) if !why.is_empty() => format!(" ({why})"),
        _ => String::new(),
    }
}

/// The last part of the identity's name, if it can be pasted into a shell as it is.
fn name(path: &IdentityPath) -> Option<&str> {
    let full = path.principal.known()?;
    let plain = |text: &&str| {
        !text.is_empty() && !text.starts_with('-') && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.@+=,".contains(&b))
    };
    full.rsplit(['/', ':']).next().filter(plain)
}

fn or_placeholder<'a>(path: &'a IdentityPath, placeholder: &'a str) -> &'a str {
    name(path).unwrap_or(placeholder)
}

/// What tells who may become it.
pub(crate) fn trust(path: &IdentityPath) -> String {
    match path.platform {
        Platform::Aws => {
            format!("`aws iam get-role --role-name {} > evidence.json` and `--evidence evidence.json`, or add the Terraform that defines it", or_placeholder(path, "ROLE"))
        }
        Platform::Azure => format!(
            "`az identity federated-credential list --identity-name NAME --resource-group GROUP > evidence.json` and `--evidence evidence.json` (application: `az ad app federated-credential list --id {}`), or add the Terraform that defines it",
            or_placeholder(path, "CLIENT_ID")
        ),
        Platform::Gcp => format!(
            "`gcloud iam workload-identity-pools providers describe PROVIDER --workload-identity-pool=POOL --location=global --format=json` and `gcloud iam service-accounts get-iam-policy {} --format=json`, each into a file that `--evidence` names, or add the Terraform that defines them",
            or_placeholder(path, "EMAIL")
        ),
        Platform::Oci => {
            "`oci identity-domains identity-propagation-trusts list --attribute-sets all > evidence.json` and `--evidence evidence.json`, or add the Terraform that defines it".to_owned()
        }
        Platform::K8s => "the ServiceAccount and its token projection, as manifests".to_owned(),
        Platform::Vault => {
            format!(
                "`vault read -format=json auth/MOUNT/role/{} > evidence.json` and `--evidence evidence.json`, or add the Terraform that defines it",
                or_placeholder(path, "ROLE")
            )
        }
        Platform::Spiffe => "`spire-server entry show -output json > evidence.json` and `--evidence evidence.json`, or the ClusterSPIFFEID manifests".to_owned(),
        Platform::Registry => "the trusted publisher entry of the package, from its settings page at the registry".to_owned(),
        Platform::Github => "`gh api repos/OWNER/REPO/actions/oidc/customization/sub > evidence.json` and `--evidence evidence.json`".to_owned(),
        Platform::Saas => format!("the federation rule at {}, as its console or API exports it", path.destination),
    }
}

/// What tells what it may do.
pub(crate) fn grants(path: &IdentityPath) -> String {
    match path.platform {
        Platform::Aws => format!(
            "`aws iam get-account-authorization-details --filter Role > evidence.json` and `--evidence evidence.json` (holds {}), or add the Terraform that attaches its policies",
            or_placeholder(path, "the role")
        ),
        Platform::Azure => format!(
            "`az role assignment list --all --assignee {} > evidence.json` and `--evidence evidence.json`, or add the Terraform with its role assignments",
            or_placeholder(path, "CLIENT_ID")
        ),
        Platform::Gcp => {
            "`gcloud projects get-iam-policy PROJECT --format=json > evidence.json` and `--evidence evidence.json`, or add the Terraform with its bindings".to_owned()
        }
        Platform::Oci => {
            "`oci iam policy list --all --compartment-id OCID > evidence.json` and `--evidence evidence.json`, or add the Terraform with its policies".to_owned()
        }
        Platform::K8s => "its RoleBindings and Roles as manifests (`kubectl get rolebindings,clusterrolebindings -A -o json`)".to_owned(),
        Platform::Vault => "`vault policy read POLICY` for each policy of the role, or add the Terraform that defines them".to_owned(),
        Platform::Spiffe => "the authorisation policy of the destination (mesh policy, mTLS rules) that names its SPIFFE id".to_owned(),
        Platform::Registry | Platform::Github => "its permissions, from the settings page of the platform".to_owned(),
        Platform::Saas => format!("the role of the service account at {}, as its console or API exports it", path.destination),
    }
}

/// What tells how long its tokens live.
pub(crate) fn lifetime(path: &IdentityPath) -> String {
    match path.platform {
        Platform::Vault if path.reach == Reach::Destination => {
            "the lease: `default_ttl` and `max_ttl` of the secrets engine's role".to_owned()
        }
        Platform::Vault => {
            format!(
                "`vault read -format=json auth/MOUNT/role/{}` (`token_ttl`, `token_max_ttl`), or its Terraform",
                or_placeholder(path, "ROLE")
            )
        }
        Platform::K8s => "a projected ServiceAccount token with `expirationSeconds`".to_owned(),
        Platform::Spiffe => {
            "the SPIRE server's configuration (`default_x509_svid_ttl`, `default_jwt_svid_ttl`) or the entry's own TTL".to_owned()
        }
        _ => "the declared session or token duration".to_owned(),
    }
}
