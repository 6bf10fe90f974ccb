//! `aws iam …`, `aws rolesanywhere …`, `aws eks …` and `aws sso-admin …` (AWS CLI command reference).

use super::script::Call;
use crate::exports::{Attribute, Out, of, text};

const ROLE: &str = "aws_iam_role";

/// Reads one command.
pub(super) fn read(call: &Call<'_>, out: &mut Out<'_>) {
    if call.runs(&["rolesanywhere", "create-profile"]) || call.runs(&["rolesanywhere", "update-profile"]) {
        return profile(call, out);
    }
    if call.runs(&["sso-admin"]) {
        return permission_set(call, out);
    }
    if call.runs(&["eks", "create-pod-identity-association"]) {
        let option = |name: &str| call.option(&[name]).map(Attribute::Text);
        let kind = "aws_eks_pod_identity_association";
        let own = out.numbered(kind, "");
        let names = [("namespace", "--namespace"), ("service_account", "--service-account"), ("role_arn", "--role-arn")];
        return out.resource(kind, own, &call.node(), names.into_iter().map(|(name, from)| (name, option(from))).collect());
    }
    if call.runs(&["iam", "create-policy"]) {
        let kind = "aws_iam_policy";
        let name = call.option(&["--policy-name"]).unwrap_or_default();
        let own = out.label(kind, &name, &name);
        let policy = call.option(&["--policy-document"]).and_then(|given| call.content(&given)).map(Attribute::Text);
        return out.resource(kind, own, &call.node(), vec![("name", text(name)), ("policy", policy)]);
    }
    let Some(name) = call.option(&["--role-name"]) else { return of_user(call, out) };
    let label = out.label(ROLE, &name, &name);
    let document = |option: &str| call.option(&[option]).and_then(|given| call.content(&given)).map(Attribute::Text);
    let role = of(ROLE, &label, "name");
    if call.runs(&["iam", "create-role"]) {
        let attributes = vec![
            ("name", text(name)),
            ("assume_role_policy", document("--assume-role-policy-document")),
            ("max_session_duration", call.option(&["--max-session-duration"]).map(|length| Attribute::Node(call.number(&length)))),
            ("permissions_boundary", call.option(&["--permissions-boundary"]).map(Attribute::Text)),
        ];
        out.resource(ROLE, label, &call.node(), attributes);
    } else if call.runs(&["iam", "update-assume-role-policy"]) {
        out.resource(ROLE, label, &call.node(), vec![("name", text(name)), ("assume_role_policy", document("--policy-document"))]);
    } else if call.runs(&["iam", "attach-role-policy"]) {
        let kind = "aws_iam_role_policy_attachment";
        let own = out.numbered(kind, "");
        let arn = call.option(&["--policy-arn"]).map(Attribute::Text);
        out.resource(kind, own, &call.node(), vec![("role", role), ("policy_arn", arn)]);
    } else if call.runs(&["iam", "put-role-policy"]) {
        let kind = "aws_iam_role_policy";
        let own = out.numbered(kind, "");
        out.resource(kind, own, &call.node(), vec![("role", role), ("policy", document("--policy-document"))]);
    }
}

/// What is done to a permission set of IAM Identity Center.
fn permission_set(call: &Call<'_>, out: &mut Out<'_>) {
    const SET: &str = "aws_ssoadmin_permission_set";
    let option = |name: &str| call.option(&[name]).map(Attribute::Text);
    let (kind, given) = if call.runs(&["create-permission-set"]) {
        let name = call.option(&["--name"]).unwrap_or_default();
        let own = out.label(SET, &name, &name);
        return out.resource(SET, own, &call.node(), vec![("name", text(name)), ("session_duration", option("--session-duration"))]);
    } else if call.runs(&["attach-managed-policy-to-permission-set"]) {
        ("aws_ssoadmin_managed_policy_attachment", ("managed_policy_arn", option("--managed-policy-arn")))
    } else if call.runs(&["put-inline-policy-to-permission-set"]) {
        let policy = call.option(&["--inline-policy"]).and_then(|given| call.content(&given)).map(Attribute::Text);
        ("aws_ssoadmin_permission_set_inline_policy", ("inline_policy", policy))
    } else {
        return;
    };
    let own = out.numbered(kind, "");
    out.resource(kind, own, &call.node(), vec![("permission_set_arn", option("--permission-set-arn")), given]);
}

/// A profile of IAM Roles Anywhere: roles, and for how long certificates get them.
fn profile(call: &Call<'_>, out: &mut Out<'_>) {
    let kind = "aws_rolesanywhere_profile";
    let own = out.numbered(kind, &call.option(&["--name"]).unwrap_or_default());
    let roles = call.options(&["--role-arns"]);
    let roles = if roles.is_empty() { vec!["${var.role}".to_owned()] } else { roles };
    let length = call.option(&["--duration-seconds"]).map(|length| Attribute::Node(call.number(&length)));
    out.resource(kind, own, &call.node(), vec![("role_arns", Some(Attribute::Node(call.list(roles)))), ("duration_seconds", length)]);
}

/// What a user is granted.
fn of_user(call: &Call<'_>, out: &mut Out<'_>) {
    let Some(name) = call.option(&["--user-name"]) else { return };
    let option = |name: &str| call.option(&[name]);
    let (kind, granted) = if call.runs(&["iam", "attach-user-policy"]) {
        ("aws_iam_user_policy_attachment", ("policy_arn", option("--policy-arn")))
    } else if call.runs(&["iam", "put-user-policy"]) {
        ("aws_iam_user_policy", ("policy", option("--policy-document").and_then(|given| call.content(&given))))
    } else {
        return;
    };
    let own = out.numbered(kind, "");
    out.resource(kind, own, &call.node(), vec![("user", text(name)), (granted.0, granted.1.map(Attribute::Text))]);
}
