//! What several parts of the page say: verdicts, layers, places.

use unkeyed_model::{LayerState, Layers, Level, Location, Value, Verdict, WorkloadReport};

use super::markup::Markup;
use crate::human::places;
use crate::{place, words};

type Layer = (&'static str, &'static str, fn(&Layers) -> LayerState);

/// The layers of evidence: their name, what they ask, and where their state is found.
pub(super) const LAYERS: [Layer; 5] = [
    ("L0", "no credential remains", |layers| layers.l0),
    ("L1", "an identity is the way in", |layers| layers.l1),
    ("L2", "tokens are issued on request and short", |layers| layers.l2),
    ("L3a", "the trust in the identity is exact", |layers| layers.l3a),
    ("L3b", "the role of the identity is narrow", |layers| layers.l3b),
];

/// What a verdict means, for whom it is new.
pub(super) const fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotSecretless => "Lasting credentials, and no identity that replaces them.",
        Verdict::Partial => "An identity is there, but credentials remain, or its trust, role or token lifetime is in error.",
        Verdict::Vaulted => "Static values, kept in a secret manager: stored elsewhere, not removed.",
        Verdict::Indeterminate => "Not enough evidence; what would settle it is named.",
        Verdict::Transitional => "What remains is covered by exceptions, in time and with an exit plan.",
        Verdict::Secretless => "No lasting credential; an identity with exact trust, narrow role and short tokens.",
    }
}

/// A verdict as a badge: colour, and always the word.
pub(super) fn badge(page: &mut Markup, (key, word): (&str, &str)) {
    page.leaf("span", &[("class", &format!("badge v-{key}"))], word);
}

/// What the badge of a verdict says, and what filters know it by.
pub(super) const fn verdict(verdict: Verdict) -> (&'static str, &'static str) {
    (verdict.as_str(), words::verdict(verdict))
}

/// The word by which filters know workloads that authenticate to nothing: they are judged, but count for no verdict.
pub(super) const NO_ACCESS: &str = "no-access";
/// The same in words.
pub(super) const NO_ACCESS_OBSERVED: &str = "no access observed";

/// What a workload's badge says, and what filters know it by.
pub(super) fn standing(workload: &WorkloadReport) -> (&'static str, &'static str) {
    if workload.no_access_observed { (NO_ACCESS, NO_ACCESS_OBSERVED) } else { verdict(workload.verdict) }
}

/// The states of the layers as five small marks.
pub(super) fn layer_marks(page: &mut Markup, layers: &Layers) {
    page.element("span", &[("class", "layers")], |page| {
        for (name, _, state) in LAYERS {
            let state = state(layers);
            page.leaf("span", &[("class", &format!("layer s-{state}")), ("title", &format!("{name}: {}", layer(state)))], name);
        }
    });
}

/// A state in words.
pub(super) const fn layer(state: LayerState) -> &'static str {
    match state {
        LayerState::Pass => "passes",
        LayerState::Fail => "fails",
        LayerState::Unknown => "not known from these inputs",
        LayerState::Na => "does not apply",
    }
}

/// A level as a badge.
pub(super) fn level(page: &mut Markup, level: Level) {
    page.leaf("span", &[("class", &format!("badge l-{level}"))], level.as_str());
}

/// A place with what its path does not show.
pub(super) fn place(page: &mut Markup, location: &Location) {
    page.code(place::shown(location));
    let remarks = places::remarks(location);
    if !remarks.is_empty() {
        page.leaf("span", &[("class", "faint")], format!(" {}", remarks.join(", ")));
    }
}

/// A configuration value, or why it is not known.
pub(super) fn value(page: &mut Markup, value: &Value) {
    match value {
        Value::Known(text, _) => page.code(text),
        Value::Unknown(why) => page.leaf("span", &[("class", "faint")], format!("not known: {why}")),
    }
}

/// As much of `text` as fits into `width` characters; ends tell more than middles.
pub(super) fn shortened(text: &str, width: usize) -> String {
    let shown = crate::printable(text);
    let count = shown.chars().count();
    if count <= width {
        return shown.into_owned();
    }
    let (head, tail) = (width / 2, width - width / 2 - 1);
    shown.chars().take(head).chain(['…']).chain(shown.chars().skip(count - tail)).collect()
}

/// Days from `from` to `to`, rounded up.
pub(super) fn days(from: unkeyed_model::Timestamp, to: unkeyed_model::Timestamp) -> i64 {
    let seconds = to.as_second().saturating_sub(from.as_second());
    seconds.div_euclid(86_400) + i64::from(seconds.rem_euclid(86_400) > 0)
}
