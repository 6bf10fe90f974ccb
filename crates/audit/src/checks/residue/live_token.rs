//! # What it finds
//!
//! A short-lived token that is still valid and can be read in what was scanned. One that works only together with a key
//! that is not there, or dies with the object it is bound to, is a note.
//!
//! # Why it matters
//!
//! For as long as it lives, a copy is as good as the original. That it was found in a file, a log or an image means
//! that tokens get written there, and that there will be a valid one tomorrow too.
//!
//! # Instead
//!
//! Keep tokens in memory: let the client fetch them, mask them in logs, don't cache them in layers or artifacts. Revoke
//! this one.

use unkeyed_model::{Class, Custody, Level, Replayable};

use super::say;
use crate::checks::check::{Check, Sink, Statement, called, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RT-LIVE",
    title: "a live token can be recovered",
    level: Level::Warning,
    standards: standards::RESIDUE,
    source: include_str!("live_token.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for token in
        view.context.artifacts.iter().filter(|artifact| artifact.class == Class::ShortLived && artifact.custody == Custody::Embedded)
    {
        let Some((place, _)) = token.locations.first() else { continue };
        let (level, how) = match token.replayable {
            Replayable::Bearer | Replayable::Unknown => (CHECK.level, "whoever reads it can use it"),
            Replayable::ObjectBound => (Level::Note, "it dies with the object it is bound to"),
            Replayable::SenderConstrained => (Level::Note, "it works only with a key that is not beside it"),
        };
        let until = token.lifetime.expires.map(|end| format!(" until {end}")).unwrap_or_default();
        let message = format!("A live token, {} ({}), is valid{until}, and {how}.", called(token), spot(place));
        let mut statement = Statement::new(level, place, message);
        for (copy, _) in token.locations.iter().skip(1) {
            statement = statement.with(copy, "another copy");
        }
        say(sink, token, &statement);
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{artifact, findings_with, one_path};

    fn levels(class: Class, replayable: Replayable) -> Vec<Level> {
        let estate = one_path(Platform::Aws);
        let mut token = artifact("aws.temp-key", class, &estate);
        token.replayable = replayable;
        findings_with(&CHECK, &estate, vec![token]).into_iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn a_live_bearer_token_is_a_warning_and_a_bound_one_a_note() {
        assert_eq!(levels(Class::ShortLived, Replayable::Bearer), [Level::Warning]);
        assert_eq!(levels(Class::ShortLived, Replayable::SenderConstrained), [Level::Note]);
    }

    #[test]
    fn an_expired_token_is_no_longer_live() {
        assert!(levels(Class::Expired, Replayable::Bearer).is_empty());
    }

    #[test]
    fn a_candidate_of_unknown_nature_says_nothing() {
        assert!(levels(Class::Unknown, Replayable::Bearer).is_empty());
    }
}
