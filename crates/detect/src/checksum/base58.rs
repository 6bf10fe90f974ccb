//! Base58Check: a number in base 58 whose last four bytes are the beginning of SHA-256 of SHA-256 of the rest.
//! <https://en.bitcoin.it/wiki/Base58Check_encoding>

use sha2::{Digest, Sha256};

use super::{Verdict, verdict};

const BITCOIN: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// <https://xrpl.org/docs/references/protocol/data-types/base58-encodings>
const RIPPLE: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";
/// Keys are shorter; decoding takes the square of the length.
const MAX_LENGTH: usize = 128;

/// As Bitcoin and most others write it.
pub(super) fn check(token: &[u8]) -> Verdict {
    verdict(is_valid(token, BITCOIN))
}

/// As the XRP Ledger writes it.
pub(super) fn check_ripple(token: &[u8]) -> Verdict {
    verdict(is_valid(token, RIPPLE))
}

fn is_valid(token: &[u8], alphabet: &[u8; 58]) -> bool {
    let Some(bytes) = decode(token, alphabet) else { return false };
    let Some((payload, check)) = bytes.split_last_chunk::<4>() else { return false };
    Sha256::digest(Sha256::digest(payload)).starts_with(check)
}

fn decode(token: &[u8], alphabet: &[u8; 58]) -> Option<Vec<u8>> {
    if token.len() > MAX_LENGTH {
        return None;
    }
    // The lowest byte first.
    let mut bytes: Vec<u8> = Vec::with_capacity(token.len());
    for digit in token {
        let mut carry = memchr::memchr(*digit, alphabet)?;
        for byte in &mut bytes {
            carry += usize::from(*byte) * 58;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push((carry & 0xff) as u8);
            carry >>= 8;
        }
    }
    let zeros = token.iter().take_while(|&&digit| digit == alphabet[0]).count();
    bytes.resize(bytes.len() + zeros, 0);
    bytes.reverse();
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_examples() {
        // BIP-32, test vector 1, and the example of the wiki's page on the wallet import format.
        let key: &[u8] = b"xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi";
        assert_eq!(check(key), Verdict::Valid);
        assert_eq!(check(b"5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ"), Verdict::Valid);
        assert_eq!(check(b"5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTK"), Verdict::Invalid);
        // The seed of "masterpassphrase", <https://xrpl.org/docs/tutorials/best-practices/key-management/assign-a-regular-key-pair>.
        assert_eq!(check_ripple(b"snoPBrXtMeMyMHUVTgbuqAfg1SUTb"), Verdict::Valid);
        assert_eq!(check_ripple(b"snoPBrXtMeMyMHUVTgbuqAfg1SUTc"), Verdict::Invalid);
    }

    #[test]
    fn what_is_no_base58_is_invalid() {
        assert_eq!(check(b""), Verdict::Invalid);
        assert_eq!(check(b"0OIl"), Verdict::Invalid);
        assert_eq!(check(&[b'1'; 5000]), Verdict::Invalid);
    }
}
