//! Remarks beside a credential by which other tools are asked to be silent about it, and our own.
//!
//! One decision a reader would question: they are read here, where the line is at hand, and decide nothing here. What is
//! found is found; whether a gate passes over it is for the audit to say.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use memchr::{memchr, memrchr};
use unkeyed_model::{Marker, Span};

/// Of a long line only so much to each side of the credential is looked at.
const LINE: usize = 1 << 10;
/// Longest id of an exception that is read.
const MAX_ID: usize = 128;

/// Where a remark stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On a line of the credential.
    Same,
    /// On the line before.
    Before,
}

/// What must follow.
#[derive(Clone, Copy)]
enum Rest {
    /// Nothing in particular.
    Any,
    /// Nothing, or the id of a rule about credentials.
    AnyOf(&'static [&'static str]),
    /// The id of a rule about credentials.
    OneOf(&'static [&'static str]),
}

/// Spelling in lower case, how reports name it, where it stands, what follows. A longer spelling stands before its beginning.
/// After the documentation of gitleaks, Betterleaks, detect-secrets, Kingfisher, TruffleHog, ggshield, secretlint, Bandit and
/// gosec (`nosec`), Ruff (`noqa`), Semgrep and SonarQube.
const MARKERS: &[(&str, &str, Place, Rest)] = &[
    ("gitleaks:allow", "gitleaks:allow", Place::Same, Rest::Any),
    ("betterleaks:allow", "betterleaks:allow", Place::Same, Rest::Any),
    ("pragma: allowlist nextline secret", "pragma: allowlist nextline secret", Place::Before, Rest::Any),
    ("pragma: allowlist secret", "pragma: allowlist secret", Place::Same, Rest::Any),
    ("pragma: whitelist secret", "pragma: whitelist secret", Place::Same, Rest::Any),
    ("kingfisher:ignore", "kingfisher:ignore", Place::Same, Rest::Any),
    ("trufflehog:ignore", "trufflehog:ignore", Place::Same, Rest::Any),
    ("ggignore", "ggignore", Place::Same, Rest::Any),
    ("secretlint-disable-next-line", "secretlint-disable-next-line", Place::Before, Rest::Any),
    ("secretlint-disable-line", "secretlint-disable-line", Place::Same, Rest::Any),
    ("nosemgrep", "nosemgrep", Place::Same, Rest::Any),
    ("nosonar", "NOSONAR", Place::Same, Rest::Any),
    ("nosec", "nosec", Place::Same, Rest::AnyOf(&["b105", "b106", "b107", "hardcoded_password", "g101"])),
    ("noqa", "noqa: S105", Place::Same, Rest::OneOf(&["s105", "s106", "s107"])),
];

/// Our own.
const OWN: &str = "unkeyed:ignore";

/// The remark beside the credential at `secret`; ours before those of others.
pub(crate) fn beside(text: &[u8], secret: Span) -> Option<Marker> {
    let floor = secret.start.saturating_sub(LINE);
    let ceiling = secret.end.saturating_add(LINE).min(text.len());
    let start = memrchr(b'\n', text.get(floor..secret.start)?).map_or(floor, |at| floor + at + 1);
    let end = memchr(b'\n', text.get(secret.end..ceiling)?).map_or(ceiling, |at| secret.end + at);
    // The credential's own bytes are no remark, and neither are the many lines of a long one.
    let same = [&text[start..secret.start], &text[secret.end..end]];
    let before_end = start.checked_sub(1).filter(|&at| text[at] == b'\n');
    let before = before_end.map_or(&[][..], |end| {
        let floor = end.saturating_sub(LINE);
        &text[memrchr(b'\n', &text[floor..end]).map_or(floor, |at| floor + at + 1)..end]
    });
    let own = same.iter().find_map(|part| own(part));
    own.or_else(|| same.iter().find_map(|part| foreign(part, Place::Same)).or_else(|| foreign(before, Place::Before)))
}

fn searcher() -> Option<&'static AhoCorasick> {
    static SEARCHER: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let words = MARKERS.iter().map(|(word, ..)| *word).chain([OWN]);
    let build = || AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok();
    SEARCHER.get_or_init(build).as_ref()
}

/// Where the words stand in `line`, with their number.
fn hits(line: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let all = searcher().into_iter().flat_map(move |searcher| searcher.find_iter(line));
    let is_word = |at: usize| !line[..at].last().is_some_and(|before| before.is_ascii_alphanumeric() || matches!(before, b'_' | b'-'));
    all.filter(move |hit| is_word(hit.start())).map(|hit| (hit.pattern().as_usize(), hit.end()))
}

fn own(line: &[u8]) -> Option<Marker> {
    let (_, end) = hits(line).find(|(number, _)| *number == MARKERS.len())?;
    let rest = line[end..].trim_ascii_start();
    let length = rest.iter().take(MAX_ID).take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte)).count();
    let id = std::str::from_utf8(&rest[..length]).ok().map(|id| id.trim_end_matches(['-', '.'])).filter(|id| !id.is_empty());
    Some(Marker::Own(id.map(str::to_owned)))
}

fn foreign(line: &[u8], place: Place) -> Option<Marker> {
    hits(line).find_map(|(number, end)| {
        let (_, name, stands, rest) = MARKERS.get(number)?;
        (*stands == place && fits(&line[end..], *rest)).then_some(Marker::Foreign(name))
    })
}

/// Whether what follows a word lets it speak of credentials. Ids follow a colon, or a blank.
fn fits(after: &[u8], rest: Rest) -> bool {
    if after.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        return false;
    }
    let list = after.strip_prefix(b":").unwrap_or(after).to_ascii_lowercase();
    let words: Vec<&[u8]> = list
        .split(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'))
        .filter(|word| !word.is_empty())
        .take_while(|word| is_id(word))
        .collect();
    let names = |ids: &[&str]| words.iter().any(|word| ids.iter().any(|id| word.starts_with(id.as_bytes())));
    match rest {
        Rest::Any => true,
        Rest::AnyOf(ids) => words.is_empty() || names(ids),
        Rest::OneOf(ids) => names(ids),
    }
}

/// `b105`, `g101`, `hardcoded_password_string`: the ids of rules, as no words are written.
fn is_id(word: &[u8]) -> bool {
    word.contains(&b'_') || word[0].is_ascii_alphabetic() && word.len() > 1 && word.iter().filter(|byte| byte.is_ascii_digit()).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker(text: &str) -> Option<Marker> {
        let start = text.find("SECRET").unwrap();
        beside(text.as_bytes(), Span::new(start, start + 6))
    }

    #[test]
    fn each_tool_is_read_as_it_is_documented() {
        for (text, name) in [
            ("k = 'SECRET' # gitleaks:allow", "gitleaks:allow"),
            ("/* kingfisher:ignore */ k = 'SECRET'", "kingfisher:ignore"),
            ("k: SECRET  # Pragma: AllowList Secret\nx", "pragma: allowlist secret"),
            ("x\n# pragma: allowlist nextline secret\nk: SECRET", "pragma: allowlist nextline secret"),
            ("k = 'SECRET'  # nosec", "nosec"),
            ("k = 'SECRET'  # nosec B105,B608", "nosec"),
            ("k = 'SECRET'  # nosec hardcoded_password_string", "nosec"),
            ("k := \"SECRET\" // #nosec G101 -- an example", "nosec"),
            ("k = 'SECRET'  # noqa: E501, S105", "noqa: S105"),
            ("k = 'SECRET';  // NOSONAR it is public", "NOSONAR"),
            ("k = 'SECRET'  # trufflehog:ignore", "trufflehog:ignore"),
        ] {
            assert_eq!(marker(text), Some(Marker::Foreign(name)), "{text}");
        }
    }

    #[test]
    fn what_speaks_of_something_else_is_no_remark() {
        for text in [
            "k = 'SECRET'  # nosec B608",
            "k = 'SECRET'  # noqa",
            "k = 'SECRET'  # noqa: E501",
            "k = 'SECRET'  # nosecret here",
            "k = 'SECRET'\n# gitleaks:allow",
            "# pragma: allowlist secret\nk = 'SECRET'",
            "# pragma: allowlist nextline secret\n\nk = 'SECRET'",
            "k = 'SECRET'  # my-gitleaks:allow",
        ] {
            assert_eq!(marker(text), None, "{text}");
        }
        let secret = "gitleaks:allow-31";
        assert_eq!(beside(secret.as_bytes(), Span::new(0, secret.len())), None, "the credential itself");
        let far = format!("SECRET{}# gitleaks:allow", " ".repeat(LINE));
        assert_eq!(marker(&far), None, "far away on the same line");
    }

    #[test]
    fn ours_names_an_exception_or_none() {
        let own = |id: Option<&str>| Some(Marker::Own(id.map(str::to_owned)));
        assert_eq!(marker("k = 'SECRET' # unkeyed:ignore EX-2026-014 until spring"), own(Some("EX-2026-014")));
        assert_eq!(marker("k = 'SECRET' <!-- unkeyed:ignore EX-1-->"), own(Some("EX-1")));
        assert_eq!(marker("k = 'SECRET' # gitleaks:allow unkeyed:ignore"), own(None));
        for cut in 0..40 {
            let text = &"k = 'SECRET' # unkeyed:ignore EX-2026-014"[..cut];
            let _ = beside(text.as_bytes(), Span::new(0, cut.min(4)));
        }
    }
}
