//! Login roles that are written into Vault by their path: `vault_generic_endpoint` and `vault_generic_secret` (provider
//! documentation of HashiCorp Vault).
//!
//! The decision a reader would question: such a block is spelled out as the resource that has its settings as attributes, so that
//! the same readers judge it. Only a path and a document that are written out tell which; the keys of the document do.

use hcl_edit::Ident;
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Object, ObjectKey};
use hcl_edit::structure::{Attribute, Block, BlockLabel, Body};
use hcl_edit::template::Element;

/// Resources that write any path.
const GENERIC: &[&str] = &["vault_generic_endpoint", "vault_generic_secret"];

/// Kinds of login roles by the settings of which one tells them.
const KINDS: &[(&str, &[&str])] = &[
    ("vault_kubernetes_auth_backend_role", &["bound_service_account_names", "bound_service_account_namespaces"]),
    ("vault_approle_auth_backend_role", &["secret_id_ttl", "secret_id_num_uses", "bind_secret_id", "secret_id_bound_cidrs"]),
    ("vault_jwt_auth_backend_role", &["bound_claims", "bound_audiences", "bound_subject", "user_claim", "role_type"]),
];

/// Settings under the names that they had before.
const RENAMED: &[(&str, &str)] = &[("ttl", "token_ttl"), ("max_ttl", "token_max_ttl"), ("period", "token_period")];

/// Adds the login roles that the blocks of a file write by path.
pub(super) fn spell_out(body: &mut Body, text: &str) {
    if !GENERIC.iter().any(|kind| text.contains(kind)) {
        return;
    }
    let made: Vec<Block> = body.blocks().filter_map(|block| role(block, text)).collect();
    made.into_iter().for_each(|block| body.push(block));
}

fn role(block: &Block, text: &str) -> Option<Block> {
    let kind = block.labels.first().filter(|_| block.ident.as_str() == "resource")?;
    if !GENERIC.contains(&kind.as_str()) {
        return None;
    }
    let backend = backend(&block.body.get_attribute("path")?.value)?;
    let document = document(&block.body.get_attribute("data_json")?.value, text)?;
    let settings: Vec<(String, Expression)> = document
        .iter()
        .filter_map(|(key, value)| {
            let key = key_of(key)?;
            let present = RENAMED.iter().find(|(old, _)| *old == key).map_or(key.as_str(), |(_, new)| new);
            Some((present.to_owned(), value.expr().clone()))
        })
        .collect();
    let is_told = |told: &[&str]| settings.iter().any(|(name, _)| told.contains(&name.as_str()));
    let (kind, _) = KINDS.iter().find(|(_, told)| is_told(told))?;
    // The copy keeps the place of the block.
    let mut made = block.clone();
    *made.labels.first_mut()? = BlockLabel::from(*kind);
    made.body.clear();
    made.body.push(Attribute::new(Ident::new("backend"), backend));
    for (name, value) in settings {
        if let Ok(name) = Ident::try_new(name) {
            made.body.push(Attribute::new(name, value));
        }
    }
    Some(made)
}

/// The mount of a path `auth/MOUNT/role/NAME`, which may be another resource's.
fn backend(path: &Expression) -> Option<Expression> {
    match path {
        Expression::String(text) => {
            let (mount, name) = text.trim_matches('/').strip_prefix("auth/")?.split_once("/role/")?;
            (!name.contains('/')).then(|| Expression::from(mount))
        }
        Expression::StringTemplate(template) => {
            let mut elements = template.iter();
            let Some(Element::Literal(before)) = elements.next() else { return None };
            if let Some((mount, _)) = before.trim_start_matches('/').strip_prefix("auth/")?.split_once("/role/") {
                return Some(Expression::from(mount));
            }
            match (before.trim_start_matches('/').strip_prefix("auth/")?, elements.next(), elements.next()) {
                ("", Some(Element::Interpolation(mount)), Some(Element::Literal(behind))) if behind.starts_with("/role/") => {
                    Some(mount.expr.clone())
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// What is written: the argument of `jsonencode`, or JSON as text, which reads as an object of the language too.
fn document(value: &Expression, text: &str) -> Option<Object> {
    match value {
        Expression::FuncCall(call) if call.name.name.as_str() == "jsonencode" => match call.args.iter().next()? {
            Expression::Object(object) => Some(object.clone()),
            _ => None,
        },
        Expression::HeredocTemplate(heredoc) => {
            let (first, last) = (heredoc.template.iter().next()?.span()?, heredoc.template.iter().last()?.span()?);
            let written = text.get(first.start..last.end)?;
            let (start, end) = (written.find('{')?, written.rfind('}')?);
            // Blanks in front keep the places true.
            let blanks = " ".repeat((first.start + start).checked_sub(2)?);
            let body = hcl_edit::parser::parse_body(&format!("{blanks}d={}\n", written.get(start..=end)?)).ok()?;
            match &body.get_attribute("d")?.value {
                Expression::Object(object) => Some(object.clone()),
                _ => None,
            }
        }
        _ => None,
    }
}

fn key_of(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(Expression::Variable(name)) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(Expression::String(text)) => Some(text.as_str().to_owned()),
        ObjectKey::Expression(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Facts, Origin, SubjectRule, Unit};

    fn read(text: &str) -> Facts {
        crate::testing::read(&[Unit::new(Arc::new(Origin { path: "infra/main.tf".into(), ..Origin::default() }), text.as_bytes().to_vec())])
    }

    #[test]
    fn a_role_that_is_written_by_its_path_is_a_trust() {
        let encoded = r#"
resource "vault_jwt_auth_backend" "ci" {
  path         = "ci"
  bound_issuer = "https://token.actions.githubusercontent.com"
}
resource "vault_generic_endpoint" "role" {
  path      = "auth/${vault_jwt_auth_backend.ci.path}/role/deploy"
  data_json = jsonencode({ role_type = "jwt", user_claim = "sub", bound_subject = "repo:northwind/web:environment:prod", ttl = "2h" })
}
"#;
        let facts = read(encoded);
        assert_eq!(facts.trusts[0].issuer.known(), Some("https://token.actions.githubusercontent.com"));
        assert_eq!(facts.trusts[0].subject, SubjectRule::Exact(vec!["repo:northwind/web:environment:prod".into()]));
        assert_eq!(facts.trusts[0].location.region.line, 6);
        assert_eq!((facts.sessions[0].setting.as_str(), facts.sessions[0].seconds), ("token_ttl", Some(7200)));
        let text = r#"
resource "vault_generic_secret" "role" {
  path      = "auth/kubernetes/role/app"
  data_json = <<EOT
{
  "bound_service_account_names": "*",
  "bound_service_account_namespaces": ["${var.namespace}", "shop"]
}
EOT
}
variable "namespace" { default = "web" }
"#;
        let expected = ["system:serviceaccount:web:*", "system:serviceaccount:shop:*"].map(str::to_owned).to_vec();
        assert_eq!(read(text).trusts[0].subject, SubjectRule::Glob(expected));
    }

    #[test]
    fn what_is_no_role_makes_none() {
        for (path, document) in [
            ("auth/userpass/users/admin", "jsonencode({ bound_claims = {} })"),
            ("auth/approle/role/app/secret-id", "jsonencode({ bound_claims = {} })"),
            ("auth/jwt/role/app", "jsonencode(var.role)"),
            ("auth/jwt/role/app", "var.role"),
        ] {
            let text = format!("resource \"vault_generic_endpoint\" \"r\" {{\n  path = \"{path}\"\n  data_json = {document}\n}}\n");
            assert!(read(&text).trusts.is_empty(), "{path} {document}");
        }
    }
}
