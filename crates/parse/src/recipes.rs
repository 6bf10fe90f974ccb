//! Recipes that jobs call by name: targets of a Makefile, scripts of `package.json`.
//!
//! Each is a component like a shell script of the tree: what it does belongs to the jobs that run it. The decision a reader would
//! question: `make` without a target is not followed, and neither is what a Makefile includes; what a recipe doesn't show is
//! nothing that a job is known to do. A file that can't be read is noted and keeps no verdict open, because nobody but the job
//! gives it a meaning.

mod justfile;
mod makefile;

use std::rc::Rc;

use unkeyed_model::{Facts, Skip, SkipReason, Span, Unit};

use crate::ci::{Budget, Job};
use crate::commands;
use crate::place::{self, Place};
use crate::provisioning::{self, Visit};
use crate::shell_script::SCRIPT;
use crate::tree::{Kind, Node, Style};
use crate::{host_files, json};

/// Most recipes of one file that are read.
const MAX_RECIPES: usize = 2_000;

/// Makefiles, by the names that `make` looks for.
pub(crate) fn claims_makefile(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    matches!(origin.file_name(), "Makefile" | "makefile" | "GNUmakefile").then(|| origin.path.clone())
}

/// Packages of Node.js that have scripts, without those that are only installed.
pub(crate) fn claims_package(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let is_own = origin.file_name() == commands::PACKAGE && !origin.path.split('/').any(|folder| folder == "node_modules");
    let head = unit.bytes().get(..unit.bytes().len().min(64 << 10)).unwrap_or_default();
    (is_own && memchr::memmem::find(head, b"\"scripts\"").is_some()).then(|| origin.path.clone())
}

/// Reads Makefiles.
pub(crate) fn read_makefiles(units: &[Unit<'_>]) -> Facts {
    each(units, |place, facts| {
        let file = makefile::Makefile::new(place.text());
        for rule in file.rules.iter().take(MAX_RECIPES) {
            let text = makefile::for_shell(place.slice(rule.recipe));
            let node = Node { span: rule.recipe, tag: None, kind: Kind::Scalar(Rc::from(text.as_str()), Style::Masked) };
            let called: Vec<String> = rule.needs.iter().map(|need| format!("{}#{need}", commands::MAKEFILE)).collect();
            for target in &rule.targets {
                recipe(place, &Recipe { file: commands::MAKEFILE, name: target, node: &node, called: &called, set: &file.set }, facts);
            }
        }
        limit(place, file.rules.len(), facts);
    })
}

/// Reads the scripts of packages.
pub(crate) fn read_packages(units: &[Unit<'_>]) -> Facts {
    each(units, |place, facts| {
        let root = match json::parse(place) {
            Ok(root) => root,
            Err(skip) => return facts.skipped.push(skip),
        };
        let scripts = root.get("scripts").map(Node::entries).unwrap_or_default();
        for entry in scripts.iter().take(MAX_RECIPES) {
            // npm runs these before and behind a script of its own accord (npm documentation, "scripts").
            let around = ["pre", "post"].map(|when| format!("{when}{}", entry.name()));
            let known = around.iter().filter(|name| scripts.iter().any(|script| script.name() == name.as_str()));
            let called: Vec<String> = known.map(|name| format!("{}#{name}", commands::PACKAGE)).collect();
            recipe(place, &Recipe { file: commands::PACKAGE, name: entry.name(), node: &entry.value, called: &called, set: &[] }, facts);
        }
        limit(place, scripts.len(), facts);
    })
}

/// Visits the recipes of a Makefile as the shell gets them.
pub(crate) fn each_recipe(text: &str, visit: &mut Visit<'_>) {
    for rule in makefile::Makefile::new(text).rules.iter().take(MAX_RECIPES) {
        let (start, recipe) = (rule.recipe.start, text.get(rule.recipe.start..rule.recipe.end).unwrap_or_default());
        visit(&makefile::for_shell(recipe), &|range| Span::new(start + range.start, start + range.end));
    }
}

/// Visits a justfile as the shell gets it.
pub(crate) fn each_just(text: &str, visit: &mut Visit<'_>) {
    visit(&provisioning::with_variables(&justfile::for_shell(text)), &|range| Span::new(range.start, range.end));
}

/// One recipe.
struct Recipe<'r, 'a> {
    /// The name under which files of its kind are called.
    file: &'static str,
    name: &'r str,
    node: &'a Node,
    /// Other recipes that it runs.
    called: &'r [String],
    /// Variables that its file sets.
    set: &'r [&'a str],
}

/// Emits the component of a recipe.
fn recipe<'a>(place: &'a Place<'a>, recipe: &Recipe<'_, 'a>, facts: &mut Facts) {
    let budget = Budget::new();
    let path = host_files::relative(place.path(), recipe.file);
    let mut job = Job::new(&SCRIPT, &budget, &path, recipe.name, place.bare(recipe.node.span));
    job.workload.component = true;
    recipe.set.iter().for_each(|name| job.is_given(name));
    recipe.called.iter().for_each(|called| job.calls(called.clone()));
    job.script(place, recipe.node, recipe.name.to_owned());
    if job.finish(facts) {
        facts.skipped.push(place.skip(SkipReason::Limit, "a recipe is longer than is read of one"));
    }
}

fn limit(place: &Place<'_>, recipes: usize, facts: &mut Facts) {
    if recipes > MAX_RECIPES {
        facts.skipped.push(place.skip(SkipReason::Limit, format!("more than {MAX_RECIPES} recipes: the rest is not read")));
    }
}

fn each(units: &[Unit<'_>], file: impl Fn(&Place<'_>, &mut Facts)) -> Facts {
    let mut facts = place::each(units, file);
    facts.skipped = facts.skipped.into_iter().map(noted).collect();
    facts
}

fn noted(skip: Skip) -> Skip {
    Skip { why: if skip.why == SkipReason::Malformed { SkipReason::NotUnderstood } else { skip.why }, ..skip }
}

#[cfg(test)]
mod tests;
