//! YAML files of the inputs that are read together, by path.

use std::collections::BTreeMap;

use unkeyed_model::{Skip, Unit};

use crate::place::Place;
use crate::tree::Node;
use crate::yaml;

/// One file.
pub(crate) struct File<'a> {
    pub(crate) place: Place<'a>,
    /// The document that counts: the last that holds a mapping, since what stands before it declares inputs (GitLab
    /// components); of GitHub's files the first.
    pub(crate) root: Node,
}

/// All of them.
pub(crate) struct Files<'a>(pub(crate) BTreeMap<String, File<'a>>);

impl<'a> Files<'a> {
    pub(crate) fn read(units: &'a [Unit<'_>], skipped: &mut Vec<Skip>) -> Self {
        Self::read_with(units, skipped, |documents| documents.into_iter().rev().find(|node| !node.entries().is_empty()))
    }

    /// The same, with another choice of the document that counts.
    pub(crate) fn read_with(units: &'a [Unit<'_>], skipped: &mut Vec<Skip>, root_of: fn(Vec<Node>) -> Option<Node>) -> Self {
        let mut files = BTreeMap::new();
        for unit in units {
            let place = match Place::new(unit) {
                Ok(place) => place,
                Err(skip) => {
                    skipped.push(skip);
                    continue;
                }
            };
            let mut documents = yaml::parse(&place);
            skipped.append(&mut documents.skipped);
            if let Some(root) = root_of(documents.nodes) {
                files.insert(place.path().to_owned(), File { place, root });
            }
        }
        Self(files)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &File<'a>> {
        self.0.values()
    }

    /// The file that a path in another file means: from its own folder, or from `root` where it begins with a slash.
    pub(crate) fn relative(&self, from: &str, root: &str, path: &str) -> Option<&File<'a>> {
        let folder = if path.starts_with('/') { root } else { from.rsplit_once('/').map_or("", |(folder, _)| folder) };
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                name => parts.push(name),
            }
        }
        self.0.get(&parts.join("/"))
    }
}
