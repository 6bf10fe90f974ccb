//! Durations as people write them in a policy: `24h`, `15m`, `90d`.

use jiff::{Span, SpanRelativeTo};

/// Seconds in `text`; a day has 24 hours.
///
/// # Errors
/// A sentence that says what is expected.
pub(crate) fn seconds(text: &str) -> Result<u64, String> {
    let expected = || format!("`{text}` is not a duration; write it like 15m, 24h or 90d");
    let span: Span = text.parse().map_err(|_| expected())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| expected())?;
    u64::try_from(duration.as_secs()).ok().filter(|&seconds| seconds > 0).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_nonsense_is_refused() {
        assert_eq!((seconds("24h"), seconds("15m"), seconds("90d")), (Ok(86_400), Ok(900), Ok(7_776_000)));
        for bad in ["", "0s", "-1h", "soon", "3 months"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
