//! Places as SARIF has them.

use serde_json::json;
use serde_sarif::sarif::{
    ArtifactContent, ArtifactLocation, Location as SarifLocation, LogicalLocation, PhysicalLocation, PropertyBag, Region,
};
use unkeyed_model::{Location, Snippet};

use super::{ROOT, text};
use crate::{place, printable};

/// The primary location of a result.
///
/// GitHub wants a first line; a result about a whole file gets line 1 and nothing more.
pub(super) fn primary(location: &Location, snippet: Option<&Snippet>) -> SarifLocation {
    let mut sarif = located(location, snippet);
    if let Some(physical) = &mut sarif.physical_location
        && physical.region.is_none()
    {
        physical.region = Some(Region::builder().start_line(1).build());
    }
    sarif
}

/// A location for a result that concerns no file: the scanned root.
pub(super) fn root() -> SarifLocation {
    first_line(".".to_owned())
}

/// A location for a result that stands elsewhere and is shown at `path`.
pub(super) fn shown_at(path: &str) -> SarifLocation {
    first_line(place::uri_of_path(path))
}

fn first_line(uri: String) -> SarifLocation {
    let physical = PhysicalLocation::builder().artifact_location(artifact(uri)).region(Region::builder().start_line(1).build());
    SarifLocation::builder().physical_location(physical.build()).build()
}

/// A further place of a result; `id` counts from 1 inside it.
pub(super) fn related(id: usize, location: &Location, how: &str) -> SarifLocation {
    let mut sarif = located(location, None);
    sarif.id = i64::try_from(id).ok();
    sarif.message = Some(text::message(how));
    sarif
}

/// The true place of a result that is shown at another file.
pub(super) fn true_place(location: &Location, snippet: Option<&Snippet>) -> SarifLocation {
    let mut sarif = located(location, snippet);
    sarif.id = Some(1);
    sarif.message = Some(text::message("where it stands"));
    sarif
}

/// The same in words: what holds the file, and the file.
pub(super) fn stands_in(location: &Location) -> String {
    let origin = &location.origin;
    let shown = place::shown(location);
    match (&origin.commit, &origin.layer) {
        (Some(commit), _) => format!("commit {commit} at {shown}"),
        (_, Some(layer)) => format!("image layer {layer} at {shown}"),
        _ => shown,
    }
}

/// The place of something that was not read.
pub(super) fn file(path: &str) -> SarifLocation {
    let physical = PhysicalLocation::builder().artifact_location(artifact(place::uri_of_path(path))).build();
    SarifLocation::builder().physical_location(physical).build()
}

fn located(location: &Location, snippet: Option<&Snippet>) -> SarifLocation {
    let mut physical = PhysicalLocation::builder().artifact_location(artifact(place::uri(&location.origin))).build();
    if place::has_region(location) {
        physical.region = Some(region(location, snippet));
        physical.context_region = snippet.map(|snippet| line(location, snippet));
    }
    let mut sarif = SarifLocation::builder().physical_location(physical).build();
    if let Some(path) = &location.key_path {
        let member = LogicalLocation::builder().fully_qualified_name(printable(path)).kind("member".to_owned()).build();
        sarif.logical_locations = Some(vec![member]);
    }
    sarif.properties = origin(location);
    sarif
}

fn artifact(uri: String) -> ArtifactLocation {
    ArtifactLocation::builder().uri(uri).uri_base_id(ROOT.to_owned()).build()
}

/// Exactly the secret. Bytes are counted in the scanned content, so they are said only where that is the file itself.
fn region(location: &Location, snippet: Option<&Snippet>) -> Region {
    let at = location.region;
    let mut region = Region::builder()
        .start_line(i64::from(at.line))
        .start_column(i64::from(at.column))
        .end_line(i64::from(at.end_line))
        .end_column(i64::from(at.end_column))
        .build();
    if location.origin.decoded_via.is_empty() {
        region.byte_offset = i64::try_from(at.span.start).ok();
        region.byte_length = i64::try_from(at.span.len()).ok();
    }
    region.snippet =
        snippet.map(|snippet| content(snippet.text.chars().skip(snippet.start).take(snippet.end.saturating_sub(snippet.start)).collect()));
    region
}

fn line(location: &Location, snippet: &Snippet) -> Region {
    let (first, last) = (i64::from(location.region.line), i64::from(location.region.end_line));
    Region::builder().start_line(first).end_line(last).snippet(content(snippet.text.clone())).build()
}

fn content(masked: String) -> ArtifactContent {
    ArtifactContent::builder().text(printable(&masked)).build()
}

/// What SARIF has no field for.
fn origin(location: &Location) -> Option<PropertyBag> {
    let origin = &location.origin;
    let decodings = place::decodings(location);
    let facts = [
        Some(("surface", json!(origin.surface))),
        origin.tracked.map(|tracked| ("tracked", json!(tracked))),
        origin.commit.as_ref().map(|commit| ("commit", json!(commit))),
        origin.git.as_ref().and_then(|git| Some(("gitState", json!(git.state?)))),
        origin.layer.as_ref().map(|layer| ("layer", json!(layer))),
        origin.image_path.as_ref().map(|path| ("imagePath", json!(path))),
        origin.image.as_ref().map(|image| ("images", json!(image.images.iter().map(|name| &**name).collect::<Vec<_>>()))),
        origin.image.as_ref().and_then(|image| Some(("instruction", json!(image.instruction.as_ref()?)))),
        origin.image.as_ref().map(|image| ("fate", json!(image.fate.word()))),
        origin.image.as_ref().and_then(|image| Some(("fateBy", json!(image.fate.by()?)))),
        origin.mode.map(|mode| ("mode", json!(format!("{:04o}", mode.bits)))),
        origin.process.as_ref().map(|process| ("process", json!(format!("{} ({})", process.name, process.id)))),
        (!decodings.is_empty()).then(|| ("decodedVia", json!(decodings))),
    ];
    let facts = facts.into_iter().flatten().map(|(key, value)| (key.to_owned(), value));
    Some(PropertyBag::builder().additional_properties(facts.collect::<std::collections::BTreeMap<_, _>>()).build())
}
