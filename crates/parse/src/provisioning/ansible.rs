//! Tasks of Ansible that make trusts: `amazon.aws.iam_role` and `community.hashi_vault.vault_write` (their collections' docs).
//!
//! A task is known by the last part of its module's name; blocks are looked into, conditions and loops are not followed.

use super::vault;
use crate::exports::{Attribute, Out, text};
use crate::tree::Node;

/// Words that files with such tasks hold.
pub(super) const WORDS: &[&str] = &["iam_role:", "vault_write:"];

/// Lists of tasks within plays and blocks.
const LISTS: &[&str] = &["pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always"];

/// How deep blocks are looked into.
const MAX_DEPTH: usize = 8;

/// Reads the plays or tasks of a file.
pub(super) fn read(list: &Node, out: &mut Out<'_>) {
    tasks(list, MAX_DEPTH, out);
}

fn tasks(list: &Node, levels: usize, out: &mut Out<'_>) {
    for item in list.items() {
        for entry in item.entries() {
            match entry.name().rsplit('.').next() {
                Some("iam_role") => role(&entry.value, out),
                Some("vault_write") => written(&entry.value, out),
                Some(name) if LISTS.contains(&name) && levels > 0 => tasks(&entry.value, levels - 1, out),
                _ => {}
            }
        }
    }
}

fn role(task: &Node, out: &mut Out<'_>) {
    let Some(name) = task.str("name") else { return };
    let label = out.label("aws_iam_role", name, name);
    let value = |keys: &[&str]| keys.iter().find_map(|key| task.get(key).cloned()).map(Attribute::Node);
    // A lookup says nothing of the document.
    let policy = task.get("assume_role_policy_document").filter(|node| !node.text().is_some_and(|text| text.contains("{{")));
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
