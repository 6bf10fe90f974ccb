//! `unkeyed explain --why FINDING`: how a line came to be reported, or not.
//!
//! One decision a reader would question: the file is read and judged again instead of the reasons being stored in the
//! report. Nobody reads the reasons of most findings, and of a line that is not in the report there would be none.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde_json::Value;
use unkeyed_detect::{Detector, FingerprintKey, Scratch};
use unkeyed_model::{Origin, Span, Unit};
use unkeyed_report::printable;

use super::rules::load;
use crate::args::RuleArgs;
use crate::{Exit, output};

/// Prints the reasons.
pub(crate) fn run(finding: &str, report: Option<&Path>, args: &RuleArgs) -> anyhow::Result<Exit> {
    let places = match report {
        Some(report) => places_of(finding, report)?,
        None => vec![place(finding)?],
    };
    // The key does not matter: no fingerprint is shown.
    let detector = Detector::new(load(args)?, FingerprintKey::new(b"why"))?;
    for (path, line) in places {
        output::page(&page(&detector, &path, line)?)?;
    }
    Ok(Exit::Ok)
}

/// `PATH:LINE`, also with a column behind it.
fn place(finding: &str) -> anyhow::Result<(PathBuf, usize)> {
    let number = |text: &str| text.parse::<usize>().ok().filter(|&line| line > 0);
    let split = |text: &str| text.rsplit_once(':').and_then(|(path, line)| Some((path.to_owned(), number(line)?)));
    let found = split(finding).map(|(rest, last)| split(&rest).unwrap_or((rest, last)));
    let (path, line) = found.with_context(|| format!("`{finding}` is no PATH:LINE; name an artifact's id together with --report FILE"))?;
    Ok((path.into(), line))
}

/// The places of an artifact in a saved report.
fn places_of(id: &str, report: &Path) -> anyhow::Result<Vec<(PathBuf, usize)>> {
    let context = || format!("{}: the report can't be read", report.display());
    let report: Value = serde_json::from_slice(&std::fs::read(report).with_context(context)?).with_context(context)?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let targets: Vec<PathBuf> = list(&report["run"]["targets"]).iter().filter_map(Value::as_str).map(PathBuf::from).collect();
    let artifact = list(&report["artifacts"]).into_iter().find(|artifact| artifact["id"] == id);
    let Some(artifact) = artifact else { bail!("the report has no artifact `{id}`") };
    let located = |location: &Value| {
        let path = PathBuf::from(location["uri"].as_str()?);
        let found = targets.iter().map(|target| target.join(&path)).find(|path| path.is_file());
        Some((found.unwrap_or(path), usize::try_from(location["line"].as_u64()?).ok()?))
    };
    Ok(list(&artifact["locations"]).iter().filter_map(located).collect())
}

fn page(detector: &Detector, path: &Path, line: usize) -> anyhow::Result<String> {
    let text = std::fs::read(path).with_context(|| format!("{}: the file can't be read", path.display()))?;
    let starts = text.split_inclusive(|&byte| byte == b'\n').scan(0, |at, part| {
        let span = Span::new(*at, *at + part.len());
        *at = span.end;
        Some(span)
    });
    let Some(span) = starts.into_iter().nth(line - 1) else { bail!("{}: there is no line {line}", path.display()) };
    let name = printable(&path.to_string_lossy()).into_owned();
    let unit = Unit::new(Origin { path: path.to_string_lossy().into_owned(), ..Origin::default() }.into(), text.as_slice());
    let mut page = format!("{name}:{line}\n");
    detector.scan(&unit, &[], &mut Scratch::default(), &mut |found| {
        if found.location.region.span.overlaps(span) {
            page.push_str(&format!("  reported by {}: confidence {}, {}\n", found.rule.id, found.confidence, found.mask));
        }
    });
    let reasons = detector.why(&unit, span);
    reasons.iter().for_each(|reason| page.push_str(&format!("  {reason}\n")));
    if reasons.is_empty() {
        page.push_str("  no name, address, tool or statement gives a value here\n");
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_a_path_and_a_line() {
        assert_eq!(place("a/b.env:3").unwrap(), ("a/b.env".into(), 3));
        assert_eq!(place("a/b.env:3:14").unwrap(), ("a/b.env".into(), 3));
        assert!(place("a/b.env").is_err() && place("x:0").is_err());
    }
}
