//! How long the tokens of identities live.

mod aws_job;
mod aws_session;
mod azure_secret;
mod k8s_projected;
mod oci_session;
mod vault_token;

use super::check::Check;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] =
    &[&aws_session::CHECK, &aws_job::CHECK, &k8s_projected::CHECK, &vault_token::CHECK, &oci_session::CHECK, &azure_secret::CHECK];

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// A length for people: whole days, hours or minutes where it is one.
fn length(seconds: u64) -> String {
    let unit = |size: u64, one: &str, many: &str| {
        let count = seconds / size;
        (seconds >= size && seconds.is_multiple_of(size)).then(|| format!("{count} {}", if count == 1 { one } else { many }))
    };
    unit(DAY, "day", "days")
        .or_else(|| unit(HOUR, "hour", "hours"))
        .or_else(|| unit(60, "minute", "minutes"))
        .unwrap_or_else(|| format!("{seconds} seconds"))
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths_are_said_in_the_largest_whole_unit() {
        assert_eq!(
            [86_400, 172_800, 43_200, 3_600, 5_400, 90, 0].map(length),
            ["1 day", "2 days", "12 hours", "1 hour", "90 minutes", "90 seconds", "0 seconds"]
        );
    }
}
