//! Policy documents in files beside the configuration, which `file` and `templatefile` take.
//!
//! The decision a reader would question: a folder's documents are those in it and in a folder below it that is called after
//! what it holds. A file is read with one folder only, and these are the places where people put them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use unkeyed_model::{Facts, Unit, WorkloadKind};

use super::data_files;
use super::module::{Module, Section};
use crate::evaluated::{Kind, Val};
use crate::host_files;
use crate::place::Place;
use crate::{policy_document, trust_policy};

/// Names of folders that hold such files for the folder above.
const HOLDERS: &[&str] = &["policies", "policy", "iam-policies", "iam_policies", "trust-policies", "templates", "files", "json", "jsons"];

/// The folder whose configuration may take a document that stands in `folder`.
pub(super) fn folder(folder: &str) -> &str {
    let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
    if HOLDERS.contains(&name) { above } else { folder }
}

/// All of one folder, by path.
#[derive(Default)]
pub(super) struct Documents<'m> {
    by_path: BTreeMap<&'m str, &'m Unit<'m>>,
    /// Files of data.
    data: BTreeMap<&'m str, &'m Unit<'m>>,
    taken: RefCell<BTreeSet<String>>,
}

impl<'m> Documents<'m> {
    /// Those among the files of a folder.
    pub(super) fn read(kind: WorkloadKind, units: &'m [Unit<'m>]) -> Self {
        let of = |is_one: fn(&Unit<'_>) -> bool| {
            let found = units.iter().filter(move |unit| kind == WorkloadKind::Terraform && is_one(unit));
            found.map(|unit| (unit.origin().path.as_str(), unit)).collect()
        };
        Self { by_path: of(trust_policy::is_document), data: of(data_files::is_data), taken: RefCell::default() }
    }

    /// The document at a path as the configuration of `folder` writes it.
    pub(super) fn take(&self, folder: &str, path: &str) -> Option<Json> {
        let (path, text) = self.text(folder, path)?;
        let document = trust_policy::document(text)?;
        self.taken.borrow_mut().insert(path);
        Some(document)
    }

    fn text(&self, folder: &str, path: &str) -> Option<(String, &'m str)> {
        let path = within(folder, path);
        let text = std::str::from_utf8(self.by_path.get(path.as_str())?.bytes()).ok()?;
        Some((path, text))
    }

    /// The text of a file of data, by the path that the configuration of `folder` writes.
    pub(super) fn data(&self, folder: &str, path: &str) -> Option<&'m str> {
        std::str::from_utf8(self.data.get(within(folder, path).as_str())?.bytes()).ok()
    }

    /// How many files of data there are.
    pub(super) fn data_count(&self) -> usize {
        self.data.len()
    }

    /// The files of data in a folder, by their paths from there.
    pub(super) fn data_in(&self, folder: &str, path: &str) -> impl Iterator<Item = &'m str> {
        let base = within(folder, path);
        self.data
            .keys()
            .filter_map(move |path| if base.is_empty() { Some(*path) } else { path.strip_prefix(base.as_str())?.strip_prefix('/') })
    }

    /// Reads those that the configuration doesn't take.
    pub(super) fn read_others(&self, facts: &mut Facts) {
        for (_, unit) in self.by_path.iter().filter(|(path, _)| !self.taken.borrow().contains(**path)) {
            match Place::new(unit) {
                Ok(place) => trust_policy::read(&place, facts),
                Err(skip) => facts.skipped.push(skip),
            }
        }
    }
}

/// The path of a file in the inputs, as the configuration of `folder` writes it.
fn within(folder: &str, path: &str) -> String {
    let inside = ["${path.module}", "${path.root}", "${path.cwd}"].iter().find_map(|base| path.strip_prefix(base)).unwrap_or(path);
    host_files::relative(&format!("{folder}/x"), inside.trim_start_matches('/'))
}

impl Module<'_> {
    /// A policy document of the folder with what its template is given; `None` for any other file, and for one that only more
    /// than text makes.
    pub(super) fn document(&self, path: &str, given: &Val) -> Option<Val> {
        let (path, text) = self.documents.text(&self.folder, path)?;
        let made = self.rendered(text, given).filter(|val| policy_document::parse(&self.text_of(val).0).is_some())?;
        self.documents.taken.borrow_mut().insert(path);
        Some(made)
    }

    /// What `data.template_file` renders, if that is a policy document.
    pub(super) fn template_file(&self, section: Section<'_>) -> Option<Val> {
        let given = self.path(section, "vars").unwrap_or_else(|| Val::new(Kind::Map(Vec::new())));
        let template = self.path(section, "template")?;
        match &template.kind {
            Kind::Ref(file) if file.address == "file" => self.document(&file.attribute, &given),
            Kind::Text(text, _) => self.rendered(text, &given),
            _ => None,
        }
    }
}
