//! # What it finds
//!
//! How workloads of Google Kubernetes Engine reach Google Cloud: a whole namespace, or every account of a name
//! pattern, as member (`principalSet://…svc.id.goog/namespace/…`, `…svc.id.goog[NS/*]`), as a warning; and, as a note, one
//! service account that acts as an IAM service account instead of being a member itself.
//!
//! # Why it matters
//!
//! Whoever may create a service account in the namespace has the access. The IAM service account in between is one more
//! identity to keep, which may get keys of its own and is shared easily; it is no longer needed for most services (Google
//! Cloud, "Authenticate to Google Cloud APIs from GKE workloads").
//!
//! # Instead
//!
//! Grant roles to `principal://iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/PROJECT.svc.id.goog/subject/ns/NS/sa/KSA`.

use unkeyed_model::{Level, Platform, SubjectRule, TrustBinding, Value};

use super::{granted_set, member};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-GCP-10",
    title: "cluster workloads are bound loosely or by a detour",
    level: Level::Warning,
    standards: standards::TRUST_SHARED,
    source: include_str!("gke_binding.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in view.trusts(Platform::Gcp) {
        let who = view.name(&trust.principal);
        let place = spot(&trust.location);
        let (level, message) = match () {
            () if is_wide(trust) => (CHECK.level, format!("Every service account of a namespace may act as {who} ({place}).")),
            // Who is its own principal was granted its roles directly.
            () if trust.trusted == "service-account" && !trust.principal.starts_with("principal://") => {
                (Level::Note, format!("A service account of the cluster acts as {who} ({place}) instead of being granted its roles."))
            }
            () => continue,
        };
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
    for grant in view.grants(Platform::Gcp).filter(|grant| granted_set(&grant.principal).is_some_and(is_namespace)) {
        let message = format!("Every service account of a namespace has a role ({}).", spot(&grant.location));
        sink.principal(&grant.principal, &Statement::new(CHECK.level, &grant.location, message));
    }
}

fn is_wide(trust: &TrustBinding) -> bool {
    let starred = trust.trusted == "service-account" && matches!(trust.subject, SubjectRule::Glob(_));
    starred || member(trust).and_then(Value::known).is_some_and(is_namespace)
}

/// A set of the cluster's pool that holds a namespace, or the whole cluster.
fn is_namespace(member: &str) -> bool {
    let sets = ["/namespace/", "/kubernetes.cluster/"];
    member.starts_with("principalSet://") && member.contains(".svc.id.goog/") && sets.iter().any(|set| member.contains(set))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{exact, glob, levels, with_grant, with_trust};

    const POOL: &str = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/acme-prod.svc.id.goog";

    fn acting(subject: SubjectRule) -> Vec<Level> {
        let estate = with_trust(Platform::Gcp, |trust| {
            trust.trusted = "service-account".into();
            trust.subject = subject;
        });
        levels(&CHECK, &estate)
    }

    #[test]
    fn a_direct_grant_is_no_detour() {
        let estate = with_trust(Platform::Gcp, |trust| {
            trust.trusted = "service-account".into();
            trust.principal = format!("principal:{POOL}/subject/ns/shop/sa/web");
            trust.subject = exact("system:serviceaccount:shop:web");
        });
        assert!(levels(&CHECK, &estate).is_empty());
        assert_eq!(acting(exact("system:serviceaccount:shop:web")), [Level::Note]);
    }

    #[test]
    fn a_namespace_is_a_warning() {
        assert_eq!(acting(glob("system:serviceaccount:shop:*")), [Level::Warning]);
        let set = |grant: &mut unkeyed_model::RoleGrant| grant.principal = format!("principalSet:{POOL}/namespace/shop");
        assert_eq!(levels(&CHECK, &with_grant(Platform::Gcp, set)), [Level::Warning]);
        let member = ("member".to_owned(), Value::literal(format!("principalSet:{POOL}/namespace/shop")));
        assert_eq!(levels(&CHECK, &with_trust(Platform::Gcp, |trust| trust.settings.push(member))), [Level::Warning]);
    }

    #[test]
    fn the_detour_is_noted_and_a_direct_grant_is_fine() {
        assert_eq!(acting(exact("system:serviceaccount:shop:web")), [Level::Note]);
        let direct = |grant: &mut unkeyed_model::RoleGrant| grant.principal = format!("principal:{POOL}/subject/ns/shop/sa/web");
        assert!(levels(&CHECK, &with_grant(Platform::Gcp, direct)).is_empty());
        assert!(levels(&CHECK, &with_trust(Platform::Gcp, |_| {})).is_empty());
    }
}
