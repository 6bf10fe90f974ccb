//! Which workflows run a job, and with what.

use unkeyed_model::Facts;

use super::{Config, job, orbs};
use crate::ci::File;
use crate::place;
use crate::tree::{Entry, Node};

/// One entry of a workflow's `jobs`.
#[derive(Clone)]
pub(super) struct Call<'a> {
    pub(super) name: &'a str,
    pub(super) arguments: Option<&'a Node>,
    pub(super) path: String,
    /// The entry itself, unless it is only a name.
    entry: Option<&'a Entry>,
}

/// Everything that workflows run.
pub(super) fn all<'a>(file: &'a File<'a>) -> Vec<Call<'a>> {
    let mut found = Vec::new();
    for workflow in file.root.get("workflows").into_iter().flat_map(Node::entries) {
        let path = place::under(&place::under("workflows", workflow.name()), "jobs");
        for (index, item) in workflow.value.get("jobs").into_iter().flat_map(Node::items).enumerate() {
            let path = place::item(&path, index);
            match (item.text(), item.entries().first()) {
                (Some(name), _) => found.push(Call { name, arguments: None, path, entry: None }),
                (None, Some(entry)) => {
                    found.push(Call {
                        name: entry.name(),
                        arguments: Some(&entry.value),
                        path: place::under(&path, entry.name()),
                        entry: Some(entry),
                    });
                }
                (None, None) => {}
            }
        }
    }
    found
}

/// Jobs that an orb defines: what they do is not here, what they are given is.
pub(super) fn jobs_of_orbs<'a>(config: &Config<'a>, facts: &mut Facts) -> bool {
    let mut cut = false;
    let mut seen = std::collections::BTreeMap::new();
    for call in config.calls.values().flatten() {
        let (Some((alias, command)), Some(entry)) = (call.name.split_once('/'), call.entry) else { continue };
        let own = call.arguments.and_then(|arguments| arguments.str("name")).filter(|name| !name.contains("<<")).unwrap_or(call.name);
        let count = seen.entry(own.to_owned()).or_insert(0_usize);
        *count += 1;
        let name = if *count == 1 { own.to_owned() } else { format!("{own}-{count}") };
        let mut job = job::blank(config, &name, entry);
        job::contexts(config, &mut job, std::slice::from_ref(call));
        orbs::call(
            config,
            &mut job,
            &orbs::Called { alias, command, arguments: call.arguments, path: &call.path, span: entry.span, is_job: true },
        );
        cut |= job.finish(facts);
    }
    cut
}
