//! What the programs of containers make that lasts: sessions that are fetched once, tokens, signed URLs.
//!
//! The decision a reader would question: nothing else is taken from a container's command. What a container logs in to is
//! said by its identity and its secrets; its command line rarely is a script.

use unkeyed_model::{Location, Span, Workload};

use super::pods::Pod;
use crate::commands::{self, Effect};
use crate::flat::Flat;
use crate::shell::{self, Command, Word};
use crate::tree::Node;

/// Reads the commands, arguments and scripts of all containers.
pub(super) fn read(pod: Pod<'_>, workload: &mut Workload) {
    let place = &pod.object.source.place;
    for container in pod.containers() {
        let words: Vec<&Node> = ["command", "args"].iter().filter_map(|key| container.node.get(key)).flat_map(Node::items).collect();
        let scripts = ["source", "script"].iter().filter_map(|key| container.node.get(key));
        for script in words.iter().copied().filter(|word| word.text().is_some_and(|text| text.contains([' ', '\n']))).chain(scripts) {
            let flat = Flat::new(place, script);
            lasting(&shell::commands(flat.text), workload, &|command| place.at(flat.span(command.range()), container.path.as_str()));
        }
        if let (Some(first), Some(last)) = (words.first(), words.last()) {
            let span = Span::new(first.span.start.min(last.span.start), first.span.end.max(last.span.end));
            lasting(&[one(&words)], workload, &|_| place.at(span, container.path.as_str()));
        }
    }
}

/// The words as one command.
fn one(words: &[&Node]) -> Command {
    let word = |node: &&Node| Word { text: node.text().unwrap_or_default().to_owned(), range: 0..0 };
    Command { words: words.iter().map(word).collect(), ..Command::default() }
}

fn lasting(commands: &[Command], workload: &mut Workload, at: &dyn Fn(&Command) -> Location) {
    for (index, effect) in commands::effects(commands) {
        if let Effect::Lasts { what, length } = effect {
            workload.traits.push((what.to_owned(), length, at(&commands[index])));
        }
    }
}
