//! Commands that run a shell script of the tree: `./deploy.sh`, `bash ci/deploy.sh`, `source ci/env.sh`.

use super::Effect;
use super::build::in_checkout;
use crate::shell::Command;

/// Programs that run the script they are given.
const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "ksh", "source", "."];

pub(super) fn effect(command: &Command) -> Option<Effect> {
    let words = command.invocation();
    let script = match SHELLS.contains(&command.program()) {
        true => words.iter().skip(1).find(|word| !word.text.starts_with(['-', '+']))?,
        false => words.first()?,
    };
    is_script(&script.text).then(|| in_checkout(&script.text)).flatten().map(Effect::RunsScript)
}

/// Whether a file of this name is a shell script.
pub(crate) fn is_script(path: &str) -> bool {
    path.ends_with(".sh") || path.ends_with(".bash")
}
