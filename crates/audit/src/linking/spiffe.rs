//! Attested identities: which registration selects a pod, the SPIFFE id it gives, and who lets that id in.
//!
//! One decision a reader would question: a registration whose selectors can't be read in full is passed over, so that the
//! identity stays unnamed. SPIRE may give a pod several ids; if several registrations select it, none is picked.

use unkeyed_model::{Destination, Facts, IdentityKind, IdentityPath, Platform, PredictedToken, RoleGrant, TrustBinding, Value, Workload};

/// Names the attested identities of a pod after the registration that selects it, and where policies let them in.
pub(super) fn complete(workload: &mut Workload, facts: &Facts) {
    if !workload.identity_paths.iter().any(is_attested) {
        return;
    }
    let pod = Pod::of(workload);
    let selecting: Vec<&TrustBinding> =
        facts.trusts.iter().filter(|trust| pod.as_ref().is_some_and(|pod| pod.is_selected(trust))).collect();
    let registered = match selecting[..] {
        [only] => pod.as_ref().and_then(|pod| Some((only.principal.clone(), pod.id(only)?))),
        _ => None,
    };
    for path in workload.identity_paths.iter_mut().filter(|path| is_attested(path)) {
        if let (Value::Unknown(_), Some((principal, id))) = (&path.principal, &registered) {
            path.principal = Value::literal(principal.clone());
            let unknown = || Value::unknown("not in the registration");
            path.tokens = vec![PredictedToken { issuer: unknown(), subject: Value::literal(id.clone()), audience: unknown() }];
        }
        let admitting = facts.grants.iter().filter(|grant| admits(grant, path)).collect::<Vec<_>>();
        let Some(first) = admitting.first() else { continue };
        // The policy of a destination that names the identity shows that it is asked for there.
        path.consumer.get_or_insert_with(|| first.location.clone());
        if path.destination.name.is_empty() {
            let names: Vec<&str> = admitting.iter().flat_map(|grant| &grant.resources).filter_map(Value::known).collect();
            path.destination = Destination::new("mesh", names.join(", "));
        }
    }
}

/// Whether the path is an identity of this trust domain rather than a token for another party.
pub(super) fn is_attested(path: &IdentityPath) -> bool {
    path.platform == Platform::Spiffe && path.kind == IdentityKind::Attested
}

/// Whether the grant is to the id that the path stands for. A mesh's own id is known without its trust domain.
pub(super) fn admits(grant: &RoleGrant, path: &IdentityPath) -> bool {
    if grant.platform != Platform::Spiffe || !is_attested(path) {
        return false;
    }
    let bare = |id: &str| id.trim_start_matches("spiffe://").to_owned();
    let admitted = bare(&grant.principal);
    let is_own = |id: &Value| id.known().is_some_and(|id| bare(id) == admitted);
    let of_mesh = path.principal.known().filter(|name| name.starts_with("ns/"));
    path.tokens.iter().any(|token| is_own(&token.subject))
        || of_mesh.is_some_and(|name| admitted.split_once('/').is_some_and(|(_, rest)| rest == name))
}

/// What selectors ask of a pod.
struct Pod<'a> {
    namespace: &'a str,
    account: &'a str,
    labels: Vec<(&'a str, &'a str)>,
}

impl<'a> Pod<'a> {
    fn of(workload: &'a Workload) -> Option<Self> {
        let namespace = workload.id.strip_prefix("k8s:")?.split('/').next()?;
        let traits = |name: &'static str| workload.traits.iter().filter(move |(key, ..)| key == name).map(|(_, value, _)| value.as_str());
        let labels = traits("pod-label").filter_map(|label| label.split_once('=')).collect();
        Some(Self { namespace, account: traits("service-account").next()?, labels })
    }

    /// Whether all selectors of a registration are read and hold.
    fn is_selected(&self, trust: &TrustBinding) -> bool {
        let is_registration = trust.platform == Platform::Spiffe && trust.trusted == "selector";
        is_registration && trust.claims.iter().all(|claim| claim.values.iter().all(|value| self.holds(&claim.name, value.known())))
    }

    fn holds(&self, selector: &str, value: Option<&str>) -> bool {
        let Some(value) = value else { return false };
        if let Some(label) = selector.strip_prefix("podSelector.matchLabels") {
            return self.has_label(unquoted(label), value);
        }
        if let Some(label) = selector.strip_prefix("namespaceSelector.matchLabels") {
            // Every namespace bears its own name as a label (Kubernetes docs, "Automatic labelling").
            return unquoted(label) == "kubernetes.io/metadata.name" && value == self.namespace;
        }
        match value.strip_prefix("k8s:").and_then(|rest| rest.split_once(':')) {
            Some(("ns", name)) => name == self.namespace,
            Some(("sa", name)) => name == self.account,
            Some(("pod-label", label)) => label.split_once(':').is_some_and(|(name, value)| self.has_label(name, value)),
            _ => false,
        }
    }

    fn has_label(&self, name: &str, value: &str) -> bool {
        self.labels.contains(&(name, value))
    }

    /// The id that the registration's template gives this pod; nothing if it asks for more than namespace and account.
    fn id(&self, trust: &TrustBinding) -> Option<String> {
        let written = |name: &str| trust.settings.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.known());
        let template = written("spiffeIDTemplate").or_else(|| written("spiffeID"))?;
        let mut id = String::new();
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once("{{") {
            let (field, after) = behind.split_once("}}")?;
            id.push_str(before);
            id.push_str(match field.trim() {
                ".PodMeta.Namespace" => self.namespace,
                ".PodSpec.ServiceAccountName" => self.account,
                _ => return None,
            });
            rest = after;
        }
        Some(id + rest)
    }
}

/// A label's name behind the path of its mapping: `.app` or `["kubernetes.io/metadata.name"]`.
fn unquoted(path: &str) -> &str {
    path.trim_start_matches(['.', '[', '"', '\'']).trim_end_matches([']', '"', '\''])
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Claim, SubjectRule};

    use super::*;
    use crate::testing;

    fn pod() -> Workload {
        let mut pod = testing::job("x");
        pod.id = "k8s:prod/Deployment/payments".into();
        let place = testing::place("pod.yaml", 0, 1);
        pod.traits = vec![("service-account".into(), "pay".into(), place.clone()), ("pod-label".into(), "app=payments".into(), place)];
        let mut path = testing::federated(Platform::Spiffe, "unknown", "");
        path.kind = IdentityKind::Attested;
        path.principal = Value::unknown("not in the manifest");
        path.destination = Destination::new("unknown", "");
        path.tokens.clear();
        pod.identity_paths = vec![path];
        pod
    }

    fn registration(key: &str, selectors: &[(&str, &str)]) -> TrustBinding {
        let claim = |(name, value): &(&str, &str)| Claim {
            name: (*name).into(),
            operator: "==".into(),
            values: vec![Value::literal(*value)],
            set_qualifier: None,
            if_exists: false,
        };
        TrustBinding {
            id: format!("{key}/0"),
            platform: Platform::Spiffe,
            principal: key.into(),
            trusted: "selector".into(),
            issuer: Value::default(),
            subject: SubjectRule::Any,
            audiences: None,
            claims: selectors.iter().map(claim).collect(),
            settings: vec![(
                "spiffeIDTemplate".into(),
                Value::literal("spiffe://acme/{{ .PodMeta.Namespace }}/{{.PodSpec.ServiceAccountName}}"),
            )],
            location: testing::place("id.yaml", 0, 1),
        }
    }

    fn named(trusts: Vec<TrustBinding>) -> Option<String> {
        let mut pod = pod();
        complete(&mut pod, &Facts { trusts, ..Facts::default() });
        pod.identity_paths[0].tokens.first().and_then(|token| token.subject.known().map(str::to_owned))
    }

    #[test]
    fn the_registration_that_selects_the_pod_names_it() {
        let by_label = registration("a", &[("podSelector.matchLabels.app", "payments")]);
        assert_eq!(named(vec![by_label.clone()]).as_deref(), Some("spiffe://acme/prod/pay"));
        let elsewhere = registration("b", &[("namespaceSelector.matchLabels[\"kubernetes.io/metadata.name\"]", "dev")]);
        assert_eq!(named(vec![by_label.clone(), elsewhere]).as_deref(), Some("spiffe://acme/prod/pay"));
        assert_eq!(named(vec![by_label.clone(), registration("c", &[("selectors[0]", "k8s:sa:pay")])]), None);
        assert_eq!(named(vec![registration("d", &[("podSelector.matchExpressions[0].key", "app")])]), None);
        assert_eq!(named(vec![registration("e", &[("podSelector.matchLabels.app", "web")])]), None);
    }

    #[test]
    fn who_lets_the_id_in_is_where_it_leads() {
        let mut grant = testing::grant(Platform::Spiffe, "spiffe://acme/prod/pay");
        grant.resources = vec![Value::literal("prod/ledger")];
        let facts = Facts { trusts: vec![registration("a", &[])], grants: vec![grant], ..Facts::default() };
        let mut pod = pod();
        complete(&mut pod, &facts);
        assert_eq!(pod.identity_paths[0].destination, Destination::new("mesh", "prod/ledger"));
    }
}
