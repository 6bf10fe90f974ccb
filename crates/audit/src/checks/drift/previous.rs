//! # What it finds
//!
//! A trust that was added, admits others or more, or is gone since an earlier report (`--previous REPORT`), or since the commit
//! that a change is compared with (`--diff BASE`).
//!
//! # Why it matters
//!
//! Who may become a principal is decided by a few lines that nobody reads again. A new trust, a wider subject or a dropped
//! audience gives access as a new password would, and leaves no other trace; a trust that is gone may have been somebody's only
//! way in.
//!
//! # Instead
//!
//! Have each change of a trust reviewed by whoever answers for the principal, and say so: an exception that names TB-DRIFT-05
//! covers it until the next report is the one to compare with.

use unkeyed_model::{ChangedTrust, Level, SubjectRule, TrustBinding, TrustChange, Value};

use crate::checks::check::{Check, Sink, Statement, list, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trusts;

pub(super) const CHECK: Check = Check {
    id: "TB-DRIFT-05",
    title: "trust that changed since the earlier report",
    level: Level::Note,
    standards: standards::DRIFT,
    source: include_str!("previous.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let Some((name, before)) = view.context.previous else { return };
    let now = trusts::reported(view.context);
    for change in TrustChange::between(before, &now) {
        say(view, sink, name, change);
    }
}

fn say(view: &View<'_>, sink: &mut Sink<'_>, name: &str, (change, before, after): ChangedTrust<'_>) {
    let Some(trust) = after.or(before).map(|report| &report.binding) else { return };
    let place = spot(&trust.location);
    let whose = view.name(&trust.principal);
    let was = before.map(|report| admits(&report.binding)).unwrap_or_default();
    let message = match change {
        TrustChange::Added => format!("{whose} has a trust ({place}) that {name} doesn't tell of: it admits {}.", admits(trust)),
        TrustChange::Gone => format!("{whose} no longer has the trust that {name} tells of at {place}: it admitted {was}."),
        TrustChange::Widened | TrustChange::Narrowed | TrustChange::Changed => {
            let how = match change {
                TrustChange::Widened => "more than",
                TrustChange::Narrowed => "less than",
                _ => "others than",
            };
            format!("The trust of {whose} ({place}) admits {how} in {name}: {}; it was {was}.", admits(trust))
        }
    };
    sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
}

/// What a token must say, in words.
fn admits(trust: &TrustBinding) -> String {
    let quoted = |texts: &[String]| list(&texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>());
    let subject = match &trust.subject {
        SubjectRule::Exact(texts) | SubjectRule::Glob(texts) => quoted(texts),
        SubjectRule::Expression(text) => format!("whatever meets {text}"),
        SubjectRule::Any => "any subject".to_owned(),
        SubjectRule::Unknown(_) => "a subject that can't be told".to_owned(),
    };
    let issuer = trust.issuer.known().unwrap_or("an issuer that can't be told");
    let audience = match trust.audiences.as_deref().map(|all| all.iter().filter_map(Value::known).map(str::to_owned).collect::<Vec<_>>()) {
        None => ", for any audience".to_owned(),
        Some(known) if known.is_empty() => String::new(),
        Some(known) => format!(", for {}", quoted(&known)),
    };
    let claims: Vec<&str> = trust.claims.iter().map(|claim| claim.name.as_str()).collect();
    let further = if claims.is_empty() { String::new() } else { format!(", under conditions on {}", list(&claims)) };
    format!("{subject} of {issuer}{audience}{further}")
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Finding, Platform, Previous};

    use super::*;
    use crate::checks::testing::{exact, glob, one_path, with_trust};
    use crate::testing::now;

    /// What is said of an estate that was another one before.
    fn since(old: &Estate, new: &Estate) -> Vec<Finding> {
        let judged = |estate: &Estate, before: &unkeyed_model::Before| {
            crate::judge_after(estate.clone(), &unkeyed_model::Policy::default(), now(), before)
        };
        let old = judged(old, &unkeyed_model::Before::default());
        let previous = Some(Previous { name: "q3.json".into(), trusts: old.trusts });
        let report = judged(new, &unkeyed_model::Before { previous, ..unkeyed_model::Before::default() });
        report.findings.into_iter().filter(|finding| finding.check == CHECK.id).collect()
    }

    #[test]
    fn a_trust_is_added_widened_and_gone() {
        let estate = || with_trust(Platform::Aws, |trust| trust.subject = exact("repo:acme/api:environment:prod"));
        let wide = with_trust(Platform::Aws, |trust| trust.subject = glob("repo:acme/api:*"));
        let mut none = estate();
        none.facts.trusts.clear();
        for (old, new, said) in [
            (&none, &estate(), "q3.json doesn't tell of"),
            (&estate(), &wide, "admits more than in q3.json: \"repo:acme/api:*\""),
            (&wide, &estate(), "admits less than"),
            (&estate(), &none, "no longer has the trust"),
        ] {
            let findings = since(old, new);
            assert_eq!(findings.len(), 1, "{said}");
            assert!(findings[0].message.contains(said), "{}", findings[0].message);
            assert_eq!((findings[0].level, findings[0].suppressed_by.is_some()), (Level::Note, false));
        }
        assert!(since(&estate(), &estate()).is_empty());
    }

    #[test]
    fn what_can_not_be_told_has_not_changed() {
        let unknown = with_trust(Platform::Aws, |trust| trust.subject = SubjectRule::Unknown("var.subject".into()));
        assert!(since(&one_path(Platform::Aws), &unknown).is_empty());
        assert!(since(&unknown, &one_path(Platform::Aws)).is_empty());
    }
}
