//! The values that the instructions of an image hold, those of its history and those that images built on it will run
//! (`OnBuild`): `ENV`, `ARG`, and the arguments that `RUN` was given.
//!
//! Builders write instructions as text: BuildKit `RUN |1 TOKEN=… /bin/sh -c make # buildkit`, the classic builder
//! `|1 TOKEN=… /bin/sh -c make` and `/bin/sh -c #(nop)  ENV TOKEN=…`. An argument is in no container's environment, but in
//! everybody's hands who has the image.

use std::ops::Range;

use crate::dockerfile::values::{self, Part};
use crate::env_dump::Dump;
use crate::facts;
use crate::flat::Flat;
use crate::interpolation::interpolations;
use crate::place::Place;
use crate::shell::is_assignment;
use crate::tree::Node;

/// Reads all instructions.
pub(super) fn read(place: &Place<'_>, root: &Node, image: &mut Dump<'_>) {
    let history = root.get("history").map(Node::items).unwrap_or_default().iter().filter_map(|step| step.get("created_by"));
    let later = root.path(&["config", "OnBuild"]).map(Node::items).unwrap_or_default();
    for node in history.chain(later) {
        let flat = Flat::new(place, node);
        for (keyword, name, value) in assigned(flat.text) {
            if facts::is_credential_variable(&name) {
                let at = place.at(flat.span(value), format!("{keyword} {name}"));
                image.slot(facts::slot(&name, at));
            }
        }
    }
}

/// Instruction, name and place of each value that an instruction sets.
fn assigned(text: &str) -> Vec<(&'static str, String, Range<usize>)> {
    let start = text.find("#(nop)").map_or(0, |at| at + "#(nop)".len());
    let body = text[start..].trim_end_matches("# buildkit");
    let body = body.trim_start();
    let base = text.len() - text[start..].trim_start().len();
    let (verb, rest) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
    let behind = body.len() - rest.len();
    let (keyword, from, parts) = match verb {
        "ENV" => ("ENV", behind, values::assignments(rest)),
        "ARG" => ("ARG", behind, values::assignments(rest)),
        "RUN" => ("ARG", behind, arguments(rest)),
        _ => ("ARG", 0, arguments(body)),
    };
    let set = parts.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.text.trim().is_empty() && interpolations(&value.text).is_empty())?;
        Some((keyword, name.text, base + from + value.range.start..base + from + value.range.end))
    });
    set.collect()
}

/// `|2 A=… B=… /bin/sh -c …`.
fn arguments(text: &str) -> Vec<(Part, Option<Part>)> {
    let Some(rest) = text.strip_prefix('|') else { return Vec::new() };
    let (count, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let from = text.len() - rest.len();
    let count = if rest.split(' ').next().is_some_and(is_assignment) { count.parse().unwrap_or(0) } else { 0 };
    let shift = |part: Part| Part { range: part.range.start + from..part.range.end + from, ..part };
    // Behind the arguments stands the shell, whose path is no assignment.
    let parts = values::assignments(rest).into_iter().take(count).take_while(|(_, value)| value.is_some());
    parts.map(|(name, value)| (shift(name), value.map(shift))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(&'static str, String, &str)> {
        assigned(text).into_iter().map(|(keyword, name, range)| (keyword, name, &text[range])).collect()
    }

    #[test]
    fn every_builders_words_are_understood() {
        let token = |keyword| vec![(keyword, "TOKEN".to_owned(), "mR7kQ2")];
        for (text, keyword) in [
            ("RUN |1 TOKEN=mR7kQ2 /bin/sh -c make A=b # buildkit", "ARG"),
            ("|1 TOKEN=mR7kQ2 /bin/sh -c make A=b", "ARG"),
            ("ARG TOKEN=mR7kQ2", "ARG"),
            ("ENV TOKEN=mR7kQ2", "ENV"),
            ("ENV TOKEN mR7kQ2", "ENV"),
            ("ENV TOKEN=\"mR7kQ2\"", "ENV"),
            ("/bin/sh -c #(nop)  ENV TOKEN=mR7kQ2", "ENV"),
            ("/bin/sh -c #(nop)  ARG TOKEN=mR7kQ2", "ARG"),
        ] {
            assert_eq!(values(text), token(keyword), "{text}");
        }
        let two = values("RUN |2 A=1 B=é /bin/sh -c X=y make # buildkit");
        assert_eq!(two, [("ARG", "A".to_owned(), "1"), ("ARG", "B".to_owned(), "é")]);
        for nothing in ["", "|", "|x", "|9", "RUN", "ENV", "ARG TOKEN", "RUN /bin/sh -c TOKEN=$X make", "COPY a b", "CMD [\"a=b\"]"] {
            assert_eq!(values(nothing), [], "{nothing}");
        }
    }
}
