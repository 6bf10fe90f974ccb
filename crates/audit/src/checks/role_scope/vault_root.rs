//! # What it finds
//!
//! A Vault login role whose policies may write under `*`, `sys/*` or `auth/*`, write the policies themselves (`sys/policies/acl/*`),
//! use `sudo`, or are `root`.
//!
//! # Why it matters
//!
//! Whoever can write there can mount, unseal, mint tokens and change the login roles themselves: the vault's
//! protection ends at this workload.
//!
//! # Instead
//!
//! A policy with the exact paths the workload reads (`database/creds/app`), capability `read`.

use unkeyed_model::{Level, Platform, RoleGrant, Value};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-VLT-01",
    title: "policy reaches Vault's own controls",
    level: Level::Error,
    standards: standards::ROLE,
    source: include_str!("vault_root.rs"),
    run,
};

const WRITES: [&str; 6] = ["create", "update", "delete", "patch", "write", "sudo"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for grant in view.grants(Platform::Vault) {
        let Some(power) = power(grant) else { continue };
        let message = format!("{} {power} ({}), Vault's own controls included.", view.name(&grant.principal), spot(&grant.location));
        sink.principal(&grant.principal, &Statement::new(CHECK.level, &grant.location, message));
    }
}

fn power(grant: &RoleGrant) -> Option<String> {
    if grant.role.as_ref().and_then(Value::known) == Some("root") {
        return Some("has the policy root".into());
    }
    let may = |words: &[&str]| grant.actions.iter().any(|action| words.contains(&action.as_str()));
    let paths = || grant.resources.iter().filter_map(Value::known);
    if may(&["sudo"]) {
        return paths().next().map(|path| format!("has sudo on {path}"));
    }
    let wide = paths().find(|path| matches!(*path, "*" | "+/*" | "/*") || (path.ends_with('*') && is_control(path)))?;
    may(&WRITES).then(|| format!("may write under {wide}"))
}

fn is_control(path: &str) -> bool {
    let start = path.trim_start_matches('/').split(['*', '+']).next().unwrap_or_default();
    matches!(start, "sys/" | "sys" | "auth/" | "auth" | "sys/policies/" | "sys/policies/acl/" | "sys/policy/" | "sys/auth/" | "auth/token/")
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{levels, with_grant};

    fn allowed(path: Value, capability: &str) -> Estate {
        with_grant(Platform::Vault, |grant| {
            grant.role = Some(Value::literal("ci"));
            grant.actions = vec![capability.into()];
            grant.resources = vec![path];
        })
    }

    #[test]
    fn vaults_own_controls_are_an_error() {
        for path in ["*", "sys/*", "auth/*", "sys/policies/*", "sys/policies/acl/*"] {
            assert_eq!(levels(&CHECK, &allowed(Value::literal(path), "update")), [Level::Error], "{path}");
        }
        assert_eq!(levels(&CHECK, &allowed(Value::literal("sys/mounts"), "sudo")), [Level::Error]);
    }

    #[test]
    fn reading_or_exact_paths_are_fine() {
        assert!(levels(&CHECK, &allowed(Value::literal("*"), "read")).is_empty());
        assert!(levels(&CHECK, &allowed(Value::literal("secret/data/app/*"), "update")).is_empty());
        assert!(levels(&CHECK, &allowed(Value::literal("sys/leases/renew"), "update")).is_empty());
    }

    #[test]
    fn an_unknown_path_says_nothing() {
        assert!(levels(&CHECK, &allowed(Value::unknown("var.path"), "update")).is_empty());
    }
}
