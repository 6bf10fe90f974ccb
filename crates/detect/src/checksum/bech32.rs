//! Bech32 and Bech32m: six characters at the end are a BCH code over the rest.
//! <https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki>, <https://github.com/bitcoin/bips/blob/master/bip-0350.mediawiki>

use super::{Verdict, verdict};

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const BECH32: u32 = 1;
const BECH32M: u32 = 0x2bc8_30a3;

/// Of either kind, all in lower or all in upper case.
pub(crate) fn check(token: &[u8]) -> Verdict {
    let is_mixed = token.iter().any(u8::is_ascii_lowercase) && token.iter().any(u8::is_ascii_uppercase);
    verdict(!is_mixed && matches!(sum(token), Some(BECH32 | BECH32M)))
}

/// `None` if it isn't Bech32 at all.
fn sum(token: &[u8]) -> Option<u32> {
    let token = token.to_ascii_lowercase();
    let separator = memchr::memrchr(b'1', &token).filter(|&at| at > 0)?;
    let prefix = &token[..separator];
    let high = prefix.iter().map(|byte| byte >> 5);
    let low = prefix.iter().map(|byte| byte & 31);
    let mut data = Vec::with_capacity(token.len() - separator);
    for letter in &token[separator + 1..] {
        data.push(u8::try_from(memchr::memchr(*letter, ALPHABET)?).ok()?);
    }
    Some(high.chain([0]).chain(low).chain(data).fold(1, polymod))
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
    fn the_standards_own_vectors() {
        // BIP 173 and BIP 350, "Test vectors", valid and invalid.
        for valid in
            ["A12UEL5L", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "A1LQFN3A", "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx"]
        {
            assert_eq!(check(valid.as_bytes()), Verdict::Valid, "{valid}");
        }
        for invalid in ["A12UEL5Q", "B", "1pzry9x0s0muk", "a12UEL5L", ""] {
            assert_eq!(check(invalid.as_bytes()), Verdict::Invalid, "{invalid}");
        }
    }
}
