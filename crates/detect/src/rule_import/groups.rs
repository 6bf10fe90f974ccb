//! Which group of a pattern holds the secret, and the pattern in which only that one is left.

use regex_syntax::hir::{Capture, Hir, HirKind, Repetition};

/// Where a rule's author says that the secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretIn {
    /// In the group of this number.
    Group(u32),
    /// In the group of this name if there is one, else in the first, else in the whole match.
    NamedOrFirst(&'static str),
    /// In the first group that takes part, else in the whole match.
    First,
}

/// A shorter group is a choice of words within the token, not the token.
const MIN_SECRET: usize = 8;

/// The pattern with the secret's group called `secret` and no other group; the second value is a remark.
pub(super) fn keep_secret(hir: &Hir, secret: SecretIn) -> Result<(Hir, Option<String>), String> {
    let mut groups = Vec::new();
    collect(hir, true, &mut groups);
    let chosen = match secret {
        SecretIn::Group(number) => match groups.iter().find(|group| group.number == number) {
            Some(group) => Some(group),
            None => return Err(format!("the pattern has no group {number}, which is to hold the secret")),
        },
        SecretIn::NamedOrFirst(name) => groups.iter().find(|group| group.name.as_deref() == Some(name)).or(groups.first()),
        SecretIn::First => groups.first(),
    };
    let Some(group) = chosen else { return Ok((rebuild(hir, 0), None)) };
    if !group.always {
        return Err("the group that is to hold the secret does not take part in every match; make the choice inside the group".into());
    }
    if !matches!(secret, SecretIn::Group(_)) && group.longest.is_some_and(|length| length < MIN_SECRET) {
        let remark =
            format!("its first group is a part of at most {} bytes: the whole match counts as the secret", group.longest.unwrap_or(0));
        return Ok((rebuild(hir, 0), Some(remark)));
    }
    Ok((rebuild(hir, group.number), None))
}

struct Group {
    number: u32,
    name: Option<String>,
    /// It takes part in every match, and is not empty.
    always: bool,
    longest: Option<usize>,
}

fn collect(hir: &Hir, always: bool, groups: &mut Vec<Group>) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            let properties = capture.sub.properties();
            let filled = properties.minimum_len().is_some_and(|length| length > 0);
            groups.push(Group {
                number: capture.index,
                name: capture.name.as_deref().map(str::to_owned),
                always: always && filled,
                longest: properties.maximum_len(),
            });
            collect(&capture.sub, always, groups);
        }
        HirKind::Repetition(repetition) => collect(&repetition.sub, always && repetition.min > 0, groups),
        HirKind::Concat(parts) => parts.iter().for_each(|part| collect(part, always, groups)),
        HirKind::Alternation(parts) => parts.iter().for_each(|part| collect(part, false, groups)),
        _ => {}
    }
}

/// The pattern without groups but the one of that number. The parser limits its depth, and so that of this recursion.
fn rebuild(hir: &Hir, secret: u32) -> Hir {
    match hir.kind() {
        HirKind::Capture(capture) if capture.index == secret => {
            Hir::capture(Capture { index: 1, name: Some("secret".into()), sub: Box::new(rebuild(&capture.sub, secret)) })
        }
        HirKind::Capture(capture) => rebuild(&capture.sub, secret),
        HirKind::Repetition(repetition) => {
            Hir::repetition(Repetition { sub: Box::new(rebuild(&repetition.sub, secret)), ..repetition.clone() })
        }
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(|part| rebuild(part, secret)).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(|part| rebuild(part, secret)).collect()),
        _ => hir.clone(),
    }
}
