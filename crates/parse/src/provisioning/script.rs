//! A script while it is read: its variables, the files it writes, and its commands in order.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use serde_json::Value as Json;
use unkeyed_model::{SkipReason, Span};

use super::printed::{self, Printed};
use super::{aws, azure, gcp, inside, kubernetes, lasting, loops, manifests, oci, power_shell, vault};
use crate::exports::{self, Out};
use crate::shell::{self, Command, Word};
use crate::tree::{Entry, Kind, Node, Style};

/// Longest text that a variable or a file of a script is followed with, in bytes; a longer one is not known.
pub(super) const MAX_TEXT: usize = 256 << 10;

/// Bytes that all expansions of a script may yield together; what comes after is not read, and that is said.
const MAX_EXPANDED: usize = 64 << 20;

/// Programs in front of assignments.
const DECLARING: &[&str] = &["export", "readonly", "local", "declare", "typeset"];

/// What is known before a command.
#[derive(Default)]
pub(super) struct Script {
    pub(super) variables: BTreeMap<String, String>,
    /// Variables that whoever runs the script sets, under those that it sets itself.
    pub(super) given: BTreeMap<String, String>,
    /// Arrays whose items are written out (`ROLES=(roles/a roles/b)`).
    pub(super) lists: BTreeMap<String, Vec<String>>,
    /// The array that is being written, and where it ends.
    pub(super) writing: Option<(String, usize)>,
    /// By the last part of their names.
    files: BTreeMap<String, String>,
    /// What the command before it prints.
    printed: Option<String>,
    /// The variable that the command before it sets.
    assigning: Option<String>,
    /// What the commands inside the next print.
    inside: Printed,
    /// Bytes that expansions may still yield.
    pub(super) left: Cell<usize>,
    /// Turns of loops so far.
    taken: usize,
    /// Manifests so far.
    manifests: usize,
}

/// One command with what is known before it.
pub(super) struct Call<'s> {
    pub(super) command: &'s Command,
    pub(super) script: &'s Script,
    /// Its input, where the script holds it.
    pub(super) input: Option<String>,
    /// Where it stands in the file.
    span: Span,
}

/// A text for a shell, with the way back to where it stands in the file.
pub(super) struct Text<'t> {
    pub(super) text: &'t str,
    pub(super) locate: &'t dyn Fn(Range<usize>) -> Span,
    /// It belongs to a job of its own, which tells what lasts.
    pub(super) is_step: bool,
}

/// Reads a script.
pub(super) fn read(out: &mut Out<'_>) {
    let text = out.place.text();
    let (text, limited) = if out.place.path().ends_with(".ps1") { power_shell::plain(text) } else { (text.to_owned(), false) };
    if limited {
        let row = out.place.skip(SkipReason::Limit, power_shell::LIMITED);
        out.facts.skipped.push(row);
    }
    lasting::policies(out);
    let locate = |range: Range<usize>| Span::new(range.start, range.end);
    Script::new().run(&Text { text: &text, locate: &locate, is_step: false }, out);
}

impl Script {
    pub(super) fn new() -> Self {
        Self { left: Cell::new(MAX_EXPANDED), ..Self::default() }
    }

    /// Forgets what its commands set and wrote: another begins, with the same limits.
    pub(super) fn begin(&mut self) {
        *self = Self {
            given: std::mem::take(&mut self.given),
            left: self.left.clone(),
            taken: self.taken,
            manifests: self.manifests,
            ..Self::default()
        };
    }

    /// Reads a text, with what those before it left.
    pub(super) fn run(&mut self, text: &Text<'_>, out: &mut Out<'_>) {
        let commands = shell::commands(text.text);
        manifests::read(&commands, text, &mut self.manifests, out);
        let mut loops: Vec<(String, Vec<String>)> = Vec::new();
        let inner = printed::inner(&commands);
        for (command, is_inner) in commands.iter().zip(inner) {
            if self.left.get() == 0 {
                let row =
                    out.place.skip(SkipReason::Limit, "the script's variables yield too much text; its further commands were not read");
                return out.facts.skipped.push(row);
            }
            if self.lists_items(command, text.text) {
                continue;
            }
            match command.words.first().map(|word| word.text.as_str()) {
                Some("for" | "while" | "until" | "select") => loops.push(self.looped(command)),
                Some("done") => drop(loops.pop()),
                _ => {}
            }
            let command = self.inside.within(command);
            let within = inside::commands(&command);
            let turns = loops::turns(&loops, &mut self.taken, out);
            let once = turns.len() == 1;
            for turn in turns {
                self.variables.extend(turn);
                within.as_deref().unwrap_or(std::slice::from_ref(&*command)).iter().for_each(|one| self.step(one, text, out));
            }
            if is_inner {
                // What differs from turn to turn is not followed into the command around it.
                let printed = self.printed.clone().filter(|_| once);
                self.left.set(self.left.get().saturating_sub(printed.as_ref().map_or(0, String::len)));
                self.inside.note(&command, printed);
            }
        }
    }

    /// Reads one command, and what it changes for those behind it.
    fn step(&mut self, command: &Command, text: &Text<'_>, out: &mut Out<'_>) {
        let document = command.document.as_ref().and_then(|range| text.text.get(range.clone()));
        let document = document.map(|text| self.expanded(text));
        let input = document.or_else(|| if command.piped { self.printed.take() } else { None });
        let call = Call { command, script: self, input, span: (text.locate)(command.range()) };
        if !text.is_step {
            lasting::read(&call, out);
        }
        interpret(&call, out);
        let (printed, written, mut assigned) = (call.printed(), call.written(), call.assigned());
        assigned.extend(self.picked(&call));
        self.assigning = assigned.first().map(|(name, _)| name.clone());
        self.files.extend(written.into_iter().filter(|(_, text)| text.len() <= MAX_TEXT));
        for (name, value) in assigned {
            match value.filter(|value| value.len() <= MAX_TEXT) {
                Some(value) => self.variables.insert(name, value),
                None => self.variables.remove(&name),
            };
        }
        self.printed = printed;
    }
}

impl Script {
    /// `$role = $graph.AppRoles | Where-Object { $_.Value -eq 'User.Read.All' }`: what is picked by its name is known by it.
    fn picked(&self, call: &Call<'_>) -> Option<(String, Option<String>)> {
        let words = &call.command.words;
        let is_filter = matches!(call.program(), "Where-Object" | "where" | "?") && call.command.piped;
        let at = words.iter().position(|word| word.text == "-eq").filter(|_| is_filter)?;
        words.get(at.checked_sub(1)?).filter(|word| word.text.ends_with(".Value"))?;
        Some((self.assigning.clone()?, Some(self.expanded(&words.get(at + 1)?.text))))
    }
}

fn interpret(call: &Call<'_>, out: &mut Out<'_>) {
    match call.command.program() {
        "aws" => aws::read(call, out),
        "az" => azure::read(call, out),
        "gcloud" => gcp::read(call, out),
        "oci" => oci::read(call, out),
        "vault" | "bao" => vault::read(call, out),
        "kubectl" | "oc" => kubernetes::read(call, out),
        // Requests to the platforms' own interfaces hold what these would print.
        "curl" | "http" | "wget" => {
            vault::request(call, out);
            call.documents(out);
        }
        _ => azure::cmdlet(call, out),
    }
}

/// Whether a text is JSON of more than one value; holes stand in its texts.
pub(super) fn is_document(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// The last part of a path.
pub(super) fn base(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

impl Call<'_> {
    /// The command's place, as an entry that it is written out for.
    pub(super) fn node(&self) -> Node {
        scalar("", self.span)
    }

    /// The program's name.
    pub(super) fn program(&self) -> &str {
        self.command.program()
    }

    /// Whether these subcommands stand behind the program, in this order.
    pub(super) fn runs(&self, subcommands: &[&str]) -> bool {
        self.command.runs(self.command.program(), subcommands)
    }

    /// A text with what the shell fills in.
    pub(super) fn expanded(&self, text: &str) -> String {
        self.script.expanded(text)
    }

    /// The text of an option, expanded.
    pub(super) fn option(&self, names: &[&str]) -> Option<String> {
        self.command.option_text(names).map(|text| self.script.expanded(text))
    }

    /// All values of an option that takes several.
    pub(super) fn options(&self, names: &[&str]) -> Vec<String> {
        let words = self.command.invocation();
        let Some(at) = words.iter().position(|word| names.contains(&word.text.split('=').next().unwrap_or_default())) else {
            return Vec::new();
        };
        let given = words[at].text.split_once('=').map(|(_, value)| value);
        let further = words[at + 1..].iter().map(|word| word.text.as_str()).take_while(|text| given.is_none() && !text.starts_with('-'));
        given.into_iter().chain(further).map(|text| self.script.expanded(text)).collect()
    }

    /// The first argument behind a subcommand.
    pub(super) fn argument_after(&self, word: &str) -> Option<String> {
        self.command.argument_after(word).map(|word| self.script.expanded(&word.text))
    }

    /// The first argument behind a subcommand that is neither an option nor the value of one (`--role roles/x`); `flags` are
    /// options without a value.
    pub(super) fn positional_after(&self, word: &str, flags: &[&str]) -> Option<String> {
        let mut words = self.command.invocation().iter().map(|word| word.text.as_str()).skip_while(|text| *text != word).skip(1);
        while let Some(text) = words.next() {
            if !text.starts_with('-') {
                return Some(self.script.expanded(text));
            }
            if !text.contains('=') && !flags.contains(&text) {
                words.next();
            }
        }
        None
    }

    /// The arguments, expanded.
    pub(super) fn arguments(&self) -> impl Iterator<Item = String> {
        self.command.invocation().iter().skip(1).map(|word| self.script.expanded(&word.text))
    }

    /// What an argument stands for that may name a file (`file://…`, `@…`, a bare name): its text where the script wrote it.
    pub(super) fn content(&self, given: &str) -> Option<String> {
        if given == "-" {
            return self.input.clone();
        }
        let path = given.strip_prefix("file://").or_else(|| given.strip_prefix('@')).unwrap_or(given);
        if is_document(given) { Some(given.to_owned()) } else { self.script.files.get(base(path)).cloned() }
    }

    /// JSON as a tree whose places are all that of the command.
    pub(super) fn parsed(&self, text: &str) -> Option<Node> {
        let json: Json = serde_json::from_str(text).ok()?;
        Some(tree(&json, self.span))
    }

    /// A mapping of texts.
    pub(super) fn map(&self, entries: Vec<(String, Node)>) -> Node {
        let span = self.span;
        let entries = entries.into_iter().map(|(key, value)| Entry { key: scalar(&key, span), value, span });
        Node { span, tag: None, kind: Kind::Map(entries.collect()) }
    }

    /// A text.
    pub(super) fn text(&self, text: &str) -> Node {
        scalar(text, self.span)
    }

    /// A number, as written.
    pub(super) fn number(&self, text: &str) -> Node {
        Node { kind: Kind::Scalar(Rc::from(text), Style::Plain), ..self.node() }
    }

    /// A list of texts.
    pub(super) fn list<T: AsRef<str>>(&self, texts: impl IntoIterator<Item = T>) -> Node {
        let items = texts.into_iter().map(|text| self.text(text.as_ref()));
        Node { span: self.span, tag: None, kind: Kind::Seq(items.collect()) }
    }

    /// Reads the documents among the arguments and in the input that describe trusts.
    pub(super) fn documents(&self, out: &mut Out<'_>) {
        let given: Vec<String> = self.arguments().filter_map(|argument| self.content(&argument)).chain(self.input.clone()).collect();
        for node in given.iter().filter_map(|text| self.parsed(text)) {
            exports::write_trust(&node, out);
        }
    }

    /// Variables that it sets; without a value those that are set to what isn't known.
    fn assigned(&self) -> Vec<(String, Option<String>)> {
        let words = &self.command.words;
        // `$name = value` of PowerShell.
        if let [name, equals, value] = words.as_slice()
            && equals.text == "="
            && let Some(name) = name.text.strip_prefix('$')
        {
            let value = self.script.expanded(&value.text);
            let is_hole = value.starts_with("${var.") && value.find('}') == value.len().checked_sub(1);
            return vec![(name.to_owned(), (!is_hole).then_some(value))];
        }
        let declares = words.first().is_some_and(|word| DECLARING.contains(&word.text.as_str()));
        let assignments = words.iter().skip(usize::from(declares)).skip_while(|word| declares && word.text.starts_with('-'));
        let assignment = |word: &Word| {
            let (name, value) = word.text.split_once('=').filter(|_| shell::is_assignment(&word.text))?;
            let value = self.script.expanded(value);
            Some((name.to_owned(), (!value.contains("${var.") || is_document(&value)).then_some(value)))
        };
        // `read -r -d '' NAME <<EOF`.
        if self.program() == "read"
            && let (Some(name), Some(text)) = (words.last(), &self.input)
        {
            return vec![(name.text.clone(), Some(text.clone()))];
        }
        // In front of a program they hold for it alone.
        let all: Option<Vec<_>> = assignments.map(assignment).collect();
        all.unwrap_or_default()
    }
}

pub(super) fn scalar(text: &str, span: Span) -> Node {
    Node { span, tag: None, kind: Kind::Scalar(Rc::from(text), Style::Double) }
}

/// JSON as a tree whose places are all the same.
pub(crate) fn tree(json: &Json, span: Span) -> Node {
    let kind = match json {
        Json::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| Entry { key: scalar(key, span), value: tree(value, span), span });
            Kind::Map(entries.collect())
        }
        Json::Array(items) => Kind::Seq(items.iter().map(|item| tree(item, span)).collect()),
        Json::String(text) => return scalar(text, span),
        other => Kind::Scalar(Rc::from(other.to_string()), Style::Plain),
    };
    Node { span, tag: None, kind }
}
