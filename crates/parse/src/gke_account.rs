//! Workload Identity Federation for GKE: a Kubernetes service account that Google knows as itself, without an account between.
//!
//! GKE documentation, "Authenticate to Google Cloud APIs from GKE workloads": a role is granted to
//! `principal://iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/PROJECT.svc.id.goog/subject/ns/NS/sa/KSA`.
//! The decision a reader would question: the grant is both the capability and the use, as an association of EKS Pod Identity is,
//! because nothing in the pod names it.

use unkeyed_model::{
    Destination, Facts, IdentityKind, IdentityPath, Location, Platform, PredictedToken, Principal, Reach, SubjectRule, TrustBinding, Ttl,
    TtlBasis, Value, Workload, WorkloadKind,
};

/// Google's access tokens live an hour unless a policy of the organisation allows more.
const TTL: Ttl = Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault };

/// Emits the service account that a member of a grant names, with its way in. Says whether the member is of this form.
pub(crate) fn granted(member: &str, location: &Location, facts: &mut Facts) -> bool {
    let Some((pool, namespace, account)) = parts(member) else { return false };
    let subject = format!("system:serviceaccount:{namespace}:{account}");
    let issuer = Value::literal(pool);
    let known = |trust: &TrustBinding| trust.principal == member && trust.platform == Platform::Gcp;
    if facts.trusts.iter().any(known) {
        return true;
    }
    facts.principals.push(Principal {
        platform: Platform::Gcp,
        key: member.to_owned(),
        kind: "kubernetes-service-account".to_owned(),
        names: vec![member.to_owned()],
        location: location.clone(),
    });
    facts.trusts.push(TrustBinding {
        id: format!("{member}/0"),
        platform: Platform::Gcp,
        principal: member.to_owned(),
        trusted: "service-account".to_owned(),
        issuer: issuer.clone(),
        subject: SubjectRule::Exact(vec![subject.clone()]),
        audiences: None,
        claims: Vec::new(),
        settings: Vec::new(),
        location: location.clone(),
    });
    let id = format!("k8s:{namespace}/ServiceAccount/{account}");
    let mut workload = Workload::new(WorkloadKind::K8s, id, format!("{namespace}/{account}"), location.clone());
    workload.component = true;
    workload.identity_paths.push(IdentityPath {
        kind: IdentityKind::Managed,
        platform: Platform::Gcp,
        mechanism: "GKE principal of the service account".to_owned(),
        reach: Reach::Destination,
        destination: Destination::new("gcp", ""),
        principal: Value::literal(member),
        tokens: vec![PredictedToken { issuer: issuer.clone(), subject: Value::literal(subject), audience: issuer }],
        ttl: Some(TTL),
        capability: Some(location.clone()),
        consumer: Some(location.clone()),
        platform_bound: None,
    });
    facts.workloads.push(workload);
    true
}

/// Pool, namespace and service account.
fn parts(member: &str) -> Option<(&str, &str, &str)> {
    let (pool, subject) = member.strip_prefix("principal://iam.googleapis.com/")?.split_once("/subject/ns/")?;
    let pool = pool.rsplit('/').next().filter(|pool| pool.ends_with(".svc.id.goog"))?;
    let (namespace, account) = subject.split_once("/sa/")?;
    let plain = |name: &str| !name.is_empty() && !name.contains(['*', '/']) && crate::policy_document::hole::is_known(name);
    (plain(namespace) && plain(account)).then_some((pool, namespace, account))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_names_one_service_account_of_a_cluster() {
        let of = |rest: &str| format!("principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/{rest}");
        assert_eq!(parts(&of("acme.svc.id.goog/subject/ns/web/sa/api")), Some(("acme.svc.id.goog", "web", "api")));
        assert_eq!(parts(&of("github/subject/repo:acme/api:ref:refs/heads/main")), None);
        assert_eq!(parts(&of("acme.svc.id.goog/subject/ns/*/sa/api")), None);
        let mut facts = Facts::default();
        let member = of("acme.svc.id.goog/subject/ns/web/sa/api");
        assert!(granted(&member, &Location::default(), &mut facts) && granted(&member, &Location::default(), &mut facts));
        assert!(facts.workloads.len() == 1 && facts.workloads[0].component && facts.trusts.len() == 1);
        assert_eq!(facts.workloads[0].id, "k8s:web/ServiceAccount/api");
    }
}
