//! What commands print that only pass on what the script writes out, into files and into the commands around them:
//! `"$(cat <<EOF … EOF)"`, `$(echo …)`, `$(cat trust.json)`.

use std::borrow::Cow;
use std::ops::Range;

use super::script::{Call, base, is_document};
use crate::shell::{Command, Word};

/// Most commands inside one that is still to come whose output is kept; of further ones it isn't known.
const MAX_INSIDE: usize = 64;

/// What a substitution stands as in a word.
const MARK: &str = "$()";

/// What the commands print that stand inside one that is still to come.
#[derive(Default)]
pub(super) struct Printed(Vec<(Range<usize>, Option<String>)>);

impl Printed {
    /// Notes what a command inside another prints, as far as that is known.
    pub(super) fn note(&mut self, command: &Command, text: Option<String>) {
        if self.0.len() < MAX_INSIDE {
            self.0.push((command.range(), text));
        }
    }

    /// The command with what its substitutions print, in words that hold only one.
    pub(super) fn within<'c>(&mut self, command: &'c Command) -> Cow<'c, Command> {
        if self.0.is_empty() {
            return Cow::Borrowed(command);
        }
        let inner = std::mem::take(&mut self.0);
        let told = |word: &Word| {
            let (before, behind) = word.text.split_once(MARK).filter(|(_, behind)| !behind.contains(MARK))?;
            // The last command of a substitution is the one that prints.
            let within = |range: &Range<usize>| word.range.start <= range.start && range.end <= word.range.end;
            let text = inner.iter().rev().find(|(range, _)| within(range))?.1.as_deref()?;
            Some(format!("{before}{}{behind}", text.trim_end_matches('\n')))
        };
        let filled: Vec<Option<String>> = command.words.iter().map(told).collect();
        // What belongs to a command further out stays.
        let end = command.range();
        self.0 = inner.into_iter().filter(|(range, _)| range.end <= end.start || end.end <= range.start).collect();
        if filled.iter().all(Option::is_none) {
            return Cow::Borrowed(command);
        }
        let mut command = command.clone();
        command.program = std::cell::OnceCell::new();
        for (word, text) in command.words.iter_mut().zip(filled) {
            word.text = text.unwrap_or_else(|| std::mem::take(&mut word.text));
        }
        Cow::Owned(command)
    }
}

/// Which commands stand inside others. Those inside come before the one that holds them.
pub(super) fn inner(commands: &[Command]) -> Vec<bool> {
    let mut least = usize::MAX;
    let mut inner: Vec<bool> = commands
        .iter()
        .rev()
        .map(|command| {
            let start = command.range().start;
            let is_inner = start > least;
            least = least.min(start);
            is_inner
        })
        .collect();
    inner.reverse();
    inner
}

impl Call<'_> {
    /// What it prints, as far as it only passes on what it is given.
    pub(super) fn printed(&self) -> Option<String> {
        match self.command.program() {
            "echo" | "printf" => self.arguments().find(|word| !word.starts_with('-')),
            "ConvertTo-Json" | "Out-File" | "Set-Content" | "Tee-Object" => self.option(&["-InputObject", "-Value"]).or(self.input.clone()),
            // A document that PowerShell hands on: `$body | Out-File body.json`.
            document if document.starts_with('$') => Some(self.script.expanded(document)).filter(|text| is_document(text)),
            "az" | "oci" => self.name_of_one(),
            "date" => self.moment(),
            "jq" if !self.arguments().any(|argument| argument == ".") => None,
            "cat" | "tee" | "jq" => {
                let file = self.arguments().find_map(|argument| self.content(&argument));
                self.input.clone().or(file)
            }
            _ => None,
        }
    }

    /// The ids that are asked for are known by the name of whose they are.
    fn name_of_one(&self) -> Option<String> {
        const IDS: [&str; 7] = ["id", "appId", "clientId", "principalId", "objectId", "data.id", "data[0].id"];
        const NAMED: [(&[&str], &[&str]); 6] = [
            (&["identity"], &["--name", "-n"]),
            (&["ad", "app"], &["--id", "--display-name"]),
            (&["ad", "sp"], &["--id", "--display-name"]),
            (&["iam", "group"], &["--name"]),
            (&["iam", "user"], &["--name"]),
            (&["iam", "dynamic-group"], &["--name"]),
        ];
        self.option(&["--query"]).filter(|query| IDS.contains(&query.trim_start_matches("[0].").trim_matches('"')))?;
        let (_, options) = NAMED.iter().find(|(words, _)| self.runs(words) && !self.runs(&["federated-credential"]))?;
        self.option(options).filter(|name| !name.contains("${"))
    }

    /// `date -d '+90 days'`: how far ahead, as it is written.
    fn moment(&self) -> Option<String> {
        let ahead = self.option(&["-d", "--date"])?;
        Some(ahead).filter(|ahead| ahead.trim_start_matches('+').starts_with(|c: char| c.is_ascii_digit()) && ahead.contains(' '))
    }

    /// Files that it writes.
    pub(super) fn written(&self) -> Vec<(String, String)> {
        let Some(text) = self.printed() else { return Vec::new() };
        let arguments = self.command.invocation().iter().skip(1);
        let named: Vec<&Word> = match self.command.program() {
            "tee" => arguments.filter(|word| !word.text.starts_with('-')).collect(),
            "Out-File" | "Set-Content" | "Tee-Object" => {
                let first = || arguments.clone().next().filter(|word| !word.text.starts_with('-'));
                self.command.option(&["-FilePath", "-Path", "-LiteralPath"]).or_else(first).into_iter().collect()
            }
            _ => Vec::new(),
        };
        let name = |word: &Word| base(&self.script.expanded(&word.text)).to_owned();
        self.command.outputs.iter().chain(named).map(|word| (name(word), text.clone())).collect()
    }
}
