//! `az …` (Azure CLI reference) and the objects of Microsoft Graph that it prints.

use super::Out;
use super::out::{Attribute, given, node, of, text};
use super::shapes::has;
use crate::tree::{Kind, Node};

const APPLICATION: &str = "azuread_application";
const IDENTITY: &str = "azurerm_user_assigned_identity";
/// Part of the id of a federated credential behind which the identity's own id ends.
const OF_IDENTITY: &str = "/federatedidentitycredentials/";

/// A federated credential: issuer and audiences, and a subject or an expression.
pub(super) fn is_federated(item: &Node) -> bool {
    has(item, &["issuer", "audiences"]) && (item.get("subject").is_some() || item.get("claimsMatchingExpression").is_some())
}

/// The federated credential of an identity, whose id tells it, or of an application, which only Graph's context tells.
pub(super) fn federated(item: &Node, out: &mut Out<'_>) {
    let application = application_of(out).map(Attribute::Text);
    credential_of(item, application, out);
}

fn credential_of(item: &Node, application: Option<Attribute>, out: &mut Out<'_>) {
    let name = item.str("name").unwrap_or_default();
    let id = item.str("id").unwrap_or_default();
    let parent = id.to_ascii_lowercase().find(OF_IDENTITY).and_then(|at| id.get(..at)).map(str::to_owned);
    let kind = match parent {
        Some(_) => "azurerm_federated_identity_credential",
        None => "azuread_application_federated_identity_credential",
    };
    // What a command is given has no id yet.
    let label = if id.is_empty() { out.numbered(kind, name) } else { out.label(kind, id, name) };
    let expression = item.get("claimsMatchingExpression").and_then(|expression| match expression.kind {
        Kind::Map(_) => node(expression, "value"),
        _ => Some(Attribute::Node(expression.clone())).filter(|_| !expression.is_null()),
    });
    let holder = match parent {
        Some(identity) => ("parent_id", text(identity)),
        None => ("application_id", application),
    };
    let attributes = vec![
        holder,
        ("name", node(item, "name")),
        ("issuer", node(item, "issuer")),
        ("subject", node(item, "subject")),
        ("claims_matching_expression", expression),
        ("audiences", node(item, "audiences")),
    ];
    out.resource(kind, label, item, attributes);
}

/// The object id in `…/$metadata#applications('ID')/federatedIdentityCredentials`.
fn application_of(out: &Out<'_>) -> Option<String> {
    let context = out.root.as_ref()?.str("@odata.context")?;
    let (_, rest) = context.split_once("applications('")?;
    rest.split_once('\'').map(|(id, _)| id.to_owned())
}

/// A managed identity under all its ids.
pub(super) fn identity(item: &Node, out: &mut Out<'_>) {
    let id = item.str("id").or_else(|| item.str("clientId")).unwrap_or_default();
    let label = out.label(IDENTITY, id, item.str("name").unwrap_or(id));
    let attributes = vec![
        ("name", node(item, "name")),
        ("id", node(item, "id")),
        ("client_id", node(item, "clientId")),
        ("principal_id", node(item, "principalId")),
    ];
    out.resource(IDENTITY, label, item, attributes);
}

/// An application or service principal of the directory, with as much of it as was selected.
pub(super) fn is_directory_object(item: &Node) -> bool {
    ["passwordCredentials", "keyCredentials", "servicePrincipalType", "federatedIdentityCredentials"]
        .iter()
        .any(|key| item.get(key).is_some())
}

/// An application under its ids, with the credentials that it keeps.
pub(super) fn application(item: &Node, out: &mut Out<'_>) {
    let id = item.str("appId").unwrap_or_default();
    let is_managed = item.str("servicePrincipalType") == Some("ManagedIdentity");
    let kind = if is_managed { IDENTITY } else { APPLICATION };
    let label = out.label(kind, item.str("id").unwrap_or(id), item.str("displayName").unwrap_or(id));
    let (name, object) = if is_managed { ("name", "principal_id") } else { ("display_name", "object_id") };
    let attributes = vec![(name, node(item, "displayName")), ("client_id", node(item, "appId")), (object, node(item, "id"))];
    out.resource(kind, label.clone(), item, attributes);
    // `?$expand=federatedIdentityCredentials`
    for credential in item.get("federatedIdentityCredentials").map(Node::items).unwrap_or_default().iter().filter(|_| !is_managed) {
        credential_of(credential, of(APPLICATION, &label, "id"), out);
    }
    for (list, credential_kind) in
        [("passwordCredentials", "azuread_application_password"), ("keyCredentials", "azuread_application_certificate")]
    {
        for credential in item.get(list).map(Node::items).unwrap_or_default().iter().filter(|_| !is_managed) {
            declare(credential_kind, credential, of(APPLICATION, &label, "client_id"), out);
        }
    }
}

/// A client secret or certificate of an application that isn't told.
pub(super) fn credential(item: &Node, out: &mut Out<'_>) {
    let is_certificate = item.str("type").is_some_and(|kind| kind.contains("X509") || kind.contains("Symmetric"));
    let kind = if is_certificate { "azuread_application_certificate" } else { "azuread_application_password" };
    declare(kind, item, None, out);
}

fn declare(kind: &'static str, item: &Node, application: Option<Attribute>, out: &mut Out<'_>) {
    let label = out.numbered(kind, item.str("displayName").or_else(|| item.str("keyId")).unwrap_or_default());
    let attributes =
        vec![("application_id", application), ("start_date", node(item, "startDateTime")), ("end_date", node(item, "endDateTime"))];
    out.resource(kind, label, item, attributes);
}

/// Whether an assignment says which role it is.
pub(super) fn names_role(item: &Node) -> bool {
    item.get("roleDefinitionName").is_some() || item.get("roleDefinitionId").is_some()
}

/// A role assignment. For applications the tool gives the client id as the principal's name.
pub(super) fn role_assignment(item: &Node, out: &mut Out<'_>) {
    let label = out.numbered("azurerm_role_assignment", item.str("name").unwrap_or_default());
    if let (Some(object), Some(client)) = (item.str("principalId"), item.str("principalName"))
        && item.str("principalType") == Some("ServicePrincipal")
    {
        let own = out.label(APPLICATION, object, client);
        out.resource(APPLICATION, own, item, vec![("object_id", text(object)), ("client_id", text(client))]);
    }
    let role = match item.str("roleDefinitionName").filter(|name| !name.is_empty()) {
        Some(_) => ("role_definition_name", node(item, "roleDefinitionName")),
        None => ("role_definition_id", node(item, "roleDefinitionId")),
    };
    let attributes = vec![
        ("principal_id", node(item, "principalId")),
        role,
        ("scope", node(item, "scope")),
        ("condition", node(item, "condition").filter(|_| item.get("condition").is_some_and(|condition| !condition.is_null()))),
    ];
    out.resource("azurerm_role_assignment", label, item, attributes);
}

/// A permission of an interface, or a role of the directory, that is given to an application (Microsoft Graph).
pub(super) fn directory_assignment(item: &Node, out: &mut Out<'_>) {
    let (kind, ours, theirs) = match item.get("appRoleId") {
        Some(_) => ("azuread_app_role_assignment", "app_role_id", "appRoleId"),
        None => ("azuread_directory_role_assignment", "role_id", "roleDefinitionId"),
    };
    let label = out.numbered(kind, item.str("id").unwrap_or_default());
    out.resource(kind, label, item, vec![("principal_object_id", node(item, "principalId")), (ours, node(item, theirs))]);
}

/// A custom role, as the tool takes it and prints it; what the vendor defines is nobody's choice.
pub(super) fn is_role_definition(item: &Node) -> bool {
    let has_either = |names: [&str; 2]| names.iter().any(|name| item.get(name).is_some());
    let is_custom = item.str("roleType").is_none_or(|kind| kind == "CustomRole");
    let says_what = has_either(["actions", "Actions"]) || item.get("permissions").is_some();
    has_either(["assignableScopes", "AssignableScopes"]) && says_what && is_custom
}

/// Where it may be assigned first stands for its scope.
pub(super) fn role_definition(item: &Node, out: &mut Out<'_>) {
    let kind = "azurerm_role_definition";
    let permissions = item.get("permissions").map_or(std::slice::from_ref(item), Node::items);
    let own = out.numbered(kind, item.str("roleName").or_else(|| item.str("Name")).or_else(|| item.str("name")).unwrap_or_default());
    let either = |at: &Node, names: [&str; 2]| names.iter().find_map(|name| node(at, name));
    let scope = ["assignableScopes", "AssignableScopes"].iter().find_map(|name| item.get(name)?.items().first()?.text());
    let mut attributes = given(vec![("name", either(item, ["roleName", "Name"])), ("scope", scope.and_then(text))]);
    for each in permissions {
        let lists =
            given(vec![("actions", either(each, ["actions", "Actions"])), ("data_actions", either(each, ["dataActions", "DataActions"]))]);
        attributes.push(("permissions".to_owned(), Attribute::Block(lists)));
    }
    out.add(kind, own, item, attributes);
}

/// A service connection to Azure and how it logs in; others keep what they log in with.
pub(super) fn service_endpoint(item: &Node, out: &mut Out<'_>) {
    if !item.str("type").is_some_and(|kind| kind.eq_ignore_ascii_case("azurerm")) {
        return;
    }
    let parameter = |key: &str| item.path(&["authorization", "parameters", key]).cloned().map(Attribute::Node);
    let label = out.label("azuredevops_serviceendpoint_azurerm", item.str("id").unwrap_or_default(), item.str("name").unwrap_or_default());
    let attributes = vec![
        ("service_endpoint_name", node(item, "name")),
        ("service_endpoint_authentication_scheme", item.path(&["authorization", "scheme"]).cloned().map(Attribute::Node)),
        ("workload_identity_federation_issuer", parameter("workloadIdentityFederationIssuer")),
        ("workload_identity_federation_subject", parameter("workloadIdentityFederationSubject")),
        ("credentials", parameter("serviceprincipalid").map(|id| Attribute::Block(vec![("serviceprincipalid".to_owned(), id)]))),
    ];
    out.resource("azuredevops_serviceendpoint_azurerm", label, item, attributes);
}

/// A setting of an app: its value stands there in plain text.
pub(super) fn app_setting(item: &Node, out: &mut Out<'_>) {
    super::github::setting(item, out);
}
