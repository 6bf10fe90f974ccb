//! `terraform-google-modules/github-actions-runners/google//modules/gh-oidc`: a pool with one provider for GitHub, and service
//! accounts that members of it may become.

use unkeyed_model::{Basis, Claim, Facts, Platform, Principal, SubjectRule, TrustBinding, Value};

use super::Call;
use crate::evaluated::Val;
use crate::policy_document::hole;
use crate::terraform::gcp;

const ISSUER: &str = "https://token.actions.githubusercontent.com";

/// What the provider maps unless it is told otherwise.
const MAPPING: &[(&str, &str)] = &[
    ("google.subject", "assertion.sub"),
    ("attribute.actor", "assertion.actor"),
    ("attribute.aud", "assertion.aud"),
    ("attribute.repository", "assertion.repository"),
];

/// The pool's provider, and a trust for each service account of `sa_mapping`.
pub(super) fn pool(call: &Call<'_, '_>, facts: &mut Facts) {
    let key = call.key();
    let names = [key.clone(), call.address.clone()].into_iter().chain(call.text("pool_id")).collect();
    let kind = "workload-identity-pool".to_owned();
    facts.principals.push(Principal { platform: Platform::Gcp, key: key.clone(), kind, names, location: call.location.clone() });
    let condition = call.get("attribute_condition").map(|val| {
        let (text, basis) = call.module.text_of(&val);
        hole::partly(&text).map_or_else(|| hole::value(&text, basis), |text| Value::Known(text, basis))
    });
    let subject = match &condition {
        Some(Value::Known(text, _)) => SubjectRule::Expression(text.clone()),
        Some(Value::Unknown(why)) => SubjectRule::Unknown(why.clone()),
        None => SubjectRule::Any,
    };
    facts.trusts.push(trust(call, format!("{key}/0"), key.clone(), subject, conditions(condition.as_ref())));
    let mapping = call.get("sa_mapping");
    for (ordinal, (_, one)) in mapping.iter().flat_map(Val::entries).enumerate() {
        let (Some(account), Some(attribute)) = (one.get("sa_name"), one.get("attribute")) else { continue };
        let principal = call.module.principal(account, Platform::Gcp, "service-account", facts);
        let member = format!("principalSet://iam.googleapis.com/POOL/{}", call.module.text_of(attribute).0);
        let (rule, mut claims) = gcp::member_rule(None, &member);
        claims.extend(conditions(condition.as_ref()));
        let mut made = trust(call, format!("{key}/{}", ordinal + 1), principal, rule, claims);
        made.settings.push(("member".to_owned(), hole::value(&member, Basis::Literal)));
        made.settings.push(("role".to_owned(), Value::literal("roles/iam.workloadIdentityUser")));
        facts.trusts.push(made);
    }
}

fn conditions(condition: Option<&Value>) -> Vec<Claim> {
    condition.map(|value| gcp::claim("attribute_condition", "cel", value.clone())).into_iter().collect()
}

fn trust(call: &Call<'_, '_>, id: String, principal: String, subject: SubjectRule, claims: Vec<Claim>) -> TrustBinding {
    let given = call.get("attribute_mapping");
    let written = given.iter().flat_map(Val::entries).map(|(name, val)| (name.clone(), call.module.value_of(val)));
    let defaults = MAPPING
        .iter()
        .filter(|_| given.is_none())
        .map(|(name, claim)| ((*name).to_owned(), Value::Known((*claim).to_owned(), Basis::Default)));
    let settings: Vec<(String, Value)> =
        written.chain(defaults).map(|(name, value)| (format!("attribute_mapping.{name}"), value)).collect();
    let audiences = call.get("allowed_audiences").filter(|val| !val.items().is_empty());
    TrustBinding {
        id,
        platform: Platform::Gcp,
        principal,
        trusted: "oidc".to_owned(),
        issuer: Value::Known(call.text("issuer_uri").unwrap_or_else(|| ISSUER.to_owned()), Basis::Default),
        subject,
        audiences: audiences.map(|val| val.items().iter().map(|item| call.module.value_of(item)).collect()),
        claims,
        settings,
        location: call.location.clone(),
    }
}
