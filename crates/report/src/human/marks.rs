//! Symbols and titles: each says in words and shape what its colour says.

use unkeyed_model::{LayerState, Layers, Level, Verdict, WorkloadReport};

use super::page::{Ink, Piece, faint, ink};

/// Symbol, title and ink of a verdict.
pub(super) const fn verdict(verdict: Verdict) -> (&'static str, &'static str, Ink) {
    match verdict {
        Verdict::NotSecretless => ("✗", "NOT SECRETLESS", Ink::Error),
        Verdict::Partial => ("!", "PARTIAL", Ink::Warning),
        Verdict::Vaulted => ("#", "VAULTED", Ink::Warning),
        Verdict::Indeterminate => ("?", "INDETERMINATE", Ink::Note),
        Verdict::Transitional => ("~", "TRANSITIONAL", Ink::Note),
        Verdict::Secretless => ("✓", "SECRETLESS", Ink::Good),
    }
}

/// The title of a workload's block, with its leaning.
pub(super) fn title(workload: &WorkloadReport) -> Vec<Piece<'static>> {
    if workload.no_access_observed {
        return vec![faint("– "), ink(Ink::Strong, "NO ACCESS OBSERVED")];
    }
    let (symbol, title, style) = verdict(workload.verdict);
    let leaning = workload.leaning.map(|leaning| format!(", leaning {leaning}")).unwrap_or_default();
    vec![ink(style, format!("{symbol} {title}")), ink(Ink::Plain, leaning)]
}

/// All layers; beside their label they fit into 80 columns.
pub(super) fn layers(layers: &Layers) -> Vec<Piece<'static>> {
    let named = [
        ("L0 absence ", layers.l0),
        ("  L1 identity ", layers.l1),
        ("  L2 tokens ", layers.l2),
        ("  L3a trust ", layers.l3a),
        ("  L3b role ", layers.l3b),
    ];
    named
        .into_iter()
        .flat_map(|(name, state)| {
            let (symbol, style) = layer(state);
            [ink(Ink::Plain, name), ink(style, symbol)]
        })
        .collect()
}

const fn layer(state: LayerState) -> (&'static str, Ink) {
    match state {
        LayerState::Pass => ("✓", Ink::Good),
        LayerState::Fail => ("✗", Ink::Error),
        LayerState::Unknown => ("?", Ink::Note),
        LayerState::Na => ("–", Ink::Faint),
    }
}

/// What the symbols of the layers mean.
pub(super) const LEGEND: &str = "Layers:  ✓ pass  ✗ fail  ? not known  – does not apply";

/// The ink of a level.
pub(super) const fn level(level: Level) -> Ink {
    match level {
        Level::Error => Ink::Error,
        Level::Warning => Ink::Warning,
        Level::Note => Ink::Note,
        Level::None => Ink::Faint,
    }
}
