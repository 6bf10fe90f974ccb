//! # What it finds
//!
//! A token that has expired and was kept where things are kept: an image layer or its configuration, a dump of an
//! environment, a Terraform state, a log.
//!
//! # Why it matters
//!
//! It opens nothing today. But when it was written it did, and whatever wrote it will write the next one.
//!
//! # Instead
//!
//! Find what persists the token (a build argument, a debug dump, a state file) and stop it there.

use unkeyed_model::{Class, Level, Origin, Surface};

use super::say;
use crate::checks::check::{Check, Sink, Statement, called, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-RESIDUE",
    title: "tokens are being persisted",
    level: Level::Note,
    standards: standards::RESIDUE,
    source: include_str!("expired.rs"),
    run,
};

const KEPT: [Surface; 5] = [Surface::ImageLayer, Surface::ImageConfig, Surface::EnvDump, Surface::TfState, Surface::Log];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for token in view.context.artifacts.iter().filter(|artifact| artifact.class == Class::Expired) {
        let mut kept = token.locations.iter().filter_map(|(location, _)| Some((location, surface(&location.origin)?)));
        let Some((place, surface)) = kept.next() else { continue };
        let message = format!(
            "An expired token, {}, was kept in a {surface} ({}): whatever wrote it writes live ones too.",
            called(token),
            spot(place)
        );
        say(sink, token, &Statement::new(CHECK.level, place, message));
    }
}

/// The kind of place, if it is one where things are kept.
fn surface(origin: &Origin) -> Option<Surface> {
    KEPT.contains(&origin.surface).then_some(origin.surface)
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{artifact, findings_with, one_path};
    use crate::testing;

    fn levels(class: Class, surface: Surface, path: &str) -> Vec<Level> {
        let estate = one_path(Platform::Aws);
        let mut token = artifact("aws.temp-key", class, &estate);
        token.locations = vec![(testing::on(surface, testing::place(path, 0, 9)), None)];
        findings_with(&CHECK, &estate, vec![token]).into_iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn a_kept_token_is_a_note() {
        assert_eq!(levels(Class::Expired, Surface::Log, "job 17"), [Level::Note]);
        assert_eq!(levels(Class::Expired, Surface::ImageLayer, "root/.netrc"), [Level::Note]);
        assert_eq!(levels(Class::Expired, Surface::TfState, "terraform.tfstate.backup"), [Level::Note]);
    }

    #[test]
    fn a_live_one_is_said_elsewhere_and_source_is_no_sink() {
        assert!(levels(Class::ShortLived, Surface::Log, "build.log").is_empty());
        assert!(levels(Class::Expired, Surface::Worktree, "src/main.rs").is_empty());
    }

    #[test]
    fn a_candidate_of_unknown_nature_says_nothing() {
        assert!(levels(Class::Unknown, Surface::Log, "build.log").is_empty());
    }
}
