//! Keys in base 32 that end in a CRC-16 of all before it: Stellar's `StrKey` and the nkeys of NATS.
//! <https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0023.md>, <https://github.com/nats-io/nkeys>

use super::{Verdict, verdict};

/// Longer keys have another form.
const MAX_LENGTH: usize = 128;

pub(super) fn check(token: &[u8]) -> Verdict {
    let Some(bytes) = decode(token) else { return Verdict::Invalid };
    let Some((payload, check)) = bytes.split_last_chunk::<2>() else { return Verdict::Invalid };
    verdict(u16::from_le_bytes(*check) == crc16(payload))
}

/// Base 32 of RFC 4648 without padding; bits beyond the last whole byte are left out.
fn decode(token: &[u8]) -> Option<Vec<u8>> {
    if token.len() > MAX_LENGTH {
        return None;
    }
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(token.len()), 0_u32, 0);
    for digit in token {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5) | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(((bits >> count) & 0xff) as u8);
        }
    }
    Some(bytes)
}

/// CRC-16/XMODEM.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ (u16::from(*byte) << 8), |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x1021 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_examples() {
        // The check value of CRC-16/XMODEM, and an account of SEP-23's valid test cases.
        assert_eq!(crc16(b"123456789"), 0x31c3);
        assert_eq!(check(b"GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ"), Verdict::Valid);
        assert_eq!(check(b"GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGA"), Verdict::Invalid);
    }

    #[test]
    fn what_is_no_base32_is_invalid() {
        for other in ["", "A", "ga7q", "S0", "SA="] {
            assert_eq!(check(other.as_bytes()), Verdict::Invalid, "{other}");
        }
    }
}
