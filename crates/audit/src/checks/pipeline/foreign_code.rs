//! # What it finds
//!
//! A job that may ask for identity tokens (`id-token: write`) and checks out the head or the merge result of a pull
//! request, under a trigger that runs with the rights of the base repository: `pull_request_target`, `workflow_run`,
//! `issue_comment`, `repository_dispatch`, `workflow_dispatch`. A ref that whoever starts the job names is a warning, because
//! it can be a pull request's.
//!
//! # Why it matters
//!
//! A stranger's code (a build script, a test, a package hook) runs while the job can become everything its tokens are
//! trusted for. Unlike a fork's `pull_request`, these triggers are not kept from tokens.
//!
//! # Instead
//!
//! Two workflows: one under `pull_request` that builds and tests without tokens, and one that takes its result as data
//! and never runs it.

use unkeyed_model::Level;

use super::{may_ask, runs_foreign_code};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-CI-01",
    title: "foreign code runs where tokens may be asked for",
    level: Level::Error,
    standards: standards::PIPELINE,
    source: include_str!("foreign_code.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        let workload = &linked.workload;
        let (Some(allowed), Some(foreign)) = (may_ask(workload), runs_foreign_code(workload)) else { continue };
        let (level, code) = match foreign.is_pull_request {
            true => (CHECK.level, "a pull request"),
            false => (Level::Warning, "whatever ref it is given"),
        };
        let message = format!(
            "Job {} may ask for identity tokens and, under {}, checks out {code} ({}): a stranger's code can use them.",
            workload.name,
            foreign.trigger,
            spot(foreign.place),
        );
        sink.workload(&workload.id, Statement::new(level, foreign.place, message).with(allowed, "allows tokens"));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform};

    use super::*;
    use crate::checks::testing::{levels, says, with_job};

    fn job(traits: &[(&str, &str)]) -> Estate {
        with_job(Platform::Aws, |job| job.traits = traits.iter().map(|(name, value)| says(name, value)).collect())
    }

    const HEAD: (&str, &str) = ("checks-out", "pull-request-head");
    const TOKEN: (&str, &str) = ("id-token", "write");

    #[test]
    fn foreign_code_beside_a_token_is_an_error() {
        for trigger in ["pull_request_target", "issue_comment", "workflow_run", "workflow_dispatch"] {
            assert_eq!(levels(&CHECK, &job(&[HEAD, TOKEN, ("trigger", trigger)])), [Level::Error], "{trigger}");
        }
        let named = ("checks-out", "given-ref");
        assert_eq!(levels(&CHECK, &job(&[named, TOKEN, ("trigger", "workflow_dispatch")])), [Level::Warning]);
        assert_eq!(levels(&CHECK, &job(&[named, HEAD, TOKEN, ("trigger", "workflow_dispatch")])), [Level::Error]);
    }

    #[test]
    fn each_half_alone_is_fine() {
        assert!(levels(&CHECK, &job(&[TOKEN, ("trigger", "pull_request_target")])).is_empty());
        assert!(levels(&CHECK, &job(&[HEAD, ("trigger", "pull_request_target")])).is_empty());
        assert!(levels(&CHECK, &job(&[HEAD, TOKEN, ("trigger", "pull_request")])).is_empty());
    }

    #[test]
    fn undeclared_permissions_are_no_permission_for_tokens() {
        assert!(levels(&CHECK, &job(&[HEAD, ("trigger", "issue_comment"), ("permissions", "undeclared")])).is_empty());
    }
}
