//! Small decoders that several inspectors share: base64 of any flavour, and the ways in which vendors write times.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use unkeyed_model::Timestamp;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Decodes RFC 4648 §4 or §5, padded or not.
pub(crate) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    if text.iter().any(|byte| matches!(byte, b'-' | b'_')) { URL_SAFE.decode(text).ok() } else { STANDARD.decode(text).ok() }
}

/// A time as vendors write it: RFC 3339, with a space for `T`, with `UTC` for `Z`, without offset (then UTC), a date alone,
/// with `%3A` for `:`, or seconds or milliseconds since 1970.
pub(crate) fn time(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if text.len() > 64 {
        return None;
    }
    if let Ok(number) = text.parse::<i64>() {
        return epoch(number);
    }
    let text = text.replace("%3A", ":").replace("%3a", ":").replace("%2B", "+");
    let text = text.strip_suffix("UTC").map_or(text.as_str(), str::trim_end);
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Some(stamp);
    }
    let civil = text.trim_end_matches('Z');
    let zoned = if civil.len() <= 10 { format!("{civil}T00:00:00Z") } else { format!("{civil}Z") };
    zoned.parse().ok()
}

/// Seconds since 1970; numbers too large for that are milliseconds.
pub(crate) fn epoch(number: i64) -> Option<Timestamp> {
    const YEAR_5000: i64 = 95_617_584_000;
    if number <= 0 {
        None
    } else if number > YEAR_5000 {
        Timestamp::from_millisecond(number).ok()
    } else {
        Timestamp::from_second(number).ok()
    }
}

/// The basic format of AWS signatures, `20260102T030405Z`.
pub(crate) fn basic_time(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?;
    if text.len() != 16 || !text.is_ascii() {
        return None;
    }
    let spread = format!("{}-{}-{}T{}:{}:{}", &text[..4], &text[4..6], &text[6..8], &text[9..11], &text[11..13], &text[13..]);
    spread.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_all_vendors() {
        let noon = "2026-03-04T12:00:00Z".parse::<Timestamp>().unwrap();
        for text in [
            "2026-03-04T12:00:00Z",
            "2026-03-04T12:00:00UTC",
            "2026-03-04T13:00:00+01:00",
            "2026-03-04 12:00:00",
            "2026-03-04T12%3A00%3A00Z",
            "1772625600",
            "1772625600000",
            "2026-03-04T12:00:00.000Z",
        ] {
            assert_eq!(time(text.as_bytes()), Some(noon), "{text}");
        }
        assert_eq!(time(b"2026-03-04"), "2026-03-04T00:00:00Z".parse().ok());
        assert_eq!(basic_time(b"20260304T120000Z"), Some(noon));
        assert_eq!(time(b"soon"), None);
        assert_eq!(basic_time("2026030\u{e9}T12000Z".as_bytes()), None);
    }

    #[test]
    fn base64_of_both_alphabets_padded_or_not() {
        for text in ["-_8=", "-_8", "+/8=", "+/8"] {
            assert_eq!(base64(text.as_bytes()), Some(vec![0xfb, 0xff]), "{text}");
        }
        assert_eq!(base64(b"..."), None);
    }
}
