//! Credentials, grouped by what they are: places and masked lines first, then what holds for all of the group.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use unkeyed_model::{Artifact, Class, Confidence, Level, Location, Remediation, Snippet, Timestamp};

use super::page::{Ink, Page, faint, ink, plain};
use super::{marks, places, snippet};
use crate::words;

/// Masked lines shown of a group unless everything is asked for.
const MOST_SNIPPETS: usize = 3;
/// Places shown of a group.
const MOST_PLACES: usize = 10;
/// Column of `-->` and of `=`.
const ARROW: usize = 4;
const EQUALS: usize = 5;

/// Writes credentials, and remembers which it has shown.
pub(super) struct Credentials {
    as_of: Timestamp,
    verbose: bool,
    shown: BTreeSet<String>,
}

/// One credential at the place where it is shown.
struct Shown<'r> {
    artifact: &'r Artifact,
    at: usize,
    before: bool,
}

impl Shown<'_> {
    fn place(&self) -> Option<&(Location, Option<Snippet>)> {
        self.artifact.locations.get(self.at)
    }
}

/// What a group has in common: class, rule, kind, exception or what else silences it, what to do. Worst class first, then as reports sort.
type Key<'r> = (Class, &'r str, &'r str, Option<&'r str>, &'r Remediation);

impl Credentials {
    pub(super) const fn new(as_of: Timestamp, verbose: bool) -> Self {
        Self { as_of, verbose, shown: BTreeSet::new() }
    }

    /// Writes all of `artifacts`, each at the place nearest to `home`.
    pub(super) fn write(&mut self, page: &mut Page<'_>, artifacts: &[&Artifact], home: Option<&Location>) -> io::Result<()> {
        let mut groups: BTreeMap<Key<'_>, Vec<Shown<'_>>> = BTreeMap::new();
        // A token that the platform makes for the run is what the identity above says; it is nothing to remove.
        for artifact in artifacts.iter().filter(|artifact| self.verbose || artifact.class != Class::RuntimeIdentity) {
            let at = home.map_or(0, |home| nearest(artifact, home));
            let before = !self.shown.insert(artifact.id.clone());
            let exception = artifact.suppressed_by.as_ref().map(|suppression| suppression.exception.as_str());
            let exception = exception.or(artifact.silenced_by.as_ref().map(unkeyed_model::Silence::as_str));
            let key = (artifact.class, artifact.rule.id.as_str(), artifact.kind.as_str(), exception, &artifact.rule.remediation);
            groups.entry(key).or_default().push(Shown { artifact, at, before });
        }
        for group in groups.values() {
            page.blank()?;
            self.group(page, group)?;
        }
        Ok(())
    }

    fn group(&self, page: &mut Page<'_>, group: &[Shown<'_>]) -> io::Result<()> {
        let Some(first) = group.first().map(|shown| shown.artifact) else { return Ok(()) };
        let level = group.iter().map(|shown| shown.artifact.level).max().unwrap_or(Level::None);
        heading(page, first, level, group.len())?;
        if level == Level::None && !self.verbose {
            return in_short(page, group);
        }
        let most = if self.verbose { usize::MAX } else { MOST_PLACES };
        let mut snippets = if self.verbose { usize::MAX } else { MOST_SNIPPETS };
        let shared = shared_notes(group);
        for shown in group.iter().take(most) {
            self.one(page, shown, &shared, &mut snippets)?;
        }
        if let Some(more) = group.len().checked_sub(most).filter(|more| *more > 0) {
            page.flow(ARROW, ARROW, &[faint(format!("and {more} more: -v or --format json lists them"))])?;
        }
        for note in shared {
            fact(page, "note", note)?;
        }
        self.common(page, group)
    }

    fn one(&self, page: &mut Page<'_>, shown: &Shown<'_>, shared: &BTreeSet<&str>, snippets: &mut usize) -> io::Result<()> {
        let artifact = shown.artifact;
        let place = shown.place();
        let line = place.and_then(|(_, snippet)| snippet.as_ref()).filter(|_| *snippets > 0 && !shown.before);
        arrow(page, shown, line.is_none())?;
        if let (Some((location, _)), Some(line)) = (place, line) {
            *snippets -= 1;
            snippet::write(page, location.region.line, line, marks::level(artifact.level))?;
        }
        if shown.before {
            return Ok(());
        }
        if artifact.locations.len() > 1 {
            let others: Vec<&Location> =
                artifact.locations.iter().enumerate().filter(|(at, _)| *at != shown.at).map(|(_, (location, _))| location).collect();
            fact(page, "also at", &places::listed(others.into_iter(), if self.verbose { usize::MAX } else { 3 }))?;
        }
        for note in artifact.notes.iter().filter(|note| !shared.contains(note.as_str())) {
            fact(page, "note", note)?;
        }
        Ok(())
    }

    /// What holds for the whole group, said once.
    fn common(&self, page: &mut Page<'_>, group: &[Shown<'_>]) -> io::Result<()> {
        let Some(first) = group.first().map(|shown| shown.artifact) else { return Ok(()) };
        if group.iter().all(|shown| shown.before) {
            return Ok(());
        }
        if let Some(suppression) = &first.suppressed_by {
            let text = format!(
                "{} until {}, owner {}: {}",
                suppression.exception, suppression.expires, suppression.owner, suppression.justification
            );
            fact(page, "excepted", &text)?;
            fact(page, "exit plan", &suppression.exit_plan)?;
        }
        if let Some(silence) = &first.silenced_by {
            fact(page, "passed over", &format!("by gates, not by verdicts: {}", silence.as_str()))?;
        }
        if let Some(because) = &first.public_because {
            return fact(page, "public", because);
        }
        let lifetimes: BTreeSet<String> = group.iter().map(|shown| words::lifetime(shown.artifact, self.as_of)).collect();
        for lifetime in lifetimes.iter().take(MOST_SNIPPETS) {
            fact(page, "lifetime", lifetime)?;
        }
        let remediation = &first.rule.remediation;
        fact(page, "instead", &remediation.instead)?;
        if first.class == Class::Expired { Ok(()) } else { fact(page, "revoke", &remediation.revoke) }
    }
}

/// Remarks that hold for every member of a group of several: they are said once.
fn shared_notes<'r>(group: &[Shown<'r>]) -> BTreeSet<&'r str> {
    let [first, others @ ..] = group else { return BTreeSet::new() };
    let everywhere = |note: &&str| others.iter().all(|shown| shown.artifact.notes.iter().any(|other| other == note));
    first.artifact.notes.iter().map(String::as_str).filter(|note| !others.is_empty() && everywhere(note)).collect()
}

fn heading(page: &mut Page<'_>, first: &Artifact, level: Level, count: usize) -> io::Result<()> {
    let class = ink(marks::level(level), first.class.as_str());
    let name = ink(Ink::Strong, first.rule.name.as_str());
    let kind = faint(format!(" ({})", first.kind));
    let many = if count > 1 { format!("{count} × ") } else { String::new() };
    page.flow(2, 4, &[class, plain(": "), plain(many), name, kind])
}

/// Credentials with nothing to do about them: a line each, for the first few.
fn in_short(page: &mut Page<'_>, group: &[Shown<'_>]) -> io::Result<()> {
    for shown in group.iter().take(MOST_SNIPPETS) {
        arrow(page, shown, true)?;
    }
    match group.len().checked_sub(MOST_SNIPPETS) {
        None | Some(0) => Ok(()),
        Some(more) => page.flow(ARROW, ARROW, &[faint(format!("and {more} more: -v or --format json lists them"))]),
    }
}

/// The line that says where, and what the line below does not show.
fn arrow(page: &mut Page<'_>, shown: &Shown<'_>, bare: bool) -> io::Result<()> {
    let artifact = shown.artifact;
    let location = shown.place().map(|(location, _)| location);
    let name = artifact.name.as_ref().unwrap_or(&artifact.mask);
    let mut remarks: Vec<String> = location.map(places::remarks).unwrap_or_default();
    if let Some(path) = location.and_then(|location| location.key_path.as_ref()).filter(|_| bare && artifact.name.is_none()) {
        remarks.insert(0, path.clone());
    }
    if artifact.confidence < Confidence::High {
        remarks.push(format!("{} confidence", artifact.confidence));
    }
    if shown.before {
        remarks.push("more above".to_owned());
    }
    let remarks: String = remarks.iter().map(|remark| format!(" · {remark}")).collect();
    let place = location.map_or_else(|| plain(""), places::piece);
    let said = [place, plain(format!("  {name}")), faint(remarks)];
    page.labelled(ARROW, &faint("-->"), ARROW + 4, &said)
}

/// A labelled line below a place; nothing if there is nothing to say.
pub(super) fn fact(page: &mut Page<'_>, label: &str, text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    page.labelled(EQUALS, &faint("="), EQUALS + 2, &[faint(format!("{label}: ")), plain(text)])
}

/// The place of an artifact that belongs to the workload defined at `home`: in the same file, and there the first one at
/// or after the definition. The order of places says nothing of workloads, so this is a guess that only moves the eye.
fn nearest(artifact: &Artifact, home: &Location) -> usize {
    let places = || artifact.locations.iter().map(|(location, _)| location).enumerate();
    let same_file = |location: &Location| location.origin.path == home.origin.path;
    let after = places().find(|(_, location)| same_file(location) && location.region.line >= home.region.line);
    after.or_else(|| places().find(|(_, location)| same_file(location))).map_or(0, |(at, _)| at)
}
