//! Turns findings into matches: places, snippets, one match for every place the content was read from.

use std::collections::BTreeSet;
use std::sync::Arc;

use unkeyed_model::{Location, Match, Origin, Region, Span, Unit};

use crate::finding::Finding;
use crate::overlap::Spans;
use crate::position::Positions;
use crate::snippet::{Values, snippet};
use crate::{doubt, marker};

/// Shorter values are words that a line has by chance …
const MIN_VALUE: usize = 6;
/// … and longer ones don't fit into a snippet.
const MAX_VALUE: usize = 400;
/// Most bytes of one Unit's values that are looked for in its lines; with more, lines are shown without anything but the place.
const MAX_VALUES: usize = 1 << 20;

/// Hands every finding of `unit` to `sink`, in order of place. `veil` holds all that is masked in snippets.
pub(crate) fn emit(unit: &Unit<'_>, findings: Vec<Finding>, veil: Vec<Span>, sink: &mut dyn FnMut(Match)) {
    let text = unit.bytes();
    let mut hidden = Spans::default();
    veil.into_iter().for_each(|span| hidden.add(span));
    let spans = findings.iter().flat_map(|finding| std::iter::once(&finding.draft.secret).chain(&finding.draft.related)).copied();
    let positions = Positions::new(text, spans);
    let place = |span: Span| unit.window().map_or(positions.region(span), |window| window.place(positions.region(span)));
    let values = values(text, &findings);
    for finding in findings {
        let shown = snippet(text, finding.draft.secret, &hidden, &values);
        let marker = marker::beside(text, finding.draft.secret);
        for (_, origin) in unit.origins().iter().enumerate().filter(|(at, _)| !finding.allowed_at.contains(at)) {
            sink(Match { marker: marker.clone(), ..one(&finding, origin, &place, shown.clone()) });
        }
    }
}

/// What was found, as it stands in `text`: it is masked wherever else it stands in a line that is shown.
fn values(text: &[u8], findings: &[Finding]) -> Values {
    let spans = findings.iter().map(|finding| finding.draft.secret);
    let values = spans.filter_map(|span| text.get(span.start..span.end)).filter(|value| (MIN_VALUE..=MAX_VALUE).contains(&value.len()));
    let distinct: BTreeSet<&[u8]> = values.collect();
    if distinct.iter().map(|value| value.len()).sum::<usize>() > MAX_VALUES { Values::unsearched() } else { Values::new(distinct) }
}

fn one(finding: &Finding, origin: &Arc<Origin>, place: &dyn Fn(Span) -> Region, snippet: unkeyed_model::Snippet) -> Match {
    let draft = &finding.draft;
    let location = |span: Span, key_path: Option<String>| Location {
        origin: Arc::clone(origin),
        region: place(span),
        key_path,
        decoded_via: finding.via.clone(),
    };
    Match {
        rule: Arc::clone(&draft.rule.info),
        kind: Arc::clone(&draft.kind),
        location: location(draft.secret, draft.key_path.clone()),
        related: draft.related.iter().map(|&span| location(span, None)).collect(),
        confidence: doubt::at_path(draft.confidence, origin),
        verified_structure: draft.verified_structure,
        role: draft.role,
        custody: draft.custody,
        replayable: draft.replayable,
        lifetime: draft.lifetime,
        typed_position: draft.typed_position,
        fingerprint: finding.fingerprint,
        mask: finding.mask.clone(),
        public_because: draft.public_because.clone(),
        pair: draft.pair.clone(),
        destination: draft.destination.clone(),
        notes: draft.notes.iter().cloned().chain(open_to_all(origin)).collect(),
        snippet: Some(snippet),
        marker: None,
    }
}

/// The remark on what every user of a host can read.
fn open_to_all(origin: &Origin) -> Option<String> {
    let mode = origin.mode.filter(|mode| mode.open_to_all)?;
    Some(format!("open-to-all: every user of the host can read its file (mode {:04o})", mode.bits))
}
