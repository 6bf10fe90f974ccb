//! Baselines of other tools, as lists of places: `.secrets.baseline` (detect-secrets), `.gitleaksignore`, a gitleaks report,
//! and a kingfisher baseline.
//!
//! One decision a reader would question: nothing is compared by their digests. Each tool makes them of other parts of a text,
//! and one of them of the secret alone, without a key. A place is what all of them give.

use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::Value;
use unkeyed_model::Artifact;

/// A place that another tool's baseline knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    path: String,
    first: u64,
    last: u64,
    commit: Option<String>,
}

/// What another tool's baseline knows.
#[derive(Debug, Default)]
pub(crate) struct Foreign(Vec<Place>);

impl Foreign {
    /// Reads the file at `path`, of whichever kind.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let place = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("{place}: can't be read"))?;
        match Self::parse(&text) {
            Some(places) => Ok(Self(places)),
            None => bail!("{place}: no baseline of detect-secrets, gitleaks or kingfisher is recognised here"),
        }
    }

    fn parse(text: &str) -> Option<Vec<Place>> {
        if text.trim_start().starts_with(['{', '[']) {
            let value: Value = serde_json::from_str(text).ok()?;
            return detect_secrets(&value).or_else(|| gitleaks_report(&value));
        }
        kingfisher(text).or_else(|| gitleaks_ignore(text))
    }

    /// How many places it names.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many of them hold none of `artifacts`.
    pub(crate) fn unmatched(&self, artifacts: &[Artifact]) -> usize {
        self.0.iter().filter(|place| !artifacts.iter().any(|artifact| place.holds(artifact).next().is_some())).count()
    }

    /// The paths at which it knows the artifact.
    pub(crate) fn paths<'a>(&'a self, artifact: &'a Artifact) -> impl Iterator<Item = &'a str> {
        self.0.iter().flat_map(|place| place.holds(artifact))
    }
}

impl Place {
    fn holds<'a>(&'a self, artifact: &'a Artifact) -> impl Iterator<Item = &'a str> {
        let here = artifact.locations.iter().filter(|(location, _)| {
            let (origin, region) = (&location.origin, location.region);
            let commit = self.commit.as_ref().is_none_or(|commit| origin.commit.as_ref().is_none_or(|own| own == commit));
            commit && origin.path == self.path && u64::from(region.line) <= self.last && u64::from(region.end_line) >= self.first
        });
        here.map(|(location, _)| location.origin.path.as_str())
    }
}

fn place(path: &str, first: u64, last: u64, commit: Option<&str>) -> Place {
    let path = path.replace('\\', "/");
    let path = unkeyed_source::path_text(path.strip_prefix("./").unwrap_or(&path).as_ref());
    Place { path, first, last: last.max(first), commit: commit.filter(|commit| !commit.is_empty()).map(str::to_owned) }
}

/// `{"results": {"path": [{"line_number": 1, …}]}}`.
fn detect_secrets(value: &Value) -> Option<Vec<Place>> {
    let mut places = Vec::new();
    for (path, found) in value.get("results")?.as_object()? {
        let lines = found.as_array()?.iter().filter_map(|one| one["line_number"].as_u64());
        places.extend(lines.map(|line| place(path, line, line, None)));
    }
    Some(places)
}

/// A list of findings with `File`, `StartLine`, `EndLine` and `Commit`.
fn gitleaks_report(value: &Value) -> Option<Vec<Place>> {
    let one = |found: &Value| {
        let first = found["StartLine"].as_u64()?;
        Some(place(found["File"].as_str()?, first, found["EndLine"].as_u64().unwrap_or(first), found["Commit"].as_str()))
    };
    value.as_array()?.iter().map(one).collect()
}

/// `commit:path:rule:line` or `path:rule:line` on each line.
fn gitleaks_ignore(text: &str) -> Option<Vec<Place>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let one = |line: &str| {
        let mut parts = line.rsplitn(3, ':');
        let (number, _, path) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
        let is_commit = |text: &str| matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (commit, path) =
            path.split_once(':').filter(|(commit, _)| is_commit(commit)).map_or((None, path), |(commit, path)| (Some(commit), path));
        Some(place(path, number, number, commit))
    };
    let places: Vec<Place> = lines.map(one).collect::<Option<_>>()?;
    (!places.is_empty()).then_some(places)
}

/// YAML that the tool writes itself, a key a line: `path` and `line` (version 2), `filepath` and `linenum` (version 1).
fn kingfisher(text: &str) -> Option<Vec<Place>> {
    if !text.lines().any(|line| line.starts_with("ExactFindings:") || line.starts_with("fingerprint_algorithm:")) {
        return None;
    }
    let (mut path, mut places) = (None, Vec::new());
    for line in text.lines() {
        let line = line.trim_start_matches([' ', '-']);
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim().trim_matches(['\'', '"']);
        match key {
            "path" | "filepath" => path = Some(value),
            "line" | "linenum" => {
                let number = value.parse().ok()?;
                places.extend(path.take().map(|path| place(path, number, number, None)));
            }
            _ => {}
        }
    }
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_as_places() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let at = |path: &str, line| place(path, line, line, None);
        for (text, expected) in [
            (
                r#"{"version": "1.5.0", "plugins_used": [], "results": {"conf/a.env": [{"type": "x", "hashed_secret": "00", "line_number": 3}]}}"#.to_owned(),
                vec![at("conf/a.env", 3)],
            ),
            (
                format!(r#"[{{"RuleID": "x", "StartLine": 3, "EndLine": 9, "File": "conf/a.env", "Commit": "{commit}"}}]"#),
                vec![place("conf/a.env", 3, 9, Some(commit))],
            ),
            (
                format!("# known\n{commit}:conf/a:b.env:generic-api-key:3\nconf/a.env:private-key:7\n"),
                vec![place("conf/a:b.env", 3, 3, Some(commit)), at("conf/a.env", 7)],
            ),
            (
                "version: 2\nfingerprint_algorithm: kingfisher-v1\nrepositories:\n- id: git://x/y\n  findings:\n  - path: conf/a.env\n    \
                 fingerprint: '38'\n    rule_id: kingfisher.x.1\n    line: 52\n"
                    .into(),
                vec![at("conf/a.env", 52)],
            ),
            ("ExactFindings:\n  matches:\n  - filepath: conf/a.env\n    fingerprint: '38'\n    linenum: 5\n".into(), vec![at("conf/a.env", 5)]),
        ] {
            assert_eq!(Foreign::parse(&text), Some(expected), "{text}");
            for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
                let _ = Foreign::parse(&text[..end]);
            }
        }
        for text in ["", "hello", "{}", "[1]", "a:b", "# only\n"] {
            assert_eq!(Foreign::parse(text), None, "{text}");
        }
    }
}
