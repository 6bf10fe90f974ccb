//! Tasks of Ansible that make trusts: `amazon.aws.iam_role`, `community.hashi_vault.vault_write` (their collections' docs), and requests
//! to Vault.
//!
//! A task is known by the last part of its module's name; blocks are looked into, conditions and loops are not followed. Variables
//! of the task, its blocks and its play are known.

use super::vault;
use crate::exports::{Attribute, Out, text};
use crate::tree::Node;

/// Words that files with such tasks hold.
pub(super) const WORDS: &[&str] = &["iam_role:", "vault_write:", "/v1/auth/"];

/// Lists of tasks within plays and blocks.
const LISTS: &[&str] = &["pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always"];

/// How deep blocks are looked into.
const MAX_DEPTH: usize = 8;

/// Reads the plays or tasks of a file.
pub(super) fn read(list: &Node, out: &mut Out<'_>) {
    tasks(list, &[], MAX_DEPTH, out);
}

/// Reads tasks; `around` are the variables of what they stand in.
fn tasks(list: &Node, around: &[&Node], levels: usize, out: &mut Out<'_>) {
    for item in list.items() {
        let variables: Vec<&Node> = around.iter().copied().chain(item.get("vars")).collect();
        for entry in item.entries() {
            match entry.name().rsplit('.').next() {
                Some("iam_role") => role(&entry.value, &variables, out),
                Some("vault_write") => written(&entry.value, out),
                Some("uri") => requested(&entry.value, out),
                Some(name) if LISTS.contains(&name) && levels > 0 => tasks(&entry.value, &variables, levels - 1, out),
                _ => {}
            }
        }
    }
}

/// What a value is that may be a variable (`{{ trust | to_json }}`); none for any other expression.
fn resolved<'n>(node: &'n Node, variables: &[&'n Node]) -> Option<&'n Node> {
    let Some((_, expression)) = node.text().and_then(|text| text.split_once("{{")) else { return Some(node) };
    let inside = expression.trim_end().strip_suffix("}}")?;
    let mut parts = inside.split('|').map(str::trim);
    let name = parts.next()?;
    // What a filter makes of it is only known of those that write it as JSON.
    let is_plain = parts.all(|filter| matches!(filter, "to_json" | "to_nice_json" | "tojson"));
    variables.iter().rev().find_map(|variables| variables.get(name)).filter(|_| is_plain)
}

fn role(task: &Node, variables: &[&Node], out: &mut Out<'_>) {
    let Some(name) = task.str("name") else { return };
    let label = out.label("aws_iam_role", name, name);
    let value = |keys: &[&str]| keys.iter().find_map(|key| task.get(key).cloned()).map(Attribute::Node);
    // A lookup says nothing of the document.
    let policy = task.get("assume_role_policy_document").and_then(|node| resolved(node, variables));
    let attributes = vec![
        ("name", text(name)),
        ("assume_role_policy", policy.cloned().map(Attribute::Node)),
        ("managed_policy_arns", value(&["managed_policies", "managed_policy"])),
        ("max_session_duration", value(&["max_session_duration"])),
    ];
    out.resource("aws_iam_role", label, task, attributes);
}

fn written(task: &Node, out: &mut Out<'_>) {
    let (Some(path), Some(data)) = (task.str("path"), task.get("data")) else { return };
    let settings = data.entries().iter().map(|entry| (entry.name().to_owned(), entry.value.clone())).collect();
    vault::written(task, path, settings, out);
}

/// A request to Vault (`ansible.builtin.uri`).
fn requested(task: &Node, out: &mut Out<'_>) {
    let path = task.str("url").and_then(|url| url.split_once("/v1/")).map(|(_, path)| path);
    let (Some(path), Some(body)) = (path, task.get("body")) else { return };
    let settings = body.entries().iter().map(|entry| (entry.name().to_owned(), entry.value.clone())).collect();
    vault::written(task, path, settings, out);
}
