//! From features to a confidence, by weights that stand here.
//!
//! One decision a reader would question: two columns, because a word with a year behind it is a usual password and never a usual API key.

use unkeyed_model::Confidence;

use super::measure::{COUNT, Features, NAMES};
use super::weights::{KEY, PASSWORD};

/// Least probability for each confidence.
const HIGH: f32 = 0.85;
const MEDIUM: f32 = 0.60;
const LOW: f32 = 0.20;

/// Whether the value is judged as a password that a person chose, or as one that a machine made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    Password,
    Key,
}

const fn weights(measure: Measure) -> &'static [f32; COUNT] {
    match measure {
        Measure::Password => &PASSWORD,
        Measure::Key => &KEY,
    }
}

/// The probability that it is a credential.
pub(super) fn probability(measure: Measure, features: &Features) -> f32 {
    probability_by(weights(measure), features)
}

pub(super) fn probability_by(weights: &[f32; COUNT], features: &Features) -> f32 {
    let sum: f32 = weights.iter().zip(features).map(|(weight, feature)| weight * feature).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// What the probability is worth, if anything.
pub(super) fn confidence(probability: f32) -> Option<Confidence> {
    match probability {
        p if p >= HIGH => Some(Confidence::High),
        p if p >= MEDIUM => Some(Confidence::Medium),
        p if p >= LOW => Some(Confidence::Low),
        _ => None,
    }
}

/// The features that count, with what each adds, the weightiest first.
pub(super) fn reasons(measure: Measure, features: &Features) -> Vec<String> {
    let mut parts: Vec<(f32, usize)> = weights(measure)
        .iter()
        .zip(features)
        .map(|(weight, feature)| weight * feature)
        .zip(0..)
        .filter(|(part, _)| part.abs() >= 0.005)
        .collect();
    parts.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(&b.1)));
    parts.iter().map(|&(part, at)| format!("{part:+.2}  {} ({:.2} × {:.2})", NAMES[at], features[at], weights(measure)[at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_follows_the_probability() {
        assert_eq!(confidence(0.99), Some(Confidence::High));
        assert_eq!(confidence(0.8), Some(Confidence::Medium));
        assert_eq!(confidence(0.3), Some(Confidence::Low));
        assert_eq!(confidence(0.1), None);
    }

    #[test]
    fn reasons_add_up_to_the_decision() {
        let mut features = [0.0; COUNT];
        (features[0], features[5]) = (1.0, 1.0);
        let sum = PASSWORD[0] + PASSWORD[5];
        assert!((probability(Measure::Password, &features) - 1.0 / (1.0 + (-sum).exp())).abs() < 1e-6);
        assert_eq!(reasons(Measure::Password, &features).len(), 2);
    }
}
