//! `az …` (Azure CLI reference: `ad app federated-credential`, `identity federated-credential`, `role assignment`,
//! `role definition`, `ad sp create-for-rbac`, `rest`) and the cmdlets of Azure PowerShell and Microsoft Graph that do the same.

use super::script::Call;
use crate::exports::{Attribute, Out, given, of, text};

const APPLICATION: &str = "azuread_application";
const IDENTITY: &str = "azurerm_user_assigned_identity";
/// What is accepted unless an audience is given.
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// Reads one command.
pub(super) fn read(call: &Call<'_>, out: &mut Out<'_>) {
    let makes = call.runs(&["create"]) || call.runs(&["update"]);
    if makes && call.runs(&["identity", "federated-credential"]) {
        of_identity(call, out);
    } else if call.runs(&["role", "assignment", "create"]) {
        assignment(call, out);
    } else if makes && call.runs(&["ad", "app", "federated-credential"]) {
        of_application(call, out);
    } else if makes && (call.runs(&["ad", "sp", "federated-credential"]) || call.runs(&["role", "definition"])) || call.runs(&["rest"]) {
        call.documents(out);
    } else if call.runs(&["ad", "app", "permission", "add"]) {
        asked(call, out);
    } else if call.runs(&["ad", "app", "credential", "reset"]) || call.runs(&["ad", "sp", "credential", "reset"]) {
        if let Some(name) = call.option(&["--id"]) {
            secret(call, name, has(call, &["--cert", "--create-cert"]), out);
        }
    } else if call.runs(&["ad", "sp", "create-for-rbac"]) {
        let name = call.option(&["--name", "-n", "--display-name"]);
        // A password is made unless a certificate is asked for, or none (Azure CLI reference, "az ad sp create-for-rbac").
        if call.option(&["--create-password"]).is_none_or(|answer| answer != "false") {
            let is_certificate = has(call, &["--create-cert", "--cert"]);
            secret(call, name.clone().unwrap_or_default(), is_certificate, out);
        }
        let principal = name.map(Attribute::Text);
        for scope in call.options(&["--scopes", "--scope"]) {
            assigned(call, principal.clone(), call.option(&["--role"]), Some(scope), out);
        }
    } else if call.runs(&["identity", "create"]) {
        let Some(name) = call.option(&["--name", "-n"]) else { return };
        let label = out.label(IDENTITY, &name, &name);
        out.resource(IDENTITY, label, &call.node(), vec![("name", text(name))]);
    }
}

fn of_identity(call: &Call<'_>, out: &mut Out<'_>) {
    let kind = "azurerm_federated_identity_credential";
    let identity = call.option(&["--identity-name"]).unwrap_or_default();
    let holder = out.label(IDENTITY, &identity, &identity);
    out.resource(IDENTITY, holder.clone(), &call.node(), vec![("name", text(identity))]);
    let own = out.numbered(kind, &call.option(&["--name", "-n"]).unwrap_or_default());
    let audiences: Vec<String> = call.options(&["--audiences", "--audience"]).iter().map(|text| unlisted(text)).collect();
    let audiences = if audiences.is_empty() { vec![AUDIENCE.to_owned()] } else { audiences };
    let attributes = vec![
        ("parent_id", of(IDENTITY, &holder, "id")),
        ("issuer", call.option(&["--issuer"]).map(Attribute::Text)),
        ("subject", call.option(&["--subject"]).map(Attribute::Text)),
        ("claims_matching_expression", call.option(&["--claims-matching-expression-value"]).map(Attribute::Text)),
        ("audience", Some(Attribute::Node(call.list(audiences)))),
    ];
    out.resource(kind, own, &call.node(), attributes);
}

/// Credentials that a document describes, of the application that the command names.
fn of_application(call: &Call<'_>, out: &mut Out<'_>) {
    let Some(name) = call.option(&["--id"]) else { return call.documents(out) };
    let label = label(APPLICATION, &name, out);
    out.resource(APPLICATION, label.clone(), &call.node(), vec![("object_id", text(name))]);
    let id = Attribute::Reference(format!("{APPLICATION}.{label}.id"));
    out.with("azuread_application_federated_identity_credential", "application_id", &id, |out| call.documents(out));
}

/// Permissions that an application asks for as itself (`ID=Role`).
fn asked(call: &Call<'_>, out: &mut Out<'_>) {
    let Some(name) = call.option(&["--id"]) else { return };
    let ids = call.options(&["--api-permissions"]).into_iter().filter_map(|given| Some(given.strip_suffix("=Role")?.to_owned()));
    let access = |id: String| ("resource_access".to_owned(), Attribute::Block(given(vec![("id", text(id)), ("type", text("Role"))])));
    let access: Vec<_> = ids.map(access).collect();
    let label = label(APPLICATION, &name, out);
    let attributes = vec![("object_id", text(name)), ("required_resource_access", Some(Attribute::Block(access)))];
    out.resource(APPLICATION, label, &call.node(), attributes);
}

/// An audience without the brackets and quotes of a list of one.
fn unlisted(text: &str) -> String {
    text.trim_matches(['[', ']', '"', '\'', ' ']).to_owned()
}

fn assignment(call: &Call<'_>, out: &mut Out<'_>) {
    let principal = call.option(&["--assignee", "--assignee-object-id"]).map(Attribute::Text);
    let scope = call
        .option(&["--scope"])
        .or_else(|| Some(format!("/subscriptions/${{var.subscription}}/resourceGroups/{}", call.option(&["--resource-group", "-g"])?)));
    assigned(call, principal, call.option(&["--role"]), scope, out);
}

fn assigned(call: &Call<'_>, principal: Option<Attribute>, role: Option<String>, scope: Option<String>, out: &mut Out<'_>) {
    let kind = "azurerm_role_assignment";
    let own = out.numbered(kind, "");
    let attributes = vec![
        ("principal_id", principal.or_else(|| text("${var.principal}"))),
        ("role_definition_name", role.map(Attribute::Text)),
        ("scope", scope.map(Attribute::Text)),
        ("condition", call.option(&["--condition", "-Condition"]).map(Attribute::Text)),
    ];
    out.resource(kind, own, &call.node(), attributes);
}

/// Reads one cmdlet (Azure PowerShell reference, Az.Resources and Az.ManagedServiceIdentity; Microsoft Graph PowerShell).
pub(super) fn cmdlet(call: &Call<'_>, out: &mut Out<'_>) {
    let option = |name: &str| call.option(&[name]);
    match call.program() {
        "New-AzRoleAssignment" => {
            let principal = ["-ObjectId", "-ApplicationId", "-ServicePrincipalName"].iter().find_map(|name| option(name));
            let group = option("-ResourceGroupName").map(|group| format!("/subscriptions/${{var.subscription}}/resourceGroups/{group}"));
            let role = option("-RoleDefinitionName").or_else(|| option("-RoleDefinitionId"));
            assigned(call, principal.map(Attribute::Text), role, option("-Scope").or(group), out);
        }
        "New-AzADAppFederatedCredential" | "New-AzFederatedIdentityCredential" | "New-AzFederatedIdentityCredentials" => {
            let holder = if call.program().contains("ADApp") { "azuread_application" } else { IDENTITY };
            credential(call, holder, out);
        }
        "New-AzADAppCredential" => {
            if let Some(name) = call.option(&["-ObjectId", "-ApplicationId"]) {
                secret(call, name, has(call, &["-CertValue"]), out);
            }
        }
        "New-MgServicePrincipalAppRoleAssignment" | "New-MgServicePrincipalAppRoleAssignedTo" | "New-AzureADServiceAppRoleAssignment" => {
            let kind = "azuread_app_role_assignment";
            let own = out.numbered(kind, "");
            // The permission may be what a filter picked out by its name.
            let role = ["-AppRoleId", "-Id"].iter().find_map(|name| option(name));
            let role = role.map(|role| role.trim_end_matches(".Id").to_owned());
            let attributes =
                vec![("principal_object_id", option("-PrincipalId").map(Attribute::Text)), ("app_role_id", role.map(Attribute::Text))];
            out.resource(kind, own, &call.node(), attributes);
        }
        "New-MgApplicationFederatedIdentityCredential" | "New-AzADAppFederatedIdentityCredential" => call.documents(out),
        _ => {}
    }
}

/// Whether one of these flags is there.
fn has(call: &Call<'_>, flags: &[&str]) -> bool {
    call.arguments().any(|argument| flags.contains(&argument.split('=').next().unwrap_or_default()))
}

/// A secret or certificate of an application.
fn secret(call: &Call<'_>, name: String, is_certificate: bool, out: &mut Out<'_>) {
    let kind = if is_certificate { "azuread_application_certificate" } else { "azuread_application_password" };
    let label = label(APPLICATION, &name, out);
    out.resource(APPLICATION, label.clone(), &call.node(), vec![("object_id", text(name))]);
    let own = out.numbered(kind, "");
    let years = call.option(&["--years"]).and_then(|years| years.parse::<u64>().ok()).unwrap_or(1);
    let date = call.option(&["--end-date", "-EndDate"]);
    let length = Some(Attribute::Text(format!("{}h", years.saturating_mul(8_760)))).filter(|_| call.program() == "az" && date.is_none());
    // How far ahead PowerShell says that it ends.
    let ahead = date.as_deref().and_then(hours_ahead);
    let length = length.or_else(|| ahead.map(|hours| Attribute::Text(format!("{hours}h"))));
    let date = date
        .filter(|_| ahead.is_none())
        .map(|date| Attribute::Text(if date.contains(['T', '$']) { date } else { format!("{date}T00:00:00Z") }));
    let attributes = vec![("application_id", of(APPLICATION, &label, "id")), ("end_date_relative", length), ("end_date", date)];
    out.resource(kind, own, &call.node(), attributes);
}

/// Hours of `+2years`.
fn hours_ahead(date: &str) -> Option<u64> {
    let ahead = date.strip_prefix('+')?;
    let (number, unit) = ahead.split_at(ahead.find(|c: char| !c.is_ascii_digit())?);
    let hours = match unit {
        "years" => 8_760,
        "months" => 730,
        "days" => 24,
        "hours" => 1,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(hours)
}

/// The label of who has an id: what is referred to by it doesn't begin with a digit.
fn label(kind: &'static str, id: &str, out: &mut Out<'_>) -> String {
    let lead = if id.starts_with(|c: char| c.is_ascii_digit()) { "id-" } else { "" };
    out.label(kind, id, &format!("{lead}{id}"))
}

fn credential(call: &Call<'_>, holder: &'static str, out: &mut Out<'_>) {
    let kind = "azurerm_federated_identity_credential";
    let name = call.option(&["-IdentityName", "-ApplicationObjectId", "-ApplicationId"]).unwrap_or_default();
    let label = label(holder, &name, out);
    let naming = if holder == IDENTITY { "name" } else { "object_id" };
    out.resource(holder, label.clone(), &call.node(), vec![(naming, text(name))]);
    let own = out.numbered(kind, &call.option(&["-Name"]).unwrap_or_default());
    let audiences = call.option(&["-Audience"]).unwrap_or_else(|| AUDIENCE.to_owned());
    let attributes = vec![
        ("parent_id", of(holder, &label, "id")),
        ("issuer", call.option(&["-Issuer"]).map(Attribute::Text)),
        ("subject", call.option(&["-Subject"]).map(Attribute::Text)),
        ("audience", Some(Attribute::Node(call.list(audiences.split(',').map(unlisted))))),
    ];
    out.resource(kind, own, &call.node(), attributes);
}
