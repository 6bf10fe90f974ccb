//! Files of mounted folders that a service's command line names (`-config=/etc/agent/agent.hcl`).

use std::collections::BTreeMap;

use unkeyed_model::Use;

use crate::host_files;
use crate::tree::Node;

/// Deepest path of a command line whose folders are looked up.
const MAX_FOLDERS: usize = 16;

/// Their paths in the inputs; `from` is the file of the service.
pub(super) fn files(from: &str, service: &Node) -> Vec<(Use, String)> {
    let mut mounts = BTreeMap::new();
    for item in service.get("volumes").into_iter().flat_map(Node::items) {
        let mut parts = item.text().unwrap_or_default().split(':');
        let source = item.str("source").or_else(|| parts.next()).unwrap_or_default();
        let target = item.str("target").or_else(|| parts.next()).unwrap_or_default();
        if source.starts_with('.') && target.starts_with('/') {
            mounts.insert(target.trim_end_matches('/'), source);
        }
    }
    let lines = ["entrypoint", "command"].into_iter().filter_map(|key| service.get(key)).flat_map(Node::one_or_many);
    let words = lines.filter_map(Node::text).flat_map(|line| line.split([' ', '=', '"', '\n'])).filter(|word| word.starts_with('/'));
    let named = words.filter_map(|word| {
        // The folder, and the ones above it.
        let mut folders = std::iter::successors(Some(word), |path| path.rsplit_once('/').map(|(above, _)| above)).take(MAX_FOLDERS);
        let (target, source) = folders.find_map(|folder| mounts.get_key_value(folder))?;
        let inside = word[target.len()..].trim_start_matches('/');
        Some((Use::Component, host_files::relative(from, &format!("{source}/{inside}"))))
    });
    named.collect()
}

/// Whether the source of a volume is a path, and no name of a volume.
pub(super) fn is_path(source: &str) -> bool {
    source.contains(['/', '\\', '$', '~']) || source.starts_with('.')
}
