//! Identities of pods: projected tokens, variables of the vendors' SDKs, the SPIFFE Workload API, Azure's label.

use unkeyed_model::{
    Basis, Destination, Facts, IdentityKind, IdentityPath, Location, Platform, PredictedToken, Reach, SessionPolicy, Ttl, TtlBasis, Value,
    Workload,
};

use super::containers;
use super::pods::Pod;
use super::volumes::{self, Token, Volumes};
use crate::environment::{self, Variable};
use crate::tree::Node;

/// A projected token without an audience of its own is meant for the API server, whose identifier this is by default
/// (kube-apiserver `--api-audiences`, from `--service-account-issuer`).
pub(super) const API_SERVER_AUDIENCE: &str = "https://kubernetes.default.svc";

/// The label of pods into which Azure's webhook projects a token.
pub(crate) const AZURE_LABEL: &str = "azure.workload.identity/use";

/// What the audience of a projected token says of who will accept it.
const AUDIENCES: &[(&str, Platform, &str, Reach)] = &[
    ("sts.amazonaws.com", Platform::Aws, "aws", Reach::Destination),
    ("api://AzureADTokenExchange", Platform::Azure, "azure", Reach::Destination),
    ("//iam.googleapis.com", Platform::Gcp, "gcp", Reach::Destination),
    ("https://iam.googleapis.com", Platform::Gcp, "gcp", Reach::Destination),
    ("vault", Platform::Vault, "vault", Reach::Vault),
];

/// Adds the identity paths of a pod, and how long its projected tokens live.
pub(super) fn read(pod: Pod<'_>, volumes: &Volumes, workload: &mut Workload, facts: &mut Facts) {
    let mut used: Vec<&str> = Vec::new();
    for container in pod.containers() {
        let variables = containers::variables(pod, &container);
        for mut path in environment::identity_paths(&variables) {
            if path.platform == Platform::Spiffe && !volumes.spiffe.is_empty() {
                continue;
            }
            let token = token_of(pod, volumes, &variables, &path);
            used.extend(token.map(|token| token.path.as_str()));
            if path.kind == IdentityKind::Federated && path.tokens.is_empty() {
                path.tokens = vec![predicted(pod, token, path.platform)];
            }
            if !workload.identity_paths.contains(&path) {
                workload.identity_paths.push(path);
            }
        }
    }
    for (volume, mechanism, location) in &volumes.spiffe {
        workload.identity_paths.push(attested(pod, volume, mechanism, location));
    }
    for token in volumes.tokens.iter().filter(|token| !used.contains(&token.path.as_str())) {
        workload.identity_paths.push(presented(pod, token, volumes));
    }
    if !volumes.spiffe.is_empty() {
        selected_by(pod, workload);
    }
    azure_label(pod, workload);
    facts.sessions.extend(volumes.tokens.iter().filter_map(|token| lifetime(pod, token)));
}

/// The projected token that a path of this container uses: the one whose file a variable of that vendor names.
fn token_of<'v>(pod: Pod<'_>, volumes: &'v Volumes, variables: &[Variable], path: &IdentityPath) -> Option<&'v Token> {
    let names_token = |variable: &&Variable| {
        path.mechanism.split(" + ").any(|part| part == variable.name)
            || (path.platform == Platform::Saas && variable.name.ends_with("_IDENTITY_TOKEN_FILE"))
    };
    variables.iter().filter(names_token).find_map(|variable| volumes.token_at(pod, variable.value.known()?))
}

/// The token of the pod's service account; without a projection of its own the one that a webhook projects.
pub(super) fn predicted(pod: Pod<'_>, token: Option<&Token>, platform: Platform) -> PredictedToken {
    let audience = match (token, platform) {
        (Some(token), _) => token.audience.clone().unwrap_or_else(|| Value::Known(API_SERVER_AUDIENCE.into(), Basis::Platform)),
        (None, Platform::Aws) => Value::literal("sts.amazonaws.com"),
        (None, Platform::Azure) => Value::literal("api://AzureADTokenExchange"),
        (None, _) => Value::unknown("the audience of the token is not in the inputs"),
    };
    token_for(&pod.subject(), audience)
}

/// A token of the cluster for a service account.
pub(crate) fn token_for(subject: &str, audience: Value) -> PredictedToken {
    let subject = if super::template::is_templated(subject) {
        Value::unknown(format!("`{subject}` is filled in by the template"))
    } else {
        Value::literal(subject)
    };
    PredictedToken { issuer: Value::unknown("the issuer of the cluster is not in the inputs"), subject, audience }
}

/// An identity by attestation: the mount of the socket in a container is what shows that it is used.
fn attested(pod: Pod<'_>, volume: &str, mechanism: &str, location: &Location) -> IdentityPath {
    let mounted = volumes::mount(pod, volume);
    IdentityPath {
        kind: IdentityKind::Attested,
        platform: Platform::Spiffe,
        mechanism: mechanism.to_owned(),
        reach: Reach::Destination,
        destination: Destination::new("unknown", ""),
        principal: Value::unknown("the registration entry of the workload is not in its manifest"),
        tokens: Vec::new(),
        ttl: None,
        capability: Some(location.clone()),
        consumer: mounted.map(|(mount, path)| pod.object.location(mount, &path)),
        platform_bound: None,
    }
}

/// What registrations select a pod by: its service account and its labels.
fn selected_by(pod: Pod<'_>, workload: &mut Workload) {
    workload.traits.push(("service-account".to_owned(), pod.service_account().to_string(), pod.object.place()));
    for entry in pod.template.path(&["metadata", "labels"]).into_iter().flat_map(Node::entries) {
        let Some(value) = entry.value.text() else { continue };
        let label = format!("{}={value}", entry.name());
        workload.traits.push(("pod-label".to_owned(), label, pod.object.location(&entry.value, "metadata.labels")));
    }
}

/// Whether a token without an audience is handed to Vault by what it is called: nothing else names who gets it, and no token
/// beside it has an audience of its own.
fn is_named_for_vault(pod: Pod<'_>, token: &Token, volumes: &Volumes) -> bool {
    let beside = |other: &&Token| other.volume == token.volume && other.audience.is_some();
    if token.audience.is_some() || volumes.tokens.iter().any(|other| beside(&other)) {
        return false;
    }
    let mounted = volumes::mount(pod, &token.volume).and_then(|(mount, _)| mount.str("mountPath"));
    let names = [Some(token.volume.as_str()), Some(token.path.as_str()), mounted];
    names.into_iter().flatten().any(|name| name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word.eq_ignore_ascii_case("vault")))
}

/// The endpoint that a token without an audience is exchanged at: a container is told where the token lies, and an address of
/// OAuth's token endpoint outside the cluster (RFC 8693).
fn exchanged_at(pod: Pod<'_>, token: &Token, volumes: &Volumes) -> Option<String> {
    pod.containers().into_iter().find_map(|container| {
        let variables = containers::variables(pod, &container);
        let known = || variables.iter().filter_map(|variable| variable.value.known());
        let is_it = |found: &Token| found.volume == token.volume && found.path == token.path;
        known().find(|value| volumes.token_at(pod, value).is_some_and(is_it))?;
        let host = |value: &str| {
            let (host, path) = value.strip_prefix("https://")?.split_once('/')?;
            let is_outside = !host.starts_with("kubernetes.") && !host.contains(".svc");
            (is_outside && path.trim_end_matches('/').ends_with("token")).then(|| host.to_owned())
        };
        known().find_map(host)
    })
}

/// A projected token that a container mounts, for whoever its audience names; without audience for the API server.
fn presented(pod: Pod<'_>, token: &Token, volumes: &Volumes) -> IdentityPath {
    let audience = token.audience.as_ref().and_then(Value::known);
    let consumer = volumes::mount(pod, &token.volume).map(|(mount, path)| pod.object.location(mount, &path));
    let seconds = token.seconds.as_ref().and_then(|(seconds, _)| *seconds);
    let ttl = seconds.map_or(Ttl { seconds: 3600, basis: TtlBasis::VendorDefault }, |seconds| Ttl { seconds, basis: TtlBasis::Declared });
    let for_vault = is_named_for_vault(pod, token, volumes);
    let endpoint = if token.audience.is_none() && !for_vault { exchanged_at(pod, token, volumes) } else { None };
    let own_cluster = (token.audience.is_none() && !for_vault && endpoint.is_none())
        || audience.is_some_and(|audience| audience.starts_with("https://kubernetes.default"));
    let mut path = IdentityPath {
        kind: IdentityKind::Managed,
        platform: Platform::K8s,
        mechanism: "projected service-account token".to_owned(),
        reach: Reach::Destination,
        destination: Destination::new("k8s-api", ""),
        principal: Value::literal(pod.principal()),
        tokens: Vec::new(),
        ttl: Some(ttl),
        capability: Some(token.location.clone()),
        consumer,
        platform_bound: None,
    };
    if !own_cluster {
        let taker = if for_vault { Some("vault") } else { audience };
        let known = AUDIENCES.iter().find(|(prefix, ..)| taker.is_some_and(|taker| taker.starts_with(prefix)));
        let (platform, destination, reach) = known
            .map_or((Platform::Saas, "unknown", Reach::Destination), |(_, platform, destination, reach)| (*platform, *destination, *reach));
        path.kind = IdentityKind::Federated;
        path.platform = platform;
        path.reach = reach;
        path.destination =
            Destination::new(destination, if known.is_none() { endpoint.as_deref().or(audience).unwrap_or_default() } else { "" });
        path.principal = Value::unknown("who the token is exchanged for is not in the manifest");
        path.tokens = vec![predicted(pod, Some(token), platform)];
    }
    path
}

/// Azure's webhook projects a token only into pods with the label; whose identity it is stands on the service account.
fn azure_label(pod: Pod<'_>, workload: &mut Workload) {
    let Some(label) = pod.label(AZURE_LABEL).filter(|label| label.node.is_true()) else { return };
    workload.identity_paths.push(of_label(predicted(pod, None, Platform::Azure), label.location("metadata.labels")));
}

/// The path that Azure's label on a pod is half of.
pub(crate) fn of_label(token: PredictedToken, at: Location) -> IdentityPath {
    IdentityPath {
        kind: IdentityKind::Federated,
        platform: Platform::Azure,
        mechanism: "Azure workload identity label".to_owned(),
        reach: Reach::Destination,
        destination: Destination::new("azure", ""),
        principal: Value::unknown("the client id stands on the service account"),
        tokens: vec![token],
        ttl: Some(Ttl { seconds: 86_400, basis: TtlBasis::VendorBound }),
        capability: Some(at),
        consumer: None,
        platform_bound: None,
    }
}

fn lifetime(pod: Pod<'_>, token: &Token) -> Option<SessionPolicy> {
    let (seconds, location) = token.seconds.clone()?;
    Some(SessionPolicy {
        platform: Platform::K8s,
        principal: pod.principal(),
        setting: "expirationSeconds".to_owned(),
        seconds,
        basis: TtlBasis::Declared,
        location,
    })
}
