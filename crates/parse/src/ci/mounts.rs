//! Folders and files of the runner that a job's containers are given.

use super::job::Job;
use crate::host_files;
use crate::place::Place;
use crate::tree::Node;

impl Job<'_> {
    /// Volumes as `source:target`, in a list or alone.
    pub(crate) fn mounts(&mut self, place: &Place<'_>, volumes: Option<&Node>, path: &str) {
        for node in volumes.map(Node::one_or_many).unwrap_or_default() {
            let mut parts = node.text().unwrap_or_default().split(':');
            let source = parts.next().unwrap_or_default();
            if source.contains('/') {
                let mounted = host_files::mounted(source, parts.next(), place.at(node.span, path));
                mounted.into_iter().for_each(|reference| self.refers(reference));
            }
        }
    }
}
