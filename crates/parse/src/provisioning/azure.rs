//! `az …` (Azure CLI reference: `ad app federated-credential`, `identity federated-credential`, `role assignment`, `rest`).

use super::script::Call;
use crate::exports::{Attribute, Out, of, text};

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
    } else if makes && (call.runs(&["ad", "app", "federated-credential"]) || call.runs(&["ad", "sp", "federated-credential"]))
        || call.runs(&["rest"])
    {
        call.documents(out);
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

/// An audience without the brackets and quotes of a list of one.
fn unlisted(text: &str) -> String {
    text.trim_matches(['[', ']', '"', '\'', ' ']).to_owned()
}

fn assignment(call: &Call<'_>, out: &mut Out<'_>) {
    let kind = "azurerm_role_assignment";
    let own = out.numbered(kind, "");
    let attributes = vec![
        ("principal_id", call.option(&["--assignee", "--assignee-object-id"]).map(Attribute::Text)),
        ("role_definition_name", call.option(&["--role"]).map(Attribute::Text)),
        ("scope", call.option(&["--scope"]).map(Attribute::Text)),
        ("condition", call.option(&["--condition"]).map(Attribute::Text)),
    ];
    out.resource(kind, own, &call.node(), attributes);
}
