//! The manual of the words that reports are written in: what each means, and what to do about it.
//!
//! One decision a reader would question: prose stands in code. Each text hangs on a variant of the model, so that a new
//! word does not compile without its page.

mod classes;
mod gaps;
mod layers;
mod reasons;
mod verdicts;

use unkeyed_model::{Class, Reason, SkipReason, Verdict, WorkloadKind};

use crate::words;

/// What kind of word it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// What is said of a workload.
    Verdict,
    /// Why it is said.
    Reason,
    /// What it was judged by.
    Layer,
    /// How long a credential lasts, and where it is kept.
    Class,
    /// Why something was not read.
    Gap,
}

impl Topic {
    /// Every topic, in the order of the manual.
    pub const ALL: &'static [Self] = &[Self::Verdict, Self::Reason, Self::Layer, Self::Class, Self::Gap];

    /// Its name behind "a".
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Reason => "reason of a verdict",
            Self::Layer => "layer of a verdict",
            Self::Class => "persistence class",
            Self::Gap => "reason why something was not read",
        }
    }

    /// Its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Verdict => "Verdicts",
            Self::Reason => "Reasons of verdicts",
            Self::Layer => "Layers",
            Self::Class => "Persistence classes",
            Self::Gap => "Why something was not read",
        }
    }
}

/// The page of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The word, as reports spell it.
    pub word: &'static str,
    /// What kind of word it is.
    pub topic: Topic,
    /// What it means, in a sentence or a phrase.
    pub meaning: &'static str,
    /// What follows from it, and what to do.
    pub advice: &'static str,
}

/// All pages, by topic.
#[must_use]
pub fn manual() -> Vec<Entry> {
    let entry = |topic, word, (meaning, advice)| Entry { word, topic, meaning, advice };
    let verdicts = Verdict::ALL.iter().rev().map(|&verdict| entry(Topic::Verdict, verdict.as_str(), verdicts::page(verdict)));
    let sentence = |reason| words::reason(reason, WorkloadKind::ALL.first().copied().unwrap_or(WorkloadKind::Image));
    let reasons = Reason::ALL.iter().map(|&reason| entry(Topic::Reason, reason.as_str(), (sentence(reason), reasons::advice(reason))));
    let layers = layers::PAGES.iter().map(|&(layer, meaning, advice)| entry(Topic::Layer, layer, (meaning, advice)));
    let classes = Class::ALL.iter().map(|&class| entry(Topic::Class, class.as_str(), (words::class(class), classes::advice(class))));
    let gaps = SkipReason::ALL.iter().map(|&why| entry(Topic::Gap, why.as_str(), (words::skip_reason(why), gaps::advice(why))));
    verdicts.chain(reasons).chain(layers).chain(classes).chain(gaps).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_word_has_two_meanings_and_each_page_ends_as_a_sentence() {
        let pages = manual();
        let words: BTreeSet<String> = pages.iter().map(|page| page.word.to_lowercase()).collect();
        assert_eq!(words.len(), pages.len());
        for page in pages {
            assert!(page.advice.ends_with(['.', ')']) && !page.meaning.is_empty(), "{}", page.word);
        }
    }
}
