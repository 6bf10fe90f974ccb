//! `gcloud …` (gcloud CLI reference: `iam workload-identity-pools providers`, `add-iam-policy-binding`).

use super::script::Call;
use crate::exports::{Attribute, Out, given, of, text};
use crate::tree::Node;

const POOL: &str = "google_iam_workload_identity_pool";
const PROVIDER: &str = "google_iam_workload_identity_pool_provider";

/// Commands that make a provider, with what they are called behind `providers`.
const PROVIDERS: &[&str] = &["create-oidc", "update-oidc", "create-aws", "update-aws", "create-saml"];

/// Resources on which roles are granted, as their commands and Terraform name them.
const RESOURCES: &[(&[&str], &str, &str)] = &[
    (&["storage", "buckets"], "google_storage_bucket_iam_member", "bucket"),
    (&["secrets"], "google_secret_manager_secret_iam_member", "secret_id"),
    (&["artifacts", "repositories"], "google_artifact_registry_repository_iam_member", "name"),
    (&["run", "services"], "google_cloud_run_service_iam_member", "service"),
    (&["pubsub", "topics"], "google_pubsub_topic_iam_member", "topic"),
    (&["kms", "keys"], "google_kms_crypto_key_iam_member", "crypto_key_id"),
];

/// Options without a value.
const FLAGS: &[&str] = &["--quiet", "-q", "--disabled", "--no-user-output-enabled", "--no-address", "--preemptible", "--async"];

/// Reads one command.
pub(super) fn read(call: &Call<'_>, out: &mut Out<'_>) {
    if let Some(verb) = PROVIDERS.iter().find(|verb| call.runs(&["iam", "workload-identity-pools", "providers", verb])) {
        provider(call, verb, out);
    } else if call.runs(&["iam", "service-accounts", "add-iam-policy-binding"]) {
        binding(call, "google_service_account_iam_member", "service_account_id", out);
    } else if call.runs(&["projects", "add-iam-policy-binding"]) {
        binding(call, "google_project_iam_member", "project", out);
    } else if call.runs(&["organizations", "add-iam-policy-binding"]) {
        binding(call, "google_organization_iam_member", "org_id", out);
    } else if call.runs(&["folders", "add-iam-policy-binding"]) {
        binding(call, "google_folder_iam_member", "folder", out);
    } else if call.runs(&["add-iam-policy-binding"]) {
        if let Some((_, kind, on)) = RESOURCES.iter().find(|(words, ..)| call.runs(words)) {
            binding(call, kind, on, out);
        }
    } else if call.runs(&["iam", "service-accounts", "keys", "create"]) {
        let kind = "google_service_account_key";
        let own = out.numbered(kind, "");
        let account = call.option(&["--iam-account"]).map(Attribute::Text);
        out.resource(kind, own, &call.node(), vec![("service_account_id", account)]);
    } else if call.runs(&["iam", "roles", "create"]) {
        let kind = "google_project_iam_custom_role";
        let name = call.positional_after("create", FLAGS).unwrap_or_default();
        let own = out.label(kind, &name, &name);
        let permissions = call.option(&["--permissions"]).map(|all| Attribute::Node(call.list(split(&all))));
        out.resource(kind, own, &call.node(), vec![("role_id", text(name)), ("permissions", permissions)]);
    } else if call.runs(&["compute", "instances", "create"]) {
        machine(call, out);
    }
}

/// A machine that is given an account, or scopes with which it gets the default one.
fn machine(call: &Call<'_>, out: &mut Out<'_>) {
    let kind = "google_compute_instance";
    let (account, scopes) = (call.option(&["--service-account"]), call.option(&["--scopes"]));
    if account.is_none() && scopes.is_none() {
        return;
    }
    let name = call.positional_after("create", FLAGS).unwrap_or_default();
    let own = out.numbered(kind, &name);
    let scopes = scopes.map(|all| Attribute::Node(call.list(split(&all))));
    let asked = given(vec![("email", account.map(Attribute::Text)), ("scopes", scopes)]);
    out.resource(kind, own, &call.node(), vec![("name", text(name)), ("service_account", Some(Attribute::Block(asked)))]);
}

fn provider(call: &Call<'_>, verb: &str, out: &mut Out<'_>) {
    let pool_id = call.option(&["--workload-identity-pool"]).unwrap_or_default();
    let pool = out.label(POOL, &pool_id, &pool_id);
    out.resource(POOL, pool.clone(), &call.node(), vec![("workload_identity_pool_id", text(pool_id.clone()))]);
    let name = call.positional_after(verb, FLAGS).unwrap_or_default();
    let own = out.label(PROVIDER, &format!("{pool_id}/{name}"), &name);
    let option = |name: &str| call.option(&[name]).map(Attribute::Text);
    let audiences = call.option(&["--allowed-audiences"]).map(|all| Attribute::Node(call.list(split(&all))));
    let block = |attributes: Vec<(&str, Option<Attribute>)>| Some(given(attributes)).filter(|all| !all.is_empty()).map(Attribute::Block);
    let attributes = vec![
        ("workload_identity_pool_id", of(POOL, &pool, "workload_identity_pool_id")),
        ("attribute_mapping", call.option(&["--attribute-mapping"]).map(|mapping| Attribute::Node(mapped(call, &mapping)))),
        ("attribute_condition", option("--attribute-condition").filter(|given| !matches!(given, Attribute::Text(text) if text.is_empty()))),
        ("oidc", block(vec![("issuer_uri", option("--issuer-uri")), ("allowed_audiences", audiences)])),
        ("aws", block(vec![("account_id", option("--account-id"))])),
    ];
    out.resource(PROVIDER, own, &call.node(), attributes);
}

/// `google.subject=assertion.sub,attribute.x=…`.
fn mapped(call: &Call<'_>, mapping: &str) -> Node {
    let pairs = split(mapping).into_iter().filter_map(|pair| pair.split_once('='));
    call.map(pairs.map(|(name, value)| (name.trim().to_owned(), call.text(value.trim()))).collect())
}

/// The parts between commas that stand in no parentheses and quotes; another separator is told in front (`^;^a;b`).
fn split(list: &str) -> Vec<&str> {
    let (separator, list) = match list.strip_prefix('^').and_then(|rest| rest.split_once('^')) {
        Some((separator, rest)) if !separator.is_empty() => (separator, rest),
        _ => (",", list),
    };
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_usize, None);
    for (at, character) in list.char_indices() {
        match (character, quote) {
            (character, Some(open)) if character == open => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'', None) => quote = Some(character),
            ('(' | '{', None) => depth += 1,
            (')' | '}', None) => depth = depth.saturating_sub(1),
            (_, None) if depth == 0 && list[at..].starts_with(separator) => {
                parts.push(&list[start..at]);
                start = at + separator.len();
            }
            (_, None) => {}
        }
    }
    parts.push(list.get(start..).unwrap_or_default());
    parts
}

fn binding(call: &Call<'_>, kind: &'static str, on: &str, out: &mut Out<'_>) {
    let own = out.numbered(kind, "");
    let condition = call.option(&["--condition"]).filter(|given| given != "None");
    let attributes = vec![
        (on, call.positional_after("add-iam-policy-binding", FLAGS).map(Attribute::Text)),
        ("role", call.option(&["--role"]).map(Attribute::Text)),
        ("member", call.option(&["--member"]).map(Attribute::Text)),
        ("condition", condition.map(|given| Attribute::Block(vec![("expression".to_owned(), Attribute::Text(given))]))),
    ];
    out.resource(kind, own, &call.node(), attributes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_where_gcloud_does() {
        assert_eq!(split("a=b,c=x.extract('{y},z')"), ["a=b", "c=x.extract('{y},z')"]);
        assert_eq!(split("^;^a=f(x;y);b"), ["a=f(x;y)", "b"]);
        assert_eq!(split(""), [""]);
    }
}
