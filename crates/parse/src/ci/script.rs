//! Scripts of a job: split into commands once all of them are known, because a later one uses what an earlier one sets.

use unkeyed_model::{Location, Value};

use super::asked::asked;
use super::job::{IdentityToken, Job};
use super::mentions::{Mention, mentions};
use super::templates::{Templates, for_shell, places};
use crate::environment::Variable;
use crate::flat::Flat;
use crate::place::Place;
use crate::receiver::Receiver;
use crate::scripts;
use crate::shell::{self, Command, holding, is_assignment};
use crate::tree::Node;

/// Most commands of a job's scripts that are looked at.
pub(super) const MAX_COMMANDS: usize = 20_000;

/// A script as it stands in its file.
pub(super) struct Script<'a> {
    pub(super) place: &'a Place<'a>,
    pub(super) node: &'a Node,
    pub(super) path: String,
    pub(super) templates: Templates,
}

/// A script that was read.
pub(super) struct Read<'a> {
    pub(super) place: &'a Place<'a>,
    pub(super) path: String,
    pub(super) flat: Flat<'a>,
    pub(super) templates: Templates,
    pub(super) commands: Vec<Command>,
}

impl Read<'_> {
    pub(super) fn at(&self, command: &Command) -> Location {
        self.place.at(self.flat.span(command.range()), self.path.clone())
    }
}

impl<'a> Job<'a> {
    pub(super) fn split(&mut self) -> Vec<Read<'a>> {
        let mut left = MAX_COMMANDS;
        let mut read = Vec::new();
        for script in std::mem::take(&mut self.scripts) {
            let flat = Flat::new(script.place, script.node);
            let mut commands = shell::commands(&for_shell(flat.text, self.system));
            self.cut |= commands.len() > left;
            commands.truncate(left);
            left -= commands.len();
            read.push(Read { place: script.place, path: script.path, templates: script.templates, flat, commands });
        }
        read
    }

    /// Variables that a script sets, and identity tokens that it asks the system for.
    pub(super) fn prepare(&mut self, script: &Read<'a>) {
        for command in &script.commands {
            let sets = matches!(command.program(), "" | "export" | "declare" | "local" | "readonly" | "typeset");
            for word in command.words.iter().filter(|word| is_assignment(&word.text)) {
                let (name, value) = word.text.split_once('=').unwrap_or_default();
                // As it is written: a value that the system puts in place is no longer seen in the word.
                let written = script.flat.text.get(word.range.clone()).unwrap_or(value);
                let own = mentions(written, self.system).iter().any(|mention| mention.name == name);
                if !own && (sets || command.words.first().is_some_and(|first| first.range == word.range)) {
                    let location = script.place.at(script.flat.span(word.range.clone()), script.path.clone());
                    self.set_by_script(name, value, location);
                }
            }
            let named_behind = match command.program() {
                "read" => command.invocation().get(1..).unwrap_or_default(),
                "for" => command.invocation().get(1..2).unwrap_or_default(),
                _ => &[],
            };
            for word in named_behind.iter().filter(|word| !word.text.starts_with('-')) {
                self.set_by_script(&word.text, "$()", script.at(command));
            }
            // Azure Pipelines sets variables by a line that a script prints.
            for word in &command.words {
                let name =
                    word.text.split("task.setvariable variable=").nth(1).map(|rest| rest.split([';', ']']).next().unwrap_or_default());
                name.into_iter().for_each(|name| self.is_given(name));
            }
            let asks = self.system.requests.is_some_and(|(program, subcommands)| command.runs(program, subcommands));
            if asks {
                let audience = command.option_text(&["--audience"]).or_else(|| command.option_text(&["--claims"]).and_then(claimed));
                let audience = audience.map_or_else(|| self.audience.clone(), |text| self.resolve(text));
                let at = script.at(command);
                self.may_present(IdentityToken { variable: String::new(), audience, at: at.clone(), mentioned: Some(at), used: false });
            }
        }
    }

    fn set_by_script(&mut self, name: &str, value: &str, location: Location) {
        let value =
            if value.contains("$(") || value.contains('`') { Value::unknown("computed by the script") } else { self.resolve(value) };
        self.holds(Variable { name: name.to_owned(), value, location });
        self.set.insert(name.to_owned());
    }

    /// The credentials that are written out in a script where only the program says that they are some.
    pub(super) fn read_secrets(&mut self, script: &Read<'a>) {
        let locate = |range| script.place.at(script.flat.span(range), script.path.clone());
        self.slots.append(&mut scripts::written_out(&script.commands, script.flat.text, &locate));
    }

    /// The stored values that a script uses; what command they are given to says where they lead.
    pub(super) fn read_mentions(&mut self, script: &Read<'a>) {
        let mut found = mentions(script.flat.text, self.system);
        found.extend(places(script.flat.text, self.system));
        let parameters = asked(script.flat.text, &script.templates, self.system);
        let mut order: Vec<usize> = (0..script.commands.len()).collect();
        order.sort_by_key(|&at| script.commands[at].range().start);
        let starts: Vec<usize> = order.iter().map(|&at| script.commands[at].range().start).collect();
        let all = found.iter().map(|mention| (mention, false)).chain(parameters.iter().map(|mention| (mention, true)));
        for (mention, is_asked) in all.filter(|(mention, _)| !is_comment(script.flat.text, mention)) {
            let behind = starts.partition_point(|&start| start <= mention.range.start);
            let command = holding(&script.commands, &order[..behind], mention.range.end);
            // Blanks between the signs of a parameter make several words of it.
            let held = if is_asked { mention.range.start..mention.range.start + 1 } else { mention.range.clone() };
            let receiver = command.map_or_else(|| Receiver::unstated(None), |at| Receiver::of(&script.commands, at, &held));
            let at = script.place.at(script.flat.span(mention.range.clone()), script.path.clone());
            match script.templates.get(&mention.name) {
                _ if is_asked => self.parameter(&mention.name, &receiver, at),
                Some(text) => mentions(text, self.system).iter().for_each(|inner| self.mentioned(&inner.name, &receiver, at.clone())),
                None => self.mentioned(&mention.name, &receiver, at),
            }
        }
    }
}

/// Whether the line up to the mention is a comment.
fn is_comment(text: &str, mention: &Mention) -> bool {
    let line = text[..mention.range.start].rsplit('\n').next().unwrap_or_default();
    line.trim_start().starts_with('#')
}

/// The audience in a JSON object of claims.
fn claimed(claims: &str) -> Option<&str> {
    let behind = claims.split("\"aud\"").nth(1)?;
    behind.split('"').nth(1)
}
