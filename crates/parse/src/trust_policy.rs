//! Policies of AWS roles in files of their own: what `aws iam create-role --assume-role-policy-document file://…` and
//! Terraform's `file` and `templatefile` take.
//!
//! The decision a reader would question: where no Terraform of the folder takes a trust policy, its role is known by the path
//! of the file, because nothing in it names the role.
//! `${…}` is a template's hole, except for the policy variables that IAM itself fills in.

use serde_json::Value as Json;
use unkeyed_model::{Facts, Location, Platform, Principal, SkipReason, Unit};

use crate::json;
use crate::place::{self, Place};
use crate::policy_document::hole;
use crate::policy_document::{self, Carrier};
use crate::tree::Node;

/// How far into a file the words that tell such a policy are looked for, in bytes.
const HEAD: usize = 16 << 10;

/// Words that a policy of either kind holds, and words of what may hold one for others to read.
const TRUST_WORDS: [&str; 3] = ["\"Statement\"", "Principal\"", "\"sts:"];
const GRANT_WORDS: [&str; 3] = ["\"Statement\"", "\"Effect\"", "\"Resource\""];
const OTHERS: [&str; 4] = ["AssumeRolePolicyDocument", "\"Resources\"", "\"resource\"", "\"terraform_version\""];

/// Namespaces of policy variables (IAM User Guide, "IAM policy elements: Variables and tags").
const VARIABLES: [&str; 5] = ["aws:", "sts:", "saml:", "cognito-identity.", "*"];

/// Whether a file is a policy document or a template of one: of whom to trust, or of what is granted.
pub(crate) fn is_document(unit: &Unit<'_>) -> bool {
    let name = unit.origin().file_name();
    let is_named = [".json", ".tpl", ".tftpl", ".tmpl"].iter().any(|ending| name.ends_with(ending)) && !name.ends_with(".tf.json");
    let head = unit.bytes().get(..unit.bytes().len().min(HEAD)).unwrap_or_default();
    let holds = |word: &&str| memchr::memmem::find(head, word.as_bytes()).is_some();
    is_named && [TRUST_WORDS, GRANT_WORDS].iter().any(|words| words.iter().all(&holds)) && !OTHERS.iter().any(holds)
}

/// The document of such a file, with holes where a template fills something in.
pub(crate) fn document(text: &str) -> Option<Json> {
    policy_document::parse(&holed(text))
}

/// Reads a document that nobody is seen to take: if it says whom to trust, some role has it; if it says what is granted,
/// somebody gets it.
pub(crate) fn read(place: &Place<'_>, facts: &mut Facts) {
    let is_trust = TRUST_WORDS.iter().all(|word| place.text().contains(word));
    let Some(document) = document(place.text()) else {
        let kind = if is_trust { "trust" } else { "permission" };
        return facts.skipped.push(place.skip(SkipReason::NotUnderstood, format!("a {kind} policy that is no JSON as it stands")));
    };
    if !is_trust {
        return granted(place, &document, facts);
    }
    let key = format!("aws:trust-policy/{}", place.path());
    let statements = json::parse(place).ok();
    let locate = |index: usize| statement(place, statements.as_ref(), index);
    let carrier = Carrier { principal: &key, id: &key, locate: &locate, issuer: &|_| None };
    let mut trusts = policy_document::trusts(&document, &carrier);
    if trusts.is_empty() {
        return;
    }
    let names = vec![place.path().to_owned()];
    facts.principals.push(Principal { platform: Platform::Aws, key: key.clone(), kind: "role".to_owned(), names, location: place.whole() });
    facts.trusts.append(&mut trusts);
}

/// What a permission policy grants to whoever gets it. One that names principals stands on a resource, and is its owner's affair.
fn granted(place: &Place<'_>, document: &Json, facts: &mut Facts) {
    if place.text().contains("\"Principal\"") || place.text().contains("\"NotPrincipal\"") {
        return;
    }
    let key = format!("aws:policy/{}", place.path());
    let statements = json::parse(place).ok();
    let locate = |index: usize| statement(place, statements.as_ref(), index);
    let carrier = Carrier { principal: &key, id: &key, locate: &locate, issuer: &|_| None };
    let mut grants = policy_document::grants(document, &carrier);
    if grants.is_empty() {
        return;
    }
    let names = vec![place.path().to_owned()];
    facts.principals.push(Principal { platform: Platform::Aws, key, kind: "policy".to_owned(), names, location: place.whole() });
    facts.grants.append(&mut grants);
}

fn statement(place: &Place<'_>, root: Option<&Node>, index: usize) -> Location {
    let list = root.and_then(|root| root.get("Statement"));
    let node = list.and_then(|list| if list.items().is_empty() { Some(list) } else { list.items().get(index) });
    node.map_or_else(|| place.whole(), |node| place.at(node.span, place::item("Statement", index)))
}

/// The text with what a template fills in as holes.
fn holed(text: &str) -> String {
    let text = hole::clean(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let Some((what, behind)) = after.split_once('}') else {
            out.push_str("${");
            rest = after;
            continue;
        };
        if VARIABLES.iter().any(|lead| what.starts_with(lead)) {
            out.push_str(&format!("${{{what}}}"));
        } else {
            out.push_str(&hole::hole(what));
        }
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, SubjectRule, TrustBinding};

    use super::*;

    fn read(path: &str, text: &str) -> Vec<TrustBinding> {
        let unit = Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
        crate::group(&unit).map(|group| crate::read(&group, std::slice::from_ref(&unit)).trusts).unwrap_or_default()
    }

    fn policy(subject: &str) -> String {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {{"Federated": "arn:aws:iam::${{account}}:oidc-provider/token.actions.githubusercontent.com"}},
            "Condition": {{"StringLike": {{"token.actions.githubusercontent.com:sub": "{subject}"}}}}}}]}}"#
        )
    }

    #[test]
    fn a_policy_file_is_a_trust() {
        let trusts = read("iam/trust.json", &policy("repo:acme/*"));
        assert_eq!(trusts[0].issuer.known(), Some("token.actions.githubusercontent.com"));
        assert_eq!(trusts[0].subject, SubjectRule::Glob(vec!["repo:acme/*".into()]));
        assert_eq!(trusts[0].location.key_path.as_deref(), Some("Statement[0]"));
    }

    #[test]
    fn templates_keep_their_holes() {
        let trusts = read("iam/trust.json.tpl", &policy("repo:${org}/${name}:*"));
        assert_eq!(trusts[0].subject, SubjectRule::Glob(vec!["repo:${org}/${name}:*".into()]));
        let variable = read("trust.json", &policy("repo:acme/${aws:PrincipalTag/x}"));
        assert_eq!(variable[0].subject, SubjectRule::Glob(vec!["repo:acme/${aws:PrincipalTag/x}".into()]));
    }

    #[test]
    fn permission_policies_and_templates_of_stacks_are_none() {
        let permissions = r#"{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}"#;
        assert!(read("policy.json", permissions).is_empty());
        assert!(
            read("role.json", r#"{"AssumeRolePolicyDocument": {"Statement": [{"Principal": "*", "Action": "sts:AssumeRole"}]}}"#)
                .is_empty()
        );
        assert!(read("trust.json", &policy("x")[..120]).is_empty());
    }
}
