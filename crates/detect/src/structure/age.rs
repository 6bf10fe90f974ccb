//! age identities: Bech32 (BIP 173) in capitals, so that typing errors and made-up examples fail its checksum.

use super::{Candidate, Draft, Outcome, context};

const ALPHABET: &[u8] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

/// `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`.
pub(crate) fn inspect(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    draft.verified_structure = has_valid_checksum(context::slice(candidate.text, candidate.secret)) == Some(true);
    if draft.verified_structure { Outcome::Keep } else { Outcome::Reject }
}

/// `None` if it isn't Bech32 at all.
fn has_valid_checksum(text: &[u8]) -> Option<bool> {
    let separator = memchr::memrchr(b'1', text)?;
    let prefix = text[..separator].to_ascii_lowercase();
    let high = prefix.iter().map(|byte| byte >> 5);
    let low = prefix.iter().map(|byte| byte & 31);
    let mut data = Vec::with_capacity(text.len() - separator);
    for letter in &text[separator + 1..] {
        data.push(u8::try_from(memchr::memchr(*letter, ALPHABET)?).ok()?);
    }
    let sum = high.chain([0]).chain(low).chain(data).fold(1_u32, polymod);
    Some(sum == 1)
}

fn polymod(sum: u32, value: u8) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = sum >> 25;
    let next = ((sum & 0x01ff_ffff) << 5) ^ u32::from(value);
    GENERATOR.iter().enumerate().fold(next, |next, (bit, word)| if (top >> bit) & 1 == 1 { next ^ word } else { next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_of_the_standards_own_vectors() {
        // BIP 173 "Test vectors", valid and invalid.
        assert_eq!(has_valid_checksum(b"A12UEL5L"), Some(true));
        assert_eq!(
            has_valid_checksum(b"AN83CHARACTERLONGHUMANREADABLEPARTTHATCONTAINSTHENUMBER1ANDTHEEXCLUDEDCHARACTERSBIO1TT5TGS"),
            Some(true)
        );
        assert_eq!(has_valid_checksum(b"A12UEL5Q"), Some(false));
        assert_eq!(has_valid_checksum(b"B"), None);
    }
}
