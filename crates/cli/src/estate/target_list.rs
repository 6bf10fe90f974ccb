//! The list of targets: as on the command line, or one JSON object a line. It is read line by line and never held.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::args::RunArgs;

/// Longest line of a list, in bytes.
const MAX_LINE: usize = 64 << 10;

/// A target with what is asked for it alone.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    target: String,
    name: Option<String>,
    #[serde(default)]
    exclude: Vec<String>,
    platform: Option<String>,
    #[serde(default)]
    no_history: bool,
    #[serde(default)]
    evidence: Vec<String>,
    pub(crate) policy: Option<PathBuf>,
    failed: Option<String>,
}

impl Listed {
    /// A target as on the command line.
    fn plain(target: &str) -> Self {
        let target = target.to_owned();
        Self {
            target,
            name: None,
            exclude: Vec::new(),
            platform: None,
            no_history: false,
            evidence: Vec::new(),
            policy: None,
            failed: None,
        }
    }

    /// As written.
    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// Where it leads, without the kind that may stand before.
    pub(crate) fn path(&self) -> &str {
        self.target.split_once(':').map_or(self.target.as_str(), |(_, path)| path)
    }

    /// Why whoever hands out targets has given it up: nothing of it is read, and its record says so.
    pub(crate) fn failed(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// What it is called; nothing of this machine goes into it.
    pub(crate) fn name(&self) -> String {
        unkeyed_report::printable(&self.name.clone().unwrap_or_else(|| normal(&self.target))).into_owned()
    }

    /// The digest that it is known by.
    pub(crate) fn identity(&self) -> [u8; 32] {
        Sha256::digest(self.name()).into()
    }

    /// The run that is asked for it.
    pub(crate) fn run(&self, all: &RunArgs) -> RunArgs {
        let mut run = all.clone();
        run.targets = vec![self.target.clone()];
        run.exclude.extend_from_slice(&self.exclude);
        run.evidence.extend_from_slice(&self.evidence);
        run.no_history |= self.no_history;
        run.platform = self.platform.clone().or(run.platform);
        run.policy = self.policy.clone().or(run.policy);
        run
    }
}

/// A target without what doesn't change where it leads, whatever the machine: `./a//b/` is `a/b`.
fn normal(target: &str) -> String {
    let target = target.trim();
    let (kind, path) = match target.split_once(':').filter(|(kind, _)| kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')) {
        Some((kind, path)) => (format!("{kind}:"), path),
        None => (String::new(), target),
    };
    let root = if path.starts_with('/') { "/" } else { "" };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let path = if parts.is_empty() && root.is_empty() { ".".to_owned() } else { format!("{root}{}", parts.join("/")) };
    format!("{kind}{path}")
}

/// The targets of a run, in order.
pub(crate) fn targets(args: &RunArgs) -> anyhow::Result<Box<dyn Iterator<Item = anyhow::Result<Listed>>>> {
    let given: Vec<_> = args.targets.iter().map(|target| Ok(Listed::plain(target))).collect();
    let Some(path) = args.estate.targets_from.clone() else { return Ok(Box::new(given.into_iter())) };
    let lines: Box<dyn BufRead> = if path.as_os_str() == "-" {
        Box::new(BufReader::new(io::stdin()))
    } else {
        Box::new(BufReader::new(File::open(&path).with_context(|| format!("--targets-from {}", path.display()))?))
    };
    Ok(Box::new(given.into_iter().chain(listed(lines, path))))
}

/// The targets of a list; nothing comes after the first fault.
fn listed(mut lines: Box<dyn BufRead>, path: PathBuf) -> impl Iterator<Item = anyhow::Result<Listed>> {
    let (mut number, mut is_over) = (0u64, false);
    std::iter::from_fn(move || {
        while !is_over {
            let next = next(&mut lines, number == 0).with_context(|| place(&path, number + 1));
            number += 1;
            is_over = !matches!(next, Ok(Some(_)));
            match next {
                Ok(Some(None)) => {}
                next => return next.transpose().map(|next| next.and_then(|listed| listed.ok_or_else(|| anyhow!("no target")))),
            }
        }
        None
    })
}

/// What the next line holds: nothing, if it is blank or a comment; none at the end.
fn next(lines: &mut dyn BufRead, is_first: bool) -> anyhow::Result<Option<Option<Listed>>> {
    let mut line = Vec::new();
    if lines.take(MAX_LINE as u64 + 1).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.len() > MAX_LINE {
        bail!("the line is longer than {MAX_LINE} bytes");
    }
    let line = std::str::from_utf8(&line).context("the line is no UTF-8")?;
    let line = if is_first { line.trim_start_matches('\u{feff}') } else { line }.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(Some(None));
    }
    let listed = if line.starts_with('{') { serde_json::from_str(line)? } else { Listed::plain(line) };
    if listed.target.trim().is_empty() || listed.name().is_empty() {
        bail!("`target` and `name` can't be empty");
    }
    if listed.failed.as_deref().is_some_and(|reason| reason.trim().is_empty()) {
        bail!("`failed` must say why");
    }
    if listed.target == "-" {
        bail!("standard input can't be one of many targets");
    }
    Ok(Some(Some(listed)))
}

fn place(path: &Path, number: u64) -> String {
    format!("--targets-from {}: line {number}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str) -> Vec<Result<Listed, String>> {
        listed(Box::new(text.as_bytes()), "l".into()).map(|one| one.map_err(|error| format!("{error:#}"))).collect()
    }

    #[test]
    fn lines_are_targets_or_objects() {
        let list = read(
            "\u{feff}# estate\n\n git:/srv/a.git/ \n{\"target\": \"b\", \"name\": \"acme/b\", \"no_history\": true}\nregistry:r.example:5000/web:1.4",
        );
        let names: Vec<_> = list.iter().map(|one| one.as_ref().unwrap().name()).collect();
        assert_eq!(names, ["git:/srv/a.git", "acme/b", "registry:r.example:5000/web:1.4"]);
        assert!(list[1].as_ref().unwrap().no_history);
    }

    #[test]
    fn a_fault_ends_the_list_and_names_its_line() {
        for (text, said) in [
            ("a\n{\"target\": \"b\", \"nmae\": \"c\"}\nd", "line 2: unknown field `nmae`"),
            ("a\n{\"name\": \"c\"}", "line 2: missing field `target`"),
            ("a\n{\"target\": \"b\", \"name\": \"\"}", "line 2: `target` and `name`"),
            ("a\n{\"target\": \"b\", \"failed\": \" \"}", "line 2: `failed` must say why"),
            ("a\n-", "line 2: standard input"),
        ] {
            let list = read(text);
            assert_eq!(list.len(), 2, "{text}");
            let error = list[1].as_ref().unwrap_err();
            assert!(error.contains(said), "{error}");
        }
        let long: &'static str = format!("a\n{}", "x".repeat(MAX_LINE + 1)).leak();
        assert!(read(long)[1].as_ref().unwrap_err().contains("longer than"));
    }

    #[test]
    fn spellings_of_one_target_are_one_name() {
        for (written, name) in [
            ("./a//b/", "a/b"),
            (" /srv/./a ", "/srv/a"),
            ("dir:a/", "dir:a"),
            (".", "."),
            ("./", "."),
            ("/", "/"),
            ("git:./a/../b", "git:a/../b"),
        ] {
            assert_eq!(Listed::plain(written).name(), name, "{written}");
        }
        assert_ne!(Listed::plain("a").identity(), Listed::plain("git:a").identity());
    }
}
