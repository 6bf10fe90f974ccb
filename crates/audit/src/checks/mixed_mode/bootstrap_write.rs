//! # What it finds
//!
//! A step, an entrypoint or an init container that writes a credential where others can pick it up: into
//! `$GITHUB_ENV`, a credentials file, a tool's configuration.
//!
//! # Why it matters
//!
//! What was in memory for one request is now on disk or in the environment of every later process, and lives as long
//! as that place does. Enforcement has moved from the request to the start of the job.
//!
//! # Instead
//!
//! Let the client ask for a token when it needs one (SDK credential chain, `credential_process`, a projected token
//! file), or pass it by standard input.

use unkeyed_model::Level;

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "MX-03",
    title: "credential is written where others can pick it up",
    level: Level::Warning,
    standards: standards::MIXED,
    source: include_str!("bootstrap_write.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        let writes = linked.workload.traits.iter().filter(|(name, ..)| name == "writes-credential");
        for (_, target, location) in writes {
            let message = format!(
                "{} writes a credential to {target} ({}), where every later process can read it.",
                linked.workload.name,
                spot(location),
            );
            sink.workload(&linked.workload.id, Statement::new(CHECK.level, location, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{levels, one_path, says, with_job};

    #[test]
    fn a_credential_written_out_is_a_warning() {
        let estate = with_job(Platform::Aws, |job| job.traits.push(says("writes-credential", "$GITHUB_ENV")));
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
    }

    #[test]
    fn other_jobs_are_left_alone() {
        assert!(levels(&CHECK, &one_path(Platform::Aws)).is_empty());
        assert!(levels(&CHECK, &with_job(Platform::Aws, |job| job.traits.push(says("writes", "$GITHUB_OUTPUT")))).is_empty());
    }
}
