//! Shell scripts of the tree: what one does belongs to the jobs that run it.
//!
//! A script is a component and never judged alone. The decision a reader would question: a variable that is called like a
//! credential and that the script itself doesn't set is taken for a stored one, as in the scripts of a job. Linking keeps it
//! only for jobs that get every stored variable without asking, and that don't set it themselves.

use std::rc::Rc;

use unkeyed_model::{Facts, SkipReason, Span, Unit, WorkloadKind};

use crate::ci::{Budget, Job, System};
use crate::commands;
use crate::place::{self, Place};
use crate::tree::{Kind, Node, Style};

/// What no system adds anything to.
pub(crate) const SCRIPT: System =
    System { prints: Some(("buildkite-agent", &["secret", "get"])), ..System::new("a script", WorkloadKind::Repository) };

/// Files that are called like one, or whose first line names a shell (`start.tpl`, `bin/release`).
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let path = &unit.origin().path;
    (commands::is_script(path) || names_shell(unit.bytes())).then(|| path.clone())
}

/// Whether the first line of a file gives it to a shell (`#!/bin/sh`, `#!/usr/bin/env -S bash -e`).
fn names_shell(text: &[u8]) -> bool {
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default().strip_prefix(b"#!").unwrap_or_default();
    let line = std::str::from_utf8(line).unwrap_or_default();
    let programs = line.split_ascii_whitespace().map(|word| word.rsplit('/').next().unwrap_or_default());
    programs.take(3).any(|program| matches!(program, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh"))
}

/// Reads them, each for itself.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    place::each(units, script)
}

fn script(place: &Place<'_>, facts: &mut Facts) {
    let span = Span::new(0, place.text().len());
    let text = Node { span, tag: None, kind: Kind::Scalar(Rc::from(place.text()), Style::Plain) };
    let budget = Budget::new();
    let mut job = Job::new(&SCRIPT, &budget, place.path(), "script", place.bare(span));
    job.workload.component = true;
    job.script(place, &text, String::new());
    if job.finish(facts) {
        facts.skipped.push(place.skip(SkipReason::Limit, "the script is longer than is read of one"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, StoreKind, Use};

    use super::*;

    #[test]
    fn a_script_is_a_component_with_what_it_logs_in_to_mentions_and_runs() {
        let text = "#!/bin/sh\nset -e\nREGION_TOKEN=$(cat t)\nfetch \"$REGION_TOKEN\" \"$DEPLOY_TOKEN\"\naws s3 sync . s3://site\n./ci/notify.sh\n";
        let unit = Unit::new(Arc::new(Origin { path: "ci/deploy.sh".into(), ..Origin::default() }), text.as_bytes());
        let group = crate::group(&unit).unwrap();
        let facts = crate::read(&group, std::slice::from_ref(&unit));
        let [script] = facts.workloads.as_slice() else { panic!("one component") };
        assert!(script.component && script.id == "repo:ci/deploy.sh#script");
        let stored: Vec<_> = script.references.iter().filter(|used| used.store == StoreKind::CiVariable).map(|used| &used.name).collect();
        assert_eq!(stored, ["DEPLOY_TOKEN"]);
        assert!(script.destinations.iter().any(|to| to.kind == "aws"));
        assert_eq!(script.uses, [(Use::Component, "ci/notify.sh".to_owned())]);
    }

    #[test]
    fn a_script_is_known_by_its_name_or_its_first_line() {
        let claimed = |path: &str, text: &str| {
            super::claims(&Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes())).is_some()
        };
        for (path, text) in [("a.sh", ""), ("start.tpl", "#!/bin/bash -e\n"), ("bin/release", "#!/usr/bin/env -S bash -e\nset")] {
            assert!(claimed(path, text), "{path}");
        }
        for (path, text) in [("a.py", "#!/usr/bin/env python3\n"), ("a.txt", "bash"), ("a", "\n#!/bin/sh"), ("b", "#!")] {
            assert!(!claimed(path, text), "{path}");
        }
    }
}
