//! EKS Pod Identity: the association of a service account with a role, however it is written.

use unkeyed_model::{
    Basis, Destination, Facts, IdentityKind, IdentityPath, Location, Platform, PredictedToken, Reach, SubjectRule, TrustBinding, Ttl,
    TtlBasis, Value, Workload, WorkloadKind,
};

use crate::policy_document::hole;

/// Longest session that AWS grants a role (IAM user guide, "Update the maximum session duration for a role").
pub(crate) const LONGEST_SESSION: Ttl = Ttl { seconds: 43_200, basis: TtlBasis::VendorBound };

/// Emits the trust of the role in the service account, and the service account with its way in. `places`: where the
/// association stands, and where in it the service account is named.
pub(crate) fn associated(role: &str, key: &str, namespace: &str, account: &str, places: &(Location, Location), facts: &mut Facts) {
    let (location, named) = places;
    let subject = format!("system:serviceaccount:{namespace}:{account}");
    let issuer = Value::literal("pods.eks.amazonaws.com");
    facts.trusts.push(TrustBinding {
        id: format!("{key}/0"),
        platform: Platform::Aws,
        principal: role.to_owned(),
        trusted: "service-account".to_owned(),
        issuer: issuer.clone(),
        subject: match hole::value(&subject, Basis::Literal) {
            Value::Known(text, _) => SubjectRule::Exact(vec![text]),
            Value::Unknown(why) => SubjectRule::Unknown(why),
        },
        audiences: None,
        claims: Vec::new(),
        settings: Vec::new(),
        location: location.clone(),
    });
    if !hole::is_known(&subject) {
        return;
    }
    let id = format!("k8s:{namespace}/ServiceAccount/{account}");
    let mut workload = Workload::new(WorkloadKind::K8s, id, format!("{namespace}/{account}"), location.clone());
    workload.component = true;
    workload.identity_paths.push(IdentityPath {
        kind: IdentityKind::Managed,
        platform: Platform::Aws,
        mechanism: "EKS Pod Identity association".to_owned(),
        reach: Reach::Destination,
        destination: Destination::new("aws", ""),
        principal: Value::literal(role),
        tokens: vec![PredictedToken { issuer: issuer.clone(), subject: Value::literal(subject), audience: issuer }],
        ttl: Some(LONGEST_SESSION),
        capability: Some(location.clone()),
        consumer: Some(named.clone()),
        platform_bound: None,
    });
    facts.workloads.push(workload);
}
