//! What the targets share.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use unkeyed_model::{ImagePlace, Location, Origin, Surface, Unit};

/// A file of the parsers' tests.
pub struct Fixture {
    /// Path inside its case, which tells the format.
    pub path: String,
    /// What it is read as.
    pub surface: Surface,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// All files of `fixtures/parse`, in order of path.
pub fn fixtures() -> Vec<Fixture> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fixtures/parse");
    let mut found = Vec::new();
    for format in sorted(&root) {
        let surface = match format.file_name().and_then(|name| name.to_str()) {
            Some("env-dump") => Surface::EnvDump,
            Some("image") => Surface::ImageConfig,
            Some("exports") => Surface::CliExport,
            _ => Surface::Worktree,
        };
        for case in sorted(&format) {
            collect(&case, &case, surface, &mut found);
        }
    }
    assert!(found.len() > 100, "only {} fixtures in {}", found.len(), root.display());
    found
}

fn sorted(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn collect(case: &Path, folder: &Path, surface: Surface, found: &mut Vec<Fixture>) {
    for path in sorted(folder) {
        if path.is_dir() {
            collect(case, &path, surface, found);
        } else if path.file_name().is_some_and(|name| name != "facts.txt")
            && let (Ok(inside), Ok(content)) = (path.strip_prefix(case), fs::read(&path))
        {
            found.push(Fixture { path: inside.to_string_lossy().into_owned(), surface, content });
        }
    }
}

/// Reads one Unit; panics if a place of what was read lies outside it.
pub fn read(path: &str, surface: Surface, content: &[u8]) {
    let image = (surface == Surface::ImageConfig).then(|| Arc::new(ImagePlace { images: vec!["a:v1".into()], ..ImagePlace::default() }));
    let origin = Arc::new(Origin { path: path.into(), surface, image, ..Origin::default() });
    let unit = Unit::new(origin, content);
    let Some(group) = unkeyed_parse::group(&unit) else { return };
    let facts = unkeyed_parse::read(&group, std::slice::from_ref(&unit));
    let inside = |location: &Location| assert!(location.region.span.end <= content.len(), "{:?}", location.region.span);
    facts.slots.iter().for_each(|slot| inside(&slot.location));
    facts.declarations.iter().for_each(|declaration| inside(&declaration.location));
    facts.stored.iter().for_each(|stored| inside(&stored.extent));
    facts.principals.iter().for_each(|principal| inside(&principal.location));
    facts.trusts.iter().for_each(|trust| inside(&trust.location));
    facts.grants.iter().for_each(|grant| inside(&grant.location));
    for workload in &facts.workloads {
        inside(&workload.location);
        workload.extents.iter().for_each(inside);
        workload.references.iter().for_each(|reference| inside(&reference.location));
        let paths = workload.identity_paths.iter().flat_map(|path| path.capability.iter().chain(&path.consumer));
        paths.for_each(inside);
    }
}
