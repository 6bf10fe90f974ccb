//! Files that are known to hold credentials, and paths written relative to a configuration file.

use unkeyed_model::{Content, Destination, Location, Reference, StoreKind};

use crate::facts;

/// File or folder names that hold credentials, with where they lead.
const CREDENTIAL_FILES: &[(&str, &str, &str)] = &[
    (".aws", "aws", ""),
    (".aws/credentials", "aws", ""),
    (".azure", "azure", ""),
    (".config/gcloud", "gcp", ""),
    ("application_default_credentials.json", "gcp", ""),
    ("service-account.json", "gcp", ""),
    ("serviceaccount.json", "gcp", ""),
    ("service_account.json", "gcp", ""),
    ("credentials.json", "", ""),
    ("gcp-key.json", "gcp", ""),
    (".oci", "oci", ""),
    (".kube", "k8s-api", ""),
    (".kube/config", "k8s-api", ""),
    ("kubeconfig", "k8s-api", ""),
    (".ssh", "ssh", ""),
    ("id_rsa", "ssh", ""),
    ("id_ed25519", "ssh", ""),
    ("id_ecdsa", "ssh", ""),
    ("id_dsa", "ssh", ""),
    (".docker", "registry", ""),
    (".docker/config.json", "registry", ""),
    (".dockercfg", "registry", ""),
    ("/etc/kubernetes", "k8s-api", ""),
    ("/etc/kubernetes/pki", "k8s-api", ""),
    ("/etc/kubernetes/admin.conf", "k8s-api", ""),
    ("/etc/rancher/k3s/k3s.yaml", "k8s-api", ""),
    ("/etc/ssh", "ssh", ""),
    ("/etc/krb5.keytab", "", ""),
    (".config/gh", "github", ""),
    (".gnupg", "", ""),
    (".npmrc", "registry", "registry.npmjs.org"),
    (".yarnrc.yml", "registry", "registry.npmjs.org"),
    (".pypirc", "registry", "pypi.org"),
    ("pip.conf", "registry", ""),
    (".netrc", "", ""),
    (".git-credentials", "git", ""),
    (".gem/credentials", "registry", "rubygems.org"),
    (".cargo/credentials.toml", "registry", "crates.io"),
    (".terraformrc", "saas:hcp-terraform", ""),
    (".vault-token", "vault", ""),
    (".pgpass", "db", ""),
    (".my.cnf", "db", ""),
    (".env", "", ""),
    (".htpasswd", "", ""),
    ("auth.json", "registry", ""),
    ("nuget.config", "registry", ""),
];

/// Endings of files that hold private keys or key stores.
const KEY_ENDINGS: &[&str] =
    &[".key", ".p12", ".pfx", ".jks", ".keystore", ".ppk", ".keytab", "-key.pem", "_key.pem", "privkey.pem", ".p8"];

/// Endings of files that only show how a credential file is written.
const EXAMPLE_ENDINGS: &[&str] = &[".example", ".sample", ".template", ".dist", ".defaults", ".tpl", ".tmpl", ".schema", ".test", ".ci"];

/// Whether a path names a file or folder that holds credentials; where they lead, if the name says.
pub(crate) fn credential_file(path: &str) -> Option<Option<Destination>> {
    let path = path.trim().trim_end_matches('/').to_ascii_lowercase();
    if EXAMPLE_ENDINGS.iter().any(|ending| path.ends_with(ending)) {
        return None;
    }
    let ends = |name: &str| path == name || path.strip_suffix(name).is_some_and(|before| before.ends_with('/'));
    if let Some((_, kind, name)) = CREDENTIAL_FILES.iter().find(|(file, ..)| ends(file)) {
        return Some((!kind.is_empty()).then(|| Destination::new(*kind, *name)));
    }
    let file = path.rsplit('/').next().unwrap_or_default();
    let is_env = file.strip_prefix(".env.").is_some_and(|rest| !rest.is_empty()) && !file.contains("example") && !file.contains("sample");
    (is_env || KEY_ENDINGS.iter().any(|ending| file.ends_with(ending) && !file.contains("pub"))).then_some(None)
}

/// Names of folders and files that are kept for credentials, whatever these are.
const KEPT_FOR: &[&str] = &["secret", "secrets", "credential", "credentials", "creds", "keys", "keystore", "private"];

/// Whether a file or folder is called as if it held credentials.
pub(crate) fn is_kept(path: &str) -> bool {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let stem = name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or(&name).to_owned();
    KEPT_FOR.iter().any(|kept| stem == *kept || stem.ends_with(&format!("-{kept}")) || stem.ends_with(&format!("_{kept}")))
}

/// A file or folder outside of a container that the container is given: one that holds credentials, or one that is called as
/// if it did.
pub(crate) fn mounted(source: &str, target: Option<&str>, location: Location) -> Option<Reference> {
    let used_as = target.map(str::to_owned);
    if let Some(destination) = credential_file(source) {
        let reference = facts::reference(StoreKind::File, source, location);
        return Some(Reference { content: Content::Durable, destination, used_as, ..reference });
    }
    let is_kept = is_kept(source) || target.is_some_and(|target| is_kept(target) || credential_file(target).is_some());
    is_kept.then(|| Reference { used_as, ..facts::environment(StoreKind::File, source, location) })
}

/// `path` as seen from the root of the inputs, when it is written in the file `from`; `.` and `..` resolved.
pub(crate) fn relative(from: &str, path: &str) -> String {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    let absolute = path.starts_with('/') || path.starts_with('~');
    for part in if absolute { "" } else { folder }.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    // Outside the inputs: kept as written.
                    return path.to_owned();
                }
            }
            part => parts.push(part),
        }
    }
    if path.starts_with('/') { format!("/{}", parts.join("/")) } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credential_files_are_known_by_name() {
        assert_eq!(credential_file("~/.aws"), Some(Some(Destination::new("aws", ""))));
        assert_eq!(credential_file("config/.env"), Some(None));
        assert_eq!(credential_file("certs/tls.key"), Some(None));
        assert!(
            credential_file(".env.example").is_none() && credential_file("src/keys").is_none() && credential_file("my.env.rs").is_none()
        );
    }

    #[test]
    fn paths_are_resolved_from_the_file() {
        assert_eq!(relative("a/b/compose.yml", "./x/.env"), "a/b/x/.env");
        assert_eq!(relative("a/b/compose.yml", "../.env"), "a/.env");
        assert_eq!(relative("compose.yml", "../.env"), "../.env");
        assert_eq!(relative("compose.yml", "/etc/x"), "/etc/x");
    }
}
