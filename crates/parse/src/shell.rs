//! Splits shell scripts into simple commands: enough to see which program runs with which words, not to run it.
//!
//! The decision a reader would question: no shell grammar crate. A workflow's script is rarely a complete shell program
//! (`${{ … }}` stands in it, `shell: pwsh` is common), and what is asked for is only words and where they stand.
//! One pass over the text; command substitutions become commands of their own.

use std::cell::OnceCell;
use std::ops::Range;

mod scan;

pub(crate) use self::scan::commands;

/// A word after unquoting. Expansions (`$X`, `${{ … }}`) stand in it as written,
/// command substitutions as `$()`.
#[derive(Clone)]
pub(crate) struct Word {
    pub(crate) text: String,
    /// Where it stands in the script, quotes included.
    pub(crate) range: Range<usize>,
}

/// A simple command.
#[derive(Clone, Default)]
pub(crate) struct Command {
    /// The program and its arguments; assignments in front of it included.
    pub(crate) words: Vec<Word>,
    /// Files that its output goes to.
    pub(crate) outputs: Vec<Word>,
    /// Its input is the output of the command before it.
    pub(crate) piped: bool,
    /// Where the here-document that is its input stands.
    pub(crate) document: Option<Range<usize>>,
    /// Once asked for: position of the word that is the program, and where its name starts in it. Dozens of questions ask.
    pub(crate) program: OnceCell<(usize, usize)>,
}

/// Words in front of the program that don't change what it is.
const PREFIXES: &[&str] = &[
    "sudo", "if", "then", "else", "elif", "do", "while", "until", "!", "{", "exec", "time", "nohup", "env", "command", "npx", "bunx",
    "uvx", "retry", "&",
];

/// Two words in front of the program that don't change what it is.
const RUNNERS: &[(&str, &str)] = &[
    ("poetry", "run"),
    ("pipx", "run"),
    ("uv", "run"),
    ("pnpm", "exec"),
    ("pnpm", "dlx"),
    ("yarn", "dlx"),
    ("bundle", "exec"),
    ("mise", "exec"),
];

impl Command {
    /// The program and its arguments, without assignments, `sudo`, `npx` and the like; a path reduced to its last part.
    pub(crate) fn invocation(&self) -> &[Word] {
        &self.words[self.found().0..]
    }

    /// The program's name.
    pub(crate) fn program(&self) -> &str {
        let (at, start) = self.found();
        self.words.get(at).map_or("", |word| &word.text[start..])
    }

    fn found(&self) -> (usize, usize) {
        *self.program.get_or_init(|| {
            let mut words = self.words.as_slice();
            loop {
                words = match words {
                    [first, second, ..] if RUNNERS.contains(&(&first.text, &second.text)) => &words[2..],
                    [first, ..] if PREFIXES.contains(&first.text.as_str()) || is_assignment(&first.text) => &words[1..],
                    [flag, ..] if flag.text.starts_with('-') => &words[1..],
                    _ => break,
                }
            }
            let name = words.first().and_then(|word| word.text.rfind('/')).map_or(0, |slash| slash + 1);
            (self.words.len() - words.len(), name)
        })
    }

    /// Whether `subcommands` occur in this order among the arguments, whatever options stand between them.
    pub(crate) fn runs(&self, program: &str, subcommands: &[&str]) -> bool {
        let mut arguments = self.invocation().iter().skip(1);
        self.program() == program && subcommands.iter().all(|wanted| arguments.any(|word| word.text == *wanted))
    }

    /// The value of an option: `--name value` or `--name=value`.
    pub(crate) fn option(&self, names: &[&str]) -> Option<&Word> {
        self.options(names).next()
    }

    /// The values of an option that may be given several times.
    pub(crate) fn options(&self, names: &[&str]) -> impl Iterator<Item = &Word> {
        let words = self.invocation();
        words.iter().enumerate().filter_map(move |(index, word)| match word.text.split_once('=') {
            Some((name, _)) if names.contains(&name) => Some(word),
            _ if names.contains(&word.text.as_str()) => words.get(index + 1),
            _ => None,
        })
    }

    /// The text of [`Self::option`], without the option's name.
    pub(crate) fn option_text(&self, names: &[&str]) -> Option<&str> {
        let text = self.option(names)?.text.as_str();
        Some(text.split_once('=').filter(|(name, _)| names.contains(name)).map_or(text, |(_, value)| value))
    }

    /// Whether an option is there.
    pub(crate) fn has(&self, names: &[&str]) -> bool {
        self.option(names).is_some() || self.words.last().is_some_and(|word| names.contains(&word.text.as_str()))
    }

    /// The first argument behind `after` that isn't an option.
    pub(crate) fn argument_after(&self, after: &str) -> Option<&Word> {
        let mut words = self.invocation().iter().skip_while(|word| word.text != after).skip(1);
        words.find(|word| !word.text.starts_with('-'))
    }

    /// Where the command stands.
    pub(crate) fn range(&self) -> Range<usize> {
        let start = self.words.first().map_or(0, |word| word.range.start);
        start..self.words.last().map_or(start, |word| word.range.end)
    }
}

/// Most substitutions inside one command that are looked past to find the command itself.
const MAX_AROUND: usize = 16;

/// The last of the commands `before` a place, which are in order of their starts, that goes on to `end`, where the place ends.
pub(crate) fn holding(commands: &[Command], before: &[usize], end: usize) -> Option<usize> {
    before.iter().rev().take(MAX_AROUND).copied().find(|&at| commands[at].range().end >= end)
}

/// `NAME=value`.
pub(crate) fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(script: &str) -> Vec<String> {
        commands(script).iter().map(|c| c.words.iter().map(|w| w.text.clone()).collect::<Vec<_>>().join("|")).collect()
    }

    #[test]
    fn splits_commands_and_words() {
        assert_eq!(spoken("a 'b c' \"d $E\" # x\nf \\\n  g && h; i | j"), ["a|b c|d $E", "f|g", "h", "i", "j"]);
        assert_eq!(spoken("X=$(aws sts get --q \"a b\") run"), ["aws|sts|get|--q|a b", "X=$()|run"]);
        assert_eq!(spoken("echo \"${{ a || b }}\" x"), ["echo|${{ a || b }}|x"]);
        assert_eq!(spoken("if ! a; then\n  (b)\nfi"), ["if|!|a", "then", "b", "fi"]);
        assert_eq!(spoken("cat <<'EOF' > f\naws x\nEOF\nnext"), ["cat", "next"]);
        assert_eq!(spoken("x `y z` w"), ["y|z", "x|$()|w"]);
        assert_eq!(spoken("echo $((1+2)) ${A:-b c}"), ["echo|$((1+2))|${A:-b c}"]);
    }

    #[test]
    fn finds_program_options_and_outputs() {
        let all = commands("A=1 sudo /usr/bin/aws --region x secretsmanager get-secret-value --secret-id=prod/db 2>&1 >> out.txt");
        let command = &all[0];
        assert!(command.runs("aws", &["secretsmanager", "get-secret-value"]));
        assert!(!command.runs("aws", &["get-secret-value", "secretsmanager"]));
        assert_eq!(command.option_text(&["--secret-id"]), Some("prod/db"));
        assert_eq!(command.option_text(&["--region"]), Some("x"));
        assert_eq!(command.outputs[0].text, "out.txt");
        assert!(commands("a | b")[1].piped);
    }

    #[test]
    fn every_prefix_ends() {
        let script = "a \"$(b `c ${{ d }} ${e} <<X > f\n' \\\" $((1 | é";
        for end in (0..=script.len()).filter(|&end| script.is_char_boundary(end)) {
            let _ = commands(&script[..end]).len();
        }
        assert!(commands(&"$(".repeat(100_000)).len() < 20);
        let _ = commands(&"${{ ${ $(( ".repeat(50_000)).len();
    }
}
