//! Credentials that a script reads out of a file or from another service: `export TOKEN=$(cat /etc/token)`.
//!
//! The decision a reader would question: only commands that can read nothing but what exists elsewhere count, and only
//! where what they print is given to something that is named as a credential. What the script made itself, or got in
//! exchange for a token, is no new credential.

use std::ops::Range;

use crate::commands;
use crate::receiver::Receiver;
use crate::shell::{Command, holding};

/// Programs that print what a file or another service holds.
const READERS: &[&str] = &["cat", "head", "tail", "grep", "sed", "awk", "cut", "jq", "yq", "base64", "curl", "wget"];

/// A credential that a script reads from elsewhere.
pub(crate) struct Read {
    /// The file that is printed, or the program that reads it.
    pub(crate) source: String,
    pub(crate) range: Range<usize>,
    pub(crate) receiver: Receiver,
}

/// Those that are given to something named as a credential. `is_own` says whether a piece of the script uses what the script
/// has anyway.
pub(crate) fn reads(commands: &[Command], is_own: impl Fn(Range<usize>) -> bool) -> Vec<Read> {
    all(commands, is_own).into_iter().filter(|read| read.receiver.is_credential()).collect()
}

/// All values that are read from elsewhere, whatever they are.
pub(crate) fn all(commands: &[Command], is_own: impl Fn(Range<usize>) -> bool) -> Vec<Read> {
    let mut order: Vec<usize> = (0..commands.len()).collect();
    order.sort_by_key(|&at| commands[at].range().start);
    let mut found = Vec::new();
    for (position, &at) in order.iter().enumerate() {
        let command = &commands[at];
        let range = command.range();
        let Some(receiver) = receiver(commands, &order[..position], at) else { continue };
        let made = command.words.iter().any(|word| commands.iter().flat_map(|other| &other.outputs).any(|file| file.text == word.text));
        if !made && !is_own(range.clone()) {
            found.push(Read { source: printed(command).unwrap_or_else(|| command.program()).to_owned(), range, receiver });
        }
    }
    found
}

/// The one file that a command prints as it is.
fn printed(command: &Command) -> Option<&str> {
    let [program, file] = command.invocation() else { return None };
    (program.text == "cat" && file.text.starts_with('/')).then_some(&file.text)
}

/// What takes the output of a command, if the command reads from elsewhere.
fn receiver(commands: &[Command], before: &[usize], at: usize) -> Option<Receiver> {
    let command = &commands[at];
    let range = command.range();
    if command.program() == "read" && !command.piped && command.words.first().is_some_and(|first| first.text == "read") {
        let name = command.words.iter().skip(1).find(|word| !word.text.starts_with('-'))?;
        return Some(Receiver::variable(&name.text));
    }
    let asks = command.runs("buildkite-agent", &["meta-data", "get"]);
    let reads = READERS.contains(&command.program()) && !command.piped && command.document.is_none() && command.words.len() > 1;
    let exchanges =
        commands::of(command, None).iter().any(|effect| matches!(effect, commands::Effect::LogsIn(_) | commands::Effect::Fetches { .. }));
    if !(asks || reads) || exchanges {
        return None;
    }
    let around = holding(commands, before, range.end)?;
    Some(Receiver::of(commands, around, &range))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell;

    fn told(script: &str) -> Vec<String> {
        let found = reads(&shell::commands(script), |range| script[range].contains("$OWN"));
        found.into_iter().map(|read| format!("{} {}", read.source, read.receiver.used_as.unwrap_or_default())).collect()
    }

    #[test]
    fn a_credential_out_of_a_file_is_told() {
        assert_eq!(told("export DB_PASSWORD=$(cat /etc/pw)\n./migrate"), ["/etc/pw DB_PASSWORD"]);
        assert_eq!(told("./migrate --password \"$(curl -s https://x.acme.io/pw)\""), ["curl password"]);
        assert_eq!(told("read -r API_TOKEN < /etc/token"), ["read API_TOKEN"]);
        assert_eq!(told("./x --password $(buildkite-agent meta-data get pw)"), ["buildkite-agent password"]);
    }

    #[test]
    fn what_a_script_makes_or_exchanges_is_its_own() {
        for script in [
            "export VERSION=$(cat VERSION)",
            "make token > t.json\nAPI_TOKEN=$(jq -r .token t.json)",
            "API_TOKEN=$(curl -H \"Authorization: Bearer $OWN\" https://x.acme.io)",
            "API_TOKEN=$(openssl rand -hex 8)",
            "API_TOKEN=$(./ask | jq -r .token)",
            "while read -r token; do ./x; done",
        ] {
            assert_eq!(told(script), [""; 0], "{script}");
        }
    }
}
