//! Recovery phrases of BIP-39: words of a list, the last of which holds a part of SHA-256 of the rest.
//! <https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki>

use bip39::{Language, Mnemonic};

use super::Verdict;

/// A phrase of which each word is on the list, but whose checksum is wrong, may have a typing error: it passes unproven.
pub(super) fn check(phrase: &[u8]) -> Verdict {
    let Ok(phrase) = std::str::from_utf8(phrase) else { return Verdict::Invalid };
    if Mnemonic::parse_in_normalized(Language::English, phrase).is_ok() {
        return Verdict::Valid;
    }
    let is_listed = |word: &str| Language::English.find_word(word).is_some();
    if phrase.split(' ').all(is_listed) { Verdict::Absent } else { Verdict::Invalid }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_their_checksum() {
        // A vector of the standard.
        assert_eq!(check(b"legal winner thank year wave sausage worth useful legal winner thank yellow"), Verdict::Valid);
        assert_eq!(check(b"legal winner thank year wave sausage worth useful legal winner thank thank"), Verdict::Absent);
        assert_eq!(check(b"please type the twelve words that were shown when the wallet started"), Verdict::Invalid);
    }
}
