//! How unlike the words of source text a value is: the mean number of bits by which its characters surprise.
//!
//! One decision a reader would question: three letters of context and no dictionary. Names, words of any Latin-script language and
//! their joins are made of the same triples, and random characters are not; a table of 22 KB tells them apart, and
//! short values as well as entropy does long ones. `examples/train_rarity.rs` makes the table from any folder of source.

/// Letters without case, digits as one, the rest as one.
pub(crate) const SYMBOLS: usize = 28;
const DIGIT: usize = 26;
const OTHER: usize = 27;
/// Surprise in sixteenths of a bit, by the two symbols before and the symbol itself.
static TABLE: &[u8] = include_bytes!("rarity.bin");

pub(crate) const fn symbol(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => (byte - b'a') as usize,
        b'A'..=b'Z' => (byte - b'A') as usize,
        b'0'..=b'9' => DIGIT,
        _ => OTHER,
    }
}

/// Mean bits per character.
pub(super) fn rarity(value: &[u8]) -> f32 {
    if value.is_empty() {
        return 0.0;
    }
    let (mut first, mut second, mut total) = (OTHER, OTHER, 0u32);
    for &byte in value {
        let this = symbol(byte);
        total += TABLE.get((first * SYMBOLS + second) * SYMBOLS + this).map_or(0, |&surprise| u32::from(surprise));
        (first, second) = (second, this);
    }
    total as f32 / 16.0 / value.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_common_and_random_letters_are_rare() {
        assert_eq!(TABLE.len(), SYMBOLS * SYMBOLS * SYMBOLS);
        let common = ["password", "refresh_token", "getUserName", "configuration", "my-secret-value", "Passwort", "connection"];
        let rare = ["qxzvkjwp", "kfjwqzpx", "Xk7Qz9vB2m", "wqtrzplx"];
        let most = common.iter().map(|value| rarity(value.as_bytes())).fold(0.0, f32::max);
        let least = rare.iter().map(|value| rarity(value.as_bytes())).fold(99.0, f32::min);
        assert!(most + 1.0 < least, "{most} {least}");
    }
}
