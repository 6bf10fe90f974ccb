//! # What it finds
//!
//! An exchange that a log recorded as refused, for an identity that a scanned workload becomes, or whose
//! trust stands in the inputs.
//!
//! # Why it matters
//!
//! It shows that the binding is enforced: a token that doesn't match is turned away. It can also be somebody who tries,
//! or the workload itself after a change of names, which then reaches its destination another way.
//!
//! # Instead
//!
//! If the subject is the workload's own, mend the trust. If it is another's, nothing needs to change; find out who tried.

use unkeyed_model::{Level, ObservedAct};

use super::{times, users};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "OB-03",
    title: "exchange was refused",
    level: Level::Note,
    standards: standards::TRUST,
    source: include_str!("denied.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for seen in view.facts().observed.iter().filter(|seen| seen.act == ObservedAct::Exchange && seen.denied > 0) {
        if users(view, seen).is_empty() && !view.is_trusted(&seen.principal) {
            continue;
        }
        let who = seen.subject.as_ref().map_or_else(|| "somebody".to_owned(), |subject| format!("\"{subject}\""));
        let name = view.name(&seen.principal);
        let message = format!("{who} was refused as {name} {} ({}).", times(seen.denied, seen), spot(&seen.location));
        sink.principal(&seen.principal, &Statement::new(CHECK.level, &seen.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{KEY, levels, one_path, with_observed};

    #[test]
    fn a_refusal_is_a_note_if_somebody_becomes_the_identity() {
        let with = |principal, denied| with_observed(one_path(Platform::Aws), principal, |seen| seen.denied = denied);
        assert_eq!(levels(&CHECK, &with(KEY, 2)), [Level::Note]);
        assert!(levels(&CHECK, &with(KEY, 0)).is_empty());
        assert!(levels(&CHECK, &with("arn:aws:iam::111122223333:role/other", 2)).is_empty());
    }
}
