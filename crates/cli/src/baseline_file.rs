//! The baseline file, `.unkeyed-baseline.json`: sorted, one entry a line, so that git merges it.
//!
//! Two decisions a reader would question. The list ends in `null`, so that every entry's line ends in a comma: a merge that
//! takes both sides' lines yields a valid file, and neither order nor repetition matters. And without a key of the user the
//! file carries a salt: beside it a whole digest would let anybody try passwords, so that only a few digits of each are
//! kept. They tell apart the values of one file, and next to nothing about any of them.

mod foreign;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use unkeyed_detect::FingerprintKey;
use unkeyed_model::{Baseline, Known};

pub(crate) use foreign::Foreign;

/// Name of the file at a target's root.
pub(crate) const NAME: &str = ".unkeyed-baseline.json";
/// Digits of a digest under the user's key.
const KEYED_DIGITS: usize = 32;
/// Digits of a digest under the file's salt.
const OWN_DIGITS: usize = 4;
/// Bytes of the file's salt.
const KEY_BYTES: usize = 32;
/// Largest file that is read.
const MAX_BYTES: u64 = 64 << 20;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    what: String,
    path: String,
    id: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    version: u32,
    expires: String,
    salt: Option<String>,
    keyed_by: Option<String>,
    entries: Vec<Option<Entry>>,
}

/// By which key the digests of a baseline are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Keying {
    /// The user's, known by this.
    User(String),
    /// The file's salt.
    Own(Vec<u8>),
}

impl Keying {
    /// For a new file: the user's key if there is one.
    pub(crate) fn new(user: Option<&FingerprintKey>) -> anyhow::Result<Self> {
        if let Some(user) = user {
            return Ok(Self::User(user.id()));
        }
        let mut key = vec![0; KEY_BYTES];
        getrandom::fill(&mut key).map_err(|error| anyhow!("no randomness for the baseline's key: {error}"))?;
        Ok(Self::Own(key))
    }

    /// How many digits of a digest are kept.
    pub(crate) const fn digits(&self) -> usize {
        match self {
            Self::User(_) => KEYED_DIGITS,
            Self::Own(_) => OWN_DIGITS,
        }
    }

    /// The key to make digests with, given the user's.
    pub(crate) fn key(&self, user: Option<FingerprintKey>) -> anyhow::Result<FingerprintKey> {
        match (self, user) {
            (Self::Own(key), _) => Ok(FingerprintKey::new(key)),
            (Self::User(id), Some(user)) if user.id() == *id => Ok(user),
            (Self::User(_), Some(_)) => bail!("it was made under another fingerprint key, so that it recognises nothing"),
            (Self::User(_), None) => bail!("it was made under a fingerprint key; set the variable that holds it (UNKEYED_FINGERPRINT_KEY)"),
        }
    }
}

/// A baseline with what its digests are made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaselineFile {
    pub(crate) expires: Timestamp,
    pub(crate) keying: Keying,
    pub(crate) entries: BTreeSet<Known>,
}

impl BaselineFile {
    /// Reads the file at `path`; also its text, for the digest in the report.
    pub(crate) fn read(path: &Path) -> anyhow::Result<(Self, String)> {
        let place = path.display();
        let size = std::fs::metadata(path).with_context(|| format!("{place}: the baseline can't be read"))?.len();
        if size > MAX_BYTES {
            bail!("{place}: the baseline has {size} bytes, and the limit is {MAX_BYTES}");
        }
        let text = std::fs::read_to_string(path).with_context(|| format!("{place}: the baseline can't be read"))?;
        let file = Self::parse(&text).map_err(|why| anyhow!("{place}: the baseline is refused: {why}"))?;
        Ok((file, text))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let raw: Raw = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if raw.version != 1 {
            return Err("this program reads version 1".into());
        }
        let expires = instant(&raw.expires).ok_or("`expires` must be a date (2027-01-31)")?;
        let keying = match (raw.salt, raw.keyed_by) {
            (Some(key), None) => Keying::Own(bytes(&key).ok_or("`salt` must be 64 hexadecimal digits")?),
            (None, Some(id)) => Keying::User(id),
            _ => return Err("it needs either `salt` or `keyed_by`".into()),
        };
        let known = |Entry { what, path, id }: Entry| Known { what, path, id };
        Ok(Self { expires, keying, entries: raw.entries.into_iter().flatten().map(known).collect() })
    }

    /// The text of the file.
    pub(crate) fn text(&self) -> anyhow::Result<String> {
        let day: String = self.expires.to_string().chars().take(10).collect();
        let key = match &self.keying {
            Keying::User(id) => format!("\"keyed_by\": {}", serde_json::to_string(id)?),
            Keying::Own(key) => format!("\"salt\": \"{}\"", key.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
        };
        let mut text = format!("{{\"version\": 1,\n\"expires\": \"{day}\",\n{key},\n\"entries\": [\n");
        for Known { what, path, id } in &self.entries {
            let entry = Entry { what: what.clone(), path: path.clone(), id: id.clone() };
            text.push_str(&serde_json::to_string(&entry)?);
            text.push_str(",\n");
        }
        text.push_str("null]}\n");
        Ok(text)
    }

    /// Writes it to `path` in one step: whoever reads it sees the old file or the new one.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let failed = || format!("{}: the baseline can't be written", path.display());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let next = folder.join(format!("{NAME}.{}.part", std::process::id()));
        let mut file = std::fs::File::create(&next).with_context(failed)?;
        file.write_all(self.text()?.as_bytes()).and_then(|()| file.sync_all()).with_context(failed)?;
        std::fs::rename(&next, path).with_context(failed)
    }

    /// What gates compare with.
    pub(crate) fn into_baseline(self, path: String) -> Baseline {
        Baseline { path, expires: self.expires, entries: self.entries }
    }
}

/// A date, or a time with offset.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    let text = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    text.parse().ok()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = (hex.len() == 2 * KEY_BYTES && hex.is_ascii()).then_some(hex)?;
    (0..KEY_BYTES).map(|at| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> BaselineFile {
        let known = |what: &str, path: &str, id: &str| Known { what: what.into(), path: path.into(), id: id.into() };
        BaselineFile {
            expires: "2027-01-31T00:00:00Z".parse().unwrap(),
            keying: Keying::Own(vec![7; KEY_BYTES]),
            entries: [known("db.password", "b.env", "0a1b"), known("aws.access-key", "a \"b\".env", "ffff")].into(),
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_sorted_a_line_each() {
        let text = sample().text().unwrap();
        assert_eq!(BaselineFile::parse(&text).unwrap(), sample());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4 + 2 + 1, "{text}");
        assert!(lines[4].starts_with(r#"{"what":"aws.access-key","#) && lines[5].ends_with("},"));
        let keyed = BaselineFile { keying: Keying::User("0011223344556677".into()), ..sample() };
        assert_eq!(BaselineFile::parse(&keyed.text().unwrap()).unwrap(), keyed);
    }

    #[test]
    fn lines_of_both_sides_of_a_merge_make_a_valid_file() {
        let text = sample().text().unwrap();
        let (head, entries) = text.split_once("[\n").unwrap();
        let (entries, tail) = entries.split_once("null").unwrap();
        let merged = format!("{head}[\n{entries}{{\"what\":\"a\",\"path\":\"b\",\"id\":\"c\"}},\n{entries}null{tail}");
        assert_eq!(BaselineFile::parse(&merged).unwrap().entries.len(), 3);
    }

    #[test]
    fn a_file_without_end_or_key_is_refused() {
        let text = sample().text().unwrap();
        for (from, to) in [
            ("\"expires\": \"2027-01-31\",", ""),
            ("2027-01-31", "soon"),
            ("\"version\": 1", "\"version\": 2"),
            ("\"salt\": \"07", "\"salt\": \"x7"),
            ("\"salt\"", "\"code\""),
            ("\"salt\"", "\"keyed_by\": \"x\", \"salt\""),
            ("null]}", "null]"),
        ] {
            assert_ne!(text.replace(from, to), text);
            assert!(BaselineFile::parse(&text.replace(from, to)).is_err(), "{from}");
        }
    }

    #[test]
    fn a_key_fits_its_own_file_only() {
        let (one, other) = (FingerprintKey::new(b"one"), FingerprintKey::new(b"other"));
        let keying = Keying::new(Some(&one)).unwrap();
        assert!(keying.key(Some(one)).is_ok() && keying.key(Some(other)).is_err() && keying.key(None).is_err());
        assert!(Keying::new(None).unwrap().key(None).is_ok());
        assert_ne!(Keying::new(None).unwrap(), Keying::new(None).unwrap());
    }
}
