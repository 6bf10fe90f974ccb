//! Manifests that here-documents of a script hold (`kubectl apply -f - <<EOF`): who may do what is read of them.
//!
//! The decision a reader would question: what runs there is left to whoever applies them, and only roles, entries and tokens count.

use std::ops::Range;
use std::sync::Arc;

use unkeyed_model::{Facts, SkipReason, Unit};

use super::script::Text;
use crate::exports::Out;
use crate::place::Place;
use crate::shell::Command;
use crate::{k8s, yaml};

/// Most manifests of a script that are read.
const MAX_MANIFESTS: usize = 32;

/// Reads them; `taken` counts those of the whole file.
pub(super) fn read(commands: &[Command], text: &Text<'_>, taken: &mut usize, out: &mut Out<'_>) {
    let is_one = |range: &Range<usize>| text.text.get(range.clone()).is_some_and(|text| k8s::is_manifest(text.as_bytes()));
    let found: Vec<Range<usize>> = commands.iter().filter_map(|command| command.document.clone()).filter(is_one).collect();
    let left = MAX_MANIFESTS - *taken;
    *taken += found.len().min(left);
    if found.len() > left {
        let row = out.place.skip(SkipReason::Limit, format!("more than {MAX_MANIFESTS} manifests in the script; the others were not read"));
        out.facts.skipped.push(row);
    }
    for range in found.into_iter().take(left) {
        let alone = out.place.alone((text.locate)(range));
        let unit = Unit::new(Arc::clone(out.place.origin()), alone.as_bytes());
        let Ok(place) = Place::new(&unit) else { continue };
        let documents = yaml::parse(&place).nodes;
        let mut told = Facts::default();
        k8s::read_embedded(place, &documents, &mut told);
        out.facts.grants.append(&mut told.grants);
        out.facts.principals.append(&mut told.principals);
        out.facts.sessions.append(&mut told.sessions);
        out.facts.trusts.append(&mut told.trusts);
        out.facts.declarations.append(&mut told.declarations);
    }
}
