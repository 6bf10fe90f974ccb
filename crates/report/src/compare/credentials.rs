//! Credentials of two reports.

use std::collections::BTreeMap;

use super::{Change, ChangeKind, Subject};
use crate::json::v1;

/// What two reports must agree in to mean one credential.
type Key<'r> = (&'r str, Option<&'r str>, &'r str, &'r str, Option<&'r str>);

/// Adds what changed.
pub(super) fn compare(old: &v1::Report, new: &v1::Report, changes: &mut Vec<Change>) {
    let keyed = old.run.keyed && new.run.keyed;
    let mut waiting: BTreeMap<Key<'_>, Vec<usize>> = BTreeMap::new();
    for (at, artifact) in old.artifacts.iter().enumerate().rev() {
        keys(artifact, keyed).into_iter().for_each(|key| waiting.entry(key).or_default().push(at));
    }
    let names = Names { old: names(old), new: names(new) };
    let mut met = vec![false; old.artifacts.len()];
    for artifact in &new.artifacts {
        let found = keys(artifact, keyed).iter().find_map(|key| next(waiting.get_mut(key)?, &met));
        match found {
            Some(at) => {
                met[at] = true;
                changed(&old.artifacts[at], artifact, &names, changes);
            }
            None => changes.push(whole(ChangeKind::Appeared, artifact, &names.new)),
        }
    }
    let gone = old.artifacts.iter().zip(met).filter(|(_, met)| !met);
    changes.extend(gone.map(|(artifact, _)| whole(ChangeKind::Gone, artifact, &names.old)));
}

/// The first that nothing has met yet.
fn next(waiting: &mut Vec<usize>, met: &[bool]) -> Option<usize> {
    while let Some(at) = waiting.pop() {
        if !met[at] {
            return Some(at);
        }
    }
    None
}

fn keys(artifact: &v1::Artifact, keyed: bool) -> Vec<Key<'_>> {
    if keyed {
        return vec![(&artifact.id, None, "", "", None)];
    }
    let (rule, name, mask) = (artifact.rule.as_str(), artifact.name.as_deref(), artifact.mask.as_str());
    let places = artifact.locations.iter().map(|location| &location.place);
    places.map(|place| (rule, name, mask, place.uri.as_str(), place.key_path.as_deref())).collect()
}

/// Names of rules, for people.
struct Names<'r> {
    old: BTreeMap<&'r str, &'r str>,
    new: BTreeMap<&'r str, &'r str>,
}

fn names(report: &v1::Report) -> BTreeMap<&str, &str> {
    report.rules.iter().map(|rule| (rule.id.as_str(), rule.name.as_str())).collect()
}

fn named(artifact: &v1::Artifact, names: &BTreeMap<&str, &str>) -> String {
    let name = names.get(artifact.rule.as_str()).copied().unwrap_or(&artifact.rule);
    format!("{name} {}", artifact.name.as_deref().unwrap_or(&artifact.mask)).trim_end().to_owned()
}

fn place(artifact: &v1::Artifact) -> Option<String> {
    let place = &artifact.locations.first()?.place;
    Some(place.line.map_or_else(|| place.uri.clone(), |line| format!("{}:{line}", place.uri)))
}

fn whole(change: ChangeKind, artifact: &v1::Artifact, names: &BTreeMap<&str, &str>) -> Change {
    let state = Some(artifact.class.to_string());
    let (was, is) = if change == ChangeKind::Gone { (state, None) } else { (None, state) };
    Change { change, subject: Subject::Credential, what: named(artifact, names), fact: None, was, is, uri: place(artifact) }
}

fn changed(old: &v1::Artifact, new: &v1::Artifact, names: &Names<'_>, changes: &mut Vec<Change>) {
    let covered = |artifact: &v1::Artifact| {
        artifact.suppressed_by.as_ref().map_or_else(|| "no exception".to_owned(), |suppression| suppression.exception.clone())
    };
    let mut fact = |fact: &str, kind: ChangeKind, was: String, is: String| {
        changes.push(Change {
            change: kind,
            subject: Subject::Credential,
            what: named(new, &names.new),
            fact: Some(fact.to_owned()),
            was: Some(was),
            is: Some(is),
            uri: place(new),
        });
    };
    let worse_if = |worse: bool| if worse { ChangeKind::Worse } else { ChangeKind::Better };
    if old.class != new.class {
        let graver = (new.rank, std::cmp::Reverse(new.class)) > (old.rank, std::cmp::Reverse(old.class));
        fact("class", worse_if(graver), old.class.to_string(), new.class.to_string());
    }
    if old.copies != new.copies {
        fact("copies", worse_if(new.copies > old.copies), old.copies.to_string(), new.copies.to_string());
    }
    if covered(old) != covered(new) {
        fact("exception", worse_if(new.suppressed_by.is_none()), covered(old), covered(new));
    }
}
