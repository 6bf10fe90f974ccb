//! The steps of a job or of a composite action.

use super::action::Call;
use super::consumers;
use super::draft::{Draft, Receiver};
use super::expression;
use super::files::File;
use super::run;
use super::scope::Scope;
use crate::flat::Flat;
use crate::place;
use crate::tree::Node;

/// Reads a list of steps.
pub(super) fn read<'a>(draft: &mut Draft<'a>, file: &'a File<'a>, scope: &Scope, steps: &'a Node, path: &str) {
    for (index, step) in steps.items().iter().enumerate() {
        if draft.steps_left == 0 {
            draft.cut = true;
            return;
        }
        draft.steps_left -= 1;
        read_step(draft, file, scope, step, &place::item(path, index));
    }
}

fn read_step<'a>(draft: &mut Draft<'a>, file: &'a File<'a>, scope: &Scope, step: &'a Node, path: &str) {
    let mut scope = scope.with_env(step.get("env"));
    if let Some(id) = step.str("id") {
        let known = step.str("uses").is_some_and(|uses| consumers::consumer(uses.split('@').next().unwrap_or_default()).is_some());
        draft.steps.insert((file.place.path().to_owned(), id.to_owned()), known);
    }
    scope.fallback |= condition(draft, file, &scope, step, path);
    let fallback = scope.fallback;
    draft.environment(file, &scope, step.get("env"), &place::under(path, "env"), fallback);
    other_texts(draft, file, &scope, step, path, &["env", "if", "with", "run", "uses"]);
    if let Some(uses) = step.str("uses") {
        draft.action(&Call { file, scope: &scope, step, path, uses });
    }
    if let Some(run) = step.get("run") {
        run::script(draft, file, &scope, run, &place::under(path, "run"), step.str("shell").unwrap_or("bash"));
    }
}

/// References in all remaining texts of a job or step (`outputs`, `name`, `working-directory` …).
pub(super) fn other_texts<'a>(draft: &mut Draft<'a>, file: &'a File<'a>, scope: &Scope, owner: &'a Node, path: &str, read: &[&str]) {
    for entry in owner.entries().iter().filter(|entry| !read.contains(&entry.name())) {
        let receiver = Receiver::unstated(Some(entry.name()), false);
        entry.value.for_each_scalar(&place::under(path, entry.name()), &mut |path, node| draft.text(file, scope, node, path, &receiver));
    }
}

/// References in a step's `if`; tells whether the step only runs because something else failed.
pub(super) fn condition<'a>(draft: &mut Draft<'a>, file: &'a File<'a>, scope: &Scope, owner: &'a Node, path: &str) -> bool {
    let Some(node) = owner.get("if") else { return false };
    let flat = Flat::new(&file.place, node);
    let path = place::under(path, "if");
    for found in expression::condition(flat.text) {
        draft.expression(file, scope, &flat, &found, &path, &Receiver::unstated(None, false));
    }
    runs_after_failure(flat.text)
}

/// `failure()`, or the outcome of another step compared with failure.
fn runs_after_failure(condition: &str) -> bool {
    let compact: String = condition.chars().filter(|c| !c.is_whitespace()).collect();
    let outcome = compact.contains(".outcome") || compact.contains(".conclusion") || compact.contains(".result");
    compact.contains("failure()") || (outcome && (compact.contains("=='failure'") || compact.contains("!='success'")))
}
