//! How long signed URLs live that programs in Go, Java, Kotlin, C#, Ruby and PHP make (AWS SDKs, Google Cloud Storage and Azure
//! Storage client libraries).
//!
//! The decision a reader would question: these languages aren't parsed. Behind a word that only signing uses, within the same
//! statement, the first length of time that is written out counts; one that is computed, or has a name, is unknown.

use unkeyed_model::{Facts, Platform};

use super::Program;

/// A word that only signing uses, and what the length stands behind within the statement (empty: the word itself).
const PLACES: &[(&str, &str, Platform)] = &[
    ("WithPresignExpires(", "", Platform::Aws),
    ("s3.PresignOptions", "Expires", Platform::Aws),
    ("signatureDuration(", "", Platform::Aws),
    ("GetPreSignedUrlRequest", "Expires", Platform::Aws),
    ("createPresignedRequest(", "", Platform::Aws),
    ("presigned_url(", "expires_in", Platform::Aws),
    ("SignedURLOptions{", "Expires", Platform::Gcp),
    (".signUrl(", "", Platform::Gcp),
    ("SasSignatureValues(", "", Platform::Azure),
    ("SasBuilder", "ExpiresOn", Platform::Azure),
    ("SasBuilder(", "SasPermissions.", Platform::Azure),
    (".ExpiresOn", "=", Platform::Azure),
    ("GenerateSasUri(", "", Platform::Azure),
    ("SharedAccessExpiryTime", "=", Platform::Azure),
];

/// The words that tell a file.
pub(super) const WORDS: &[&str] = &[
    "WithPresignExpires(",
    "PresignOptions",
    "signatureDuration(",
    "GetPreSignedUrlRequest",
    "createPresignedRequest(",
    "presigned_url(",
    "SignedURLOptions{",
    ".signUrl(",
    "SasSignatureValues(",
    "SasBuilder",
    "GenerateSasUri(",
    "SharedAccessExpiryTime",
];

/// Endings of programs that are read so.
pub(super) const ENDINGS: &[&str] = &[".go", ".java", ".kt", ".cs", ".rb", ".php"];

/// How much of a statement is looked at, in bytes.
const MAX_STATEMENT: usize = 1 << 10;

/// How far behind its name a length may stand, in bytes.
const MAX_DISTANCE: usize = 160;

/// Units as the languages write them: what stands in front of a number in parentheses, in seconds.
const UNITS: &[(&str, u64)] = &[("Weeks(", 604_800), ("Days(", 86_400), ("Hours(", 3_600), ("Minutes(", 60), ("Seconds(", 1)];

/// The same behind a number: Go's durations, Java's `TimeUnit`, Ruby's and PHP's words.
const SUFFIXES: &[(&str, u64)] = &[
    ("time.Hour", 3_600),
    ("time.Minute", 60),
    ("time.Second", 1),
    ("TimeUnit.DAYS", 86_400),
    ("TimeUnit.HOURS", 3_600),
    ("TimeUnit.MINUTES", 60),
    ("TimeUnit.SECONDS", 1),
    (".weeks", 604_800),
    (".days", 86_400),
    (".day", 86_400),
    (".hours", 3_600),
    (".hour", 3_600),
    (".minutes", 60),
    (" weeks", 604_800),
    (" days", 86_400),
    (" day", 86_400),
    (" hours", 3_600),
    (" hour", 3_600),
    (" minutes", 60),
];

/// Reads the statements that sign.
pub(super) fn read(program: &Program<'_>, left: &mut usize, facts: &mut Facts) {
    let text = program.place.text();
    for (word, name, platform) in PLACES {
        for (at, _) in text.match_indices(word) {
            let Some(fewer) = left.checked_sub(1) else { return };
            *left = fewer;
            let statement = head(&text[at + word.len()..], MAX_STATEMENT);
            let statement = statement.split_once(';').map_or(statement, |(statement, _)| statement);
            let behind = statement.find(name).map(|start| &statement[start + name.len()..]);
            if let Some(seconds) = behind.and_then(|text| length(head(text, MAX_DISTANCE))) {
                facts.sessions.push(super::lifetimes::session(program, *platform, seconds, at));
            }
        }
    }
}

/// The first length of time that a text writes out, in seconds.
fn length(text: &str) -> Option<u64> {
    let in_parentheses = UNITS.iter().filter_map(|(unit, seconds)| {
        let at = text.find(unit)?;
        let inside = text[at + unit.len()..].split(')').next()?;
        Some((at, super::lifetimes::product(inside)?.checked_mul(*seconds)?))
    });
    let behind = SUFFIXES.iter().filter_map(|(unit, seconds)| {
        let at = text.find(unit)?;
        let before = text[..at].trim_end_matches([' ', ',', '*']);
        let start = before.rfind(|c: char| !(c.is_ascii_digit() || matches!(c, '*' | ' ' | '_'))).map_or(0, |at| at + 1);
        Some((at, super::lifetimes::product(before.get(start..)?.trim())?.checked_mul(*seconds)?))
    });
    let plain = || super::lifetimes::product(text.trim_start_matches([':', '=', '>', ' ']).split([',', ')', '\n']).next()?.trim());
    in_parentheses.chain(behind).min().map(|(_, seconds)| seconds).or_else(plain)
}

fn head(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths_as_the_languages_write_them() {
        let cases = [
            ("7*24*time.Hour))", 604_800),
            (": time.Now().Add(15 * time.Minute),", 900),
            ("Duration.ofDays(7))", 604_800),
            ("OffsetDateTime.now().plusHours(2), permission)", 7_200),
            (" = DateTime.UtcNow.AddDays(30),", 2_592_000),
            (" = DateTimeOffset.UtcNow.Add(TimeSpan.FromHours(48))", 172_800),
            ("blob, 14, TimeUnit.DAYS, Storage.SignUrlOption.withV4Signature())", 1_209_600),
            (": 604800)", 604_800),
            (": 7.days.to_i)", 604_800),
            ("$command, '+20 minutes')", 1_200),
        ];
        for (text, seconds) in cases {
            assert_eq!(length(text), Some(seconds), "{text}");
        }
        for text in ["lifetime)", "Duration.ofDays(days))", "ttl*time.Hour", "", "days: 3"] {
            assert_eq!(length(text), None, "{text}");
        }
    }
}
