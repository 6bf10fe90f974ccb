//! The literals of all rules as the matcher gets them, and what the build script decided for those of the built-in rules.

use serde::{Deserialize, Serialize};
use unkeyed_prefilter::{ByteSet, Choice, Engine, Pattern};

use super::Literal;

/// The numbers of buckets that engines have.
pub(crate) const BUCKETS: [usize; 4] = Engine::BUCKETS;

/// A literal, and by number of buckets which window of it is searched for in which bucket.
#[derive(Deserialize, Serialize)]
pub(crate) struct Known {
    bytes: Vec<u8>,
    ignore_case: bool,
    after: Option<[u64; 4]>,
    choices: [Option<(u8, u8)>; BUCKETS.len()],
}

impl Known {
    /// Decides for all `patterns`.
    #[allow(dead_code, reason = "it is the build script that decides")]
    pub(crate) fn all(patterns: &[Pattern]) -> Vec<Self> {
        let choices = BUCKETS.map(|buckets| unkeyed_prefilter::choose(patterns, &[], buckets));
        let known = |(at, pattern): (usize, &Pattern)| Self {
            bytes: pattern.bytes.clone(),
            ignore_case: pattern.ignore_case,
            after: pattern.after.map(|after| after.words()),
            choices: std::array::from_fn(|which| choices[which][at].map(|choice| (choice.window, choice.bucket))),
        };
        patterns.iter().enumerate().map(known).collect()
    }

    /// What of that holds for each of `patterns`. Both are sorted as [`searched`] does.
    pub(crate) fn choices(all: &[Self], patterns: &[Pattern], buckets: usize) -> Vec<Option<Choice>> {
        let which = BUCKETS.iter().position(|&one| one == buckets);
        let choice = |pattern: &Pattern| {
            let key = (&pattern.bytes, pattern.ignore_case);
            let known = &all[all.binary_search_by(|known| (&known.bytes, known.ignore_case).cmp(&key)).ok()?];
            let same = known.after == pattern.after.map(|after| after.words());
            known.choices[which.filter(|_| same)?].map(|(window, bucket)| Choice { window, bucket })
        };
        patterns.iter().map(choice).collect()
    }
}

/// One pattern for each text, followed by what any of its literals may be followed by. The literals must be sorted by text.
pub(crate) fn searched<'a>(literals: impl Iterator<Item = &'a Literal>) -> Vec<Pattern> {
    let mut patterns: Vec<Pattern> = Vec::new();
    for literal in literals {
        match patterns.last_mut() {
            Some(last) if stands_for(last, literal) => allow(last, literal.after),
            _ => {
                patterns.push(Pattern { bytes: literal.bytes.clone(), ignore_case: literal.ignore_case, after: literal.after });
            }
        }
    }
    patterns
}

/// Whether hits of the pattern are hits of the literal.
pub(crate) fn stands_for(pattern: &Pattern, literal: &Literal) -> bool {
    (&pattern.bytes, pattern.ignore_case) == (&literal.bytes, literal.ignore_case)
}

/// Lets a pattern be followed by more bytes, or by anything.
fn allow(pattern: &mut Pattern, after: Option<ByteSet>) {
    pattern.after = match (pattern.after, after) {
        (Some(mut all), Some(more)) => {
            all.union(&more);
            Some(all)
        }
        _ => None,
    };
}
