//! # What it finds
//!
//! A step, an entrypoint or an init container that writes a credential where others can pick it up: into
//! `$GITHUB_ENV`, a step output, a credentials file or a tool's configuration, or onto a command line.
//!
//! # Why it matters
//!
//! What was in memory for one request is now on disk, in the environment of every later process or in the process
//! list, and lives as long as that place does. Enforcement has moved from the request to the start of the job.
//!
//! # Instead
//!
//! Let the client ask for a token when it needs one (SDK credential chain, `credential_process`, a projected token
//! file), or pass it by standard input (`--password-stdin`).

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

/// Ways of writing, as readers name them, and in words.
const WAYS: [(&str, &str); 7] = [
    ("github-env", "writes a credential to $GITHUB_ENV, where every later step has it"),
    ("github-output", "writes a credential to a step output, which later jobs and logs can show"),
    ("credential-file", "writes a credential to the file a client reads it from"),
    ("aws-configure", "writes a credential into the AWS configuration"),
    ("az-login-password", "puts a password on the command line of az login"),
    ("gcloud-key-file", "activates a service-account key, which gcloud then keeps on disk"),
    ("registry-login-argument", "puts a registry password on a command line"),
];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        let writes = linked.workload.traits.iter().filter(|(name, ..)| name == "writes-credential");
        for (_, way, location) in writes {
            let words =
                WAYS.iter().find(|(name, _)| name == way).map_or("writes a credential where others can read it", |(_, words)| words);
            let message = format!("{} {words} ({}).", linked.workload.name, spot(location));
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
        for way in ["github-env", "credential-file", "some-new-way"] {
            let estate = with_job(Platform::Aws, |job| job.traits.push(says("writes-credential", way)));
            assert_eq!(levels(&CHECK, &estate), [Level::Warning], "{way}");
        }
    }

    #[test]
    fn other_jobs_are_left_alone() {
        assert!(levels(&CHECK, &one_path(Platform::Aws)).is_empty());
        assert!(levels(&CHECK, &with_job(Platform::Aws, |job| job.traits.push(says("writes", "github-env")))).is_empty());
    }
}
