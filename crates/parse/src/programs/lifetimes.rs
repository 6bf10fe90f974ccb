//! How long the URLs live that a program signs (Boto3, AWS SDK for JavaScript, Google Cloud Storage and Azure Storage client
//! libraries).

use std::collections::BTreeMap;

use serde_json::Value as Json;
use unkeyed_model::{Facts, Platform, SessionPolicy, TtlBasis};

use super::Program;
use super::literal;
use crate::policy_document::hole;

/// Longest line in which a name is set, in bytes.
const MAX_LINE: usize = 256;

/// Calls that sign, with their platform and what they call the length.
const CALLS: &[(&str, Platform, &[&str])] = &[
    ("generate_presigned_url(", Platform::Aws, &["ExpiresIn"]),
    ("generate_presigned_post(", Platform::Aws, &["ExpiresIn"]),
    ("getSignedUrl(", Platform::Aws, &["expiresIn", "Expires"]),
    ("createPresignedPost(", Platform::Aws, &["Expires"]),
    ("generate_signed_url(", Platform::Gcp, &["expiration"]),
    ("generate_blob_sas(", Platform::Azure, &["expiry"]),
    ("generate_container_sas(", Platform::Azure, &["expiry"]),
    ("generate_account_sas(", Platform::Azure, &["expiry"]),
];

/// The same as words that tell a file.
pub(super) const WORDS: &[&str] = &["generate_presigned_", "getSignedUrl(", "createPresignedPost(", "generate_signed_url(", "_sas("];

/// How long sessions of a role of the development kit may be, as the languages name it.
pub(super) const SESSIONS: &[&str] = &["maxSessionDuration", "MaxSessionDuration", "max_session_duration"];

/// Reads the lengths of sessions that roles of the development kit are given (`Duration.hours(12)`, `awscdk.Duration_Hours(…)`).
pub(super) fn sessions(program: &Program<'_>, left: &mut usize, facts: &mut Facts) {
    for word in SESSIONS {
        program.calls(word, left, |at, text| {
            let line = text.lines().next().unwrap_or_default().get(..MAX_LINE).unwrap_or(text.lines().next().unwrap_or_default());
            let Some((_, length)) = line.split_once("Duration") else { return };
            let Some((unit, inside)) = length.trim_start_matches(['.', '_']).split_once('(') else { return };
            let number = inside.trim_start_matches("jsii.Number(").split([')', ',']).next().unwrap_or_default();
            let factor = match unit.to_ascii_lowercase().as_str() {
                "days" => 86_400,
                "hours" => 3_600,
                "minutes" => 60,
                "seconds" => 1,
                _ => return,
            };
            if let Some(seconds) = product(number).and_then(|number| number.checked_mul(factor)) {
                let setting = "max_session_duration".to_owned();
                facts.sessions.push(SessionPolicy { setting, ..session(program, Platform::Aws, seconds, at) });
            }
        });
    }
}

/// Reads the calls that sign.
pub(super) fn read(program: &Program<'_>, left: &mut usize, facts: &mut Facts) {
    let lengths = lengths(program.place.text());
    for (call, platform, names) in CALLS {
        program.calls(call, left, |at, text| {
            let Some((arguments, _)) = literal::arguments(text, &program.names) else { return };
            let named = arguments.iter().find(|argument| argument.name.as_deref().is_some_and(|name| names.contains(&name)));
            let within = || arguments.iter().find_map(|argument| names.iter().find_map(|name| argument.value.get(*name)));
            let Some(value) = named.map(|argument| &argument.value).or_else(within) else { return };
            if let Some(seconds) = seconds(value).or_else(|| named_length(&lengths, value)) {
                facts.sessions.push(session(program, *platform, seconds, at));
            }
        });
    }
}

/// A length that a program sets for what it signs.
pub(super) fn session(program: &Program<'_>, platform: Platform, seconds: u64, at: usize) -> SessionPolicy {
    SessionPolicy {
        platform,
        principal: program.key(),
        setting: "signed-url-seconds".to_owned(),
        seconds: Some(seconds),
        basis: TtlBasis::Declared,
        location: program.at(at),
    }
}

/// Names that lines of the file set to a number of seconds, each once.
fn lengths(text: &str) -> BTreeMap<&str, Option<u64>> {
    let mut found = BTreeMap::new();
    for line in text.lines().filter(|line| line.len() <= MAX_LINE) {
        let Some((left, right)) = line.split_once('=') else { continue };
        let right = right.split(['#', ';']).next().unwrap_or_default().trim();
        let name = left.split(':').next().unwrap_or_default().trim().rsplit(' ').next().unwrap_or_default();
        let known = product(right.split("//").next().unwrap_or_default().trim());
        found.entry(name).and_modify(|length| *length = None).or_insert(known);
    }
    found
}

fn named_length(lengths: &BTreeMap<&str, Option<u64>>, value: &Json) -> Option<u64> {
    let factor = |name: &str| lengths.get(name).copied().flatten().or_else(|| product(name));
    let factors = hole::only_hole(value.as_str()?)?.split('*').map(|name| factor(name.trim()));
    factors.into_iter().try_fold(1_u64, |all, one| all.checked_mul(one?))
}

/// A number, a product of numbers, or a length of Python's `datetime`, by itself or behind a `+`.
fn seconds(value: &Json) -> Option<u64> {
    if let Some(number) = value.as_u64() {
        return Some(number);
    }
    let expression = hole::only_hole(value.as_str()?)?;
    match expression.split_once("timedelta(") {
        Some((_, inside)) => inside.split(')').next()?.split(',').map(length).try_fold(0_u64, |sum, one| sum.checked_add(one?)),
        None => product(expression),
    }
}

/// `days=7`, `hours=24 * 2`.
fn length(argument: &str) -> Option<u64> {
    let (unit, number) = argument.split_once('=')?;
    let unit = match unit.trim() {
        "weeks" => 604_800,
        "days" => 86_400,
        "hours" => 3_600,
        "minutes" => 60,
        "seconds" => 1,
        _ => return None,
    };
    product(number)?.checked_mul(unit)
}

/// A number, or a product of numbers.
pub(super) fn product(expression: &str) -> Option<u64> {
    let factors = expression.split('*').map(|factor| factor.trim().replace('_', "").parse::<u64>().ok());
    factors.into_iter().try_fold(1_u64, |product, factor| product.checked_mul(factor?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lengths_as_programs_write_them() {
        let of = |text: &str| seconds(&json!(hole::hole(text)));
        assert_eq!((seconds(&json!(900)), of("7 * 24 * 3600")), (Some(900), Some(604_800)));
        assert_eq!(of("datetime.utcnow() + timedelta(days=30, hours=1)"), Some(30 * 86_400 + 3_600));
        assert_eq!((of("ttl"), of("60 * ttl"), of("timedelta(days=n)")), (None, None, None));
    }
}
