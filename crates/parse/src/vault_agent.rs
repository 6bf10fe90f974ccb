//! Configuration of the Vault agent (Vault docs, "Vault Agent"): how it logs in, and what its templates fetch.
//!
//! A file is a component of whoever runs the agent with it, and a workload of its own where nobody is seen to. The decision a
//! reader would question: the secret id of an AppRole and the file of a token are credentials although the files that hold them
//! stand nowhere in the inputs.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::structure::Body;
use unkeyed_model::{
    Content, Destination, Facts, Location, PredictedToken, Reference, Role, SkipReason, Span, StoreKind, Unit, Value, Workload,
    WorkloadKind, has_extension,
};

use crate::facts as shared;
use crate::k8s::injector;
use crate::place::{self, Place};

/// Methods that log in with something that is kept in a file: the method, the setting that names the file, what it holds
/// (Vault docs, "Auto-auth methods").
const KEPT: &[(&str, &str, &str)] = &[
    ("approle", "secret_id_file_path", "AppRole secret id"),
    // A role that asks for no secret id is entered with its own.
    ("approle", "role_id_file_path", "AppRole role id"),
    ("token_file", "token_file_path", "Vault token"),
    ("ldap", "password_file_path", "LDAP password"),
    ("kerberos", "keytab_path", "keytab"),
    // Where it is not told here it is the one of the connection.
    ("cert", "", "client key"),
];

/// Methods that log in as the machine or the pod.
const BY_IDENTITY: &[&str] = &["kubernetes", "jwt", "aws", "azure", "gcp", "oci", "alicloud", "cf"];

/// `*.hcl` with `auto_auth`.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let is_named = has_extension(unit.origin().file_name(), &["hcl"]);
    (is_named && memchr::memmem::find(unit.bytes(), b"auto_auth").is_some()).then(|| unit.origin().path.clone())
}

/// Reads such files.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    place::each(units, |place, facts| {
        let Ok(body) = hcl_edit::parser::parse_body(place.text()) else {
            facts.skipped.push(place.skip(SkipReason::Malformed, "not the language of Vault's configurations; scanned as text only"));
            return;
        };
        let location = place.bare(Span::new(0, place.text().len()));
        let mut workload =
            Workload::new(WorkloadKind::VaultAgent, format!("vault-agent:{}#agent", place.path()), "vault-agent", location.clone());
        workload.component = true;
        workload.extents.push(location);
        for method in body.get_blocks("auto_auth").flat_map(|block| block.body.get_blocks("method")) {
            let label = method.labels.first().map(|label| label.as_str());
            let at = |range: Option<Range<usize>>| located(place, range, "auto_auth.method");
            if let Some(name) = text(&method.body, "type").or(label) {
                logs_in(name, &method.body, &at(method.span()), &mut workload);
            }
        }
        for block in body.get_blocks("template").chain(body.get_blocks("env_template")) {
            let at = located(place, block.span(), "template");
            let contents = block.body.get_attribute("contents").map(|attribute| attribute.value.to_string()).unwrap_or_default();
            workload.references.extend(fetched(&contents).map(|path| injector::fetched(path, path, at.clone())));
        }
        facts.workloads.push(workload);
    })
}

fn located(place: &Place<'_>, range: Option<Range<usize>>, path: &str) -> Location {
    let range = range.unwrap_or_default();
    place.at(Span::new(range.start, range.end), path)
}

fn text<'b>(body: &'b Body, name: &str) -> Option<&'b str> {
    body.get_attribute(name)?.value.as_str()
}

/// The login of a method, by its settings: a block or an object of that name.
fn logs_in(method: &str, body: &Body, at: &Location, workload: &mut Workload) {
    let block = body.get_blocks("config").next().map(|block| &block.body);
    let object = body.get_attribute("config").and_then(|attribute| attribute.value.as_object());
    let setting = |name: &str| {
        let inner = object.and_then(|object| object.iter().find(|(key, _)| key.as_ident().is_some_and(|ident| ident.as_str() == name)));
        block.and_then(|body| text(body, name)).or_else(|| inner.and_then(|(_, value)| value.expr().as_str()))
    };
    if let Some((_, _, what)) = KEPT.iter().find(|(name, key, _)| *name == method && (key.is_empty() || setting(key).is_some())) {
        let reference = shared::reference(StoreKind::File, *what, at.clone());
        workload.references.push(Reference {
            content: Content::Durable,
            role: Role::Bootstrap,
            destination: Some(Destination::new("vault", "")),
            used_as: Some((*what).to_owned()),
            ..reference
        });
    } else if BY_IDENTITY.contains(&method) {
        let unknown = |what: &str| Value::unknown(format!("{what} is not in the agent's configuration"));
        let token =
            PredictedToken { issuer: unknown("the issuer"), subject: unknown("who runs the agent"), audience: unknown("the audience") };
        let role = setting("role").map(Value::literal);
        let path = injector::login(Some(method), role, token, at.clone(), at.clone());
        workload.identity_paths.push(unkeyed_model::IdentityPath { mechanism: format!("Vault agent ({method} login)"), ..path });
    }
}

/// The paths that a template fetches: `{{ with secret "kv/data/app" }}`.
fn fetched(template: &str) -> impl Iterator<Item = &str> {
    let calls = template.split("{{").skip(1).filter_map(|action| action.split("}}").next());
    calls.filter_map(|action| {
        let (_, rest) = action.split_once("secret ")?;
        let path = rest.trim_start().trim_start_matches('\\').strip_prefix('"')?.split(['"', '\\']).next()?;
        (!path.is_empty()).then_some(path)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Role, Unit, Workload};

    fn agent(text: &str) -> Workload {
        let origin = Origin { path: "agent/config.hcl".into(), ..Origin::default() };
        crate::testing::read(&[Unit::new(Arc::new(origin), text.as_bytes().to_vec())]).workloads.remove(0)
    }

    fn names(workload: &Workload) -> Vec<(&str, Role)> {
        workload.references.iter().map(|used| (used.name.as_str(), used.role)).collect()
    }

    #[test]
    fn what_an_agent_logs_in_with_and_fetches() {
        let approle = agent(
            "auto_auth {\n  method {\n    type = \"approle\"\n    config = {\n      role_id_file_path = \"/r\"\n      secret_id_file_path = \"/s\"\n    }\n  }\n}\ntemplate {\n  contents = \"{{ with secret \\\"kv/data/app\\\" }}{{ .Data }}{{ end }}\"\n  destination = \"/x\"\n}\n",
        );
        assert!(approle.component && approle.identity_paths.is_empty());
        assert_eq!(names(&approle), [("AppRole secret id", Role::Bootstrap), ("kv/data/app", Role::Access)]);
        let labelled = agent("auto_auth {\n  method \"approle\" {\n    config {\n      secret_id_file_path = \"/s\"\n    }\n  }\n}\n");
        assert_eq!(names(&labelled), [("AppRole secret id", Role::Bootstrap)]);
        let unbound = agent("auto_auth {\n  method \"approle\" {\n    config = { role_id_file_path = \"/r\" }\n  }\n}\n");
        assert_eq!(names(&unbound), [("AppRole role id", Role::Bootstrap)]);
        let certificate = agent("vault { client_key = \"k.pem\" }\nauto_auth {\n  method \"cert\" {}\n}\n");
        assert_eq!(names(&certificate), [("client key", Role::Bootstrap)]);
        let cluster = agent("auto_auth {\n  method \"kubernetes\" {\n    config = { role = \"app\" }\n  }\n}\n");
        assert!(cluster.references.is_empty());
        assert_eq!(cluster.identity_paths[0].principal.known(), Some("app"));
    }
}
