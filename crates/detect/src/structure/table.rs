//! The table of inspectors: names that rules use in `inspect`, sorted.

use super::{
    Inspector, aws, aws_signed, azure, cached, database, docker, gcp, jwk, jwt, kerberos, keystore, kubeconfig, netrc, oci, pgp, pypi,
    sealed, ssh, tfstate, vault, x509,
};

const INSPECTORS: &[(&str, Inspector)] = &[
    ("aws-bedrock-long", aws_signed::bedrock_long),
    ("aws-bedrock-short", aws_signed::bedrock_short),
    ("aws-eks-token", aws_signed::eks_token),
    ("aws-id-and-secret", aws::id_and_secret),
    ("aws-key-id", aws::key_id),
    ("aws-presigned-v2", aws_signed::presigned_v2),
    ("aws-presigned-v4", aws_signed::presigned_v4),
    ("aws-secret-key", aws::secret_key),
    ("azure-client-secret", azure::client_secret),
    ("azure-connection-string", azure::connection_string),
    ("azure-refresh-token", azure::refresh_token),
    ("azure-sas", azure::sas),
    ("azure-service-key", azure::service_key),
    ("azure-service-principal", azure::service_principal),
    ("cached-token", cached::inspect),
    ("database-address", database::address),
    ("database-keywords", database::keywords),
    ("docker-auth", docker::auth),
    ("docker-token", docker::token),
    ("gcp-access-token", gcp::access_token),
    ("gcp-api-key", gcp::api_key),
    ("gcp-authorized-user", gcp::authorized_user),
    ("gcp-external-account", gcp::external_account),
    ("gcp-service-account", gcp::service_account),
    ("git-credentials", netrc::git_credentials),
    ("jwk", jwk::inspect),
    ("jwt", jwt::inspect),
    ("kerberos-ccache", kerberos::ccache),
    ("kerberos-keytab", kerberos::keytab),
    ("keystore-jks", keystore::jks),
    ("keystore-pkcs12", keystore::pkcs12),
    ("kubeconfig-client-key", kubeconfig::client_key),
    ("kubeconfig-user-secret", kubeconfig::user_secret),
    ("netrc", netrc::netrc),
    ("oci-client-secret", oci::client_secret),
    ("oci-profile", oci::profile),
    ("pgp", pgp::inspect),
    ("pgpass", netrc::pgpass),
    ("pypi", pypi::inspect),
    ("sealed-ansible", sealed::ansible),
    ("sealed-secret", sealed::sealed_secret),
    ("sealed-sops", sealed::sops),
    ("ssh-certificate", ssh::certificate),
    ("ssh-private-key", ssh::private_key),
    ("ssh-putty-key", ssh::putty),
    ("tfstate", tfstate::attribute),
    ("vault-approle", vault::approle),
    ("vault-dev-token", vault::dev_token),
    ("vault-token", vault::token),
    ("x509-certificate", x509::certificate),
    ("x509-private-key", x509::private_key),
];

/// The inspector of that name.
pub(crate) fn inspector(name: &str) -> Option<Inspector> {
    INSPECTORS.binary_search_by(|(known, _)| known.cmp(&name)).ok().map(|at| INSPECTORS[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(INSPECTORS.is_sorted_by(|(a, _), (b, _)| a < b));
        assert!(inspector("jwt").is_some() && inspector("x509-private-key").is_some() && inspector("nothing").is_none());
    }
}
