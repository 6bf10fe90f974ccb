//! The lexicon, prepared for looking up single words.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use super::lexicon;

/// What is known of a word, as bits.
pub(super) type Facts = u16;
/// The name of a password.
pub(super) const PASSWORD: Facts = 1;
/// The name of a shared secret.
pub(super) const SECRET: Facts = 1 << 1;
/// The name of a token.
pub(super) const TOKEN: Facts = 1 << 2;
/// The name of a certain kind of key.
pub(super) const KEY: Facts = 1 << 3;
/// Just "key".
pub(super) const BARE_KEY: Facts = 1 << 4;
/// Credentials of any form.
pub(super) const AUTH: Facts = 1 << 5;
/// Says what a key is for.
pub(super) const KEY_KIND: Facts = 1 << 6;
/// Says that a key or token is no credential.
pub(super) const NOT_KIND: Facts = 1 << 7;
/// Changes nothing.
pub(super) const NEUTRAL: Facts = 1 << 8;
/// Makes it something about a credential.
pub(super) const ABOUT: Facts = 1 << 9;
/// Begins the name of a function that does something with a credential.
pub(super) const VERB: Facts = 1 << 10;
/// Any word by which a credential is named.
pub(super) const NAMES: Facts = PASSWORD | SECRET | TOKEN | KEY | BARE_KEY | AUTH;

/// Longer words are in no list.
const MAX_WORD: usize = 32;

struct Vocabulary {
    /// All keys are our own, so that nobody can choose colliding ones.
    words: HashMap<&'static [u8], Facts, FixedState>,
    /// Words that also count as the end of a longer one, by [`slot`].
    endings: [Vec<(&'static [u8], Facts)>; 256],
}

/// A number for the last two bytes of a word, other ones for most others; `None` for a shorter word.
fn slot(word: &[u8]) -> Option<usize> {
    let [.., one, last] = word else { return None };
    Some(usize::from(one.wrapping_mul(31).wrapping_add(*last)))
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let lists = [
        (lexicon::PASSWORDS, PASSWORD),
        (lexicon::SHORT_PASSWORDS, PASSWORD),
        (lexicon::SECRETS, SECRET),
        (lexicon::TOKENS, TOKEN),
        (lexicon::KEYS, KEY),
        (lexicon::BARE_KEYS, BARE_KEY),
        (lexicon::AUTHS, AUTH),
        (lexicon::KEY_KINDS, KEY_KIND),
        (lexicon::NOT_KINDS, NOT_KIND),
        (lexicon::NEUTRAL, NEUTRAL),
        (lexicon::ABOUT, ABOUT),
        (lexicon::VERBS, VERB),
    ];
    let mut words = HashMap::default();
    for (list, facts) in lists {
        list.split_ascii_whitespace().for_each(|word| *words.entry(word.as_bytes()).or_default() |= facts);
    }
    let joining = [(lexicon::PASSWORDS, PASSWORD), (lexicon::SECRETS, SECRET), ("token jeton", TOKEN), (lexicon::KEYS, KEY)];
    let mut endings = [const { Vec::new() }; 256];
    for (list, facts) in joining {
        for word in list.split_ascii_whitespace().map(str::as_bytes) {
            slot(word).into_iter().for_each(|slot| endings[slot].push((word, facts)));
        }
    }
    Vocabulary { words, endings }
});

/// What is known of `word`, without regard to case.
pub(super) fn facts(word: &[u8]) -> Facts {
    if word.len() <= MAX_WORD && !word.is_ascii() {
        // Turkish `İ` becomes an `i` with a dot that combines with it.
        let lower = String::from_utf8_lossy(word).to_lowercase().replace('\u{307}', "");
        return facts_of_lower(lower.as_bytes());
    }
    let mut buffer = [0; MAX_WORD];
    let Some(lower) = buffer.get_mut(..word.len()) else { return 0 };
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    facts_of_lower(lower)
}

fn facts_of_lower(lower: &[u8]) -> Facts {
    let known = VOCABULARY.words.get(lower).copied().unwrap_or(0);
    if known != 0 {
        return known;
    }
    let Some(slot) = slot(lower) else { return 0 };
    VOCABULARY.endings[slot].iter().find(|(ending, _)| lower.ends_with(ending)).map_or(0, |&(_, facts)| facts)
}
