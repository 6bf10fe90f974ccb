//! Points in time and lengths of time, as reports spell them.

use unkeyed_model::Timestamp;

/// RFC 3339 in UTC with whole seconds (`2026-11-22T04:35:00Z`).
pub(crate) fn rfc3339(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The day in UTC (`2026-11-22`).
pub(crate) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// A length of time in the largest unit that says it exactly, or in days where none does.
pub(crate) fn duration(seconds: u64) -> String {
    const UNITS: [(u64, &str, &str); 4] =
        [(86_400, "day", "days"), (3_600, "hour", "hours"), (60, "minute", "minutes"), (1, "second", "seconds")];
    if seconds > 3 * 86_400 {
        return format!("{} days", seconds / 86_400);
    }
    let exact = UNITS.iter().find(|(unit, ..)| seconds >= *unit && seconds.is_multiple_of(*unit)).unwrap_or(&UNITS[3]);
    let count = seconds / exact.0;
    format!("{count} {}", if count == 1 { exact.1 } else { exact.2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_drop_fractions() {
        let at: Timestamp = "2026-01-02T03:04:05.678Z".parse().unwrap();
        assert_eq!((rfc3339(at).as_str(), day(at).as_str()), ("2026-01-02T03:04:05Z", "2026-01-02"));
    }

    #[test]
    fn durations_read_naturally() {
        let said: Vec<String> = [0, 1, 300, 3_600, 5_400, 86_400, 129_600, 31_536_000].into_iter().map(duration).collect();
        assert_eq!(said, ["0 seconds", "1 second", "5 minutes", "1 hour", "90 minutes", "1 day", "36 hours", "365 days"]);
    }
}
