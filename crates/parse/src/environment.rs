//! Identities that environment variables announce, in whatever format they are written.
//!
//! The variables are the vendors' documented ones. A token file is the capability, the variable that names the role is
//! the consumer; where a static key of the same vendor stands beside them, the SDK takes the key, so that the path has
//! no consumer.

use unkeyed_model::{Destination, IdentityKind, IdentityPath, Location, Platform, Reach, Ttl, TtlBasis, Value};

use crate::facts;

/// One environment variable.
#[derive(Clone)]
pub(crate) struct Variable {
    /// Its name.
    pub(crate) name: String,
    /// Its value; unknown where it is a template or a reference.
    pub(crate) value: Value,
    /// Where it is set.
    pub(crate) location: Location,
}

/// The tenant of Entra that variables give to Terraform's providers, as a workload's trait.
pub(crate) fn terraform_tenant(variables: &[Variable]) -> Option<(String, String, Location)> {
    let given = variables.iter().rev().find(|variable| variable.name == "ARM_TENANT_ID")?;
    Some(("terraform-tenant".to_owned(), given.value.known()?.to_owned(), given.location.clone()))
}

/// What a set of variables means.
struct Marker {
    /// Variables that say that a token is there, the first that is set counts: the capability.
    capability: &'static [&'static str],
    /// Variables that must be set as well.
    needs: &'static [&'static str],
    /// Variables that name who to become, the first that is set counts: consumer and principal. None listed: the
    /// capability is the consumer as well.
    principal: &'static [&'static str],
    /// Value that the capability must have to count (`true`), if it is a switch.
    switch: bool,
    /// Variables of a static credential that wins over the identity.
    beaten_by: &'static [&'static str],
    kind: IdentityKind,
    platform: Platform,
    destination: &'static str,
    /// Seconds a session lasts unless configured, where the vendor documents it.
    ttl: Option<(u64, TtlBasis)>,
}

const AWS_KEYS: &[&str] = &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
const AZURE_KEYS: &[&str] = &["AZURE_CLIENT_SECRET", "ARM_CLIENT_SECRET"];
const ANTHROPIC_KEYS: &[&str] = &["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"];

/// AWS SDK reference "Assume role with web identity" (default session one hour) and "Container credential provider"
/// (role sessions last at most twelve hours); Azure Identity `WorkloadIdentityCredential`; azurerm provider `use_oidc`,
/// `use_msi`; OCI SDK resource principals; SPIFFE Workload API; Claude API "WIF reference" (tokens of 60 to 86400 s).
const MARKERS: &[Marker] = &[
    Marker {
        capability: &["AWS_WEB_IDENTITY_TOKEN_FILE"],
        needs: &[],
        principal: &["AWS_ROLE_ARN"],
        switch: false,
        beaten_by: AWS_KEYS,
        kind: IdentityKind::Federated,
        platform: Platform::Aws,
        destination: "aws",
        ttl: Some((3_600, TtlBasis::VendorDefault)),
    },
    Marker {
        capability: &["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
        needs: &[],
        principal: &[],
        switch: false,
        beaten_by: AWS_KEYS,
        kind: IdentityKind::Managed,
        platform: Platform::Aws,
        destination: "aws",
        ttl: Some((43_200, TtlBasis::VendorBound)),
    },
    Marker {
        capability: &["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"],
        needs: &[],
        principal: &[],
        switch: false,
        beaten_by: AWS_KEYS,
        kind: IdentityKind::Managed,
        platform: Platform::Aws,
        destination: "aws",
        ttl: Some((43_200, TtlBasis::VendorBound)),
    },
    Marker {
        capability: &["AZURE_FEDERATED_TOKEN_FILE"],
        needs: &[],
        principal: &["AZURE_CLIENT_ID"],
        switch: false,
        beaten_by: AZURE_KEYS,
        kind: IdentityKind::Federated,
        platform: Platform::Azure,
        destination: "azure",
        ttl: Some((86_400, TtlBasis::VendorBound)),
    },
    Marker {
        capability: &["ARM_USE_OIDC"],
        needs: &[],
        principal: &["ARM_CLIENT_ID"],
        switch: true,
        beaten_by: AZURE_KEYS,
        kind: IdentityKind::Federated,
        platform: Platform::Azure,
        destination: "azure",
        ttl: Some((86_400, TtlBasis::VendorBound)),
    },
    Marker {
        capability: &["ARM_USE_MSI"],
        needs: &[],
        principal: &[],
        switch: true,
        beaten_by: AZURE_KEYS,
        kind: IdentityKind::Managed,
        platform: Platform::Azure,
        destination: "azure",
        ttl: Some((86_400, TtlBasis::VendorBound)),
    },
    Marker {
        capability: &["OCI_RESOURCE_PRINCIPAL_VERSION"],
        needs: &[],
        principal: &[],
        switch: false,
        beaten_by: &["OCI_CLI_KEY_CONTENT", "OCI_CLI_KEY_FILE"],
        kind: IdentityKind::Managed,
        platform: Platform::Oci,
        destination: "oci",
        ttl: Some((3_600, TtlBasis::VendorBound)),
    },
    Marker {
        capability: &["ANTHROPIC_IDENTITY_TOKEN_FILE", "ANTHROPIC_IDENTITY_TOKEN", "ANTHROPIC_ORGANIZATION_ID"],
        needs: &["ANTHROPIC_ORGANIZATION_ID", "ANTHROPIC_FEDERATION_RULE_ID"],
        principal: &["ANTHROPIC_SERVICE_ACCOUNT_ID", "ANTHROPIC_FEDERATION_RULE_ID"],
        switch: false,
        beaten_by: ANTHROPIC_KEYS,
        kind: IdentityKind::Federated,
        platform: Platform::Saas,
        destination: "saas:anthropic",
        ttl: Some((86_400, TtlBasis::VendorBound)),
    },
    Marker {
        capability: &["SPIFFE_ENDPOINT_SOCKET"],
        needs: &[],
        principal: &[],
        switch: false,
        beaten_by: &[],
        kind: IdentityKind::Attested,
        platform: Platform::Spiffe,
        destination: "unknown",
        ttl: None,
    },
];

/// The identity paths that a set of variables announces.
pub(crate) fn identity_paths(variables: &[Variable]) -> Vec<IdentityPath> {
    let find = |name: &str| variables.iter().rev().find(|variable| variable.name == name);
    MARKERS.iter().filter_map(|marker| path(marker, &find)).collect()
}

fn path<'v>(marker: &Marker, find: &dyn Fn(&str) -> Option<&'v Variable>) -> Option<IdentityPath> {
    let capability = marker.capability.iter().find_map(|name| find(name))?;
    if marker.switch && !capability.value.known().is_some_and(|value| matches!(value.trim(), "true" | "1" | "True" | "TRUE")) {
        return None;
    }
    let named = marker.principal.iter().find_map(|name| find(name));
    let complete = marker.principal.is_empty() || named.is_some() || marker.switch;
    if !complete || !marker.needs.iter().all(|name| find(name).is_some()) {
        return None;
    }
    let beaten = marker.beaten_by.iter().any(|name| find(name).is_some());
    let consumer = (!beaten).then(|| named.unwrap_or(capability).location.clone());
    let principal = named.map_or_else(
        || Value::unknown(format!("`{}` doesn't say whose identity it is", capability.name)),
        |variable| variable.value.clone(),
    );
    let destination = match marker.platform {
        Platform::Aws => facts::aws(principal.known()),
        _ => Destination::new(marker.destination, ""),
    };
    Some(IdentityPath {
        kind: marker.kind,
        platform: marker.platform,
        mechanism: match named {
            Some(named) => format!("{} + {}", capability.name, named.name),
            None => capability.name.clone(),
        },
        reach: Reach::Destination,
        destination,
        principal,
        tokens: Vec::new(),
        ttl: marker.ttl.map(|(seconds, basis)| Ttl { seconds, basis }),
        capability: Some(capability.location.clone()),
        consumer,
        platform_bound: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(variables: &[(&str, &str)]) -> Vec<IdentityPath> {
        let variables: Vec<Variable> = variables
            .iter()
            .map(|&(name, value)| Variable { name: name.into(), value: Value::literal(value), location: Location::default() })
            .collect();
        identity_paths(&variables)
    }

    #[test]
    fn both_halves_are_needed() {
        assert!(paths(&[("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/x")]).is_empty());
        let found = paths(&[("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"), ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/x")]);
        assert_eq!(found[0].destination, Destination::new("aws", "111122223333"));
        assert!(found[0].consumer.is_some());
    }

    #[test]
    fn a_static_key_takes_the_consumer_away() {
        let wif = [("ANTHROPIC_ORGANIZATION_ID", "o"), ("ANTHROPIC_FEDERATION_RULE_ID", "r")];
        assert!(paths(&wif)[0].consumer.is_some());
        assert!(paths(&[wif[0], wif[1], ("ANTHROPIC_API_KEY", "k")])[0].consumer.is_none());
    }

    #[test]
    fn switches_must_be_on() {
        assert!(paths(&[("ARM_USE_OIDC", "false"), ("ARM_CLIENT_ID", "x")]).is_empty());
        assert_eq!(paths(&[("ARM_USE_OIDC", "true"), ("ARM_CLIENT_ID", "x")])[0].principal.known(), Some("x"));
    }
}
