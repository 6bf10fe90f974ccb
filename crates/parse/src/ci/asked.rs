//! Values that whoever starts a pipeline gives, or that a command reads from elsewhere: of them only is known what they are used as.

use std::ops::Range;

use unkeyed_model::{Destination, Location, Reference, StoreKind};

use super::job::Job;
use super::mentions::{Mention, mentions};
use super::script::Read;
use super::system::System;
use super::templates::Templates;
use crate::elsewhere;
use crate::facts;
use crate::receiver::Receiver;
use crate::shell;

impl Job<'_> {
    /// Records a value of which only is known that it is used as a credential; any other is plain configuration.
    pub(crate) fn opaque(&mut self, name: &str, receiver: &Receiver, at: Location) {
        if receiver.is_credential() {
            let reference = facts::reference(StoreKind::StepOutput, name, at);
            self.refers(Reference { used_as: receiver.used_as.clone(), destination: receiver.destination.clone(), ..reference });
        }
    }

    /// The same for a parameter, which its own name may call a credential.
    pub(super) fn parameter(&mut self, name: &str, receiver: &Receiver, at: Location) {
        let last = name.rsplit('.').next().unwrap_or_default();
        let called = facts::may_hold_credential(last) && receiver.used_as.is_none();
        let named = called.then(|| Receiver { destination: receiver.destination.clone(), ..Receiver::unstated(Some(last)) });
        self.opaque(name, named.as_ref().unwrap_or(receiver), at);
    }
}

impl<'a> Job<'a> {
    /// Variables with plain names that a script reads from elsewhere: credentials where they are used as such.
    pub(super) fn notes_elsewhere(&mut self, script: &Read<'a>) {
        for read in elsewhere::all(&script.commands, |_| false).into_iter().filter(|read| !read.receiver.is_credential()) {
            let Some(name) = read.receiver.used_as.filter(|name| shell::is_assignment(&format!("{name}="))) else { continue };
            let at = script.place.at(script.flat.span(read.range), script.path.clone());
            let value = facts::reference(StoreKind::StepOutput, read.source, at);
            self.is_handed(&name, Reference { used_as: Some(name.clone()), ..value });
        }
    }

    /// Credentials that a script reads from elsewhere, unless an identity of the job got them.
    pub(super) fn read_elsewhere(&mut self, script: &Read<'a>) {
        let text = script.flat.text;
        let own = |range: Range<usize>| {
            let named = mentions(text.get(range).unwrap_or_default(), self.system);
            named.iter().any(|found| self.is_set(&found.name) || self.identity.iter().any(|token| token.variable == found.name))
        };
        let found: Vec<_> = elsewhere::reads(&script.commands, own).into_iter().filter(|read| !self.reached(&read.receiver)).collect();
        for read in found {
            let at = script.place.at(script.flat.span(read.range), script.path.clone());
            self.opaque(&read.source, &read.receiver, at);
        }
    }

    /// Whether an identity of the job leads where a credential would.
    fn reached(&self, receiver: &Receiver) -> bool {
        let leads = |to: &Destination| self.workload.identity_paths.iter().any(|path| path.destination.kind == to.kind);
        receiver.destination.as_ref().is_some_and(leads)
    }
}

/// The parameters in a text that whoever starts the pipeline gives, as far as no caller is seen to give them.
pub(super) fn asked(text: &str, templates: &Templates, system: &System) -> Vec<Mention> {
    let Some(asks) = &system.asks else { return Vec::new() };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(asks.open).map(|offset| at + offset) {
        let inner = start + asks.open.len();
        // No place is longer than a line.
        let line = text[inner..].find('\n').map_or(text.len(), |offset| inner + offset);
        at = inner;
        let Some(end) = text[inner..line].find(asks.close).map(|offset| inner + offset) else { continue };
        at = end + asks.close.len();
        let body = text[inner..end].replace("['", ".").replace("']", "");
        let words = body.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')));
        let names = words.filter(|word| asks.beginnings.iter().any(|beginning| word.starts_with(beginning)) && templates.leaves_open(word));
        found.extend(names.map(|name| Mention { name: name.to_owned(), range: start..at }));
    }
    found
}

#[cfg(test)]
mod tests {
    use unkeyed_model::WorkloadKind;

    use super::super::system::Asks;
    use super::*;

    #[test]
    fn a_parameter_is_asked_for_unless_a_caller_gives_it() {
        let asks = Some(Asks { open: "<<", close: ">>", beginnings: &["parameters.", "pipeline.parameters."] });
        let system = System { angles: true, asks, ..System::new("x", WorkloadKind::CircleciJob) };
        let names =
            |text: &str, templates: &Templates| asked(text, templates, &system).into_iter().map(|found| found.name).collect::<Vec<_>>();
        let pipeline = Templates::default().with([("pipeline.parameters.t".to_owned(), "none")].into_iter(), &system).asked();
        assert_eq!(names("a << pipeline.parameters.t >> << pipeline.number >>", &pipeline), ["pipeline.parameters.t"]);
        let given = |text| pipeline.with([("parameters.p".to_owned(), text)].into_iter(), &system);
        assert_eq!(names("<< parameters.p >>", &given("x")), [""; 0]);
        assert_eq!(names("<< parameters.p >>", &given("<< pipeline.parameters.t >>")), ["parameters.p"]);
        assert_eq!(names("<< parameters['q'] >> << parameters.p", &given("x")), ["parameters.q"]);
    }
}
